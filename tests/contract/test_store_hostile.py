"""An engine on a real PostgreSQL, among sessions that hold what it writes (C4, C5): it calls everybody, and once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.adapters.sql.database import Database
from busyhour.core import events as e
from busyhour.core.model.values import DialMode, EndCause, ListRole, Outcome
from busyhour.service.clock import SystemClock
from busyhour.service.engine import Engine

from .conftest import World, new_contact

CONTACTS = 60
LOCK_TIMEOUT_S = 0.3


@asynccontextmanager
async def hostile_sessions(url: str, calm: asyncio.Event) -> AsyncIterator[dict[str, int]]:
    """Two that hold what an engine writes, in opposite orders, for up to twice as long as it waits for a lock."""
    counts = {"held": 0, "ended": 0}

    async def work(statements: tuple[str, ...], hold_s: float) -> None:
        settings = {"search_path": "busyhour", "lock_timeout": "2s"}
        connection = await asyncpg.connect(url, server_settings=settings)
        while not calm.is_set():
            try:
                async with connection.transaction():
                    for statement in statements:
                        await connection.execute(statement)
                        await asyncio.sleep(hold_s)
                counts["held"] += 1
            except asyncpg.PostgresError:  # of two that meet, the server ends one: not always ours
                counts["ended"] += 1
            await asyncio.sleep(6 * hold_s)
        await connection.close()

    members, lease, runs = (
        "SELECT 1 FROM member FOR UPDATE",
        "UPDATE shard_lease SET owner = owner",
        "LOCK TABLE attempt",
    )
    orders = [((members, lease, runs), 0.1), ((runs, members), 0.15), ((lease, members), 2 * LOCK_TIMEOUT_S)]
    tasks = [asyncio.create_task(work(statements, hold_s)) for statements, hold_s in orders]
    try:
        yield counts
    finally:
        calm.set()
        await asyncio.wait(tasks)
        for task in tasks:
            task.result()


@pytest.mark.real
@pytest.mark.once
@pytest.mark.timeout(120)
@pytest.mark.covers("I1", "I3", "I29")
async def test_an_engine_among_hostile_sessions_calls_everybody_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url, connections_max=5, lock_timeout_s=LOCK_TIMEOUT_S)
    world, pbx, clock = World(database, tmp_path), MemoryTelephony(), SystemClock()
    await world.begin()
    people = await world.add_list("people", [new_contact(n) for n in range(CONTACTS)])
    settings: dict[str, Any] = {"dial_mode": DialMode.AGENTLESS, "max_concurrent": 4, "message_prompt": "hello"}
    await world.start((people, ListRole.NORMAL), **settings, agent_ids=())
    engine = Engine(world.tenant, store=world.store, telephony=pbx, clock=clock, owner="engine-1", queue_max=1000)
    lost = list[float]()

    def store_lost() -> None:
        lost.append(clock.now().mono_s)
        Engine.store_lost(engine)

    monkeypatch.setattr(engine, "store_lost", store_lost)
    running = asyncio.create_task(engine.run())
    calm, ended = asyncio.Event(), set[str]()

    def end_calls() -> None:
        for call in [one.item.call for one in pbx.placed if one.item.call not in ended]:
            ended.add(call)
            pbx.tell(world.tenant, e.CallEnded(call=call, cause=EndCause.BUSY, at_utc_s=clock.now().utc_s))

    async with hostile_sessions(database_url, calm) as counts, asyncio.timeout(50):
        begun_s = clock.now().mono_s
        while clock.now().mono_s < begun_s + 8 or not lost:
            end_calls()
            await asyncio.sleep(0.1)
    async with asyncio.timeout(40):
        while len(await world.rows("SELECT 1 FROM attempt WHERE outcome IS NOT NULL")) < CONTACTS:
            end_calls()
            await asyncio.sleep(0.1)
    assert counts["held"] > 2
    numbers = [one.item.number for one in pbx.placed]
    assert len(numbers) == len({*numbers})
    rows = await world.rows("SELECT number, outcome FROM attempt")
    assert len({row["number"] for row in rows}) == len(rows) == CONTACTS
    # An intent that was written too late is not sent any more (I6).
    assert {row["number"]: row["outcome"] for row in rows} == {
        row["number"]: Outcome.BUSY if row["number"] in numbers else Outcome.CANCELLED for row in rows
    }
    assert len(numbers) > CONTACTS / 6
    assert engine.statistics()["restarts"] == 0
    assert engine.statistics()["store_up"]
    running.cancel()
    await asyncio.wait([running])
    await database.close()
