"""The people of a plan: as a campaign has come to know them, or of the usual kind with given means."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from math import cos, log, pi, sqrt
from random import Random

from msgspec.structs import replace

from busyhour.core.dialer.predictive.learned import TALK_BIN_S, Hazards
from busyhour.core.dialer.predictive.means import Means, means_of
from busyhour.sim.pacing import leads
from busyhour.sim.pacing.leads import Lead, Span

ROUNDS = 40  # of halving, to meet a chance
RING_LEAST_S = 2.0

Rolls = Callable[[], float]


class Lasting:
    """Draws how long something lasts from its hazard."""

    def __init__(self, hazard: Sequence[float], bin_s: float) -> None:
        self._hazard, self._bin_s = hazard, bin_s
        self._before = [0.0, *accumulate(each * bin_s for each in hazard)]

    def draw(self, u: float) -> float:
        level = -log(1.0 - u)
        at = min(bisect_right(self._before, level) - 1, len(self._hazard) - 1)
        return at * self._bin_s + (level - self._before[at]) / self._hazard[at]


def learned_people(seed: int, hazards: Hazards, means: Means) -> Callable[[], Lead]:
    """As they were, stretched to the means that were asked for. All draws are made, used or not."""
    rolls, asked_for = Random(seed).random, hazards
    if means.answer_chance != means_of(hazards).answer_chance:
        asked_for = _met(hazards, means.answer_chance)
    known = means_of(asked_for)
    talk, wrap = Lasting(hazards.talk, TALK_BIN_S), Lasting(hazards.wrap, 1.0)
    talk_part, wrap_part = means.talk_s / known.talk_s, means.wrap_s / known.wrap_s
    ring_part, live = means.ring_s / known.ring_s, asked_for.live
    both = [alive + dead for alive, dead in zip(live, hazards.dead, strict=True)]
    ringing, last = Lasting(both, 1.0), len(both) - 1

    def next_lead() -> Lead:
        u, kind, u1, u2 = rolls(), rolls(), rolls(), rolls()
        ring_s = ringing.draw(u)
        at = min(int(ring_s), last)
        return Lead(
            ring_s * ring_part, kind < live[at] / both[at], talk.draw(u1) * talk_part, wrap.draw(u2) * wrap_part
        )

    return next_lead


def _met(hazards: Hazards, chance: float) -> Hazards:
    """With the hazards of answers times what makes this chance of them."""
    low, high, scaled = 1e-3, 1e3, hazards
    for _ in range(ROUNDS):
        middle = sqrt(low * high)
        scaled = replace(hazards, live=[middle * each for each in hazards.live])
        if means_of(scaled).answer_chance < chance:
            low = middle
        else:
            high = middle
    return scaled


def usual_people(seed: int, means: Means) -> Callable[[], Lead]:
    """Of the shapes of the pretended worlds."""
    rolls = Random(seed).random
    talk_of = leads.lognormal(Span(means.talk_s, leads.TALK.cv, min(leads.TALK.least, means.talk_s / 2), 1e9))
    wrap_of = leads.lognormal(Span(means.wrap_s, leads.WRAP.cv, 0.5, 1e9))
    ring_of = leads.lognormal(Span(max(1.0, means.ring_s - RING_LEAST_S), leads.RING.cv, 0.0, leads.RING_CAP_S))

    def next_lead() -> Lead:
        u, kind, spread = rolls(), rolls(), rolls()
        z1, z2, z3 = _normal(rolls), _normal(rolls), _normal(rolls)
        if u < means.answer_chance:
            return Lead(RING_LEAST_S + ring_of(z1), True, talk_of(z2), wrap_of(z3))
        return leads.not_live(kind, spread)

    return next_lead


def _normal(rolls: Rolls) -> float:
    return sqrt(-2.0 * log(1.0 - rolls())) * cos(2.0 * pi * rolls())
