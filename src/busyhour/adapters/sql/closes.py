"""What became of calls, runs, members and agents: every command but the intent, one statement for each kind.

Writing a batch again changes nothing: a closed call, an ended run, a final member are not touched any more.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.core import commands as c

SAVE_RUN = sa.text("""
UPDATE run r SET state = q.state, ended_utc_s = CASE WHEN q.final THEN q.at_utc_s END
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(run_id bigint, state text, at_utc_s float8, final boolean)
WHERE r.run_id = q.run_id AND r.ended_utc_s IS NULL
""")
SAVE_PROGRESS = sa.text("""
UPDATE attempt a SET
    state = CASE WHEN array_position(life.states, q.state) > array_position(life.states, a.state) THEN q.state
        ELSE a.state END,
    ringing_utc_s = coalesce(a.ringing_utc_s, q.ringing_utc_s),
    answered_utc_s = coalesce(a.answered_utc_s, q.answered_utc_s),
    joined_utc_s = coalesce(a.joined_utc_s, q.joined_utc_s),
    agent_id = coalesce(q.agent_id, a.agent_id)
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(call text, state text, ringing_utc_s float8, answered_utc_s float8,
        joined_utc_s float8, agent_id bigint),
    (SELECT ARRAY['intent', 'ambiguous', 'sent', 'ringing', 'answered'] AS states) life
WHERE a.call = q.call AND a.state <> 'final'
""")
CLOSE_CALL = sa.text("""
WITH closed AS (
    UPDATE attempt a SET state = 'final', outcome = q.outcome, cause = q.cause, retry_why = q.retry_why,
        ringing_utc_s = coalesce(q.ringing_utc_s, a.ringing_utc_s),
        answered_utc_s = coalesce(q.answered_utc_s, a.answered_utc_s),
        joined_utc_s = coalesce(q.joined_utc_s, a.joined_utc_s), ended_utc_s = q.ended_utc_s,
        talk_ms = round(q.talk_s * 1000), agent_id = coalesce(q.agent_id, a.agent_id),
        next_due_utc_s = q.next_due_utc_s
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(call text, outcome text, cause text, ringing_utc_s float8,
        answered_utc_s float8, joined_utc_s float8, ended_utc_s float8, talk_s float8, agent_id bigint,
        next_due_utc_s float8, retry_why text, segments jsonb)
    WHERE a.call = q.call AND a.state <> 'final'
    RETURNING a.call, a.member_id, a.outcome, a.cause, a.ended_utc_s, a.talk_ms, a.next_due_utc_s, a.retry_why,
        q.segments),
cdr AS (
    UPDATE interaction i SET closed_utc_s = k.ended_utc_s, outcome = k.outcome, cause = k.cause, talk_ms = k.talk_ms
    FROM closed k WHERE i.interaction_id = k.call AND i.closed_utc_s IS NULL),
parts AS (
    INSERT INTO segment (interaction_id, segment_no, kind, agent_id, started_utc_s, ended_utc_s, hold_s)
    SELECT k.call, s.position, s.part ->> 'kind', (s.part ->> 'agent_id')::bigint,
        (s.part ->> 'started_utc_s')::float8, (s.part ->> 'ended_utc_s')::float8, (s.part ->> 'hold_s')::float8
    FROM closed k, jsonb_array_elements(k.segments) WITH ORDINALITY s(part, position)),
futures AS (
    UPDATE member m SET state = CASE WHEN k.next_due_utc_s IS NULL THEN 'final' ELSE 'waiting' END,
        due_utc_s = coalesce(k.next_due_utc_s, m.due_utc_s), last_outcome = k.outcome, why = k.retry_why
    FROM closed k WHERE m.member_id = k.member_id AND m.last_call = k.call AND m.state = 'open'
    RETURNING m.run_id, m.state)
UPDATE run r SET finished = r.finished + n.members
FROM (SELECT run_id, count(*) AS members FROM futures WHERE state = 'final' GROUP BY run_id) n
WHERE r.run_id = n.run_id
""")
# A disposition of a call that is still up is only noted: its final record decides about the member.
SAVE_DISPOSITION = sa.text("""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(call text, agent_id bigint, disposition text,
        note text, next_due_utc_s float8, retry_why text, keeps_member boolean)),
before AS (
    SELECT m.member_id, m.run_id, m.state, q.next_due_utc_s, q.retry_why
    FROM asked q JOIN member m ON m.last_call = q.call
    WHERE m.member_id = (SELECT member_id FROM attempt a WHERE a.call = q.call)
        AND NOT q.keeps_member AND m.state IN ('final', 'waiting')
    FOR NO KEY UPDATE OF m),
noted AS (
    UPDATE attempt a SET disposition = q.disposition, note = q.note, agent_id = coalesce(a.agent_id, q.agent_id),
        next_due_utc_s = CASE WHEN q.keeps_member OR a.state <> 'final' THEN a.next_due_utc_s ELSE q.next_due_utc_s END,
        retry_why = CASE WHEN q.keeps_member OR a.state <> 'final' THEN a.retry_why ELSE q.retry_why END
    FROM asked q WHERE a.call = q.call),
