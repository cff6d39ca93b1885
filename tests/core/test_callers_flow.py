"""Stories of a caller's and an agent's states, in the order in which callers go through them."""

import pytest

from busyhour.core.events import PbxSeen
from busyhour.core.life.agent import AgentState
from busyhour.core.model.pictures import PbxPicture
from busyhour.core.model.queue import Announce, OverflowAction, OverflowRule, OverflowTrigger
from busyhour.core.model.values import LegMode
from tests.core.inbound import people, queue, story

BUSY = OverflowRule(
    trigger=OverflowTrigger.SIZE, threshold=1.0, action=OverflowAction.ANNOUNCE_THEN_QUEUE, prompt="busy"
)
REJECT = OverflowRule(trigger=OverflowTrigger.SIZE, threshold=1.0, action=OverflowAction.REJECT)
FULL = OverflowRule(trigger=OverflowTrigger.SIZE, threshold=1.0, action=OverflowAction.ANNOUNCE_THEN_HANGUP)


@pytest.mark.covers("OC-001", "OC-098", "OC-099")
def test_after_the_welcome_who_finds_the_queue_overloaded_hears_so_and_waits_on() -> None:
    story(queue(announce=Announce(welcome="hello"), overflow=(BUSY,))).check("""
        1 arrives i1 5551 +1
            > answer i1
        1 answers i1
            > play i1 hello
        4 prompt-ends i1
            > entry i1 queued
            > hold i1
        5 arrives i2 5551 +2
            > answer i2
        5 answers i2
            > play i2 hello
        8 prompt-ends i2
            > entry i2 overflow
            > play i2 busy
        12 prompt-ends i2 busy
            > entry i2 queued
            > hold i2
    """)


@pytest.mark.covers("OC-098", "OC-099")
def test_a_message_that_ends_the_call_ends_it_and_one_that_leads_on_asks_for_an_agent() -> None:
    story(queue(overflow=(FULL,))).check("""
        1 arrives i1 5551 +1
            > answer i1
        1 answers i1
            > entry i1 queued
            > hold i1
        5 arrives i2 5551 +2
            > answer i2
        5 answers i2
            > entry i2 left
            > play i2 farewell
        9 prompt-ends i2 farewell
            > hang-up i2
        9.1 ends i2 normal
            > close i2 TURNED_AWAY 0 waited 0
    """)
    story(queue(overflow=(BUSY,)), show=("play", "entry", "join")).check("""
        1 arrives i1 5551 +1
        1 answers i1
            > entry i1 queued
        5 arrives i2 5551 +2
        5 answers i2
            > entry i2 overflow
            > play i2 busy
        6 ends i1 normal
            > entry i1 left
    """).working("ann").check("""
        9 prompt-ends i2 busy
            > entry i2 queued
            > entry i2 offered
            > join i2 ann#1
    """)


@pytest.mark.covers("OC-031", "OC-104", "MZ-042")
def test_the_wrap_up_of_30_s_keeps_an_agent_from_a_caller_who_waits_and_ends_by_itself() -> None:
    one = story(show=("join", "agent")).working("ann")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 ann#1
            > agent ann reserved
        2 joins i1 ann#1
            > agent ann on_contact
        3 arrives i2 5551 +2
        3 answers i2
        10 ends i1 normal
            > agent ann acw
        39.9 ticks
        40 ticks
            > agent ann available
            > join i2 ann#1
            > agent ann reserved
    """)


@pytest.mark.covers("OC-104")
def test_a_caller_who_is_gone_before_pickup_leaves_the_agent_free_at_once() -> None:
    story(agents=people("ann", leg_mode=LegMode.PER_CALL), show=("agent", "hang-up-leg")).working("ann").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > agent ann reserved
        4 ends i1 normal
            > hang-up-leg ann#1
            > agent ann available
    """)


