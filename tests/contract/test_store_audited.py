"""I38: who starts, pauses, goes on with or removes a run, and who imports contacts, is in the audit log by the commit
that does it; once, and with no entry for what nobody asked for."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from busyhour.adapters.sql.queues import SqlQueues
from busyhour.core import commands as c
from busyhour.core.life.callback import CallbackState
from busyhour.core.model.callers import Callback
from busyhour.core.model.fact import Asker
from busyhour.core.model.queue import CallbackRule, Queue
from busyhour.core.model.values import Audited, ListRole, Role
from busyhour.service import records as r
from busyhour.service.acting import ACTING, Acting
from busyhour.service.errors import Conflict, FenceLost

from .conftest import World, new_contact

pytestmark = pytest.mark.covers("I38")

SAME_COMMIT = "SELECT a.xmin::text = r.xmin::text AS same FROM audit_entry a JOIN run r USING (run_id)"


@contextmanager
def acting(user: r.User) -> Iterator[None]:
    token = ACTING.set(Acting(user.user_id, "10.0.0.9"))
    yield
    ACTING.reset(token)


async def boss_of(world: World, name: str = "Bo") -> r.User:
    return await world.directory.create_user(
        world.tenant, login=name.lower(), name=name, role=Role.SUPERVISOR, password_hash="h"
    )


async def running(world: World) -> int:
    """A run that nobody whom the log would name has started."""
    list_id = await world.add_list("people", [new_contact(1)])
    return await world.start((list_id, ListRole.NORMAL))


def asked(world: World, boss: r.User, state: str, audit: Audited) -> c.SaveRun:
    return c.SaveRun(
        run_id=world.run_id,
        state=state,
        at_utc_s=world.utc_s,
        final=state == "removed",
        audit=audit,
        by=Asker(user_id=boss.user_id, address="10.0.0.9"),
    )


async def told(world: World) -> list[tuple[str, str | None, str | None, str | None, str | None]]:
    """Oldest first: what, of what, of which campaign, by whom, from where."""
    page = await world.reports.audit(world.tenant, r.AuditFilter())
    return [(x.what, x.subject, x.campaign_name, x.user_name, x.address) for x in reversed(page.rows)]


async def test_who_starts_a_run_is_kept_by_the_commit_that_makes_it(world: World) -> None:
    await running(world)
    boss, campaign_id = await boss_of(world), world.campaign.campaign_id
    with acting(boss), pytest.raises(Conflict):
        await world.campaigns.start_run(world.tenant, campaign_id)  # there is one
    assert await told(world) == []
    await world.commit(c.SaveRun(run_id=world.run_id, state="removed", at_utc_s=world.utc_s, final=True))
    with acting(boss):
        again = await world.campaigns.start_run(world.tenant, campaign_id)
    assert await told(world) == [("run started", f"run {again.run_id}", "campaign 0", "Bo", "10.0.0.9")]
    assert await world.rows(SAME_COMMIT) == [{"same": True}]
    [entry] = (await world.reports.audit(world.tenant, r.AuditFilter(what=Audited.RUN_STARTED))).rows
    assert entry.campaign_id == campaign_id
    assert abs(entry.at_utc_s - time.time()) < 60.0


async def test_who_pauses_goes_on_and_removes_is_kept_by_the_commit_that_does_it(world: World) -> None:
    run_id = await running(world)
    bo, cy = await boss_of(world), await boss_of(world, "Cy")
    steps = (
        (bo, "paused", Audited.RUN_PAUSED),
        (cy, "running", Audited.RUN_UNPAUSED),
        (bo, "removed", Audited.RUN_REMOVED),
    )
    for boss, state, audit in steps:
        world.utc_s += 1.0
        await world.commit(asked(world, boss, state, audit))
        last = f"{SAME_COMMIT} ORDER BY a.entry_id DESC LIMIT 1"
        assert await world.rows(last) == [{"same": True}]
    assert await told(world) == [
        (audit, f"run {run_id}", "campaign 0", boss.name, "10.0.0.9") for boss, _, audit in steps
    ]


async def test_all_that_one_person_did_is_found_by_who_they_are_on_the_floor(world: World) -> None:
    await running(world)
    [ann] = await world.directory.users(world.tenant)
    await world.commit(asked(world, ann, "paused", Audited.RUN_PAUSED))
    found = await world.reports.audit(world.tenant, r.AuditFilter(agent_id=ann.agent_id))
    assert [row.what for row in found.rows] == ["run paused"]
    assert (await world.reports.audit(world.tenant, r.AuditFilter(agent_id=world.agent_id + 1))).rows == ()


async def test_neither_run_nor_log_changes_without_the_other(world: World) -> None:
    await running(world)
    pause = asked(world, await boss_of(world), "paused", Audited.RUN_PAUSED)
    with pytest.raises(FenceLost):
        await world.store.commit(world.tenant, world.fence - 1, [pause])
    assert await told(world) == []
    assert (await world.campaigns.run(world.tenant, world.run_id)).state == "running"


async def test_a_change_is_in_the_log_once(world: World) -> None:
    """A batch whose outcome was not known is written again; a pause of a paused run is written to be sure; and what an
    engine gives back to a server that failed over may be there."""
    await running(world)
    boss = await boss_of(world)
    batch = [asked(world, boss, "paused", Audited.RUN_PAUSED)]
    world.utc_s += 1.0
    batch.append(asked(world, boss, "running", Audited.RUN_UNPAUSED))
    await world.commit(*batch)
    await world.commit(*batch)
    assert [what for what, *_ in await told(world)] == ["run paused", "run unpaused"]
    world.utc_s += 1.0
    await world.commit(asked(world, boss, "paused", Audited.RUN_PAUSED))
    world.utc_s += 1.0
    await world.commit(asked(world, boss, "paused", Audited.RUN_PAUSED))
    removed = asked(world, boss, "removed", Audited.RUN_REMOVED)
    await world.commit(removed)
    await world.commit(removed)
    assert [what for what, *_ in await told(world)] == ["run paused", "run unpaused", "run paused", "run removed"]


async def test_what_a_run_does_by_itself_is_in_its_record_and_not_in_the_log(world: World) -> None:
    await running(world)
    halted = "paused by itself: nobody answers"
    await world.commit(c.SaveRun(run_id=world.run_id, state="paused", at_utc_s=world.utc_s, final=False, halted=halted))
    assert await told(world) == []
    assert (await world.campaigns.run(world.tenant, world.run_id)).halted == halted


async def test_who_imports_contacts_is_kept_with_how_many(world: World) -> None:
    boss = await boss_of(world)
    with acting(boss):
        await world.add_list("north", [new_contact(1), new_contact(2)])
    assert [entry[:2] + entry[3:] for entry in await told(world)] == [
        ("added", "contact_list north", "Bo", "10.0.0.9"),
        ("contacts imported", "contact_list north", "Bo", "10.0.0.9"),
    ]
    [entry] = (await world.reports.audit(world.tenant, r.AuditFilter(what=Audited.CONTACTS_IMPORTED))).rows
    assert entry.detail == r.AuditDetail(after={"file_name": "test.csv"}, rows=2)
    same = "SELECT a.xmin::text = l.xmin::text AS same FROM audit_entry a, contact_list l WHERE a.what LIKE '%imported'"
    assert await world.rows(same) == [{"same": True}]


async def test_who_cancels_a_callback_is_kept_once(world: World) -> None:
    await running(world)
    boss = await boss_of(world)
    queue = await SqlQueues(world.database).save_queue(world.tenant, Queue(queue_id=0, name="Sales"))
    promise = Callback(
        callback="k1",
        queue_id=queue.queue_id,
        number="+39061234",
        rule=CallbackRule(),
        since_utc_s=world.utc_s - 60,
        promised_utc_s=world.utc_s,
    )
    await world.commit(c.SaveCallback(callback=promise, at_utc_s=world.utc_s))
    assert await told(world) == []
    canceled = msgspec.structs.replace(promise, state=CallbackState.GIVEN_UP)
    by = Asker(user_id=boss.user_id, address="10.0.0.9")
    for _ in range(2):
        await world.commit(c.SaveCallback(callback=canceled, at_utc_s=world.utc_s, canceled_by=by))
        assert await told(world) == [(Audited.CALLBACK_CANCELED, "queue Sales", None, "Bo", "10.0.0.9")]
    [entry] = (await world.reports.audit(world.tenant, r.AuditFilter())).rows
    assert (entry.number, entry.call) == ("+39061234", "")
    same = "SELECT a.xmin::text = k.xmin::text AS same FROM audit_entry a, callback k"
    assert await world.rows(same) == [{"same": True}]
