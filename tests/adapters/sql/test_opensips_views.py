"""The views under OpenSIPS' names, as a client sees them who has logged in to the database with a role of its own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.queues import SqlQueues
from busyhour.adapters.sql.seal import Seal
from busyhour.core.model.callers import CallerOutcome
from busyhour.core.model.pictures import Segment
from busyhour.core.model.queue import Announce, OverflowAction, OverflowRule, OverflowTrigger, Queue, SkillNeed
from busyhour.core.model.values import EndCause
from tests.contract.inbound import Inbound, InSql

READER = "wallboard"
COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) AS names
FROM information_schema.columns WHERE table_schema = 'opensips' AND table_name LIKE 'cc%' GROUP BY table_name
"""
PROMPT = """
INSERT INTO busyhour.prompt (tenant_id, name, text, language, media, duration_s) VALUES ($1, $2, '', 'en', $2, 1)
"""
AS_THERE = {
    "cc_flows": "id flowid priority skill prependcid max_wrapup_time dissuading_hangup dissuading_onhold_th "
    "dissuading_ewt_th dissuading_qsize_th message_welcome message_queue message_dissuading message_flow_id",
    "cc_agents": "id agentid location logstate msrp_location msrp_max_sessions skills wrapup_end_time wrapup_time",
    "cc_cdrs": "id caller received_timestamp wait_time pickup_time talk_time flow_id agent_id call_type rejected "
    "fstats cid media",
    "cc_calls": "id state media ig_cback no_rej setup_time eta last_start recv_time caller_dn caller_un b2buaid flow "
    "agent script_param",
}
BUSY = Queue(
    queue_id=0,
    name="Front desk (day)",
    priority=3,
    skills=(SkillNeed("sales"), SkillNeed("english", 3)),
    prefix="desk",
    acw_max_s=45.0,
    announce=Announce(welcome="hello", whisper="desk"),
    overflow=(
        OverflowRule(trigger=OverflowTrigger.WAITED, threshold=90.0, action=OverflowAction.ANNOUNCE_THEN_HANGUP),
        OverflowRule(
            trigger=OverflowTrigger.SIZE, threshold=12.0, action=OverflowAction.ANNOUNCE_THEN_QUEUE, prompt="busy"
        ),
        OverflowRule(trigger=OverflowTrigger.NO_AGENTS, action=OverflowAction.REJECT),
    ),
)


@pytest.fixture
async def inbound(database: Database, tmp_path: Path) -> Inbound:
    made = Inbound(InSql(database, tmp_path))
    await made.begin()
    return made


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"DROP ROLE IF EXISTS {READER}; CREATE ROLE {READER} LOGIN PASSWORD 'wall'")
    yield connection
    await connection.execute("SELECT opensips.keep_out($1)", READER)
    await connection.execute(f"DROP ROLE {READER}")
    await connection.close()


