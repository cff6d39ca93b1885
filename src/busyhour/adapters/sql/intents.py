"""The dial intent: the last look before a call, and its record, in one transaction (architecture decision 4).

Lock the members and their runs; then read, in a new statement and so in a new snapshot, everything the decision looks
at; decide with the core's `may_dial`; write attempt and interaction. The unique indexes on open attempts are the last
barrier against two calls to one number or one contact, whoever asks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from busyhour.adapters.sql.campaigns import campaign_of_settings
from busyhour.adapters.sql.counts import RunCounts
from busyhour.adapters.sql.database import Driver
from busyhour.core.commands import PlaceCall
from busyhour.core.dialer.hours import zones_of
from busyhour.core.dialer.may_dial import NUMBER_LIVE_WAIT_S, DialPicture, Verdict, may_dial
from busyhour.core.events import CallCommitted, CallRefused, Event
from busyhour.core.life.run import RunState
from busyhour.core.model.values import Refusal

# Always in the order of ids, so that two transactions cannot wait for each other.
LOCK = """
WITH runs AS MATERIALIZED (
    SELECT 1 FROM run WHERE run_id = ANY($1::bigint[]) ORDER BY run_id FOR NO KEY UPDATE),
members AS MATERIALIZED (
    SELECT 1 FROM member WHERE member_id = ANY($2::bigint[]) ORDER BY member_id FOR NO KEY UPDATE)
SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM members)
"""
# Each table is looked into by its key, once for each row asked: OFFSET 0 and LIMIT 1 keep the planner from making joins
# of them, which it would do by statistics that are old in a busy minute, and read whole tables.
LOOK = """
SELECT q.call,
    CASE WHEN q.by_hand THEN m.state <> 'open' ELSE m.state = 'taken' AND m.taken_as = q.call END AS member_open,
    r.state AS run_state, r.campaign_id, c.name, c.settings::text, k.time_zone,
    (SELECT zones FROM contact_point p WHERE p.contact_id = q.contact_id AND p.number = q.number LIMIT 1) AS zones,
    (SELECT true FROM dnc_entry d WHERE d.number = q.number LIMIT 1) AS on_dnc,
    (SELECT true FROM contact_point p CROSS JOIN LATERAL (SELECT 1 FROM campaign_list l
            WHERE l.list_id = p.list_id AND l.campaign_id = r.campaign_id AND l.role = 'black' OFFSET 0) l
        WHERE p.number = q.number LIMIT 1) AS on_black,
    (SELECT true FROM attempt a WHERE a.call = q.call LIMIT 1) AS placed,
    coalesce((SELECT true FROM attempt a WHERE a.number = q.number AND a.ended_utc_s IS NULL LIMIT 1),
        (SELECT true FROM caller a WHERE a.reads_as = q.number AND a.ended_utc_s IS NULL LIMIT 1)) AS number_live,
    (SELECT true FROM attempt a WHERE a.contact_id = q.contact_id AND a.ended_utc_s IS NULL LIMIT 1) AS contact_live,
    lately.attempts, lately.oldest, lately.abandoned_utc_s, lately.machine_utc_s
FROM jsonb_to_recordset($1::jsonb) AS q(
    call text, member_id bigint, run_id bigint, contact_id bigint, number text, at_utc_s float8, by_hand boolean)
CROSS JOIN LATERAL (SELECT state, taken_as FROM member WHERE member_id = q.member_id AND run_id = q.run_id
    AND contact_id = q.contact_id OFFSET 0) m
CROSS JOIN LATERAL (SELECT state, campaign_id FROM run WHERE run_id = q.run_id OFFSET 0) r
CROSS JOIN LATERAL (SELECT name, settings FROM campaign WHERE campaign_id = r.campaign_id OFFSET 0) c
CROSS JOIN LATERAL (SELECT time_zone FROM contact WHERE contact_id = q.contact_id OFFSET 0) k
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE a.intent_utc_s > q.at_utc_s - 86400) AS attempts,
    min(intent_utc_s) FILTER (WHERE a.intent_utc_s > q.at_utc_s - 86400) AS oldest,
    max(ended_utc_s) FILTER (WHERE a.outcome = 'ABANDONED') AS abandoned_utc_s,
    max(ended_utc_s) FILTER (WHERE a.outcome = 'ANSWERING_MACHINE') AS machine_utc_s FROM attempt a
    WHERE a.number = q.number AND a.intent_utc_s > q.at_utc_s - 345600 AND a.trunk_id IS NOT NULL) lately
"""
PLACE = """
WITH before AS (SELECT state = 'final' AND last_outcome IS NOT NULL AS counted FROM member WHERE member_id = $4),
placed AS (
    INSERT INTO attempt (call, run_id, campaign_id, member_id, contact_id, list_id, trunk_id, number, contact_name,
        attempt_no, variables, state, why, intent_utc_s, agent_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'intent', $12, $13, $14)
    ON CONFLICT DO NOTHING
    RETURNING call, run_id),
opened AS (
    INSERT INTO interaction (interaction_id, channel, direction, opened_utc_s)
    SELECT call, 'voice', 'out', $13 FROM placed),
