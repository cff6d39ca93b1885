"""The dial intent: nobody is called who must not be, and nobody twice, whatever happened since the hopper filled."""

import asyncio
from typing import Any

import msgspec
import pytest

from busyhour.core import commands as c
from busyhour.core.dialer.hours import ZONE_AGAIN_S
from busyhour.core.events import CallCommitted, CallRefused
from busyhour.core.model.campaign import Compliance, Hours, Machines
from busyhour.core.model.values import Heard, ListRole, Outcome, Refusal
from busyhour.service.errors import FenceLost

from .conftest import World, new_contact, number

NORMAL, BLACK = ListRole.NORMAL, ListRole.BLACK


async def one_item(world: World, **settings: Any) -> Any:
    people = await world.add_list("people", [new_contact(1)])
    await world.start((people, NORMAL), **settings)
    [item] = (await world.fill()).items
    return item


def refused(answer: Any, reason: Refusal) -> float | None:
    assert isinstance(answer, CallRefused)
    assert answer.reason is reason
    return answer.due_utc_s


async def test_an_intent_is_attempt_and_open_cdr_at_once(world: World) -> None:
    item = await one_item(world)
    assert await world.commit(world.place(item)) == [CallCommitted(call=item.call)]
    [attempt] = await world.rows("SELECT * FROM attempt")
    assert (attempt["call"], attempt["state"], attempt["number"], attempt["attempt_no"]) == (
        item.call,
        "intent",
        number(1),
        1,
    )
    [cdr] = await world.rows("SELECT * FROM interaction")
    assert (cdr["interaction_id"], cdr["closed_utc_s"]) == (item.call, None)
    [member] = await world.rows("SELECT state, attempts, last_call FROM member")
    assert member == {"state": "open", "attempts": 1, "last_call": item.call}
    assert (await world.campaigns.run(world.tenant, world.run_id)).placed == 1


async def test_the_same_batch_again_changes_nothing_and_answers_the_same(world: World) -> None:
    people = await world.add_list("people", [new_contact(i) for i in range(5)])
    await world.start((people, NORMAL))
    await world.directory.add_dnc(world.tenant, [number(4)], "web")
    items = (await world.fill()).items
    assert len(items) == 4
    batch = (
        world.place(items[0]),
        world.place(items[1]),
        c.SaveProgress(call=items[0].call, state="sent"),
        world.close(items[0]),
        world.place(items[2]),
        c.ReturnItems(
            run_id=world.run_id, member_ids=(items[3].member_id,), calls=(items[3].call,), due_utc_s=world.utc_s + 60
        ),
        c.SaveAgentState(
            agent_id=world.agent_id,
            state="available",
            reason=None,
            pause=None,
            call=None,
            acw_until_utc_s=0,
            session_open=True,
            at_utc_s=world.utc_s,
        ),
    )
    first = await world.commit(*batch)
    tables = ("attempt", "interaction", "segment", "member", "run", "agent", "agent_state_change")
    before = [await world.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]
    assert await world.commit(*batch) == first
    assert [await world.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables] == before
    assert first == [CallCommitted(call=item.call) for item in items[:3]]


@pytest.mark.covers("U-15", "I6")
async def test_a_number_put_on_the_do_not_call_list_after_the_hopper_is_not_called(world: World) -> None:
    item = await one_item(world)
    await world.directory.add_dnc(world.tenant, [number(1)], "the callee asked")
    [answer] = await world.commit(world.place(item))
    assert refused(answer, Refusal.DNC) is None
    assert await world.rows("SELECT 1 FROM attempt") == []


@pytest.mark.covers("WD-091")
async def test_a_number_put_on_a_black_list_after_the_hopper_is_not_called(world: World) -> None:
    people = await world.add_list("people", [new_contact(1)])
    black = await world.add_list("black", [])
    await world.start((people, NORMAL), (black, BLACK))
    [item] = (await world.fill()).items
    await world.add_contacts(black, [new_contact(9, numbers=(number(9), number(1)), zones=((), ()))])
    [answer] = await world.commit(world.place(item))
    assert refused(answer, Refusal.DNC) is None


@pytest.mark.covers("I5")
async def test_hours_are_those_of_every_zone_the_number_may_be_in(world: World) -> None:
    people = await world.add_list(
        "people", [new_contact(1, zones=(("Europe/Rome", "America/New_York"),)), new_contact(2)]
    )
    nine_to_six = Hours(from_s=9 * 3600, until_s=18 * 3600)
    await world.start((people, NORMAL), callee_hours=nine_to_six)
    world.utc_s += 2.5 * 3600  # 15:30 in Rome, 09:30 in New York
    both = (await world.fill()).items
    assert len(both) == 2
    world.utc_s += 2 * 3600  # 17:30 in Rome
    assert await world.commit(world.place(both[0])) == [CallCommitted(call=both[0].call)]
    world.utc_s += 3600  # 18:30 in Rome
    [answer] = await world.commit(world.place(both[1]))
    due = refused(answer, Refusal.OUT_OF_HOURS_CALLEE)
    assert due == world.utc_s + 14.5 * 3600  # 08:00 UTC, 09:00 in Rome


