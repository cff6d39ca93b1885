"""The hazards in a few figures, as people think of them."""

from collections.abc import Sequence
from math import exp

from msgspec import Struct

from busyhour.core.dialer.predictive.learned import TALK_BIN_S, Hazards
from busyhour.core.dialer.predictive.tables import answered_at, mean_at_s


class Means(Struct, frozen=True, kw_only=True):
    """The usual ones are those of the pretended worlds."""

    answer_chance: float = 0.2  # of one dial, by a person
    talk_s: float = 120.0
    wrap_s: float = 20.0
    ring_s: float = 11.0  # until a person answers


def means_of(hazards: Hazards) -> Means:
    answers = answered_at(hazards.live, hazards.dead)
    return Means(
        answer_chance=sum(answers),
        talk_s=_mean_s(hazards.talk, TALK_BIN_S),
        wrap_s=_mean_s(hazards.wrap, 1.0),
        ring_s=mean_at_s(answers),
    )


def _mean_s(hazard: Sequence[float], bin_s: float) -> float:
    """The area below what has lasted; beyond the last bin it goes on as there."""
    lasting, area_s = 1.0, 0.0
    for each in hazard:
        then = lasting * exp(-each * bin_s)
        area_s += (lasting - then) / each
        lasting = then
    return area_s + lasting / hazard[-1]
