"""How large a file and its parts may be. Every bound of reading is here; `docs/guide/lists.md` states the same."""

from typing import Final

COLUMNS_MAX: Final = 200
NUMBERS_MAX: Final = 20
"""Alternative numbers of one contact."""
CELL_CHARS_MAX: Final = 4_096
LABEL_CHARS_MAX: Final = 80
LINE_CHARS_MAX: Final = 64 * 1024
"""A longer line is not a record of contacts: a binary file, or a quotation mark that is never closed."""
ROWS_MAX: Final = 2_000_000

SAMPLE_BYTES: Final = 256 * 1024
"""What encoding and delimiter are judged by. Whether the file is UTF-8 is judged by all of it."""
SAMPLE_ROWS: Final = 50

WORKBOOK_BYTES_UNPACKED_MAX: Final = 512 * 1024 * 1024
WORKBOOK_PARTS_MAX: Final = 2_000
WORKBOOK_CELLS_MAX: Final = 20_000_000
"""A workbook's used area; one lost cell in the last corner makes an area of 17 thousand million."""
XLS_BYTES_MAX: Final = 64 * 1024 * 1024
"""The old binary form is read whole, and cannot hold more than 65,536 rows anyway."""
