"""The engine between a store and a PBX that misbehave. On virtual time: a wait of seconds takes none."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from busyhour.adapters.memory.rows import Rows
from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor import accompanied
from busyhour.core.floor.machine import RULES, Floor
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import CallState
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.pictures import AgentProfile, CallHistory, ChannelPicture, PbxPicture
from busyhour.core.model.values import DialMode, EndCause, Outcome
from busyhour.service.engine import Engine
from busyhour.service.errors import Conflict, FenceLost, StoreDown, Unavailable
from tests.core.story import NOON_UTC_S, campaign

TRUNK = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=10)

pytestmark = pytest.mark.looptime


class LoopClock:
    """The event loop's own time, so that virtual time rules both."""

    def now(self) -> e.Instant:
        mono_s = asyncio.get_running_loop().time()
        return e.Instant(mono_s, NOON_UTC_S + mono_s)


def agentless(*numbers: str) -> MemoryStore:
    settings = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=2, idle_on_termination=True)
    store = MemoryStore({1: Rows(trunks={1: TRUNK}, agents={1: AgentProfile(agent_id=1, name="ann")})})
    store.start_run(1, settings, numbers)
    return store


@asynccontextmanager
async def running(store: MemoryStore, pbx: MemoryTelephony) -> AsyncIterator[Engine]:
    engine = Engine(1, store=store, telephony=pbx, clock=LoopClock(), owner="test", queue_max=1000)
    task = asyncio.create_task(engine.run())
    try:
        await until(lambda: engine.running)
        yield engine
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(true: Callable[[], bool], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.01)


def answer(pbx: MemoryTelephony, n: int) -> None:
    call = pbx.placed[n].item.call
    pbx.tell(1, e.CallAnswered(call=call, at_utc_s=LoopClock().now().utc_s))


def end(pbx: MemoryTelephony, n: int, cause: EndCause = EndCause.NORMAL) -> None:
    call = pbx.placed[n].item.call
    pbx.tell(1, e.CallEnded(call=call, cause=cause, at_utc_s=LoopClock().now().utc_s))


def outcomes(store: MemoryStore) -> list[Outcome]:
    return [a.record.outcome for a in store.tenants[1].attempts.values() if a.record is not None]


async def test_an_intent_is_committed_before_its_call_is_placed() -> None:
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    async with running(store, pbx):
        await until(lambda: len(pbx.placed) == 1)
        assert pbx.placed[0].item.call in store.tenants[1].attempts
        answer(pbx, 0)
        await until(lambda: any(isinstance(a, c.PlayPrompt) for a in pbx.acts))
        pbx.tell(1, e.PromptEnded(call=pbx.placed[0].item.call, prompt="hello"))
        end(pbx, 0)
        await until(lambda: outcomes(store) == [Outcome.IVR_COMPLETED])
        await until(lambda: store.tenants[1].runs[1].state == RunState.IDLE)


@pytest.mark.covers("I12")
async def test_a_call_that_is_given_up_while_its_intent_is_committed_is_not_placed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its agent is gone: rung only to be hung up again, the callee would hear a phone that nobody is behind."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    committed, floors = store.commit, list[Floor]()

    async def slowly_committed(tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0) -> list[e.Event]:
        answers = await committed(tenant, fence, batch, no)
        for call in [keep.call for keep in batch if isinstance(keep, c.PlaceCall)]:
            await until(lambda: bool(floors))
            accompanied.cancel(floors[0], floors[0].calls[call])
        return answers

    monkeypatch.setattr(MemoryStore, "commit", lambda _, *asked: slowly_committed(*asked))
    async with running(store, pbx) as engine:
        assert engine.floor is not None
        floors.append(engine.floor)
        await until(lambda: outcomes(store) == [Outcome.CANCELLED])
    assert pbx.placed == []


