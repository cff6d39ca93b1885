"""What a new owner of a shard finds of queues and callers. Part of `adopt.py`."""

import time
from collections import defaultdict
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.callers_report import counts_of
from busyhour.adapters.sql.queues import callback_of, read_numbers, read_queues
from busyhour.core.acd.lost import AGAIN_S, LOST_MAX
from busyhour.core.model.callers import SERVED_MAX, Callback, CallerOutcome, EntryPicture, OpenCaller, Served
from busyhour.core.model.campaign import DAY_S
from busyhour.core.model.counts import bucket_of
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.queue_counts import AT_HAND_S, QueueCounts

TENANT = sa.select(t.tenant.c.ageing_s, t.tenant.c.acw_s, t.tenant.c.country, t.tenant.c.listening_shown)
# Two look-ups by their own indexes, as for calls that were dialed.
UP = sa.select(t.caller.c.call).where(t.caller.c.ended_utc_s.is_(None))
WRAPPED_UP = sa.select(t.agent.c.acw_call).where(t.agent.c.acw_call.is_not(None))
CALLERS = sa.select(t.caller).where(t.caller.c.call.in_(UP.union(WRAPPED_UP))).order_by(t.caller.c.call)
PLACES = t.queue_entry.c
ENTRIES = (
    sa.select(PLACES.picture)
    .where(PLACES.ended_utc_s.is_(None))
    .order_by(PLACES.since_utc_s, PLACES.entry, PLACES.queue_id, PLACES.entered_utc_s)
)
CALLBACKS = (
    sa.select(t.callback)
    .where(t.callback.c.ended_utc_s.is_(None))
    .order_by(t.callback.c.since_utc_s, t.callback.c.callback)
)


# Read backwards by the index of times; as long ago as a queue may ask for the same agent.
SERVED = sa.text("""
SELECT reads_as AS number, queue_id, agent_id, joined_utc_s AS at_utc_s FROM caller
WHERE arrived_utc_s > :since_utc_s AND joined_utc_s IS NOT NULL AND agent_id IS NOT NULL
ORDER BY arrived_utc_s DESC, call DESC LIMIT :limit
""")
SERVED_KEPT_S = 90 * DAY_S
# Who came back before we called is free to be lost again.
LOST = sa.text("""
SELECT number, max(promised_utc_s) AS at_utc_s FROM callback
WHERE promised_utc_s > :since_utc_s AND picture ->> 'source' = 'lost'
    AND NOT (state = 'done' AND (picture ->> 'attempts')::integer = 0)
GROUP BY number ORDER BY at_utc_s DESC LIMIT :limit
""")


async def read(connection: AsyncConnection) -> dict[str, Any]:
    """These fields of a `FloorPicture`."""
    numbers = await read_numbers(connection)
    tenant = (await connection.execute(TENANT)).one()
    return {
        "queues": tuple(await read_queues(connection)),
        "numbers": tuple(DialedNumber(pattern=row.pattern, treatment=row.treatment) for row in numbers),
        "callers": await read_callers(connection),
        "entries": await read_entries(connection),
        "callbacks": await read_callbacks(connection),
        "queue_counts": await read_counts(connection),
        "served": await read_served(connection),
        "lost_lately": await read_lost(connection),
        "ageing_s": tenant.ageing_s,
        "acw_usual_s": tenant.acw_s,
        "country": tenant.country,
        "listening_shown": tenant.listening_shown,
    }


async def read_callers(connection: AsyncConnection) -> tuple[OpenCaller, ...]:
    return tuple(_open_caller(row) for row in (await connection.execute(CALLERS)).mappings())


def _open_caller(row: sa.RowMapping) -> OpenCaller:
    same = {name: row[name] for name in OpenCaller.__struct_fields__ if row[name] is not None and name != "outcome"}
    return OpenCaller(outcome=CallerOutcome(row["outcome"]) if row["outcome"] else None, **same)


async def read_entries(connection: AsyncConnection) -> tuple[EntryPicture, ...]:
    rows = (await connection.execute(ENTRIES)).scalars()
    return tuple(msgspec.convert(picture, EntryPicture) for picture in rows)


async def read_callbacks(connection: AsyncConnection) -> tuple[Callback, ...]:
    return tuple(callback_of(row) for row in (await connection.execute(CALLBACKS)).mappings())


async def read_served(connection: AsyncConnection) -> tuple[Served, ...]:
    known = {"since_utc_s": time.time() - SERVED_KEPT_S, "limit": SERVED_MAX}
    rows = (await connection.execute(SERVED, known)).mappings().all()
    return tuple(Served(**row) for row in reversed(rows))


async def read_lost(connection: AsyncConnection) -> dict[str, float]:
    since = {"since_utc_s": time.time() - AGAIN_S, "limit": LOST_MAX}
    return {row.number: row.at_utc_s for row in await connection.execute(LOST, since)}


async def read_counts(connection: AsyncConnection) -> dict[int, dict[int, QueueCounts]]:
    asked = sa.select(t.queue_counts).where(t.queue_counts.c.bucket >= bucket_of(time.time() - AT_HAND_S))
    counts: dict[int, dict[int, QueueCounts]] = defaultdict(dict)
    for row in (await connection.execute(asked)).mappings():
        counts[row["queue_id"]][row["bucket"]] = counts_of(row)
    return dict(counts)
