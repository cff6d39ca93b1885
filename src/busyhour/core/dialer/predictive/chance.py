"""How likely this number is to be answered now, beside the others: learned from each attempt, by what is known of it.

A logistic model of a handful of traits, each with a weight and how sure it is of it (a Gaussian, updated one attempt
at a time). A trait seldom seen stays near "as the others". What comes out is a factor on the odds of an answer, 1.0 for
the usual number; the level itself is the pacer's to learn.
"""

from collections.abc import Sequence
from math import exp, pi, sqrt

from msgspec import Struct, field

TRAIT_VARIANCE = 0.3  # before anything was seen: a trait moves the odds by a factor of about 1.7, or not
BASE_VARIANCE = 2.0
VARIANCE_LEAST = 0.0004  # never quite sure: what is learned follows the months
TRAITS_MAX = 1_000  # weights kept; further traits are taken as unknown
FACTOR_LEAST, FACTOR_MOST = 0.1, 8.0
CENTER_PART = 0.002
ATTEMPTS_TOLD_APART = 6


class Traits(Struct, frozen=True, kw_only=True):
    """What is known of a number before it is dialed. All are optional: "" and None count as not known."""

    hour: int | None = None  # of the day there
    weekend: bool | None = None
    attempts: int | None = None  # made so far
    line: str = ""  # mobile, fixed, ...
    last: str = ""  # outcome of the last attempt

    def names(self) -> Sequence[str]:
        found = []
        if self.hour is not None:
            day = "" if self.weekend is None else "e" if self.weekend else "d"
            found.append(f"hour {self.hour}{day}")
        if self.attempts is not None:
            found.append(f"attempts {min(self.attempts, ATTEMPTS_TOLD_APART)}")
        if self.line:
            found.append(f"line {self.line}")
        if self.last:
            found.append(f"last {self.last}")
        return found


class Weight(Struct):
    mean: float = 0.0
    variance: float = TRAIT_VARIANCE


class Chances(Struct, kw_only=True):
    """All that is learned; to be stored with the campaign."""

    base: Weight = field(default_factory=lambda: Weight(variance=BASE_VARIANCE))
    weights: dict[str, Weight] = field(default_factory=dict)
    center: float = 0.0  # of the traits' sum over the numbers dialed

    def factor(self, traits: Traits) -> float:
        """On the odds, beside the usual number."""
        factor = exp(self._sum(traits) - self.center)
        return min(max(factor, FACTOR_LEAST), FACTOR_MOST)

    def chance(self, traits: Traits) -> float:
        """The probability itself, as the model has it."""
        known = [self.weights[name] for name in traits.names() if name in self.weights]
        return _probability([self.base, *known])

    def learn(self, traits: Traits, answered: bool) -> None:
        """What came of an attempt that rang to its end; one that we hung up says nothing."""
        weights = [self.base, *self._weights(traits)]
        wrong = float(answered) - (chance := _probability(weights))
        for weight in weights:
            weight.variance = max(1.0 / (1.0 / weight.variance + chance * (1.0 - chance)), VARIANCE_LEAST)
            weight.mean += weight.variance * wrong
        self.center += CENTER_PART * (self._sum(traits) - self.center)

    def _sum(self, traits: Traits) -> float:
        weights = self.weights
        return sum(weights[name].mean for name in traits.names() if name in weights)

    def _weights(self, traits: Traits) -> list[Weight]:
        found = []
        for name in traits.names():
            weight = self.weights.get(name)
            if weight is None and len(self.weights) < TRAITS_MAX:
                weight = self.weights[name] = Weight()
            if weight is not None:
                found.append(weight)
        return found


def _probability(weights: Sequence[Weight]) -> float:
    """The mean of the logistic function over what is not sure."""
    mean = sum(weight.mean for weight in weights)
    spread = sum(weight.variance for weight in weights)
    return 1.0 / (1.0 + exp(-mean / sqrt(1.0 + pi * spread / 8.0)))
