"""The audit log, newest first. It is written where the thing itself is, in the same transaction: calls by `intents.py`,
starts of runs by `campaigns.py`, what is asked of them by `closes.py`, imports by `lists.py`, log-ins by `people.py`,
changes of what is configured by triggers of the tables (`migrations`, `s0014_audit.py`)."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import cursors
from busyhour.adapters.sql import tables as t
from busyhour.core.model.values import Audited
from busyhour.service import records as r

E = t.audit_entry.c
DOER = t.app_user.alias("doer")
ENTRIES = (
    sa.select(
        E.entry_id,
        E.at_utc_s,
        E.agent_id,
        E.what,
        E.call,
        E.number,
        E.user_id,
        E.address,
        E.subject,
        E.detail,
        DOER.c.name.label("user_name"),
        t.app_user.c.name.label("agent_name"),
        t.attempt.c.contact_id,
        t.attempt.c.contact_name,
        t.campaign.c.campaign_id,
        t.campaign.c.name.label("campaign_name"),
    )
    .select_from(t.audit_entry)
    .outerjoin(t.agent, t.agent.c.agent_id == E.agent_id)
    .outerjoin(t.app_user, t.app_user.c.user_id == t.agent.c.user_id)
    .outerjoin(DOER, DOER.c.user_id == E.user_id)
    .outerjoin(t.attempt, t.attempt.c.call == E.call)
    .outerjoin(t.run, t.run.c.run_id == E.run_id)
    .outerjoin(t.campaign, t.campaign.c.campaign_id == sa.func.coalesce(t.attempt.c.campaign_id, t.run.c.campaign_id))
    .order_by(E.entry_id.desc())
)


async def page(connection: AsyncConnection, which: r.AuditFilter, cursor: str | None, limit: int) -> r.Page:
    limit = cursors.bounded(limit)
    asked = ENTRIES.where(*conditions(which)).limit(limit + 1)
    if cursor:
        (before,) = cursors.decode(cursor, tuple[int])
        asked = asked.where(E.entry_id < before)
    rows = [row_of(row) for row in (await connection.execute(asked)).mappings()]
    last = rows[limit - 1] if len(rows) > limit else None
    return r.Page(rows=tuple(rows[:limit]), cursor=cursors.encode(last.entry_id) if last else None)


def row_of(row: Mapping[Any, Any]) -> r.AuditRow:
    detail = msgspec.convert(row["detail"], r.AuditDetail) if row["detail"] else None
    return r.AuditRow(**(dict(row) | {"what": Audited(row["what"]), "detail": detail}))


def conditions(which: r.AuditFilter) -> list[sa.ColumnElement[bool]]:
    wheres: list[sa.ColumnElement[bool]] = []
    if which.agent_id is not None:
        own = sa.select(t.agent.c.user_id).where(t.agent.c.agent_id == which.agent_id).scalar_subquery()
        wheres.append(sa.or_(E.agent_id == which.agent_id, E.user_id == own))  # at their desk, and at other screens
    if which.user_id is not None:
        wheres.append(E.user_id == which.user_id)
    if which.what is not None:
        wheres.append(E.what == which.what)
    if which.from_utc_s is not None:
        wheres.append(E.at_utc_s >= which.from_utc_s)
    if which.until_utc_s is not None:
        wheres.append(E.at_utc_s < which.until_utc_s)
    return wheres
