"""The schema: the same for the statements and the server; no row of another tenant, whatever is asked."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from busyhour.adapters.sql import migrations
from busyhour.adapters.sql.database import APP_ROLE, Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.migrate import migrate
from busyhour.adapters.sql.seal import Seal
from busyhour.adapters.sql.tables import METADATA
from busyhour.service.errors import Unavailable

TABLES = """
SELECT c.relname AS name, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
    has_table_privilege('busyhour_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS open_to_app
FROM pg_class c WHERE c.relnamespace = 'busyhour'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""
COLUMNS = """
SELECT table_name, column_name, udt_name FROM information_schema.columns
WHERE table_schema = 'busyhour' AND table_name NOT IN ('alembic_version', 'login_failure')
"""
KINDS = {"int8": sa.BigInteger, "int4": sa.Integer, "int2": sa.SmallInteger, "text": sa.Text, "float8": sa.Double}
KINDS |= {"bool": sa.Boolean, "jsonb": sa.JSON, "bytea": sa.LargeBinary, "_text": sa.ARRAY}
NEWEST = max(path.name for path in (Path(migrations.__file__).parent / "versions").glob("s*.py"))[1:5]


async def owner(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url, server_settings={"search_path": "busyhour"})


async def test_migrations_run_from_empty_twice_and_at_the_same_time(fresh_url: str) -> None:
    await asyncio.gather(migrate(fresh_url), migrate(fresh_url))
    await migrate(fresh_url)
    connection = await owner(fresh_url)
    assert [row[0] for row in await connection.fetch("SELECT * FROM alembic_version")] == [NEWEST]
    await connection.close()


async def test_statements_and_server_know_the_same_columns(database_url: str) -> None:
    connection = await owner(database_url)
    there = {(row[0], row[1], KINDS[row[2]]) for row in await connection.fetch(COLUMNS)}
    await connection.close()
    here = {
        (table.name, column.name, next(kind for kind in KINDS.values() if isinstance(column.type, kind)))
        for table in METADATA.tables.values()
        for column in table.columns
    }
    lenient = {sa.BigInteger: sa.Integer, sa.SmallInteger: sa.Integer}

    def loose(columns: set[Any]) -> set[Any]:
        return {(table, column, lenient.get(kind, kind)) for table, column, kind in columns}

    assert loose(here) == loose(there)


@pytest.mark.covers("I37")
async def test_no_row_of_another_tenant_is_seen_or_written_on_any_table(database_url: str) -> None:
    """One row of tenant 1 in every table, made past all checks; then the application's role looks as tenant 2."""
    connection = await owner(database_url)
    tables = await connection.fetch(TABLES)
    secured = [row["name"] for row in tables if row["secured"] and row["forced"]]
    assert {row["name"] for row in tables} - set(secured) == {"alembic_version", "login_failure"}
    assert not any(row["open_to_app"] for row in tables if row["name"] not in secured)
    await connection.execute("SET session_replication_role = replica")
    for table in secured:
        await connection.execute(await filler(connection, table))
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 1
    await connection.execute("SET session_replication_role = origin")
    for tenant, expected in (("1", 1), ("2", 0)):
        for table in secured:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL ROLE {APP_ROLE}")
                await connection.execute("SELECT set_config('busyhour.tenant', $1, true)", tenant)
                assert await connection.fetchval(f"SELECT count(*) FROM {table}") == expected, table
    for table in secured:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.PostgresError)):  # noqa: PT012
            async with connection.transaction():
                await connection.execute(f"SET LOCAL ROLE {APP_ROLE}")
                await connection.execute("SELECT set_config('busyhour.tenant', '2', true)")
                await connection.execute(await filler(connection, table, key=99))
        with pytest.raises(asyncpg.PostgresError):  # noqa: PT012
            async with connection.transaction():
                await connection.execute(f"SET LOCAL ROLE {APP_ROLE}")
                await connection.fetch(f"SELECT * FROM {table}")
    await connection.close()


async def filler(connection: asyncpg.Connection, table: str, key: int = 1) -> str:
    """An INSERT of one row of tenant 1, made from the catalogue."""
    values = {
        "int8": str(key),
        "int4": str(key),
        "int2": str(key),
        "float8": str(key),
        "text": f"'{key}'",
        "bool": "true",
        "jsonb": "'{}'",
        "bytea": f"'{key}'",
        "_text": "'{}'",
    }
    columns = await connection.fetch(
        "SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
        " WHERE a.attrelid = ('busyhour.' || $1::text)::regclass AND a.attnum > 0 AND NOT a.attisdropped",
        table,
    )
    chosen = {row[0]: values[row[1]] for row in columns} | {"tenant_id": "1"}
    if table == "member":
        chosen["state"] = "'taken'"
    if table in ("attempt", "caller"):
        chosen["state"] = "'final'"
    return f"INSERT INTO {table} ({', '.join(chosen)}) VALUES ({', '.join(chosen.values())})"


async def test_the_application_cannot_make_a_tenant_by_itself(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with database.tenant_transaction(1) as connection:
            await connection.execute(sa.text("INSERT INTO tenant VALUES (1, 'x', 'UTC', 'IT', 0)"))
    await database.close()


async def test_a_user_without_rights_gets_told_what_an_administrator_must_run(fresh_url: str) -> None:
    connection = await owner(fresh_url)
    await connection.execute("DROP ROLE IF EXISTS weak")
    await connection.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
    await connection.close()
    address = fresh_url.split("@", 1)[1]
    with pytest.raises(Unavailable, match=r"CREATE ROLE busyhour_app.*GRANT busyhour_app TO weak"):
        await migrate(f"postgresql://weak:weak@{address}")


async def test_an_ordinary_owner_is_enough(fresh_url: str, tmp_path: Path) -> None:
    """As on a server of somebody else: the owner is no superuser, so row-level security binds it too."""
    connection = await owner(fresh_url)
    await connection.execute("DROP ROLE IF EXISTS plain")
    await connection.execute("CREATE ROLE plain LOGIN PASSWORD 'plain' CREATEROLE")
    await connection.execute("GRANT busyhour_app TO plain")
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {name} OWNER TO plain")
    url = f"postgresql://plain:plain@{fresh_url.split('@', 1)[1]}"
    await migrate(url)
    database = Database(url)
    directory = SqlDirectory(database, Seal.of(tmp_path))
    tenant = await directory.create_tenant(name="Acme", time_zone="UTC", country="IT")
    assert await directory.tenants() == [tenant]
    assert await directory.add_dnc(tenant.tenant_id, ["+39061"], "web") == 1
    await database.close()
    await connection.execute(f"ALTER DATABASE {name} OWNER TO busyhour")
    await connection.execute("REASSIGN OWNED BY plain TO busyhour; DROP OWNED BY plain; DROP ROLE plain")
    await connection.close()
