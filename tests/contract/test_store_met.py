"""Transactions that meet others (C4), on a real PostgreSQL: a deadlock, and a server that says
40001, 40P01 or 55P03 at any statement. The whole transaction is done once, or not at all; nothing is done twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from asyncpg.prepared_stmt import PreparedStatement

from busyhour.adapters.sql import database as sql
from busyhour.adapters.sql.database import TRIES_MAX
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.events import CallCommitted
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import ListRole, Outcome
from busyhour.service.errors import StoreDown

from .conftest import World, new_contact

CONTACTS = 60
STATEMENTS_MAX = 60
MET = ("40001", "40P01")  # serialization failure, deadlock: rolled back for certain
HELD = "55P03"  # lock not available


async def _no_more(*_: Any) -> None:
    pass


class Hostile:
    """The server refuses the statement number `at` of each transaction in `times` of them, by an error of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state, self.at, self.times, self.said, self._no = "", 0, 0, 0, 0
        self._execute = asyncpg.Connection.execute
        monkeypatch.setattr(asyncpg.Connection, "execute", self._hostile(self._execute))
        for method in ("_execute", "_executemany"):
            monkeypatch.setattr(asyncpg.Connection, method, self._hostile(getattr(asyncpg.Connection, method)))
        fetch, asked = PreparedStatement.fetch, self._hostile(_no_more)

        async def fetched(statement: Any, *arguments: Any, **named: Any) -> Any:
            await asked(statement._connection, statement.get_query())
            return await fetch(statement, *arguments, **named)

        monkeypatch.setattr(PreparedStatement, "fetch", fetched)

    def strike(self, state: str, at: int, times: int) -> None:
        self.state, self.at, self.times, self.said, self._no = state, at, times, 0, 0

    def rest(self) -> int:
        """No more of it. Answers how often the server said so."""
        self.at = 0
        return self.said

    def _hostile(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def asked(connection: Any, query: str, *arguments: Any, **named: Any) -> Any:
            if query.startswith("BEGIN"):
                self._no = 0
            self._no += 1
            if self._no == self.at and self.said < self.times and not query.startswith("ROLLBACK"):
                self.said += 1
                hostile = f"DO $$ BEGIN RAISE EXCEPTION 'hostile' USING ERRCODE = '{self.state}'; END $$"
                try:
                    await self._execute(connection, hostile)
                finally:
                    if query.startswith("COMMIT"):
                        await self._execute(connection, "COMMIT")  # which ends it, also when it fails
            return await real(connection, query, *arguments, **named)

        return asked


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Hostile:
    return Hostile(monkeypatch)


async def begin(world: World) -> list[HopperItem]:
    people = await world.add_list("people", [new_contact(n) for n in range(CONTACTS)])
    await world.start((people, ListRole.NORMAL))
    items = list((await world.fill(CONTACTS)).items)
    await world.commit(world.place(items[0]))
    return items


async def written(world: World) -> dict[str, list[dict[str, Any]]]:
    """What such transactions write, and whose the shard is."""
    return {
        "attempt": await world.rows("SELECT * FROM attempt ORDER BY call"),
        "member": await world.rows("SELECT * FROM member ORDER BY member_id"),
        "segment": sorted(await world.rows("SELECT * FROM segment"), key=repr),
        "run": await world.rows("SELECT * FROM run"),
        "fence": await world.rows("SELECT fence FROM shard_lease"),
    }


def turn(world: World, items: list[HopperItem], n: int) -> list[c.Keep]:
    """The call before was talked on, and another one is to be placed."""
    return [world.talked(items[n - 1]), world.place(items[n])]


async def at_each_statement(work: Callable[[int], Awaitable[bool]]) -> int:
    """Of a transaction: `work` with 1, 2, ... until it was not struck, because there are no more. Answers how many."""
    for at in range(1, STATEMENTS_MAX):
        if not await work(at):
            return at - 1
    raise AssertionError("more statements than a transaction has")


async def nothing_is_doubled(world: World, calls: int) -> None:
    """So many were placed, of which all but the last were talked on."""
    rows = await written(world)
    assert len(rows["attempt"]) == calls
    assert sorted(row["outcome"] or "" for row in rows["attempt"]) == ["", *[Outcome.HANDLED] * (calls - 1)]
    assert sorted(row["attempts"] for row in rows["member"]) == [0] * (CONTACTS - calls) + [1] * calls
    assert len(rows["segment"]) == calls - 1
    counted = world.counted[world.run_id]
    assert (counted.placed, counted.finished) == (calls, calls - 1)


@pytest.mark.parametrize("state", MET)
@pytest.mark.covers("I1", "I29")
async def test_a_transaction_that_met_another_is_done_again_as_a_whole(
    world: World, hostile: Hostile, state: str
) -> None:
    items = await begin(world)

    async def work(at: int) -> bool:
        hostile.strike(state, at, times=1)
        assert await world.commit(*turn(world, items, at)) == [CallCommitted(call=items[at].call)]
        return hostile.rest() == 1

    statements = await at_each_statement(work)
    assert statements >= 8, "BEGIN, tenant, fence, the call's end, its contact, the intent, the counts, COMMIT"
    await nothing_is_doubled(world, statements + 2)


@pytest.mark.parametrize(("state", "tries"), [(MET[0], TRIES_MAX), (MET[1], TRIES_MAX), (HELD, 1)])
@pytest.mark.covers("I1", "I3", "I29")
async def test_one_that_is_always_refused_is_an_outage_after_a_few_tries_and_writes_nothing(
    world: World, hostile: Hostile, state: str, tries: int
) -> None:
    items = await begin(world)
    before = await written(world)

    async def work(at: int) -> bool:
        hostile.strike(state, at, times=1_000)
        begun_s = time.monotonic()
        try:
            answers = await world.store.commit(world.tenant, world.fence, turn(world, items, 1))
        except StoreDown:
            assert hostile.rest() == tries
            assert time.monotonic() - begun_s < 5.0
            assert await written(world) == before
            return True
        assert CallCommitted(call=items[1].call) in answers
        return hostile.rest() > 0

    assert await at_each_statement(work) >= 8
    assert len(await world.rows("SELECT 1 FROM attempt")) == 2


@pytest.mark.parametrize("state", MET)
@pytest.mark.covers("I13")
async def test_an_opening_and_a_filling_that_met_another_are_done_again(
    world: World, hostile: Hostile, state: str
) -> None:
    people = await world.add_list("people", [new_contact(n) for n in range(CONTACTS)])
    await world.start((people, ListRole.NORMAL))
    taken = list[int]()

    async def opened(at: int) -> bool:
        fence = world.fence
        hostile.strike(state, at, times=1)
        await world.own()
        struck = hostile.rest() == 1
        assert world.fence == fence + 1
        return struck

    async def filled(at: int) -> bool:
        hostile.strike(state, at, times=1)
        taken.extend(item.member_id for item in (await world.fill(1)).items)
        return hostile.rest() == 1

    assert await at_each_statement(opened) >= 5
    turns = await at_each_statement(filled) + 1
    assert turns >= 5
    assert len(taken) == len({*taken}) == min(turns, CONTACTS)


async def test_rivals_part_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that meet wait for lengths of their own, which grow."""
    waits = list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def work() -> None:
        raise sql._Met("met")

    monkeypatch.setattr(asyncio, "sleep", sleep)
    for _ in range(50):
        with pytest.raises(StoreDown):
            await sql.again(work)
    assert len(waits) == 50 * (TRIES_MAX - 1)
    first, second = waits[::2], waits[1::2]
    assert len({*first}) > 40
    assert min(second) >= min(first) * 1.5
    assert max(waits) < 1.0


@pytest.mark.covers("I1", "I29")
async def test_a_real_deadlock_with_a_screen_is_done_again(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours holds the shard's row and waits for a member; the other holds the member and asks for the shard's row."""
    items, said, judge = await begin(world), list[str](), sql._judge

    def judged(state: str, fault: Exception) -> None:
        said.append(state)
        judge(state, fault)

    monkeypatch.setattr(sql, "_judge", judged)
    rival = await asyncpg.connect(database_url, server_settings={"search_path": "busyhour", "deadlock_timeout": "60s"})
    other = rival.transaction()
    await other.start()
    held = await rival.execute("UPDATE member SET why = why WHERE member_id = $1", items[0].member_id)
    assert held == "UPDATE 1"
    ours = asyncio.create_task(world.store.commit(world.tenant, world.fence, turn(world, items, 1), 1))
    async with asyncio.timeout(5):
        while not await rival.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not ours.done(), ours
            await asyncio.sleep(0.02)
    await rival.execute("UPDATE shard_lease SET owner = owner")  # granted when the server has ended ours
    await other.commit()
    answers = await ours
    assert CallCommitted(call=items[1].call) in answers
    world.counted |= {one.run_id: one for one in answers if isinstance(one, e.RunCounted)}
    assert said == ["40P01"], "the server ended ours, and only once"
    await rival.close()
    await nothing_is_doubled(world, 2)


@pytest.mark.parametrize("said", [asyncpg.InternalClientError("got result for unknown protocol state 3"), OSError()])
async def test_a_session_that_is_ended_in_its_commit_is_an_outage(said: Exception) -> None:
    """Else it would be a fault of ours, and begin the floor anew."""
    with pytest.raises(StoreDown), sql.outage():
        raise said
