"""Workbooks (XLSX, XLS, ODS): checked before they are unpacked, then read through `calamine`.

A workbook is a packed file from a stranger. What it says of its size is checked by unpacking it once, counting. The
process that reads has a limit of memory besides (`service/apart.py`).
"""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from busyhour.adapters.files.layout import Layout
from busyhour.adapters.files.limits import (
    WORKBOOK_BYTES_UNPACKED_MAX,
    WORKBOOK_CELLS_MAX,
    WORKBOOK_PARTS_MAX,
    XLS_BYTES_MAX,
)
from busyhour.adapters.files.readers import Record, bounded, clean
from busyhour.service.errors import Invalid
from busyhour.service.list_files import FileForm, FileRow

BLOCK_BYTES: Final = 1024 * 1024
BROKEN: Final = "The workbook is damaged or not a workbook. Open it in a spreadsheet program and save it again as XLSX."
TOO_LARGE: Final = "The workbook is too large when unpacked. Save the sheet as CSV and import that."


def check_packed(path: Path) -> str:
    """xlsx or ods; `Invalid` for other packed files and for those made to fill the memory."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            if len(parts) > WORKBOOK_PARTS_MAX or sum(p.file_size for p in parts) > WORKBOOK_BYTES_UNPACKED_MAX:
                raise Invalid(TOO_LARGE, code="too_large_unpacked")
            for part in parts:
                _unpack(packed, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise Invalid(BROKEN, code="bad_workbook") from None
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise Invalid(
        "This is a packed file, not a list. Unpack it and choose the CSV or XLSX file in it.", code="packed_file"
    )


def _unpack(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    # `zipfile` stops at the size that the part claims, and finds the claim false by the checksum.
    with packed.open(part) as content:
        while content.read(BLOCK_BYTES):
            pass


def check_old(path: Path) -> str:
    if path.stat().st_size > XLS_BYTES_MAX:
        raise Invalid(TOO_LARGE, code="too_large_unpacked")
    return "xls"


def sheet_of(path: Path) -> CalamineSheet:
    """The first sheet to be seen that has something in it."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        for meta in book.sheets_metadata:
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
                sheet = book.get_sheet_by_name(meta.name)
                if sheet.height and sheet.width:
                    return _not_too_wide(sheet)
    except PasswordError:
        raise Invalid("The workbook is protected by a password. Save it without one.", code="password") from None
    except (CalamineError, OSError, ValueError):
        raise Invalid(BROKEN, code="bad_workbook") from None
    raise Invalid("The workbook is empty. Put the contacts into its first sheet.", code="empty_file")


def _not_too_wide(sheet: CalamineSheet) -> CalamineSheet:
    if sheet.height * sheet.width > WORKBOOK_CELLS_MAX:
        raise Invalid(
            f"The sheet spans {sheet.height:,} rows and {sheet.width:,} columns. Delete what lies far from the "
            "list, or save the sheet as CSV.",
            code="too_large_unpacked",
        )
    return sheet


def records(sheet: CalamineSheet) -> Iterator[Record]:
    for line, row in enumerate(sheet.iter_rows(), start=1):
        cells = [clean(cell) if isinstance(cell, str) else _text(cell) for cell in row]
        if any(cells):
            yield line, cells, None


def rows(path: Path, form: FileForm) -> Iterator[FileRow]:
    source = records(sheet_of(path))
    next(source)  # the labels
    layout = Layout(form.columns)
    for count, (line, cells, _) in enumerate(source, start=1):
        bounded(count)
        yield layout.row(line, cells)


def _text(cell: Any) -> str:
    """As the sheet shows it, or near: a number that was typed into a cell comes out as its digits."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)
