"""What a new owner of a shard finds: agents, trunks, active runs, open calls. Hoppers of the last owner are emptied.
Queues and callers: `adopt_callers.py`."""

import time

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import adopt_callers, campaigns, recordings, reservations
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.items import EARLIER, as_json
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.pictures import AgentProfile, HopperItem, OpenCall, RunPicture
from busyhour.core.model.values import Outcome
from busyhour.service.ports import FloorPicture

MINUTE_S = 60.0
PLACED_LATELY = sa.text("""
SELECT run_id, count(*) AS placed FROM attempt WHERE intent_utc_s > :since_utc_s AND trunk_id IS NOT NULL
GROUP BY run_id
""")
# Members in the memory of the last owner: nobody else knows them, and none of them was dialed. Those that agents look
# at stay theirs.
EMPTY_HOPPERS = sa.text("""
UPDATE member SET state = 'waiting' WHERE state = 'taken' AND member_id NOT IN (SELECT member_id FROM reservation)
""")
AGENTS = sa.text("""
SELECT a.agent_id, u.name, a.phone_kind, a.sip_address, a.leg_mode, a.may_dial, a.acw_s, a.pause_reason,
    a.acw_until_utc_s, a.acw_call, s.call, a.session_open,
    (SELECT jsonb_object_agg(k.skill, k.level) FROM agent_skill k WHERE k.agent_id = a.agent_id) AS skills
FROM agent a JOIN app_user u USING (tenant_id, user_id)
    LEFT JOIN agent_state_change s ON s.tenant_id = a.tenant_id AND s.agent_id = a.agent_id
        AND s.at_utc_s = a.state_utc_s AND s.state = a.state
WHERE NOT a.disabled AND NOT u.disabled ORDER BY a.agent_id
""")
# Two look-ups by their own indexes: one condition for both would read the whole table.
UP = sa.select(t.attempt.c.call).where(t.attempt.c.ended_utc_s.is_(None))
WRAPPED_UP = sa.select(t.agent.c.acw_call).where(t.agent.c.acw_call.is_not(None))
LIVE = sa.select(t.attempt.c.run_id).where(t.attempt.c.call.in_(UP.union(WRAPPED_UP)))
RUNS = sa.select(t.run).where(t.run.c.ended_utc_s.is_(None) | t.run.c.run_id.in_(LIVE)).order_by(t.run.c.run_id)
"""A run that was removed still has the calls that were up then, or are being wrapped up."""
CALLS = sa.text(f"""
SELECT m.*, {EARLIER} AS earlier FROM attempt m WHERE m.call IN (
    SELECT call FROM attempt WHERE ended_utc_s IS NULL UNION SELECT acw_call FROM agent WHERE acw_call IS NOT NULL)
ORDER BY m.call
""")  # noqa: S608 - made of constants


async def read_floor(connection: AsyncConnection, tenant: int, fence: int) -> FloorPicture:
    await connection.execute(EMPTY_HOPPERS)
    return FloorPicture(
        tenant=tenant,
        fence=fence,
        agents=await read_agents(connection),
        trunks=await read_trunks(connection, tenant),
        runs=await read_runs(connection),
        calls=await read_calls(connection),
        reservations=await reservations.read_all(connection),
        **await adopt_callers.read(connection),
        **await recordings.read_open(connection),
    )


async def read_agents(connection: AsyncConnection) -> tuple[AgentProfile, ...]:
    rows = (await connection.execute(AGENTS)).mappings()
    return tuple(msgspec.convert(dict(row) | {"skills": as_json(row["skills"]) or {}}, AgentProfile) for row in rows)


async def read_trunks(connection: AsyncConnection, tenant: int) -> tuple[Trunk, ...]:
    rows = (await connection.execute(sa.select(t.trunk).order_by(t.trunk.c.trunk_id))).mappings()
    return tuple(
        Trunk(
            trunk_id=row["trunk_id"],
            name=row["name"],
            endpoint=f"t{tenant}-{row['trunk_id']}",
            prefix=row["prefix"],
            strip_plus=row["strip_plus"],
            capacity=row["capacity"],
            calls_per_s_max=row["calls_per_s_max"],
        )
        for row in rows
    )


async def read_runs(connection: AsyncConnection) -> tuple[RunPicture, ...]:
    rows = (await connection.execute(RUNS)).mappings().all()
    since = {"since_utc_s": time.time() - MINUTE_S}
    lately = {row.run_id: row.placed for row in await connection.execute(PLACED_LATELY, since)}
    campaign_ids = [row["campaign_id"] for row in rows]
    known = await campaigns.read_some(connection, campaign_ids)
    learned = await campaigns.read_learned(connection, campaign_ids)
    return tuple(
        RunPicture(
            run_id=row["run_id"],
            campaign=known[row["campaign_id"]],
            state=row["state"],
            started_utc_s=row["started_utc_s"],
            placed=row["placed"],
            finished=row["finished"],
            answered=row["answered"],
            abandoned=row["abandoned"],
            placed_last_minute=lately.get(row["run_id"], 0),
            halted=row["halted"],
            learned=learned.get(row["campaign_id"], b""),
        )
        for row in rows
    )


async def read_calls(connection: AsyncConnection) -> tuple[OpenCall, ...]:
    rows = (await connection.execute(CALLS)).mappings()
    return tuple(_open_call(row) for row in rows)


def _open_call(row: sa.RowMapping) -> OpenCall:
    item = HopperItem(
        **{name: row[name] for name in ("call", "member_id", "contact_id", "list_id", "attempt_no", "number")},
        contact_name=row["contact_name"],
        earlier=earlier_of(row),
        variables=as_json(row["variables"]),
    )
    same = {name: row[name] for name in OpenCall.__struct_fields__ if name not in ("item", "outcome", "note")}
    outcome = Outcome(row["outcome"]) if row["outcome"] else None
    return OpenCall(item=item, outcome=outcome, note=row["note"] or "", **same)


def earlier_of(row: sa.RowMapping) -> dict[str, int]:
    """Outcomes of the attempts before this one."""
    earlier: dict[str, int] = as_json(row["earlier"]) or {}
    if row["outcome"]:  # it is over and counts among the others
        earlier[row["outcome"]] -= 1
    return {outcome: count for outcome, count in earlier.items() if count}
