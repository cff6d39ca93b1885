"""Leads of worlds less kind: a slow way to the network, machine detection that errs, people who are not alike."""

from collections.abc import Callable
from random import Random

from busyhour.sim.pacing import leads
from busyhour.sim.pacing.leads import Lead

LATENCY_S = (0.2, 1.0)  # to the network, and again back
AMD_LISTENS_S = 0.8  # before a person is known to be one
PERSON_MISSED, MACHINE_PASSED = 0.03, 0.05
PERSON_MISSED_SELDOM = 0.01  # at 3 % the law leaves nothing
MACHINE_TALK_S, MACHINE_WRAP_S = 6.0, 5.0  # until the agent has noticed
LIKELY, UNLIKELY = 1.7, 0.3  # of p; half the list each, and it is known who is who
SEED_APART = 2_000_003

Leads = Callable[[float], Lead]


def late(seed: int, plain: Leads) -> Leads:
    rolls = Random(seed + SEED_APART)

    def next_lead(now_s: float) -> Lead:
        lead = plain(now_s)
        there, back = rolls.uniform(*LATENCY_S), rolls.uniform(*LATENCY_S)
        lead.ring_s += there + back
        lead.late_s = back
        return lead

    return next_lead


def mistaken(seed: int, plain: Leads, person_missed: float = PERSON_MISSED) -> Leads:
    rolls = Random(seed + SEED_APART).random

    def next_lead(now_s: float) -> Lead:
        lead, luck = plain(now_s), rolls()
        if lead.live:
            lead.ring_s += AMD_LISTENS_S
            lead.late_s = AMD_LISTENS_S
            lead.missed = luck < person_missed
        elif lead.machine and luck < MACHINE_PASSED:
            lead.live, lead.talk_s, lead.wrap_s = True, MACHINE_TALK_S, MACHINE_WRAP_S
        return lead

    return next_lead


def mixed(seed: int, p: float) -> Leads:
    """Asked in the order of the calls."""
    call = -1

    def chance(now_s: float) -> float:
        nonlocal call
        call += 1
        return p * (LIKELY if is_likely(call) else UNLIKELY)

    return leads.usual(seed, chance)


def is_likely(call: int) -> bool:
    """Scattered over the list, the same in each."""
    return bool((call * 2_654_435_761 >> 16) & 1)
