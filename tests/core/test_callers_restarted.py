"""Callbacks' dials and calls that are over, when another engine begins."""

from typing import Any

import pytest
from msgspec.structs import replace

from busyhour.core.events import CallEnded, Instant
from busyhour.core.life.call import CallState
from busyhour.core.life.callback import CallbackState
from busyhour.core.model.callers import Callback, CallerOutcome, EntryPicture, OpenCaller
from busyhour.core.model.pictures import CallHistory, ChannelPicture, PbxPicture
from busyhour.core.model.queue import CallbackRule
from busyhour.core.model.values import AcwMode, EndCause
from tests.core.inbound import people, queue, story
from tests.core.story import NOON_UTC_S

PROMISE = "k-i1-1"
ANN_LEG = ChannelPicture(channel="a1-1-7-1", answered=True, bridge="ra1-1-7-1")


def promise() -> Callback:
    """It is being dialed."""
    return Callback(
        callback=PROMISE,
        queue_id=1,
        number="+1",
        rule=CallbackRule(),
        since_utc_s=NOON_UTC_S - 90,
        promised_utc_s=NOON_UTC_S - 80,
        state=CallbackState.DIALING,
        attempts=1,
    )


def dial(**changes: Any) -> OpenCaller:
    usual = {
        "call": "b1-7-1",
        "dialed": "+1",
        "number": "+1",
        "arrived_utc_s": NOON_UTC_S - 30,
        "state": "sent",
        "queue_id": 1,
        "callback": PROMISE,
        "agent_id": 1,
        "trunk_id": 1,
    }
    return OpenCaller(**{**usual, **changes})


@pytest.mark.covers("I22")
def test_who_answered_a_call_back_while_no_engine_was_there_is_not_called_again() -> None:
    ended = CallHistory(
        channel="b1-7-1", answered_utc_s=NOON_UTC_S - 20, ended_utc_s=NOON_UTC_S - 5, cause=EndCause.NORMAL
    )
    one = story(
        queue(),
        callers=[dial()],
        callbacks=[promise()],
        pbx=PbxPicture(boot="one", channels=(), histories=(ended,)),
        show=("callback", "call-back", "close"),
    )
    assert PROMISE not in one.floor.entries.promises.callbacks
    assert "callback i1 done" in one.first
    one.working("ann").check("60 ticks")


@pytest.mark.covers("I27")
@pytest.mark.parametrize(("had", "with_agent"), [("b1-7-1", True), ("i1-9", False)])
def test_a_call_back_that_rings_is_its_agents_still_if_they_have_had_nobody_else_since(
    had: str, with_agent: bool
) -> None:
    ann = replace(people("ann")[0], session_open=True, pause_reason=None, call=had)
    ringing = ChannelPicture(channel="b1-7-1", answered=False, ringing=True)
    one = story(
        queue(),
        agents=[ann],
        callers=[dial()],
        callbacks=[promise()],
        pbx=PbxPicture(boot="one", channels=(ANN_LEG, ringing)),
        show=("agent",),
    )
    call = one.floor.callers["b1-7-1"]
    assert (call.state, call.agent_id == 1) == (CallState.DIALING, with_agent)


@pytest.mark.covers("I34")
def test_a_call_that_is_over_and_being_wrapped_up_holds_no_line() -> None:
    ann = replace(people("ann")[0], session_open=True, acw_call="b1-7-1", acw_until_utc_s=NOON_UTC_S + 60)
    over = dial(
        state="final",
        answered_utc_s=NOON_UTC_S - 25,
        joined_utc_s=NOON_UTC_S - 25,
        outcome=CallerOutcome.HANDLED,
        ended_utc_s=NOON_UTC_S - 5,
    )
    one = story(queue(), agents=[ann], callers=[over], pbx=PbxPicture(boot="one", channels=(ANN_LEG,)))
    assert (one.floor.callers["b1-7-1"].trunk_id, one.floor.trunks[1].up) == (0, 0)


@pytest.mark.covers("I34")
def test_who_was_joined_as_the_engine_died_counts_as_answered_after_the_wait_that_they_had() -> None:
    caller, entered_utc_s = "i1-1", NOON_UTC_S - 12
    stored = OpenCaller(
        call=caller,
        dialed="5551",
        number="+1",
        arrived_utc_s=entered_utc_s,
        answered_utc_s=entered_utc_s,
        state="answered",
        queue_id=1,
    )
    place = EntryPicture(
        entry=caller,
        queue_id=1,
        number="+1",
        since_utc_s=entered_utc_s,
        entered_utc_s=entered_utc_s,
        state="offered",
        queues=(1,),
        hops=1,
        queued=True,
    )
    one = story(
        queue(),
        agents=[replace(people("ann")[0], session_open=True, pause_reason=None, call=caller)],
        callers=[stored],
        entries=[place],
        pbx=PbxPicture(
            boot="one",
            channels=(ANN_LEG, ChannelPicture(channel=caller, answered=True, bridge=ANN_LEG.bridge)),
        ),
    )
    [(_, counts)] = one.floor.entries.counts[1].items()
    assert (counts.answered, counts.abandoned, counts.wait_s) == (1, 0, 12.0)
    assert caller not in one.floor.entries.entries
    assert one.floor.callers[caller].wait_s == 12.0


def wrapped_up(call: str) -> OpenCaller:
    return OpenCaller(
        call=call,
        dialed="5551",
        number="+2",
        arrived_utc_s=NOON_UTC_S - 60,
        answered_utc_s=NOON_UTC_S - 60,
        joined_utc_s=NOON_UTC_S - 60,
        state="final",
        queue_id=1,
        agent_id=1,
        outcome=CallerOutcome.HANDLED,
        ended_utc_s=NOON_UTC_S - 15,
    )


@pytest.mark.covers("I45")
def test_a_wrap_up_that_the_next_customer_has_overtaken_is_over_when_theirs_begins() -> None:
    """Its end, and that the next one was joined, were written to a database that failed over before it told anybody."""
    next_one = replace(wrapped_up("i1-2"), number="+3", state="answered", joined_utc_s=None, outcome=None)
    ann = replace(
        people("ann")[0],
        session_open=True,
        pause_reason=None,
        call="i1-2",
        acw_call="i1-1",
        acw_until_utc_s=NOON_UTC_S + 30,
    )
    in_her_room = ChannelPicture(channel="i1-2", answered=True, bridge=ANN_LEG.bridge)
    one = story(
        queue(),
        agents=[ann],
        callers=[wrapped_up("i1-1"), replace(next_one, ended_utc_s=None)],
        pbx=PbxPicture(boot="one", channels=(ANN_LEG, in_her_room)),
    )
    assert one.floor.agents[1].call == "i1-2"
    ended = CallEnded(call="i1-2", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 5, answered_utc_s=None)
    one.floor.handle(Instant(5.0, NOON_UTC_S + 5), ended)
    assert one.floor.agents[1].acw_call == "i1-2"
    assert list(one.floor.callers) == ["i1-2"]


@pytest.mark.covers("I48")
def test_a_callers_wrap_up_is_no_longer_for_the_clock_that_was_set_back_meanwhile() -> None:
    ann = replace(people("ann")[0], session_open=True, acw_call="i1-1", acw_until_utc_s=NOON_UTC_S + 600)
    one = story(
        queue(acw_mode=AcwMode.MAX, acw_max_s=8.0),
        agents=[ann],
        callers=[wrapped_up("i1-1")],
        pbx=PbxPicture(boot="one", channels=(ANN_LEG,)),
    )
    assert one.floor.agents[1].acw_until_utc_s == NOON_UTC_S + 8.0
