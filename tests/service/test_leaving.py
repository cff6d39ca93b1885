"""An engine that leaves for a successor: what it has decided is done and written, and nothing more is begun (A16). On
virtual time."""

import asyncio

import pytest

from busyhour.adapters.memory.rows import Rows
from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import DialMode, EndCause
from busyhour.service.errors import StoreDown
from busyhour.service.floors import EngineFloors
from busyhour.service.keeping import END_MAX_S
from tests.core.story import campaign
from tests.service.test_engine import LoopClock, until

TRUNK = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=10)
NUMBERS = [f"+1202555{number:04}" for number in range(50)]
SLOW_S = 0.5

pytestmark = pytest.mark.looptime


class SlowPbx(MemoryTelephony):
    """Takes its time with each call."""

    asked = 0

    async def place(self, call: c.Dial) -> e.Event:
        self.asked += 1
        await asyncio.sleep(SLOW_S)
        return await super().place(call)


def store_with_work() -> MemoryStore:
    settings = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=4)
    store = MemoryStore({1: Rows(trunks={1: TRUNK}, agents={1: AgentProfile(agent_id=1, name="ann")})})
    store.start_run(1, settings, NUMBERS)
    return store


def floors_of(store: MemoryStore, pbx: MemoryTelephony) -> EngineFloors:
    return EngineFloors(store=store, telephony=pbx, clock=LoopClock(), owner="test", queue_max=1000)


async def at_work(floors: EngineFloors, pbx: SlowPbx) -> None:
    """The PBX has been asked for calls, and has not made one yet."""
    floors.start(1)
    await floors.wait_running(1, 60.0)
    await until(lambda: pbx.asked > 0)


async def test_what_was_asked_of_the_pbx_is_awaited() -> None:
    store, pbx = store_with_work(), SlowPbx()
    floors = floors_of(store, pbx)
    await at_work(floors, pbx)
    assert not pbx.placed
    await floors.leave()
    assert len(pbx.placed) == pbx.asked > 0
    assert {call.item.call for call in pbx.placed} == set(store.tenants[1].attempts)


async def test_an_intent_that_is_being_committed_is_sent_and_no_other_one_is_begun() -> None:
    store, pbx = store_with_work(), SlowPbx()
    floors = floors_of(store, pbx)
    await at_work(floors, pbx)
    leaving = asyncio.create_task(floors.leave())
    for call in list(store.tenants[1].attempts):  # each of them ends, and would make place for another
        pbx.tell(1, e.CallEnded(call=call, cause=EndCause.NORMAL, at_utc_s=LoopClock().now().utc_s))
    await leaving
    begun = pbx.asked
    await asyncio.sleep(60.0)
    assert pbx.asked == begun == len(store.tenants[1].attempts)


async def test_a_successor_does_not_wait() -> None:
    store, pbx = store_with_work(), SlowPbx()
    before, after = floors_of(store, pbx), floors_of(store, pbx)
    await at_work(before, pbx)
    await before.leave()
    began_s = LoopClock().now().mono_s
    after.start(1)
    await after.wait_running(1, 60.0)
    assert LoopClock().now().mono_s - began_s < 0.1
    assert after.statistics()["1"]["fence"] == 2
    await after.stop()


async def test_a_store_that_is_away_is_not_waited_for_longer_than_its_time() -> None:
    store, pbx = store_with_work(), SlowPbx()
    floors = floors_of(store, pbx)
    await at_work(floors, pbx)
    store.fault = StoreDown("away")
    pbx.tell(1, e.CallEnded(call=next(iter(store.tenants[1].attempts)), cause=EndCause.NORMAL, at_utc_s=0.0))
    await asyncio.sleep(SLOW_S)
    began_s = LoopClock().now().mono_s
    await floors.leave()
    assert END_MAX_S <= LoopClock().now().mono_s - began_s <= 2 * END_MAX_S + 1.0
