"""The engine when its database fails over and loses what it had acknowledged (C2). On virtual time."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from busyhour.adapters.files.journal import JournalSegments
from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.core import commands as c
from busyhour.core.events import CallCommitted, CallRefused, Event
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.pictures import AgentProfile, HopperItem, Reservation
from busyhour.core.model.values import Refusal
from busyhour.service.engine import Engine
from busyhour.service.errors import StoreDown
from busyhour.service.journal import JOURNAL_KEPT_S, Journal
from busyhour.service.ports import FloorPicture, Kept

from .test_engine import LoopClock, agentless, end, outcomes, until

pytestmark = pytest.mark.looptime

TRUNK = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=10)


def place(call: str) -> c.PlaceCall:
    item = HopperItem(call=call, member_id=1, contact_id=1, list_id=1, attempt_no=1, number="+12025550001")
    return c.PlaceCall(
        item=item,
        run_id=1,
        campaign_id=1,
        trunk=TRUNK,
        caller_id="",
        ring_timeout_s=20.0,
        call_max_s=60.0,
        why="a free line",
        at_utc_s=5.0,
    )


def run_state(state: str) -> c.SaveRun:
    return c.SaveRun(run_id=1, state=state, at_utc_s=1.0, final=False)


def kept(journal: Journal) -> list[c.Keep]:
    found = journal.kept()
    return [] if found is None else found.after(0)


async def begin(store: MemoryStore, pbx: MemoryTelephony, journal: Journal) -> tuple[Engine, asyncio.Task[None]]:
    engine = Engine(1, store=store, telephony=pbx, clock=LoopClock(), owner="test", queue_max=1000, journal=journal)
    task = asyncio.create_task(engine.run())
    await until(lambda: engine.running)
    return engine, task


async def kill(engine: Engine, task: asyncio.Task[None]) -> None:
    engine._keeper._lots.clear()  # its memory is gone
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.covers("I3", "I29")
async def test_a_living_engine_gives_the_calls_back_and_dials_nobody_twice() -> None:
    store, pbx = agentless("+12025550001", "+12025550002", "+12025550003"), MemoryTelephony()
    engine, task = await begin(store, pbx, Journal(LoopClock()))
    older = store.copy()
    older[1].runs[1].fresh.clear()
    older[1].runs[1].fresh.extend([1, 2, 3])
    for member in older[1].members.values():
        member.state, member.last_call = "fresh", ""
    older[1].attempts.clear()
    older[1].open.clear()
    older[1].live_numbers.clear()
    older[1].runs[1].placed = 0
    older[1].written_no = 0
    older[1].runs[1].taken.clear()
    await until(lambda: len(pbx.placed) == 2)
    end(pbx, 0)
    await until(lambda: len(outcomes(store)) == 1)
    before = {name: attempt.record for name, attempt in store.tenants[1].attempts.items()}
    older[1].made = store.tenants[1].made
    store.fail_over(older)
    assert not store.tenants[1].attempts
    await until(lambda: engine.statistics()["store_rewinds"] == 1)
    after = store.tenants[1].attempts
    assert {name: attempt.record for name, attempt in after.items() if name in before} == before
    assert engine.statistics()["calls_lost_by_store"] >= 2
    await until(lambda: len(pbx.placed) == 3)
    assert sorted(one.item.number[-1] for one in pbx.placed) == ["1", "2", "3"]
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.covers("I3", "I29")
async def test_an_engine_that_died_with_the_server_leaves_its_journal_to_the_next(tmp_path: Path) -> None:
    store, pbx = agentless("+12025550001", "+12025550002"), MemoryTelephony()
    older = store.copy()
    engine, task = await begin(store, pbx, Journal(LoopClock(), JournalSegments(tmp_path, 1)))
    await until(lambda: len(pbx.placed) == 2)
    end(pbx, 0)
    await until(lambda: len(outcomes(store)) == 1)
    await kill(engine, task)
    older[1].made = store.tenants[1].made
    store.fail_over(older)
    engine, task = await begin(store, pbx, Journal(LoopClock(), JournalSegments(tmp_path, 1)))
    assert engine.statistics()["calls_lost_by_store"] == 2
    assert len(store.tenants[1].attempts) == 2
    await asyncio.sleep(60)
    assert len(pbx.placed) == 2, "both were called before"
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.covers("I3", "I29")
async def test_what_was_given_back_is_given_back_once_more_when_it_is_older_than_the_journal_is_long(
    tmp_path: Path,
) -> None:
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    older = store.copy()[1]
    engine, task = await begin(store, pbx, Journal(LoopClock(), JournalSegments(tmp_path, 1)))
    await until(lambda: len(pbx.placed) == 1)
    end(pbx, 0)
    await until(lambda: len(outcomes(store)) == 1)
    for n in range(1, 4):
        await asyncio.sleep(JOURNAL_KEPT_S - 10)
        engine._keeper.add([run_state("running")])  # else nothing is let go
        await asyncio.sleep(1)
        lost = older.copy()
        lost.made = store.tenants[1].made
        store.fail_over({1: lost})
        assert outcomes(store) == []
        if n == 3:
            await kill(engine, task)
            engine, task = await begin(store, pbx, Journal(LoopClock(), JournalSegments(tmp_path, 1)))
        await until(lambda: len(outcomes(store)) == 1)
    assert len(pbx.placed) == 1
    task.cancel()
    await asyncio.wait([task])


async def test_the_journal_keeps_a_minute_and_what_the_store_has_said_yes_to() -> None:
    journal = Journal(LoopClock())
    answers: list[Event] = [CallCommitted(call="a"), CallRefused(call="b", reason=Refusal.DNC, due_utc_s=None)]
    given = c.ReturnItems(run_id=1, member_ids=(1,), calls=("b",), due_utc_s=None)
    journal.note(7, 1, [place("a"), place("b"), given, run_state("running"), run_state("completed")], answers)
    assert kept(journal) == [place("a"), run_state("running")]
    await asyncio.sleep(JOURNAL_KEPT_S - 1)
    journal.note(8, 2, [run_state("paused")], [])
    assert kept(journal) == [place("a"), run_state("running"), run_state("paused")]
    await asyncio.sleep(2)
    journal.note(8, 3, [], [])
    journal.note(8, 4, [run_state("running")], [])
    assert kept(journal) == [run_state("paused"), run_state("running")]
    found = journal.kept(9, [run_state("removed"), given])
    assert found is not None
    assert (found.fence, found.writes[-1]) == (8, (9, (run_state("removed"),)))
    assert found.after(4) == [run_state("removed")], "what the store has is not given back"


async def test_the_journal_on_disk_is_that_in_memory_and_a_line_cut_short_is_left_out(tmp_path: Path) -> None:
    journal = Journal(LoopClock(), JournalSegments(tmp_path, 1))
    journal.note(3, 5, [place("a"), run_state("running")], [CallCommitted(call="a")])
    journal.note(4, 6, [run_state("paused")], [])
    again = Journal(LoopClock(), JournalSegments(tmp_path, 1))
    assert again.kept() == journal.kept()
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    file.write_bytes(file.read_bytes()[:-9])
    assert kept(Journal(LoopClock(), JournalSegments(tmp_path, 1))) == [place("a"), run_state("running")]
    assert kept(Journal(LoopClock(), JournalSegments(tmp_path, 2))) == [], "another tenant's"


async def test_a_disk_that_fails_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("not a folder")
    journal = Journal(LoopClock(), JournalSegments(tmp_path / "journal", 1))
    journal.note(3, 7, [run_state("running")], [])
    assert kept(journal) == [run_state("running")]
    (tmp_path / "journal").unlink()
    journal.note(3, 8, [run_state("paused")], [])
    assert kept(Journal(LoopClock(), JournalSegments(tmp_path / "journal", 1))) == [run_state("paused")]


async def test_segments_are_few(tmp_path: Path) -> None:
    for n in range(130):
        JournalSegments(tmp_path, 1).append(b"%d" % n)
    assert len(list(tmp_path.iterdir())) <= 101
    assert JournalSegments(tmp_path, 1).lines()[-1] == b"129"


@pytest.mark.covers("I6", "I33")
async def test_what_administrators_listed_is_given_back_too(tmp_path: Path) -> None:
    """A number that was put on the do-not-call list, and one that was taken off it: by an engine that lives, and by
    the next one when it died with the server."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    rows = store.tenants[1]
    rows.dnc["+12025550008"] = 1.0
    journal = Journal(LoopClock(), JournalSegments(tmp_path, 1))
    engine, task = await begin(store, pbx, journal)
    await until(lambda: len(pbx.placed) == 1)
    older = store.copy()
    journal.note_screen(c.ListNumbers(numbers=("+12025550009",), source="typed in", at_utc_s=7.0))
    journal.note_screen(c.ListNumbers(numbers=("+12025550008",), source="", at_utc_s=8.0, off=True))
    store.fail_over({tenant: one.copy() for tenant, one in older.items()})
    assert store.tenants[1].dnc == {"+12025550008": 1.0}
    await until(lambda: engine.statistics()["store_rewinds"] == 1)
    assert store.tenants[1].dnc == {"+12025550009": 7.0}
    await kill(engine, task)
    store.fail_over({tenant: one.copy() for tenant, one in older.items()})
    engine, task = await begin(store, pbx, Journal(LoopClock(), JournalSegments(tmp_path, 1)))
    assert store.tenants[1].dnc == {"+12025550009": 7.0}
    await kill(engine, task)


