"""Stories of what is promised of numbers and queues, each setting by what a caller meets: where a number leads, who is
asked, and what becomes of who waits, leaves and comes back."""

from typing import Any

import pytest
from msgspec.structs import replace

from busyhour.core.model.callers import EntryPicture, OpenCaller
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.pictures import ChannelPicture, PbxPicture
from busyhour.core.model.queue import (
    Announce,
    CallbackRule,
    Destination,
    DestinationKind,
    MissRule,
    OverflowAction,
    OverflowRule,
    OverflowTrigger,
    RelaxStep,
    SkillNeed,
    Sticky,
)
from busyhour.core.model.values import LegMode
from tests.core.inbound import QUEUE_1, number, people, queue, story
from tests.core.story import NOON_UTC_S, Story

ANN = Destination(DestinationKind.AGENT, "1")
TWO_WAIT = """
    1 arrives i1 5551 +1
    1 answers i1
    2 arrives i2 5551 +2
    2 answers i2
"""


def rings(*queues: Any, **changes: Any) -> Story:
    """Phones ring for each call, so who is asked is seen."""
    return story(*queues, agents=people(leg_mode=LegMode.PER_CALL), **changes)


# Where a number leads


@pytest.mark.covers("MZ-039")
def test_a_number_leads_to_one_agent_though_another_waits_longer() -> None:
    one = story(numbers=[number(ANN)], show=("join",)).working("bob")
    one.working("ann").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 ann#2
    """)


@pytest.mark.covers("MZ-039")
@pytest.mark.parametrize(("clock_set_s", "looked_at_s"), [(0.0, 31.0), (3600.0, 30.5), (0.0, 33.0)])
def test_the_call_of_an_agent_who_does_not_answer_goes_elsewhere_and_not_before_to_whoever_is_free(
    clock_set_s: float, looked_at_s: float
) -> None:
    """Also when the clock is set meanwhile, and when several looks come late and at once."""
    outside = Destination(DestinationKind.NUMBER, "+4930999")
    one = rings(numbers=[number(ANN, outside)], show=("ring", "hang-up-leg", "send-on", "hold")).working("ann", "bob")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
            > hold i1
            > ring ann#1
        15 ticks
        21 ticks
            > hang-up-leg ann#1
            > hold i1
    """)
    one.utc_s += clock_set_s
    told = [told for at in (looked_at_s, 34.0) for told in one._handle(at, one._event(at, "ticks", []))]
    assert told == ["send-on i1 +4930999"]


