"""One pool of connections, and the only way into a tenant's rows: `tenant_transaction(tenant)`.

Every connection works as the role `busyhour_app`, which owns nothing and obeys row-level security; the tenant is set
for one transaction. So a statement without a filter sees one tenant, and one without a tenant fails.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from busyhour.service.acting import ACTING
from busyhour.service.errors import StoreDown

APP_ROLE = "busyhour_app"
SCHEMA = "busyhour"
TRIES_MAX = 3  # of a transaction that met another one
RETRY_PAUSE_S = 0.02  # times 1, 2, ... and a random part, so that two rivals part
CONNECT_S = 5.0

# Whole classes of SQLSTATE that mean "not now": connection, resources, operator intervention, lock not available,
# transaction rollback, read-only server (a standby).
DOWN_CLASSES = ("08", "53", "57", "55", "40", "58", "XX")
DOWN_STATES = ("25006", "28P01", "28000", "3D000")
AGAIN_STATES = ("40001", "40P01")

T = TypeVar("T")

Driver = Any  # asyncpg.Connection, which has no types
SET_TENANT_QUICKLY = "SELECT set_config('busyhour.tenant', $1, true)"
SET_TENANT = sa.text(
    "SELECT set_config('busyhour.tenant', :tenant, true), set_config('busyhour.user', :user_id, true),"
    " set_config('busyhour.address', :address, true)"
)


class Database:
    """A pool. The engine and the screens each have their own, so that neither starves the other."""

    def __init__(
        self,
        url: str,
        *,
        name: str = "busyhour",
        connections_max: int = 10,
        statement_timeout_s: float = 30.0,
        lock_timeout_s: float = 5.0,
        idle_in_transaction_s: float = 60.0,
        pool_wait_s: float = 5.0,
    ) -> None:
        self.name = name  # as the server shows it
        self.engine = create_async_engine(
            driver_url(url),
            pool_size=connections_max,
            max_overflow=0,
            pool_timeout=pool_wait_s,
            pool_pre_ping=False,  # costs a round trip; a dead connection is an ordinary `StoreDown`
            pool_recycle=3600,
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
            connect_args={
                "timeout": CONNECT_S,
                "command_timeout": statement_timeout_s + 5,  # the server's own limit should win
                "server_settings": {
                    "application_name": name,
                    "role": APP_ROLE,
                    "search_path": SCHEMA,
                    "statement_timeout": str(int(statement_timeout_s * 1000)),
                    "lock_timeout": str(int(lock_timeout_s * 1000)),
                    "idle_in_transaction_session_timeout": str(int(idle_in_transaction_s * 1000)),
                    "jit": "off",
                },
            },
        )

    async def close(self) -> None:
        await self.engine.dispose()

    @contextlib.asynccontextmanager
    async def tenant_transaction(self, tenant: int) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees this tenant's rows only, and knows who asked for it."""
        acting = ACTING.get()
        who = {"user_id": str(acting.user_id) if acting else "", "address": acting.address if acting else ""}
        with outage():
            async with self.engine.begin() as connection:
                async with _given_up_when_it_fails(connection):
                    await connection.execute(SET_TENANT, {"tenant": str(tenant), **who})
                yield connection

    @contextlib.asynccontextmanager
    async def quick_transaction(self, tenant: int) -> AsyncIterator[Driver]:
        """The same, on the driver itself: for the commits that every call waits for. Statements with `$1`; JSON is
        text. Many rows of one statement go in one round trip (`fetchmany`)."""
        with outage():
            async with self.engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                if driver.is_closed():  # the server was restarted since
                    await connection.invalidate()
                    driver = (await connection.get_raw_connection()).driver_connection
                    assert driver is not None
                begun = False
                try:
                    async with driver.transaction():
                        begun = True
                        await driver.fetchval(SET_TENANT_QUICKLY, str(tenant))
                        yield driver
                except BaseException:
                    if not begun or driver.is_closed() or driver.is_in_transaction():
                        await connection.invalidate()
                    raise

    @contextlib.asynccontextmanager
    async def lookup(self) -> AsyncIterator[AsyncConnection]:
        """A transaction without a tenant: only the look-up functions work in it."""
        with outage():
            async with self.engine.begin() as connection, _given_up_when_it_fails(connection):
                yield connection

    async def alive(self) -> bool:
        try:
            async with self.lookup() as connection:
                await connection.execute(sa.text("SELECT 1"))
        except StoreDown:
            return False
        return True


@contextlib.asynccontextmanager
async def _given_up_when_it_fails(connection: AsyncConnection) -> AsyncIterator[None]:
    """For a transaction's first statement. After a BEGIN that failed, or was cancelled, the driver believes that it is
    in a transaction: the pool would give such a connection out again and again, and nothing would work on it."""
    try:
        yield
    except BaseException:
        await connection.invalidate()
        raise


async def again(work: Callable[[], Awaitable[T]]) -> T:
    """Run a whole transaction; run it again, a few times, when it met another one (deadlock, serialization)."""
    for round_no in range(1, TRIES_MAX + 1):
        try:
            return await work()
        except StoreDown as fault:
            if round_no == TRIES_MAX or not isinstance(fault, _Met):
                raise
            await asyncio.sleep(RETRY_PAUSE_S * round_no * (1 + random.random()))  # noqa: S311 - not a secret
    raise AssertionError("unreachable")


class _Met(StoreDown):
    """Rolled back for certain, because of another transaction: worth another try."""


OUT_OF_STEP = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""The driver and the server have lost each other, as when a session is ended in the middle of its COMMIT."""


@contextlib.contextmanager
def outage() -> Iterator[None]:
    """The database's troubles become `StoreDown`; what the user did wrong (constraints) passes through."""
    try:
        yield
    except (sa.exc.TimeoutError, OSError, TimeoutError, *OUT_OF_STEP) as fault:
        raise StoreDown(f"the database does not answer ({type(fault).__name__})") from fault
    except asyncpg.PostgresError as fault:  # of the driver itself, or of connecting
        _judge(fault.sqlstate or "", fault)
        raise
    except sa.exc.DBAPIError as fault:
        _judge(state_of(fault), fault)
        if fault.connection_invalidated or isinstance(fault, sa.exc.InterfaceError):
            raise StoreDown(f"the database failed ({type(fault.orig).__name__})") from fault
        raise


def _judge(state: str, fault: Exception) -> None:
    if state in AGAIN_STATES:
        raise _Met(f"the transaction met another one ({state})") from fault
    if state[:2] in DOWN_CLASSES or state in DOWN_STATES:
        raise StoreDown(f"the database failed ({state})") from fault


def state_of(fault: sa.exc.DBAPIError) -> str:
    return str(getattr(fault.orig, "sqlstate", None) or "")


def constraint_of(fault: sa.exc.DBAPIError) -> str:
    """The name of the constraint or unique index that said no."""
    cause: Any = getattr(fault.orig, "__cause__", None)
    return str(getattr(cause, "constraint_name", None) or "")


def driver_url(url: str) -> sa.URL:
    """postgresql://... as people write it, for our driver."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+asyncpg")