@pytest.mark.covers("OC-125")
def test_each_wrap_up_ends_by_itself() -> None:
    """The first agent to be free again does not wait for the last."""
    story(show=("join", "agent")).working("ann", "bob").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 ann#1
            > agent ann reserved
        1.1 joins i1 ann#1
            > agent ann on_contact
        2 arrives i2 5551 +2
        2 answers i2
            > join i2 bob#2
            > agent bob reserved
        2.1 joins i2 bob#2
            > agent bob on_contact
        10 ends i1 normal
            > agent ann acw
        25 ends i2 normal
            > agent bob acw
        40 ticks
            > agent ann available
        41 arrives i3 5551 +3
        41 answers i3
            > join i3 ann#1
            > agent ann reserved
        41.1 joins i3 ann#1
            > agent ann on_contact
        55 ticks
            > agent bob available
    """)


@pytest.mark.covers("OC-108")
def test_who_logs_off_in_a_call_finishes_it_and_gets_no_other() -> None:
    one = story(show=("join", "agent", "hang-up")).working("ann")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 ann#1
            > agent ann reserved
        1.1 joins i1 ann#1
            > agent ann on_contact
        5 logs-off ann
            > agent ann on_contact
        6 arrives i2 5551 +2
        6 answers i2
    """)
    assert one.floor.agents[1].leaving
    assert one.floor.agents[1].state is AgentState.ON_CONTACT
    one.check("""
        20 ends i1 normal
            > agent ann acw
        50 ticks
            > agent ann offline
        60 ticks
    """)


@pytest.mark.covers("OC-124")
def test_nobody_stays_in_a_call_whose_end_was_never_told() -> None:
    """A call has a longest duration, and whoever ends it frees the agent; both without the other side's word."""
    story(queue(call_max_s=600.0), show=("hang-up", "agent")).working("ann").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > agent ann reserved
        1.1 joins i1 ann#1
            > agent ann on_contact
        601.1 ticks
            > hang-up i1
        601.2 ends i1 timeout
            > agent ann acw
    """)


def test_who_is_being_answered_has_the_last_place_already() -> None:
    """Nobody who was answered is hung up on because others came in the same moment."""
    one = story(queue(waiting_max=1)).check("""
        1 arrives i1 5551 +1
            > answer i1
        1.1 arrives i2 5551 +2
            > reject i2 busy
        1.2 answers i1
            > entry i1 queued
            > hold i1
        2 ends i2 busy
            > close i2 TURNED_AWAY 0 waited 0
        3 arrives i3 5551 +3
            > reject i3 busy
    """)
    assert not one.floor.entries.let_in


def test_who_hears_the_welcome_has_a_place_already() -> None:
    story(queue(announce=Announce(welcome="hello"), overflow=(REJECT,))).check("""
        1 arrives i1 5551 +1
            > answer i1
        1 answers i1
            > play i1 hello
        2 arrives i2 5551 +2
            > reject i2 busy
        5 prompt-ends i1
            > entry i1 queued
            > hold i1
    """)


def test_the_place_of_who_gives_up_before_the_answer_is_free() -> None:
    one = story(queue(waiting_max=1)).check("""
        1 arrives i1 5551 +1
            > answer i1
        1.1 ends i1 normal
            > close i1 ABANDONED 0 waited 0
        1.2 arrives i2 5551 +2
            > answer i2
    """)
    assert list(one.floor.entries.let_in.values()) == [1], "only the second one is on the way to it"


def test_for_whom_an_agent_is_free_there_is_room_and_who_was_let_in_may_stay() -> None:
    """Three for two free agents and one place; then both agents are gone before anybody is in the queue."""
    story(queue(waiting_max=1)).working("ann", "bob").check("""
        1 arrives i1 5551 +1
            > answer i1
        1.01 arrives i2 5551 +2
            > answer i2
        1.02 arrives i3 5551 +3
            > answer i3
        1.03 arrives i4 5551 +4
            > reject i4 busy
        1.04 pauses ann lunch
            > ok
        1.05 pauses bob lunch
            > ok
        1.1 answers i1
            > entry i1 queued
            > hold i1
        1.2 answers i2
            > entry i2 queued
            > hold i2
        1.3 answers i3
            > entry i3 queued
            > hold i3
    """)


def test_who_arrives_while_we_look_at_the_pbx_is_not_taken_for_gone() -> None:
    """The picture was asked for before they came, and told after."""
    one = story().check("""
        1 arrives i1 5551 +1
            > answer i1
    """)
    seen = PbxSeen(pbx=PbxPicture(boot="one"), asked_mono_s=0.9)
    assert one._handle(1.1, seen) == []
    one.check("""
        1.2 answers i1
            > entry i1 queued
            > hold i1
    """)
