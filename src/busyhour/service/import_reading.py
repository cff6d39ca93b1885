"""The reading half of an import: rows of a file to checked contacts, rejects with their reasons, and counts.

Runs in a process of its own (`apart.py`), so everything here is plain and blocking, and speaks in frames.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from busyhour.core.dialer.hours import zone_known
from busyhour.service import records as r
from busyhour.service.apart import named
from busyhour.service.errors import Invalid
from busyhour.service.list_files import PREVIEW_ROWS, FileAsk, FileForm, FilePreview, FileRow, ListFiles
from busyhour.service.numbers import Numbers, Refused
from busyhour.service.packed import packed

KEEP, SKIP_IN_FILE, SKIP_IN_LIST = "keep", "skip_in_file", "skip_in_list"
DUPLICATES: Final = (KEEP, SKIP_IN_FILE, SKIP_IN_LIST)

BATCH_ROWS: Final = 500
"""The engine's loop passes one batch on at a time."""
BATCH_CHARS_MAX: Final = 4_000_000
REJECTS_KEPT_MAX: Final = 100_000
REJECT_TEXT_MAX: Final = 300

SCHEDULE: Final = re.compile(r"(?P<utc_s>[0-9]{1,10}):(?P<extension>[0-9A-Za-z_*#]{0,32})")


class ImportRules(r.Record, frozen=True, kw_only=True):
    region: str  # of numbers without a country code
    duplicates: str = KEEP
    allow_short: bool = False


class ReadOrder(r.Record, frozen=True, kw_only=True):
    """What the reading process is told. `files` names the class that knows files."""

    files: str
    path: str
    file_name: str
    ask: FileAsk
    rules: ImportRules
    form: FileForm | None = None
    known: frozenset[int] = frozenset()  # numbers that the list has already, for `skip_in_list`


class ReadFrame(r.Record, frozen=True, kw_only=True):
    """A frame of an import: a `ReadBatch` whose contacts are packed."""

    text: bytes
    contacts: int
    numbers: int
    rejects: list[r.Reject]
    rows_read: int
    rows_rejected: int


class ReadBatch(r.Record, frozen=True, kw_only=True):
    contacts: list[r.NewContact]
    rejects: list[r.Reject]  # those that are kept
    rows_read: int  # so far
    rows_rejected: int


def files_of(order: ReadOrder) -> ListFiles:
    found: ListFiles = named(order.files)()
    return found


def look_at_file(order_bytes: bytes) -> Iterator[bytes]:
    """One frame: the file's form."""
    order = msgspec.msgpack.decode(order_bytes, type=ReadOrder)
    yield msgspec.msgpack.encode(files_of(order).form(Path(order.path), order.file_name, order.ask))


def preview_file(order_bytes: bytes) -> Iterator[bytes]:
    """One frame: the form, the first rows, and what is wrong with those."""
    order = msgspec.msgpack.decode(order_bytes, type=ReadOrder)
    files, path = files_of(order), Path(order.path)
    form = files.form(path, order.file_name, order.ask)
    cells = files.first_cells(path, form, PREVIEW_ROWS)
    check = RowCheck(order.rules, frozenset())
    first = islice(files.rows(path, form), PREVIEW_ROWS)
    wrong = [found for row in first if isinstance(found := check.contact_of(row), r.Reject)]
    preview = FilePreview(
        format=form.format,
        delimiter=form.delimiter,
        encoding=form.encoding,
        columns=form.columns,
        rows=tuple(tuple(row) for row in cells),
        rows_total=form.rows_total,
        faults=(*form.faults, *(f"Line {reject.line}: {reject.reason}." for reject in wrong)),
    )
    yield msgspec.msgpack.encode(preview)


def read_file(order_bytes: bytes) -> Iterator[bytes]:
    """`ReadFrame`s, the last with the final counts."""
    order = msgspec.msgpack.decode(order_bytes, type=ReadOrder)
    files, path = files_of(order), Path(order.path)
    form = order.form or files.form(path, order.file_name, order.ask)
    encoder = msgspec.msgpack.Encoder()
    for batch in batches(files.rows(path, form), order.rules, order.known):
        yield encoder.encode(_frame(batch))


