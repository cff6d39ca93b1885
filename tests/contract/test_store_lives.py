"""What becomes of calls and members: closed once, called again when due, recovered by the next engine."""

from typing import Any

import msgspec
import pytest

from busyhour.adapters.sql.hopper import NO_ZONE
from busyhour.core import commands as c
from busyhour.core.dialer.hours import NOWHERE, ZONE_AGAIN_S
from busyhour.core.events import CallCommitted
from busyhour.core.model.campaign import Hours
from busyhour.core.model.values import ListRole, Outcome, RetryCount

from .conftest import World, new_contact, number

NORMAL, BLACK = ListRole.NORMAL, ListRole.BLACK


async def begin(world: World, contacts: int = 1, **settings: Any) -> Any:
    people = await world.add_list("people", [new_contact(i) for i in range(contacts)])
    await world.start((people, NORMAL), **settings)
    return (await world.fill()).items


@pytest.mark.covers("I17", "I31", "U-21", "U-22")
async def test_a_call_is_closed_exactly_once(world: World) -> None:
    [item] = await begin(world)
    await world.commit(world.place(item))
    await world.commit(world.talked(item))
    await world.commit(world.close(item, Outcome.BUSY, next_due_utc_s=world.utc_s + 60))
    [attempt] = await world.rows("SELECT * FROM attempt")
    assert (attempt["state"], attempt["outcome"], attempt["talk_ms"]) == ("final", "HANDLED", 11_000)
    [cdr] = await world.rows("SELECT * FROM interaction")
    assert (cdr["outcome"], cdr["closed_utc_s"]) == ("HANDLED", world.utc_s + 14)
    [segment] = await world.rows("SELECT * FROM segment")
    assert (segment["kind"], segment["agent_id"]) == ("agent", world.agent_id)
    run = await world.campaigns.run(world.tenant, world.run_id)
    assert (run.placed, run.finished, run.waiting, run.fresh) == (1, 1, 0, 0)


@pytest.mark.covers("WD-132")
async def test_a_retry_becomes_due_and_only_then(world: World) -> None:
    [item] = await begin(world)
    due = world.utc_s + 300
    await world.commit(world.place(item), world.close(item, Outcome.BUSY, next_due_utc_s=due))
    world.utc_s += 299
    filled = await world.fill()
    assert (filled.items, filled.fresh_left, filled.next_due_utc_s) == ((), False, due)
    world.utc_s += 1
    [retry] = (await world.fill()).items
    assert (retry.attempt_no, retry.member_id, retry.due_utc_s) == (2, item.member_id, due)
    assert retry.call != item.call
    assert await world.commit(world.place(retry)) == [CallCommitted(call=retry.call)]


@pytest.mark.covers("AD-009")
async def test_each_attempt_takes_the_next_number_of_the_contact(world: World) -> None:
    many = new_contact(1, numbers=(number(1), number(2), number(3)), zones=((), (), ()))
    people = await world.add_list("people", [many])
    await world.start((people, NORMAL))
    dialed = []
    for _ in range(5):
        [item] = (await world.fill()).items
        dialed.append(item.number)
        await world.commit(world.place(item), world.close(item, next_due_utc_s=world.utc_s + 60))
        world.utc_s += 60
    assert dialed == [number(n) for n in (1, 2, 3, 1, 2)]


@pytest.mark.covers("WD-111")
async def test_due_members_come_first_then_lists_in_their_order(world: World) -> None:
    second = await world.add_list("second", [new_contact(i) for i in (5, 4)])
    first = await world.add_list("first", [new_contact(i) for i in (1, 2, 3)])
    await world.start((first, NORMAL), (second, NORMAL))
    one, two = (await world.fill(2)).items
    await world.commit(world.place(one), world.close(one, next_due_utc_s=world.utc_s + 120))
    await world.commit(world.place(two), world.close(two, next_due_utc_s=world.utc_s + 60))
    world.utc_s += 120
    filled = await world.fill(4)
    assert [item.number for item in filled.items] == [number(n) for n in (2, 1, 3, 5)]
    assert filled.fresh_left
    last = await world.fill(4)
    assert [item.number for item in last.items] == [number(4)]
    assert not last.fresh_left


