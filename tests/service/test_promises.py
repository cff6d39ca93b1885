"""What an engine promises when it answers: what is lasting is written first, and only the owner of a shard answers."""

import asyncio

import pytest

from busyhour.adapters.memory.rows import Rows
from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.core import events as e
from busyhour.core.model.pictures import AgentProfile
from busyhour.service.engine import Engine
from busyhour.service.errors import StoreDown, Unavailable
from busyhour.service.keeping import SURE_S
from tests.core.story import campaign
from tests.service.test_engine import TRUNK, LoopClock, running

pytestmark = pytest.mark.looptime


def with_agent() -> MemoryStore:
    store = MemoryStore({1: Rows(trunks={1: TRUNK}, agents={1: AgentProfile(agent_id=1, name="ann")})})
    store.start_run(1, campaign(idle_on_termination=True), ["+12025550001"])
    return store


async def ready(engine: Engine, pbx: MemoryTelephony) -> None:
    engine.put(e.AgentLinked(agent_id=1, session="tab"))
    engine.put(e.PhoneRegistered(agent_id=1))
    await engine.ask(lambda q: e.ReadyAsked(agent_id=1, request=q))
    await asyncio.sleep(1.0)
    assert engine.floor is not None
    pbx.tell(1, e.LegAnswered(leg=engine.floor.agents[1].leg or "", at_utc_s=0.0))
    await asyncio.sleep(1.0)


@pytest.mark.covers("I26", "I33")
async def test_an_agent_s_pause_is_acknowledged_only_when_it_is_written() -> None:
    store, pbx = with_agent(), MemoryTelephony()
    async with running(store, pbx) as engine:
        await ready(engine, pbx)
        store.fault = StoreDown("stopped")
        with pytest.raises(Unavailable):
            await engine.ask(lambda q: e.PauseAsked(agent_id=1, reason="lunch", request=q))
        assert store.tenants[1].agents[1].pause_reason is None
        store.fault = None
        await asyncio.sleep(2.0)
        await engine.ask(lambda q: e.PauseAsked(agent_id=1, reason="lunch", request=q))
        assert store.tenants[1].agents[1].pause_reason == "lunch"


@pytest.mark.covers("I33")
async def test_what_concerns_a_call_that_is_up_is_answered_without_the_database() -> None:
    store, pbx = with_agent(), MemoryTelephony()
    async with running(store, pbx) as engine:
        await ready(engine, pbx)
        call = pbx.placed[0].item.call
        pbx.tell(1, e.CallAnswered(call=call, at_utc_s=LoopClock().now().utc_s))
        await asyncio.sleep(1.0)
        leg = engine.floor.agents[1].leg if engine.floor else ""
        pbx.tell(1, e.CallJoined(call=call, leg=leg or "", at_utc_s=LoopClock().now().utc_s))
        await asyncio.sleep(1.0)
        store.fault = StoreDown("stopped")
        engine.put(e.AgentUnlinked(agent_id=1, session="tab"))
        engine.put(e.AgentLinked(agent_id=1, session="tab"))  # something to be written, that waits
        await asyncio.sleep(1.0)
        for make in (e.HoldAsked, e.ResumeAsked, e.HangUpAsked):
            await engine.ask(lambda q, make=make: make(agent_id=1, request=q))  # type: ignore[misc]


@pytest.mark.covers("I14", "I33")
async def test_an_engine_that_stood_still_asks_whose_the_shard_is_before_it_acknowledges() -> None:
    """Nothing is to be written, for what is asked for holds already: as far as this engine knows."""
    store, pbx = with_agent(), MemoryTelephony()
    async with running(store, pbx) as engine:
        await ready(engine, pbx)
        await engine.ask(lambda q: e.RunPauseAsked(run_id=1, request=q))
        engine._keeper._sure_s -= SURE_S + 1.0  # as after a suspended machine
        store.tenants[1].fence += 1
        with pytest.raises(Unavailable):
            await engine.ask(lambda q: e.RunPauseAsked(run_id=1, request=q))