def test_the_call_of_an_agent_who_is_away_goes_elsewhere_at_once() -> None:
    story(numbers=[number(ANN, QUEUE_1)], show=("join", "entry")).working("bob").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > entry i1 queued
            > entry i1 offered
            > join i1 bob#1
    """)


def test_a_callback_number_says_so_and_calls_back() -> None:
    to = Destination(DestinationKind.CALLBACK, "1")
    show = ("play", "hang-up", "callback", "call-back", "close", "join")
    called = queue(announce=Announce(callback="soon"), trunk_ids=(1,), callback=CallbackRule(agent_first=False))
    story(called, numbers=[number(to)], show=show).check("""
        1 arrives i1 5551 +491
        1 answers i1
            > callback i1 waiting
            > play i1 soon
        4 prompt-ends i1 soon
            > hang-up i1
        4.1 ends i1 normal
            > close i1 CALLED_BACK 0 waited 0
        5 phone ann
        5 links ann tab
        5 ready ann
        6 leg-up ann#1
            > callback i1 dialing
            > call-back b2 +491
    """)


def test_who_withholds_their_number_is_not_promised_a_call_but_led_on() -> None:
    to = Destination(DestinationKind.CALLBACK, "1")
    story(numbers=[number(to, QUEUE_1)], show=("callback", "entry")).check("""
        1 arrives i1 5551
        1 answers i1
            > entry i1 queued
    """)


def test_who_has_no_number_that_could_be_dialed_is_not_promised_a_call_either() -> None:
    to = Destination(DestinationKind.CALLBACK, "1")
    story(numbers=[number(to, QUEUE_1)], show=("callback", "entry")).check("""
        1 arrives i1 5551 alice
        1 answers i1
            > entry i1 queued
    """)


def test_a_number_plays_a_prompt_and_leads_on() -> None:
    told = Destination(DestinationKind.PROMPT, "hello")
    story(numbers=[number(told, QUEUE_1)], show=("play", "entry")).check("""
        1 arrives i1 5551 +1
        1 answers i1
            > play i1 hello
        5 prompt-ends i1 hello
            > entry i1 queued
    """)


# Who is asked


def test_who_had_an_agent_gets_them_again_and_after_a_while_anybody() -> None:
    one = (
        story(queue(sticky=Sticky(wait_s=12.0)), show=("join",))
        .working("ann")
        .check("""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 ann#1
        2 joins i1 ann#1
        9 ends i1 normal
    """)
    )
    one.working("bob").check("""
        10 wraps-up ann
        11 arrives i2 5551 +1
        11 answers i2
            > join i2 ann#1
        11.1 joins i2 ann#1
        20 arrives i3 5551 +1
        20 answers i3
        31 ticks
        32 ticks
            > join i3 bob#2
    """)


def test_so_much_waiting_is_worth_a_step_of_priority_across_queues() -> None:
    urgent = queue(queue_id=2, name="Urgent", priority=1)
    second = Treatment(to=(Destination(DestinationKind.QUEUE, "2"),))
    numbers = [number(), DialedNumber(pattern="5552", treatment=second)]
    for ageing_s, first in ((0.0, "i2"), (10.0, "i1")):
        one = story(queue(priority=3), urgent, numbers=numbers, ageing_s=ageing_s, show=("join",)).check("""
            1 arrives i1 5551 +1
            1 answers i1
            22 arrives i2 5552 +2
            22 answers i2
        """)
        one.working("ann")
        assert one.floor.callers[f"i1-{first[1:]}"].agent_id == 1, ageing_s


def test_what_a_queue_asks_for_is_eased_as_a_caller_waits() -> None:
    hard = queue(skills=(SkillNeed("sales", 5),), relax=(RelaxStep(after_s=20.0, levels_less=4),))
    story(hard, show=("join",)).working("ann").check("""
        1 arrives i1 5551 +1
        1 answers i1
        20.5 ticks
        21 ticks
            > join i1 ann#1
    """)


@pytest.mark.covers("MZ-041")
def test_who_was_rung_in_vain_is_before_those_who_came_later() -> None:
    one = rings(queue(miss=MissRule(ring_timeout_s=8.0, rest_s=30.0)), show=("ring", "hang-up-leg"))
    one.working("ann").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > ring ann#1
        2 arrives i2 5551 +2
        2 answers i2
        9 ticks
            > hang-up-leg ann#1
    """)
    one.working("bob")
    assert one.floor.agents[2].call == "i1-1"


# Who waits


def test_a_rule_offers_a_callback_and_the_key_takes_it_during_the_message() -> None:
    offer = OverflowRule(
        trigger=OverflowTrigger.WAITED, threshold=20.0, action=OverflowAction.OFFER_CALLBACK, prompt="hello"
    )
    story(queue(overflow=(offer,), callback_key="5"), show=("play", "callback", "entry")).check("""
        1 arrives i1 5551 +1
        1 answers i1
            > entry i1 queued
        21 ticks
            > entry i1 overflow
            > play i1 hello
        22 presses i1 4
        23 presses i1 5
            > entry i1 left
            > callback i1 waiting
            > entry k:i1 promised
            > play i1 farewell
    """)


@pytest.mark.parametrize("waiting_too", [False, True])
def test_when_the_last_agent_leaves_those_who_wait_go_elsewhere_if_the_rule_says_so(waiting_too: bool) -> None:
    away = OverflowRule(
        trigger=OverflowTrigger.NO_AGENTS,
        action=OverflowAction.TRANSFER,
        destination=Destination(DestinationKind.NUMBER, "+4930999"),
        waiting_too=waiting_too,
    )
    one = (
        story(queue(overflow=(away,)), show=("join", "send-on"))
        .working("ann")
        .check("""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 ann#1
        2 joins i1 ann#1
        3 arrives i2 5551 +2
        3 answers i2
        4 logs-off ann
        9 ends i1 normal
        10 wraps-up ann
    """)
    )
    told = one._handle(30.0, one._event(30.0, "ticks", []))
    assert told == (["send-on i2 +4930999"] if waiting_too else [])


def test_the_estimated_wait_is_said_with_the_place() -> None:
    announce = Announce(place_every_s=30.0, wait=True)
    one = (
        story(queue(announce=announce), show=("announce",))
        .working("ann")
        .check("""
        1 arrives i1 5551 +1
        1 answers i1
        2 joins i1 ann#1
        3 arrives i2 5551 +2
        3 answers i2
        4 arrives i3 5551 +3
        4 answers i3
    """)
    )
    first, second = (one.floor.entries.told_s(call) for call in ("i1-2", "i1-3"))
    assert 0 < first < second
    at_33, at_34 = (one._handle(at, one._event(at, "ticks", [])) for at in (33.0, 34.0))
    said = [line.split() for line in (*at_33, *at_34)]
    assert [words[:3] for words in said] == [["announce", "i2", "1"], ["announce", "i3", "2"]]
    waits_s = [float(words[3].removesuffix("s")) for words in said]
    assert waits_s[0] < waits_s[1]