async def test_contacts_added_during_the_run_are_called(world: World) -> None:
    await begin(world, 2)
    assert not (await world.fill()).fresh_left
    [people] = await world.lists.lists(world.tenant)
    await world.add_contacts(people.list_id, [new_contact(7)])
    assert [item.number for item in (await world.fill()).items] == [number(7)]


@pytest.mark.covers("WD-092", "WD-093", "WD-174", "MZ-079")
async def test_listed_contacts_are_closed_as_dnc_without_a_call(world: World) -> None:
    people = await world.add_list("people", [new_contact(i) for i in range(4)])
    black = await world.add_list("black", [new_contact(2)])
    await world.directory.add_dnc(world.tenant, [number(1)], "web")
    await world.start((people, NORMAL), (black, BLACK))
    assert [item.number for item in (await world.fill()).items] == [number(0), number(3)]
    rows = await world.rows("SELECT number, outcome, state, trunk_id FROM attempt ORDER BY number")
    assert rows == [{"number": number(n), "outcome": "DNC", "state": "final", "trunk_id": None} for n in (1, 2)]
    assert await world.rows("SELECT 1 FROM interaction") == []
    assert (await world.campaigns.run(world.tenant, world.run_id)).finished == 2


async def test_a_member_closed_as_dnc_by_the_engine_is_reported_too(world: World) -> None:
    [item] = await begin(world)
    close = c.CloseMember(run_id=world.run_id, member_id=item.member_id, outcome="DNC", why="asked meanwhile")
    await world.commit(close)
    await world.commit(close)
    [row] = await world.rows("SELECT number, outcome, why FROM attempt")
    assert row == {"number": number(0), "outcome": "DNC", "why": "asked meanwhile"}
    assert (await world.campaigns.run(world.tenant, world.run_id)).finished == 1


async def test_sleeping_callees_wait_for_their_morning(world: World) -> None:
    people = await world.add_list(
        "people",
        [new_contact(1, zones=(("America/Los_Angeles",),)), new_contact(2), new_contact(3, time_zone="Asia/Tokyo")],
    )
    await world.start((people, NORMAL), callee_hours=Hours(from_s=9 * 3600, until_s=20 * 3600))
    filled = await world.fill()
    assert [item.number for item in filled.items] == [number(2)]
    assert filled.next_due_utc_s == world.utc_s + 5 * 3600  # 17:00 UTC, 09:00 in Los Angeles
    world.utc_s += 5 * 3600
    filled = await world.fill()
    assert [item.number for item in filled.items] == [number(1)]
    assert filled.next_due_utc_s == world.utc_s + 7 * 3600  # midnight UTC, 09:00 in Tokyo


@pytest.mark.covers("I5")
async def test_callees_whose_zone_is_not_known_wait_until_it_is(world: World) -> None:
    """The second was imported while the zone data still had its zone; of the third nothing tells where it is."""
    people = await world.add_list(
        "people", [new_contact(1), new_contact(2, time_zone="Mars/Olympus"), new_contact(3, zones=((),))]
    )
    await world.start((people, NORMAL), callee_hours=Hours(from_s=9 * 3600, until_s=20 * 3600))
    filled = await world.fill()
    assert [item.number for item in filled.items] == [number(1)]
    assert filled.next_due_utc_s == world.utc_s + ZONE_AGAIN_S
    rows = await world.rows("SELECT why FROM member WHERE state = 'waiting' ORDER BY member_id")
    assert [row["why"] for row in rows] == [NO_ZONE] * 2
    pictures = await world.reports.member_pictures(world.tenant, 3)
    assert [one.zones for one in pictures] == [(NOWHERE,)]
    world.utc_s += ZONE_AGAIN_S
    assert (await world.fill()).items == ()
    await world.rows("UPDATE contact SET time_zone = 'Europe/Rome' WHERE time_zone = 'Mars/Olympus' RETURNING 1")
    world.utc_s += ZONE_AGAIN_S
    assert [item.number for item in (await world.fill()).items] == [number(2)]