async def test_a_number_put_on_do_not_call_after_the_hopper_was_filled_is_not_dialed() -> None:
    store, pbx = agentless("+12025550001", "+12025550002", "+12025550003"), MemoryTelephony()
    async with running(store, pbx):
        await until(lambda: len(pbx.placed) == 2)
        store.tenants[1].dnc["+12025550003"] = 0.0
        end(pbx, 0, EndCause.BUSY)
        await until(lambda: store.tenants[1].members[3].state == "final")
        assert [p.item.number for p in pbx.placed] == ["+12025550001", "+12025550002"]


async def test_without_the_database_nothing_new_is_dialed_and_nothing_is_lost() -> None:
    store, pbx = agentless(*(f"+1202555{n:04d}" for n in range(1, 6))), MemoryTelephony()
    async with running(store, pbx) as engine:
        await until(lambda: len(pbx.placed) == 2)
        store.fault = StoreDown("stopped")
        answer(pbx, 0)
        await until(lambda: any(isinstance(a, c.PlayPrompt) for a in pbx.acts))
        end(pbx, 0)
        end(pbx, 1, EndCause.BUSY)
        await asyncio.sleep(30)
        assert len(pbx.placed) == 2, "calls that are up go on, none is begun"
        assert outcomes(store) == []
        store.fault = None
        await until(lambda: len(pbx.placed) == 4)
        assert outcomes(store) == [Outcome.IVR_LEFT, Outcome.BUSY]
        assert engine.statistics()["records_waiting"] == 0


async def test_a_call_whose_reply_was_lost_is_not_dialed_again() -> None:
    store, pbx = agentless("+12025550001"), MemoryTelephony(deaf=True)
    async with running(store, pbx):
        await until(lambda: any(isinstance(a, c.LookUp) for a in pbx.acts))
        answer(pbx, 0)
        await until(lambda: any(isinstance(a, c.PlayPrompt) for a in pbx.acts))
        end(pbx, 0)
        await until(lambda: outcomes(store) == [Outcome.IVR_LEFT])
    assert len(pbx.placed) == 1


async def test_a_killed_engine_s_calls_are_adopted_by_the_next() -> None:
    store, pbx = agentless("+12025550001", "+12025550002"), MemoryTelephony()
    async with running(store, pbx):
        await until(lambda: len(pbx.placed) == 2)
        answer(pbx, 0)
        await until(lambda: any(isinstance(a, c.PlayPrompt) for a in pbx.acts))
    async with running(store, pbx):
        pbx.tell(1, e.PromptEnded(call=pbx.placed[0].item.call, prompt="hello"))
        end(pbx, 0)
        end(pbx, 1, EndCause.BUSY)
        await until(lambda: len(outcomes(store)) == 2)
    assert outcomes(store) == [Outcome.IVR_COMPLETED, Outcome.BUSY]
    assert len(pbx.placed) == 2, "nobody was dialed twice"


class SetClock(LoopClock):
    """Somebody may set it."""

    by_s = 0.0

    def now(self) -> e.Instant:
        now = super().now()
        return e.Instant(now.mono_s, now.utc_s + self.by_s)


