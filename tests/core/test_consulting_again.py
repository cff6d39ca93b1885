"""Stories of consultations when something was lost: the engine, an order, a fact, a channel; and the figures."""

import pytest
from msgspec.structs import replace

from busyhour.core.events import PbxSeen
from busyhour.core.model.callers import OpenCaller
from busyhour.core.model.pictures import ChannelPicture, PbxPicture
from busyhour.core.model.values import AcwMode
from tests.core.inbound import number, people, queue, story
from tests.core.story import NOON_UTC_S, Story, campaign
from tests.core.test_consulting import ORDERS, talking


def after_a_restart(*channels: ChannelPicture, acw_call: str | None = None) -> Story:
    """Ann had a caller, and both agents have their legs up."""
    ann, bob = people("ann", "bob", session_open=True, pause_reason=None)
    if acw_call is not None:
        ann = replace(ann, acw_call=acw_call, acw_until_utc_s=NOON_UTC_S + 60)
    caller = OpenCaller(
        call="i1-1",
        dialed="5551",
        number="+491",
        arrived_utc_s=NOON_UTC_S - 60,
        answered_utc_s=NOON_UTC_S - 60,
        joined_utc_s=NOON_UTC_S - 50,
        state="answered",
        queue_id=1,
        agent_id=1,
    )
    legs = [ChannelPicture(channel="a1-1-7-1", answered=True, bridge="ra1-1-7-1")]
    return Story(
        queues=[queue()],
        numbers=[number()],
        campaigns=[campaign(agent_ids=())],
        agents=[ann, bob],
        callers=[caller],
        pbx=PbxPicture(boot="one", channels=(*legs, *channels)),
        show=ORDERS,
    )


BOB_WITH_ANN = ChannelPicture(channel="a1-2-7-2", answered=True, bridge="ra1-1-7-1")
PARTY = ChannelPicture(channel="p1-1-7-9", answered=True, bridge="ra1-1-7-1")


def test_after_a_restart_who_was_asked_goes_and_the_customer_is_with_who_asked() -> None:
    one = after_a_restart(ChannelPicture(channel="i1-1", answered=True), BOB_WITH_ANN, PARTY)
    assert one.first == [
        *("seat bob#2 home", "hold i1", "hang-up-leg party#9"),
    ]
    assert one.floor.trunks[1].up == 1, "a party has its line until it is gone"
    one.check("""
        0.1 leg-down party#9
        0.5 ticks
            > join i1 ann#1
        0.6 joins i1 ann#1
    """)
    assert one.floor.trunks[1].up == 0
    assert one.floor.callers["i1-1"].agent_id == 1


def test_after_a_restart_a_conference_is_a_talk_of_two() -> None:
    one = after_a_restart(ChannelPicture(channel="i1-1", answered=True, bridge="ra1-1-7-1"), BOB_WITH_ANN)
    assert one.first == ["seat bob#2 home"]
    assert one.floor.callers["i1-1"].state == "talking"


def test_after_a_restart_who_was_handed_over_to_a_number_is_left_with_it() -> None:
    bound = replace(PARTY, bridge="rp1-1-7-9")
    one = after_a_restart(ChannelPicture(channel="i1-1", answered=True, bridge="rp1-1-7-9"), bound, acw_call="i1-1")
    assert one.first == []
    assert one.floor.callers["i1-1"].state == "outside"
    one.check("""
        9 leg-down party#9
            > hang-up i1
    """)


def seen(one: Story, at_s: float, *channels: ChannelPicture) -> list[str]:
    """What a look at the PBX leads to."""
    pbx = PbxPicture(boot="one", channels=channels)
    return one._handle(at_s, PbxSeen(pbx=pbx, asked_mono_s=at_s))


