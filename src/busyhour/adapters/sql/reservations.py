"""Contacts that agents look at before the call: kept while it lasts, and what became of those that were passed over."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql.items import as_json
from busyhour.core import commands as c
from busyhour.core.model.pictures import HopperItem, Reservation
from busyhour.core.model.values import Outcome

SAVE_RESERVATION = """
INSERT INTO reservation (call, run_id, member_id, agent_id, item, until_utc_s)
SELECT $1, $2, $3, $4, $5, $6 FROM member WHERE member_id = $3 AND state = 'taken' AND taken_as = $1
ON CONFLICT DO NOTHING
"""
END_RESERVATION = "DELETE FROM reservation WHERE call = $1"
# Like an attempt that was made: it counts among the contact's attempts, and rules may ask for another one.
SKIP = f"""
WITH skipped AS (
    UPDATE member SET state = CASE WHEN $7::float8 IS NULL THEN 'final' ELSE 'waiting' END,
        due_utc_s = coalesce($7, due_utc_s), attempts = $6, last_call = $1, last_number = $6,
        last_outcome = '{Outcome.AGENT_SKIPPED}', why = $8
    WHERE member_id = $3 AND run_id = $2 AND state = 'taken' AND taken_as = $1
    RETURNING run_id, state),
noted AS (
    INSERT INTO attempt (call, run_id, campaign_id, member_id, contact_id, list_id, agent_id, number, contact_name,
        attempt_no, variables, state, outcome, disposition, why, retry_why, intent_utc_s, ended_utc_s, next_due_utc_s)
    SELECT $1, $2, $4, $3, $9, $10, $5, $11, $12, $6, $13, 'final', '{Outcome.AGENT_SKIPPED}', $14, $15, $8, $16, $16,
        $7 FROM skipped
    ON CONFLICT DO NOTHING)
SELECT run_id, (state = 'final')::int AS change FROM skipped
"""  # noqa: S608 - made of constants
RESERVATIONS = sa.text("SELECT item, run_id, agent_id, until_utc_s FROM reservation ORDER BY call")


def saved(one: c.SaveReservation) -> list[tuple[Any, ...]]:
    item = msgspec.json.encode(one.item).decode()
    return [(one.item.call, one.run_id, one.item.member_id, one.agent_id, item, one.until_utc_s)]


def ended(one: c.EndReservation) -> list[tuple[Any, ...]]:
    return [(one.call,)]


def skipped(one: c.SkipContact) -> list[tuple[Any, ...]]:
    item = one.item
    return [
        (
            item.call,
            one.run_id,
            item.member_id,
            one.campaign_id,
            one.agent_id,
            item.attempt_no,
            one.next_due_utc_s,
            one.retry_why,
            item.contact_id,
            item.list_id,
            item.number,
            item.contact_name,
            msgspec.json.encode(item.variables).decode(),
            one.reason or None,
            one.why,
            one.at_utc_s,
        )
    ]


async def read_all(connection: AsyncConnection) -> tuple[Reservation, ...]:
    rows = (await connection.execute(RESERVATIONS)).mappings()
    return tuple(
        Reservation(
            item=msgspec.convert(as_json(row["item"]), HopperItem),
            run_id=row["run_id"],
            agent_id=row["agent_id"],
            until_utc_s=row["until_utc_s"],
        )
        for row in rows
    )
