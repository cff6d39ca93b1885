"""Whether calls are answered more, or less, than what was learned says: one multiplier on the chance of an answer.

A slow count follows the day. Upward, a count over about ten answers takes over as soon as it leaves the slow one by
more than chance explains, for waiting would cost abandoned calls. Downward there is no hurry, and a false alarm would
cost most where agents are many: that takes more answers, and more certainty.
"""

from math import exp, sqrt

from msgspec import Struct, field

SLOW_EVENTS, MIDDLE_EVENTS, FAST_EVENTS = 400.0, 60.0, 10.0
Z_UP, Z_DOWN = 1.8, -2.8
PRIOR_EVENTS = 3.0
LEAST = 0.25  # below, it is for the hazards to learn
TRUST_EVENTS = 20.0  # a start without answers may be the first seconds of ringing: downward is believed after these


class Count(Struct, kw_only=True):
    """Answers seen and expected, the older the less."""

    keeps: float  # events
    seen: float = 0.0
    expected: float = 0.0
    squares: float = 0.0  # of the weights: what the variance is made of

    def add(self, seen: float, expected: float) -> None:
        keep = exp(-expected / self.keeps)
        self.seen = self.seen * keep + seen
        self.expected = self.expected * keep + expected
        self.squares = self.squares * keep * keep + expected

    def rescale(self, ratio: float) -> None:
        self.expected *= ratio
        self.squares *= ratio

    def ratio(self, prior: float = 1.0) -> float:
        return (self.seen + PRIOR_EVENTS * prior) / (self.expected + PRIOR_EVENTS)

    def z(self, level: float) -> float:
        return (self.seen - level * self.expected) / sqrt(level * self.squares + 1e-9)


class Drift(Struct, kw_only=True):
    slow: Count = field(default_factory=lambda: Count(keeps=SLOW_EVENTS))
    middle: Count = field(default_factory=lambda: Count(keeps=MIDDLE_EVENTS))
    fast: Count = field(default_factory=lambda: Count(keeps=FAST_EVENTS))
    trust: float = 0.0  # answers in all, as far as they matter
    new_seen: float = 0.0
    new_expected: float = 0.0

    def expect(self, answers: float) -> None:
        """So many more were to be expected."""
        self.new_expected += answers

    def answered(self) -> None:
        self.new_seen += 1.0

    def look(self) -> None:
        """Take in what is new, seen and expected together: a second may bring more than the fast count keeps."""
        for count in (self.slow, self.middle, self.fast):
            count.add(self.new_seen, self.new_expected)
        self.trust = min(self.trust + self.new_seen, TRUST_EVENTS)
        self.new_seen = self.new_expected = 0.0

    def rescale(self, ratio: float) -> None:
        """What was learned has changed: what would be expected by it now."""
        for count in (self.slow, self.middle, self.fast):
            count.rescale(ratio)

    def multiplier(self) -> float:
        return max(self._latest(), 1.0 - self.trust / TRUST_EVENTS, LEAST)

    def _latest(self) -> float:
        slow = self.slow.ratio()
        if self.fast.z(slow) > Z_UP:
            return self.fast.ratio(slow)
        if self.middle.z(slow) < Z_DOWN:
            return self.middle.ratio(slow)
        return slow
