"""The chance that a call, answered when others are answered too, finds no agent.

Agents who get free are a sum of unequal coins, counted exactly where they are few; answers are taken as a binomial
with the same mean and variance. Where agents are many both together are close to normal.
"""

from collections.abc import Iterable, Sequence
from math import erfc, sqrt

EXACT_AGENTS_MAX = 30
FREE_USUAL = 16  # so many counts are kept always; more, where they may well come about
NEVER = 1e-12
CHANCE_MIN = 1e-4
FULL = 1 - 1e-9


def free_exactly(chances: Iterable[float]) -> list[float]:
    """P(0), P(1), ... agents get free."""
    found = [1.0]
    for chance in chances:
        if chance < CHANCE_MIN:
            continue
        if (
            len(found) < FREE_USUAL or found[-1] > NEVER
        ):  # what is left out is lost, and lost risk would dial without end
            found.append(0.0)
        for n in range(len(found) - 1, 0, -1):
            found[n] += chance * (found[n - 1] - found[n])
        found[0] *= 1.0 - chance
    return found


def short_exactly(spare: int, free: Sequence[float], mean: float, squares: float) -> float:
    """P(spare + freed - answered <= 0), answers binomial: `mean` is the sum of their chances, `squares` of their
    squares."""
    if mean <= 0.0:
        return sum(free[: max(0, 1 - spare)])
    coins = max(1, round(mean * mean / squares)) if squares > 0.0 else 1
    each = min(mean / coins, FULL)
    exactly, below, seen = (1.0 - each) ** coins, 0.0, 0  # P(answers = seen), P(answers < seen)
    odds = each / (1.0 - each)
    short = 0.0
    for freed, chance in enumerate(free):
        while seen < spare + freed:
            below += exactly
            exactly *= (coins - seen) / (seen + 1) * odds if seen < coins else 0.0
            seen += 1
        short += chance * (1.0 - below)
    return max(0.0, short)


def short_nearly(spare: int, free_mean: float, free_squares: float, mean: float, squares: float) -> float:
    """The same by the normal law, with half a call for counts being whole."""
    variance = free_mean - free_squares + mean - squares
    center = spare + free_mean - mean
    if variance < 1e-9:
        return float(center <= 0.0)
    return 0.5 * erfc((center - 0.5) / sqrt(2.0 * variance))
