"""Campaigns and their runs. A campaign's own settings are one JSON value; links and rules are rows."""

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import audited, by_hand
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.conflicts import conflicts, found
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.items import as_json
from busyhour.core.dialer.compliance.check import faults_at_start, faults_of_law
from busyhour.core.dialer.hours import zone_known
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.pictures import HopperItem, RunPicture
from busyhour.core.model.values import Audited, DialMode, ListRole
from busyhour.service import records as r
from busyhour.service.errors import Conflict, Invalid

LINKED = ("campaign_id", "name", "retry_rules", "trunk_ids", "agent_ids")
STATUSES = ("runnable", "closed", "hidden")

# One statement reads campaigns whole: the links come as JSON, in their order.
CAMPAIGNS = """
SELECT c.campaign_id, c.name, c.status, c.settings, c.created_utc_s, r.run_id, r.state AS run_state,
    (SELECT coalesce(jsonb_agg(trunk_id ORDER BY position), '[]') FROM campaign_trunk WHERE campaign_id = c.campaign_id)
        AS trunk_ids,
    (SELECT coalesce(jsonb_agg(agent_id ORDER BY agent_id), '[]') FROM campaign_agent
        WHERE campaign_id = c.campaign_id) AS agent_ids,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('outcome', outcome, 'disposition', disposition,
        'max_attempts', max_attempts, 'delay_s', delay_s, 'mode', mode) ORDER BY position), '[]')
        FROM retry_rule WHERE campaign_id = c.campaign_id) AS retry_rules,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('list_id', l.list_id, 'name', n.name, 'role', l.role,
        'position', l.position) ORDER BY l.position), '[]')
        FROM campaign_list l JOIN contact_list n USING (tenant_id, list_id) WHERE l.campaign_id = c.campaign_id)
        AS lists
FROM campaign c LEFT JOIN run r ON r.campaign_id = c.campaign_id AND r.ended_utc_s IS NULL
"""
ALL = sa.text(CAMPAIGNS + "WHERE :hidden OR c.status <> 'hidden' ORDER BY c.name, c.campaign_id")
ONE = sa.text(CAMPAIGNS + "WHERE c.campaign_id = :campaign_id")
SOME = sa.text(CAMPAIGNS + "WHERE c.campaign_id = ANY(CAST(:ids AS bigint[]))")

# Fresh: contacts beyond each list's high-water mark. Counted from positions, which have no gaps, so it is quick.
RUNS = """
SELECT r.run_id, r.campaign_id, c.name AS campaign_name, r.state, r.started_utc_s, r.ended_utc_s, r.placed, r.finished,
    r.halted, m.waiting, m.next_due_utc_s, coalesce((
        SELECT sum(greatest(l.contacts - coalesce(h.high_water, 0), 0))
        FROM campaign_list k JOIN contact_list l USING (tenant_id, list_id)
        LEFT JOIN run_list h ON h.run_id = r.run_id AND h.list_id = k.list_id
        WHERE k.campaign_id = r.campaign_id AND k.role = 'normal'), 0)::bigint AS fresh
FROM run r JOIN campaign c USING (tenant_id, campaign_id)
CROSS JOIN LATERAL (SELECT count(*) AS waiting, min(due_utc_s) AS next_due_utc_s FROM member
    WHERE run_id = r.run_id AND state = 'waiting') m
"""
SOME_RUNS = sa.text(RUNS + "WHERE NOT :active_only OR r.ended_utc_s IS NULL ORDER BY r.run_id DESC LIMIT :limit")
ONE_RUN = sa.text(RUNS + "WHERE r.run_id = :run_id")


