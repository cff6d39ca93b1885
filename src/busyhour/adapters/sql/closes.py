"""What became of calls, runs, members and agents: every command but the intents. Those of callers: `arrivals.py`.

Writing a batch again changes nothing: a closed call, an ended run, a final member are not touched any more.

A statement writes one row, found by its key; those of one kind go to the server together (`fetchmany`). One statement
for many rows would be a join, and the planner's guess about that, from statistics that a busy minute makes old, can be
to read the whole table. Statements that change how many members of a run are finished answer (run_id, change).
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from busyhour.adapters.sql import arrivals, recordings, reservations, unknown_callers
from busyhour.adapters.sql.counts import RunCounts
from busyhour.adapters.sql.database import Driver
from busyhour.core import commands as c
from busyhour.core.model.ids import is_callers
from busyhour.core.model.pictures import CallRecord
from busyhour.core.model.supervising import SaveSupervised

# The audit log has each change once, also when a batch is written again, or given back; none when it was so before.
SAVE_RUN = """
WITH before AS (SELECT state FROM run WHERE run_id = $1 AND ended_utc_s IS NULL),
saved AS (
    UPDATE run SET state = $2, ended_utc_s = CASE WHEN $3::boolean THEN $4::float8 END, halted = $5
    WHERE run_id = $1 AND ended_utc_s IS NULL)
INSERT INTO audit_entry (at_utc_s, what, run_id, user_id, address, subject, call, number)
SELECT $4, $6::text, $1, $7::bigint, $8::text, 'run ' || $1::bigint, '', ''
FROM before WHERE $6::text IS NOT NULL AND state <> $2 AND NOT EXISTS (
    SELECT 1 FROM audit_entry WHERE at_utc_s = $4 AND what = $6 AND run_id = $1 AND user_id = $7)
"""
SAVE_PROGRESS = """
UPDATE attempt a SET
    state = CASE WHEN array_position(life.states, $2::text) > array_position(life.states, a.state) THEN $2
        ELSE a.state END,
    ringing_utc_s = coalesce(a.ringing_utc_s, $3), answered_utc_s = coalesce(a.answered_utc_s, $4),
    joined_utc_s = coalesce(a.joined_utc_s, $5), agent_id = coalesce($6, a.agent_id), heard = coalesce($7, a.heard)
FROM (SELECT ARRAY['intent', 'ambiguous', 'sent', 'ringing', 'answered'] AS states) life
WHERE a.call = $1 AND a.state <> 'final'
"""
CLOSE_CALL = """
WITH closed AS (
    UPDATE attempt SET state = 'final', outcome = $2, cause = $3, retry_why = $4,
        ringing_utc_s = coalesce($5, ringing_utc_s), answered_utc_s = coalesce($6, answered_utc_s),
        joined_utc_s = coalesce($7, joined_utc_s), ended_utc_s = $8, talk_ms = $9, agent_id = coalesce($10, agent_id),
        next_due_utc_s = $11, heard = coalesce($13, heard), analysis_ms = coalesce($14, analysis_ms)
    WHERE call = $1 AND state <> 'final'
    RETURNING run_id, member_id, answered_utc_s),
cdr AS (
    UPDATE interaction SET closed_utc_s = $8, outcome = $2, cause = $3, talk_ms = $9
    WHERE interaction_id = $1 AND closed_utc_s IS NULL AND EXISTS (SELECT 1 FROM closed)),
parts AS (
    INSERT INTO segment (interaction_id, segment_no, kind, agent_id, started_utc_s, ended_utc_s, hold_s)
    SELECT $1, s.position, s.part ->> 'kind', (s.part ->> 'agent_id')::bigint,
        (s.part ->> 'started_utc_s')::float8, (s.part ->> 'ended_utc_s')::float8, (s.part ->> 'hold_s')::float8
    FROM closed, jsonb_array_elements($12::jsonb) WITH ORDINALITY s(part, position)),
futures AS (
    UPDATE member SET state = CASE WHEN $11::float8 IS NULL THEN 'final' ELSE 'waiting' END,
        due_utc_s = coalesce($11, due_utc_s), last_outcome = $2, why = $4
    WHERE member_id = (SELECT member_id FROM closed) AND last_call = $1 AND state = 'open'
    RETURNING state)
SELECT run_id, (SELECT count(*) FROM futures WHERE state = 'final') AS change,
    (answered_utc_s IS NOT NULL)::int AS answered, ($2 = 'ABANDONED')::int AS abandoned FROM closed
