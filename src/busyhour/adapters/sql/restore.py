"""What a server that failed over has lost, written again: facts, so nothing is asked of the law. What is there stays.

A member is found by its run and contact, not by its number: a server that lost the newest rows gives their numbers out
again. A call whose run, or whose contact with this number, is lost too cannot be written; it is told, and forgotten.
"""

from collections.abc import Sequence

import msgspec
import structlog

from busyhour.adapters.sql import arrivals, called_back, closes, intents
from busyhour.adapters.sql.counts import RunCounts
from busyhour.adapters.sql.database import Driver
from busyhour.adapters.sql.waves import waves
from busyhour.core import commands as c

# The member of a call that is not there, made again where it is lost.
FIND_MEMBER = """
INSERT INTO member (run_id, contact_id, list_id, state)
SELECT r.run_id, $3, $4, 'waiting' FROM run r WHERE r.run_id = $1 AND r.campaign_id = $2
    AND EXISTS (SELECT 1 FROM contact WHERE contact_id = $3)
    AND EXISTS (SELECT 1 FROM contact_point p WHERE p.contact_id = $3 AND p.number = $5)
    AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.call = $6)
ON CONFLICT (tenant_id, run_id, contact_id) DO UPDATE SET contact_id = excluded.contact_id
RETURNING member_id
"""
TAKE = "UPDATE member SET state = 'taken', taken_as = $2 WHERE member_id = $1 AND state <> 'open'"
HAS = "SELECT call FROM attempt WHERE call = ANY($1::text[])"
# The agent was with another call since, or with none: it had ended, though nobody heard.
END_RESERVATIONS = "DELETE FROM reservation WHERE agent_id = $1 AND call IS DISTINCT FROM $2"

log = structlog.get_logger("store")


async def give_back(driver: Driver, keeps: Sequence[c.Keep]) -> int:
    """How many calls the server did not know."""
    counts, missing = RunCounts(), 0
    for wave in waves(keeps):
        await closes.write(driver, [await _findable(driver, one) for one in wave], counts)
        missing += await _place(driver, [one for one in wave if isinstance(one, c.PlaceCall)], counts)
        missing += await _call_back(driver, [one for one in wave if isinstance(one, c.PlaceCallback)])
    in_hand = {one.agent_id: one.call for one in keeps if isinstance(one, c.SaveAgentState)}
    await driver.executemany(END_RESERVATIONS, list(in_hand.items()))
    await counts.write(driver)
    return missing


async def _findable(driver: Driver, keep: c.Keep) -> c.Keep:
    """A contact that an agent passed over is written only while it is taken for that."""
    if not isinstance(keep, c.SkipContact):
        return keep
    item = keep.item
    of = (keep.run_id, keep.campaign_id, item.contact_id, item.list_id, item.number, item.call)
    member_id = await driver.fetchval(FIND_MEMBER, *of)
    if member_id is None:
        return keep
    await driver.execute(TAKE, member_id, item.call)
    return msgspec.structs.replace(keep, item=msgspec.structs.replace(item, member_id=member_id))


async def _place(driver: Driver, placed: Sequence[c.PlaceCall], counts: RunCounts) -> int:
    calls = [one.item.call for one in placed]
    there = {row["call"] for row in await driver.fetch(HAS, calls)} if calls else set()
    missing = [one for one in placed if one.item.call not in there]
    for one in missing:
        item = one.item
        of = (one.run_id, one.campaign_id, item.contact_id, item.list_id, item.number, item.call)
        member_id = await driver.fetchval(FIND_MEMBER, *of)
        written = None if member_id is None else await driver.fetchrow(intents.PLACE, *intents.row_of(one, member_id))
        if written is None:
            log.error("a call cannot be given back: its run or contact is lost too", call=item.call)
        else:
            counts.place(one.run_id)
            counts.note(written)
    return len(missing)


async def _call_back(driver: Driver, placed: Sequence[c.PlaceCallback]) -> int:
    if not placed:
        return 0
    return len(await called_back.write(driver, placed, await driver.fetchval(arrivals.COUNTRY)))
