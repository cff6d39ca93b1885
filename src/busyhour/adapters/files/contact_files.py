"""The port `ListFiles` on real files: picks the reader and the writer for a format."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from busyhour.adapters.files import native, readers, workbooks, writers
from busyhour.adapters.files.detect import detect
from busyhour.service import records as r
from busyhour.service.list_files import FileAsk, FileForm, FileRow, ListFiles


class ContactFiles(ListFiles):
    """Has no state: the process that reads makes its own."""

    def form(self, path: Path, file_name: str, ask: FileAsk) -> FileForm:
        return detect(path, file_name, ask)

    def rows(self, path: Path, form: FileForm) -> Iterator[FileRow]:
        if form.format == "native":
            return readers.native_rows(path, form)
        return readers.csv_rows(path, form) if form.format == "csv" else workbooks.rows(path, form)

    def first_cells(self, path: Path, form: FileForm, count: int) -> list[list[str]]:
        if form.format == "native":
            return [_native_cells(text, form) for _, text in islice(readers.native_records(path, form), count)]
        records = (
            readers.csv_records(path, form) if form.format == "csv" else workbooks.records(workbooks.sheet_of(path))
        )
        return [[readers.shown(cell) for cell in cells] for _, cells, _ in islice(records, 1, count + 1)]

    def write_contacts(self, path: Path, form: str, contacts: Iterable[r.Contact]) -> None:
        writers.write_contacts(path, form, contacts)

    def write_table(
        self, path: Path, form: str, header: Sequence[str], rows: Iterable[Sequence[str | float | None]]
    ) -> None:
        writers.write_table(path, form, header, rows)


def _native_cells(text: str, form: FileForm) -> list[str]:
    row = native.row(0, text)
    if row.fault:
        return [readers.shown(text)]
    return ["|".join(row.numbers), *(row.attributes.get(name, "") for name in form.columns[1:])]
