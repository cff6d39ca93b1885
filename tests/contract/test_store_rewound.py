"""A server that failed over and lost its newest commits: nobody writes before it was given back what it lost (C2)."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from busyhour.core import commands as c
from busyhour.core.events import Asker, CallCommitted, HopperFilled
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import Audited, ListRole, Outcome
from busyhour.service.errors import FenceLost, StoreRewound
from busyhour.service.ports import Kept

from .conftest import World, new_contact

NORMAL = ListRole.NORMAL
PLACED = "SELECT * FROM attempt ORDER BY call"
MEMBERS = "SELECT contact_id, state, attempts, due_utc_s, last_call, last_outcome FROM member ORDER BY contact_id"
COUNTS = "SELECT placed, finished, answered, abandoned, state FROM run"
AGENTS = "SELECT state, pause_reason, session_open FROM agent"


def kept_of(fence: int, keeps: Sequence[c.Keep], no: int = 1) -> Kept:
    return Kept(fence=fence, writes=((no, tuple(keeps)),))


async def begin(world: World) -> tuple[HopperItem, ...]:
    people = await world.add_list("people", [new_contact(n) for n in range(1, 5)])
    await world.start((people, NORMAL))
    return (await world.fill()).items


def lately(world: World, items: tuple[HopperItem, ...]) -> list[c.Keep]:
    """One call is over and will be tried again, one is over for good with a word of the agent, one is up."""
    t = world.utc_s
    return [
        *(world.place(item) for item in items[:3]),
        c.SaveProgress(call=items[1].call, state="answered", answered_utc_s=t + 4, agent_id=world.agent_id),
        world.close(items[0], Outcome.BUSY, ended_utc_s=t + 3, next_due_utc_s=t + 300),
        world.close(items[1], Outcome.HANDLED, answered_utc_s=t + 4, joined_utc_s=t + 5, ended_utc_s=t + 9, talk_s=5.0),
        c.SaveDisposition(
            call=items[1].call,
            agent_id=world.agent_id,
            disposition="sale",
            note="two",
            at_utc_s=t + 10,
            next_due_utc_s=None,
            retry_why="",
        ),
        c.SaveAgentState(
            agent_id=world.agent_id,
            state="not_ready",
            reason="Lunch",
            pause="Lunch",
            call=None,
            acw_until_utc_s=0.0,
            session_open=True,
            at_utc_s=t + 11,
        ),
        c.SaveRun(run_id=world.run_id, state="paused", at_utc_s=t + 12, final=False),
    ]


async def all_of(world: World) -> dict[str, Any]:
    """What must be as it was; the ids of members may be others."""
    placed = [{name: row[name] for name in row if name != "member_id"} for row in await world.rows(PLACED)]
    return {
        "placed": placed,
        "members": await world.rows(MEMBERS),
        "counts": await world.rows(COUNTS),
        "agents": await world.rows(AGENTS),
        "interactions": await world.rows("SELECT * FROM interaction ORDER BY interaction_id"),
    }


async def another_history(world: World) -> None:
    await world.rows("UPDATE shard_lease SET history = 'the one before' RETURNING 1")


async def lose(world: World) -> None:
    """What a standby has that fell behind when the run began. As the owner: the program may not delete calls."""
    async with world.database.tenant_transaction(world.tenant) as connection:
        await connection.execute(sa.text("SET LOCAL ROLE NONE"))
        for table in ("segment", "interaction", "attempt", "member", "run_list"):
            await connection.execute(sa.text(f"DELETE FROM {table} WHERE tenant_id = :own"), {"own": world.tenant})
    await world.rows(
        "UPDATE run SET placed = 0, finished = 0, answered = 0, abandoned = 0, state = 'running' RETURNING 1"
    )
    await world.rows("UPDATE agent SET state = 'available', pause_reason = NULL, session_open = false RETURNING 1")
    await another_history(world)


@pytest.mark.covers("I13")
async def test_on_another_history_nothing_is_written_until_the_shard_is_opened_anew(world: World) -> None:
    items = await begin(world)
    await another_history(world)
    for ask in (world.commit(world.place(items[0])), world.commit(), world.fill()):
        with pytest.raises(StoreRewound):
            await ask
    assert await world.rows(PLACED) == []
    old = world.fence
    await world.own()
    assert world.fence > old + 1_000_000, "no lost opening can have had this fence"
    assert await world.commit() == []
    world.fence = old
    with pytest.raises(FenceLost):
        await world.commit()


async def test_who_was_replaced_before_the_failover_stays_replaced(world: World) -> None:
    await begin(world)
    old = world.fence
    await world.own("engine-2")
    await another_history(world)
    world.fence = old
    with pytest.raises(FenceLost):
        await world.commit()


@pytest.mark.covers("I13")
async def test_who_lived_on_opens_the_shard_anew_unless_another_was_first(world: World) -> None:
    await begin(world)
    old = world.fence
    await another_history(world)
    world.floor = await world.store.open_shard(world.tenant, "engine-1", mine=old)
    newer = world.fence = world.floor.fence
    with pytest.raises(FenceLost):
        await world.store.open_shard(world.tenant, "engine-1", mine=old)
    assert await world.commit() == [], "its fence holds"
    await another_history(world)
    with pytest.raises(FenceLost):
        await world.store.open_shard(world.tenant, "engine-1", mine=old)
    assert (await world.store.open_shard(world.tenant, "engine-1", mine=newer)).fence > newer


@pytest.mark.covers("I13")
async def test_who_did_not_hear_of_their_own_opening_may_open_again_and_who_heard_of_none_since_another_s_may_not(
    world: World,
) -> None:
    await begin(world)
    old = world.fence
    unheard = await world.store.open_shard(world.tenant, "host#one", mine=old)
    again = await world.store.open_shard(world.tenant, "host#one", mine=old)
    assert again.fence > unheard.fence
    await world.store.open_shard(world.tenant, "host#two")
    with pytest.raises(FenceLost):
        await world.store.open_shard(world.tenant, "host#one", mine=again.fence)


async def test_the_end_of_a_call_whose_intent_nobody_heard_of_is_given_back_to_nothing(world: World) -> None:
    """The next engine read of the intent in the store, and closed it as never sent; then both were lost."""
    items = await begin(world)
    await world.commit(world.place(items[0]))
    unsent = world.close(items[0], Outcome.CANCELLED, ended_utc_s=world.utc_s, next_due_utc_s=world.utc_s + 60)
    await world.commit(unsent)
    await lose(world)
    world.floor = await world.store.open_shard(world.tenant, "engine-1", kept_of(world.fence, [unsent]))
    world.fence = world.floor.fence
    assert (world.floor.given_back, await world.rows(PLACED), await world.rows(MEMBERS)) == (0, [], [])


@pytest.mark.covers("I3", "I29", "I33")
async def test_what_was_lost_is_given_back_and_nobody_is_called_again_for_want_of_it(world: World) -> None:
    items = await begin(world)
    keeps = lately(world, items)
    await world.commit(*keeps)
    before = await all_of(world)
    await lose(world)
    world.floor = await world.store.open_shard(world.tenant, "engine-1", kept_of(world.fence, keeps))
    world.fence = world.floor.fence
    assert world.floor.given_back == 3
    after = await all_of(world)
    assert after["members"] == [row for row in before["members"] if row["state"] != "taken"]
    del before["members"], after["members"]
    assert after == before
    assert [call.item.call for call in world.floor.calls] == [items[2].call]
    await world.commit(c.SaveRun(run_id=world.run_id, state="running", at_utc_s=world.utc_s, final=False))
    world.utc_s += 20
    filled = await world.fill()
    assert [item.contact_id for item in filled.items] == [items[3].contact_id], "the other three were called"
    assert filled.next_due_utc_s == world.utc_s - 20 + 300
    await world.commit(world.close(items[2], Outcome.NO_ANSWER))
    assert (await world.campaigns.run(world.tenant, world.run_id)).finished == 2


@pytest.mark.covers("I7", "I33")
async def test_what_the_server_still_has_is_not_written_again_over_something_newer(world: World) -> None:
    """The engine that paused the run died before it heard that this was written, so it is not among what was kept."""
    await begin(world)
    running, paused = (
        c.SaveRun(run_id=world.run_id, state=state, at_utc_s=world.utc_s, final=False)
        for state in ("running", "paused")
    )
    await world.store.commit(world.tenant, world.fence, [running], 1)
    await world.store.commit(world.tenant, world.fence, [paused], 2)
    await another_history(world)
    world.floor = await world.store.open_shard(world.tenant, "engine-1", kept_of(world.fence, [running], no=1))
    assert (world.floor.given_back, world.floor.written_no) == (0, 2)
    assert [run.state for run in world.floor.runs] == ["paused"]


async def test_what_was_not_lost_stays_as_it_is(world: World) -> None:
    items = await begin(world)
    keeps = lately(world, items)
    await world.commit(*keeps)
    kept = kept_of(world.fence, keeps)
    again = None
    for _ in range(2):
        await another_history(world)
        picture = await world.store.open_shard(world.tenant, "engine-1", kept)
        kept = kept_of(picture.fence, keeps)
        assert picture.given_back == 0
        found = await all_of(world)
        assert again in (None, found)
        again = found
    assert sorted(row["state"] for row in await world.rows(PLACED)) == ["final", "final", "intent"]


async def test_who_opened_the_shard_meanwhile_knows_better(world: World) -> None:
    """Somebody else has gone on since: what an older engine kept would turn back what they wrote."""
    items = await begin(world)
    keeps = lately(world, items)
    await world.commit(*keeps)
    kept = kept_of(world.fence, keeps)
    await world.own("engine-2")
    await world.commit(c.SaveRun(run_id=world.run_id, state="running", at_utc_s=world.utc_s, final=False))
    await another_history(world)
    picture = await world.store.open_shard(world.tenant, "engine-1", kept)
    assert picture.given_back is None
    assert (await world.campaigns.run(world.tenant, world.run_id)).state == "running"


async def test_an_engine_that_died_before_it_wrote_leaves_the_journal_to_the_next(world: World) -> None:
    """Its opening is newer than all that was kept, and was of the same installation."""
    items = await begin(world)
    keeps = lately(world, items)
    await world.commit(*keeps)
    kept = kept_of(world.fence, keeps)
    await world.own("engine-1")
    await lose(world)
    picture = await world.store.open_shard(world.tenant, "engine-1", kept)
    assert picture.given_back == 3


@pytest.mark.covers("I38")
async def test_who_paused_a_run_in_the_lost_seconds_is_given_back_once(world: World) -> None:
    """Whether the server still has the entry, or lost it with what it tells."""
    await begin(world)
    by = Asker(user_id=7, address="10.0.0.7")
    told = {"audit": Audited.RUN_PAUSED, "by": by, "final": False}
    paused = c.SaveRun(run_id=world.run_id, state="paused", at_utc_s=world.utc_s, **told)
    await lose(world)
    for _ in range(2):
        await another_history(world)
        picture = await world.store.open_shard(world.tenant, "engine-1", kept_of(world.fence, [paused]))
        world.fence = picture.fence
        entries = await world.rows("SELECT what, user_id, address, run_id FROM audit_entry")
        assert [tuple(row.values()) for row in entries] == [("run paused", 7, "10.0.0.7", world.run_id)]


@pytest.mark.covers("I6", "I33")
async def test_do_not_call_numbers_of_the_lost_seconds_are_given_back(world: World) -> None:
    """Those that were taken off the list are off it again; who listed a number before stays named."""
    await begin(world)
    one, two, three = "+390612345671", "+390612345672", "+390612345673"
    await world.directory.add_dnc(world.tenant, [two, three], "before")
    listed = c.ListNumbers(numbers=(one, three), source="typed in", at_utc_s=world.utc_s)
    off = c.ListNumbers(numbers=(two,), source="", at_utc_s=world.utc_s, off=True)
    await another_history(world)
    await world.store.open_shard(world.tenant, "engine-1", kept_of(world.fence, [listed, off], no=9))
    found = {entry.number: entry.source for entry in await world.directory.dnc(world.tenant)}
    assert found == {one: "typed in", three: "before"}


async def test_a_contact_that_was_passed_over_stays_so(world: World) -> None:
    items = await begin(world)
    skip = c.SkipContact(
        item=items[0],
        run_id=world.run_id,
        campaign_id=world.campaign.campaign_id,
        agent_id=world.agent_id,
        reason="known",
        why="passed over",
        next_due_utc_s=None,
        retry_why="no rule",
        at_utc_s=world.utc_s,
    )
    await world.commit(skip)
    before = await all_of(world)
    await lose(world)
    for history in ("lost", "not lost"):
        picture = await world.store.open_shard(world.tenant, "engine-1", kept_of(world.fence, [skip]))
        after = await all_of(world)
        assert (picture.given_back, after["placed"]) == (0, before["placed"]), history
        assert [row["finished"] for row in after["counts"]] == [1]
        await another_history(world)


@pytest.mark.covers("I26")
async def test_a_reservation_ends_when_its_agent_had_something_else_since(world: World) -> None:
    """Its end is lost with an engine that did not hear of it; that the agent was free then is given back."""
    items = await begin(world)
    of = {"run_id": world.run_id, "agent_id": world.agent_id, "until_utc_s": world.utc_s + 60.0}
    await world.commit(c.SaveReservation(item=items[0], **of))
    for no, call, left in ((1, items[0].call, 1), (2, None, 0)):
        await another_history(world)
        kept = kept_of(world.fence, [agent_state(world, call)], no=no)
        picture = await world.store.open_shard(world.tenant, "engine-1", kept)
        assert len(picture.reservations) == left
    [state] = await world.rows(f"SELECT state FROM member WHERE member_id = {items[0].member_id}")
    assert state["state"] == "waiting"


def agent_state(world: World, call: str | None) -> c.SaveAgentState:
    return c.SaveAgentState(
        agent_id=world.agent_id,
        state="reserved" if call else "available",
        reason=None,
        pause=None,
        call=call,
        acw_until_utc_s=0.0,
        session_open=True,
        at_utc_s=world.utc_s,
    )


async def test_a_call_whose_run_or_contact_is_lost_too_is_left_out(world: World) -> None:
    items = await begin(world)
    keeps = lately(world, items)
    await world.commit(*keeps)
    await lose(world)
    await world.rows(f"DELETE FROM contact WHERE contact_id = {items[0].contact_id} RETURNING 1")
    other = f"UPDATE contact_point SET number = '+1' WHERE contact_id = {items[1].contact_id} RETURNING 1"
    await world.rows(other)
    picture = await world.store.open_shard(world.tenant, "engine-1", kept_of(world.fence, keeps))
    assert picture.given_back == 3
    assert [row["call"] for row in await world.rows(PLACED)] == [items[2].call]


async def test_a_store_that_never_failed_over_takes_nothing_back(world: World) -> None:
    items = await begin(world)
    kept = kept_of(world.fence, [world.place(items[0])])
    picture = await world.store.open_shard(world.tenant, "engine-1", kept)
    assert (picture.given_back, picture.fence) == (None, world.fence + 1)
    assert await world.rows(PLACED) == []
    world.fence = picture.fence
    filled = await world.fill()
    assert isinstance(filled, HopperFilled)
    assert await world.commit(world.place(filled.items[0])) == [CallCommitted(call=filled.items[0].call)]
