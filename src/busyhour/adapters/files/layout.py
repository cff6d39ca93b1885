"""Which column is what. One set of rules for CSV and workbooks (AD-007 to AD-015, WD-088), one for the native form.

The first column holds the numbers, whatever its label. `*Schedule*` and the labels of a name or a time zone have a
meaning of their own; a name also stays an attribute. All others are attributes, named exactly as given.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from busyhour.adapters.files.limits import CELL_CHARS_MAX, COLUMNS_MAX, LABEL_CHARS_MAX, LINE_CHARS_MAX, NUMBERS_MAX
from busyhour.service.errors import Invalid
from busyhour.service.list_files import FileRow

SCHEDULE_LABEL: Final = "*Schedule*"
TIME_ZONE_LABELS: Final = frozenset({"time_zone", "timezone"})
NAME_LABELS: Final = frozenset({"name", "fullname", "full_name", "contact", "contact_name", "customer_name"})
"""Compared without case, spaces read as underscores."""

NUMBER_LIKE: Final = re.compile(r"'?\s*[+(]?[\d\uff0b][\d\s\-().|/+]{2,}")
UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, halves of characters, and what is no character: no attribute needs them, and XML has no way to
hold them."""


def looks_like_number(cell: str) -> bool:
    return NUMBER_LIKE.fullmatch(cell.strip()) is not None


def known_as(label: str) -> str:
    return label.strip().casefold().replace(" ", "_")


class Layout:
    """The columns of one file with a first row of labels."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = [label.strip() for label in labels]
        self.faults: list[str] = []
        while self.labels and not self.labels[-1]:
            self.labels.pop()
        self._check()
        self.schedule = self._first(lambda label: label == SCHEDULE_LABEL)
        self.time_zone = self._first(lambda label: known_as(label) in TIME_ZONE_LABELS)
        self.names = [at for at, label in enumerate(self.labels) if at > 0 and known_as(label) in NAME_LABELS]
        special = {0, self.schedule, self.time_zone}
        self.attributes = [(at, label) for at, label in enumerate(self.labels) if label and at not in special]

    def _first(self, fits: Callable[[str], bool]) -> int | None:
        return next((at for at, label in enumerate(self.labels) if at > 0 and fits(label)), None)

    def _check(self) -> None:
        if not self.labels or not any(self.labels):
            raise Invalid("The first row has no labels. Name each column in the first row.", code="no_labels")
        if looks_like_number(self.labels[0]):
            raise Invalid(
                "The first row looks like a contact, not like labels. Add a first row that names the columns, "
                "such as NUMBER,name.",
                code="no_labels",
            )
        if len(self.labels) > COLUMNS_MAX:
            raise Invalid(f"The file has {len(self.labels)} columns; at most {COLUMNS_MAX} can be imported.")
        seen = set()
        for at, label in enumerate(self.labels, start=1):
            if len(label) > LABEL_CHARS_MAX or UNSHOWABLE.search(label):
                raise Invalid(
                    f"The label of column {at} is longer than {LABEL_CHARS_MAX} characters or cannot be shown. "
                    "Check the delimiter and the encoding, or shorten the label.",
                    code="bad_label",
                )
            if label and label in seen:
                raise Invalid(f"Two columns are called {label!r}. Give each its own label.", code="same_label")
            if not label:
                self.faults.append(f"Column {at} has no label and is left out.")
            seen.add(label)

        if sum(known_as(label) in TIME_ZONE_LABELS for label in self.labels) > 1:
            raise Invalid("Two columns name the time zone. Remove one of them.", code="same_label")

    def row(self, line: int, cells: Sequence[str]) -> FileRow:
        fault = fault_of_cells(cells)
        if fault is None and len(cells) > len(self.labels) and any(cells[len(self.labels) :]):
            fault = f"has {len(cells)} cells where the first row has {len(self.labels)} labels"
        if fault:
            return bad_row(line, fault, cells)
        count = len(cells)
        numbers = [one for number in cells[0].split("|") if (one := number.strip())]
        if len(numbers) > NUMBERS_MAX:
            return bad_row(line, f"has more than {NUMBERS_MAX} numbers", cells)
        return FileRow(
            line,
            numbers,
            next((cells[at] for at in self.names if at < count and cells[at]), ""),
            {label: cells[at] for at, label in self.attributes if at < count and cells[at]},
            cells[self.schedule] if self.schedule is not None and self.schedule < count else "",
            cells[self.time_zone] if self.time_zone is not None and self.time_zone < count else "",
            None,
            None,
        )


def bad_row(line: int, fault: str, cells: Sequence[str]) -> FileRow:
    return FileRow(line, (), "", {}, "", "", fault, ",".join(cell[:100] for cell in cells[:20]))


def fault_of_cells(cells: Sequence[str]) -> str | None:
    if max(map(len, cells), default=0) > CELL_CHARS_MAX:
        return f"has a cell of more than {CELL_CHARS_MAX} characters"
    text = "".join(cells)
    if len(text) > LINE_CHARS_MAX:
        return f"has more than {LINE_CHARS_MAX} characters"
    if not text.isprintable() and UNSHOWABLE.search(text):
        return "has control characters in it"
    return None
