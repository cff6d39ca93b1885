"""The ringing tone of agents for whom a number is dialed: asked for once, and ended whatever becomes of the call."""

import asyncio

from busyhour.adapters.asterisk.ari import NoReply, Reply
from busyhour.adapters.asterisk.telephony_ringing import STOP_TRIES_MAX, RingingTones
from busyhour.adapters.asterisk.telephony_seen import Channels

CALL, LEG = "c1-1", "a1-1-7-1"


class Link:
    """Notes what it is asked; `silent` requests have no reply."""

    def __init__(self, *, status: int = 204, silent: int = 0) -> None:
        self.asked: list[str] = []
        self.status, self.silent = status, silent

    async def ask(self, method: str, path: str) -> Reply:
        self.asked.append(f"{method} {path}")
        await asyncio.sleep(0)
        if self.silent:
            self.silent -= 1
            raise NoReply
        return Reply(self.status, "")


async def played(link: Link, *, ends_at_once: bool = False) -> RingingTones:
    """One tone from its begin to its end."""
    async with asyncio.TaskGroup() as beside:
        tones = RingingTones(link, beside.create_task)  # type: ignore[arg-type]
        tones.begin(CALL, LEG)
        tones.begin(CALL, LEG)
        if not ends_at_once:
            await asyncio.sleep(0.01)
            assert link.asked[0] == f"POST channels/{LEG}/ring"
            assert len(link.asked) == 1, "it goes on until the call is answered, or over"
        tones.end("c1-2")
        tones.end(CALL)
        tones.end(CALL)
    assert len(tones) == 0
    return tones


async def test_it_begins_and_ends_once() -> None:
    link = Link()
    await played(link)
    assert link.asked == [f"POST channels/{LEG}/ring", f"DELETE channels/{LEG}/ring"]


async def test_a_call_that_is_over_before_the_tone_began_leaves_no_tone() -> None:
    link = Link()
    await played(link, ends_at_once=True)
    assert link.asked == [f"POST channels/{LEG}/ring", f"DELETE channels/{LEG}/ring"]


async def test_a_leg_that_is_gone_hears_nothing_and_is_not_asked_again() -> None:
    link = Link(status=404)
    async with asyncio.TaskGroup() as beside:
        tones = RingingTones(link, beside.create_task)  # type: ignore[arg-type]
        tones.begin(CALL, LEG)
    assert (link.asked, len(tones)) == ([f"POST channels/{LEG}/ring"], 0)


async def test_when_no_reply_came_it_may_play_and_is_ended() -> None:
    link = Link(silent=2)
    await played(link)
    assert link.asked == [f"POST channels/{LEG}/ring", *[f"DELETE channels/{LEG}/ring"] * 2]


async def test_the_end_is_asked_for_a_few_times_only() -> None:
    link = Link(silent=100)
    await played(link)
    assert link.asked.count(f"DELETE channels/{LEG}/ring") == STOP_TRIES_MAX


async def test_all_end_when_the_link_is_down() -> None:
    link = Link()
    async with asyncio.TaskGroup() as beside:
        tones = RingingTones(link, beside.create_task)  # type: ignore[arg-type]
        for n in range(3):
            tones.begin(f"c1-{n}", f"a1-{n}-7-1")
        tones.end_all()
    assert len(tones) == 0


def test_who_has_answered_before_the_reply_to_the_order_was_here_does_not_ring() -> None:
    channels = Channels()
    assert not channels.may_ring(CALL), "gone already"
    seen = channels.of(CALL)
    assert channels.may_ring(CALL)
    seen.announced = True
    assert not channels.may_ring(CALL)
