"""What the hazards say about the next seconds: who gets free, which calls are answered.

Made anew when what was learned has changed; a decision only looks up.
"""

from collections.abc import Sequence
from math import exp
from typing import NamedTuple

ROW_S = 300  # a call that has been ringing longer is looked up as if so long
BLOCKS = ((40, 1), (30, 2), (20, 5), (15, 20))  # talk ages are told apart less the longer they are: (blocks, bins each)


class AnswerRow(NamedTuple):
    """By age in seconds, for one chance factor."""

    soon: list[float]  # answered by a person within the horizon
    ever: float  # of a call placed now


def cumulated(hazard: Sequence[float], bin_s: float) -> list[float]:
    found = [0.0]
    for each in hazard:
        found.append(found[-1] + each * bin_s)
    return found


def gone_by(cumulative: Sequence[float], hazard: Sequence[float], bin_s: float, age_s: float, more_s: float) -> float:
    """P(ends within `more_s` | has lasted `age_s`)."""
    return 1.0 - exp(_at(cumulative, hazard, bin_s, age_s) - _at(cumulative, hazard, bin_s, age_s + more_s))


def _at(cumulative: Sequence[float], hazard: Sequence[float], bin_s: float, age_s: float) -> float:
    at = min(int(age_s / bin_s), len(hazard) - 1)
    return cumulative[at] + hazard[at] * (age_s - at * bin_s)


def wrap_row(hazard: Sequence[float], horizon_s: float) -> list[float]:
    """P(wrap-up ends within the horizon) by age in seconds."""
    cumulative = cumulated(hazard, 1.0)
    return [gone_by(cumulative, hazard, 1.0, age + 0.5, horizon_s) for age in range(len(hazard))]


def talk_row(talk: Sequence[float], wrap: Sequence[float], bin_s: float, horizon_s: float) -> list[float]:
    """P(free within the horizon), that is through conversation and wrap-up, by bin of the talk's age."""
    cumulative = cumulated(wrap, 1.0)
    whole = int(horizon_s)
    # The talk ends about the middle of the second; the wrap-up has what is then left.
    done = [gone_by(cumulative, wrap, 1.0, 0.0, max(0.0, horizon_s - second - 0.5)) for second in range(whole)]
    ahead = [(int((second + bin_s / 2) / bin_s), done[second]) for second in range(whole)]
    ends = [1.0 - exp(-each) for each in talk]
    ends += ends[-1:] * (ahead[-1][0] + 1)  # as the last bin, beyond it
    row: list[float] = []
    for blocks, size in BLOCKS:
        for _ in range(blocks):
            middle = len(row) + (size - 1) // 2
            lasting, free = 1.0, 0.0
            for bins, wrapped in ahead:
                ending = lasting * ends[middle + bins]
                free += ending * wrapped
                lasting -= ending
            row.extend([free] * size)
    return row


def answer_row(live: Sequence[float], dead: Sequence[float], factor: float, horizon: int) -> AnswerRow:
    """Two ends compete for a ringing call: a person, or anything else."""
    lasting, answered = [1.0], [0.0]
    for alive, ended in zip(live, dead, strict=True):
        both = factor * alive + ended
        ends = lasting[-1] * (1.0 - exp(-both))
        answered.append(answered[-1] + ends * factor * alive / both)
        lasting.append(lasting[-1] - ends)
    last = len(answered) - 1
    soon = [
        (answered[min(age + horizon, last)] - answered[age]) / lasting[age] if lasting[age] > 1e-9 else 0.0
        for age in range(last)
    ]
    return AnswerRow(soon + [soon[-1]] * (ROW_S - len(soon)), answered[-1])