@pytest.mark.covers("I30", "I48")
@pytest.mark.parametrize("set_by_s", [177.5, -60.0])
async def test_an_answer_heard_while_the_database_is_away_at_the_beginning_tells_how_long_the_call_was(
    set_by_s: float,
) -> None:
    """Its engine died while the call rang. Then it was answered, the clock was set, and the database came back."""
    store, pbx, clock = agentless("+12025550001"), MemoryTelephony(), SetClock()
    async with running(store, pbx):
        await until(lambda: len(pbx.placed) == 1)
    store.fault = StoreDown("away")
    engine = Engine(1, store=store, telephony=pbx, clock=clock, owner="test", queue_max=1000)
    task = asyncio.create_task(engine.run())
    await asyncio.sleep(1)
    name, answered_utc_s = pbx.placed[0].item.call, clock.now().utc_s
    pbx.tell(1, e.CallAnswered(call=name, at_utc_s=answered_utc_s))
    pbx.channels[name] = ChannelPicture(channel=name, answered=True, answered_utc_s=answered_utc_s)
    clock.by_s = set_by_s
    await asyncio.sleep(9)
    store.fault = None
    await until(lambda: engine.running)
    await asyncio.sleep(1)
    now = clock.now()
    pbx.tell(1, e.CallEnded(call=name, cause=EndCause.NORMAL, at_utc_s=now.utc_s))
    await until(lambda: len(outcomes(store)) == 1)
    record = store.tenants[1].attempts[name].record
    assert record is not None
    assert record.talk_s == pytest.approx(now.utc_s - set_by_s - answered_utc_s)
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.covers("I30", "I48")
async def test_an_end_heard_while_the_database_is_away_tells_how_long_the_call_was_though_the_clock_was_set() -> None:
    store, pbx, clock = agentless("+12025550001"), MemoryTelephony(), SetClock()
    async with running(store, pbx):
        await until(lambda: len(pbx.placed) == 1)
    store.fault = StoreDown("away")
    engine = Engine(1, store=store, telephony=pbx, clock=clock, owner="test", queue_max=1000)
    task = asyncio.create_task(engine.run())
    await asyncio.sleep(1)
    name, answered_utc_s = pbx.placed[0].item.call, clock.now().utc_s
    pbx.tell(1, e.CallAnswered(call=name, at_utc_s=answered_utc_s))
    await asyncio.sleep(5)
    clock.by_s = 516.0
    ended_utc_s = clock.now().utc_s
    pbx.tell(1, e.CallEnded(call=name, cause=EndCause.NORMAL, at_utc_s=ended_utc_s))
    pbx.histories[name] = CallHistory(
        channel=name, answered_utc_s=answered_utc_s, ended_utc_s=ended_utc_s, cause=EndCause.NORMAL
    )
    await asyncio.sleep(20)
    clock.by_s = 342.0
    store.fault = None
    await until(lambda: len(outcomes(store)) == 1)
    record = store.tenants[1].attempts[name].record
    assert record is not None
    assert record.talk_s == pytest.approx(5.0)
    task.cancel()
    await asyncio.wait([task])


async def test_an_engine_whose_shard_was_taken_stops_commanding() -> None:
    store, pbx = agentless("+12025550001", "+12025550002", "+12025550003"), MemoryTelephony()
    async with running(store, pbx) as engine:
        await until(lambda: len(pbx.placed) == 2)
        store.tenants[1].fence += 1
        end(pbx, 0, EndCause.BUSY)
        await until(lambda: not engine.running)
        assert len(pbx.placed) == 2


async def test_a_floor_that_fails_is_begun_anew_from_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(_floor: FloorState, _event: e.Event) -> None:
        raise AssertionError("a bug of ours")

    monkeypatch.setitem(RULES, e.DigitPressed, bug)
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    async with running(store, pbx) as engine:
        await until(lambda: len(pbx.placed) == 1)
        engine.put(e.DigitPressed(call=pbx.placed[0].item.call, digit="1"))
        await until(lambda: engine.statistics()["restarts"] == 1)
        await until(lambda: engine.running)
        end(pbx, 0, EndCause.BUSY)
        await until(lambda: outcomes(store) == [Outcome.BUSY])


async def test_requests_are_answered_by_the_core() -> None:
    store, pbx = agentless(), MemoryTelephony()
    async with running(store, pbx) as engine:
        with pytest.raises(Conflict, match="Open the agent desk first"):
            await engine.ask(lambda q: e.ReadyAsked(agent_id=1, request=q))
        engine.put(e.AgentLinked(agent_id=1, session="tab"))
        await engine.ask(lambda q: e.ReadyAsked(agent_id=1, request=q))
    with pytest.raises(Unavailable):
        await engine.ask(lambda q: e.ReadyAsked(agent_id=1, request=q))


