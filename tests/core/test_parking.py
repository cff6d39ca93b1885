"""Stories of customers who are parked in a numbered place, and taken up again or not."""

import pytest
from msgspec.structs import replace

import busyhour.core.floor.machine  # noqa: F401 - first: rules name each other
from busyhour.core import events as e
from busyhour.core.floor.parking import PARK_S, PARKED_MAX
from busyhour.core.model.callers import CallerOutcome, OpenCaller
from busyhour.core.model.pictures import ChannelPicture, Parked, PbxPicture
from busyhour.core.model.values import EndCause
from busyhour.service.live_views import parked_until
from tests.core.inbound import people, queue, story
from tests.core.story import NOON_UTC_S, Story, campaign
from tests.core.test_callers_missed import handle, record_of
from tests.core.test_consulting import ORDERS, talking


@pytest.mark.covers("CP-048")
def test_another_agent_takes_a_parked_caller_up() -> None:
    one = talking("bob", show=(*ORDERS, "agent", "progress"))
    one.check("""
        12 parks ann
            > hold i1
            > ok
            > agent ann acw
        18 ticks
            > hold i1
        20 takes-up bob 2
            > refused slot_empty
        22 takes-up bob 1
            > join i1 bob#2
            > ok
            > agent bob reserved
        22.1 joins i1 bob#2
            > progress i1 bob
            > agent bob on_contact
        23 takes-up bob 1
            > refused busy
    """)
    assert not one.floor.parked
    assert one.floor.callers["i1-1"].slot == 0
    assert one.floor.agents[1].talk_s == pytest.approx(10.0)