def _frame(batch: ReadBatch) -> ReadFrame:
    text = packed(batch.contacts)
    return ReadFrame(
        text=text.text,
        contacts=text.contacts,
        numbers=text.numbers,
        rejects=batch.rejects,
        rows_read=batch.rows_read,
        rows_rejected=batch.rows_rejected,
    )


def batches(rows: Iterable[FileRow], rules: ImportRules, known: frozenset[int]) -> Iterator[ReadBatch]:
    check = RowCheck(rules, known)
    contacts: list[r.NewContact] = []
    rejects: list[r.Reject] = []
    rows_read = rows_rejected = chars = 0
    for row in rows:
        rows_read += 1
        found = check.contact_of(row)
        if isinstance(found, r.NewContact):
            contacts.append(found)
            chars += sum(map(len, found.attributes.values()))
        else:
            rows_rejected += 1
            if rows_rejected <= REJECTS_KEPT_MAX:
                rejects.append(found)
        if len(contacts) >= BATCH_ROWS or len(rejects) >= BATCH_ROWS or chars >= BATCH_CHARS_MAX:
            yield ReadBatch(contacts=contacts, rejects=rejects, rows_read=rows_read, rows_rejected=rows_rejected)
            contacts, rejects, chars = [], [], 0
    if rows_read == 0:
        raise Invalid("The file has labels and no contacts below them. Nothing was added.", code="empty_file")
    yield ReadBatch(contacts=contacts, rejects=rejects, rows_read=rows_read, rows_rejected=rows_rejected)


class RowCheck:
    """Judges rows one after the other; remembers numbers where duplicates are to be skipped."""

    def __init__(self, rules: ImportRules, known: frozenset[int]) -> None:
        self.numbers = Numbers(rules.region, allow_short=rules.allow_short)
        self.duplicates = rules.duplicates
        self.known = known
        self.seen: set[int] = set()

    def contact_of(self, row: FileRow) -> r.NewContact | r.Reject:
        if row.fault is not None:
            return _reject(row, row.fault)
        if not row.numbers:
            return _reject(row, "the number is empty")
        texts, zones = [], []
        for number in row.numbers:
            read = self.numbers.read(number)
            if isinstance(read, Refused):
                return _reject(row, f"{number.strip()[:40]!r} {_as_verb(read.reason)}")
            texts.append(read.text)
            zones.append(read.zones)
        utc_s = extension = None
        if row.schedule:
            schedule = SCHEDULE.fullmatch(row.schedule)
            if schedule is None:
                return _reject(row, f"the schedule {row.schedule[:40]!r} is not UNIX_TIME:EXTENSION")
            utc_s, extension = float(schedule["utc_s"]), schedule["extension"] or None
        if row.time_zone and not zone_known(row.time_zone):
            return _reject(row, f"there is no time zone {row.time_zone[:40]!r}; write one such as Europe/Rome")
        if self.duplicates != KEEP and (where := self._duplicate(texts)):
            return _reject(row, where)
        return r.NewContact(
            name=row.name,
            numbers=tuple(texts),
            zones=tuple(zones),
            attributes=row.attributes,
            time_zone=row.time_zone or None,
            schedule_utc_s=utc_s,
            schedule_extension=extension,
        )

    def _duplicate(self, numbers: list[str]) -> str | None:
        """A contact is one too many when each of its numbers was there before."""
        values = [int(number.removeprefix("+")) for number in numbers]
        if self.duplicates == SKIP_IN_LIST and all(value in self.known or value in self.seen for value in values):
            return "skipped: the number is in the list or in the file already"
        if all(value in self.seen for value in values):
            return "skipped: the number is in the file already"
        self.seen.update(values)
        return None


def _as_verb(reason: str) -> str:
    """`'12' is too short`, `'1x' has letters in it`."""
    return reason if reason.startswith(("has ", "the ", "no ")) else f"is {reason}"


def _reject(row: FileRow, reason: str) -> r.Reject:
    text = row.text if row.text is not None else ",".join(["|".join(row.numbers), *row.attributes.values()])
    return r.Reject(line=row.line, reason=reason, text=text[:REJECT_TEXT_MAX])
