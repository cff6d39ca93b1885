"""Who is in an agent's room when the next customer comes: only those who belong there. On a PBX that is not there."""

from pathlib import Path

import pytest

from busyhour.adapters.asterisk.ari_events import Bridge, Channel, ChannelEnteredBridge
from busyhour.core.commands import Join, SetAside
from busyhour.core.events import JoinFailed
from busyhour.core.model.ids import room_of
from tests.adapters.asterisk.caller_world import CALL, LEG, World, at

BEFORE, COLLEAGUE, PARTY = "c1-2", "a1-2-7-1", "p1-1-7-1"
OUT, IN = f"POST bridges/{room_of(LEG)}/removeChannel", f"POST bridges/{room_of(LEG)}/addChannel"


@pytest.fixture
async def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.comes()
    await world.settled()
    world.asked.clear()
    return world


def enters(world: World, *channels: str) -> None:
    for one in channels:
        world.telephony._channels.of(one)
        entered = ChannelEnteredBridge(timestamp=at(105.0), channel=Channel(one, "Up"), bridge=Bridge(room_of(LEG)))
        world.hear(entered)


async def test_who_is_still_there_is_taken_out_before_the_next_one_comes(world: World) -> None:
    """The order that was to take them out came to nothing. Those who stay: the agent, and who confers with them."""
    enters(world, LEG, PARTY, COLLEAGUE, BEFORE)
    assert await world.telephony.act(Join(call=CALL, leg=LEG, beside=(PARTY,))) is None
    assert world.asked == [OUT, f"POST channels/{COLLEAGUE}/moh", OUT, f"POST channels/{BEFORE}/moh", IN]
    world.asked.clear()
    await world.telephony.act(Join(call=CALL, leg=LEG, beside=(PARTY,)))
    assert world.asked == [IN]


@pytest.mark.parametrize("status", [404, 409])
async def test_who_has_left_meanwhile_is_let_be(world: World, status: int) -> None:
    enters(world, LEG, BEFORE)
    world.status = lambda request: status if request == OUT else 204
    assert await world.telephony.act(Join(call=CALL, leg=LEG)) is None
    assert world.asked == [OUT, IN]


async def test_nobody_is_joined_while_it_is_not_known_whether_the_other_one_has_left(world: World) -> None:
    enters(world, LEG, BEFORE)
    world.status = lambda request: None if request == OUT else 204
    assert await world.telephony.act(Join(call=CALL, leg=LEG)) == JoinFailed(call=CALL, leg=LEG)
    assert world.asked == [OUT]


async def test_a_leg_that_is_up_can_be_set_aside_before_the_pbx_tells_that_it_is_in_its_room(world: World) -> None:
    world.telephony._channels.of(LEG)
    await world.telephony._actor.take_leg(LEG, 100.0)
    world.asked.clear()
    await world.telephony.act(SetAside(leg=LEG))
    assert world.asked == [OUT, f"POST channels/{LEG}/moh"]