async def test_a_store_that_has_the_next_write_has_what_the_screen_wrote_before_it() -> None:
    journal = Journal(LoopClock())
    journal.note(7, 1, [run_state("running")], [])
    journal.no = 2  # on its way while the screen is told
    listed = c.ListNumbers(numbers=("+12025550009",), source="typed in", at_utc_s=7.0)
    journal.note_screen(listed)
    found = journal.kept()
    assert found is not None
    assert found.after(2) == [listed]
    assert found.after(3) == []


@pytest.mark.covers("I13", "I28")
async def test_an_engine_that_was_replaced_ends_when_another_opens_the_shard_first_on_the_new_history() -> None:
    """The failover lost the opening of its successor, so it does not learn of it; but the successor is first to open
    the shard again. What waits with the old one is out of date, and must not be written over what is newer."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    old, task = await begin(store, pbx, Journal(LoopClock()))
    store.fail_over(store.copy())
    old._keeper.add([run_state("running")])
    await until(lambda: not old.running)
    successor = await store.open_shard(1, "test")
    await store.commit(1, successor.fence, [run_state("paused")])
    await asyncio.sleep(5)
    assert task.done()
    assert store.tenants[1].fence == successor.fence
    assert store.tenants[1].runs[1].state == "paused"


@pytest.mark.covers("I13", "I26", "I28", "I33")
async def test_an_engine_that_was_replaced_ends_also_when_it_is_first_on_the_new_history() -> None:
    """The failover lost the opening of its successor, and what that one wrote and told people; not so the journal."""
    store, pbx, journal = agentless("+12025550001"), MemoryTelephony(), Journal(LoopClock())
    old, task = await begin(store, pbx, journal)
    older = store.copy()
    successor, its_task = await begin(store, pbx, journal)
    successor._keeper.add([run_state("paused")])
    await until(lambda: store.tenants[1].runs[1].state == "paused")
    await kill(successor, its_task)
    store.fail_over(older)
    old._keeper.add([run_state("running")])
    await asyncio.sleep(5)
    assert task.done(), "it does not take the shard back"
    assert run_state("running") not in kept(journal)
    third, its_task = await begin(store, pbx, journal)
    assert store.tenants[1].runs[1].state == "paused"
    await kill(third, its_task)


async def test_an_engine_that_could_not_reach_the_pbx_ends_when_another_has_opened_the_shard_meanwhile() -> None:
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    pbx.here = False
    engine = Engine(1, store=store, telephony=pbx, clock=LoopClock(), owner="test", queue_max=100)
    task = asyncio.create_task(engine.run())
    await until(lambda: store.tenants[1].fence == 1)
    await store.open_shard(1, "test")
    await asyncio.wait([task])
    assert store.tenants[1].fence == 2, "it did not take the shard back"


async def test_what_waited_is_not_written_again_when_the_answer_to_the_opening_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The opening has written it; since then it may be out of date. Calls that were only asked for are dropped."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    engine, task = await begin(store, pbx, Journal(LoopClock()))
    await until(lambda: len(pbx.placed) == 1)
    opens, commits, written = MemoryStore.open_shard, MemoryStore.commit, list[c.Keep]()

    async def open_and_lose(
        store: MemoryStore, tenant: int, owner: str, kept: Kept | None = None, mine: int | None = None
    ) -> FloorPicture:
        monkeypatch.setattr(MemoryStore, "open_shard", opens)
        await opens(store, tenant, owner, kept, mine)
        raise StoreDown("the link died on the opening's answer")

    async def commit(store: MemoryStore, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0) -> list[Event]:
        answers = await commits(store, tenant, fence, batch, no)
        written.extend(batch)
        return answers

    monkeypatch.setattr(MemoryStore, "open_shard", open_and_lose)
    monkeypatch.setattr(MemoryStore, "commit", commit)
    store.fail_over(store.copy())
    engine._keeper.add([run_state("paused"), place("c1-99")])
    await until(lambda: not engine.running)
    await until(lambda: engine.running)
    await asyncio.sleep(5)
    assert store.tenants[1].runs[1].state == "paused", "the opening has written it"
    assert not [keep for keep in written if keep in (run_state("paused"), place("c1-99"))]
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.covers("I26")
async def test_a_reservation_ends_when_its_agent_had_something_else_since() -> None:
    """Its end is lost with an engine that did not hear of it; that the agent was free then is given back."""
    for call, left in (("c1-1", 1), ("c1-2", 0), (None, 0)):
        store = agentless("+12025550001")
        rows = store.tenants[1]
        rows.agents[1] = AgentProfile(agent_id=1, name="ann")
        rows.reservations["c1-1"] = Reservation(item=place("c1-1").item, run_id=1, agent_id=1, until_utc_s=60.0)
        state = c.SaveAgentState(
            agent_id=1,
            state="reserved" if call else "available",
            reason=None,
            pause=None,
            call=call,
            acw_until_utc_s=0.0,
            session_open=True,
            at_utc_s=5.0,
        )
        store.fail_over(store.copy())
        picture = await store.open_shard(1, "test", Kept(fence=1, writes=((1, (state,)),)))
        assert len(picture.reservations) == left
