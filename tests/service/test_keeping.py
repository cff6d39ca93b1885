"""The keeper between a floor and a store that answers late, not at all, or as nobody has foreseen. On virtual time."""

import asyncio
from collections import deque
from collections.abc import Sequence

import pytest

from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.machine import RULES
from busyhour.core.floor.state import FloorState
from busyhour.core.model.pictures import PbxPicture
from busyhour.core.model.values import EndCause, Outcome
from busyhour.service.engine import Engine
from busyhour.service.errors import StoreDown
from busyhour.service.heard import forget_older
from busyhour.service.ports import FloorPicture, Kept

from .test_engine import LoopClock, agentless, end, outcomes, running, until

pytestmark = pytest.mark.looptime


def paused() -> c.SaveRun:
    return c.SaveRun(run_id=1, state="paused", at_utc_s=1.0, final=False)


@pytest.mark.covers("I44")
async def test_a_question_from_before_an_opening_does_not_end_the_engine_that_has_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It woke from a standstill and asked whose the shard is; the answer came when it had opened the shard anew, and
    was about the fence before."""
    store, commits, late = agentless(), MemoryStore.commit, asyncio.Event()

    async def commit(
        store: MemoryStore, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0
    ) -> list[e.Event]:
        if not batch and not late.is_set():
            await late.wait()
        return await commits(store, tenant, fence, batch, no)

    async with running(store, MemoryTelephony()) as engine:
        monkeypatch.setattr(MemoryStore, "commit", commit)
        engine._keeper._sure_s = -100.0
        asking = asyncio.create_task(engine._keeper.still_ours())
        await asyncio.sleep(0.01)
        store.fail_over(store.copy())
        engine.store_rewound()
        await until(lambda: not engine.running)
        await until(lambda: engine.running)
        late.set()
        assert not await asking, "what was to be ordered was the floor's before"
        await asyncio.sleep(5)
        assert engine.running


async def open_once(
    monkeypatch: pytest.MonkeyPatch, store: MemoryStore, *, written: bool
) -> tuple[Engine, asyncio.Event]:
    """An engine whose next opening fails, and that it did: nothing is written, or only the answer is lost."""
    opens, failed = MemoryStore.open_shard, asyncio.Event()

    async def open_and_fail(
        store: MemoryStore, tenant: int, owner: str, kept: Kept | None = None, mine: int | None = None
    ) -> FloorPicture:
        monkeypatch.setattr(MemoryStore, "open_shard", opens)
        failed.set()
        if written:
            await opens(store, tenant, owner, kept, mine)
        raise StoreDown("the link died on the opening")

    pbx = MemoryTelephony()
    engine = Engine(1, store=store, telephony=pbx, clock=LoopClock(), owner="test", queue_max=1000)
    engine_task = asyncio.create_task(engine.run(), name="the engine")
    await until(lambda: engine.running)
    monkeypatch.setattr(MemoryStore, "open_shard", open_and_fail)
    assert not engine_task.done()
    return engine, failed


def task_of_engine() -> asyncio.Task[None]:
    [task] = [one for one in asyncio.all_tasks() if one.get_name() == "the engine"]
    return task


@pytest.mark.covers("I13", "I14")
async def test_an_engine_whose_opening_failed_does_not_take_the_shard_from_one_that_opened_it_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It had been replaced, and a failover lost the opening of its successor; then it could not reach the store."""
    store = agentless()
    engine, failed = await open_once(monkeypatch, store, written=False)
    task = task_of_engine()
    store.fail_over(store.copy())
    engine.store_rewound()
    await failed.wait()
    successor = await store.open_shard(1, "test#another")
    await asyncio.wait([task], timeout=30)
    assert task.done()
    assert store.tenants[1].fence == successor.fence