async def test_a_scheduled_contact_waits_for_its_time(world: World) -> None:
    people = await world.add_list("people", [new_contact(1, schedule_utc_s=world.utc_s + 600)])
    await world.start((people, NORMAL))
    filled = await world.fill()
    assert (filled.items, filled.next_due_utc_s) == ((), world.utc_s + 600)
    world.utc_s += 600
    assert len((await world.fill()).items) == 1


@pytest.mark.covers("I17")
async def test_progress_never_goes_backward(world: World) -> None:
    [item] = await begin(world)
    await world.commit(world.place(item))
    steps = (
        c.SaveProgress(call=item.call, state="answered", answered_utc_s=5.0, agent_id=world.agent_id),
        c.SaveProgress(call=item.call, state="ringing", ringing_utc_s=3.0, answered_utc_s=9.0),
        c.SaveProgress(call=item.call, state="sent"),
    )
    await world.commit(*steps)
    [row] = await world.rows("SELECT state, ringing_utc_s, answered_utc_s, agent_id FROM attempt")
    assert row == {"state": "answered", "ringing_utc_s": 3.0, "answered_utc_s": 5.0, "agent_id": world.agent_id}
    await world.commit(world.close(item), c.SaveProgress(call=item.call, state="answered"))
    assert await world.rows("SELECT state FROM attempt") == [{"state": "final"}]


async def test_a_disposition_may_change_the_members_future(world: World) -> None:
    [item] = await begin(world)
    await world.commit(world.place(item), world.talked(item))

    def said(due: float | None, **changes: Any) -> c.SaveDisposition:
        plain = {
            "call": item.call,
            "agent_id": world.agent_id,
            "disposition": "LATER",
            "note": "busy now",
            "at_utc_s": world.utc_s,
            "next_due_utc_s": due,
            "retry_why": "rule HANDLED/LATER",
        }
        return c.SaveDisposition(**(plain | changes))

    await world.commit(said(world.utc_s + 900))
    await world.commit(said(world.utc_s + 900))
    run = await world.campaigns.run(world.tenant, world.run_id)
    assert (run.finished, run.waiting, run.next_due_utc_s) == (0, 1, world.utc_s + 900)
    await world.commit(said(None, keeps_member=True, disposition="SALE"))
    [row] = await world.rows("SELECT disposition, note, next_due_utc_s FROM attempt")
    assert row == {"disposition": "SALE", "note": "busy now", "next_due_utc_s": world.utc_s + 900}
    await world.commit(said(None))
    run = await world.campaigns.run(world.tenant, world.run_id)
    assert (run.finished, run.waiting) == (1, 0)


async def test_the_next_engine_finds_agents_runs_and_open_calls(world: World) -> None:
    items = await begin(world, 3)
    state = c.SaveAgentState(
        agent_id=world.agent_id,
        state="acw",
        reason=None,
        pause="lunch",
        call=items[0].call,
        acw_until_utc_s=world.utc_s + 30,
        session_open=True,
        at_utc_s=world.utc_s,
    )
    await world.commit(world.place(items[0]), c.SaveProgress(call=items[0].call, state="sent"), state)
    await world.own("engine-2")
    [open_call] = world.floor.calls
    assert (open_call.state, open_call.trunk_id, open_call.run_id) == ("sent", world.trunk_id, world.run_id)
    assert open_call.item == msgspec.structs.replace(items[0], due_utc_s=0.0)
    [agent] = world.floor.agents
    assert (agent.pause_reason, agent.acw_call, agent.session_open) == ("lunch", items[0].call, True)
    assert agent.call == items[0].call
    [run] = world.floor.runs
    assert (run.run_id, run.state, run.placed, run.campaign) == (world.run_id, "running", 1, world.campaign)
    # The two members in the memory of the first engine were never dialed: they come again.
    assert {item.member_id for item in (await world.fill()).items} == {item.member_id for item in items[1:]}
    clock_set_back = {"at_utc_s": world.utc_s - 600, "acw_until_utc_s": 0.0, "state": "available", "call": None}
    await world.commit(msgspec.structs.replace(state, **clock_set_back))
    await world.own("engine-3")
    assert [agent.call for agent in world.floor.agents] == [None]


