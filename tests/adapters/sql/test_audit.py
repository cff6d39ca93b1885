"""The audit log: what people change, with what it was before; who logged in, and who could not; and no secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
import sqlalchemy as sa

from busyhour.adapters.sql.campaigns import SqlCampaigns
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.lists import SqlLists
from busyhour.adapters.sql.queues import SqlQueues
from busyhour.adapters.sql.reports import SqlReports
from busyhour.core.model.campaign import Campaign, Hours
from busyhour.core.model.queue import Queue
from busyhour.core.model.values import Audited, DialMode, LegMode, ListRole, PhoneKind, Role
from busyhour.service import records as r
from busyhour.service.acting import ACTING, Acting

ADDED, CHANGED, REMOVED = Audited.ADDED, Audited.CHANGED, Audited.REMOVED


@contextmanager
def acting(user: r.User, address: str = "10.0.0.9") -> Iterator[None]:
    token = ACTING.set(Acting(user.user_id, address))
    yield
    ACTING.reset(token)


@pytest.fixture
async def boss(directory: SqlDirectory, tenant: int) -> r.User:
    return await directory.create_user(tenant, login="boss", name="Bo", role=Role.ADMINISTRATOR, password_hash="h")


async def entries(database: Database, tenant: int, **which: Any) -> list[r.AuditRow]:
    """Oldest first."""
    page = await SqlReports(database).audit(tenant, r.AuditFilter(**which))
    return list(reversed(page.rows))


async def test_a_change_is_kept_with_who_made_it_and_what_was_before(
    database: Database, tenant: int, boss: r.User
) -> None:
    queues = SqlQueues(database)
    with acting(boss):
        queue = await queues.save_queue(tenant, Queue(queue_id=0, name="Sales", priority=9))
        await queues.save_queue(tenant, msgspec.structs.replace(queue, priority=3, prefix="in"))
        await queues.save_queue(tenant, msgspec.structs.replace(queue, priority=3, prefix="in"))  # nothing new
        await queues.delete_queue(tenant, queue.queue_id)
    added, changed, hidden = await entries(database, tenant)
    assert (added.what, changed.what, hidden.what) == (ADDED, CHANGED, CHANGED)
    assert {one.subject for one in (added, changed, hidden)} == {"queue Sales"}
    assert {(one.user_id, one.user_name, one.address) for one in (added, changed)} == {(boss.user_id, "Bo", "10.0.0.9")}
    assert added.detail is not None
    assert (added.detail.before, added.detail.after["priority"]) == ({}, 9)
    assert changed.detail == r.AuditDetail(before={"priority": 9, "prefix": ""}, after={"priority": 3, "prefix": "in"})
    assert hidden.detail == r.AuditDetail(before={"hidden": False}, after={"hidden": True})


async def test_whether_agents_see_who_listens_is_noted_when_it_changes(
    database: Database, directory: SqlDirectory, tenant: int, boss: r.User
) -> None:
    with acting(boss):
        await directory.set_supervision_rule(tenant, r.SupervisionRule(listening_shown=False))
    [changed] = await entries(database, tenant)
    assert changed.detail == r.AuditDetail(before={"listening_shown": True}, after={"listening_shown": False})


async def test_secrets_change_unseen(
    database: Database, directory: SqlDirectory, tenant: int, boss: r.User, database_url: str
) -> None:
    with acting(boss):
        trunk = msgspec.structs.replace(r.demo_trunk("carrier", capacity=3), host="sip.example.net", demo=False)
        saved = await directory.save_trunk(tenant, trunk, secret="hush-1")
        await directory.save_trunk(tenant, saved, secret="hush-2")
        await directory.edit_user(tenant, boss.user_id, password_hash="hush-3")
        await directory.create_token(
            tenant, user_id=boss.user_id, name="wall", prefix="bh_ab", token_hash=b"hush-4", expires_utc_s=None
        )
    subjects = [(row.what, row.subject) for row in await entries(database, tenant)]
    assert [what for what, subject in subjects if subject == "trunk_secret 1"] == [ADDED, REMOVED, ADDED]
    assert (ADDED, "api_token wall") in subjects
    [changed] = [row for row in await entries(database, tenant, what=CHANGED) if row.subject == "app_user boss"]
    assert changed.detail == r.AuditDetail(
        before={"password_hash": "secret"}, after={"password_hash": "another secret"}
    )
    connection = await asyncpg.connect(database_url)
    everything = await connection.fetchval("SELECT string_agg(e::text, ' ') FROM busyhour.audit_entry e")
    await connection.close()
    assert "hush" not in everything
    assert b"hush-4".hex() not in everything


async def test_a_campaign_that_is_saved_again_leaves_one_line_for_each_thing_that_differs(
    database: Database, directory: SqlDirectory, tenant: int, boss: r.User
) -> None:
    campaigns = SqlCampaigns(database)
    agents = []
    for name in ("ann", "bob"):
        user = await directory.create_user(tenant, login=name, name=name, role=Role.AGENT, password_hash="h")
        made = await directory.create_agent(
            tenant, user_id=user.user_id, phone_kind=PhoneKind.BROWSER, sip_address="", leg_mode=LegMode.PERSISTENT
        )
        agents.append(made.agent_id)
    plain = Campaign(
        campaign_id=0, name="c", dial_mode=DialMode.PROGRESSIVE, callee_hours=Hours(), agent_ids=(agents[0],)
    )
    list_id = (await SqlLists(database).create_list(tenant, "people")).list_id
    lists = [(list_id, ListRole.NORMAL)]
    kept = (await campaigns.save_campaign(tenant, plain, lists=lists)).campaign
    with acting(boss):
        wider = msgspec.structs.replace(kept, agent_ids=tuple(agents), acw_max_s=77.0)
        await campaigns.save_campaign(tenant, wider, lists=lists)
    told = [(row.what, row.subject) for row in await entries(database, tenant)]
    assert told == [(CHANGED, "campaign c"), (REMOVED, "campaign_agent"), (ADDED, "campaign_agent")]
    last = (await entries(database, tenant))[-1].detail
    assert last is not None
    assert (last.rows, {row["agent_id"] for row in last.first}) == (2, set(agents))


async def test_many_numbers_are_one_entry(
    database: Database, directory: SqlDirectory, tenant: int, boss: r.User
) -> None:
    with acting(boss):
        await directory.add_dnc(tenant, [f"+3906{n:05d}" for n in range(300)], "web")
    [entry] = await entries(database, tenant)
    assert (entry.what, entry.subject, entry.detail and entry.detail.rows) == (ADDED, "dnc_entry", 300)
    assert entry.detail is not None
    assert len(entry.detail.first) == 20


async def test_what_nobody_asked_for_is_in_no_log(
    database: Database, directory: SqlDirectory, tenant: int, tmp_path: Path
) -> None:
    """Engines act for nobody; neither does the first start."""
    await directory.add_dnc(tenant, ["+3906"], "web")
    await SqlQueues(database).save_queue(tenant, Queue(queue_id=0, name="Sales"))
    assert await entries(database, tenant) == []


async def test_log_ins_good_and_failed_by_user(
    database: Database, directory: SqlDirectory, tenant: int, boss: r.User
) -> None:
    await directory.note_log_in(boss, good=False, address="10.0.0.1")
    await directory.note_log_in(boss, good=True, address="10.0.0.2")
    assert [
        (row.what, row.user_name, row.address) for row in await entries(database, tenant, user_id=boss.user_id)
    ] == [
        (Audited.LOG_IN_FAILED, "Bo", "10.0.0.1"),
        (Audited.LOG_IN, "Bo", "10.0.0.2"),
    ]
    assert await entries(database, tenant, user_id=boss.user_id + 1) == []


async def test_the_log_cannot_be_changed(
    database: Database, tenant: int, directory: SqlDirectory, boss: r.User
) -> None:
    await directory.note_log_in(boss, good=True, address="10.0.0.2")
    for forbidden in ("DELETE FROM audit_entry", "UPDATE audit_entry SET what = 'x'"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            async with database.tenant_transaction(tenant) as connection:
                await connection.execute(sa.text(forbidden))
