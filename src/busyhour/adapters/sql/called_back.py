"""The dial of a callback: the last look, and its record, in one transaction, as for every dial (`intents.py`).

Who asked to be called back is called for that, once: not when they must not be called, are on the line, or were reached
already; and in the hours of the promise, wherever their number may be. The transactions of a shard follow each other
(each takes its row, `store.py`), so what was looked at is still so when the record is written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from busyhour.adapters.sql import arrivals
from busyhour.adapters.sql.database import Driver
from busyhour.core.acd.promises import CallbackPicture, may_call_back
from busyhour.core.commands import PlaceCallback
from busyhour.core.dialer.hours import zones_of
from busyhour.core.dialer.may_dial import NUMBER_LIVE_WAIT_S, Verdict
from busyhour.core.events import CallCommitted, CallRefused, Event
from busyhour.core.model.callers import Callback
from busyhour.core.model.values import Refusal
from busyhour.service import spellings

# The number's zones are those of the newest contact who has it, if anybody has.
LOOK = """
SELECT q.call, k.picture::text, k.ended_utc_s IS NOT NULL AS over, p.time_zone, p.zones,
    (SELECT true FROM dnc_entry d WHERE d.number = q.number LIMIT 1) AS on_dnc,
    (SELECT true FROM caller a WHERE a.call = q.call LIMIT 1) AS placed,
    (SELECT true FROM attempt a WHERE a.number = q.number AND a.ended_utc_s IS NULL LIMIT 1) AS dialed,
    (SELECT true FROM caller a WHERE a.reads_as = q.number AND a.ended_utc_s IS NULL LIMIT 1) AS on_line,
    (SELECT true FROM caller a WHERE a.callback = q.callback AND a.callback <> '' AND a.outcome = 'HANDLED' LIMIT 1)
        AS reached
FROM jsonb_to_recordset($1::jsonb) AS q(call text, callback text, number text)
LEFT JOIN LATERAL (SELECT * FROM callback k WHERE k.callback = q.callback OFFSET 0) k ON true
LEFT JOIN LATERAL (SELECT c.time_zone, p.zones FROM contact_point p JOIN contact c ON c.contact_id = p.contact_id
    WHERE p.number = q.number ORDER BY p.contact_id DESC LIMIT 1) p ON true
"""
PLACE = """
WITH placed AS (
    INSERT INTO caller (call, dialed, number, name, headers, callback, queue_id, trunk_id, agent_id, state, why,
        arrived_utc_s, reads_as)
    VALUES ($1, '', $2, $3, '{}', $4, $5, $6, $7, 'intent', $8, $9, $10)
    ON CONFLICT DO NOTHING
    RETURNING call),
opened AS (
    INSERT INTO interaction (interaction_id, channel, direction, opened_utc_s)
    SELECT call, 'voice', 'out', $9 FROM placed ON CONFLICT DO NOTHING)
SELECT call FROM placed
"""

Row = Mapping[str, Any]


async def place(driver: Driver, asked: Sequence[PlaceCallback]) -> list[Event]:
    """One answer for each, in their order. A call that is placed already is answered as placed (idempotence)."""
    if not asked:
        return []
    country = await driver.fetchval(arrivals.COUNTRY)
    read = {one.call: spellings.read(one.number, country) for one in asked}
    wanted = [{"call": one.call, "callback": one.callback, "number": read[one.call][0]} for one in asked]
    looks = {row["call"]: row for row in await driver.fetch(LOOK, msgspec.json.encode(wanted).decode())}
    verdicts = {one.call: _judge(looks[one.call], one, read[one.call][1]) for one in asked}
    placed = {one.call for one in asked if looks[one.call]["placed"]}
    allowed = [one for one in asked if verdicts[one.call].refusal is None and one.call not in placed]
    placed |= await write(driver, allowed, country)
    return [CallCommitted(call=one.call) if one.call in placed else _refused(one, verdicts[one.call]) for one in asked]


async def write(driver: Driver, placed: Sequence[PlaceCallback], country: str) -> set[str]:
    """Those that were not there yet."""
    rows = [_row(one, country) for one in placed]
    return {row["call"] for row in await driver.fetchmany(PLACE, rows)} if rows else set()


def _judge(look: Row, one: PlaceCallback, possible: Sequence[str]) -> Verdict:
    if look["picture"] is None or look["over"] or look["reached"]:
        return Verdict(refusal=Refusal.CONTACT_CLOSED)
    known = look["zones"] is not None
    picture = CallbackPicture(
        utc_s=one.at_utc_s,
        zones=zones_of(look["time_zone"], look["zones"] if known else possible),
        on_dnc=bool(look["on_dnc"]),
        number_live=bool(look["dialed"] or look["on_line"]),
    )
    return may_call_back(msgspec.json.decode(look["picture"], type=Callback), picture)


def _row(one: PlaceCallback, country: str) -> tuple[Any, ...]:
    whose = (one.callback, one.queue_id, one.trunk.trunk_id, one.agent_id)
    reads_as, _ = spellings.read(one.number, country)
    return (one.call, one.number, one.name, *whose, one.why, one.at_utc_s, reads_as)


def _refused(one: PlaceCallback, verdict: Verdict) -> CallRefused:
    """Allowed, and yet not placed: the same number, or the same promise, is being dialed."""
    if verdict.refusal is not None:
        return CallRefused(call=one.call, reason=verdict.refusal, due_utc_s=verdict.due_utc_s)
    return CallRefused(call=one.call, reason=Refusal.NUMBER_LIVE, due_utc_s=one.at_utc_s + NUMBER_LIVE_WAIT_S)