def test_who_hangs_up_and_calls_again_soon_has_their_old_place() -> None:
    one = story(show=("join",)).check(TWO_WAIT)
    one.check("""
        3 ends i1 normal
        60 arrives i3 5551 +1
        60 answers i3
    """)
    assert one.floor.entries.routing.line_of(1) == ["i1-3", "i1-2"]
    assert one.floor.entries.entries["i1-3"].since_s == one.utc_s + 1


# Figures


def test_both_thresholds_of_the_service_level_count_who_was_answered_and_who_gave_up() -> None:
    one = story(queue(level_s=(5.0, 20.0)), show=("join",)).check("""
        1 arrives i1 5551 +1
        1 answers i1
        2 arrives i2 5551 +2
        2 answers i2
        3 arrives i3 5551 +3
        3 answers i3
        5 ends i2 normal
        13 ends i3 normal
    """)
    one.working("ann").check("14 joins i1 ann#1")
    [counts] = one.floor.entries.counts[1].values()
    assert (counts.entered, counts.answered, counts.in_time) == (3, 1, (0, 1))
    assert (counts.abandoned, counts.short) == (2, (1, 2))


# Another engine


def waiting(no: int, since_s: float, **changes: Any) -> tuple[OpenCaller, EntryPicture, ChannelPicture]:
    """A caller whom the engine before us left in the line, `since_s` ago."""
    call, since_utc_s = f"i1-{no}", NOON_UTC_S - since_s
    stored = OpenCaller(
        call=call,
        dialed="5551",
        number=f"+{no}",
        arrived_utc_s=since_utc_s,
        answered_utc_s=since_utc_s,
        state="answered",
        queue_id=1,
    )
    usual = {"since_utc_s": since_utc_s, "entered_utc_s": since_utc_s, "state": "queued", "queues": (1,), "hops": 1}
    place = EntryPicture(entry=call, queue_id=1, number=stored.number, **{**usual, **changes})
    return stored, place, ChannelPicture(channel=call, answered=True)


def test_a_new_engine_has_each_caller_at_their_place_with_their_age_and_the_rules_that_fired() -> None:
    rules = (
        OverflowRule(
            trigger=OverflowTrigger.WAITED, threshold=20.0, action=OverflowAction.ANNOUNCE_THEN_QUEUE, prompt="hello"
        ),
        OverflowRule(trigger=OverflowTrigger.WAITED, threshold=100.0, action=OverflowAction.ANNOUNCE_THEN_HANGUP),
    )
    found = [waiting(1, 30.0, fired=(0,)), waiting(2, 90.0, fired=(0,)), waiting(3, 5.0)]
    callers, places, channels = zip(*found, strict=True)
    one = story(
        queue(overflow=rules),
        callers=callers,
        entries=places,
        pbx=PbxPicture(boot="one", channels=channels),
        show=("play", "join"),
    )
    assert one.floor.entries.routing.line_of(1) == ["i1-2", "i1-1", "i1-3"]
    one.check("""
        10 ticks
            > play i2 farewell
        15 ticks
            > play i3 hello
    """)
    one.working("ann")
    assert one.floor.callers["i1-1"].agent_id == 1


@pytest.mark.covers("I23", "I28")
def test_a_caller_of_whom_nothing_is_written_leaves_the_agents_room_before_the_next_is_joined() -> None:
    """The engine died after it had joined them, while the database was away. They wait again, with their age."""
    ann, bob = people(pause_reason=None)
    caller, place, channel = waiting(1, 30.0)
    one = story(
        queue(),
        agents=[replace(ann, session_open=True), bob],
        callers=[caller],
        entries=[place],
        pbx=PbxPicture(
            boot="one",
            channels=(
                ChannelPicture(channel="a1-1-7-1", answered=True, bridge="ra1-1-7-1"),
                channel,
                ChannelPicture(
                    channel="i1-9", answered=True, bridge="ra1-1-7-1", dialed="5551", number="+9", in_app=True
                ),
            ),
        ),
        show=("hold", "join"),
    )
    assert one.first == ["hold i1", "hold i9", "hold i9"], "out of the room at once, before there is a place for them"