@pytest.mark.covers("WD-127")
async def test_earlier_outcomes_come_with_the_retry_and_with_the_open_call(world: World) -> None:
    [item] = await begin(world, retry_count=RetryCount.OUTCOME)
    assert world.campaign.retry_count is RetryCount.OUTCOME
    assert item.earlier == {}
    for outcome in (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.BUSY):
        await world.commit(world.place(item), world.close(item, outcome, next_due_utc_s=world.utc_s + 60))
        world.utc_s += 60
        [item] = (await world.fill()).items
    assert (item.attempt_no, item.earlier) == (4, {"BUSY": 2, "NO_ANSWER": 1})
    await world.commit(world.place(item))
    await world.own("engine-2")
    [open_call] = world.floor.calls
    assert open_call.item.earlier == {"BUSY": 2, "NO_ANSWER": 1}
    assert world.floor.runs[0].campaign.retry_count is RetryCount.OUTCOME


async def test_attempts_of_another_run_are_not_counted(world: World) -> None:
    [item] = await begin(world)
    await world.commit(world.place(item), world.close(item, Outcome.BUSY))
    [people] = await world.lists.lists(world.tenant)
    await world.start((people.list_id, NORMAL))
    [item] = (await world.fill()).items
    await world.commit(world.place(item), world.close(item, Outcome.NO_ANSWER, next_due_utc_s=world.utc_s + 60))
    world.utc_s += 60
    assert [one.earlier for one in (await world.fill()).items] == [{"NO_ANSWER": 1}]


async def test_a_late_disposition_leaves_a_member_alone_that_is_being_called_again(world: World) -> None:
    [item] = await begin(world)
    first = item.call
    await world.commit(world.place(item), world.close(item, next_due_utc_s=world.utc_s + 60))
    said = c.SaveDisposition(
        call=first,
        agent_id=world.agent_id,
        disposition="SALE",
        note="",
        at_utc_s=world.utc_s,
        next_due_utc_s=None,
        retry_why="no rule",
    )
    world.utc_s += 60
    [again] = (await world.fill()).items
    asked = "SELECT state, attempts, due_utc_s, last_call, last_outcome, why FROM member"
    taken = await world.rows(asked)
    await world.commit(msgspec.structs.replace(said, keeps_member=True))
    assert await world.rows(asked) == taken
    assert taken[0]["state"] == "taken"
    await world.commit(world.place(again))
    opened = await world.rows(asked)
    await world.commit(said)
    assert await world.rows(asked) == opened
    assert opened[0]["state"] == "open"
    assert await world.rows("SELECT disposition FROM attempt WHERE state = 'final'") == [{"disposition": "SALE"}]


@pytest.mark.parametrize("due_s", [None, 900.0])
async def test_a_disposition_that_keeps_the_member_leaves_its_future(world: World, due_s: float | None) -> None:
    [item] = await begin(world)
    due = None if due_s is None else world.utc_s + due_s
    await world.commit(world.place(item), world.close(item, next_due_utc_s=due))
    asked = "SELECT state, due_utc_s, why FROM member", "SELECT next_due_utc_s, retry_why FROM attempt"
    before = [await world.rows(text) for text in asked]
    said = c.SaveDisposition(
        call=item.call,
        agent_id=world.agent_id,
        disposition="SALE",
        note="",
        at_utc_s=world.utc_s,
        next_due_utc_s=world.utc_s + 5 if due is None else None,
        retry_why="no rule",
        keeps_member=True,
    )
    await world.commit(said)
    assert [await world.rows(text) for text in asked] == before
    assert await world.rows("SELECT disposition FROM attempt") == [{"disposition": "SALE"}]


