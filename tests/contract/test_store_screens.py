"""The screens' side: campaigns with their faults, lists and imports, reports that agree with what was committed."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest

from busyhour.core import commands as c
from busyhour.core.model.campaign import Campaign, Hours, RetryRule
from busyhour.core.model.values import DialMode, ListRole, Outcome, RetryMode
from busyhour.service import records as r
from busyhour.service.errors import Conflict, Invalid, NotFound

from .conftest import World, new_contact, number

NORMAL, BLACK = ListRole.NORMAL, ListRole.BLACK


def campaign(**settings: Any) -> Campaign:
    return Campaign(**({"campaign_id": 0, "name": "Spring", "dial_mode": DialMode.PROGRESSIVE} | settings))


async def test_a_campaign_comes_back_as_it_was_saved(world: World) -> None:
    people, black = await world.add_list("people", []), await world.add_list("black", [])
    asked = campaign(
        trunk_ids=(world.trunk_id,),
        agent_ids=(world.agent_id,),
        active_hours=Hours(from_s=3600, until_s=7200, days=(1, 7)),
        retry_rules=(
            RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=300),
            RetryRule(outcome=Outcome.HANDLED, disposition="LATER", max_attempts=9, delay_s=60, mode=RetryMode.MULTI),
        ),
    )
    saved = await world.campaigns.save_campaign(world.tenant, asked, lists=((people, NORMAL), (black, BLACK)))
    assert saved.campaign == msgspec.structs.replace(asked, campaign_id=saved.campaign.campaign_id)
    assert [(one.name, one.role) for one in saved.lists] == [("people", NORMAL), ("black", BLACK)]
    assert saved.faults == ()
    changed = msgspec.structs.replace(saved.campaign, retry_rules=(), priority=3)
    await world.campaigns.save_campaign(world.tenant, changed, lists=((people, NORMAL),))
    assert (await world.campaigns.campaign(world.tenant, changed.campaign_id)).campaign == changed
    with pytest.raises(Conflict, match="name"):
        await world.campaigns.save_campaign(world.tenant, asked, lists=())


async def test_each_fault_says_what_to_do_and_keeps_the_campaign_from_starting(world: World) -> None:
    bare = await world.campaigns.save_campaign(world.tenant, campaign(), lists=())
    assert [fault.split(".")[0] for fault in bare.faults] == [
        "It has no trunk",
        "It has no contact list",
        "It has no agents",
    ]
    silent = await world.campaigns.save_campaign(
        world.tenant, campaign(name="Message", dial_mode=DialMode.AGENTLESS), lists=(), status="closed"
    )
    assert any("no message to play" in fault for fault in silent.faults)
    with pytest.raises(Invalid, match="no trunk"):
        await world.campaigns.start_run(world.tenant, bare.campaign.campaign_id)
    with pytest.raises(Invalid, match="time zone"):
        await world.campaigns.save_campaign(world.tenant, campaign(time_zone="Europe/Atlantis"), lists=())
    with pytest.raises(Invalid, match="trunk_ids"):
        await world.campaigns.save_campaign(world.tenant, campaign(name="x", trunk_ids=(99,)), lists=())


@pytest.mark.covers("WD-098", "U-17")
async def test_a_campaign_has_one_active_run(world: World) -> None:
    people = await world.add_list("people", [new_contact(1)])
    run_id = await world.start((people, NORMAL))
    with pytest.raises(Conflict, match="active run"):
        await world.campaigns.start_run(world.tenant, world.campaign.campaign_id)
    await world.commit(c.SaveRun(run_id=run_id, state="completed", at_utc_s=world.utc_s, final=True))
    second = await world.campaigns.start_run(world.tenant, world.campaign.campaign_id)
    assert second.run_id != run_id
    assert [run.run_id for run in await world.campaigns.runs(world.tenant, active_only=True)] == [second.run_id]


async def test_an_import_is_all_or_nothing(world: World) -> None:
    people = await world.add_list("people", [new_contact(1)])
    job = await world.lists.create_import(world.tenant, people, "bad.csv")

    async def batches() -> AsyncIterator[Sequence[r.NewContact]]:
        yield [new_contact(i) for i in range(20_000)]
        raise Invalid("the file ends in the middle of a line")

    seen: list[int] = []
    with pytest.raises(Invalid, match="middle"):
        await world.lists.import_contacts(world.tenant, job.import_id, batches(), seen.append)
    assert (await world.lists.list_(world.tenant, people)).contacts == 1
    assert len((await world.lists.contacts(world.tenant, people)).rows) == 1
    await world.lists.end_broken_imports(world.tenant)
    ended = await world.lists.import_(world.tenant, job.import_id)
    assert ended.state == "failed"
    assert "again" in (ended.error or "")
    failed = msgspec.structs.replace(job, state="failed", error="line 7", rows_rejected=1)
    await world.lists.save_import(world.tenant, failed, [r.Reject(line=7, reason="no number", text="abc")])
    assert await world.lists.import_(world.tenant, job.import_id) == failed
    assert [one.line for one in await world.lists.rejects(world.tenant, job.import_id)] == [7]


async def test_contacts_are_paged_searched_and_exported_in_order(world: World) -> None:
    rows = [new_contact(i, numbers=(number(i), number(i + 500)), zones=(("Europe/Rome",), ())) for i in range(25)]
    people = await world.add_list("people", rows[:20])
    await world.add_contacts(people, rows[20:])
    seen: list[r.Contact] = []
    cursor = None
    while True:
        page = await world.lists.contacts(world.tenant, people, cursor=cursor, limit=10)
        seen += page.rows
        if (cursor := page.cursor) is None:
            break
    assert [(one.position, one.name, one.numbers) for one in seen] == [
        (i + 1, f"Person {i}", (number(i), number(i + 500))) for i in range(25)
    ]
    assert [one async for one in world.lists.export_contacts(world.tenant, people)] == seen
    for search, expected in (("Person 7", 1), (number(507), 1), ("0507", 1), (number(0)[:-1], 10), ("%", 0)):
        assert len((await world.lists.contacts(world.tenant, people, search=search)).rows) == expected, search
    assert await world.lists.contact(world.tenant, seen[3].contact_id) == seen[3]
    with pytest.raises(Invalid, match="first page"):
        await world.lists.contacts(world.tenant, people, cursor="rubbish")
    with pytest.raises(NotFound):
        await world.lists.contacts(world.tenant + 1, people)


@pytest.mark.covers("WD-216")
async def test_a_list_is_deleted_only_when_nobody_needs_it(world: World) -> None:
    people = await world.add_list("people", [new_contact(1)])
    spare = await world.add_list("spare", [new_contact(2)])
    await world.start((people, NORMAL))
    with pytest.raises(Conflict, match="campaign"):
        await world.lists.delete_list(world.tenant, people)
    await world.fill()
    with pytest.raises(Conflict, match="reports"):
        await world.lists.delete_list(world.tenant, people)
    await world.lists.delete_list(world.tenant, spare)
    assert await world.rows(f"SELECT 1 FROM contact_point WHERE list_id = {spare}") == []
    assert (await world.lists.edit_list(world.tenant, people, hidden=True)).hidden
    assert await world.lists.lists(world.tenant) == []


@pytest.mark.covers("WD-179")
async def test_reports_agree_with_what_was_committed(world: World) -> None:
    people = await world.add_list("people", [new_contact(i) for i in range(3)])
    await world.start((people, NORMAL))
    a, b, third = (await world.fill()).items
    await world.commit(world.place(a))
    world.utc_s += 1
    await world.commit(world.place(b), world.place(third))
    world.utc_s -= 1
    await world.commit(world.talked(a), world.close(b, Outcome.BUSY, next_due_utc_s=world.utc_s + 60))
    which = r.AttemptFilter(campaign_id=world.campaign.campaign_id)
    page = await world.reports.attempts(world.tenant, which, limit=2)
    rest = await world.reports.attempts(world.tenant, which, limit=2, cursor=page.cursor)
    every = (*page.rows, *rest.rows)
    assert rest.cursor is None
    assert every[-1].call == a.call
    assert {row.call for row in every} == {a.call, b.call, third.call}
    assert [one async for one in world.reports.export_attempts(world.tenant, which)] == list(every)
    row = await world.reports.attempt(world.tenant, a.call)
    assert (row.outcome, row.agent_name, row.trunk_name, row.list_name) == ("HANDLED", "Ann", "carrier", "people")
    assert (row.wait_pre_ms, row.wait_after_ms, row.talk_ms) == (3000, 1000, 11_000)
    assert row.attributes == {"n": "0"}
    summary = await world.reports.summary(world.tenant, which)
    assert (summary.attempts, summary.contacts, summary.talk_ms) == (3, 3, 11_000)
    assert (summary.wait_pre_ms, summary.wait_after_ms) == (3000 + 29_000, 1000)
    assert {one.outcome: one.count for one in summary.outcomes} == {"HANDLED": 1, "BUSY": 1, "intent": 1}
    assert summary.trunks == (("carrier", 3),)
    for some, count in (
        (r.AttemptFilter(outcome="BUSY"), 1),
        (r.AttemptFilter(open_only=True), 1),
        (r.AttemptFilter(number=b.number[-4:]), 1),
        (r.AttemptFilter(agent_id=world.agent_id), 1),
        (r.AttemptFilter(until_utc_s=world.utc_s), 0),
    ):
        assert len((await world.reports.attempts(world.tenant, some)).rows) == count
    with pytest.raises(NotFound):
        await world.reports.attempt(world.tenant + 1, a.call)


async def test_pictures_tell_why_a_contact_is_not_called(world: World) -> None:
    people = await world.add_list("people", [new_contact(1), new_contact(2)])
    await world.start((people, NORMAL))
    one, _ = (await world.fill()).items
    await world.commit(world.place(one))
    [live] = await world.reports.member_pictures(world.tenant, one.contact_id)
    assert (live.member_state, live.live_call, live.attempts) == ("open", one.call, 1)
    await world.commit(world.close(one, Outcome.BUSY, next_due_utc_s=world.utc_s + 60, retry_why="rule BUSY"))
    await world.directory.add_dnc(world.tenant, [one.number], "web")
    [waits] = await world.reports.member_pictures(world.tenant, one.contact_id)
    assert (waits.member_state, waits.due_utc_s, waits.last_outcome, waits.last_why) == (
        "waiting",
        world.utc_s + 60,
        "BUSY",
        "rule BUSY",
    )
    assert (waits.on_dnc, waits.zones, waits.number) == (True, ("Europe/Rome",), one.number)
    [history] = await world.reports.contact_history(world.tenant, one.contact_id)
    assert history.outcome == "BUSY"


async def test_contacts_are_stored_as_they_are_whatever_is_in_them(world: World) -> None:
    odd = {
        "a\\tb": "tab\there",
        "quote": '"\\N"',
        "lines": "one\ntwo\r\nthree",
        "null": "\\N",
        "letters": "\u00fc\u2028\U0001f600",
    }
    wanted = [
        new_contact(1, name="back\\slash\tand \\N", attributes=odd),
        new_contact(2, name="", numbers=(number(2), number(3)), zones=((), ("Europe/Rome", "UTC")), attributes={}),
        new_contact(4, name="\\N", schedule_utc_s=1298635200.5, schedule_extension="1101", time_zone="Asia/Tokyo"),
    ]
    list_id = await world.add_list("odd", wanted)
    found = (await world.lists.contacts(world.tenant, list_id)).rows
    fields = ("name", "numbers", "attributes", "time_zone", "schedule_utc_s", "schedule_extension")
    assert [[getattr(one, name) for name in fields] for one in found] == [
        [getattr(one, name) for name in fields] for one in wanted
    ]
    assert [one.position for one in found] == [1, 2, 3]
    zones = await world.rows("SELECT zones FROM contact_point ORDER BY contact_id, position")
    assert [row["zones"] for row in zones] == [["Europe/Rome"], [], ["Europe/Rome", "UTC"], ["Europe/Rome"]]
