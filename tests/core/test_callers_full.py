"""Callers who hear us already and come to a queue that has no room: they are told so, or their agent keeps them."""

from typing import Any

import pytest

from busyhour.core.commands import CloseCaller, Refuse
from busyhour.core.events import CallEnded, Instant, SendOnAsked
from busyhour.core.life.call import CallState
from busyhour.core.model.callers import CallerOutcome
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.queue import (
    Destination,
    DestinationKind,
    OverflowAction,
    OverflowRule,
    OverflowTrigger,
    Queue,
    SkillNeed,
)
from busyhour.core.model.values import EndCause
from tests.core.inbound import number, people, queue, story
from tests.core.story import Story

T, A = OverflowTrigger, OverflowAction
TO_SECOND = Destination(DestinationKind.QUEUE, "2")
OUTSIDE = Destination(DestinationKind.NUMBER, "+4930999")
SHOWN = ("ok", "refused", "entry", "hold", "play", "hang-up", "close", "send-on")


def second(**changes: Any) -> Queue:
    """Bob's alone; one may wait in it."""
    return queue(**{"queue_id": 2, "name": "Second", "skills": (SkillNeed("other"),), "waiting_max": 1, **changes})


def one_waits_there(first: Queue, full: Queue) -> Story:
    """In the second queue, by a number of its own; and Ann talks with a caller of the first."""
    bob = AgentProfile(agent_id=2, name="bob", skills={"other": 1})
    numbers = [number(), DialedNumber(pattern="5552", treatment=Treatment(to=(TO_SECOND,)))]
    one = story(first, full, agents=[*people("ann"), bob], numbers=numbers, show=SHOWN).working("ann")
    return one.check("""
        1 arrives i1 5552 +1
        1 answers i1
            > entry i1 queued
            > hold i1
        2 arrives i2 5551 +2
        2 answers i2
            > entry i2 queued
            > hold i2
            > entry i2 offered
        2.1 joins i2 ann#1
            > entry i2 served
    """)


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ((), "the queue is full"),
        ((OverflowRule(trigger=T.FULL, action=A.REJECT),), "the queue is full"),
        ((OverflowRule(trigger=T.FULL, action=A.ANNOUNCE_THEN_HANGUP, prompt="full"),), "the queue is full"),
        ((OverflowRule(trigger=T.SIZE, threshold=1.0, action=A.REJECT),), "1 wait already"),
    ],
)
def test_an_agent_cannot_send_a_caller_to_a_queue_that_would_let_them_go(
    rules: tuple[OverflowRule, ...], why: str
) -> None:
    """The agent hears why, and has the caller still."""
    one = one_waits_there(queue(), second(overflow=rules))
    asked = SendOnAsked(agent_id=1, destination=TO_SECOND, note="", request="r")
    [refused] = one.floor.handle(Instant(10.0, one.utc_s + 10), asked)
    assert isinstance(refused, Refuse)
    assert (refused.code, refused.text) == (
        "not_possible",
        f"They would be let go there: {why}. Choose another destination.",
    )
    call = one.floor.callers["i1-2"]
    assert (call.state, call.agent_id) == (CallState.TALKING, 1)


def test_where_a_full_queue_leads_elsewhere_an_agent_may_send_callers_there() -> None:
    elsewhere = OverflowRule(trigger=T.FULL, action=A.TRANSFER, destination=OUTSIDE)
    one_waits_there(queue(), second(overflow=(elsewhere,), trunk_ids=(1,))).check("""
        10 sends-on ann queue 2
            > hold i2
            > ok
            > entry i2 left
            > send-on i2 +4930999
    """)


@pytest.mark.covers("OC-015")
def test_whom_a_rule_sends_on_to_a_full_queue_hears_a_good_bye() -> None:
    late = OverflowRule(trigger=T.WAITED, threshold=20.0, action=A.TRANSFER, destination=TO_SECOND)
    one = one_waits_there(queue(overflow=(late,)), second()).check("""
        3 arrives i3 5551 +3
        3 answers i3
            > entry i3 queued
            > hold i3
        23 ticks
            > entry i3 left
            > entry i3 left
            > play i3 farewell
        27 prompt-ends i3 farewell
            > hang-up i3
    """)
    ended = CallEnded(call="i1-3", cause=EndCause.NORMAL, at_utc_s=one.utc_s + 28)
    orders = one.floor.handle(Instant(28.0, one.utc_s + 28), ended)
    [record] = [order.record for order in orders if isinstance(order, CloseCaller)]
    assert (record.outcome, record.why, record.wait_s) == (CallerOutcome.TURNED_AWAY, "the queue is full", 20.0)


@pytest.mark.covers("OC-015")
def test_a_rule_that_turns_away_says_its_message_to_whom_was_answered() -> None:
    rule = OverflowRule(trigger=T.WAITED, threshold=5.0, action=A.REJECT, prompt="later")
    story(queue(overflow=(rule,)), show=SHOWN).check("""
        1 arrives i1 5551 +1
        1 answers i1
            > entry i1 queued
            > hold i1
        6 ticks
            > entry i1 left
            > play i1 later
        9 prompt-ends i1 later
            > hang-up i1
    """)
