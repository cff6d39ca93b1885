"""What happened: attempts by page, by stream and in sum; and the pictures from which `explain` makes its sentences."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import sqlalchemy as sa

from busyhour.adapters.sql import audit, campaigns, compliance, cursors
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.conflicts import found
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.items import as_json
from busyhour.adapters.sql.lists import EXPORT_S_MAX, LONG, STREAM_ROWS
from busyhour.core.dialer.hours import zones_of
from busyhour.core.model.values import Outcome
from busyhour.service import records as r

A = t.attempt.c
MESSAGE_UTC_S = (
    sa.select(sa.func.min(t.segment.c.started_utc_s))
    .where(t.segment.c.interaction_id == A.call, t.segment.c.kind.in_(("message", "abandon_message")))
    .scalar_subquery()
)
ATTEMPTS = (
    sa.select(
        t.attempt,
        sa.case((A.joined_utc_s.is_(None) & A.answered_utc_s.is_not(None), MESSAGE_UTC_S)).label("message_utc_s"),
        t.campaign.c.name.label("campaign_name"),
        t.contact_list.c.name.label("list_name"),
        t.app_user.c.name.label("agent_name"),
        t.trunk.c.name.label("trunk_name"),
    )
    .select_from(t.attempt)
    .outerjoin(t.campaign, t.campaign.c.campaign_id == A.campaign_id)
    .outerjoin(t.contact_list, t.contact_list.c.list_id == A.list_id)
    .outerjoin(t.agent, t.agent.c.agent_id == A.agent_id)
    .outerjoin(t.app_user, t.app_user.c.user_id == t.agent.c.user_id)
    .outerjoin(t.trunk, t.trunk.c.trunk_id == A.trunk_id)
)
EQUAL = ("campaign_id", "run_id", "list_id", "agent_id", "contact_id", "outcome")
NEWEST = (A.intent_utc_s.desc(), A.call.desc())

# The same sums as `waits_of` makes for one row.
WAIT_PRE_S = sa.func.coalesce(A.answered_utc_s, A.ended_utc_s) - A.intent_utc_s
WAIT_AFTER_S = (
    sa.case((A.joined_utc_s.is_not(None), A.joined_utc_s), (A.outcome == Outcome.ABANDONED, A.ended_utc_s))
    - A.answered_utc_s
)

# Runs that call, or called, the list of this contact; the newest first.
MEMBERS = sa.text("""
SELECT r.run_id, r.campaign_id, r.state AS run_state, m.state AS member_state, coalesce(m.attempts, 0) AS attempts,
    CASE WHEN m.state = 'waiting' THEN m.due_utc_s END AS due_utc_s, m.last_outcome, m.why AS last_why,
    k.time_zone, p.numbers, p.zones, a.call AS live_call,
    EXISTS (SELECT 1 FROM unnest(p.numbers) n(number) WHERE
        EXISTS (SELECT 1 FROM dnc_entry d WHERE d.number = n.number)
        OR EXISTS (SELECT 1 FROM contact_point b JOIN campaign_list s ON s.list_id = b.list_id
            WHERE b.number = n.number AND s.campaign_id = r.campaign_id AND s.role = 'black')) AS on_dnc
FROM contact k
JOIN campaign_list l ON l.list_id = k.list_id AND l.role = 'normal'
JOIN run r ON r.campaign_id = l.campaign_id
LEFT JOIN member m ON m.run_id = r.run_id AND m.contact_id = k.contact_id
LEFT JOIN attempt a ON a.contact_id = k.contact_id AND a.run_id = r.run_id AND a.ended_utc_s IS NULL
CROSS JOIN LATERAL (SELECT array_agg(number ORDER BY position) AS numbers,
    jsonb_agg(to_jsonb(zones) ORDER BY position) AS zones FROM contact_point WHERE contact_id = k.contact_id) p
