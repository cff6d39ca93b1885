"""The dial intent: the last look before a call, and its record, in one transaction (architecture decision 4).

Lock the members and their runs; then read, in a new statement and so in a new snapshot, everything the decision looks
at; decide with the core's `may_dial`; write attempt and interaction. The unique indexes on open attempts are the last
barrier against two calls to one number or one contact, whoever asks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import campaigns
from busyhour.core.commands import PlaceCall
from busyhour.core.dialer.hours import zone
from busyhour.core.dialer.may_dial import NUMBER_LIVE_WAIT_S, DialPicture, Verdict, may_dial
from busyhour.core.events import CallCommitted, CallRefused, Event
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import Refusal

ASKED = """jsonb_to_recordset(CAST(:asked AS jsonb)) AS q(
    call text, member_id bigint, run_id bigint, contact_id bigint, number text, at_utc_s float8)"""

# Always in the order of ids, so that two transactions cannot wait for each other.
LOCK = sa.text("""
WITH runs AS MATERIALIZED (
    SELECT 1 FROM run WHERE run_id = ANY(CAST(:runs AS bigint[])) ORDER BY run_id FOR NO KEY UPDATE),
members AS MATERIALIZED (
    SELECT 1 FROM member WHERE member_id = ANY(CAST(:members AS bigint[])) ORDER BY member_id FOR NO KEY UPDATE)
SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM members)
""")
LOOK = sa.text(f"""
SELECT q.call, m.state = 'taken' AS member_open, r.state AS run_state, r.campaign_id, k.time_zone,
    (SELECT zones FROM contact_point p WHERE p.contact_id = q.contact_id AND p.number = q.number LIMIT 1) AS zones,
    (SELECT count(*) FROM dnc_entry d WHERE d.number = q.number) > 0 OR EXISTS (
        SELECT 1 FROM contact_point p JOIN campaign_list l USING (tenant_id, list_id)
        WHERE p.number = q.number AND l.campaign_id = r.campaign_id AND l.role = 'black') AS on_dnc,
    EXISTS (SELECT 1 FROM attempt a WHERE a.call = q.call) AS placed,
    EXISTS (SELECT 1 FROM attempt a WHERE a.number = q.number AND a.state <> 'final') AS number_live,
    EXISTS (SELECT 1 FROM attempt a WHERE a.contact_id = q.contact_id AND a.state <> 'final') AS contact_live,
    day.attempts, day.oldest
FROM {ASKED}
JOIN member m ON m.member_id = q.member_id AND m.run_id = q.run_id AND m.contact_id = q.contact_id
JOIN run r ON r.run_id = q.run_id
JOIN contact k ON k.contact_id = q.contact_id
CROSS JOIN LATERAL (SELECT count(*) AS attempts, min(intent_utc_s) AS oldest FROM attempt a
    WHERE a.number = q.number AND a.intent_utc_s > q.at_utc_s - 86400 AND a.trunk_id IS NOT NULL) day
""")  # noqa: S608 - made of constants
PLACE = sa.text("""
WITH placed AS (
    INSERT INTO attempt (call, run_id, campaign_id, member_id, contact_id, list_id, trunk_id, number, contact_name,
        attempt_no, variables, state, why, intent_utc_s)
    SELECT call, run_id, campaign_id, member_id, contact_id, list_id, trunk_id, number, contact_name, attempt_no,
        variables, 'intent', why, at_utc_s
    FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS q(call text, run_id bigint, campaign_id bigint, member_id bigint,
        contact_id bigint, list_id bigint, trunk_id bigint, number text, contact_name text, attempt_no integer,
        variables jsonb, why text, at_utc_s float8)
    ON CONFLICT DO NOTHING
    RETURNING call, run_id, member_id, attempt_no, intent_utc_s),
opened AS (
    INSERT INTO interaction (interaction_id, channel, direction, opened_utc_s)
    SELECT call, 'voice', 'out', intent_utc_s FROM placed),
moved AS (
    UPDATE member m SET state = 'open', attempts = p.attempt_no, last_call = p.call, last_number = p.attempt_no
    FROM placed p WHERE m.member_id = p.member_id),
counted AS (
    UPDATE run r SET placed = r.placed + n.calls
    FROM (SELECT run_id, count(*) AS calls FROM placed GROUP BY run_id) n WHERE r.run_id = n.run_id)
