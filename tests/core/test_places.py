"""Customers who are found where the floor did not put them: an order of a dead engine was carried out late."""

import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.life.call import CallState
from busyhour.core.model.ids import room_of
from busyhour.core.model.pictures import AgentProfile, ChannelPicture, PbxPicture
from tests.core.story import NOON_UTC_S, Story, campaign
from tests.core.test_adopted import stored

SHOWN = ("join", "hold", "hang-up", "play", "place", "close")


def talking() -> Story:
    """Ann talks with c1, bob with c2."""
    return (
        Story(campaigns=[campaign(agent_ids=(1, 2))], show=SHOWN)
        .working("ann", "bob")
        .check("""
        1 fills 2
          > place c1
          > place c2
        1 commits c1
        1 commits c2
        1 sent c1
        1 sent c2
        2 answers c1
          > join c1 ann#1
        2 joins c1 ann#1
        3 answers c2
          > join c2 bob#2
        3 joins c2 bob#2
    """)
    )


@pytest.mark.covers("I19", "I23")
def test_a_second_customer_leaves_the_room_at_once() -> None:
    """Theirs is another agent; and old news of the right place change nothing."""
    talking().check("""
        9 joins c2 ann#1
          > join c2 bob#2
        9 joins c2 bob#2
        20 ends c1 normal
          > close c1 HANDLED 18
    """)


@pytest.mark.covers("I19")
def test_who_is_on_hold_hears_music_again() -> None:
    talking().check("""
        9 holds bob
          > hold c2
        10 joins c2 bob#2
          > hold c2
    """)


@pytest.mark.covers("I15", "I19")
def test_nobody_s_call_in_a_room_is_hung_up() -> None:
    talking().check("""
        9 joins c7 ann#1
          > hang-up c7
    """)


def test_the_order_says_why() -> None:
    story = talking()
    joined = e.CallJoined(call="c1-2", leg="a1-1-7-1", at_utc_s=NOON_UTC_S + 9)
    orders = [one for one in story.floor.handle(e.Instant(9.0, NOON_UTC_S + 9), joined) if isinstance(one, c.Join)]
    assert [one.why for one in orders] == ["talking, and found in the room of a1-1-7-1"]


@pytest.mark.covers("I19", "I18")
def test_who_hears_a_message_hears_it_outside_of_the_room() -> None:
    story = Story(campaigns=[campaign(answer_wait_max_s=2.0)], show=SHOWN).working("ann")
    story.check("""
        1 fills 2
          > place c1
        1 commits c1
        1 sent c1
        1 pauses ann lunch
        2 answers c1
        4 ticks
          > play c1 farewell
        6 joins c1 ann#1
          > hold c1
          > play c1 farewell
    """)


@pytest.mark.covers("I19", "I18")
def test_the_picture_shows_who_was_taken_out_of_their_room() -> None:
    """An order for hold music, late: nobody tells of it. The next look finds it."""
    story = talking()
    legs = tuple(ChannelPicture(channel=leg, answered=True, bridge=room_of(leg)) for leg in ("a1-1-7-1", "a1-2-7-2"))
    one = ChannelPicture(channel="c1-1", answered=True, bridge=None)
    two = ChannelPicture(channel="c1-2", answered=True, bridge=room_of("a1-2-7-2"))
    seen = e.PbxSeen(pbx=PbxPicture(boot="one", channels=(*legs, one, two)), asked_mono_s=10.0)
    orders = story.floor.handle(e.Instant(10.1, NOON_UTC_S + 10.1), seen)
    assert [one for one in orders if isinstance(one, c.Act)] == [
        c.Join(call="c1-1", leg="a1-1-7-1", why="talking, and found in no room")
    ]


@pytest.mark.covers("I19", "I23", "I47")
def test_of_two_customers_in_a_room_a_new_engine_leaves_the_one_who_was_there() -> None:
    ann = AgentProfile(agent_id=1, name="ann", pause_reason=None, session_open=True)
    room = room_of("a1-1-6-1")
    answered = NOON_UTC_S - 5
    story = Story(
        agents=[ann],
        campaigns=[campaign(agent_ids=(1,))],
        calls=[
            stored(1, "answered", answered_utc_s=answered),
            stored(2, "answered", answered_utc_s=answered, joined_utc_s=answered, agent_id=1),
        ],
        pbx=PbxPicture(
            boot="one",
            channels=tuple(
                ChannelPicture(channel=one, answered=True, bridge=room) for one in ("a1-1-6-1", "c1-1", "c1-2")
            ),
        ),
        show=SHOWN,
    )
    assert story.first == ["hold c1"]
    assert story.floor.calls["c1-2"].state is CallState.TALKING
    assert story.floor.agents[1].call == "c1-2"
    assert story.floor.calls["c1-1"].state is CallState.WAITING


@pytest.mark.covers("I19", "I27", "I47")
def test_who_was_with_an_agent_before_does_not_take_them_from_who_is_with_them_now() -> None:
    """The first was let go, and hears the farewell, of which the store knows nothing."""
    ann = AgentProfile(agent_id=1, name="ann", pause_reason=None, session_open=True)
    room, answered = room_of("a1-1-6-1"), NOON_UTC_S - 5
    with_ann = {"answered_utc_s": answered, "joined_utc_s": answered, "agent_id": 1}
    story = Story(
        agents=[ann],
        campaigns=[campaign(agent_ids=(1,))],
        calls=[stored(1, "answered", **with_ann), stored(2, "answered", **with_ann)],
        pbx=PbxPicture(
            boot="one",
            channels=(
                ChannelPicture(channel="a1-1-6-1", answered=True, bridge=room),
                ChannelPicture(channel="c1-1", answered=True),
                ChannelPicture(channel="c1-2", answered=True, bridge=room),
            ),
        ),
        show=SHOWN,
    )
    assert story.floor.agents[1].call == "c1-2"
    assert story.floor.calls["c1-2"].state is CallState.TALKING
