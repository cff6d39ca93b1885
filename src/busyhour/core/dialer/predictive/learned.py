"""What one campaign has taught so far: all that must outlive a restart."""

from collections.abc import Iterable

from msgspec import Struct, field

from busyhour.core.dialer.predictive.drift import Drift
from busyhour.core.dialer.predictive.hazards import Ends, chained_hazards, hazards
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

Ages = Iterable[tuple[float, float]]  # (age in seconds, weight)


def _talk() -> Ends:
    return Ends.fresh(TALK_BINS, TALK_BIN_S)


def _wrap() -> Ends:
    return Ends.fresh(WRAP_BINS, 1.0)


def _ring() -> Ends:
    return Ends.fresh(RING_BINS, 1.0)


class Learned(Struct, kw_only=True):
    talk: Ends = field(default_factory=_talk)
    wrap: Ends = field(default_factory=_wrap)
    live: Ends = field(default_factory=_ring)  # weighted with the calls' chance factors
    dead: Ends = field(default_factory=_ring)
    drift: Drift = field(default_factory=Drift)
    price: Price = field(default_factory=Price)
    # The hazards in use, of the last refresh.
    talk_hazard: list[float] = field(default_factory=TALK_PRIOR.copy)
    wrap_hazard: list[float] = field(default_factory=WRAP_PRIOR.copy)
    live_hazard: list[float] = field(default_factory=LIVE_PRIOR.copy)
    dead_hazard: list[float] = field(default_factory=DEAD_PRIOR.copy)
    ripe_hazard: list[float] = field(default_factory=lambda: [0.0] * RING_BINS)  # of live answers; 0 = not ripe
    refresh_in_s: float = -1.0  # of exposure; at first at once

    def refresh(self, talking: Ages, wrapping: Ages, ringing: Ages) -> None:
        """Learn from all that has ended, and from all that has not ended yet."""
        talking, wrapping, ringing = list(talking), list(wrapping), list(ringing)
        self.talk_hazard = chained_hazards(self.talk.events, self.talk.exposures(talking), TALK_PRIOR)
        self.wrap_hazard = chained_hazards(self.wrap.events, self.wrap.exposures(wrapping), WRAP_PRIOR)
        plain = [(age_s, 1.0) for age_s, _ in ringing]
        self.dead_hazard = hazards(self.dead.events, self.dead.exposures(plain), DEAD_PRIOR)
        exposures = self.live.exposures(ringing)
        self.live_hazard = hazards(self.live.events, exposures, LIVE_PRIOR)
        ripe = [
            hazard if count >= RIPE_EVENTS else 0.0
            for hazard, count in zip(self.live_hazard, self.live.events, strict=True)
        ]
        known = [
            (lasted_s, old, new)
            for lasted_s, old, new in zip(exposures, self.ripe_hazard, ripe, strict=True)
            if old and new
        ]
        if known:
            expected = sum(lasted_s * old for lasted_s, old, _ in known)
            self.drift.rescale(sum(lasted_s * new for lasted_s, _, new in known) / expected)
        self.ripe_hazard = ripe
        under_way_s = sum(age_s for age_s, _ in (*talking, *wrapping, *ringing))
        done_s = self.talk.exposure_s + self.wrap.exposure_s + self.dead.exposure_s
        self.refresh_in_s = REFRESH_PART * (done_s + under_way_s)
