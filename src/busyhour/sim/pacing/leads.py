"""The people on the list, in a fixed order: the same for each method with the same seed, whatever it does.

So that two methods meet the same luck, all draws of a lead are made in order, used or not.
"""

from collections.abc import Callable
from functools import lru_cache
from math import cos, exp, log, pi, sin, sqrt
from random import Random

from msgspec import Struct

RING_CAP_S, RING_AGAIN_S = 24.8, (3.0, 24.5)
NO_ANSWER_S = 25.0
MACHINE_S, AMD_S = (14.0, 22.0), 2.5
BUSY_S = (1.0, 4.0)
MACHINE_PART, NO_ANSWER_PART = 0.45, 0.40


class Lead(Struct, gc=False):
    ring_s: float  # until it is answered, or known not to be
    live: bool
    talk_s: float = 0.0
    wrap_s: float = 0.0
    machine: bool = False
    missed: bool = False  # a person who is taken for a machine, and cut off
    late_s: float = 0.0  # the answer is heard of so much later


class Span(Struct, frozen=True):
    """Log-normal, clipped."""

    mean: float
    cv: float
    least: float
    most: float


TALK = Span(120.0, 1.2, 4.0, 1500.0)
WRAP = Span(20.0, 0.6, 2.0, 180.0)
RING = Span(9.0, 0.55, 0.0, 1e9)
SHORT, LONG, SHORT_PART = Span(25.0, 0.5, 4.0, 1500.0), Span(260.0, 0.6, 4.0, 1500.0), 0.6


def lognormal(span: Span) -> Callable[[float], float]:
    """From a standard normal draw."""
    variance = log(1.0 + span.cv**2)
    mu, sigma = log(span.mean) - variance / 2, sqrt(variance)
    least, most = span.least, span.most
    return lambda z: min(max(exp(mu + sigma * z), least), most)


Talk = Callable[[float, float], float]  # from a normal draw and a uniform one


def one_hump() -> Talk:
    talk = lognormal(TALK)
    return lambda z, u: talk(z)


def two_humps() -> Talk:
    short, long = lognormal(SHORT), lognormal(LONG)
    return lambda z, u: (short if u < SHORT_PART else long)(z)


def usual(seed: int, chance: Callable[[float], float], talk_of: Talk | None = None) -> Callable[[float], Lead]:
    """`chance(t)`: P(answered by a person) of a call placed at `t`. Gives the next lead, called at `t`."""
    rolls = Random(seed).random
    ring_of, wrap_of = lognormal(RING), lognormal(WRAP)
    talk_of = talk_of or one_hump()

    def next_lead(now_s: float) -> Lead:
        u, kind, spread, u1, u2, u3, u4 = rolls(), rolls(), rolls(), rolls(), rolls(), rolls(), rolls()
        if u < chance(now_s):
            r1, r2 = sqrt(-2.0 * log(1.0 - u1)), sqrt(-2.0 * log(1.0 - u3))
            ring_s = 2.0 + ring_of(r1 * cos(2 * pi * u2))
            if ring_s > RING_CAP_S:
                ring_s = RING_AGAIN_S[0] + spread * (RING_AGAIN_S[1] - RING_AGAIN_S[0])
            return Lead(ring_s, True, talk_of(r1 * sin(2 * pi * u2), kind), wrap_of(r2 * cos(2 * pi * u4)))
        return not_live(kind, spread)

    return next_lead


@lru_cache(maxsize=2)
def _list(seed: int, p: float) -> tuple[list[Lead], Callable[[float], Lead]]:
    """A list as far as it was called, and who comes after."""
    return [], usual(seed, lambda now_s: p)


def always(seed: int, p: float) -> Callable[[float], Lead]:
    """With one chance of an answer all the time: the same people for each method, so they are drawn only once."""
    people, after = _list(seed, p)
    at = -1

    def next_lead(now_s: float) -> Lead:
        nonlocal at
        at += 1
        if at == len(people):
            people.append(after(now_s))
        return people[at]

    return next_lead


def not_live(kind: float, spread: float) -> Lead:
    """From two uniform draws."""
    if kind < MACHINE_PART:
        low, high = MACHINE_S
        return Lead(low + spread * (high - low) + AMD_S, False, machine=True)
    if kind < MACHINE_PART + NO_ANSWER_PART:
        return Lead(NO_ANSWER_S, False)
    low, high = BUSY_S
    return Lead(low + spread * (high - low), False)


def inbound(rolls: Random) -> Callable[[], tuple[float, Lead]]:
    """People who call us: how long until the next, as a part of the mean, and how long they talk."""
    talk_of, wrap_of = lognormal(TALK), lognormal(WRAP)

    def next_caller() -> tuple[float, Lead]:
        return rolls.expovariate(1.0), Lead(0.0, True, talk_of(rolls.gauss(0, 1)), wrap_of(rolls.gauss(0, 1)))

    return next_caller


def memoryless(seed: int, p: float, service_s: float, ring_s: float) -> Callable[[float], Lead]:
    """Everything exponential, no wrap-up: the world whose optimum can be computed."""
    rolls = Random(seed).random

    def next_lead(now_s: float) -> Lead:
        u, ring, talk = rolls(), rolls(), rolls()
        return Lead(-ring_s * log(1.0 - ring), u < p, -service_s * log(1.0 - talk), 0.0)

    return next_lead
