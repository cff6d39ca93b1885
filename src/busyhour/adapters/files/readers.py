"""Text files, record by record: the lines of a file, bounded, and the cells of its CSV."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from busyhour.adapters.files import native
from busyhour.adapters.files.encodings import first_wrong_line, wrong_encoding
from busyhour.adapters.files.layout import Layout, bad_row
from busyhour.adapters.files.limits import CELL_CHARS_MAX, LINE_CHARS_MAX, ROWS_MAX
from busyhour.adapters.files.safety import RISKY, unguarded
from busyhour.service.errors import Invalid
from busyhour.service.list_files import FileForm, FileRow

DELIMITERS: Final = (",", ";", "\t", "|")

Record = tuple[int, list[str], str | None]
"""Line where it begins, its cells, or what is wrong with it."""


def lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines as they are, line breaks included."""
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            while line := file.readline(LINE_CHARS_MAX + 1):
                number += 1
                if len(line) > LINE_CHARS_MAX:
                    raise Invalid(
                        f"Line {number} is longer than {LINE_CHARS_MAX:,} characters. "
                        "Check that this is a list of contacts with one on each line.",
                        code="long_line",
                    )
                yield line
    except UnicodeDecodeError:
        wide = encoding.startswith(("utf-16", "utf-32"))
        raise wrong_encoding(number + 1 if wide else first_wrong_line(path, encoding), encoding) from None


def csv_records(path: Path, form: FileForm) -> Iterator[Record]:
    """All records with something in them, below the lines to leave out."""
    source = lines(path, form.encoding)
    for _ in range(form.lines_before):
        next(source, "")
    return records(source, form.delimiter, form.lines_before)


def records(source: Iterator[str], delimiter: str, lines_before: int) -> Iterator[Record]:
    """Strict CSV (RFC 4180): stray text beside quotation marks makes a record wrong instead of quietly different."""
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    begin = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield lines_before + begin, [], _quote_fault(fault, lines_before + begin, lines_before + reader.line_num)
        else:
            if any(cells):
                yield lines_before + begin, [clean(cell) for cell in cells], None
        begin = reader.line_num + 1


def _quote_fault(fault: csv.Error, begin: int, end: int) -> str:
    if "unexpected end" in str(fault) or "field larger" in str(fault):
        # All that follows was swallowed by the open quotation mark, so nothing of the file can be trusted.
        raise Invalid(
            f'The quotation mark (") in line {begin} is never closed. Close it, or remove it.', code="open_quote"
        ) from None
    where = f" (lines {begin} to {end})" if end > begin else ""
    return f'has text beside a cell in quotation marks{where}; write " inside a cell twice'


def clean(cell: str) -> str:
    """Without blanks around it, with one kind of line break, and without the guard against formulas."""
    cell = cell.strip()
    if cell[:1] in RISKY:
        cell = unguarded(cell)
    return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell


def csv_rows(path: Path, form: FileForm) -> Iterator[FileRow]:
    source = csv_records(path, form)
    next(source)  # the labels: not a record (AD-007)
    layout = Layout(form.columns)
    for count, (line, cells, fault) in enumerate(source, start=1):
        bounded(count)
        yield bad_row(line, fault, cells) if fault else layout.row(line, cells)


def native_records(path: Path, form: FileForm) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines(path, form.encoding), start=1):
        if text := line.strip():
            yield number, text


def native_rows(path: Path, form: FileForm) -> Iterator[FileRow]:
    for count, (number, text) in enumerate(native_records(path, form), start=1):
        bounded(count)
        yield native.row(number, text)


def bounded(count: int) -> None:
    if count > ROWS_MAX:
        raise Invalid(
            f"The file has more than {ROWS_MAX:,} contacts. Split it and import the parts one after the other.",
            code="too_many_rows",
        )


def shown(cell: str) -> str:
    """A cell as a preview shows it."""
    return cell if len(cell) <= CELL_CHARS_MAX else f"{cell[:CELL_CHARS_MAX]}..."
