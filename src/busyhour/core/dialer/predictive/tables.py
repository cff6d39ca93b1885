"""What the hazards say about the next seconds: who gets free, which calls are answered.

Made anew when what was learned has changed; a decision only looks up.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import exp
from typing import NamedTuple

ROW_S = 300  # a call that has been ringing longer is looked up as if so long
BLOCKS = ((40, 1), (30, 2), (20, 5), (15, 20))  # talk ages are told apart less the longer they are: (blocks, bins each)
SIZES = [size for blocks, size in BLOCKS for _ in range(blocks)]
MIDDLES = [first + (size - 1) // 2 for first, size in zip(accumulate(SIZES, initial=0), SIZES, strict=False)]


class AnswerRow(NamedTuple):
    """By age in seconds, for one chance factor."""

    soon: list[float]  # answered by a person within the horizon
    ever: list[float]  # answered by a person


def wrap_row(hazard: Sequence[float], horizon_s: float) -> list[float]:
    """P(wrap-up ends within the horizon) by age in seconds."""
    now, then = _levels(hazard, 0.5), _levels(hazard, 0.5 + horizon_s)
    return [1.0 - exp(before - after) for before, after in zip(now, then, strict=True)]


def _levels(hazard: Sequence[float], more_s: float) -> list[float]:
    """The hazard cumulated until `more_s` after each whole second; beyond the last bin it stays as there."""
    whole = int(more_s)
    part_s, far = more_s - whole, [*hazard, *([hazard[-1]] * (whole + 1))]
    cumulative = list(accumulate(far, initial=0.0))
    return [cumulative[at] + part_s * far[at] for at in range(whole, whole + len(hazard))]


def _wrapped_within(hazard: Sequence[float], spans_s: Sequence[float]) -> list[float]:
    """P(a wrap-up that begins now ends within each span)."""
    cumulative = [0.0, *accumulate(hazard)]
    last = len(hazard) - 1
    at = [min(int(span_s), last) for span_s in spans_s]
    return [1.0 - exp(-cumulative[n] - hazard[n] * (span_s - n)) for n, span_s in zip(at, spans_s, strict=True)]


def talk_row(talk: Sequence[float], wrap: Sequence[float], bin_s: float, horizon_s: float) -> list[float]:
    """P(free within the horizon), that is through conversation and wrap-up, by bin of the talk's age."""
    whole = int(horizon_s)
    # The talk ends about the middle of the second; the wrap-up has what is then left.
    done = _wrapped_within(wrap, [max(0.0, horizon_s - second - 0.5) for second in range(whole)])
    ends = [1.0 - exp(-each) for each in talk]
    ahead = [int((second + bin_s / 2) / bin_s) for second in range(whole)]
    ends += ends[-1:] * (max(ahead, default=0) + 1)  # as the last bin, beyond it
    ends_in = {bins: [ends[middle + bins] for middle in MIDDLES] for bins in set(ahead)}
    free = [0.0] * len(MIDDLES)
    for bins, wrapped in zip(reversed(ahead), reversed(done), strict=True):  # from the last second back
        free = [later + end * (wrapped - later) for later, end in zip(free, ends_in[bins], strict=True)]
    row: list[float] = []
    for each, size in zip(free, SIZES, strict=True):
        row += [each] * size
    return row


def answered_at(live: Sequence[float], dead: Sequence[float]) -> list[float]:
    """P(a call placed now is answered by a person in that second)."""
    lasting, chances = 1.0, []
    for alive, ended in zip(live, dead, strict=True):
        ends = lasting * (1.0 - exp(-alive - ended))
        chances.append(ends * alive / (alive + ended))
        lasting -= ends
    return chances


def mean_at_s(chances: Sequence[float]) -> float:
    """In the middle of a second, on the average."""
    return sum([(second + 0.5) * chance for second, chance in enumerate(chances)]) / sum(chances)


def answer_row(live: Sequence[float], dead: Sequence[float], factor: float, horizon: int) -> AnswerRow:
    """Two ends compete for a ringing call: a person, or anything else."""
    lasting, answered = [1.0], [0.0]
    for alive, ended in zip(live, dead, strict=True):
        both = factor * alive + ended
        ends = lasting[-1] * (1.0 - exp(-both))
        answered.append(answered[-1] + ends * factor * alive / both)
        lasting.append(lasting[-1] - ends)
    last = len(answered) - 1
    ahead = answered[horizon:] + [answered[last]] * min(horizon, last + 1)
    soon = [
        (then - now) / left if left > 1e-9 else 0.0
        for then, now, left in zip(ahead[:last], answered, lasting, strict=False)
    ]
    ever = [
        (answered[last] - now) / left if left > 1e-9 else 0.0
        for now, left in zip(answered[:last], lasting, strict=False)
    ]
    return AnswerRow(_lengthened(soon), _lengthened(ever))


def _lengthened(row: list[float]) -> list[float]:
    return row + [row[-1]] * (ROW_S - len(row))
