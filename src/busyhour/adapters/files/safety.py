"""Cells that a spreadsheet program would run, made harmless, and made themselves again when a file comes back.

A cell that begins (after any blanks) with = + - @, a tab, a line break, NUL, or the full-width forms of the signs may
be run as a formula. `guarded` puts an apostrophe before it (ASVS 1.2.10), and one more before a cell that already
looks guarded, so that `unguarded` undoes exactly what was done. Telephone numbers are no exception: `+4930...` leaves
as `'+4930...`.
"""

import re
from typing import Final

FULL_WIDTH: Final = (
    "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
STARTERS: Final = f"=+-@\t\r\n\0{FULL_WIDTH}"
RISKY: Final = frozenset(STARTERS + "'")

_TO_GUARD: Final = re.compile(rf"[\s']*[{re.escape(STARTERS)}]")
_GUARDED: Final = re.compile(rf"'[\s']*[{re.escape(STARTERS)}]")


def guarded(cell: str) -> str:
    first = cell[:1]
    return f"'{cell}" if (first in RISKY or first.isspace()) and _TO_GUARD.match(cell) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell


def is_formula(cell: str) -> bool:
    """What a spreadsheet program may run."""
    return cell[:1] != "" and cell[0] in STARTERS
