"""A real PostgreSQL for every test that wants one: the private server, once a session.

`database_url` is the address of an empty database of the newest schema, emptied again after the test; `fresh_url` of a
new database without schema (slower).
"""

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import structlog

NUMBERS = itertools.count(1)

# Rows left by the test; waits for connections that it did not close, and fails clearly when they do not end.
EMPTY = """
SET lock_timeout = '5s';
DO $$
BEGIN
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(oid::regclass::text, ', ') || ' RESTART IDENTITY' FROM pg_class
        WHERE relnamespace = 'busyhour'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version');
END $$
"""


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


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Not pytest's own: as root the server is another user, and each session of pytest closes those folders to it."""
    with tempfile.TemporaryDirectory(prefix="busyhour-db-") as name:
        yield Path(name)


@pytest.fixture(autouse=True)
def log_as_ever() -> Iterator[None]:
    """A simulated world silences the log of its process; the next test may want to read it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The owner's address of a private server of this test session."""
    from busyhour.adapters.sql.migrate import migrate
    from busyhour.adapters.sql.private import PrivateDatabase

    with _folder() as folder:
        server = PrivateDatabase(folder, settings={"fsync": "off", "shared_buffers": "64MB"})
        asyncio.run(server.start())
        try:
            url = asyncio.run(server.url())
            asyncio.run(migrate(url))
            yield url
        finally:
            asyncio.run(server.stop())


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    yield server_url
    _run(server_url, EMPTY)


@pytest.fixture
def fresh_url(server_url: str) -> Iterator[str]:
    name = f"test_{next(NUMBERS)}"
    _run(server_url, f"CREATE DATABASE {name}")
    yield _beside(server_url, name)
    _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for a private server of one test's own."""
    with _folder() as folder:
        yield folder