SELECT call FROM placed
""")


async def place(connection: AsyncConnection, asked: Sequence[PlaceCall]) -> list[Event]:
    """One answer for each, in their order. A call that is placed already is answered as placed (idempotence)."""
    if not asked:
        return []
    looks = await _look(connection, asked)
    verdicts = [_judge(looks.get(one.item.call), one) for one in asked]
    wanted = _first_of_each_number(asked, verdicts, looks)
    placed = await _write(connection, wanted)
    return [_answer(one, verdict, looks, placed) for one, verdict in zip(asked, verdicts, strict=True)]


async def _look(connection: AsyncConnection, asked: Sequence[PlaceCall]) -> dict[str, dict[str, Any]]:
    runs, members = {one.run_id for one in asked}, {one.item.member_id for one in asked}
    await connection.execute(LOCK, {"runs": sorted(runs), "members": sorted(members)})
    rows = [
        {
            "call": one.item.call,
            "member_id": one.item.member_id,
            "run_id": one.run_id,
            "contact_id": one.item.contact_id,
            "number": one.item.number,
            "at_utc_s": one.at_utc_s,
        }
        for one in asked
    ]
    found = (await connection.execute(LOOK, {"asked": msgspec.json.encode(rows).decode()})).mappings().all()
    settings = await campaigns.read_some(connection, sorted({row["campaign_id"] for row in found}))
    return {row["call"]: dict(row) | {"campaign": settings[row["campaign_id"]]} for row in found}


def _judge(look: dict[str, Any] | None, one: PlaceCall) -> Verdict:
    if look is None:  # the list, or the run, was deleted meanwhile
        return Verdict(refusal=Refusal.CONTACT_CLOSED)
    campaign: Campaign = look["campaign"]
    verdict = may_dial(
        DialPicture(
            utc_s=one.at_utc_s,
            campaign=campaign,
            run_running=look["run_state"] == RunState.RUNNING,
            member_open=look["member_open"],
            on_dnc=look["on_dnc"],
            zones=zones_of(look["time_zone"], look["zones"]),
            number_live=look["number_live"],
            attempts_24h=look["attempts"],
            oldest_24h_utc_s=look["oldest"],
        )
    )
    if verdict.refusal is None and look["contact_live"]:
        return Verdict(refusal=Refusal.ATTEMPT_OPEN, due_utc_s=one.at_utc_s + NUMBER_LIVE_WAIT_S)
    return verdict


def _first_of_each_number(
    asked: Sequence[PlaceCall], verdicts: Sequence[Verdict], looks: Mapping[str, dict[str, Any]]
) -> list[PlaceCall]:
    """Of those allowed; two of one batch may name the same number, or a number whose day's cap has room for one."""
    wanted: dict[str, PlaceCall] = {}
    for one, verdict in zip(asked, verdicts, strict=True):
        look = looks.get(one.item.call)
        if verdict.refusal is None and look is not None and not look["placed"]:
            wanted.setdefault(one.item.number, one)
    return list(wanted.values())


async def _write(connection: AsyncConnection, wanted: Sequence[PlaceCall]) -> set[str]:
    if not wanted:
        return set()
    rows = [
        {name: getattr(one.item, name) for name in ITEM_FIELDS}
        | {
            "run_id": one.run_id,
            "campaign_id": one.campaign_id,
            "trunk_id": one.trunk.trunk_id,
            "why": one.why,
            "at_utc_s": one.at_utc_s,
        }
        for one in wanted
    ]
    return set((await connection.execute(PLACE, {"asked": msgspec.json.encode(rows).decode()})).scalars())


ITEM_FIELDS = ("call", "member_id", "contact_id", "list_id", "attempt_no", "number", "contact_name", "variables")


def _answer(one: PlaceCall, verdict: Verdict, looks: Mapping[str, dict[str, Any]], placed: set[str]) -> Event:
    call = one.item.call
    look = looks.get(call)
    if call in placed or (look is not None and look["placed"]):
        return CallCommitted(call=call)
    if verdict.refusal is not None:
        return CallRefused(call=call, reason=verdict.refusal, due_utc_s=verdict.due_utc_s)
    return CallRefused(call=call, reason=Refusal.NUMBER_LIVE, due_utc_s=one.at_utc_s + NUMBER_LIVE_WAIT_S)


def zones_of(own: str | None, possible: Sequence[str] | None) -> tuple[str, ...]:
    """The contact's own zone, else every zone the number may be in. Names that do not exist say nothing."""
    for names in ((own,) if own else (), possible or ()):
        known = tuple(name for name in names if _exists(name))
        if known:
            return known
    return ()


def _exists(name: str) -> bool:
    try:
        zone(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
