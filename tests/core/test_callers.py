"""Stories of callers: from the number that they dialed to an agent, and all that can come in between."""

from typing import Any

import pytest

from busyhour.core.model.opening import Closed, Opening
from busyhour.core.model.queue import (
    Announce,
    Destination,
    DestinationKind,
    MissRule,
    OverflowAction,
    OverflowRule,
    OverflowTrigger,
    SkillNeed,
    Strategy,
)
from busyhour.core.model.values import LegMode
from tests.core.inbound import number, people, queue, story


@pytest.mark.covers("OC-010", "MZ-038")
def test_a_caller_is_answered_and_joined_with_a_free_agent_who_has_the_skill() -> None:
    story(show=()).working("ann").check("""
        1 arrives i1 5551 +4930123
            > arrival i1
            > answer i1
        1.1 answers i1
            > progress i1
            > entry i1 queued
            > hold i1
            > entry i1 offered
            > join i1 ann#1
            > agent ann reserved
        1.2 joins i1 ann#1
            > entry i1 served
            > progress i1 ann
            > agent ann on_contact
        61.2 ends i1 normal
            > close i1 HANDLED 60 waited 0.1
            > agent ann acw
    """)


@pytest.mark.covers("OC-102", "I20")
def test_who_hangs_up_while_they_wait_has_given_up() -> None:
    one = story().check("""
        1 arrives i1 5551 +4930123
            > answer i1
        1 answers i1
            > entry i1 queued
            > hold i1
        31 ends i1 normal
            > entry i1 left
            > close i1 ABANDONED 0 waited 30
    """)
    [counts] = one.floor.entries.counts[1].values()
    assert (counts.entered, counts.abandoned, counts.answered) == (1, 1, 0)
    assert not one.floor.entries.entries
    assert not one.floor.callers


def test_a_number_that_leads_nowhere_is_turned_away_before_it_is_answered() -> None:
    story().check("""
        1 arrives i1 999 +4930123
            > reject i1 unknown
        1.1 ends i1 rejected
            > close i1 TURNED_AWAY 0 waited 0
    """)


@pytest.mark.covers("MZ-213")
def test_a_closed_number_says_why_and_then_goes_elsewhere() -> None:
    closed = number(
        opening=Opening(emergency=True),
        prompts={Closed.EMERGENCY: "hello"},
        when_closed=(Destination(DestinationKind.NUMBER, "+4930999"),),
    )
    story(numbers=[closed]).check("""
        1 arrives i1 5551 +4930123
            > answer i1
        1.1 answers i1
            > play i1 hello
        4 prompt-ends i1
            > send-on i1 +4930999
        60 ends i1 normal
            > close i1 SENT_ON 0 waited 0
    """)


@pytest.mark.covers("MZ-038", "MZ-213")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "heard the message of the number"),
        ({"opening": Opening(emergency=True), "prompts": {Closed.EMERGENCY: "hello"}}, "the number is closed now"),
    ],
)
def test_a_message_after_which_nothing_was_to_come_says_it_all(changes: dict[str, Any], why: str) -> None:
    """Nobody is told that no agent is free who called to hear when we are open."""
    message = number(Destination(DestinationKind.PROMPT, "hello"), **changes)
    one = story(numbers=[message]).check("""
        1 arrives i1 5551 +4930123
            > answer i1
        1.1 answers i1
            > play i1 hello
        4 prompt-ends i1
            > hang-up i1
    """)
    assert [call.why for call in one.floor.callers.values()] == [why]
    one.check("""
        4.1 ends i1 normal
            > close i1 TURNED_AWAY 0 waited 0
    """)


def test_after_a_message_they_are_told_when_nobody_else_takes_them() -> None:
    both = number(Destination(DestinationKind.PROMPT, "hello"), Destination(DestinationKind.AGENT, "1"))
    story(numbers=[both]).check("""
        1 arrives i1 5551 +4930123
            > answer i1
        1.1 answers i1
            > play i1 hello
        4 prompt-ends i1
            > play i1 farewell
        9 prompt-ends i1 farewell
            > hang-up i1
    """)


@pytest.mark.covers("OC-011", "OC-107")
def test_callers_are_served_in_their_order_as_agents_get_free() -> None:
    one = story(show=("join",)).check("""
        1 arrives i1 5551 +1
        1 answers i1
        2 arrives i2 5551 +2
        2 answers i2
        3 arrives i3 5551 +3
        3 answers i3
    """)
    one.working("ann")
    assert one.floor.callers["i1-1"].agent_id == 1
    one.check("""
        3.1 joins i1 ann#1
        9 ends i1 normal
        10 wraps-up ann
            > join i2 ann#1
    """)


@pytest.mark.covers("OC-101", "I20")
def test_an_agent_who_does_not_answer_rests_and_the_caller_keeps_their_place() -> None:
    bell = queue(miss=MissRule(ring_timeout_s=8.0, rest_s=10.0, pause_after=2))
    one = story(bell, agents=people(leg_mode=LegMode.PER_CALL), show=("ring", "hang-up-leg", "agent", "entry", "join"))
    one.working("ann").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > entry i1 queued
            > entry i1 offered
            > ring ann#1
            > agent ann reserved
        9 ticks
            > hang-up-leg ann#1
            > entry i1 queued
            > agent ann not_ready resting
        19 ticks
            > agent ann available
            > entry i1 offered
            > ring ann#2
            > agent ann reserved
        27 ticks
            > hang-up-leg ann#2
            > entry i1 queued
            > agent ann not_ready missed
    """)
    assert one.floor.entries.entries["i1-1"].since_s == one.utc_s + 1


@pytest.mark.covers("I27")
def test_when_all_ring_one_wins_and_the_others_are_let_go_at_once() -> None:
    all_ring = queue(strategy=Strategy.RING_ALL)
    one = story(all_ring, agents=people(leg_mode=LegMode.PER_CALL), show=("ring", "hang-up-leg", "join", "agent"))
    one.working("ann", "bob").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > ring ann#1
            > ring bob#2
            > agent ann reserved
            > agent bob reserved
        3 leg-up bob#2
            > hang-up-leg ann#1
            > join i1 bob#2
            > agent ann available
        3.01 leg-up ann#1
            > hang-up-leg ann#1
        3.1 joins i1 bob#2
            > agent bob on_contact
    """)