@pytest.mark.covers("I44")
async def test_a_floor_that_fails_goes_on_though_the_answer_to_its_opening_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What waits cannot be written under the fence before, and it need not be."""

    def bug(_floor: FloorState, _event: e.Event) -> None:
        raise AssertionError("a bug of ours")

    store = agentless()
    engine, failed = await open_once(monkeypatch, store, written=True)
    monkeypatch.setitem(RULES, e.DigitPressed, bug)
    engine.put(e.DigitPressed(call="c1-1", digit="1"))
    await failed.wait()
    assert store.tenants[1].fence == 2
    engine._keeper.lose(StoreDown("somebody else had noticed, too"))
    await until(lambda: engine.running)
    assert store.tenants[1].fence == 3
    task_of_engine().cancel()


@pytest.mark.covers("I44")
async def test_what_nobody_has_foreseen_in_the_store_begins_the_floor_anew_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, pbx, commits = agentless("+12025550001"), MemoryTelephony(), MemoryStore.commit

    async def commit(
        store: MemoryStore, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0
    ) -> list[e.Event]:
        if any(isinstance(keep, c.CloseCall) for keep in batch):
            monkeypatch.setattr(MemoryStore, "commit", commits)
            raise ValueError("a bug of ours, or of a library's")
        return await commits(store, tenant, fence, batch, no)

    async with running(store, pbx) as engine:
        await until(lambda: len(pbx.placed) == 1)
        monkeypatch.setattr(MemoryStore, "commit", commit)
        end(pbx, 0, EndCause.BUSY)
        await until(lambda: engine.statistics()["restarts"] == 1)
        await until(lambda: outcomes(store) == [Outcome.BUSY])
        await until(lambda: engine.running)


async def test_two_writers_do_not_take_each_other_s_records_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A floor fails while its keeper waits for the store; the opening writes what waits, too."""
    store, commits, written, late = agentless(), MemoryStore.commit, list[c.Keep](), asyncio.Event()

    async def commit(
        store: MemoryStore, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0
    ) -> list[e.Event]:
        first = not late.is_set()
        late.set()
        if first:
            await asyncio.sleep(1.0)
        answers = await commits(store, tenant, fence, batch, no)
        written.extend(batch)
        return answers

    def bug(_floor: FloorState, _event: e.Event) -> None:
        raise AssertionError("a bug of ours")

    async with running(store, MemoryTelephony()) as engine:
        monkeypatch.setattr(MemoryStore, "commit", commit)
        monkeypatch.setitem(RULES, e.DigitPressed, bug)
        engine._keeper.add([paused()])
        await late.wait()
        engine.put(e.DigitPressed(call="c1-1", digit="1"))
        engine._keeper.add([c.SaveRun(run_id=1, state="running", at_utc_s=2.0, final=False)])
        await until(lambda: not engine.running)
        await until(lambda: engine.running)
        await asyncio.sleep(5)
        states = [keep.state for keep in written if isinstance(keep, c.SaveRun)]
        assert "running" in states
        assert store.tenants[1].runs[1].state != "paused"


@pytest.mark.covers("I29")
async def test_a_floor_begins_from_its_own_picture_and_hears_of_no_older_one() -> None:
    """The link came back while the floor was beginning: by what was seen then, a call that was sent since is gone."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    async with running(store, pbx):
        await until(lambda: len(pbx.placed) == 1)
        await asyncio.sleep(1)
    store.fault = StoreDown("not yet")
    engine = Engine(1, store=store, telephony=pbx, clock=LoopClock(), owner="test", queue_max=1000)
    task = asyncio.create_task(engine.run())
    await asyncio.sleep(1)
    engine.put(e.TelephonyBack(pbx=PbxPicture(boot=pbx.boot)))
    store.fault = None
    await until(lambda: engine.running)
    await asyncio.sleep(1)
    assert outcomes(store) == []
    task.cancel()
    await asyncio.wait([task])


LOST, BACK = e.TelephonyLost(), e.TelephonyBack(pbx=PbxPicture(boot="one"))
ENDED = e.CallEnded(call="c", cause=EndCause.BUSY, at_utc_s=1.0)


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ([(1, BACK), (2, ENDED), (3, BACK)], [ENDED, BACK]),
        ([(1, LOST), (2, BACK)], []),
        ([(1, LOST), (1, BACK), (2, LOST)], [LOST]),
        ([(1, LOST), (3, BACK)], [LOST, BACK]),
        ([(3, LOST), (4, BACK)], [LOST, BACK]),
    ],
)
def test_what_is_newer_than_the_picture_is_heard_and_that_the_link_is_lost(
    told: list[tuple[float, e.Event]], heard: list[e.Event]
) -> None:
    """The PBX was asked at second 2.5. Its link for events may be down while it answers."""
    waiting = deque((e.Instant(at_s, at_s), event) for at_s, event in told)
    forget_older(waiting, 2.5)
    assert [event for _, event in waiting] == heard


@pytest.mark.covers("I44")
async def test_a_store_that_writes_and_fills_no_hopper_is_not_asked_without_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with a full disk (C6): a filling needs space that a small record does not. Lost, back and lost again, it went
    on as fast as the store answers."""
    asked_s, fills = list[float](), MemoryStore.fill_hopper

    async def full(*_: object) -> e.HopperFilled:
        asked_s.append(LoopClock().now().mono_s)
        await asyncio.sleep(0.01)
        raise StoreDown("no space left")

    monkeypatch.setattr(MemoryStore, "fill_hopper", full)
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    async with running(store, pbx):
        await asyncio.sleep(10)
        assert 10 < len(asked_s) < 30
        monkeypatch.setattr(MemoryStore, "fill_hopper", fills)
        await until(lambda: len(pbx.placed) == 1, 2)