class SqlCampaigns:
    """Implements `service.ports.Campaigns`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def campaigns(self, tenant: int, *, hidden: bool = False) -> list[r.CampaignRow]:
        async with self.database.tenant_transaction(tenant) as connection:
            return [row_of(row) for row in (await connection.execute(ALL, {"hidden": hidden})).mappings()]

    async def campaign(self, tenant: int, campaign_id: int) -> r.CampaignRow:
        async with self.database.tenant_transaction(tenant) as connection:
            return await read(connection, campaign_id)

    async def save_campaign(
        self, tenant: int, campaign: Campaign, *, lists: Sequence[tuple[int, ListRole]], status: str = "runnable"
    ) -> r.CampaignRow:
        check(campaign, status)
        async with self.database.tenant_transaction(tenant) as connection:
            await check_links(connection, campaign, lists)
            with conflicts():
                campaign_id = await _write(connection, campaign, status)
            await _link(connection, campaign_id, campaign, lists)
            return await read(connection, campaign_id)

    async def delete_campaign(self, tenant: int, campaign_id: int) -> None:
        column = t.campaign.c.campaign_id
        async with self.database.tenant_transaction(tenant) as connection:
            with conflicts():
                gone = await connection.execute(sa.delete(t.campaign).where(column == campaign_id).returning(column))
            found(gone.first(), "campaign")

    async def start_run(self, tenant: int, campaign_id: int) -> RunPicture:
        async with self.database.tenant_transaction(tenant) as connection:
            column = t.campaign.c.campaign_id
            await connection.execute(sa.select(column).where(column == campaign_id).with_for_update())
            row = await read(connection, campaign_id)
            if row.run_id is not None:
                raise Conflict(
                    f"“{row.campaign.name}” has an active run ({row.run_state}). Remove it, or wait for its end."
                )
            if row.faults:
                raise Invalid(" ".join(row.faults), code="not_startable")
            started = time.time()
            values = {"campaign_id": campaign_id, "state": RunState.RUNNABLE, "started_utc_s": started}
            with conflicts():
                made = await connection.execute(
                    sa.insert(t.run).values(**values, placed=0, finished=0).returning(t.run.c.run_id)
                )
            run_id = made.scalar_one()
            await audited.note(connection, Audited.RUN_STARTED, f"run {run_id}", run_id=run_id)
            return RunPicture(
                run_id=run_id,
                campaign=row.campaign,
                state=RunState.RUNNABLE,
                started_utc_s=started,
                learned=(await read_learned(connection, [campaign_id])).get(campaign_id, b""),
            )

    async def learned(self, tenant: int, campaign_id: int) -> bytes:
        async with self.database.tenant_transaction(tenant) as connection:
            return (await read_learned(connection, [campaign_id])).get(campaign_id, b"")

    async def dial_by_hand(
        self, tenant: int, campaign_id: int, *, contact_id: int | None, number: str | None, zones: Sequence[str]
    ) -> tuple[int, HopperItem]:
        async with self.database.tenant_transaction(tenant) as connection:
            return await by_hand.item_of(
                connection, tenant, campaign_id, contact_id=contact_id, number=number, zones=zones
            )

    async def runs(self, tenant: int, *, active_only: bool = False, limit: int = 50) -> list[r.RunRow]:
        values = {"active_only": active_only, "limit": limit}
        async with self.database.tenant_transaction(tenant) as connection:
            return [r.RunRow(**row) for row in (await connection.execute(SOME_RUNS, values)).mappings()]

    async def run(self, tenant: int, run_id: int) -> r.RunRow:
        async with self.database.tenant_transaction(tenant) as connection:
            row = (await connection.execute(ONE_RUN, {"run_id": run_id})).mappings().first()
        return r.RunRow(**found(row, "run"))


async def read(connection: AsyncConnection, campaign_id: int) -> r.CampaignRow:
    row = (await connection.execute(ONE, {"campaign_id": campaign_id})).mappings().first()
    return row_of(found(row, "campaign"))


async def read_some(connection: AsyncConnection, campaign_ids: Sequence[int]) -> dict[int, Campaign]:
    rows = (await connection.execute(SOME, {"ids": list(campaign_ids)})).mappings()
    return {row["campaign_id"]: campaign_of(row) for row in rows}


async def read_learned(connection: AsyncConnection, campaign_ids: Sequence[int]) -> dict[int, bytes]:
    """What these campaigns have taught their pacers."""
    column = t.campaign_learned.c
    rows = await connection.execute(
        sa.select(column.campaign_id, column.learned).where(column.campaign_id.in_(campaign_ids))
    )
    return {row.campaign_id: row.learned for row in rows}


def campaign_of(row: Mapping[Any, Any]) -> Campaign:
    """A setting that this program does not know (written by a newer one) is left alone."""
    whole = as_json(row["settings"]) | {"campaign_id": row["campaign_id"], "name": row["name"]}
    whole |= {name: as_json(row[name]) for name in ("trunk_ids", "agent_ids", "retry_rules") if name in row}
    return msgspec.convert(whole, Campaign)


@lru_cache(maxsize=100)
def campaign_of_settings(campaign_id: int, name: str, settings: str) -> Campaign:
    """Without links and rules, for decisions that look at hours and caps only, and are made at every call."""
    return campaign_of({"campaign_id": campaign_id, "name": name, "settings": settings})


def row_of(row: Mapping[Any, Any]) -> r.CampaignRow:
    campaign = campaign_of(row)
    lists = msgspec.convert(as_json(row["lists"]), tuple[r.CampaignList, ...])
    return r.CampaignRow(
        campaign=campaign,
        status=row["status"],
        lists=lists,
        run_id=row["run_id"],
        run_state=row["run_state"],
        created_utc_s=row["created_utc_s"],
        faults=faults_of(campaign, lists, row["status"]),
    )


def faults_of(campaign: Campaign, lists: Sequence[r.CampaignList], status: str) -> tuple[str, ...]:
    """What keeps the campaign from starting, each with what to do."""
    agentless = campaign.dial_mode is DialMode.AGENTLESS
    tests = (
        (status != "runnable", f"The campaign is {status}. Set its status to runnable."),
        (not campaign.trunk_ids, "It has no trunk. Choose one in the campaign's settings."),
        (
            campaign.dial_mode is not DialMode.MANUAL and not any(one.role is ListRole.NORMAL for one in lists),
            "It has no contact list. Choose at least one to be called.",
        ),
        (
            agentless and campaign.message_prompt is None,
            "It has no message to play. Choose a prompt, or another dial mode.",
        ),
        (not agentless and not campaign.agent_ids, "It has no agents. Choose who takes its calls."),
    )
    legal = (*faults_at_start(campaign), *faults_of_law(campaign))
    return (*(text for wrong, text in tests if wrong), *(text for _, text in legal))


def check(campaign: Campaign, status: str) -> None:
    """What one campaign says of itself; its links are checked in the transaction."""
    if not campaign.name.strip():
        raise Invalid("Give the campaign a name.", field="name")
    if status not in STATUSES:
        raise Invalid(f"The status must be one of {', '.join(STATUSES)}.", field="status")
    if not zone_known(campaign.time_zone):
        raise Invalid(f"“{campaign.time_zone}” is not a time zone. Use a name like Europe/Rome.", field="time_zone")
    for field in ("active_hours", "callee_hours"):
        hours = getattr(campaign, field)
        if not (0 <= hours.from_s < 86_400 and 0 < hours.until_s <= 86_400 and set(hours.days) <= set(range(1, 8))):
            raise Invalid("Hours are seconds of a day, days are 1 (Monday) to 7 (Sunday).", field=field)
        if not hours.days:
            raise Invalid("Choose at least one day of the week.", field=field)
    for field, least in (("max_concurrent", 1), ("ring_timeout_s", 5), ("answer_wait_max_s", 0), ("acw_max_s", 0)):
        if getattr(campaign, field) < least:
            raise Invalid(f"{field} must be at least {least}.", field=field)


async def check_links(connection: AsyncConnection, campaign: Campaign, lists: Sequence[tuple[int, ListRole]]) -> None:
    """Each linked thing must be there, in this tenant: a foreign id is "not there"."""
    wanted = (
        ("trunk_ids", t.trunk.c.trunk_id, campaign.trunk_ids),
        ("agent_ids", t.agent.c.agent_id, campaign.agent_ids),
        ("lists", t.contact_list.c.list_id, tuple(one for one, _ in lists)),
    )
    for field, column, ids in wanted:
        if len(set(ids)) != len(ids):
            raise Invalid(f"{field}: the same one is named twice.", field=field)
        there = set((await connection.execute(sa.select(column).where(column.in_(ids)))).scalars())
        if missing := set(ids) - there:
            raise Invalid(f"{field}: there is no number {min(missing)}. Reload the page and choose again.", field=field)


async def _write(connection: AsyncConnection, campaign: Campaign, status: str) -> int:
    settings = msgspec.to_builtins(campaign)
    for name in LINKED:
        del settings[name]
    values = {"name": campaign.name.strip(), "status": status, "settings": settings}
    column = t.campaign.c.campaign_id
    if campaign.campaign_id == 0:
        made = sa.insert(t.campaign).values(**values, created_utc_s=time.time()).returning(column)
        return int((await connection.execute(made)).scalar_one())
    changed = sa.update(t.campaign).where(column == campaign.campaign_id).values(values).returning(column)
    return int(found((await connection.execute(changed)).scalar(), "campaign"))


async def _link(
    connection: AsyncConnection, campaign_id: int, campaign: Campaign, lists: Sequence[tuple[int, ListRole]]
) -> None:
    of = {"campaign_id": campaign_id}
    links: tuple[tuple[sa.Table, list[dict[str, Any]]], ...] = (
        (t.campaign_trunk, [of | {"trunk_id": one, "position": n} for n, one in enumerate(campaign.trunk_ids)]),
        (t.campaign_agent, [of | {"agent_id": one} for one in campaign.agent_ids]),
        (t.campaign_list, [of | {"list_id": one, "role": role, "position": n} for n, (one, role) in enumerate(lists)]),
        (
            t.retry_rule,
            [of | {"position": n} | msgspec.to_builtins(rule) for n, rule in enumerate(campaign.retry_rules)],
        ),
    )
    for table, rows in links:
        if await _are(connection, table, campaign_id, rows):
            continue  # the audit log tells what was changed, not what was saved again
        await connection.execute(sa.delete(table).where(table.c.campaign_id == campaign_id))
        if rows:
            await connection.execute(sa.insert(table).values(rows))  # one statement: one line of the audit log


async def _are(connection: AsyncConnection, table: sa.Table, campaign_id: int, rows: list[dict[str, Any]]) -> bool:
    """Whether these links are there already, and no others."""
    kept = [column for column in table.c if column.name != "tenant_id"]
    there = await connection.execute(sa.select(*kept).where(table.c.campaign_id == campaign_id))
    return {frozenset(row.items()) for row in there.mappings()} == {frozenset(row.items()) for row in rows}