async def test_a_run_that_ended_stays_ended_and_gives_no_more_members(world: World) -> None:
    await begin(world, 3)
    await world.commit(c.SaveRun(run_id=world.run_id, state="removed", at_utc_s=world.utc_s, final=True))
    await world.commit(c.SaveRun(run_id=world.run_id, state="running", at_utc_s=world.utc_s, final=False))
    run = await world.campaigns.run(world.tenant, world.run_id)
    assert (run.state, run.ended_utc_s) == ("removed", world.utc_s)
    assert (await world.fill()).items == ()
    await world.own()
    assert world.floor.runs == ()


async def test_a_run_that_was_removed_is_found_while_it_has_calls(world: World) -> None:
    [item] = await begin(world)
    gone = c.SaveRun(run_id=world.run_id, state="removed", at_utc_s=world.utc_s, final=True)
    await world.commit(world.place(item))
    await world.commit(gone)
    await world.own("engine-2")
    assert [(run.run_id, run.state) for run in world.floor.runs] == [(world.run_id, "removed")]
    await world.commit(world.talked(item))
    await world.own("engine-3")
    assert (world.floor.runs, world.floor.calls) == ((), ())


@pytest.mark.covers("I28", "I48")
async def test_agent_state_changes_are_kept_in_order(world: World) -> None:
    def state(at: float, name: str) -> c.SaveAgentState:
        return c.SaveAgentState(
            agent_id=world.agent_id,
            state=name,
            reason=None,
            pause=None,
            call=None,
            acw_until_utc_s=0,
            session_open=True,
            at_utc_s=at,
        )

    await begin(world)
    await world.commit(state(1.0, "available"), state(2.0, "reserved"), state(3.0, "on_contact"))
    rows = await world.rows("SELECT at_utc_s, state FROM agent_state_change ORDER BY at_utc_s")
    assert [row["state"] for row in rows] == ["available", "reserved", "on_contact"]
    assert await world.rows("SELECT state FROM agent") == [{"state": "on_contact"}]
    await world.commit(state(-900.0, "acw"))
    assert await world.rows("SELECT state FROM agent") == [{"state": "acw"}], "the clock was set back meanwhile"


async def test_what_a_campaign_has_taught_its_pacer_is_there_for_the_next_engine_and_run(world: World) -> None:
    await begin(world, 2)
    campaign_id = world.campaign.campaign_id
    for learned in (b"older", b"newer"):
        await world.commit(c.SaveLearned(campaign_id=campaign_id, learned=learned, at_utc_s=world.utc_s))
    await world.commit(c.SaveLearned(campaign_id=campaign_id + 1_000, learned=b"gone", at_utc_s=world.utc_s))
    [run] = (await world.store.open_shard(world.tenant, "next")).runs
    assert run.learned == b"newer"


@pytest.mark.covers("MZ-099")
async def test_why_a_run_stopped_by_itself_outlives_the_engine(world: World) -> None:
    people = await world.add_list("people", [new_contact(1)])
    run_id = await world.start((people, ListRole.NORMAL))
    told = {"run_id": run_id, "at_utc_s": world.utc_s, "final": False}
    await world.commit(c.SaveRun(**told, state="paused", halted="paused by itself: nobody answers"))
    assert (await world.campaigns.run(world.tenant, run_id)).halted == "paused by itself: nobody answers"
    await world.own("engine-2")
    assert world.floor.runs[0].halted == "paused by itself: nobody answers"
    await world.commit(c.SaveRun(**told, state="running"))
    assert (await world.campaigns.run(world.tenant, run_id)).halted == ""
