"""A burst: many calls at once, as at a start with all agents free, or when a limit on abandoned calls has held back.

Usually calls of all ages ring, and it is enough to look as far ahead as the mean time to an answer. After a burst many
answers come later than that, and the agents who look free until then are long taken by those who answered sooner. So a
burst is also held to what comes until nearly all of its answers have come.
"""

from collections.abc import Callable, Collection, Sequence

from busyhour.core.dialer.predictive import tables
from busyhour.core.dialer.predictive.lookup import Levels, Tables

BURST_PART = 0.25  # of the calls that ring already

Calls = Collection[tuple[float, float]]
Risk = Callable[[float, float], float]


def is_burst(start: int, ringing: int) -> bool:
    return start > BURST_PART * ringing


def late_frees(known: Tables, frees: Sequence[float]) -> list[float]:
    """The chances to get free until the last answers, from those until the usual ones; who begins to talk meanwhile is
    left out."""
    longer = (known.late_s + known.grace_s) / (known.horizon + known.grace_s)
    return [min(1.0, chance * longer) for chance in frees]


def most_of(
    known: Tables, levels: Levels, drift: int, at_s: float, calls: Calls, ahead: Sequence[float], start: int,
    risk_of: Risk, accepted: float,
) -> int:  # fmt: skip
    """Of `start` calls as many as can be answered, early or late, at no more than the accepted risk."""
    last, answers = tables.ROW_S - 1, known.answers
    ever = [
        answers.ever_of(levels[factor] + drift)[min(int(max(0.0, at_s - since_s)), last)] for since_s, factor in calls
    ]
    mean, squares = sum(ever), sum([chance * chance for chance in ever])
    for placed in range(start):
        if risk_of(mean, squares) > accepted:
            return placed
        each = answers.ever_of(levels[ahead[placed] if placed < len(ahead) else 1.0] + drift)[0]
        mean += each
        squares += each * each
    return start