WHERE k.contact_id = :contact_id ORDER BY r.run_id DESC LIMIT 20
""")


class SqlReports:
    """Implements `service.ports.Reports`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def attempts(
        self, tenant: int, which: r.AttemptFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page:
        limit = cursors.bounded(limit)
        asked = ATTEMPTS.where(*conditions(which)).order_by(*NEWEST).limit(limit + 1)
        if cursor:
            place = cursors.decode(cursor, tuple[float, str])
            asked = asked.where(sa.tuple_(A.intent_utc_s, A.call) < sa.tuple_(*place))
        async with self.database.tenant_transaction(tenant) as connection:
            rows = [row_of(row) for row in (await connection.execute(asked)).mappings()]
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        return r.Page(rows=tuple(rows[:limit]), cursor=cursors.encode(last.intent_utc_s, last.call) if last else None)

    async def attempt(self, tenant: int, call: str) -> r.AttemptRow:
        async with self.database.tenant_transaction(tenant) as connection:
            row = (await connection.execute(ATTEMPTS.where(A.call == call))).mappings().first()
        return row_of(found(row, "attempt"))

    async def export_attempts(self, tenant: int, which: r.AttemptFilter) -> AsyncIterator[r.AttemptRow]:
        """Streams from a cursor on the server; memory stays flat."""
        asked = ATTEMPTS.where(*conditions(which)).order_by(*NEWEST)
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(LONG, {"ms": str(EXPORT_S_MAX * 1000)})
            options = {"yield_per": STREAM_ROWS}
            async with connection.stream(asked, execution_options=options) as rows:
                async for row in rows.mappings():
                    yield row_of(row)

    async def summary(self, tenant: int, which: r.AttemptFilter) -> r.Summary:
        where = conditions(which)
        totals = sa.select(
            sa.func.count().label("attempts"),
            sa.func.count(A.contact_id.distinct()).label("contacts"),
            *(
                in_ms(column).label(name)
                for name, column in (("wait_pre_ms", WAIT_PRE_S), ("wait_after_ms", WAIT_AFTER_S))
            ),
            sa.cast(sa.func.coalesce(sa.func.sum(A.talk_ms), 0), sa.BigInteger).label("talk_ms"),
        ).where(*where)
        outcome = sa.func.coalesce(A.outcome, A.state)
        talk = sa.cast(sa.func.coalesce(sa.func.sum(A.talk_ms), 0), sa.BigInteger)
        outcomes = (
            sa.select(outcome.label("outcome"), A.disposition, sa.func.count().label("count"), talk.label("talk_ms"))
            .where(*where)
            .group_by(outcome, A.disposition)
            .order_by(sa.func.count().desc(), outcome)
        )
        trunks = (
            sa.select(t.trunk.c.name, sa.func.count())
            .select_from(t.attempt)
            .join(t.trunk, t.trunk.c.trunk_id == A.trunk_id)
            .where(*where)
            .group_by(t.trunk.c.name)
            .order_by(t.trunk.c.name)
        )
        async with self.database.tenant_transaction(tenant) as connection:
            sums = (await connection.execute(totals)).mappings().one()
            return r.Summary(
                **sums,
                outcomes=tuple(r.OutcomeCount(**row) for row in (await connection.execute(outcomes)).mappings()),
                trunks=tuple((name, count) for name, count in await connection.execute(trunks)),
            )

    async def compliance_days(
        self, tenant: int, campaign_id: int | None, *, from_utc_s: float, until_utc_s: float
    ) -> list[r.ComplianceDay]:
        async with self.database.tenant_transaction(tenant) as connection:
            return await compliance.days(connection, campaign_id, from_utc_s, until_utc_s)

    async def audit(self, tenant: int, which: r.AuditFilter, *, cursor: str | None = None, limit: int = 100) -> r.Page:
        async with self.database.tenant_transaction(tenant) as connection:
            return await audit.page(connection, which, cursor, limit)

    async def member_pictures(self, tenant: int, contact_id: int) -> list[r.MemberPicture]:
        async with self.database.tenant_transaction(tenant) as connection:
            there = sa.select(t.contact.c.contact_id).where(t.contact.c.contact_id == contact_id)
            found((await connection.execute(there)).first(), "contact")
            rows = (await connection.execute(MEMBERS, {"contact_id": contact_id})).mappings().all()
            known = await campaigns.read_some(connection, sorted({row["campaign_id"] for row in rows}))
        return [picture_of(row, known) for row in rows]

    async def contact_history(self, tenant: int, contact_id: int, *, limit: int = 20) -> list[r.AttemptRow]:
        asked = ATTEMPTS.where(A.contact_id == contact_id).order_by(*NEWEST).limit(cursors.bounded(limit))
        async with self.database.tenant_transaction(tenant) as connection:
            return [row_of(row) for row in (await connection.execute(asked)).mappings()]


def conditions(which: r.AttemptFilter) -> list[sa.ColumnElement[bool]]:
    """The filters, each on a column named here: nothing of the request becomes part of a statement."""
    wheres: list[sa.ColumnElement[bool]] = [
        A[name] == value for name in EQUAL if (value := getattr(which, name)) is not None
    ]
    if which.number and (digits := "".join(one for one in which.number if one.isdigit())):
        wheres.append(sa.func.strpos(A.number, digits) > 0)
    if which.from_utc_s is not None:
        wheres.append(A.intent_utc_s >= which.from_utc_s)
    if which.until_utc_s is not None:
        wheres.append(A.intent_utc_s < which.until_utc_s)
    if which.open_only:
        wheres.append(A.ended_utc_s.is_(None))
    return wheres


def in_ms(seconds: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(sa.func.round(seconds * 1000)), 0), sa.BigInteger)


