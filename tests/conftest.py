"""A real PostgreSQL for every test that wants one: the private server, and a fresh, migrated database per test.

`database_url` is the address of an empty database of the newest schema (~50 ms); `fresh_url` of one without schema.
"""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

TEMPLATE = "busyhour_template"
NUMBERS = itertools.count(1)


def _run(url: str, *statements: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


def _beside(url: str, database: str) -> str:
    return url.replace("@/busyhour?", f"@/{database}?")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The owner's address of a private server of this test session. Not under pytest's own folder: that is closed to
    the server's user again by each session that starts beside this one."""
    from busyhour.adapters.sql.migrate import migrate
    from busyhour.adapters.sql.private import PrivateDatabase

    folder = Path(tempfile.mkdtemp(prefix="busyhour-db-"))
    server = PrivateDatabase(folder, settings={"fsync": "off", "shared_buffers": "64MB"})
    asyncio.run(server.start())
    try:
        url = asyncio.run(server.url())
        _run(url, f"CREATE DATABASE {TEMPLATE}")
        asyncio.run(migrate(_beside(url, TEMPLATE)))
        yield url
    finally:
        asyncio.run(server.stop())
        shutil.rmtree(folder, ignore_errors=True)


def _database(server_url: str, template: str) -> Iterator[str]:
    name = f"test_{next(NUMBERS)}"
    _run(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _beside(server_url, name)
    _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    yield from _database(server_url, TEMPLATE)


@pytest.fixture
def fresh_url(server_url: str) -> Iterator[str]:
    yield from _database(server_url, "template1")
