"""How likely it is that something ends in the next second, given how long it has lasted: learned as events over
exposure.

What is still going on counts as exposure. A mean of what has ended would not do: at a cold start only short
conversations have ended, and after a burst of calls the answers come first and the no-answers last, so both would
make us dial far too much.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from msgspec import Struct

EVENTS_MAX = 20_000.0  # beyond it old events fade: what is learned stays able to change
PRIOR_EVENTS = 1.0  # weight of a prior in one bin
CHAIN_EVENTS = 3.0  # weight of "as the prior says" against what the bins before it saw
CHAIN_KEEP = 0.9  # how much of what a bin saw is passed on to the next


class Ends(Struct, kw_only=True):
    """What has ended, by age: events, and what is needed for the exposure of each bin."""

    bin_s: float
    events: list[float]
    gone: list[float]  # weight of those that ended in this bin, by an event or else
    rest: list[float]  # their time inside this bin, times weight
    total: float = 0.0  # events
    exposure_s: float = 0.0

    @classmethod
    def fresh(cls, bins: int, bin_s: float) -> "Ends":
        return cls(bin_s=bin_s, events=[0.0] * bins, gone=[0.0] * bins, rest=[0.0] * bins)

    def add(self, lasted_s: float, event: bool, weight: float = 1.0) -> None:
        """`weight`: the chance factor; a call twice as likely to be answered is twice the exposure."""
        lasted_s = max(0.0, lasted_s)
        at = min(int(lasted_s / self.bin_s), len(self.events) - 1)
        self.gone[at] += weight
        self.rest[at] += weight * min(lasted_s - at * self.bin_s, self.bin_s)
        self.exposure_s += weight * lasted_s
        if event:
            self.events[at] += 1.0
            self.total += 1.0
            if self.total > EVENTS_MAX:
                self.fade()

    def fade(self) -> None:
        for column in (self.events, self.gone, self.rest):
            column[:] = [value / 2 for value in column]
        self.total /= 2
        self.exposure_s /= 2

    def exposures(self, active: Iterable[tuple[float, float]]) -> list[float]:
        """Per bin, with those still going on: their (age, weight)."""
        bin_s, last = self.bin_s, len(self.gone) - 1
        gone, rest = self.gone.copy(), self.rest.copy()
        for age_s, weight in active:
            at = int(age_s / bin_s)
            if at > last:
                gone[last] += weight
                rest[last] += weight * bin_s
            elif age_s > 0.0:
                gone[at] += weight
                rest[at] += weight * (age_s - at * bin_s)
        # The weight that lasted at least until each bin, from the last on; and so beyond the one before it.
        beyond = [0.0, *accumulate(reversed(gone))]
        beyond.pop()
        beyond.reverse()
        return [inside + bin_s * after for inside, after in zip(rest, beyond, strict=True)]


def hazards(events: Sequence[float], exposures: Sequence[float], prior: Sequence[float]) -> list[float]:
    """Per second; where little was seen, the prior. Each bin stands alone: that nobody answers in the first seconds
    says nothing of the seconds after."""
    return [
        (count + PRIOR_EVENTS) / (exposure_s + PRIOR_EVENTS / before)
        for count, exposure_s, before in zip(events, exposures, prior, strict=True)
    ]


def chained_hazards(events: Sequence[float], exposures: Sequence[float], prior: Sequence[float]) -> list[float]:
    """Per second; where little was seen, the prior, times what the bins before it say of the prior's level."""
    found = []
    seen, expected = 0.0, 0.0
    for count, exposure_s, before in zip(events, exposures, prior, strict=True):
        guess = before * (seen + CHAIN_EVENTS) / (expected + CHAIN_EVENTS)
        found.append((count + PRIOR_EVENTS) / (exposure_s + PRIOR_EVENTS / guess))
        seen = CHAIN_KEEP * seen + count
        expected = CHAIN_KEEP * expected + before * exposure_s
    return found
