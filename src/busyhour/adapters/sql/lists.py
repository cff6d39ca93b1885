"""Contact lists, contacts and import jobs. The rows of an import are written by `load.py`."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import audited, cursors
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.conflicts import conflicts, found
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.load import IMPORT_S_MAX, Load
from busyhour.core.model.values import Audited
from busyhour.service import records as r
from busyhour.service.errors import Conflict

EXPORT_S_MAX = 3600
STREAM_ROWS = 1000  # fetched at once while exporting

LONG = sa.text("SELECT set_config('statement_timeout', :ms, true)")

CONTACTS = """
SELECT c.contact_id, c.list_id, c.position, c.name, c.attributes, c.output, c.time_zone, c.schedule_utc_s,
    c.schedule_extension, p.numbers
FROM contact c CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(number ORDER BY position), '{}') AS numbers FROM contact_point
    WHERE contact_id = c.contact_id) p
"""
ONE_CONTACT = sa.text(CONTACTS + "WHERE c.contact_id = :contact_id")
OF_LIST = CONTACTS + "WHERE c.list_id = :list_id AND c.position > :after "
PAGE = sa.text(OF_LIST + "ORDER BY c.position LIMIT :limit")
ALL_OF_LIST = sa.text(OF_LIST + "ORDER BY c.position")
# A search for "+39..." is by beginning and uses the index; for other text it looks through the list.
BY_NUMBER = """AND c.contact_id IN (
    SELECT contact_id FROM contact_point WHERE list_id = :list_id AND number >= :search AND number < :search || '~')
ORDER BY c.position LIMIT :limit"""
BY_TEXT = """AND (strpos(lower(c.name), lower(:search)) > 0 OR EXISTS (
    SELECT 1 FROM contact_point WHERE contact_id = c.contact_id AND strpos(number, :search) > 0))
ORDER BY c.position LIMIT :limit"""
SEARCH_NUMBER = sa.text(OF_LIST + BY_NUMBER)
SEARCH = sa.text(OF_LIST + BY_TEXT)


class SqlLists:
    """Implements `service.ports.Lists`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # Lists

    async def lists(self, tenant: int, *, hidden: bool = False) -> list[r.ContactList]:
        asked = LISTS.order_by(t.contact_list.c.name)
        if not hidden:
            asked = asked.where(~t.contact_list.c.hidden)
        async with self.database.tenant_transaction(tenant) as connection:
            return [r.ContactList(**row) for row in (await connection.execute(asked)).mappings()]

    async def list_(self, tenant: int, list_id: int) -> r.ContactList:
        async with self.database.tenant_transaction(tenant) as connection:
            return await read_list(connection, list_id)

    async def create_list(self, tenant: int, name: str) -> r.ContactList:
        values: dict[str, Any] = {"name": name, "hidden": False, "created_utc_s": time.time()}
        values |= {"contacts": 0, "numbers": 0}
        async with self.database.tenant_transaction(tenant) as connection:
            with conflicts():
                made = sa.insert(t.contact_list).values(values).returning(t.contact_list.c.list_id)
                list_id = (await connection.execute(made)).scalar_one()
        return r.ContactList(list_id=list_id, **values)

    async def edit_list(
        self, tenant: int, list_id: int, *, name: str | None = None, hidden: bool | None = None
    ) -> r.ContactList:
        values = {key: value for key, value in {"name": name, "hidden": hidden}.items() if value is not None}
        async with self.database.tenant_transaction(tenant) as connection:
            if values:
                with conflicts():
                    changed = sa.update(t.contact_list).where(t.contact_list.c.list_id == list_id)
                    await connection.execute(changed.values(values))
            return await read_list(connection, list_id)

    async def delete_list(self, tenant: int, list_id: int) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            await lock_list(connection, list_id)
            dialed = sa.select(t.run_list.c.run_id).where(t.run_list.c.list_id == list_id).limit(1)
            if (await connection.execute(dialed)).first():
                raise Conflict("This list has been dialed, and the reports need it. Hide it instead.")
            with conflicts():
                await connection.execute(sa.delete(t.contact_list).where(t.contact_list.c.list_id == list_id))
            await connection.execute(LONG, {"ms": str(IMPORT_S_MAX * 1000)})
            for table in (t.contact_point, t.contact):
                await connection.execute(sa.delete(table).where(table.c.list_id == list_id))

    # Contacts

    async def contacts(
        self, tenant: int, list_id: int, *, search: str | None = None, cursor: str | None = None, limit: int = 100
    ) -> r.Page:
        limit = cursors.bounded(limit)
        after = cursors.decode(cursor, tuple[int])[0] if cursor else 0
        values: dict[str, Any] = {"list_id": list_id, "after": after, "limit": limit + 1}
        asked = PAGE
        if search and (search := search.strip()):
            values["search"] = search
            asked = SEARCH_NUMBER if search.startswith("+") else SEARCH
        async with self.database.tenant_transaction(tenant) as connection:
            await read_list(connection, list_id)
            rows = [contact_of(row) for row in (await connection.execute(asked, values)).mappings()]
        more = len(rows) > limit
        return r.Page(rows=tuple(rows[:limit]), cursor=cursors.encode(rows[limit - 1].position) if more else None)

    async def contact(self, tenant: int, contact_id: int) -> r.Contact:
        async with self.database.tenant_transaction(tenant) as connection:
            row = (await connection.execute(ONE_CONTACT, {"contact_id": contact_id})).mappings().first()
        return contact_of(found(row, "contact"))

    async def export_contacts(self, tenant: int, list_id: int) -> AsyncIterator[r.Contact]:
        """Streams from a cursor on the server; memory stays flat."""
        async with self.database.tenant_transaction(tenant) as connection:
            await read_list(connection, list_id)
            await connection.execute(LONG, {"ms": str(EXPORT_S_MAX * 1000)})
            values = {"list_id": list_id, "after": 0}
            options = {"yield_per": STREAM_ROWS}
            async with connection.stream(ALL_OF_LIST, values, execution_options=options) as rows:
                async for row in rows.mappings():
                    yield contact_of(row)

    # Imports

    async def import_contacts(
        self,
        tenant: int,
        import_id: int,
        batches: AsyncIterator[Sequence[r.NewContact]],
        progress: Callable[[int], None],
    ) -> int:
        async with self.database.tenant_transaction(tenant) as connection:
            job = await read_import(connection, import_id)
            await connection.execute(LONG, {"ms": str(IMPORT_S_MAX * 1000)})
            before = await lock_list(connection, job.list_id)
            load = Load(connection, job.list_id, before)
            await load.run(batches, progress)
            await _note(connection, job, load.contacts)
        return load.contacts

    async def create_import(self, tenant: int, list_id: int, file_name: str) -> r.ImportJob:
        values = {"list_id": list_id, "file_name": file_name, "state": "running", "started_utc_s": time.time()}
        fresh = {"rows_read": 0, "contacts_added": 0, "rows_rejected": 0}
        async with self.database.tenant_transaction(tenant) as connection:
            await read_list(connection, list_id)
            made = sa.insert(t.list_import).values(**values, **fresh).returning(t.list_import.c.import_id)
            return await read_import(connection, (await connection.execute(made)).scalar_one())

    async def save_import(self, tenant: int, job: r.ImportJob, rejects: Sequence[r.Reject] = ()) -> None:
        fixed = ("import_id", "list_id", "file_name", "started_utc_s")
        values = {name: getattr(job, name) for name in job.__struct_fields__ if name not in fixed}
        rows = [{"import_id": job.import_id, **msgspec.to_builtins(one)} for one in rejects]
        column = t.list_import.c.import_id
        async with self.database.tenant_transaction(tenant) as connection:
            saved = sa.update(t.list_import).where(column == job.import_id).values(values).returning(column)
            found((await connection.execute(saved)).first(), "import")
            if rows:
                await connection.execute(upsert(t.import_reject).on_conflict_do_nothing(), rows)

    async def end_broken_imports(self, tenant: int) -> None:
        """At start: an import that a dead process left running has stored nothing, and says so."""
        column = t.list_import.c
        text = "The program was stopped during this import; nothing was stored. Import the file again."
        ended = sa.update(t.list_import).where(column.state == "running")
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(ended.values(state="failed", error=text, ended_utc_s=time.time()))

    async def import_(self, tenant: int, import_id: int) -> r.ImportJob:
        async with self.database.tenant_transaction(tenant) as connection:
            return await read_import(connection, import_id)

    async def rejects(self, tenant: int, import_id: int, *, limit: int = 100_000) -> list[r.Reject]:
        column = t.import_reject.c
        asked = sa.select(column.line, column.reason, column.text).where(column.import_id == import_id)
        async with self.database.tenant_transaction(tenant) as connection:
            await read_import(connection, import_id)
            rows = await connection.execute(asked.order_by(column.line).limit(limit))
            return [r.Reject(**row) for row in rows.mappings()]


