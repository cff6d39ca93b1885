"""What the store must be sure of: whose the shard is, for which attempt a member was taken, how calls are counted."""

import time

import msgspec
import pytest

from busyhour.core import commands as c
from busyhour.core.events import CallCommitted, CallRefused, RunCounted
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import Audited, ListRole, Outcome, Refusal
from busyhour.service.errors import FenceLost

from .conftest import World, new_contact


async def begin(world: World, count: int = 1) -> list[HopperItem]:
    people = await world.add_list("people", [new_contact(i) for i in range(count)])
    await world.start((people, ListRole.NORMAL))
    return list((await world.fill()).items)


@pytest.mark.covers("I13", "I14")
async def test_an_empty_commit_tells_whether_the_shard_is_still_ours(world: World) -> None:
    """An engine that stood still asks so before it orders anything."""
    await begin(world)
    assert await world.commit() == []
    old = world.fence
    await world.own("engine-2")
    world.fence = old
    with pytest.raises(FenceLost):
        await world.commit()


def returned(world: World, item: HopperItem) -> c.ReturnItems:
    return c.ReturnItems(run_id=world.run_id, member_ids=(item.member_id,), calls=(item.call,), due_utc_s=world.utc_s)


@pytest.mark.covers("I1")
async def test_a_return_that_is_written_twice_does_not_touch_who_was_taken_anew(world: World) -> None:
    """The answer to the first writing was lost; meanwhile the member was taken again. It must not be in two hoppers."""
    [item] = await begin(world)
    await world.commit(returned(world, item))
    [anew] = (await world.fill()).items
    assert (anew.member_id, anew.call == item.call) == (item.member_id, False)
    await world.commit(returned(world, item))
    assert (await world.fill()).items == ()
    [stale] = await world.commit(world.place(item))
    assert isinstance(stale, CallRefused)
    assert stale.reason is Refusal.CONTACT_CLOSED
    assert await world.commit(world.place(anew)) == [CallCommitted(call=anew.call)]


@pytest.mark.covers("I4", "I33")
async def test_a_disposition_takes_a_contact_out_of_the_hopper_again(world: World) -> None:
    [item] = await begin(world)
    await world.commit(world.place(item), world.talked(item, next_due_utc_s=world.utc_s + 20))
    world.utc_s += 30
    [again] = (await world.fill()).items
    sold = c.SaveDisposition(
        call=item.call,
        agent_id=world.agent_id,
        disposition="SALE",
        note="",
        at_utc_s=world.utc_s,
        next_due_utc_s=None,
        retry_why="no rule",
    )
    await world.commit(sold)
    [answer] = await world.commit(world.place(again))
    assert isinstance(answer, CallRefused)
    assert answer.reason is Refusal.CONTACT_CLOSED
    run = await world.campaigns.run(world.tenant, world.run_id)
    assert (run.finished, run.waiting) == (1, 0)


@pytest.mark.covers("I34")
async def test_a_run_is_counted_at_each_change_and_found_so_by_the_next_engine(world: World) -> None:
    world.utc_s = time.time()
    one, two, three = await begin(world, 3)
    await world.commit(world.place(one), world.place(two), world.place(three))
    await world.commit(world.talked(one), world.talked(one))
    abandoned = msgspec.structs.replace(world.talked(two).record, outcome=Outcome.ABANDONED, next_due_utc_s=1.0)
    await world.commit(c.CloseCall(record=abandoned), world.close(three, Outcome.BUSY))
    counted = RunCounted(run_id=world.run_id, placed=3, finished=2, answered=2, abandoned=1)
    assert world.counted == {world.run_id: counted}
    world.counted.clear()
    await world.commit(world.talked(one))
    assert world.counted == {world.run_id: counted}, "written again: nothing changes, and who lost the answer hears it"
    await world.own("engine-2")
    [run] = world.floor.runs
    assert (run.placed, run.finished, run.answered, run.abandoned) == (3, 2, 2, 1)
    assert run.placed_last_minute == 3


@pytest.mark.covers("I4", "I33")
async def test_the_next_engine_finds_the_call_that_an_agent_still_wraps_up(world: World) -> None:
    [item] = await begin(world)
    wraps_up = c.SaveAgentState(
        agent_id=world.agent_id,
        state="acw",
        reason=None,
        pause=None,
        call=item.call,
        acw_until_utc_s=world.utc_s + 30,
        session_open=True,
        at_utc_s=world.utc_s,
    )
    said = c.SaveDisposition(
        call=item.call,
        agent_id=world.agent_id,
        disposition="LATER",
        note="after ten",
        at_utc_s=world.utc_s,
        next_due_utc_s=world.utc_s + 60,
        retry_why="rule",
    )
    await world.commit(world.place(item), world.talked(item), wraps_up, said)
    await world.commit(c.SaveRun(run_id=world.run_id, state="removed", at_utc_s=world.utc_s, final=True))
    await world.own("engine-2")
    [call] = world.floor.calls
    assert (call.outcome, call.disposition, call.note) == (Outcome.HANDLED, "LATER", "after ten")
    assert (call.agent_id, call.ended_utc_s, call.item.earlier) == (world.agent_id, world.utc_s + 14, {})
    assert [run.run_id for run in world.floor.runs] == [world.run_id], "its rules are needed, though the run is over"


async def test_members_whose_taking_was_not_heard_of_are_given_back(world: World) -> None:
    """The answer to a filling was lost on its way: the engine holds one of the three only."""
    held, _lost, _too = await begin(world, 3)
    assert not (await world.fill()).items
    filled = await world.fill(held=(held.call,))
    assert [item.member_id for item in filled.items] == [_lost.member_id, _too.member_id]
    assert await world.commit(world.place(held)) == [CallCommitted(call=held.call)]


async def test_a_member_dialed_by_hand_is_given_back_though_its_first_taking_is_still_held(world: World) -> None:
    """An agent dialed the number while it lay in the hopper. It was to be called again, was taken anew, and that answer
    was lost: what lies in the hopper since the first time does not keep it for ever."""
    [stale] = await begin(world)
    _, picked = await world.campaigns.dial_by_hand(
        world.tenant, world.campaign.campaign_id, contact_id=stale.contact_id, number=None, zones=()
    )
    assert (picked.member_id, picked.call == stale.call) == (stale.member_id, False)
    dialed = world.place(picked, by_hand=True, audit=Audited.MANUAL_DIAL, agent_id=world.agent_id)
    due = world.utc_s + 60
    assert await world.commit(dialed) == [CallCommitted(call=picked.call)]
    await world.commit(world.close(picked, Outcome.BUSY, next_due_utc_s=due))
    world.utc_s = due
    [_lost] = (await world.fill()).items
    assert _lost.member_id == stale.member_id
    [again] = (await world.fill(held=(stale.call,))).items
    assert again.member_id == stale.member_id
    assert await world.commit(world.place(again)) == [CallCommitted(call=again.call)]