@pytest.mark.covers("I5")
async def test_a_zone_that_went_since_the_hopper_was_filled_forbids_the_call(world: World) -> None:
    item = await one_item(world, callee_hours=Hours(from_s=9 * 3600, until_s=18 * 3600))
    await world.rows("UPDATE contact SET time_zone = 'Mars/Olympus' RETURNING 1")
    [answer] = await world.commit(world.place(item))
    assert refused(answer, Refusal.ZONE_UNKNOWN) == world.utc_s + ZONE_AGAIN_S


async def test_the_campaigns_own_hours_count_too(world: World) -> None:
    item = await one_item(world, active_hours=Hours(from_s=10 * 3600, until_s=13 * 3600))
    world.utc_s += 3600
    [answer] = await world.commit(world.place(item))
    assert refused(answer, Refusal.OUT_OF_HOURS_CAMPAIGN) == world.utc_s + 21 * 3600


@pytest.mark.covers("I7")
async def test_a_paused_or_ended_run_places_no_call(world: World) -> None:
    item = await one_item(world)
    paused = c.SaveRun(run_id=world.run_id, state="paused", at_utc_s=world.utc_s, final=False)
    answers = await world.commit(paused, world.place(item))
    refused(answers[0], Refusal.RUN_NOT_RUNNING)


async def test_a_cap_of_attempts_per_number_counts_all_campaigns(world: World) -> None:
    item = await one_item(world, attempts_per_day_max=2)
    other = await world.add_list("others", [new_contact(1, name="Same number")])
    first_run, first_campaign = world.run_id, world.campaign
    await world.commit(world.place(item), world.close(item, next_due_utc_s=world.utc_s + 60))
    await world.start((other, NORMAL), attempts_per_day_max=2)
    [second] = (await world.fill()).items
    world.utc_s += 3600
    await world.commit(world.place(second), world.close(second))
    world.run_id, world.campaign = first_run, first_campaign
    [third] = (await world.fill()).items
    [answer] = await world.commit(world.place(third))
    assert refused(answer, Refusal.NUMBER_CAP) == world.utc_s - 3600 + 86_400
    world.utc_s += 86_400
    assert await world.commit(world.place(third)) == [CallCommitted(call=third.call)]


async def test_who_was_abandoned_is_left_alone_as_long_as_the_law_says(world: World) -> None:
    """Also by another campaign, and by any law that the campaign at hand names."""
    item = await one_item(world)
    abandoned = world.close(item, Outcome.ABANDONED, answered_utc_s=world.utc_s + 5, talk_s=2.0)
    await world.commit(world.place(item), abandoned)
    ended_utc_s = world.utc_s + 30
    other = await world.add_list("others", [new_contact(1, name="Same number")])
    await world.start((other, NORMAL), compliance=Compliance(preset="uk"))
    [second] = (await world.fill()).items
    world.utc_s += 71 * 3600
    [answer] = await world.commit(world.place(second))
    assert refused(answer, Refusal.ABANDONED_LATELY) == ended_utc_s + 72 * 3600
    world.utc_s = ended_utc_s + 72 * 3600
    assert await world.commit(world.place(second)) == [CallCommitted(call=second.call)]


async def test_a_number_that_a_machine_answered_is_left_alone_as_long_as_the_law_says_and_the_campaign(
    world: World,
) -> None:
    item = await one_item(world, machines=Machines(detection=True, again_s=30 * 3600.0))
    await world.commit(world.place(item))
    due = world.utc_s + 60
    met = world.close(
        item,
        Outcome.ANSWERING_MACHINE,
        answered_utc_s=world.utc_s + 5,
        talk_s=2.0,
        next_due_utc_s=due,
        heard=Heard.MACHINE,
        analysis_s=1.25,
    )
    ended_utc_s = met.record.ended_utc_s
    await world.commit(met)
    world.utc_s += 3600
    [item] = (await world.fill(1)).items
    [answer] = await world.commit(world.place(item))
    assert refused(answer, Refusal.MACHINE_LATELY) == ended_utc_s + 30 * 3600, "the law asks for 24 hours"
    row = await world.reports.attempt(world.tenant, met.record.call)
    assert (row.heard, row.analysis_ms) == (Heard.MACHINE, 1250)