def test_who_hangs_up_before_the_next_agent_has_them_was_with_the_one_before() -> None:
    """The record names no agent who has never had them."""
    one = talking("bob", show=("nothing",))
    one.check("""
        12 parks ann
        22 takes-up bob 1
    """)
    ended = e.CallEnded(call="i1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 22.1)
    record = record_of(handle(one, 22.1, ended))
    assert (record.outcome, record.agent_id, record.talk_s) == (CallerOutcome.HANDLED, 1, pytest.approx(10.0))
    assert one.floor.agents[2].state == "available"


def test_who_parked_them_has_them_back_after_a_while() -> None:
    one = talking()
    one.check("""
        12 parks ann
            > hold i1
            > ok
    """)
    one.show = ("join",)
    one.check("""
        132 ticks
            > join i1 ann#1
        132.1 joins i1 ann#1
    """)
    assert one.floor.agents[1].state == "on_contact"


def test_the_line_has_them_back_when_who_parked_them_is_busy() -> None:
    one = talking("bob", show=("nothing",))
    one.check("""
        12 parks ann
        13 wraps-up ann
        14 pauses ann lunch
        15 pauses bob lunch
    """)
    one.show = ("entry", "join")
    one.check("""
        132 ticks
            > entry i1 queued
        140 ready bob
            > entry i1 offered
            > join i1 bob#2
    """)


def test_a_parked_customer_may_hang_up_and_the_place_is_free() -> None:
    one = talking()
    one.check("""
        12 parks ann
            > hold i1
            > ok
        15 ends i1 normal
            > close i1 HANDLED 10 waited 1
        16 takes-up ann 1
            > refused slot_empty
    """)
    assert not one.floor.parked


def test_places_are_bounded() -> None:
    one = talking()
    one.floor.parked.update({slot: f"i1-x{slot}" for slot in range(1, PARKED_MAX + 1)})
    one.check("""
        12 parks ann
            > refused slots_full
    """)


def test_a_contact_who_was_dialed_can_be_parked_and_taken_up() -> None:
    one = Story(campaigns=[campaign(agent_ids=(1,))], agents=people("ann", "bob"), show=("nothing",))
    one.working("ann", "bob")
    one.check("""
        1 fills 1
        1 commits c1
        3 answers c1
        3.1 joins c1 ann#1
    """)
    one.show = ORDERS
    one.check("""
        10 parks ann
            > hold c1
            > ok
        12 takes-up bob 1
            > join c1 bob#2
            > ok
        12.1 joins c1 bob#2
        20 ends c1 normal
            > close c1 HANDLED 17
    """)


def test_a_contact_who_was_dialed_and_whom_nobody_takes_up_goes_to_the_next_agent_or_hears_the_farewell() -> None:
    one = Story(campaigns=[campaign(agent_ids=(1, 2))], agents=people("ann", "bob"), show=("nothing",))
    one.working("ann")
    one.check("""
        1 fills 1
        1 commits c1
        3 answers c1
        3.1 joins c1 ann#1
        10 parks ann
        11 pauses ann lunch
    """)
    one.show = ("join", "play")
    one.check("""
        130 ticks
        133 ticks
            > play c1 farewell
    """)


def test_taking_up_ends_the_wrap_up_of_who_parked_them() -> None:
    one = talking(show=("join", "ok", "refused"))
    one.check("""
        12 parks ann
            > ok
        15 takes-up ann 1
            > join i1 ann#1
            > ok
        15.1 joins i1 ann#1
        20 parks ann
            > ok
    """)
    assert one.floor.agents[1].handled == 2


LEGS = tuple(ChannelPicture(channel=f"a1-{n}-7-1", answered=True, bridge=f"ra1-{n}-7-1") for n in (1, 2))


def in_a_new_engine(parked: Parked | None, *, agent_id: int = 1) -> Story:
    """A caller whom this agent had last is with nobody, and the PBX says this of where they were put."""
    had = OpenCaller(
        call="i1-1",
        dialed="5551",
        number="+491",
        arrived_utc_s=NOON_UTC_S - 90,
        state="answered",
        queue_id=1,
        answered_utc_s=NOON_UTC_S - 89,
        joined_utc_s=NOON_UTC_S - 80,
        agent_id=agent_id,
    )
    caller = ChannelPicture(channel="i1-1", answered=True, parked=parked)
    agents = [replace(one, session_open=True, pause_reason=None) for one in people("ann", "bob")]
    return story(queue(), agents=agents, callers=[had], pbx=PbxPicture(boot="one", channels=(caller, *LEGS)))


@pytest.mark.covers("CP-048", "I47")
def test_a_parked_customer_keeps_the_place_in_the_next_engine_for_as_long_as_is_left() -> None:
    one = in_a_new_engine(Parked(slot=3, agent_id=1, since_utc_s=NOON_UTC_S - 50))
    call = one.floor.callers["i1-1"]
    assert (call.state, call.slot, call.parked_by, one.floor.parked) == ("parked", 3, 1, {3: "i1-1"})
    assert parked_until(call) == NOON_UTC_S - 50 + PARK_S
    one.working("bob").show = ("join", "ok", "hold")
    one.check("""
        10 ticks
            > hold i1
        20 takes-up bob 3
            > hold i1
            > join i1 bob#1
            > ok
    """)
    later = in_a_new_engine(Parked(slot=3, agent_id=1, since_utc_s=NOON_UTC_S - 50)).working("ann")
    later.show = ("join",)
    later.check("""
        69 ticks
        70 ticks
            > join i1 ann#1
    """)


@pytest.mark.parametrize(
    ("parked", "agent_id"),
    [
        (None, 1),
        (Parked(slot=3, agent_id=1, since_utc_s=NOON_UTC_S - PARK_S), 1),
        (Parked(slot=3, agent_id=2, since_utc_s=NOON_UTC_S - 50), 1),
        (Parked(slot=PARKED_MAX + 1, agent_id=1, since_utc_s=NOON_UTC_S - 50), 1),
    ],
    ids=["never parked", "its time is over", "another agent has had them since", "no such place"],
)
def test_who_is_not_in_a_place_any_more_waits_for_their_agent(parked: Parked | None, agent_id: int) -> None:
    one = in_a_new_engine(parked, agent_id=agent_id)
    assert one.floor.callers["i1-1"].state == "orphaned"
    assert one.floor.parked == {}


def test_who_has_no_desk_takes_nobody_up() -> None:
    one = story(queue(), show=ORDERS)
    one.check("""
        1 takes-up ann 1
            > refused not_logged_on
        2 parks ann
            > refused no_call
    """)
