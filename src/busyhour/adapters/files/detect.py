"""What kind of file this is: by its first bytes, its encoding, its delimiter and its first row. Never by its name."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from busyhour.adapters.files import native, readers, workbooks
from busyhour.adapters.files.encodings import TextLook, look
from busyhour.adapters.files.layout import Layout, looks_like_number
from busyhour.adapters.files.limits import SAMPLE_ROWS
from busyhour.service.errors import Invalid
from busyhour.service.list_files import FileAsk, FileForm

FORMATS: Final = ("csv", "native", "xlsx", "xls", "ods")
DELIMITERS_FOUND: Final = (",", ";", "\t")
"""`|` parts the numbers of one contact (AD-008), so it is a delimiter only when asked for."""

ZIP_MARK: Final = b"PK\x03\x04"
OLE_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_MARKS: Final = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a packed file",
    b"7z\xbc\xaf": "a packed file",
    b"Rar!": "a packed file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a sound",
    b"ID3": "a sound",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"SQLite format 3": "a database",
}


def detect(path: Path, file_name: str, ask: FileAsk) -> FileForm:
    """`file_name` is only spoken of. Raises `Invalid` for what cannot be a list."""
    if ask.format is not None and ask.format not in FORMATS:
        raise Invalid(f"There is no format {ask.format[:20]!r}. Use one of: {', '.join(FORMATS)}.", field="format")
    if ask.delimiter is not None and ask.delimiter not in readers.DELIMITERS:
        raise Invalid("The delimiter must be a comma, a semicolon, a tab or a vertical bar.", field="delimiter")
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith((ZIP_MARK, OLE_MARK)):
        return _workbook(path, head)
    kind = next((kind for mark, kind in OTHER_MARKS.items() if head.startswith(mark)), None)
    if kind:
        raise Invalid(
            f"{file_name[:80]!r} is {kind}, not a list. Export your list as CSV or XLSX and choose that file.",
            code="binary_file",
        )
    found = look(path, ask.encoding)
    if ask.format in ("xlsx", "xls", "ods"):
        raise Invalid("This is a text file, not a workbook. Choose the format csv or native.", field="format")
    return _text(path, ask, found)


def _workbook(path: Path, head: bytes) -> FileForm:
    form = workbooks.check_packed(path) if head.startswith(ZIP_MARK) else workbooks.check_old(path)
    sheet = workbooks.sheet_of(path)
    _, labels, _ = next(workbooks.records(sheet))
    layout = Layout(labels)
    return FileForm(
        format=form,
        delimiter="",
        encoding="",
        columns=tuple(layout.labels),
        lines_before=0,
        rows_total=sheet.height,
        faults=tuple(layout.faults),
    )


def _text(path: Path, ask: FileAsk, found: TextLook) -> FileForm:
    sample = list(islice(readers.lines(path, found.encoding), SAMPLE_ROWS))
    faults = []
    if found.guessed:
        faults.append(f"The file is not UTF-8; it was read as {found.encoding}. Check that all letters look right.")
    if ask.format == "native" or (ask.format is None and ask.delimiter is None and _is_native(sample)):
        return FileForm(
            format="native",
            delimiter=",",
            encoding=found.encoding,
            columns=_names_of(sample),
            lines_before=0,
            rows_total=found.lines,
            faults=tuple(faults),
        )
    named = _named_delimiter(sample[0])
    lines_before = 1 if named else 0
    delimiter = ask.delimiter or named or _delimiter(sample)
    labels = _labels(iter(sample[lines_before:]), delimiter)
    layout = Layout(labels)
    return FileForm(
        format="csv",
        delimiter=delimiter,
        encoding=found.encoding,
        columns=tuple(layout.labels),
        lines_before=lines_before,
        rows_total=found.lines,
        faults=(*faults, *layout.faults),
    )


def _is_native(sample: list[str]) -> bool:
    """No labels, and lines that read well as number and NAME:VALUE."""
    lines = [line.strip() for line in sample if line.strip()]
    return looks_like_number(lines[0].split(",")[0]) and native.fits(lines)


def _names_of(sample: list[str]) -> tuple[str, ...]:
    rows = [native.row(at, text) for at, line in enumerate(sample, start=1) if (text := line.strip())]
    names = dict.fromkeys(name for row in rows for name in row.attributes)
    return ("NUMBER", *names)


def _named_delimiter(first_line: str) -> str | None:
    """Spreadsheet programs may write `sep=;` as the first line."""
    text = first_line.strip("\r\n")
    return text[4] if len(text) == 5 and text.startswith("sep=") and text[4] in readers.DELIMITERS else None


def _labels(sample: Iterator[str], delimiter: str) -> list[str]:
    found = next(readers.records(sample, delimiter, 0), None)
    if found is None or found[2] is not None:
        raise Invalid("The first row has no labels. Name each column in the first row.", code="no_labels")
    return found[1]


def _delimiter(sample: list[str]) -> str:
    """The one that gives most rows as many cells as the first row has; a comma if the file has one column."""
    scores = []
    for delimiter in DELIMITERS_FOUND:
        widths = _widths(sample, delimiter)
        if widths and widths[0] > 1:
            alike = sum(width == widths[0] for width in widths) / len(widths)
            scores.append((alike, widths[0], delimiter))
    return max(scores)[2] if scores else ","


def _widths(sample: list[str], delimiter: str) -> list[int]:
    widths: list[int] = []
    reader = csv.reader(iter(sample), delimiter=delimiter)
    try:
        widths.extend(len(cells) for cells in reader if cells)
    except csv.Error:
        return widths
    return widths