async def _note(connection: AsyncConnection, job: r.ImportJob, contacts: int) -> None:
    """Whose contacts they are that came into which list, for the audit log (I38)."""
    name = (await read_list(connection, job.list_id)).name
    detail = {"before": {}, "after": {"file_name": job.file_name}, "rows": contacts}
    await audited.note(connection, Audited.CONTACTS_IMPORTED, f"contact_list {name}", detail=detail)


LISTS = sa.select(*(t.contact_list.c[name] for name in r.ContactList.__struct_fields__))
IMPORTS = sa.select(*(t.list_import.c[name] for name in r.ImportJob.__struct_fields__))


async def read_list(connection: AsyncConnection, list_id: int) -> r.ContactList:
    row = (await connection.execute(LISTS.where(t.contact_list.c.list_id == list_id))).mappings().first()
    return r.ContactList(**found(row, "contact list"))


async def read_import(connection: AsyncConnection, import_id: int) -> r.ImportJob:
    row = (await connection.execute(IMPORTS.where(t.list_import.c.import_id == import_id))).mappings().first()
    return r.ImportJob(**found(row, "import"))


async def lock_list(connection: AsyncConnection, list_id: int) -> int:
    """One writer of a list at a time; answers its last position. Positions have no gaps."""
    asked = (
        sa.select(t.contact_list.c.contacts).where(t.contact_list.c.list_id == list_id).with_for_update(key_share=True)
    )
    return int(found((await connection.execute(asked)).first(), "contact list")[0])


def contact_of(row: Mapping[Any, Any]) -> r.Contact:
    fields = dict(row)
    for name in ("attributes", "output"):
        fields[name] = msgspec.json.decode(fields[name]) if isinstance(fields[name], str) else fields[name]
    return r.Contact(**(fields | {"numbers": tuple(row["numbers"])}))
