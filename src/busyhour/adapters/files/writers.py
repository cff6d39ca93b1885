"""Lists and tables as files. CSV after RFC 4180 and XLSX with text cells, both safe against formulas; the native form.

What `write_contacts` lays out, `layout.py` reads back: the first column the numbers, `name` only where no attribute
holds it, `*Schedule*` and `time_zone` only where some contact has one, then every attribute under its own name.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from busyhour.adapters.files import native
from busyhour.adapters.files.safety import guarded
from busyhour.service import records as r
from busyhour.service.errors import Invalid

Value = str | float | None

XLSX_ROWS_MAX: Final = 1_048_576
XLSX_CELL_CHARS_MAX: Final = 32_767
NOT_XML: Final = re.compile("[\ufffe\uffff\ud800-\udfff]")
NUMBERS: Final = re.compile(r"\+?[0-9]+(\|\+?[0-9]+)*")
NUMBER_LABELS: Final = ("NUMBER", "NUM", *(f"NUMBER_{at}" for at in range(2, 2_000)))
"""The first two are what older dialers expect as the first label (WD-088)."""


def write_contacts(path: Path, form: str, contacts: Iterable[r.Contact]) -> None:
    """`contacts` is gone through twice: the first time for the names of all attributes."""
    if form == "native":
        _write_native(path, contacts)
        return
    names = list(dict.fromkeys(name for contact in contacts for name in native.attributes_of(contact)))
    # An attribute may have the name that the number's column would have.
    label = next(each for each in NUMBER_LABELS if each not in names)
    write_table(path, form, [label, *names], (_contact_cells(contact, names) for contact in contacts))


def write_table(path: Path, form: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    if form == "csv":
        _write_csv(path, header, rows)
    elif form == "xlsx":
        _write_xlsx(path, header, rows)
    else:
        raise Invalid(f"There is no format {form[:20]!r}. Use csv or xlsx.", field="format")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    # The mark at the beginning tells spreadsheet programs that this is UTF-8.
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([guarded(label) for label in header])
        writer.writerows([_csv_cell(value) for value in row] for row in rows)


def _csv_cell(value: Value) -> Value:
    return guarded(value) if isinstance(value, str) else value


def _write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    import xlsxwriter  # late: slow to load, and few exports need it

    options = {"constant_memory": True, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, label in enumerate(header):
            sheet.write_string(0, column, _xlsx_text(label), bold)
        for at, row in enumerate(rows, start=1):
            if at >= XLSX_ROWS_MAX:
                raise Invalid(f"XLSX holds {XLSX_ROWS_MAX - 1:,} rows at most. Export CSV.", code="too_many_rows")
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(at, column, _xlsx_text(value), text)
                elif value is not None:
                    sheet.write_number(at, column, value)


def _xlsx_text(value: str) -> str:
    """A text cell is never run. It is guarded all the same, as it may be saved as CSV later; but for bare telephone
    numbers, which do no harm there and are what such a column is for."""
    value = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)[:XLSX_CELL_CHARS_MAX]
    return value if NUMBERS.fullmatch(value) else guarded(value)


def _write_native(path: Path, contacts: Iterable[r.Contact]) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        file.writelines(native.written(contact.numbers, native.attributes_of(contact)) + "\n" for contact in contacts)


def _contact_cells(contact: r.Contact, names: Sequence[str]) -> list[str]:
    values = native.attributes_of(contact)
    return ["|".join(contact.numbers), *(values.get(name, "") for name in names)]
