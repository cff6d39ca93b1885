"""The database proxy does what each fault says, to a real PostgreSQL."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from busyhour.adapters.sql.private import PrivateDatabase
from busyhour.bench.drills.database_proxy import Commits, DatabaseFault, DatabaseProxy
from tests.real.conftest import OFFSET

pytestmark = pytest.mark.real
PORT = 5499 + OFFSET
QUIET_S = 0.5


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[PrivateDatabase]:
    server = PrivateDatabase(tmp_path / "db")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def proxy(server: PrivateDatabase) -> AsyncIterator[DatabaseProxy]:
    async with DatabaseProxy(PORT, server.socket(), random.Random(1)) as made:
        yield made


async def connect(server: PrivateDatabase) -> asyncpg.Connection:
    return await asyncpg.connect(server.url_at("127.0.0.1", PORT), timeout=5)


async def test_faults(server: PrivateDatabase, proxy: DatabaseProxy) -> None:
    connection = await connect(server)
    assert await connection.fetchval("SELECT 1") == 1
    async with proxy.misbehaving(DatabaseFault.DELAY):
        begin_s = time.monotonic()
        for _ in range(4):
            await connection.fetchval("SELECT 1")
        assert time.monotonic() - begin_s > 0.1
    async with proxy.misbehaving(DatabaseFault.HALF_OPEN):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.fetchval("SELECT 1"), QUIET_S)
    connection = await connect(server)
    async with proxy.misbehaving(DatabaseFault.CUT):
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await connection.fetchval("SELECT 1")
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await connect(server)
    assert await (await connect(server)).fetchval("SELECT 1") == 1


async def test_a_commit_is_done_and_its_answer_is_lost(server: PrivateDatabase, proxy: DatabaseProxy) -> None:
    connection = await connect(server)
    await connection.execute("CREATE TABLE done (number int)")
    number = answered = 0
    async with proxy.misbehaving(DatabaseFault.CUT_ON_COMMIT):
        while proxy.harmed < 5:
            number += 1
            try:
                async with connection.transaction():
                    await connection.execute("INSERT INTO done VALUES ($1)", number)
                answered += 1
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await connect(server)
    assert answered == number - 5
    assert await connection.fetchval("SELECT count(*) FROM done") == number


def test_a_commit_is_seen_however_it_is_cut() -> None:
    tls = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
    first = tls + (8).to_bytes(4, "big") + b"abcd"
    commit = b"Q" + (12).to_bytes(4, "big") + b"COMMIT;\0"
    other = b"Q" + (10).to_bytes(4, "big") + b"BEGIN\0"
    whole = first + other + commit
    for cut in range(1, len(whole)):
        commits = Commits()
        told = [commits.take(whole[:cut]), commits.take(whole[cut:])]
        assert told == [False, True], cut
    assert not Commits().take(first + commit + other)
