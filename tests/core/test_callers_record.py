"""What the record of a caller tells of the agents who were asked."""

import pytest

from busyhour.core.model.queue import MissRule, Strategy
from busyhour.core.model.values import LegMode
from tests.core.inbound import people, queue, story
from tests.core.story import Story


def parts_of(one: Story, call: str) -> list[tuple[str, int | None, float, float]]:
    """Kind, agent, from and until, in seconds of the story."""
    return [
        (part.kind, part.agent_id, round(part.started_utc_s - one.utc_s, 3), round(part.ended_utc_s - one.utc_s, 3))
        for part in one.floor.callers[call].segments
    ]


@pytest.mark.covers("OC-007", "OC-101", "MZ-041")
def test_each_agent_who_let_it_ring_is_told_and_the_one_who_answered() -> None:
    bell = queue(miss=MissRule(ring_timeout_s=8.0, rest_s=60.0, pause_after=0))
    one = story(bell, agents=people(leg_mode=LegMode.PER_CALL), show=("join",)).working("ann", "bob")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
        9 ticks
        12 leg-up bob#2
            > join i1 bob#2
        12.5 joins i1 bob#2
        20 ends i1 normal
    """)
    assert parts_of(one, "i1-1") == [("missed", 1, 1.0, 9.0), ("rung", 2, 9.0, 12.0), ("agent", 2, 12.5, 20.0)]
    assert [one.floor.agents[n].caller_talk_s for n in (1, 2)] == [0.0, 7.5]  # nobody talks while a phone rings


@pytest.mark.covers("OC-007", "OC-101")
def test_a_caller_who_is_turned_down_was_not_taken() -> None:
    bell = queue(miss=MissRule(rest_s=60.0))
    one = story(bell, agents=people("ann", leg_mode=LegMode.PER_CALL), show=("ok",)).working("ann")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
        4 hangs-up ann
            > ok
        5 ticks
    """)
    assert parts_of(one, "i1-1") == [("missed", 1, 1.0, 4.0)]


def test_when_all_ring_only_the_winner_is_told() -> None:
    """The others were spared, not found wanting."""
    all_ring = queue(strategy=Strategy.RING_ALL)
    one = story(all_ring, agents=people(leg_mode=LegMode.PER_CALL), show=("join",)).working("ann", "bob")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
        3 leg-up bob#2
            > join i1 bob#2
    """)
    assert parts_of(one, "i1-1") == [("rung", 2, 1.0, 3.0)]
    [counts] = one.floor.entries.counts[1].values()
    assert counts.distributed == 2


def test_each_offer_is_counted_of_its_queue() -> None:
    bell = queue(miss=MissRule(ring_timeout_s=8.0, rest_s=10.0, pause_after=2))
    one = story(bell, agents=people("ann", leg_mode=LegMode.PER_CALL), show=("ring",)).working("ann")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
            > ring ann#1
        9 ticks
        19 ticks
            > ring ann#2
    """)
    [counts] = one.floor.entries.counts[1].values()
    assert counts.distributed == one.floor.agents[1].callers_offered == 2