def test_a_look_puts_right_whose_order_was_lost() -> None:
    one = talking("bob")
    ann = ChannelPicture(channel="a1-1-7-1", answered=True, bridge="ra1-1-7-1")
    bob = ChannelPicture(channel="a1-2-7-2", answered=True, bridge="ra1-2-7-2")
    caller = ChannelPicture(channel="i1-1", answered=True)
    one.check("""
        12 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
    """)
    assert seen(one, 15, ann, bob, caller) == ["seat bob#2 ann#1"]
    assert seen(one, 16, ann, BOB_WITH_ANN, caller) == []
    one.check("""
        20 swap ann
            > set-aside bob#2
            > join i1 ann#1
            > ok
    """)
    with_ann = replace(caller, bridge="ra1-1-7-1")
    assert seen(one, 21, ann, BOB_WITH_ANN, with_ann) == ["set-aside bob#2"]
    assert seen(one, 22, ann, replace(bob, bridge=None), with_ann) == []
    one.check("""
        30 cancel ann
            > seat bob#2 home
            > ok
    """)
    assert seen(one, 31, ann, BOB_WITH_ANN, with_ann) == ["seat bob#2 home"]
    assert seen(one, 32, ann, bob, with_ann, PARTY) == ["hang-up-leg party#9"], "nobody asked for that one"


def test_a_look_finds_parties_that_are_gone_and_customers_who_are_not_with_theirs() -> None:
    one = talking()
    ann = ChannelPicture(channel="a1-1-7-1", answered=True, bridge="ra1-1-7-1")
    party = ChannelPicture(channel="p1-1-7-2", answered=True, bridge="ra1-1-7-1")
    caller = ChannelPicture(channel="i1-1", answered=True)
    one.check("""
        12 consults ann number +4930999
            > hold i1
            > ring-party party#2 +4930999
            > ok
    """)
    assert seen(one, 14, ann, caller, replace(party, bridge=None)) == ["seat party#2 ann#1"], "the answer was lost"
    one.check("""
        20 complete ann
            > bind i1 party#2
            > ok
    """)
    assert seen(one, 22, ann, caller, party) == ["bind i1 party#2"]
    assert seen(one, 23, ann, replace(caller, bridge="rp1-1-7-2"), replace(party, bridge="rp1-1-7-2")) == []
    assert seen(one, 30, ann, replace(caller, bridge="rp1-1-7-2")) == ["hang-up i1"], "they met, and it is over"


def test_a_seat_that_fails_ends_the_consultation() -> None:
    one = talking("bob")
    one.check("""
        12 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
        12.1 seat-fails bob#2
            > seat bob#2 home
            > join i1 ann#1
        13 seat-fails bob#2
    """)


def test_nobody_else_is_given_to_who_is_asked_and_their_wishes_hold_afterwards() -> None:
    one = talking("bob")
    one.show = ("join",)
    one.check("""
        12 consults ann agent 2
        13 arrives i2 5551 +492
        13 answers i2
        14 pauses bob lunch
        20 cancel ann
            > join i1 ann#1
    """)
    assert one.floor.agents[2].state == "not_ready"
    one.check("""
        21 ready bob
            > join i2 bob#2
    """)


@pytest.mark.covers("OC-075")
def test_each_queue_has_the_talk_that_was_in_it() -> None:
    service = queue(queue_id=2, name="Service", acw_mode=AcwMode.NONE)
    one = story(queue(), service, agents=people("ann", "bob"), show=("nothing",)).working("ann", "bob")
    one.check("""
        1 arrives i1 5551 +491
        1 answers i1
        2 joins i1 ann#1
        12 sends-on ann queue 2
        12.1 joins i1 bob#2
        42.1 ends i1 normal
    """)
    talked = {
        queue_id: sum(one.talk_s for one in buckets.values()) for queue_id, buckets in one.floor.entries.counts.items()
    }
    assert talked == pytest.approx({1: 10.0, 2: 30.0})
    assert one.floor.agents[1].acw_queue is not None
    assert one.floor.agents[1].acw_queue.name == "Sales", "the card shows where they served, not where they sent"


def test_who_is_consulted_can_supervise_nobody() -> None:
    """They may be given the customer at any moment."""
    one = talking("bob", show=(*ORDERS, "open-ear", "close-ear"))
    one.check("""
        12 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
        13 supervises bob ann listen
            > refused busy
    """)
    assert not one.floor.supervisions


def test_a_supervisor_who_listens_is_asked_nothing() -> None:
    one = talking("bob", show=("open-ear", "close-ear", "seat", "refused"))
    one.check("""
        12 supervises bob ann listen
            > open-ear bob#2/3 ann#1 listen
        12.1 ear-opens bob#2/3
        13 consults ann agent 2
            > refused not_free
    """)
    assert not one.floor.consults
