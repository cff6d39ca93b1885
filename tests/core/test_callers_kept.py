"""Places that were kept at the door, in the next engine: who was let in may stay, though others came meanwhile (G1)."""

from typing import Any

import pytest
from msgspec.structs import replace

from busyhour.core.model.callers import OpenCaller
from busyhour.core.model.pictures import ChannelPicture, PbxPicture
from busyhour.core.model.queue import Announce
from tests.core.inbound import people, queue, story
from tests.core.story import NOON_UTC_S

FULL = queue(waiting_max=1, announce=Announce(welcome="hello"))


def caller(n: int, **changes: Any) -> OpenCaller:
    """Answered, and in no queue yet."""
    usual = {
        "call": f"i1-{n}",
        "dialed": "5551",
        "number": f"+{n}",
        "arrived_utc_s": NOON_UTC_S - 10 + n,
        "answered_utc_s": NOON_UTC_S - 10 + n,
        "state": "answered",
    }
    return OpenCaller(**{**usual, **changes})


def channel(n: int, *, answered: bool = True) -> ChannelPicture:
    return ChannelPicture(
        channel=f"i1-{n}", answered=answered, ringing=not answered, dialed="5551", number=f"+{n}", in_app=True
    )


def pbx(*channels: ChannelPicture) -> PbxPicture:
    return PbxPicture(boot="one", channels=channels)


@pytest.mark.covers("I20")
def test_who_heard_the_welcome_when_the_engine_died_has_their_place() -> None:
    """Two were let in, for an agent was free; that one is gone now."""
    one = story(FULL, agents=people("ann"), callers=[caller(1), caller(2)], pbx=pbx(channel(1), channel(2)))
    assert one.first == ["entry i1 queued", "hold i1", "entry i2 queued", "hold i2"]
    one.check("""
        1 arrives i3 5551 +3
            > reject i3 busy
    """)
    assert not one.floor.entries.let_in


def test_who_was_being_answered_when_the_engine_died_has_the_last_place() -> None:
    ringing = replace(caller(1), answered_utc_s=None, state="ringing")
    one = story(FULL, callers=[ringing], pbx=pbx(channel(1, answered=False), channel(2, answered=False)))
    assert one.first == ["answer i1", "reject i2 busy"]
    one.check("""
        1 answers i1
            > play i1 hello
        2 ends i2 busy
            > close i2 TURNED_AWAY 0 waited 0
        5 prompt-ends i1
            > entry i1 queued
            > hold i1
    """)


def test_who_was_answered_by_an_engine_that_did_not_live_to_write_of_it_is_not_hung_up_on() -> None:
    one = story(queue(waiting_max=1), callers=[caller(1)], pbx=pbx(channel(1), channel(2)))
    assert one.first == ["entry i1 queued", "hold i1", "entry i2 queued", "hold i2"]


def test_whom_a_queue_had_let_go_has_no_place_at_its_door() -> None:
    """They were hearing that it is full when the engine died."""
    gone = caller(2, queue_id=1)
    one = story(queue(waiting_max=1), callers=[caller(1), gone], pbx=pbx(channel(1), channel(2)))
    assert one.first == ["entry i1 queued", "hold i1", "entry i2 left", "play i2 farewell"]