futures AS (
    UPDATE member m SET state = CASE WHEN b.next_due_utc_s IS NULL THEN 'final' ELSE 'waiting' END,
        due_utc_s = coalesce(b.next_due_utc_s, m.due_utc_s), why = b.retry_why
    FROM before b WHERE m.member_id = b.member_id
    RETURNING m.run_id, (m.state = 'final')::int - (b.state = 'final')::int AS change)
UPDATE run r SET finished = r.finished + n.change
FROM (SELECT run_id, sum(change) AS change FROM futures GROUP BY run_id HAVING sum(change) <> 0) n
WHERE r.run_id = n.run_id
""")
RETURN_ITEMS = sa.text("""
UPDATE member m SET state = 'waiting', due_utc_s = coalesce(q.due_utc_s, m.due_utc_s)
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(run_id bigint, member_id bigint, due_utc_s float8)
WHERE m.member_id = q.member_id AND m.run_id = q.run_id AND m.state = 'taken'
""")
# A member stopped by a do-not-call list leaves a line in the reports, as if it had been tried (WD-093).
CLOSE_MEMBER = sa.text("""
WITH closed AS (
    UPDATE member m SET state = 'final', last_outcome = q.outcome, why = q.why
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(run_id bigint, member_id bigint, outcome text, why text)
    WHERE m.member_id = q.member_id AND m.run_id = q.run_id AND m.state IN ('taken', 'waiting')
    RETURNING m.member_id, m.run_id, m.contact_id, m.list_id, m.attempts, m.last_outcome, m.why),
noted AS (
    INSERT INTO attempt (call, run_id, campaign_id, member_id, contact_id, list_id, number, contact_name, attempt_no,
        variables, state, outcome, why, retry_why, intent_utc_s, ended_utc_s)
    SELECT 'n' || k.member_id || '-' || k.attempts, k.run_id, r.campaign_id, k.member_id, k.contact_id, k.list_id,
        p.number, n.name, k.attempts + 1, n.attributes, 'final', k.last_outcome, k.why, 'not dialed', utc_s(), utc_s()
    FROM closed k JOIN run r ON r.run_id = k.run_id JOIN contact n ON n.contact_id = k.contact_id
    CROSS JOIN LATERAL (SELECT number, count(*) OVER () AS numbers, position FROM contact_point
        WHERE contact_id = k.contact_id) p
    WHERE k.last_outcome = 'DNC' AND p.position = k.attempts % p.numbers
    ON CONFLICT DO NOTHING)
UPDATE run r SET finished = r.finished + n.members
FROM (SELECT run_id, count(*) AS members FROM closed GROUP BY run_id) n WHERE r.run_id = n.run_id
""")
SAVE_AGENT = sa.text("""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(agent_id bigint, state text, reason text, pause text,
        call text,
        acw_until_utc_s float8, session_open boolean, at_utc_s float8)),
changed AS (
    UPDATE agent a SET state = q.state, state_utc_s = q.at_utc_s, pause_reason = q.pause,
        acw_until_utc_s = q.acw_until_utc_s, acw_call = CASE WHEN q.state = 'acw' THEN q.call END,
        session_open = q.session_open
    FROM asked q WHERE a.agent_id = q.agent_id AND a.state_utc_s <= q.at_utc_s
    RETURNING a.agent_id)
INSERT INTO agent_state_change (agent_id, at_utc_s, state, reason, call)
SELECT q.agent_id, q.at_utc_s, q.state, q.reason, q.call FROM asked q
WHERE EXISTS (SELECT 1 FROM agent a WHERE a.agent_id = q.agent_id)
ON CONFLICT DO NOTHING
""")

STATEMENTS: tuple[tuple[type[c.Keep], sa.TextClause], ...] = (
    (c.SaveRun, SAVE_RUN),
    (c.CloseCall, CLOSE_CALL),
    (c.SaveProgress, SAVE_PROGRESS),
    (c.SaveDisposition, SAVE_DISPOSITION),
    (c.ReturnItems, RETURN_ITEMS),
    (c.CloseMember, CLOSE_MEMBER),
    (c.SaveAgentState, SAVE_AGENT),
)


async def write(connection: AsyncConnection, wave: Sequence[c.Keep]) -> None:
    """All of the wave but its intents."""
    for kind, statement in STATEMENTS:
        rows = [row for one in wave if isinstance(one, kind) for row in rows_of(one)]
        if rows:
            await connection.execute(statement, {"rows": msgspec.json.encode(rows).decode()})


def rows_of(keep: c.Keep) -> list[Any]:
    match keep:
        case c.CloseCall(record=record):
            return [record]
        case c.ReturnItems(run_id=run_id, member_ids=ids, due_utc_s=due_utc_s):
            return [{"run_id": run_id, "member_id": one, "due_utc_s": due_utc_s} for one in ids]
    return [keep]
