"""What a callee does is written in the number: +49152 B D IIIIII.

B is the behavior, D its detail (how long a talker talks), I an index that makes numbers different. All are possible
German mobile numbers, so an import takes them as they are; they only ever reach the simulated carrier.
"""

from enum import IntEnum
from typing import Final

PREFIX: Final = "49152"
INDEX_MAX: Final = 999_999

TALK_S: Final = (3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 20.0, 60.0, 600.0)
"""How long a talker of detail D talks before hanging up; the other side may hang up earlier."""

LIGHT_S: Final = (60.0, 0.0, 0.5)
"""How long a callee of the benchmarks stays; the other side may hang up earlier. 0 = hangs up at once."""


class Behavior(IntEnum):
    """What the callee does."""

    TALK = 0  # rings shortly, answers, talks TALK_S[detail], hangs up
    BUSY = 1  # 486
    RING_OUT = 2  # rings until the caller gives up
    NOT_FOUND = 3  # 404
    INCOMPLETE = 4  # 484
    UNAVAILABLE = 5  # 503
    BRIEF = 6  # answers and hangs up at once
    SILENT = 7  # never replies to the INVITE
    DECLINE = 8  # 603
    LIGHT = 9  # answers without ringing, hangs up after LIGHT_S[detail]: for benchmarks


STATUS: Final[dict[Behavior, int]] = {
    Behavior.BUSY: 486,
    Behavior.NOT_FOUND: 404,
    Behavior.INCOMPLETE: 484,
    Behavior.UNAVAILABLE: 503,
    Behavior.DECLINE: 603,
}
"""Final answer of the behaviors that refuse at once."""


def number_of(behavior: Behavior, index: int, *, detail: int = 0) -> str:
    """The E.164 number of a callee who behaves so."""
    assert 0 <= index <= INDEX_MAX
    assert 0 <= detail <= 9
    return f"+{PREFIX}{behavior.value}{detail}{index:06d}"


def behavior_of(number: str) -> tuple[Behavior, int]:
    """Behavior and detail of a number that `number_of` made, with or without its plus."""
    digits = number.removeprefix("+").removeprefix(PREFIX)
    assert len(digits) == 8, f"not a number of the simulated network: {number}"
    return Behavior(int(digits[0])), int(digits[1])
