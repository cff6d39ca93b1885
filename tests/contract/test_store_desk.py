"""What agents do before a call: contacts they look at, pass over, or choose by hand."""

import pytest

from busyhour.core import commands as c
from busyhour.core.events import CallCommitted, CallRefused
from busyhour.core.model.pictures import HopperItem, Reservation
from busyhour.core.model.supervising import SaveSupervised
from busyhour.core.model.values import Audited, DialMode, ListRole, Outcome, Refusal
from busyhour.service.errors import Conflict, NotFound
from busyhour.service.records import AuditFilter, Page

from .conftest import World, new_contact, number

NORMAL = ListRole.NORMAL
BY_HAND = "+4930123456"


async def previewed(world: World, contacts: int = 1) -> HopperItem:
    people = await world.add_list("people", [new_contact(i) for i in range(contacts)])
    await world.start((people, NORMAL), dial_mode=DialMode.PREVIEW)
    item = (await world.fill(1)).items[0]
    await world.commit(reservation(world, item))
    return item


def reservation(world: World, item: HopperItem) -> c.SaveReservation:
    until_utc_s = world.utc_s + 60.0
    return c.SaveReservation(item=item, run_id=world.run_id, agent_id=world.agent_id, until_utc_s=until_utc_s)


def skip(world: World, item: HopperItem, due_utc_s: float | None) -> c.SkipContact:
    return c.SkipContact(
        item=item,
        run_id=world.run_id,
        campaign_id=world.campaign.campaign_id,
        agent_id=world.agent_id,
        reason="not now",
        why="preview: Ann skipped it: not now",
        next_due_utc_s=due_utc_s,
        retry_why="a rule",
        at_utc_s=world.utc_s,
    )


async def by_hand(world: World, contact_id: int | None = None, dialed: str | None = BY_HAND) -> HopperItem:
    run_id, item = await world.campaigns.dial_by_hand(
        world.tenant, world.campaign.campaign_id, contact_id=contact_id, number=dialed, zones=("Europe/Berlin",)
    )
    assert run_id == world.run_id
    return item


async def manual(world: World) -> None:
    await world.start(dial_mode=DialMode.MANUAL)


def dial(world: World, item: HopperItem) -> c.PlaceCall:
    return world.place(
        item, by_hand=True, audit=Audited.MANUAL_DIAL, agent_id=world.agent_id, why="manual: Ann dialed it"
    )


async def test_a_reservation_outlives_the_engine(world: World) -> None:
    item = await previewed(world, 2)
    await world.fill(1)  # taken, and looked at by nobody
    await world.own("engine-2")
    assert world.floor.reservations == (
        Reservation(item=item, run_id=world.run_id, agent_id=world.agent_id, until_utc_s=world.utc_s + 60.0),
    )
    filled = await world.fill()
    assert [one.member_id for one in filled.items] != [item.member_id]  # the other one was given back
    assert len(filled.items) == 1
    assert await world.commit(c.EndReservation(call=item.call), world.place(item, agent_id=world.agent_id)) == [
        CallCommitted(call=item.call)
    ]
    [attempt] = await world.rows("SELECT agent_id FROM attempt")
    assert attempt["agent_id"] == world.agent_id
    await world.own("engine-3")
    assert world.floor.reservations == ()
    [call] = world.floor.calls
    assert (call.item.call, call.agent_id, call.joined_utc_s) == (item.call, world.agent_id, None)


@pytest.mark.covers("WD-066", "WD-173")
async def test_a_contact_is_passed_over(world: World) -> None:
    """It leaves a record, counts as an attempt, and is called again only when a rule says so."""
    item = await previewed(world)
    due = world.utc_s + 60.0
    batch = (skip(world, item, due), c.EndReservation(call=item.call))
    await world.commit(*batch)
    await world.commit(*batch)
    [attempt] = await world.rows("SELECT * FROM attempt")
    assert (attempt["state"], attempt["outcome"], attempt["disposition"]) == ("final", "AGENT_SKIPPED", "not now")
    assert (attempt["trunk_id"], attempt["agent_id"]) == (None, world.agent_id)
    world.utc_s += 61.0
    [again] = (await world.fill()).items
    assert (again.attempt_no, again.earlier) == (2, {"AGENT_SKIPPED": 1})
    await world.commit(skip(world, again, None))
    assert (await world.campaigns.run(world.tenant, world.run_id)).finished == 1


async def test_a_new_number_is_dialed_by_hand(world: World) -> None:
    await manual(world)
    item = await by_hand(world)
    assert (item.number, item.attempt_no, (await world.fill()).items) == (BY_HAND, 1, ())
    assert await world.commit(dial(world, item)) == [CallCommitted(call=item.call)]
    assert await world.commit(dial(world, item)) == [CallCommitted(call=item.call)]
    [audited] = await world.rows("SELECT what, agent_id, call, number FROM audit_entry")
    assert tuple(audited.values()) == ("manual dial", world.agent_id, item.call, BY_HAND)
    await world.commit(world.talked(item))
    run = await world.campaigns.run(world.tenant, world.run_id)
    assert (run.placed, run.finished) == (1, 1)
    [made] = await world.lists.lists(world.tenant)
    assert (made.name, made.contacts, made.numbers) == ("Dialed by hand", 1, 1)
    again = await by_hand(world)
    assert (again.contact_id, again.attempt_no, again.earlier) == (item.contact_id, 2, {"HANDLED": 1})
    await world.commit(dial(world, again))
    await world.commit(world.close(again, Outcome.BUSY))
    run = await world.campaigns.run(world.tenant, world.run_id)
    assert (run.placed, run.finished) == (2, 1)


