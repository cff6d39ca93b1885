"""What one campaign has taught so far: all that must outlive a restart."""

from collections.abc import Generator, Iterable
from math import isnan
from typing import NamedTuple

from msgspec import Struct, field

from busyhour.core.dialer.predictive.drift import Drift
from busyhour.core.dialer.predictive.hazards import Ends, chained_hazards, hazards
from busyhour.core.dialer.predictive.picture import Picture
from busyhour.core.dialer.predictive.price import Price

TALK_BIN_S, TALK_BINS = 3.0, 500
WRAP_BINS = 180
RING_BINS = 60

# Priors lean to the careful side: conversations are long, and every other call is answered.
TALK_PRIOR = [1 / 180.0] * TALK_BINS
WRAP_PRIOR = [1 / 30.0] * WRAP_BINS
LIVE_PRIOR = [0.07 * min(1.0, (second + 0.5) / 8.0) for second in range(RING_BINS)]
DEAD_PRIOR = [0.02] * RING_BINS

RIPE_EVENTS = 3.0  # a bin with fewer says more of its prior than of the day
REFRESH_PART = 0.05  # the tables are made anew when the exposure has grown by so much

FACTOR_MIN, FACTOR_MAX = 0.05, 20.0  # of one call's chance; what is no number counts as the most

Ages = list[tuple[float, float]]  # (age in seconds, weight)


def sound(factor: float) -> float:
    return min(max(factor, FACTOR_MIN), FACTOR_MAX) if not isnan(factor) else FACTOR_MAX


def _talk() -> Ends:
    return Ends.fresh(TALK_BINS, TALK_BIN_S)


def _wrap() -> Ends:
    return Ends.fresh(WRAP_BINS, 1.0)


def _ring() -> Ends:
    return Ends.fresh(RING_BINS, 1.0)


class Hazards(Struct, frozen=True, kw_only=True):
    """Per second, by age: what is looked up."""

    talk: list[float]
    wrap: list[float]
    live: list[float]
    dead: list[float]
    ripe: list[float]  # live answers, where enough were seen; 0 = not ripe


PRIOR = Hazards(talk=TALK_PRIOR, wrap=WRAP_PRIOR, live=LIVE_PRIOR, dead=DEAD_PRIOR, ripe=[0.0] * RING_BINS)


class Fresh(NamedTuple):
    """What a refresh found, not in use yet."""

    hazards: Hazards
    live_exposures: list[float]
    exposure_s: float


class Moment(NamedTuple):
    """What is going on: it is exposure too."""

    now_s: float
    picture: Picture

    def ages(self, since: Iterable[float]) -> Ages:
        now_s = self.now_s
        return [(now_s - since_s, 1.0) for since_s in since]

    def ringing(self) -> Ages:
        now_s = self.now_s
        return [(now_s - since_s, sound(factor)) for since_s, factor in self.picture.ringing]


class Learned(Struct, kw_only=True):
    talk: Ends = field(default_factory=_talk)
    wrap: Ends = field(default_factory=_wrap)
    live: Ends = field(default_factory=_ring)  # weighted with the calls' chance factors
    dead: Ends = field(default_factory=_ring)
    drift: Drift = field(default_factory=Drift)
    price: Price = field(default_factory=Price)
    hazards: Hazards = PRIOR  # of the last refresh
    refresh_in_s: float = -1.0  # of exposure; at first at once

    def refreshed(self) -> Generator[None, Moment, Fresh]:
        """What all that has ended says, and all that has not ended yet, in parts. Send it the present moment for each;
        it is in use when it is taken."""
        moment = yield
        events, exposures = self.talk.events.copy(), self.talk.exposures(moment.ages(moment.picture.talking))
        exposure_s = sum(exposures)
        yield
        talk = chained_hazards(events, exposures, TALK_PRIOR)
        moment = yield
        exposures = self.wrap.exposures(moment.ages(moment.picture.wrapping))
        exposure_s += sum(exposures)
        wrap = chained_hazards(self.wrap.events, exposures, WRAP_PRIOR)
        moment = yield
        exposures = self.dead.exposures(moment.ages([since_s for since_s, _ in moment.picture.ringing]))
        exposure_s += sum(exposures)
        dead = hazards(self.dead.events, exposures, DEAD_PRIOR)
        moment = yield
        exposures = self.live.exposures(moment.ringing())
        live = hazards(self.live.events, exposures, LIVE_PRIOR)
        ripe = [hazard if count >= RIPE_EVENTS else 0.0 for hazard, count in zip(live, self.live.events, strict=True)]
        return Fresh(Hazards(talk=talk, wrap=wrap, live=live, dead=dead, ripe=ripe), exposures, exposure_s)

    def take(self, fresh: Fresh) -> None:
        before, after = self.hazards.ripe, fresh.hazards.ripe
        known = [
            (lasted_s, old, new)
            for lasted_s, old, new in zip(fresh.live_exposures, before, after, strict=True)
            if old and new
        ]
        if known:
            expected = sum([lasted_s * old for lasted_s, old, _ in known])
            self.drift.rescale(sum([lasted_s * new for lasted_s, _, new in known]) / expected)
        self.hazards = fresh.hazards
        self.refresh_in_s = REFRESH_PART * fresh.exposure_s