async def test_it_begins_when_the_database_and_the_pbx_are_there() -> None:
    store, pbx = agentless(), MemoryTelephony(here=False)
    store.fault = StoreDown("not yet")
    engine = Engine(1, store=store, telephony=pbx, clock=LoopClock(), owner="test", queue_max=1000)
    task = asyncio.create_task(engine.run())
    await asyncio.sleep(20)
    store.fault = None
    await asyncio.sleep(20)
    assert not engine.running
    pbx.here = True
    await until(lambda: engine.running)
    task.cancel()
    await asyncio.wait([task])


async def test_an_overflowing_queue_makes_it_look_at_the_pbx_anew() -> None:
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    async with running(store, pbx) as engine:
        await until(lambda: len(pbx.placed) == 1)
        flood(engine)
        pbx.channels.clear()  # it ended, and the news was dropped
        await until(lambda: outcomes(store) == [Outcome.LOST])


async def test_what_ended_while_the_queue_was_full_is_told_as_the_pbx_has_recorded_it() -> None:
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    async with running(store, pbx) as engine:
        await until(lambda: len(pbx.placed) == 1)
        flood(engine)
        (name,) = pbx.channels
        pbx.channels.clear()
        pbx.histories[name] = CallHistory(
            channel=name, answered_utc_s=None, ended_utc_s=NOON_UTC_S, cause=EndCause.BUSY
        )
        await until(lambda: outcomes(store) == [Outcome.BUSY])


class SlowTelephony(MemoryTelephony):
    """Answers late, with what it had when it was asked."""

    async def place(self, call: c.PlaceCall) -> e.Event:
        await asyncio.sleep(0.2)
        return await super().place(call)

    async def picture(self, tenant: int, about: Sequence[str] = ()) -> PbxPicture:
        seen = await super().picture(tenant, about)
        await asyncio.sleep(0.5)
        return seen


async def test_what_was_heard_while_it_looked_anew_is_newer_than_what_it_saw() -> None:
    """A call that was sent meanwhile is not in the picture, and is not over."""
    store, pbx = agentless("+12025550001"), SlowTelephony()
    async with running(store, pbx) as engine:
        await until(lambda: bool(store.tenants[1].attempts))
        await asyncio.sleep(0.1)
        assert not pbx.placed
        flood(engine)
        await until(lambda: len(pbx.placed) == 1)
        await asyncio.sleep(1)
        assert engine.floor is not None
        assert engine.floor.telephony_up
        assert [call.state for call in engine.floor.calls.values()] == [CallState.DIALING]
        assert outcomes(store) == []


def flood(engine: Engine) -> None:
    """More news of the PBX than the queue holds."""
    for n in range(1500):
        engine.put(e.CallRang(call=f"c1-{n:x}", at_utc_s=NOON_UTC_S))
    assert engine.statistics()["queue"] == 1000


async def test_what_is_said_once_is_heard_though_the_queue_is_full() -> None:
    """Without the news that the database is back, or the filling, nothing would ever be dialed again."""
    store, pbx = agentless("+12025550001", "+12025550002", "+12025550003"), MemoryTelephony()
    async with running(store, pbx) as engine:
        await until(lambda: len(pbx.placed) == 2)
        assert engine.floor is not None
        flood(engine)
        engine.store_lost()
        await until(lambda: engine.floor is not None and not engine.floor.store_up)
        flood(engine)
        engine.store_back()
        await until(lambda: engine.floor is not None and engine.floor.store_up)
        end(pbx, 0, EndCause.BUSY)
        await until(lambda: len(pbx.placed) == 3)


def test_fence_lost_is_not_an_outage() -> None:
    """An engine that mistook a lost shard for a lost database would come back and act twice (I13)."""
    assert not issubclass(FenceLost, StoreDown)