async def test_what_is_audited_is_read_by_page_and_filter(world: World) -> None:
    """By person, kind and time; the newest first; of this tenant only."""
    await manual(world)
    begun_s = world.utc_s
    calls = []
    for audit in (Audited.MANUAL_DIAL, Audited.OTHER_NUMBER, Audited.MANUAL_DIAL):
        item = await by_hand(world)
        placed = world.place(item, by_hand=True, audit=audit, agent_id=world.agent_id)
        assert await world.commit(placed) == [CallCommitted(call=item.call)]
        await world.commit(world.close(item, Outcome.BUSY))
        calls.append(item.call)
        world.utc_s += 100.0

    async def found(cursor: str | None = None, limit: int = 100, **which: object) -> Page:
        return await world.reports.audit(world.tenant, AuditFilter(**which), cursor=cursor, limit=limit)

    first = await found(limit=2)
    assert [row.call for row in first.rows] == [calls[2], calls[1]]
    assert first.cursor is not None
    last = await found(first.cursor, limit=2)
    assert ([row.call for row in last.rows], last.cursor) == ([calls[0]], None)
    [row] = last.rows
    assert (row.what, row.number, row.agent_id, row.at_utc_s) == ("manual dial", BY_HAND, world.agent_id, begun_s)
    assert (row.contact_id, row.campaign_name) == (item.contact_id, "campaign 0")
    assert row.agent_name
    assert [row.call for row in (await found(what=Audited.OTHER_NUMBER)).rows] == [calls[1]]
    assert len((await found(agent_id=world.agent_id)).rows) == 3
    assert (await found(agent_id=world.agent_id + 1)).rows == ()
    within = await found(from_utc_s=begun_s + 100.0, until_utc_s=begun_s + 200.0)
    assert [row.call for row in within.rows] == [calls[1]]


async def test_by_hand_a_listed_number_is_refused_too(world: World) -> None:
    """One function decides every outbound leg."""
    await manual(world)
    item = await by_hand(world)
    await world.directory.add_dnc(world.tenant, [BY_HAND], "asked")
    assert await world.commit(dial(world, item)) == [CallRefused(call=item.call, reason=Refusal.DNC, due_utc_s=None)]
    assert await world.rows("SELECT 1 FROM audit_entry") == []
    assert await world.rows("SELECT 1 FROM attempt") == []


async def test_a_contact_in_the_hopper_is_dialed_by_hand_and_not_twice(world: World) -> None:
    people = await world.add_list("people", [new_contact(0)])
    await world.start((people, NORMAL))
    [taken] = (await world.fill()).items
    item = await by_hand(world, taken.contact_id, None)
    assert (item.member_id, item.number) == (taken.member_id, number(0))
    assert await world.commit(dial(world, item)) == [CallCommitted(call=item.call)]
    [refused] = await world.commit(world.place(taken))
    assert isinstance(refused, CallRefused)


async def test_what_cannot_be_dialed_by_hand(world: World) -> None:
    await manual(world)
    with pytest.raises(NotFound):
        await by_hand(world, 999, None)
    await world.commit(c.SaveRun(run_id=world.run_id, state="removed", at_utc_s=world.utc_s, final=True))
    with pytest.raises(Conflict, match="not running"):
        await by_hand(world)


@pytest.mark.covers("CP-015")
async def test_who_supervised_whom_and_how_long_is_in_the_audit_log_and_once(world: World) -> None:
    """Written again, as to a server that lost it, it stays one entry."""
    await manual(world)
    of = {"agent_id": world.agent_id, "about_id": 99, "about_name": "Ben", "call": "i1-7.1", "number": "+4930777"}
    began = SaveSupervised(what=Audited.LISTENED, at_utc_s=world.utc_s, **of)
    ended = SaveSupervised(what=Audited.SUPERVISED, at_utc_s=world.utc_s + 12.4, lasted_s=12.4, **of)
    await world.commit(began, ended)
    await world.commit(began)
    rows = (await world.reports.audit(world.tenant, AuditFilter())).rows
    told = [(one.what, one.agent_id, one.subject, one.call, one.number) for one in reversed(rows)]
    assert told == [
        (Audited.LISTENED, world.agent_id, "Ben", "i1-7.1", "+4930777"),
        (Audited.SUPERVISED, world.agent_id, "Ben, 12 s", "i1-7.1", "+4930777"),
    ]


async def test_who_has_a_call_after_a_hand_over_is_known_to_the_next_engine(world: World) -> None:
    item, other = await previewed(world), world.agent_id + 1
    await world.commit(
        world.place(item),
        c.SaveProgress(call=item.call, state="answered", answered_utc_s=5.0, joined_utc_s=6.0, agent_id=world.agent_id),
        c.SaveProgress(call=item.call, state="answered", agent_id=other),
    )
    [row] = await world.rows("SELECT joined_utc_s, agent_id FROM attempt")
    assert row == {"joined_utc_s": 6.0, "agent_id": other}, "joined is when they first had an agent"
