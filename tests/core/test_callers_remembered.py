"""Stories of an engine that begins: who had whom, and whose turn is next, it knows from the records."""

import pytest
from msgspec.structs import replace

from busyhour.core.model.callers import OpenCaller, Served
from busyhour.core.model.pictures import ChannelPicture, PbxPicture
from busyhour.core.model.queue import Sticky, Strategy
from tests.core.inbound import queue, story
from tests.core.story import NOON_UTC_S

ANN, BOB = 1, 2


def had(number: str, agent_id: int, at_s: float = -600.0, queue_id: int | None = 1) -> Served:
    return Served(number=number, queue_id=queue_id, agent_id=agent_id, at_utc_s=NOON_UTC_S + at_s)


def test_who_had_an_agent_before_the_restart_gets_them_again() -> None:
    one = story(
        queue(sticky=Sticky(wait_s=12.0)),
        served=[had("+1", ANN, -900.0), had("+1", BOB), had("+2", ANN)],
        show=("join",),
    )
    one.working("ann", "bob").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 bob#2
    """)


def test_an_agent_whom_they_had_too_long_ago_is_one_of_many() -> None:
    one = story(queue(sticky=Sticky(window_s=60.0)), served=[had("+1", BOB)], show=("join",))
    one.working("ann", "bob").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 ann#1
    """)


@pytest.mark.covers("OC-109")
@pytest.mark.parametrize(("last", "next_one"), [(ANN, "bob#2"), (BOB, "ann#1")])
def test_whose_turn_was_last_is_known_after_a_restart(last: int, next_one: str) -> None:
    one = story(queue(strategy=Strategy.RRMEMORY), served=[had("", BOB, -700.0), had("", last)], show=("join",))
    one.working("ann", "bob").check(f"""
        1 arrives i1 5551 +1
        1 answers i1
            > join i1 {next_one}
    """)


def test_an_agent_or_a_queue_that_is_no_more_is_remembered_by_nobody() -> None:
    one = story(
        queue(strategy=Strategy.RRMEMORY),
        served=[had("+1", 99), had("+1", BOB, queue_id=7), had("", 99)],
        show=("join",),
    )
    one.working("ann").check("""
        1 arrives i1 5551 +2
        1 answers i1
            > join i1 ann#1
    """)


def test_who_was_sent_outside_holds_the_line_of_the_trunk_that_is_stored() -> None:
    stored = OpenCaller(
        call="i1-1",
        dialed="5551",
        number="+1",
        arrived_utc_s=NOON_UTC_S - 60,
        answered_utc_s=NOON_UTC_S - 59,
        state="answered",
        out_trunk_id=1,
        outside="+39065",
    )
    pbx = PbxPicture(boot="b1", channels=(ChannelPicture(channel="i1-1", answered=True, in_app=False),))
    one = story(callers=[stored], pbx=pbx)
    call = one.floor.callers["i1-1"]
    assert (call.out_trunk_id, call.outside, one.floor.trunks[1].up) == (1, "+39065", 1)
    with_us = replace(pbx, channels=(ChannelPicture(channel="i1-1", answered=True),))
    one = story(callers=[stored], pbx=with_us)
    call = one.floor.callers["i1-1"]
    assert (call.out_trunk_id, call.outside, one.floor.trunks[1].up) == (0, "", 0)


@pytest.mark.parametrize(("answered", "lines"), [(True, 1), (False, 0)])
def test_who_is_outside_and_of_whom_nothing_is_stored_holds_a_line(answered: bool, lines: int) -> None:
    """Who has not answered yet, the PBX will give to us."""
    channel = ChannelPicture(channel="i1-1", answered=answered, in_app=False, outside=True, dialed="5551", number="+1")
    one = story(pbx=PbxPicture(boot="b1", channels=(channel,)), show=("arrival", "close", "answer"))
    assert one.floor.trunks[1].up == lines
    if answered:
        one.check("""
            30 ends i1 normal
                > close i1 SENT_ON 0 waited 0
        """)
        assert one.floor.trunks[1].up == 0


@pytest.mark.covers("CP-044")
def test_whom_only_the_pbx_knows_keeps_what_they_brought_along() -> None:
    headers = {"X-Skills": "dutch:2", "callerId": "Ada"}
    channel = ChannelPicture(channel="i1-1.1", answered=False, dialed="5551", number="+1", headers=headers)
    one = story(pbx=PbxPicture(boot="b1", channels=(channel,)))
    call = one.floor.callers["i1-1.1"]
    assert (call.name, [need.skill for need in call.arrival.skills]) == ("Ada", ["dutch"])