@pytest.mark.covers("OC-020", "OC-100")
def test_the_agent_hears_which_queue_it_is_before_they_have_the_caller() -> None:
    story(queue(announce=Announce(whisper="hello")), show=("whisper", "join")).working("ann").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > whisper ann#1 hello
        3 whispered ann#1
            > join i1 ann#1
    """)


@pytest.mark.covers("OC-017", "OC-032")
def test_welcome_first_then_the_place_is_said_again_and_again() -> None:
    announce = Announce(welcome="hello", place_every_s=30.0, wait=False)
    story(queue(announce=announce)).check("""
        1 arrives i1 5551 +1
            > answer i1
        1 answers i1
            > play i1 hello
        5 prompt-ends i1
            > entry i1 queued
            > hold i1
        35 ticks
            > announce i1 1
        65 ticks
            > announce i1 1
    """)


@pytest.mark.covers("OC-012", "OC-015")
def test_who_waits_too_long_hears_a_message_and_is_back_at_their_place() -> None:
    rules = (
        OverflowRule(
            trigger=OverflowTrigger.WAITED, threshold=20.0, action=OverflowAction.ANNOUNCE_THEN_QUEUE, prompt="hello"
        ),
        OverflowRule(trigger=OverflowTrigger.WAITED, threshold=60.0, action=OverflowAction.ANNOUNCE_THEN_HANGUP),
    )
    one = story(queue(overflow=rules)).check("""
        1 arrives i1 5551 +1
            > answer i1
        1 answers i1
            > entry i1 queued
            > hold i1
        21 ticks
            > entry i1 overflow
            > play i1 hello
        25 prompt-ends i1
            > entry i1 queued
            > hold i1
        61 ticks
            > entry i1 left
            > play i1 farewell
        64 prompt-ends i1 farewell
            > hang-up i1
        64.1 ends i1 normal
            > close i1 TURNED_AWAY 0 waited 60
    """)
    assert not one.floor.entries.entries


@pytest.mark.covers("OC-015")
def test_an_overflow_leads_to_another_queue_where_the_age_counts_on() -> None:
    away = OverflowRule(
        trigger=OverflowTrigger.NO_AGENTS,
        action=OverflowAction.TRANSFER,
        destination=Destination(DestinationKind.QUEUE, "2"),
    )
    second = queue(queue_id=2, name="Second", skills=(SkillNeed("other"),))
    one = story(queue(skills=(SkillNeed("nobody"),), overflow=(away,)), second).check("""
        1 arrives i1 5551 +1
            > answer i1
        1.5 answers i1
            > entry i1 left
            > entry i1 queued
            > hold i1
    """)
    entry = one.floor.entries.entries["i1-1"]
    assert (entry.queue_id, entry.since_s) == (2, one.utc_s + 1)


def test_a_full_queue_turns_callers_away_with_a_busy_tone() -> None:
    story(queue(waiting_max=1)).check("""
        1 arrives i1 5551 +1
            > answer i1
        1 answers i1
            > entry i1 queued
            > hold i1
        2 arrives i2 5551 +2
            > reject i2 busy
        2 ends i2 busy
            > close i2 TURNED_AWAY 0 waited 0
    """)


def test_a_conversation_ends_when_the_queue_allows_no_more() -> None:
    story(queue(call_max_s=30.0), show=("join", "hang-up")).check("""
        1 arrives i1 5551 +1
        1 answers i1
    """).working("ann").check("""
        1.5 joins i1 ann#1
        31.5 ticks
            > hang-up i1
    """)


@pytest.mark.covers("OC-018", "OC-019")
def test_a_queue_has_its_own_music_and_its_own_language() -> None:
    announce = Announce(place_every_s=30.0, wait=False, music="p1-1-jazz", language="de-DE")
    story(queue(announce=announce), show=("hold", "announce")).working("ann").check("""
        1 arrives i1 5551 +491
        1 answers i1
            > hold i1 p1-1-jazz
        1.1 joins i1 ann#1
        2 arrives i2 5551 +492
        2 answers i2
            > hold i2 p1-1-jazz
        5 holds ann
            > hold i1 p1-1-jazz
        32 ticks
            > announce i2 1 de-DE p1-1-jazz
    """)


@pytest.mark.covers("OC-031", "MZ-042")
def test_after_a_call_an_agent_has_thirty_seconds_though_others_wait() -> None:
    story(show=("join", "agent")).working("ann").check("""
        1 arrives i1 5551 +491
        1 answers i1
            > join i1 ann#1
            > agent ann reserved
        1.1 joins i1 ann#1
            > agent ann on_contact
        2 arrives i2 5551 +492
        2 answers i2
        11 ends i1 normal
            > agent ann acw
        40.9 ticks
        41 ticks
            > agent ann available
            > join i2 ann#1
            > agent ann reserved
    """)
