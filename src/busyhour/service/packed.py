"""Checked contacts as text, on their way from the process that reads a file to the database that copies them in.

One line a contact, columns with tabs between them, in the escapes of PostgreSQL's COPY. The server's process only
passes the bytes on: a million objects in its loop would hold up calls. Whoever wants contacts still gets them, for
`Packed` is a sequence of them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, overload

import msgspec

from busyhour.service import records as r

COLUMNS: Final = ("name", "attributes", "time_zone", "schedule_utc_s", "schedule_extension", "numbers", "zones")
"""`numbers` with spaces between them; `zones` likewise, and `|` between those of one number and of the next."""

NULL: Final = "\\N"
ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_ESCAPED: Final = re.compile(r"\\[\\tnr]")
_CONTROLS: Final = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}


class Packed(Sequence[r.NewContact]):
    """`contacts` and `numbers` say how many are in `text`."""

    def __init__(self, text: bytes, *, contacts: int, numbers: int) -> None:
        self.text = text
        self.contacts = contacts
        self.numbers = numbers

    def __len__(self) -> int:
        return self.contacts

    def __iter__(self) -> Iterator[r.NewContact]:
        return map(_contact, self.text.decode().split("\n")[:-1])

    @overload
    def __getitem__(self, index: int) -> r.NewContact: ...

    @overload
    def __getitem__(self, index: slice) -> list[r.NewContact]: ...

    def __getitem__(self, index: int | slice) -> r.NewContact | list[r.NewContact]:
        return list(self)[index]


def packed(contacts: Sequence[r.NewContact]) -> Packed:
    """Contacts that are packed already stay so."""
    if isinstance(contacts, Packed):
        return contacts
    text = "".join(map(_line, contacts)).encode()
    return Packed(text, contacts=len(contacts), numbers=sum(len(one.numbers) for one in contacts))


def _line(one: r.NewContact) -> str:
    attributes = msgspec.json.encode(one.attributes).decode()
    if "\\" in attributes:  # JSON has no bare control characters
        attributes = attributes.replace("\\", "\\\\")
    schedule_utc_s = NULL if one.schedule_utc_s is None else repr(one.schedule_utc_s)
    zones = "|".join([" ".join(names) for names in one.zones])
    return (
        f"{one.name.translate(ESCAPES)}\t{attributes}\t{one.time_zone or NULL}\t{schedule_utc_s}\t"
        f"{one.schedule_extension or NULL}\t{' '.join(one.numbers)}\t{zones}\n"
    )


def _contact(line: str) -> r.NewContact:
    name, attributes, *rest, numbers, zones = line.split("\t")
    time_zone, schedule_utc_s, schedule_extension = (None if cell == NULL else cell for cell in rest)
    return r.NewContact(
        name=_plain(name),
        numbers=tuple(numbers.split(" ")) if numbers else (),
        zones=tuple(tuple(names.split(" ")) if names else () for names in zones.split("|")) if numbers else (),
        attributes=msgspec.json.decode(_plain(attributes), type=dict[str, str]),
        time_zone=time_zone,
        schedule_utc_s=None if schedule_utc_s is None else float(schedule_utc_s),
        schedule_extension=schedule_extension,
    )


def _plain(cell: str) -> str:
    return _ESCAPED.sub(lambda found: _CONTROLS[found[0]], cell)
