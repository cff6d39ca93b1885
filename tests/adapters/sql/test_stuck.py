"""An engine that stands still in the middle of a transaction does not keep its tenants from another one."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import sqlalchemy as sa

from busyhour.adapters.sql import store as sql_store
from busyhour.adapters.sql.database import SET_TENANT_QUICKLY, Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.store import HOLD_FENCE, SqlStore
from busyhour.service.errors import FenceLost, StoreDown

NAME = "engine-of-a-test"


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, name=NAME, connections_max=3, lock_timeout_s=0.3)
    yield made
    await made.close()


@pytest.fixture
async def still(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A session of an engine that says nothing more."""
    settings = {"application_name": NAME, "search_path": "busyhour"}
    made = await asyncpg.connect(database_url, server_settings=settings)
    yield made
    made.terminate()


async def test_the_next_try_of_its_successor_succeeds(
    engine: Database,
    still: asyncpg.Connection,
    database: Database,
    directory: SqlDirectory,
    tenant: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sql_store, "STUCK_S", 0.1)
    store = SqlStore(engine)
    fence = (await store.open_shard(tenant, "first")).fence
    await still.execute("BEGIN")
    await still.fetchval(SET_TENANT_QUICKLY, str(tenant))
    assert await still.fetchval(HOLD_FENCE) == fence
    async with database.tenant_transaction(tenant) as bystander:  # of a screen: as long as it likes
        await bystander.execute(sa.text("SELECT 1"))
        with pytest.raises(StoreDown):
            await store.open_shard(tenant, "second")
        assert (await store.open_shard(tenant, "second")).fence == fence + 1
        assert await bystander.scalar(sa.text("SELECT 1")) == 1
    with pytest.raises(FenceLost):
        await store.commit(tenant, fence, [])
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await still.execute("COMMIT")