async def test_a_law_without_such_a_rule_lets_the_retry_rules_decide(world: World) -> None:
    item = await one_item(world, compliance=Compliance(preset="us"))
    due = world.utc_s + 3600
    abandoned = world.close(item, Outcome.ABANDONED, answered_utc_s=world.utc_s + 5, talk_s=2.0, next_due_utc_s=due)
    await world.commit(world.place(item), abandoned)
    world.utc_s = due
    [again] = (await world.fill()).items
    assert await world.commit(world.place(again)) == [CallCommitted(call=again.call)]


@pytest.mark.covers("I5")
async def test_the_laws_hours_hold_beside_the_campaigns_own(world: World) -> None:
    """Canada on a weekend: from 10 to 18, whatever hours the campaign has."""
    people = await world.add_list("people", [new_contact(1, zones=(("America/Toronto",),))])
    await world.start((people, NORMAL), compliance=Compliance(preset="canada"))
    [item] = (await world.fill()).items
    world.utc_s += 24 * 3600 + 2 * 3600  # Saturday, 09:00 in Toronto
    [answer] = await world.commit(world.place(item))
    assert refused(answer, Refusal.OUT_OF_HOURS_LAW) == world.utc_s + 3600
    world.utc_s += 3600
    assert await world.commit(world.place(item)) == [CallCommitted(call=item.call)]


@pytest.mark.covers("I2")
async def test_a_number_on_the_line_is_not_called_a_second_time(world: World) -> None:
    people = await world.add_list("people", [new_contact(1), new_contact(1, name="Twin")])
    await world.start((people, NORMAL))
    ann, twin = (await world.fill()).items
    together = await world.commit(world.place(ann), world.place(twin))
    assert together[0] == CallCommitted(call=ann.call)
    assert refused(together[1], Refusal.NUMBER_LIVE) == world.utc_s + 60
    [alone] = await world.commit(world.place(twin))
    refused(alone, Refusal.NUMBER_LIVE)
    await world.commit(world.close(ann))
    assert await world.commit(world.place(twin)) == [CallCommitted(call=twin.call)]


async def test_an_ambiguous_attempt_counts_and_holds_its_number(world: World) -> None:
    item = await one_item(world)
    await world.commit(world.place(item), c.SaveProgress(call=item.call, state="ambiguous"))
    again = msgspec.structs.replace(item, call=item.call[:-1] + "0" * (1 + (item.call[-1] == "0")), attempt_no=2)
    [answer] = await world.commit(world.place(again))
    refused(answer, Refusal.CONTACT_CLOSED)
    await world.commit(world.close(item, Outcome.LOST, next_due_utc_s=world.utc_s + 300))
    world.utc_s += 300
    [retry] = (await world.fill()).items
    assert retry.attempt_no == 2


async def test_a_member_that_was_given_back_cannot_be_called(world: World) -> None:
    item = await one_item(world)
    await world.commit(
        c.ReturnItems(run_id=world.run_id, member_ids=(item.member_id,), calls=(item.call,), due_utc_s=None)
    )
    [answer] = await world.commit(world.place(item))
    refused(answer, Refusal.CONTACT_CLOSED)


@pytest.mark.covers("I13")
async def test_an_old_owner_can_write_nothing(world: World) -> None:
    item = await one_item(world)
    old = world.fence
    await world.own("engine-2")
    assert world.fence == old + 1
    place = world.place(item)
    with pytest.raises(FenceLost):
        await world.store.commit(world.tenant, old, [place])
    world.fence = old
    with pytest.raises(FenceLost):
        await world.fill()
    assert await world.rows("SELECT 1 FROM attempt") == []


async def test_two_engines_racing_for_the_same_members_take_none_twice(world: World) -> None:
    people = await world.add_list("people", [new_contact(i) for i in range(300)])
    await world.start((people, NORMAL))
    fillings = await asyncio.gather(*(world.fill(50) for _ in range(6)))
    taken = [item.member_id for filling in fillings for item in filling.items]
    assert len(taken) == len(set(taken)) == 300
    assert len({item.call for filling in fillings for item in filling.items}) == 300


async def test_two_transactions_placing_the_same_number_place_one(world: World) -> None:
    """The unique index decides when both looked before either wrote."""
    one = await world.add_list("one", [new_contact(1)])
    two = await world.add_list("two", [new_contact(1)])
    run_one = await world.start((one, NORMAL))
    campaign_one = world.campaign
    run_two = await world.start((two, NORMAL))
    [b] = (await world.fill()).items
    [a] = (await world.fill(run_id=run_one)).items
    places = [
        world.place(a, run_id=run_one, campaign_id=campaign_one.campaign_id),
        world.place(b, run_id=run_two),
    ]
    answers = await asyncio.gather(*(world.commit(place) for place in places))
    kinds = sorted(type(answer).__name__ for [answer] in answers)
    assert kinds == ["CallCommitted", "CallRefused"]
