"""Callers, their places, and what was promised to them: what became of each. Part of `closes.py`, with its rules.

What has ended stays as it ended: a closed call, a place that was left, a callback that is done. So writing anything
again changes nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from busyhour.adapters.sql.database import Driver
from busyhour.core import commands as c
from busyhour.core.life.callback import OPEN
from busyhour.core.life.entry import ENDED
from busyhour.core.model.ids import is_callers
from busyhour.service.spellings import read

Row = tuple[Any, ...]

COUNTRY = "SELECT country FROM tenant"
SAVE_ARRIVAL = """
WITH arrived AS (
    INSERT INTO caller (call, dialed, number, name, headers, state, arrived_utc_s, reads_as)
    VALUES ($1, $2, $3, $4, $5, 'ringing', $6, $7)
    ON CONFLICT DO NOTHING
    RETURNING call)
INSERT INTO interaction (interaction_id, channel, direction, opened_utc_s)
SELECT call, 'voice', 'in', $6 FROM arrived
ON CONFLICT DO NOTHING
"""
# Which queue's caller it is outlives their place: it says how their call is to be treated.
SAVE_ENTRY = """
WITH moved AS (
    UPDATE caller SET queue_id = $2 WHERE call = $1 AND ended_utc_s IS NULL)
INSERT INTO queue_entry AS e (entry, queue_id, entered_utc_s, number, since_utc_s, state, picture, changed_utc_s,
    ended_utc_s)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, entry, queue_id, entered_utc_s) DO UPDATE SET since_utc_s = excluded.since_utc_s,
    state = excluded.state, picture = excluded.picture, changed_utc_s = excluded.changed_utc_s,
    ended_utc_s = excluded.ended_utc_s
WHERE e.ended_utc_s IS NULL
"""
# Who is gone has no place any more (I21).
CLOSE_CALLER = """
WITH closed AS (
    UPDATE caller SET state = 'final', outcome = $2, cause = $3, why = $4, queue_id = coalesce($5, queue_id),
        answered_utc_s = coalesce($6, answered_utc_s), joined_utc_s = coalesce($7, joined_utc_s), ended_utc_s = $8,
        wait_s = $9, talk_s = $10, agent_id = coalesce($11, agent_id)
    WHERE call = $1 AND state <> 'final'
    RETURNING call),
cdr AS (
    UPDATE interaction SET closed_utc_s = $8, outcome = $2, cause = $3, talk_ms = round($10::float8 * 1000)
    WHERE interaction_id = $1 AND closed_utc_s IS NULL AND EXISTS (SELECT 1 FROM closed)),
parts AS (
    INSERT INTO segment (interaction_id, segment_no, kind, agent_id, started_utc_s, ended_utc_s, hold_s)
    SELECT $1, s.position, s.part ->> 'kind', (s.part ->> 'agent_id')::bigint,
        (s.part ->> 'started_utc_s')::float8, (s.part ->> 'ended_utc_s')::float8, (s.part ->> 'hold_s')::float8
    FROM closed, jsonb_array_elements($12::jsonb) WITH ORDINALITY s(part, position))
UPDATE queue_entry SET state = 'left', changed_utc_s = $8, ended_utc_s = $8
WHERE entry = $1 AND ended_utc_s IS NULL AND EXISTS (SELECT 1 FROM closed)
"""
# Who cancels one ends it: written again, or given back where it is, it changes nothing, and is not in the log twice.
SAVE_CALLBACK = """
WITH saved AS (
    INSERT INTO callback AS k (callback, queue_id, number, since_utc_s, promised_utc_s, state, picture, changed_utc_s,
        ended_utc_s)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (tenant_id, callback) DO UPDATE SET queue_id = excluded.queue_id, number = excluded.number,
        since_utc_s = excluded.since_utc_s, promised_utc_s = excluded.promised_utc_s, state = excluded.state,
        picture = excluded.picture, changed_utc_s = excluded.changed_utc_s, ended_utc_s = excluded.ended_utc_s
    WHERE k.ended_utc_s IS NULL
    RETURNING queue_id)