@pytest.fixture
async def client(database_url: str, owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """Without a schema of ours in its search path, and without a setting of ours."""
    connection = await asyncpg.connect(f"postgresql://{READER}:wall@{database_url.split('@', 1)[1]}")
    yield connection
    await connection.close()


async def let_read(owner: asyncpg.Connection, tenant: int) -> None:
    await owner.execute("SELECT opensips.let_read($1, $2)", READER, tenant)


async def rows(client: asyncpg.Connection, view: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await client.fetch(f"SELECT * FROM opensips.{view} ORDER BY id")]


@pytest.mark.covers("OC-036", "OC-037", "OC-039", "OC-040", "OC-041", "OC-044")
async def test_columns_have_the_names_of_that_schema(owner: asyncpg.Connection) -> None:
    assert {name: " ".join(columns) for name, columns in await owner.fetch(COLUMNS)} == AS_THERE
    known = dict(await owner.fetch("SELECT * FROM opensips.version"))
    assert known == {"cc_flows": 2, "cc_agents": 3, "cc_cdrs": 2, "cc_calls": 3}


@pytest.mark.covers("OC-006", "OC-037", "OC-039")
async def test_queues_are_flows(inbound: Inbound, owner: asyncpg.Connection, client: asyncpg.Connection) -> None:
    for prompt in ("hello", "desk", "busy"):
        await owner.execute(PROMPT, inbound.side.tenant, prompt)
    busy = await inbound.side.add_queue(BUSY)
    await let_read(owner, inbound.side.tenant)
    plain, found = await rows(client, "cc_flows")
    assert found == {
        "id": busy.queue_id,
        "flowid": "Front_desk_day_",
        "priority": 3,
        "skill": "sales,english",
        "prependcid": "desk",
        "max_wrapup_time": 45,
        "dissuading_hangup": 1,
        "dissuading_onhold_th": 90,
        "dissuading_ewt_th": 0,
        "dissuading_qsize_th": 12,
        "message_welcome": "hello",
        "message_queue": "default",
        "message_dissuading": "busy",
        "message_flow_id": "desk",
    }
    assert (plain["flowid"], plain["priority"], plain["skill"], plain["prependcid"]) == ("Sales", 256, "", None)
    await inbound.side.add_queue(Queue(queue_id=0, name="Front desk [day]"))
    names = [row["flowid"] for row in await rows(client, "cc_flows")]
    assert names == ["Sales", f"Front_desk_day_-{busy.queue_id}", f"Front_desk_day_-{busy.queue_id + 1}"]


@pytest.mark.covers("OC-006", "OC-036", "OC-040")
async def test_agents_with_their_skills_and_their_log_in(
    inbound: Inbound, owner: asyncpg.Connection, client: asyncpg.Connection
) -> None:
    side = inbound.side
    assert isinstance(side, InSql)
    await let_read(owner, side.tenant)
    await side.queues.set_skills(side.tenant, side.agent_id, {"tech": 2, "sales": 1})
    [before] = await rows(client, "cc_agents")
    login = await owner.fetchval("SELECT login FROM busyhour.app_user JOIN busyhour.agent USING (user_id) LIMIT 1")
    assert before == {
        "id": side.agent_id,
        "agentid": login,
        "location": f"sip:a{side.tenant}-{side.agent_id}@localhost",
        "logstate": 0,
        "msrp_location": None,
        "msrp_max_sessions": 4,
        "skills": "sales,tech",
        "wrapup_end_time": 0,
        "wrapup_time": 0,
    }
    await inbound.commit(inbound.agent("acw", None))
    [after] = await rows(client, "cc_agents")
    assert (after["logstate"], after["wrapup_end_time"]) == (1, round(inbound.utc_s + 30))


@pytest.mark.covers("OC-007", "OC-041", "OC-042", "OC-043", "OC-045")
async def test_a_row_for_each_agent_who_let_it_ring_and_one_for_the_end(
    inbound: Inbound, owner: asyncpg.Connection, client: asyncpg.Connection
) -> None:
    side, at = inbound.side, inbound.utc_s
    assert isinstance(side, InSql)
    await let_read(owner, side.tenant)
    for n in range(4):
        await inbound.commit(inbound.came(n), inbound.place_in(inbound.call(n), "queued"))
    asked = [
        Segment(kind=kind, agent_id=side.agent_id, started_utc_s=at + start, ended_utc_s=at + end)
        for kind, start, end in (("missed", 1, 9), ("missed", 12, 20), ("rung", 25, 28), ("agent", 28, 61))
    ]
    taken = {"joined_utc_s": at + 28, "ended_utc_s": at + 61, "wait_s": 28.0, "talk_s": 33.0, "segments": tuple(asked)}
    await inbound.commit(
        inbound.talked(inbound.call(0), **taken),
        inbound.gone(inbound.call(1)),
        inbound.gone(inbound.call(2), CallerOutcome.LOST, cause=EndCause.UNKNOWN),
    )
    found = await rows(client, "cc_cdrs")
    login = await owner.fetchval("SELECT login FROM busyhour.app_user JOIN busyhour.agent USING (user_id) LIMIT 1")
    names = ("call_type", "rejected", "fstats", "wait_time", "pickup_time", "talk_time", "agent_id")
    assert sorted(tuple(row[name] for name in names) for row in found if row["cid"] == found[0]["cid"]) == [
        (-2, 1, 3, 1, 8, 0, login),
        (-2, 2, 3, 12, 8, 0, login),
        (0, 2, 7, 25, 3, 33, login),
    ]
    assert [tuple(row[name] for name in names) for row in found[3:]] == [
        (1, 0, 9, 30, 0, 0, None),
        (-1, 0, 1, 30, 0, 0, None),
    ]
    assert len({row["id"] for row in found}) == 5
    assert len({row["cid"] for row in found}) == 3
    came = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
    assert {(row["caller"], row["received_timestamp"], row["flow_id"], row["media"]) for row in found} == {
        ("+39061234", came, "Sales", 1)
    }


@pytest.mark.covers("OC-008", "OC-044")
async def test_calls_that_are_going_on(inbound: Inbound, owner: asyncpg.Connection, client: asyncpg.Connection) -> None:
    await let_read(owner, inbound.side.tenant)
    for n, state in enumerate(("welcome", "overflow", "queued", "offered", "served")):
        await inbound.commit(inbound.came(n), inbound.place_in(inbound.call(n), state))
    joined = inbound.talked(inbound.call(4)).record.joined_utc_s
    await owner.execute("UPDATE busyhour.caller SET joined_utc_s = $1 WHERE call = $2", joined, inbound.call(4))
    await inbound.commit(inbound.promised(), inbound.back())
    found = await rows(client, "cc_calls")
    assert [row["state"] for row in found] == [1, 2, 4, 5, 6]
    assert {(row["flow"], row["caller_dn"], row["caller_un"], row["recv_time"]) for row in found} == {
        ("Sales", "Ada", "+39061234", int(inbound.utc_s))
    }
    assert [row["b2buaid"] for row in found] == [inbound.call(n) for n in range(5)]
    await inbound.commit(inbound.gone(inbound.call(0)))
    assert [row["state"] for row in await rows(client, "cc_calls")] == [2, 4, 5, 6]


@pytest.mark.covers("I37", "OC-006")
async def test_nothing_of_another_tenant_is_seen_whatever_the_client_sets(
    inbound: Inbound, database: Database, tmp_path: Path, owner: asyncpg.Connection, client: asyncpg.Connection
) -> None:
    other = await SqlDirectory(database, Seal.of(tmp_path)).create_tenant(name="B", time_zone="UTC", country="IT")
    await SqlQueues(database).save_queue(other.tenant_id, Queue(queue_id=0, name="Theirs"))
    await inbound.commit(inbound.came(), inbound.place_in(inbound.call(), "queued"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(client, "cc_flows")
    await let_read(owner, other.tenant_id)
    await client.execute(f"SET busyhour.tenant = '{inbound.side.tenant}'")
    seen = {view: await rows(client, view) for view in AS_THERE}
    assert [row["flowid"] for row in seen.pop("cc_flows")] == ["Theirs"]
    assert seen == {"cc_agents": [], "cc_cdrs": [], "cc_calls": []}
    for refused in (
        "SELECT * FROM busyhour.queue",
        "SELECT * FROM opensips.flow_name",
        "UPDATE opensips.reader SET tenant_id = 1",
        f"SELECT opensips.let_read('{READER}', {inbound.side.tenant})",
        "UPDATE opensips.cc_flows SET priority = 0",
        "INSERT INTO opensips.cc_agents (agentid) VALUES ('x')",
        "SET SESSION AUTHORIZATION busyhour",
    ):
        with pytest.raises((asyncpg.PostgresError, asyncpg.InsufficientPrivilegeError)):
            await client.execute(refused)
    with pytest.raises(asyncpg.RaiseError, match="there is no tenant 999"):
        await let_read(owner, 999)
    await owner.execute("SELECT opensips.keep_out($1)", READER)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(client, "cc_flows")
