"""The private server: started, adopted, stopped; and what the store says while it is gone."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.migrate import migrate
from busyhour.adapters.sql.private import WATCH_EVERY_S, PrivateDatabase
from busyhour.adapters.sql.seal import Seal
from busyhour.adapters.sql.store import SqlStore
from busyhour.core.commands import SaveRun
from busyhour.service.errors import StoreDown, Unavailable

SEAL_KEY = b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
pytestmark = pytest.mark.real  # each starts servers of its own

QUICK = {"fsync": "off", "shared_buffers": "32MB"}


def postmaster(server: PrivateDatabase) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


async def test_the_store_is_down_while_the_server_is_stopped_and_back_with_it(server_folder: Path) -> None:
    server = PrivateDatabase(server_folder, settings=QUICK)
    await server.start()
    try:
        url = await server.url()
        await migrate(url)
        database = Database(url)
        directory, store = SqlDirectory(database, Seal(SEAL_KEY)), SqlStore(database)
        tenant = await directory.create_tenant(name="Acme", time_zone="UTC", country="IT")
        fence = (await store.open_shard(tenant.tenant_id, "engine-0")).fence
        nothing = [SaveRun(run_id=1, state="paused", at_utc_s=0.0, final=False)]
        assert await store.commit(tenant.tenant_id, fence, nothing) == []
        await server.stop()
        with pytest.raises(StoreDown):
            await store.commit(tenant.tenant_id, fence, nothing)
        assert not server.running()
        with pytest.raises(StoreDown):
            await store.open_shard(tenant.tenant_id, "engine-1")
        with pytest.raises(StoreDown):
            await directory.tenants()
        assert not await database.alive()
        await server.start()
        assert await store.commit(tenant.tenant_id, fence, nothing) == []
        assert (await store.open_shard(tenant.tenant_id, "engine-1")).fence == fence + 1
        assert await directory.tenants() == [tenant]
        await database.close()
    finally:
        await server.stop()


async def test_a_server_that_dies_is_started_again(server_folder: Path) -> None:
    server = PrivateDatabase(server_folder, settings=QUICK)
    await server.start()
    try:
        for times, sign in enumerate((signal.SIGQUIT, signal.SIGKILL), 1):  # SIGQUIT is `pg_ctl stop -m immediate`
            killed = postmaster(server)
            os.kill(killed, sign)
            async with asyncio.timeout(30):
                while server.restarts < times:
                    await asyncio.sleep(0.05)
            assert postmaster(server) != killed
            assert await lets_in(server)
    finally:
        await server.stop()
    await asyncio.sleep(2 * WATCH_EVERY_S)
    assert not server.running(), "stopped is stopped"


def die(server: PrivateDatabase) -> None:
    """What the kernel does with us when we are killed."""
    assert server._watch is not None
    server._watch.cancel()
    server._drop_lock()


async def lets_in(server: PrivateDatabase) -> bool:
    try:
        connection = await asyncpg.connect(await server.url())
    except (OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


async def test_a_server_that_outlived_us_is_adopted_and_a_killed_one_recovers(server_folder: Path) -> None:
    first = PrivateDatabase(server_folder, settings=QUICK)
    await first.start()
    die(first)
    second, third = (PrivateDatabase(server_folder, settings=QUICK) for _ in range(2))
    await second.start()
    try:
        pid = postmaster(first)
        assert postmaster(second) == pid
        connection = await asyncpg.connect(await second.url())
        await connection.execute("CREATE TABLE kept (a int)")
        die(second)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await connection.execute("SELECT pg_sleep(30)")
        await third.start()
        connection = await asyncpg.connect(await third.url())
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
        await connection.close()
    finally:
        await third.stop()
    assert not third.running()


async def test_a_server_that_pg_ctl_no_longer_reaches_is_stopped_by_a_signal(server_folder: Path) -> None:
    """As root, the server's user loses its way when somebody closes a folder above."""
    server = PrivateDatabase(server_folder / "db", settings=QUICK)
    await server.start()
    server_folder.chmod(0o700)
    await server.stop()
    assert not server.running()
    await server.start()
    assert await lets_in(server)
    await server.stop()


async def test_the_password_is_ours_alone_and_needed(server_folder: Path) -> None:
    server = PrivateDatabase(server_folder, settings=QUICK)
    await server.start()
    try:
        assert (server.folder / "password").stat().st_mode & 0o777 == 0o600
        password = (server.folder / "password").read_text()
        url = (await server.url()).replace(password, "guess")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url)
        with pytest.raises(Unavailable, match="Another Busyhour"):
            await PrivateDatabase(server_folder).start()
    finally:
        await server.stop()


async def test_an_unusable_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="BUSYHOUR_DATA"):
        await PrivateDatabase(tmp_path / "file" / "db").start()


async def test_a_locked_row_is_an_outage_of_bounded_length(database_url: str) -> None:
    database = Database(database_url, lock_timeout_s=0.2)
    rival = await asyncpg.connect(database_url)
    store = SqlStore(database)
    tenant = (
        await SqlDirectory(database, Seal(SEAL_KEY)).create_tenant(name="A", time_zone="UTC", country="IT")
    ).tenant_id
    before = (await store.open_shard(tenant, "engine-1")).fence
    transaction = rival.transaction()
    await transaction.start()
    await rival.execute("UPDATE busyhour.shard_lease SET owner = 'rival'")
    with pytest.raises(StoreDown):
        async with asyncio.timeout(5):
            await store.open_shard(tenant, "engine-2")
    await transaction.rollback()
    assert (await store.open_shard(tenant, "engine-2")).fence == before + 1
    await rival.close()
    await database.close()
