"""What is done with a call by the number that was dialed: numbers, or patterns of numbers, lead to a treatment (MZ-038,
MZ-039, MZ-213).

A pattern is digits, with or without `+` in front; `X` is any digit, and `*` at the end is any rest, also none. The most
precise pattern that fits decides: more digits named, then the longer one, then the earlier.
"""

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from busyhour.core.acd.opening import closed
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.queue import Destination, DestinationKind

PATTERN: Final = re.compile(r"\+?[0-9X]*\*?")
PATTERN_LENGTH_MAX: Final = 32


class CallbackHandling(IntEnum):
    """What becomes of a call to a callback number; numbered as the source's setting is (MZ-213, version A)."""

    DROP = 0
    NUMBER = 1
    AGENTS = 2
    AGENTS_THEN_NUMBER = 3
    NUMBER_THEN_AGENTS = 4


def is_pattern(text: str) -> bool:
    return 0 < len(text) <= PATTERN_LENGTH_MAX and PATTERN.fullmatch(text) is not None


def fits(pattern: str, dialed: str) -> bool:
    """`+` is what a carrier sends or leaves out: it tells nothing apart."""
    wanted, number = pattern.removeprefix("+"), dialed.removeprefix("+")
    head = wanted.removesuffix("*")
    if len(number) < len(head) or (head == wanted and len(number) != len(head)):
        return False
    return all(want in ("X", digit) for want, digit in zip(head, number, strict=False)) and number.isdecimal()


def _precision(pattern: str) -> tuple[int, int, bool]:
    named = sum(character.isdecimal() for character in pattern)
    return named, len(pattern.strip("+*")), not pattern.endswith("*")


def treatment_of(numbers: Iterable[DialedNumber], dialed: str) -> Treatment | None:
    """The treatment of the most precise pattern that fits; None: nobody answers this number."""
    found: DialedNumber | None = None
    for number in numbers:
        better = found is None or _precision(number.pattern) > _precision(found.pattern)
        if better and fits(number.pattern, dialed):
            found = number
    return found.treatment if found is not None else None


def destinations(treatment: Treatment, utc_s: float) -> tuple[Destination, ...]:
    """Where the call goes now: while it is closed, first the message that says so, then elsewhere or nowhere."""
    why = closed(treatment.opening, utc_s)
    if why is None:
        return treatment.to
    prompt = treatment.prompts.get(why)
    said = (Destination(DestinationKind.PROMPT, prompt),) if prompt else ()
    return said + treatment.when_closed


def callback_destinations(handling: CallbackHandling, queue_id: int, number: str) -> tuple[Destination, ...]:
    """Whom a call to the callback number reaches, first to last; nobody = it is dropped (MZ-039)."""
    agents = Destination(DestinationKind.QUEUE, str(queue_id))
    outside = Destination(DestinationKind.NUMBER, number)
    return {
        CallbackHandling.DROP: (),
        CallbackHandling.NUMBER: (outside,),
        CallbackHandling.AGENTS: (agents,),
        CallbackHandling.AGENTS_THEN_NUMBER: (agents, outside),
        CallbackHandling.NUMBER_THEN_AGENTS: (outside, agents),
    }[handling]
