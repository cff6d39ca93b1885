"""Directory: people (`people.py`), and what an administrator sets up: trunks, prompts, reasons, do-not-call."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from busyhour.adapters.sql import queue_links
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.conflicts import conflicts, found
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.people import People
from busyhour.adapters.sql.seal import Seal
from busyhour.service import records as r

TRUNKS = (
    sa.select(t.trunk, (t.trunk_secret.c.trunk_id.is_not(None)).label("has_password"))
    .outerjoin(t.trunk_secret, t.trunk_secret.c.trunk_id == t.trunk.c.trunk_id)
    .order_by(t.trunk.c.name)
)
ADD_DNC = sa.text(
    "INSERT INTO dnc_entry (number, added_utc_s, source) SELECT DISTINCT n, CAST(:at AS float8), CAST(:source AS text)"
    " FROM unnest(CAST(:numbers AS text[])) n ON CONFLICT DO NOTHING"
)


class SqlDirectory(People):
    """Implements `service.ports.Directory`."""

    def __init__(self, database: Database, seal: Seal) -> None:
        super().__init__(database)
        self._seal = seal

    # Trunks

    async def trunks(self, tenant: int) -> list[r.TrunkRow]:
        async with self.database.tenant_transaction(tenant) as connection:
            return [trunk_of(row) for row in (await connection.execute(TRUNKS)).mappings()]

    async def trunk_secret(self, tenant: int, trunk_id: int) -> str | None:
        asked = sa.select(t.trunk_secret.c.sealed).where(t.trunk_secret.c.trunk_id == trunk_id)
        async with self.database.tenant_transaction(tenant) as connection:
            sealed = (await connection.execute(asked)).scalar()
        return self._seal.open(sealed) if sealed else None

    async def save_trunk(self, tenant: int, trunk: r.TrunkRow, *, secret: str | None = None) -> r.TrunkRow:
        """`secret`: None leaves the stored one, an empty text takes it away."""
        derived = ("trunk_id", "has_password", "endpoint")
        values = {name: getattr(trunk, name) for name in trunk.__struct_fields__ if name not in derived}
        async with self.database.tenant_transaction(tenant) as connection:
            with conflicts():
                saved = await connection.execute(_save(t.trunk, t.trunk.c.trunk_id, trunk.trunk_id, values))
            trunk_id = found(saved.scalar(), "trunk")
            if secret is not None:
                await connection.execute(sa.delete(t.trunk_secret).where(t.trunk_secret.c.trunk_id == trunk_id))
            if secret:
                sealed = self._seal.close(secret)
                await connection.execute(sa.insert(t.trunk_secret).values(trunk_id=trunk_id, sealed=sealed))
            row = await connection.execute(TRUNKS.where(t.trunk.c.trunk_id == trunk_id))
            return trunk_of(row.mappings().one())

    async def delete_trunk(self, tenant: int, trunk_id: int) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            await queue_links.refuse_if_dialed_over(connection, trunk_id)
        await self._delete(tenant, t.trunk.c.trunk_id, trunk_id, "trunk")

    # Prompts

    async def prompts(self, tenant: int) -> list[r.Prompt]:
        return [r.Prompt(**row) for row in await self._rows(tenant, r.Prompt, t.prompt, t.prompt.c.name)]

    async def save_prompt(self, tenant: int, prompt: r.Prompt) -> r.Prompt:
        return r.Prompt(**await self._saved(tenant, t.prompt, "prompt_id", prompt, "prompt"))

    async def delete_prompt(self, tenant: int, prompt_id: int) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            await queue_links.refuse_if_played(connection, prompt_id)
        await self._delete(tenant, t.prompt.c.prompt_id, prompt_id, "prompt")

    # Pause reasons and dispositions

    async def pause_reasons(self, tenant: int) -> list[r.PauseReason]:
        rows = await self._rows(tenant, r.PauseReason, t.pause_reason, t.pause_reason.c.name)
        return [r.PauseReason(**row) for row in rows]

    async def save_pause_reason(self, tenant: int, reason: r.PauseReason) -> r.PauseReason:
        return r.PauseReason(**await self._saved(tenant, t.pause_reason, "pause_reason_id", reason, "pause reason"))

    async def delete_pause_reason(self, tenant: int, pause_reason_id: int) -> None:
        await self._delete(tenant, t.pause_reason.c.pause_reason_id, pause_reason_id, "pause reason")

    async def dispositions(self, tenant: int, campaign_id: int | None = None) -> list[r.Disposition]:
        """Those of every campaign, and of this one; all when no campaign is named."""
        rows = await self._rows(tenant, r.Disposition, t.disposition, t.disposition.c.position, t.disposition.c.code)
        every = [r.Disposition(**row) for row in rows]
        return [one for one in every if campaign_id is None or one.campaign_id in (None, campaign_id)]

    async def save_disposition(self, tenant: int, disposition: r.Disposition) -> r.Disposition:
        row = await self._saved(tenant, t.disposition, "disposition_id", disposition, "disposition")
        return r.Disposition(**row)

    async def delete_disposition(self, tenant: int, disposition_id: int) -> None:
        await self._delete(tenant, t.disposition.c.disposition_id, disposition_id, "disposition")

    async def supervision_rule(self, tenant: int) -> r.SupervisionRule:
        asked = sa.select(t.tenant.c.listening_shown)
        async with self.database.tenant_transaction(tenant) as connection:
            return r.SupervisionRule(listening_shown=(await connection.execute(asked)).scalar_one())

    async def set_supervision_rule(self, tenant: int, rule: r.SupervisionRule) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(sa.update(t.tenant).values(listening_shown=rule.listening_shown))

    # Do not call

    async def dnc(self, tenant: int, *, number: str | None = None, limit: int = 100) -> list[r.DncEntry]:
        column = t.dnc_entry.c
        asked = sa.select(column.number, column.added_utc_s, column.source)
        if number:
            asked = asked.where(column.number.contains(number, autoescape=True))
        asked = asked.order_by(column.added_utc_s.desc(), column.number).limit(limit)
        async with self.database.tenant_transaction(tenant) as connection:
            return [r.DncEntry(**row) for row in (await connection.execute(asked)).mappings()]

    async def add_dnc(self, tenant: int, numbers: Sequence[str], source: str) -> int:
        values = {"numbers": list(numbers), "at": time.time(), "source": source}
        async with self.database.tenant_transaction(tenant) as connection:
            return int((await connection.execute(ADD_DNC, values)).rowcount)

    async def remove_dnc(self, tenant: int, number: str) -> None:
        await self._delete(tenant, t.dnc_entry.c.number, number, "do-not-call entry")

    # The common part of the small tables

    async def _rows(
        self, tenant: int, record: type[r.Record], table: sa.Table, *order: sa.Column[Any]
    ) -> list[dict[str, Any]]:
        asked = sa.select(*(table.c[name] for name in record.__struct_fields__)).order_by(*order)
        async with self.database.tenant_transaction(tenant) as connection:
            return [dict(row) for row in (await connection.execute(asked)).mappings()]

    async def _saved(self, tenant: int, table: sa.Table, key: str, record: r.Record, what: str) -> dict[str, Any]:
        """Create (key 0) or change."""
        values = {name: getattr(record, name) for name in record.__struct_fields__ if name != key}
        async with self.database.tenant_transaction(tenant) as connection:
            with conflicts():
                saved = await connection.execute(_save(table, table.c[key], getattr(record, key), values))
        return values | {key: found(saved.scalar(), what)}

    async def _delete(self, tenant: int, column: sa.Column[Any], key: int | str, what: str) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            with conflicts():
                gone = await connection.execute(sa.delete(column.table).where(column == key).returning(column))
            found(gone.first(), what)


def _save(table: sa.Table, column: sa.Column[Any], key: int, values: dict[str, Any]) -> Any:
    if key == 0:
        return sa.insert(table).values(values).returning(column)
    return sa.update(table).where(column == key).values(values).returning(column)


def trunk_of(row: Mapping[Any, Any]) -> r.TrunkRow:
    fields = {name: row[name] for name in r.TrunkRow.__struct_fields__ if name != "endpoint"}
    return r.TrunkRow(endpoint=f"t{row['tenant_id']}-{row['trunk_id']}", **fields)
