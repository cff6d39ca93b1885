"""Bring the database to the schema of this program: `await migrate(url)`, at each start, before anything else."""

from pathlib import Path

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from busyhour.adapters.sql.database import APP_ROLE, SCHEMA, driver_url, outage
from busyhour.service.errors import Conflict, Unavailable

ADVISORY_LOCK = 0x62757379  # "busy": one program migrates at a time
SERVER_VERSION_MIN = 150_000
LOCK_S = 120
VERSIONS = f"{SCHEMA}.alembic_version"
AT_VERSION = sa.text(f"SELECT version_num FROM {VERSIONS}")  # noqa: S608 - made of constants


async def migrate(url: str) -> None:
    """Waits for another program's migration. Raises `Unavailable` when the server or our rights will not do, and
    `Conflict` when a newer program was here."""
    if await steps_ahead(url) == 0:  # at once: after a crash every second counts
        return
    engine = create_async_engine(
        driver_url(url), poolclass=sa.NullPool, connect_args={"server_settings": {"search_path": SCHEMA}}
    )
    try:
        with outage():
            async with engine.connect() as connection:
                await connection.execute(
                    sa.text("SELECT set_config('statement_timeout', :ms, false)"), {"ms": str(LOCK_S * 1000)}
                )
                await connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
                await connection.commit()
                await _prepare(connection)
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def steps_ahead(url: str) -> int:
    """How many steps `migrate` would take. Raises `Conflict` when the schema is of a newer program than this one."""
    known, found = _steps(), await _step_of(url)
    if found is not None and found not in known:
        raise Conflict(
            f"A newer version has brought the database to step {found}, and it is never taken back; this version knows "
            f"{known[-1]} and older. Install the newer one, or restore the backup from before."
        )
    return len(known) if found is None else len(known) - 1 - known.index(found)


def _steps() -> list[str]:
    """The numbers of the steps that this program knows, in order."""
    found = (Path(__file__).parent / "migrations" / "versions").glob("s*_*.py")
    return sorted(path.name[1:].partition("_")[0] for path in found)


async def _step_of(url: str) -> str | None:
    """The schema's; None: there is none yet."""
    engine = create_async_engine(driver_url(url), poolclass=sa.NullPool)
    try:
        with outage():
            async with engine.connect() as connection:
                found = await connection.scalar(sa.text("SELECT to_regclass(:name)"), {"name": VERSIONS})
                return None if found is None else await connection.scalar(AT_VERSION)
    finally:
        await engine.dispose()


async def _prepare(connection: AsyncConnection) -> None:
    """The schema and the application's role. What the server's owner must do by hand is said in words."""
    version = (await connection.execute(sa.text("SHOW server_version_num"))).scalar_one()
    if int(version) < SERVER_VERSION_MIN:
        raise Unavailable(f"PostgreSQL {version[:-4]} is too old: use 15 or newer.")
    user = (await connection.execute(sa.text("SELECT current_user"))).scalar_one()
    try:
        await connection.execute(sa.text(MAKE_SCHEMAS))
        await connection.execute(sa.text(MAKE_ROLE))
        await connection.commit()
    except sa.exc.DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", "") != asyncpg.InsufficientPrivilegeError.sqlstate:
            raise
        raise Unavailable(
            f"The database user {user} may not prepare the database. As an administrator of the server, run: "
            f"CREATE ROLE {APP_ROLE} NOLOGIN; GRANT {APP_ROLE} TO {user}; "
            f"and in the database: CREATE SCHEMA {SCHEMA} AUTHORIZATION {user}; "
            f"CREATE SCHEMA opensips AUTHORIZATION {user};"
        ) from fault


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # late: slow to load, and at most starts there is nothing to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


# Who may make no schema is still content with those that somebody made for them.
MAKE_SCHEMAS = """
DO $$
BEGIN
    IF to_regnamespace('busyhour') IS NULL THEN
        CREATE SCHEMA busyhour;
    END IF;
    IF to_regnamespace('opensips') IS NULL THEN
        CREATE SCHEMA opensips;
    END IF;
END $$
"""

# Making a role that another database of the same server has just made is not an error.
MAKE_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'busyhour_app') THEN
        BEGIN
            CREATE ROLE busyhour_app NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'busyhour_app', 'MEMBER') THEN
        GRANT busyhour_app TO CURRENT_USER;
    END IF;
END $$
"""
