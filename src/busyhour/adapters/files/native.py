"""The native form, one contact on a line: `5551234,A:1,B:HELLO` (WD-083, WD-089).

The number comes first, then pieces `NAME:VALUE`. A piece without a colon goes on with the value before it (PC-006), so
a value may hold commas. `MULTINUM1`, `MULTINUM2`, ... are further numbers of the contact (PC-016).
"""

import re
from collections.abc import Sequence
from typing import Final

from busyhour.adapters.files.layout import (
    NAME_LABELS,
    SCHEDULE_LABEL,
    TIME_ZONE_LABELS,
    bad_row,
    fault_of_cells,
    known_as,
)
from busyhour.adapters.files.limits import COLUMNS_MAX, LABEL_CHARS_MAX, NUMBERS_MAX
from busyhour.service import records as r
from busyhour.service.list_files import FileRow

MORE_NUMBERS: Final = re.compile(r"MULTINUM[1-9][0-9]?")


def row(line: int, text: str) -> FileRow:
    pieces = text.split(",")
    number, fault = pieces[0].strip(), None
    pairs: dict[str, str] = {}
    name = ""
    for piece in pieces[1:]:
        head, colon, value = piece.partition(":")
        if colon and head.strip():
            name = head.strip()
            if name in pairs:
                fault = f"names {name[:LABEL_CHARS_MAX]} twice"
            if len(name) > LABEL_CHARS_MAX:
                fault = f"has a name of more than {LABEL_CHARS_MAX} characters"
            pairs[name] = value
        elif name:
            pairs[name] += f",{piece}"
        elif piece.strip():
            fault = f"{piece.strip()[:40]!r} should be NAME:VALUE"
    if len(pairs) > COLUMNS_MAX:
        fault = f"has more than {COLUMNS_MAX} attributes"
    if sum(known_as(name) in TIME_ZONE_LABELS for name in pairs) > 1:
        fault = "names the time zone twice"
    fault = fault or fault_of_cells([number, *pairs.values()])
    return bad_row(line, fault, [text]) if fault else _told_apart(line, number, pairs, text)


def _told_apart(line: int, number: str, pairs: dict[str, str], text: str) -> FileRow:
    values = {name: stripped for name, value in pairs.items() if (stripped := value.strip())}
    more = [name for name in values if MORE_NUMBERS.fullmatch(name)]
    numbers = [number] if number else []
    numbers += [values.pop(name) for name in sorted(more, key=lambda name: int(name.removeprefix("MULTINUM")))]
    if len(numbers) > NUMBERS_MAX:
        return bad_row(line, f"has more than {NUMBERS_MAX} numbers", [text])
    schedule = values.pop(SCHEDULE_LABEL, "")
    zone_label = next((name for name in values if known_as(name) in TIME_ZONE_LABELS), None)
    time_zone = values.pop(zone_label) if zone_label else ""
    contact_name = next((value for name, value in values.items() if known_as(name) in NAME_LABELS), "")
    return FileRow(line, numbers, contact_name, values, schedule, time_zone, None, text)


def fits(lines: Sequence[str]) -> bool:
    """Whether most of these lines can be read in the native form."""
    read = [row(at, line) for at, line in enumerate(lines, start=1)]
    return sum(one.fault is None for one in read) * 2 > len(read)


def written(numbers: Sequence[str], attributes: dict[str, str]) -> str:
    """One line. What the form cannot hold is changed as little as can be: the guide for users says how."""
    pieces = [numbers[0] if numbers else ""]
    pieces += [f"MULTINUM{at}:{number}" for at, number in enumerate(numbers[1:], start=1)]
    pieces += [f"{_name(name)}:{_value(value)}" for name, value in attributes.items()]
    return ",".join(pieces)


def _name(name: str) -> str:
    return re.sub(r"[:,\s]", "_", name)


def _value(value: str) -> str:
    """Without line breaks; and a comma before what would read as a new attribute becomes a semicolon."""
    first, *rest = re.sub(r"\s*[\r\n]+\s*", " ", value).split(",")
    return first + "".join(f";{piece}" if _begins_attribute(piece) else f",{piece}" for piece in rest)


def _begins_attribute(piece: str) -> bool:
    head, colon, _ = piece.partition(":")
    return bool(colon and head.strip())


def attributes_of(contact: r.Contact) -> dict[str, str]:
    """All that the native form carries beside the numbers."""
    more = dict(contact.attributes)
    if contact.name and not any(known_as(name) in NAME_LABELS for name in more):
        more["name"] = contact.name
    if contact.time_zone:
        more["time_zone"] = contact.time_zone
    if schedule := schedule_text(contact):
        more[SCHEDULE_LABEL] = schedule
    return more | {f">{name}": value for name, value in contact.output.items()}


def schedule_text(contact: r.Contact) -> str:
    if contact.schedule_utc_s is None:
        return ""
    return f"{int(contact.schedule_utc_s)}:{contact.schedule_extension or ''}"
