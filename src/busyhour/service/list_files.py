"""Files of contacts as the service sees them: the port `ListFiles` and its words. `adapters/files` implements it.

An adapter knows formats: where a row ends, what a label is, how a cell is kept from being a formula. The service knows
contacts: what is a number, what is a schedule, what is a duplicate. All methods block, so they run off the loop.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from busyhour.service import records as r

PREVIEW_ROWS = 20

TABLE_FORMATS = ("csv", "xlsx")
LIST_FORMATS = ("csv", "xlsx", "native")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "native": "text/plain; charset=utf-8",
}


class FileAsk(r.Record, frozen=True, kw_only=True):
    """What the user says of the file; None = find out."""

    format: str | None = None  # csv | native | xlsx | xls | ods
    delimiter: str | None = None
    encoding: str | None = None


class FileForm(r.Record, frozen=True, kw_only=True):
    """What was found out. `rows` takes it back, so a file is looked at once."""

    format: str
    delimiter: str  # empty in a workbook
    encoding: str  # empty in a workbook
    columns: tuple[str, ...]  # labels of the first row; of the native form, what the first rows name
    lines_before: int  # lines above the first record
    rows_total: int | None  # lines in the file: what progress is measured against
    faults: tuple[str, ...] = ()  # what the user may want to mend; the file can be imported all the same


class FileRow(NamedTuple):
    """One record of a file, its columns told apart, nothing judged. A tuple: an import makes a million."""

    line: int
    numbers: Sequence[str]
    name: str
    attributes: dict[str, str]
    schedule: str
    time_zone: str
    fault: str | None  # of the row's form; then the rest is empty
    text: str | None  # the row as written, where it is at hand; else it is shown by its parts


class FilePreview(r.Record, frozen=True, kw_only=True):
    """The first rows of a file, before anything is imported."""

    format: str
    delimiter: str
    encoding: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rows_total: int | None
    faults: tuple[str, ...]


class ListFiles(Protocol):
    """A class without state, made without arguments: the process that reads makes its own, by the class's name."""

    def form(self, path: Path, file_name: str, ask: FileAsk) -> FileForm:
        """Look at the file. Raises `Invalid`, saying what to do, when it cannot be a list of contacts."""

    def rows(self, path: Path, form: FileForm) -> Iterator[FileRow]:
        """Every record, in order, never the whole file at once. Raises `Invalid` where reading cannot go on."""

    def first_cells(self, path: Path, form: FileForm, count: int) -> list[list[str]]:
        """The first records as they are written, under `form.columns`."""

    def write_contacts(self, path: Path, form: str, contacts: Iterable[r.Contact]) -> None:
        """Write a list in one of `LIST_FORMATS`; `rows` reads the same contacts back. Goes through them twice."""

    def write_table(
        self, path: Path, form: str, header: Sequence[str], rows: Iterable[Sequence[str | float | None]]
    ) -> None:
        """Write any table in one of `TABLE_FORMATS`, safe to open in a spreadsheet program."""
