"""A queue's figures, kept as calls end: nothing is counted over again (OC-076 to OC-079, and the service level).

Every call that entered is counted once in the end: answered, abandoned, or sent on. Counts add up, so quarters of an
hour make a day.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from busyhour.core.model.queue_counts import QueueCounts

NEVER_S: Final = 2_147_483_647.0  # nobody is there: as long a wait as that interface can say (OC-078)


def load_percent(*, waiting: int, logged: int, free: int) -> int:
    """How loaded a queue or the whole is; more than 100 when calls wait. 0 without agents (OC-079)."""
    return 100 * (waiting + logged - free) // logged if logged else 0


def simple_wait_s(*, call_s: float, waiting: int, logged: int, nobody_s: float = 0.0) -> float:
    """The plain estimate of clients of that interface: mean call, times calls ahead, by agents. Without agents it is 0
    for a queue, and `NEVER_S` for a call that comes (OC-078)."""
    return call_s * waiting / logged if logged else nobody_s


class LevelFormula(StrEnum):
    """What becomes of callers who gave up, in the service level: there are four usages."""

    ALL_OFFERED = "all_offered"  # answered in time, of all who were answered or gave up
    LESS_SHORT = "less_short"  # who gave up within the threshold does not count
    SHORT_AS_GOOD = "short_as_good"  # who gave up within the threshold counts as answered in time
    ANSWERED = "answered"  # of the answered only


ENTERED = QueueCounts(entered=1)
SENT_ON = QueueCounts(sent_on=1)


def answered(wait_s: float, level_s: tuple[float, float]) -> QueueCounts:
    """One call that an agent took after so long a wait. The threshold itself is in time."""
    within = (int(wait_s <= level_s[0]), int(wait_s <= level_s[1]))
    return QueueCounts(answered=1, wait_s=wait_s, wait_max_s=wait_s, in_time=within)


def abandoned(wait_s: float, level_s: tuple[float, float]) -> QueueCounts:
    within = (int(wait_s <= level_s[0]), int(wait_s <= level_s[1]))
    return QueueCounts(abandoned=1, abandoned_wait_s=wait_s, short=within)


def distributed(agents: int) -> QueueCounts:
    """One offer, to so many agents."""
    return QueueCounts(distributed=agents)


def talked(talk_s: float) -> QueueCounts:
    """Counted when the conversation ends (OC-075)."""
    return QueueCounts(talk_s=talk_s)


def total(counts: Iterable[QueueCounts]) -> QueueCounts:
    return sum(counts, QueueCounts())


def service_level(counts: QueueCounts, which: int, formula: LevelFormula = LevelFormula.LESS_SHORT) -> float | None:
    """The share of callers who were served in time, by the first (0) or second (1) threshold; None = nobody counts."""
    good, short = counts.in_time[which], counts.short[which]
    match formula:
        case LevelFormula.ALL_OFFERED:
            of = counts.answered + counts.abandoned
        case LevelFormula.LESS_SHORT:
            of = counts.answered + counts.abandoned - short
        case LevelFormula.SHORT_AS_GOOD:
            good, of = good + short, counts.answered + counts.abandoned
        case LevelFormula.ANSWERED:
            of = counts.answered
    return good / of if of else None