"""
# A disposition of a call that is still up is only noted: its final record decides about the member. One that waits in a
# hopper to be called again is taken out of it: its item is refused.
SAVE_DISPOSITION = """
WITH before AS (
    SELECT member_id, state FROM member
    WHERE member_id = (SELECT member_id FROM attempt WHERE call = $1) AND last_call = $1
        AND NOT $7::boolean AND state IN ('final', 'waiting', 'taken')
    FOR NO KEY UPDATE),
noted AS (
    UPDATE attempt SET disposition = $3, note = $4, agent_id = coalesce(agent_id, $2),
        next_due_utc_s = CASE WHEN $7 OR state <> 'final' THEN next_due_utc_s ELSE $5 END,
        retry_why = CASE WHEN $7 OR state <> 'final' THEN retry_why ELSE $6 END
    WHERE call = $1),
futures AS (
    UPDATE member SET state = CASE WHEN $5::float8 IS NULL THEN 'final' ELSE 'waiting' END,
        due_utc_s = coalesce($5, due_utc_s), why = $6
    WHERE member_id = (SELECT member_id FROM before)
    RETURNING run_id, state)
SELECT run_id, (state = 'final')::int - ((SELECT state FROM before) = 'final')::int AS change FROM futures
"""
RETURN_ITEM = """
UPDATE member SET state = 'waiting', due_utc_s = coalesce($3, due_utc_s)
WHERE member_id = $1 AND run_id = $2 AND state = 'taken' AND taken_as = $4
"""
# A member stopped by a do-not-call list leaves a line in the reports, as if it had been tried (WD-093).
CLOSE_MEMBER = """
WITH closed AS (
    UPDATE member SET state = 'final', last_outcome = $3, why = $4
    WHERE member_id = $1 AND run_id = $2 AND state IN ('taken', 'waiting')
    RETURNING member_id, run_id, contact_id, list_id, attempts),
noted AS (
    INSERT INTO attempt (call, run_id, campaign_id, member_id, contact_id, list_id, number, contact_name, attempt_no,
        variables, state, outcome, why, retry_why, intent_utc_s, ended_utc_s)
    SELECT 'n' || k.member_id || '-' || k.attempts, k.run_id, r.campaign_id, k.member_id, k.contact_id, k.list_id,
        p.number, n.name, k.attempts + 1, n.attributes, 'final', $3, $4, 'not dialed', utc_s(), utc_s()
    FROM closed k CROSS JOIN LATERAL (SELECT campaign_id FROM run WHERE run_id = k.run_id OFFSET 0) r
    CROSS JOIN LATERAL (SELECT name, attributes FROM contact WHERE contact_id = k.contact_id OFFSET 0) n
    CROSS JOIN LATERAL (SELECT number, count(*) OVER () AS numbers, position FROM contact_point
        WHERE contact_id = k.contact_id) p
    WHERE $3 = 'DNC' AND p.position = k.attempts % p.numbers
    ON CONFLICT DO NOTHING)
SELECT run_id, 1 AS change FROM closed
"""
# What comes later is newer, whatever the clock said: it may have been set back.
SAVE_AGENT = """
WITH changed AS (
    UPDATE agent SET state = $2, state_utc_s = $8, pause_reason = $4, acw_until_utc_s = $6,
        acw_call = CASE WHEN $2 = 'acw' THEN $5 END, session_open = $7
    WHERE agent_id = $1)
INSERT INTO agent_state_change (agent_id, at_utc_s, state, reason, call)
SELECT agent_id, $8, $2, $3, $5 FROM agent WHERE agent_id = $1
ON CONFLICT DO NOTHING
"""

# Of a campaign that was deleted meanwhile nothing is kept.
SAVE_LEARNED = """
INSERT INTO campaign_learned (campaign_id, learned, saved_utc_s)
SELECT campaign_id, $2, $3 FROM campaign WHERE campaign_id = $1
ON CONFLICT (tenant_id, campaign_id) DO UPDATE SET learned = excluded.learned, saved_utc_s = excluded.saved_utc_s
"""
# Two facts of one moment: who listed the number before stays named.
# Given back to a server that lost it, it is written once.
SAVE_SUPERVISED = """
INSERT INTO audit_entry (at_utc_s, agent_id, what, call, number, subject)
SELECT $1, $2, $3, $4, $5, $6
WHERE NOT EXISTS (SELECT 1 FROM audit_entry WHERE at_utc_s = $1 AND agent_id = $2 AND what = $3 AND call = $4)
"""

OPT_OUT = """
WITH listed AS (
    INSERT INTO dnc_entry (number, added_utc_s, source) VALUES ($2, $3, 'key pressed in a call') ON CONFLICT DO NOTHING)