INSERT INTO audit_entry (at_utc_s, what, user_id, address, subject, call, number)
SELECT $8, 'callback canceled', $10::bigint, $11::text, coalesce('queue ' || name, 'queue'), '', $3
FROM saved LEFT JOIN queue USING (queue_id) WHERE $10::bigint IS NOT NULL
"""
SAVE_COUNTS = """
INSERT INTO queue_counts (bucket, queue_id, entered, answered, abandoned, sent_on, wait_s, wait_max_s, abandoned_wait_s,
    talk_s, in_time_first, in_time_second, short_first, short_second, distributed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (tenant_id, bucket, queue_id) DO UPDATE SET entered = excluded.entered, answered = excluded.answered,
    abandoned = excluded.abandoned, sent_on = excluded.sent_on, wait_s = excluded.wait_s,
    wait_max_s = excluded.wait_max_s, abandoned_wait_s = excluded.abandoned_wait_s, talk_s = excluded.talk_s,
    in_time_first = excluded.in_time_first, in_time_second = excluded.in_time_second,
    short_first = excluded.short_first, short_second = excluded.short_second, distributed = excluded.distributed
"""
SAVE_PROGRESS = """
UPDATE caller a SET
    state = CASE WHEN array_position(life.states, $2::text) > array_position(life.states, a.state) THEN $2
        ELSE a.state END,
    ringing_utc_s = coalesce(a.ringing_utc_s, $3), answered_utc_s = coalesce(a.answered_utc_s, $4),
    joined_utc_s = coalesce(a.joined_utc_s, $5), agent_id = coalesce($6, a.agent_id),
    out_trunk_id = coalesce($7, a.out_trunk_id), outside = coalesce($8, a.outside)
FROM (SELECT ARRAY['intent', 'ambiguous', 'sent', 'ringing', 'answered'] AS states) life
WHERE a.call = $1 AND a.state <> 'final'
"""
# There is no member whose future it could change.
SAVE_MISSED = "UPDATE shard_lease SET missed_since_utc_s = $1"
UNKNOWN = """
SELECT asked.call FROM unnest($1::text[]) AS asked (call)
WHERE NOT EXISTS (SELECT 1 FROM caller c WHERE c.call = asked.call)
"""
SAVE_DISPOSITION = """
UPDATE caller SET disposition = $3, note = $4, agent_id = coalesce(agent_id, $2) WHERE call = $1
"""


async def unknown(driver: Driver, calls: Sequence[str]) -> list[str]:
    """Those that are not here, each looked up by its key."""
    return [row["call"] for row in await driver.fetch(UNKNOWN, list(calls))]


async def arrive(driver: Driver, wave: Sequence[c.Keep]) -> None:
    arrivals = [one for one in wave if isinstance(one, c.SaveArrival)]
    if arrivals:
        country = await driver.fetchval(COUNTRY)
        await driver.executemany(SAVE_ARRIVAL, [_arrival(one, country) for one in arrivals])


def _arrival(one: c.SaveArrival, country: str) -> Row:
    reads_as, _ = read(one.number, country)
    return (one.call, one.dialed, one.number, one.name, _json(one.headers), one.at_utc_s, reads_as)


def _entry(one: c.SaveEntry) -> list[Row]:
    entry = one.entry
    ended_utc_s = one.at_utc_s if entry.state in ENDED else None
    key = (entry.entry, entry.queue_id, entry.entered_utc_s)
    return [(*key, entry.number, entry.since_utc_s, entry.state, _json(entry), one.at_utc_s, ended_utc_s)]


def _record(one: c.CloseCaller) -> list[Row]:
    record = one.record
    return [
        (
            record.call,
            record.outcome,
            record.cause,
            record.why,
            record.queue_id,
            record.answered_utc_s,
            record.joined_utc_s,
            record.ended_utc_s,
            record.wait_s,
            record.talk_s,
            record.agent_id,
            _json(record.segments),
        )
    ]


def _callback(one: c.SaveCallback) -> list[Row]:
    callback, by = one.callback, one.canceled_by
    return [
        (
            callback.callback,
            callback.queue_id,
            callback.number,
            callback.since_utc_s,
            callback.promised_utc_s,
            callback.state,
            _json(callback),
            one.at_utc_s,
            None if callback.state in OPEN else one.at_utc_s,
            *((None, None) if by is None else (by.user_id, by.address)),
        )
    ]


def _counts(one: c.SaveQueueCounts) -> list[Row]:
    n = one.counts
    sums = (n.entered, n.answered, n.abandoned, n.sent_on, n.wait_s, n.wait_max_s, n.abandoned_wait_s, n.talk_s)
    return [(one.bucket, one.queue_id, *sums, *n.in_time, *n.short, n.distributed)]


def _progress(one: c.SaveProgress) -> list[Row]:
    if not is_callers(one.call):
        return []
    told = (one.ringing_utc_s, one.answered_utc_s, one.joined_utc_s, one.agent_id, one.out_trunk_id, one.outside)
    return [(one.call, one.state, *told)]


def _disposition(one: c.SaveDisposition) -> list[Row]:
    return [(one.call, one.agent_id, one.disposition, one.note)] if is_callers(one.call) else []


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


STATEMENTS: Final[tuple[tuple[type[c.Keep], str, Callable[[Any], list[Row]]], ...]] = (
    (c.SaveCallback, SAVE_CALLBACK, _callback),
    (c.SaveEntry, SAVE_ENTRY, _entry),
    (c.SaveProgress, SAVE_PROGRESS, _progress),
    (c.CloseCaller, CLOSE_CALLER, _record),
    (c.SaveDisposition, SAVE_DISPOSITION, _disposition),
    (c.SaveQueueCounts, SAVE_COUNTS, _counts),
    (c.SaveMissed, SAVE_MISSED, lambda one: [(one.since_utc_s,)]),
)
"""In this order within a wave, after `arrive`: a caller is there before their place, and has it before they are gone.
"""