moved AS (
    UPDATE member SET state = 'open', attempts = $10, last_call = $1, last_number = $10
    WHERE member_id = $4 AND EXISTS (SELECT 1 FROM placed)),
audited AS (
    INSERT INTO audit_entry (at_utc_s, agent_id, what, call, number)
    SELECT $13, $14, $15::text, call, $8 FROM placed WHERE $15::text IS NOT NULL)
SELECT call, run_id, -(SELECT counted::int FROM before) AS change FROM placed
"""


async def place(driver: Driver, asked: Sequence[PlaceCall], counts: RunCounts) -> list[Event]:
    """One answer for each, in their order. A call that is placed already is answered as placed (idempotence)."""
    if not asked:
        return []
    looks = await _look(driver, asked)
    verdicts = [_judge(looks.get(one.item.call), one) for one in asked]
    wanted = _first_of_each_number(asked, verdicts, looks)
    placed = await _write(driver, wanted, counts)
    return [_answer(one, verdict, looks, placed) for one, verdict in zip(asked, verdicts, strict=True)]


async def _look(driver: Driver, asked: Sequence[PlaceCall]) -> dict[str, Mapping[str, Any]]:
    runs, members = {one.run_id for one in asked}, {one.item.member_id for one in asked}
    await driver.fetchrow(LOCK, sorted(runs), sorted(members))
    rows = [
        {
            "call": one.item.call,
            "member_id": one.item.member_id,
            "run_id": one.run_id,
            "contact_id": one.item.contact_id,
            "number": one.item.number,
            "at_utc_s": one.at_utc_s,
            "by_hand": one.by_hand,
        }
        for one in asked
    ]
    found = await driver.fetch(LOOK, msgspec.json.encode(rows).decode())
    return {row["call"]: row for row in found}


def _judge(look: Mapping[str, Any] | None, one: PlaceCall) -> Verdict:
    if look is None:  # the list, or the run, was deleted meanwhile
        return Verdict(refusal=Refusal.CONTACT_CLOSED)
    verdict = may_dial(
        DialPicture(
            utc_s=one.at_utc_s,
            campaign=campaign_of_settings(look["campaign_id"], look["name"], look["settings"]),
            run_running=look["run_state"] == RunState.RUNNING,
            member_open=bool(look["member_open"]),
            on_dnc=bool(look["on_dnc"] or look["on_black"]),
            zones=zones_of(look["time_zone"], look["zones"] or ()),
            number_live=bool(look["number_live"]),
            attempts_24h=look["attempts"],
            due_utc_s=one.item.due_utc_s,
            oldest_24h_utc_s=look["oldest"],
            abandoned_utc_s=look["abandoned_utc_s"],
            machine_utc_s=look["machine_utc_s"],
            agent_sure=one.agent_id is not None,
        )
    )
    if verdict.refusal is None and look["contact_live"]:
        return Verdict(refusal=Refusal.ATTEMPT_OPEN, due_utc_s=one.at_utc_s + NUMBER_LIVE_WAIT_S)
    return verdict


def _first_of_each_number(
    asked: Sequence[PlaceCall], verdicts: Sequence[Verdict], looks: Mapping[str, Mapping[str, Any]]
) -> list[PlaceCall]:
    """Of those allowed; two of one batch may name the same number, or a number whose day's cap has room for one."""
    wanted: dict[str, PlaceCall] = {}
    for one, verdict in zip(asked, verdicts, strict=True):
        look = looks.get(one.item.call)
        if verdict.refusal is None and look is not None and not look["placed"]:
            wanted.setdefault(one.item.number, one)
    return list(wanted.values())


async def _write(driver: Driver, wanted: Sequence[PlaceCall], counts: RunCounts) -> set[str]:
    placed = await driver.fetchmany(PLACE, [row_of(one, one.item.member_id) for one in wanted]) if wanted else ()
    for row in placed:
        counts.place(row["run_id"])
        counts.note(row)  # a member that was finished, and is dialed by hand
    return {row["call"] for row in placed}


def row_of(one: PlaceCall, member_id: int) -> tuple[Any, ...]:
    item = one.item
    return (
        item.call,
        one.run_id,
        one.campaign_id,
        member_id,
        item.contact_id,
        item.list_id,
        one.trunk.trunk_id,
        item.number,
        item.contact_name,
        item.attempt_no,
        msgspec.json.encode(item.variables).decode(),
        one.why,
        one.at_utc_s,
        one.agent_id,
        one.audit,
    )


def _answer(one: PlaceCall, verdict: Verdict, looks: Mapping[str, Mapping[str, Any]], placed: set[str]) -> Event:
    call = one.item.call
    look = looks.get(call)
    if call in placed or (look is not None and look["placed"]):
        return CallCommitted(call=call)
    if verdict.refusal is not None:
        return CallRefused(call=call, reason=verdict.refusal, due_utc_s=verdict.due_utc_s)
    return CallRefused(call=call, reason=Refusal.NUMBER_LIVE, due_utc_s=one.at_utc_s + NUMBER_LIVE_WAIT_S)