def row_of(row: Mapping[Any, Any]) -> r.AttemptRow:
    wait_pre_ms, wait_after_ms = waits_of(row)
    computed = {
        "campaign_name": row["campaign_name"] or "",
        "list_name": row["list_name"] or "",
        "trunk_name": row["trunk_name"] or "",
        "wait_pre_ms": wait_pre_ms,
        "wait_after_ms": wait_after_ms,
        "attributes": row["variables"],
        "message_ms": ms_between(row["answered_utc_s"], row["message_utc_s"]),
    }
    fields = {name: row[name] for name in r.AttemptRow.__struct_fields__ if name not in computed}
    return r.AttemptRow(**(fields | computed))


def waits_of(row: Mapping[Any, Any]) -> tuple[int | None, int | None]:
    """From the dial to the answer (or the end), and from the answer to the agent (or to giving up)."""
    answered, ended = row["answered_utc_s"], row["ended_utc_s"]
    until = answered if answered is not None else ended
    pre = None if until is None else round((until - row["intent_utc_s"]) * 1000)
    met = row["joined_utc_s"]
    if met is None and row["outcome"] == Outcome.ABANDONED:
        met = ended
    after = None if met is None or answered is None else round((met - answered) * 1000)
    return pre, after


def ms_between(from_utc_s: float | None, until_utc_s: float | None) -> int | None:
    return None if from_utc_s is None or until_utc_s is None else round((until_utc_s - from_utc_s) * 1000)


def picture_of(row: Mapping[Any, Any], known: Mapping[int, Any]) -> r.MemberPicture:
    numbers, zones = row["numbers"] or [""], as_json(row["zones"]) or [[]]
    turn = row["attempts"] % len(numbers)  # of the next attempt
    names = ("run_id", "run_state", "member_state", "attempts", "due_utc_s", "last_outcome", "last_why", "on_dnc")
    return r.MemberPicture(
        campaign=known[row["campaign_id"]],
        number=numbers[turn],
        zones=zones_of(row["time_zone"], zones[turn] or ()),
        live_call=row["live_call"],
        **{name: row[name] for name in names},
    )