UPDATE attempt SET opted_out_utc_s = coalesce(opted_out_utc_s, $3) WHERE call = $1
"""

LIST_NUMBER = """
WITH gone AS (DELETE FROM dnc_entry WHERE number = $1::text AND $4::boolean)
INSERT INTO dnc_entry (number, added_utc_s, source) SELECT $1::text, $2::float8, $3::text WHERE NOT $4::boolean
ON CONFLICT DO NOTHING
"""

Row = tuple[Any, ...]


def _run(one: c.SaveRun) -> list[Row]:
    user_id, address = (None, None) if one.by is None else (one.by.user_id, one.by.address)
    return [(one.run_id, one.state, one.final, one.at_utc_s, one.halted, one.audit, user_id, address)]


def _progress(one: c.SaveProgress) -> list[Row]:
    if is_callers(one.call):
        return []
    times = (one.ringing_utc_s, one.answered_utc_s, one.joined_utc_s)
    return [(one.call, one.state, *times, one.agent_id, one.heard)]


def _call(one: c.CloseCall) -> list[Row]:
    record: CallRecord = one.record
    return [
        (
            record.call,
            record.outcome,
            record.cause,
            record.retry_why,
            record.ringing_utc_s,
            record.answered_utc_s,
            record.joined_utc_s,
            record.ended_utc_s,
            round(record.talk_s * 1000),
            record.agent_id,
            record.next_due_utc_s,
            msgspec.json.encode(record.segments).decode(),
            record.heard,
            None if record.analysis_s is None else round(record.analysis_s * 1000),
        )
    ]


def _disposition(one: c.SaveDisposition) -> list[Row]:
    if is_callers(one.call):
        return []
    future = (one.next_due_utc_s, one.retry_why, one.keeps_member)
    return [(one.call, one.agent_id, one.disposition, one.note, *future)]


def _items(one: c.ReturnItems) -> list[Row]:
    whose = zip(one.member_ids, one.calls, strict=True)
    return [(member_id, one.run_id, one.due_utc_s, call) for member_id, call in whose]


def _member(one: c.CloseMember) -> list[Row]:
    return [(one.member_id, one.run_id, one.outcome, one.why)]


def _agent(one: c.SaveAgentState) -> list[Row]:
    shown = (one.agent_id, one.state, one.reason, one.pause, one.call)
    return [(*shown, one.acw_until_utc_s, one.session_open, one.at_utc_s)]


def _learned(one: c.SaveLearned) -> list[Row]:
    return [(one.campaign_id, one.learned, one.at_utc_s)]


def _opt_out(one: c.OptOut) -> list[Row]:
    return [(one.call, one.number, one.at_utc_s)]


def _supervised(one: SaveSupervised) -> list[Row]:
    whom = one.about_name if one.lasted_s is None else f"{one.about_name}, {one.lasted_s:.0f} s"
    return [(one.at_utc_s, one.agent_id, one.what, one.call, one.number, whom)]


def _listed(one: c.ListNumbers) -> list[Row]:
    return [(number, one.at_utc_s, one.source, one.off) for number in one.numbers]


STATEMENTS: tuple[tuple[type[c.Keep], str, Callable[[Any], list[Row]]], ...] = (
    (c.SaveRun, SAVE_RUN, _run),
    (c.CloseCall, CLOSE_CALL, _call),
    (c.SaveProgress, SAVE_PROGRESS, _progress),
    (c.SaveDisposition, SAVE_DISPOSITION, _disposition),
    (c.ReturnItems, RETURN_ITEM, _items),
    (c.CloseMember, CLOSE_MEMBER, _member),
    (c.SaveAgentState, SAVE_AGENT, _agent),
    (c.SaveLearned, SAVE_LEARNED, _learned),
    (c.OptOut, OPT_OUT, _opt_out),
    (SaveSupervised, SAVE_SUPERVISED, _supervised),
    (c.ListNumbers, LIST_NUMBER, _listed),
    (c.SaveReservation, reservations.SAVE_RESERVATION, reservations.saved),
    (c.EndReservation, reservations.END_RESERVATION, reservations.ended),
    (c.SkipContact, reservations.SKIP, reservations.skipped),
    *arrivals.STATEMENTS,
    (c.SaveRecording, recordings.SAVE_RECORDING, recordings.saved),
)


async def write(driver: Driver, wave: Sequence[c.Keep], counts: RunCounts) -> None:
    """All of the wave but its intents: who arrived, then all else in the order of `STATEMENTS`."""
    await arrivals.arrive(driver, wave)
    for kind, statement, rows_of in STATEMENTS:
        if rows := [row for one in wave if isinstance(one, kind) for row in rows_of(one)]:
            for answer in await driver.fetchmany(statement, rows):
                counts.note(answer)
    await unknown_callers.note(driver, wave)
