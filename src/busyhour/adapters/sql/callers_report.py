"""What became of callers, line by line, and the figures of their queues."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import cursors
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.conflicts import found
from busyhour.core.model.counts import BUCKET_S, bucket_of
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.service import caller_records as cr
from busyhour.service import records as r

C = t.caller.c
# The newest of the contacts who have this number.
CONTACT_ID = (
    sa.select(sa.func.max(t.contact_point.c.contact_id)).where(t.contact_point.c.number == C.reads_as).scalar_subquery()
)
CALLERS = (
    sa.select(
        t.caller,
        t.queue.c.name.label("queue_name"),
        t.app_user.c.name.label("agent_name"),
        CONTACT_ID.label("contact_id"),
    )
    .select_from(t.caller)
    .outerjoin(t.queue, t.queue.c.queue_id == C.queue_id)
    .outerjoin(t.agent, t.agent.c.agent_id == C.agent_id)
    .outerjoin(t.app_user, t.app_user.c.user_id == t.agent.c.user_id)
)
EQUAL = ("queue_id", "agent_id", "outcome")
NEWEST = (C.arrived_utc_s.desc(), C.call.desc())

K = t.queue_counts.c
PAIRS = {"in_time": ("in_time_first", "in_time_second"), "short": ("short_first", "short_second")}
"""Of `QueueCounts`: one value for each threshold, in columns of their own."""
FIGURES = (
    sa.select(t.queue_counts, t.queue.c.name.label("queue_name"))
    .join(t.queue, t.queue.c.queue_id == K.queue_id)
    .order_by(K.bucket, t.queue.c.name, K.queue_id)
)


async def page(connection: AsyncConnection, which: cr.CallerFilter, cursor: str | None, limit: int) -> r.Page:
    limit = cursors.bounded(limit)
    asked = CALLERS.where(*conditions(which)).order_by(*NEWEST).limit(limit + 1)
    if cursor:
        place = cursors.decode(cursor, tuple[float, str])
        asked = asked.where(sa.tuple_(C.arrived_utc_s, C.call) < sa.tuple_(*place))
    rows = [row_of(row) for row in (await connection.execute(asked)).mappings()]
    last = rows[limit - 1] if len(rows) > limit else None
    return r.Page(rows=tuple(rows[:limit]), cursor=cursors.encode(last.arrived_utc_s, last.call) if last else None)


async def one(connection: AsyncConnection, call: str) -> cr.CallerRow:
    row = (await connection.execute(CALLERS.where(C.call == call))).mappings().first()
    return row_of(found(row, "caller"))


def conditions(which: cr.CallerFilter) -> list[sa.ColumnElement[bool]]:
    """The filters, each on a column named here: nothing of the request becomes part of a statement."""
    wheres: list[sa.ColumnElement[bool]] = [
        C[name] == value for name in EQUAL if (value := getattr(which, name)) is not None
    ]
    if which.number and (digits := "".join(one for one in which.number if one.isdigit())):
        wheres.append((sa.func.strpos(C.reads_as, digits) > 0) | (sa.func.strpos(C.number, digits) > 0))
    if which.from_utc_s is not None:
        wheres.append(C.arrived_utc_s >= which.from_utc_s)
    if which.until_utc_s is not None:
        wheres.append(C.arrived_utc_s < which.until_utc_s)
    if which.open_only:
        wheres.append(C.ended_utc_s.is_(None))
    return wheres


def row_of(row: Mapping[Any, Any]) -> cr.CallerRow:
    fields = {name: row[name] for name in cr.CallerRow.__struct_fields__ if name != "callback"}
    return cr.CallerRow(callback=row["callback"] != "", **fields)


async def figures(
    connection: AsyncConnection, queue_id: int | None, from_utc_s: float, until_utc_s: float
) -> list[cr.QueueFigures]:
    """A quarter of an hour that has begun before `from_utc_s`, and is not over by then, is among them."""
    asked = FIGURES.where(K.bucket >= bucket_of(from_utc_s), K.bucket * BUCKET_S < until_utc_s)
    if queue_id is not None:
        asked = asked.where(K.queue_id == queue_id)
    return [
        cr.QueueFigures(
            queue_id=row["queue_id"],
            queue_name=row["queue_name"],
            from_utc_s=float(row["bucket"] * BUCKET_S),
            counts=counts_of(row),
        )
        for row in (await connection.execute(asked)).mappings()
    ]


def counts_of(row: Mapping[Any, Any]) -> QueueCounts:
    fields: dict[str, Any] = {name: row[name] for name in QueueCounts.__struct_fields__ if name not in PAIRS}
    fields |= {name: (row[first], row[second]) for name, (first, second) in PAIRS.items()}
    return QueueCounts(**fields)
