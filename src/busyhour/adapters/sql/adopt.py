"""What a new owner of a shard finds: agents, trunks, active runs, open calls. Hoppers of the last owner are emptied."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import campaigns
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.hopper import EARLIER
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.pictures import AgentProfile, HopperItem, OpenCall, RunPicture
from busyhour.service.ports import FloorPicture

# Members in the memory of the last owner: nobody else knows them, and none of them was dialed.
EMPTY_HOPPERS = sa.text("UPDATE member SET state = 'waiting' WHERE state = 'taken'")
AGENTS = sa.text("""
SELECT a.agent_id, u.name, a.phone_kind, a.sip_address, a.leg_mode, a.pause_reason, a.acw_until_utc_s, a.acw_call,
    a.session_open
FROM agent a JOIN app_user u USING (tenant_id, user_id) WHERE NOT a.disabled AND NOT u.disabled ORDER BY a.agent_id
""")
OPEN = sa.select(t.attempt.c.run_id).where(t.attempt.c.state != "final")
RUNS = sa.select(t.run).where(t.run.c.ended_utc_s.is_(None) | t.run.c.run_id.in_(OPEN)).order_by(t.run.c.run_id)
"""A run that was removed still has the calls that were up then."""
CALLS = sa.text(f"SELECT m.*, {EARLIER} AS earlier FROM attempt m WHERE m.ended_utc_s IS NULL ORDER BY m.call")  # noqa: S608 - made of constants


async def read_floor(connection: AsyncConnection, tenant: int, fence: int) -> FloorPicture:
    await connection.execute(EMPTY_HOPPERS)
    return FloorPicture(
        tenant=tenant,
        fence=fence,
        agents=await read_agents(connection),
        trunks=await read_trunks(connection, tenant),
        runs=await read_runs(connection),
        calls=await read_calls(connection),
    )


async def read_agents(connection: AsyncConnection) -> tuple[AgentProfile, ...]:
    rows = (await connection.execute(AGENTS)).mappings()
    return tuple(msgspec.convert(dict(row), AgentProfile) for row in rows)


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
    known = await campaigns.read_some(connection, [row["campaign_id"] for row in rows])
    return tuple(
        RunPicture(
            run_id=row["run_id"],
            campaign=known[row["campaign_id"]],
            state=row["state"],
            started_utc_s=row["started_utc_s"],
            placed=row["placed"],
            finished=row["finished"],
        )
        for row in rows
    )


async def read_calls(connection: AsyncConnection) -> tuple[OpenCall, ...]:
    rows = (await connection.execute(CALLS)).mappings()
    return tuple(
        OpenCall(
            item=HopperItem(
                **{name: row[name] for name in ("call", "member_id", "contact_id", "list_id", "attempt_no", "number")},
                contact_name=row["contact_name"],
                earlier=campaigns.as_json(row["earlier"]) or {},
                variables=campaigns.as_json(row["variables"]),
            ),
            **{name: row[name] for name in OpenCall.__struct_fields__ if name != "item"},
        )
        for row in rows
    )
