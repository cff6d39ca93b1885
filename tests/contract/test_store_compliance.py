"""The law's counts from the records: the same from PostgreSQL and from memory, and both as the core defines them."""

import random
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError

from busyhour.adapters.memory.compliance import reckon as reckon_in_memory
from busyhour.adapters.memory.store import MemoryStore
from busyhour.core import commands as c
from busyhour.core.dialer.compliance.counts import count_of
from busyhour.core.events import CallCommitted, CallRefused, NumberOptedOut
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Compliance
from busyhour.core.model.counts import BUCKET_S, KEPT_S, Count, ReckoningAsk, bucket_of
from busyhour.core.model.pictures import HopperItem, Segment
from busyhour.core.model.values import REACHED, DialMode, Heard, ListRole, Outcome, Refusal
from busyhour.service import records as r
from busyhour.service.errors import Conflict, Invalid

from .conftest import NOON_UTC_S, World, new_contact, number

NORMAL = ListRole.NORMAL
DAY_S = 86_400.0


def ask(world: World, until_utc_s: float, *open_calls: str) -> ReckoningAsk:
    return ReckoningAsk(
        campaign_id=world.campaign.campaign_id, until_utc_s=until_utc_s, wait_max_s=2.0, open_calls=open_calls
    )


def ending(rng: random.Random, at_utc_s: float) -> dict[str, Any]:
    """Any final record that can be."""
    outcome = rng.choice(list(Outcome))
    heard = rng.choice((None, Heard.HUMAN, Heard.MACHINE, Heard.UNSURE))
    answered = at_utc_s + rng.uniform(2, 20) if outcome in (*REACHED, Outcome.ANSWERING_MACHINE) else None
    joined = None
    if answered is not None and outcome in (Outcome.HANDLED, Outcome.MAX_DURATION) and rng.random() < 0.8:
        joined = answered + rng.choice((0.2, 1.9, 2.0, 2.001, 5.0))
    if outcome is Outcome.HANDLED and joined is None:
        joined = answered
    times = {"answered_utc_s": answered, "joined_utc_s": joined, "ended_utc_s": at_utc_s + 60}
    return {"outcome": outcome, "heard": heard, **times}


async def begin(world: World, calls: int, **settings: Any) -> list[HopperItem]:
    people = await world.add_list("people", [new_contact(i) for i in range(calls)])
    await world.start((people, NORMAL), **settings)
    return list((await world.fill(calls)).items)


async def begin_in_memory(world: World, calls: int) -> tuple[MemoryStore, int, dict[str, HopperItem]]:
    """The same campaign over the same numbers, in memory."""
    store = MemoryStore()
    rows = store.add_tenant(1)
    run = store.start_run(1, world.campaign, [number(i) for i in range(calls)])
    run.state = RunState.RUNNING
    rows.fence = 1
    items = [rows.item(1, member) for member in rows.take(run, calls, NOON_UTC_S)]
    return store, run.run_id, {item.number: item for item in items}


async def test_the_counts_are_those_of_the_core_in_both_stores(world: World) -> None:
    rng = random.Random(7)
    calls = 120
    items = await begin(world, calls)
    memory, run_id, in_memory = await begin_in_memory(world, calls)
    expected: dict[int, Count] = {}
    for item in items:
        at_utc_s = NOON_UTC_S + rng.uniform(-40 * DAY_S, 0)
        record = ending(rng, at_utc_s)
        await world.commit(world.place(item, at_utc_s=at_utc_s), world.close(item, **record))
        twin = in_memory[item.number]
        same = {"run_id": run_id, "member_id": twin.member_id, "contact_id": twin.contact_id}
        await memory.commit(1, 1, [world.place(twin, at_utc_s=at_utc_s, run_id=run_id)])
        await memory.commit(1, 1, [world.close(twin, **(record | same))])
        answered = record["answered_utc_s"]
        plain = {key: value for key, value in record.items() if key != "ended_utc_s"}
        count = count_of(**plain, wait_max_s=2.0)
        if count != Count() and answered is not None and answered >= bucket_of(NOON_UTC_S - KEPT_S) * BUCKET_S:
            bucket = bucket_of(answered)
            expected[bucket] = expected.get(bucket, Count()) + count
    asked = ask(world, NOON_UTC_S)
    found = await world.store.reckon(world.tenant, asked)
    assert found.buckets == expected
    assert sum(count.abandoned for count in expected.values()) > 5, "the story has something to count"
    assert sum(count.connected for count in expected.values()) > 5
    assert sum(count.detected for count in expected.values()) > 1
    assert sum(count.machines for count in expected.values()) > 0
    assert found == reckon_in_memory(memory.tenants[1], asked)


async def test_what_is_open_or_begun_later_is_left_to_the_floor(world: World) -> None:
    items = await begin(world, 4)
    for n, item in enumerate(items):
        await world.commit(world.place(item, at_utc_s=NOON_UTC_S + n))
    first, second, third, still_up = items
    await world.commit(world.talked(first), world.talked(second), world.talked(third))
    found = await world.store.reckon(world.tenant, ask(world, NOON_UTC_S + 2, second.call, still_up.call))
    assert sum((count.connected for count in found.buckets.values()), 0) == 1, "only the first"
    assert found.late == {third.call: (bucket_of(NOON_UTC_S), Count(1))}, "begun since; or by a clock that was set back"
    assert found.first_utc_s == NOON_UTC_S
    assert (found.from_utc_s, found.until_utc_s) == (bucket_of(NOON_UTC_S + 2 - KEPT_S) * BUCKET_S, NOON_UTC_S + 2)


async def test_a_campaign_without_calls_has_nothing_and_has_not_begun(world: World) -> None:
    await begin(world, 1)
    found = await world.store.reckon(world.tenant, ask(world, NOON_UTC_S))
    assert (dict(found.buckets), found.first_utc_s) == ({}, None)


@pytest.mark.covers("I37")
async def test_another_tenant_or_campaign_counts_nothing_here(world: World) -> None:
    [item] = await begin(world, 1)
    await world.commit(world.place(item), world.talked(item))
    other = (await world.directory.create_tenant(name="Other", time_zone="UTC", country="IT")).tenant_id
    until = NOON_UTC_S + 60
    assert (await world.store.reckon(other, ask(world, until))).buckets == {}
    assert await world.reports.compliance_days(other, None, from_utc_s=0, until_utc_s=until) == []
    own = ReckoningAsk(campaign_id=world.campaign.campaign_id + 1, until_utc_s=until, wait_max_s=2.0)
    assert (await world.store.reckon(world.tenant, own)).buckets == {}
    assert len((await world.store.reckon(world.tenant, ask(world, until))).buckets) == 1


async def test_a_day_of_calls_is_proven_by_one_row(world: World) -> None:
    """Eight calls around midnight in Rome: what the law asks of each, in numbers."""
    items = await begin(world, 8, time_zone="Europe/Rome", compliance=Compliance(preset="uk"))
    world.utc_s = NOON_UTC_S + 11 * 3600 + 60  # 00:01 of the 16th in Rome
    t = world.utc_s
    farewell = Segment(kind="abandon_message", agent_id=None, started_utc_s=t + 6, ended_utc_s=t + 10)
    endings = [
        world.talked(items[0]),  # an agent within 1 s
        world.talked(items[1], joined_utc_s=t + 6),  # too late
        world.close(
            items[2], Outcome.ABANDONED, answered_utc_s=t + 4, talk_s=6.0, ended_utc_s=t + 10, segments=(farewell,)
        ),
        world.close(items[3], Outcome.ABANDONED, answered_utc_s=t + 4, talk_s=1.0, ended_utc_s=t + 5),
        world.close(items[4], Outcome.NO_ANSWER, ringing_utc_s=t + 1, ended_utc_s=t + 31),
        world.close(items[5], Outcome.CANCELLED, ringing_utc_s=t + 1, ended_utc_s=t + 12),
        world.close(items[6], Outcome.BUSY, ringing_utc_s=None, ended_utc_s=t + 2),
    ]
    for item, end in zip(items, endings, strict=False):
        await world.commit(world.place(item), end)
    await world.commit(world.place(items[7], at_utc_s=t - 3600))  # the day before, and still up
    campaign_id = world.campaign.campaign_id
    today, before = await world.reports.compliance_days(
        world.tenant, campaign_id, from_utc_s=t - DAY_S, until_utc_s=t + 1
    )
    assert (today.day, before.day) == ("2027-01-16", "2027-01-15")
    assert (before.dials, before.still_open, before.answered, before.abandoned_share) == (1, 1, 0, 0.0)
    assert (today.preset, today.wait_max_s, today.ring_min_s) == ("uk", 2.0, 15.0)
    assert (today.dials, today.answered, today.connected, today.abandoned) == (7, 4, 1, 3)
    assert (today.late, today.messages, today.machines) == (1, 1, 0)
    assert today.abandoned_share == 0.75
    assert (today.met_max_ms, today.met_p95_ms) == (3000, 3000)
    assert (today.rang_short, today.rang_min_ms) == (1, 11_000)
    assert await world.reports.compliance_days(world.tenant, None, from_utc_s=t + 1, until_utc_s=t + 2) == []
    await world.rows("""UPDATE campaign SET settings = settings || '{"time_zone": "Mars/Olympus"}' RETURNING 1""")
    [by_utc] = await world.reports.compliance_days(world.tenant, None, from_utc_s=t - DAY_S, until_utc_s=t + 1)
    assert (by_utc.day, by_utc.dials) == ("2027-01-15", 8), "a zone that the database does not know: UTC"


async def test_the_counts_are_found_by_the_index_among_many_calls(world: World) -> None:
    """Of 20,000 calls of which one in fifty was answered, the statement reads those and no others."""
    await begin(world, 1)
    await world.rows(
        "INSERT INTO attempt (call, run_id, campaign_id, member_id, contact_id, list_id, trunk_id, number,"
        " contact_name, attempt_no, variables, state, outcome, why, intent_utc_s, answered_utc_s, ended_utc_s)"
        f" SELECT 'c' || n, {world.run_id}, {world.campaign.campaign_id}, n, n, 1, {world.trunk_id}, '+39' || n, '',"
        " 1, '{}', 'final', CASE WHEN n % 50 = 0 THEN 'ABANDONED' ELSE 'NO_ANSWER' END, '',"
        f" {NOON_UTC_S} - n, CASE WHEN n % 50 = 0 THEN {NOON_UTC_S} - n + 5 END, {NOON_UTC_S} - n + 30"
        " FROM generate_series(1, 20000) n RETURNING 1"
    )
    async with world.database.quick_transaction(world.tenant) as driver:
        await driver.execute("SELECT note_calls()")
    from busyhour.adapters.sql.compliance import RECKON

    asked = ask(world, NOON_UTC_S)
    async with world.database.quick_transaction(world.tenant) as driver:
        plan = await driver.fetch(
            "EXPLAIN (ANALYZE, BUFFERS) " + RECKON,
            *(
                asked.campaign_id,
                float(BUCKET_S),
                2.0,
                asked.from_utc_s - 3600,
                asked.until_utc_s,
                asked.from_utc_s,
                [],
            ),
        )
    text = "\n".join(row[0] for row in plan)
    assert "attempt_reached" in text, text
    assert "Seq Scan" not in text, text
    found = await world.store.reckon(world.tenant, asked)
    assert sum(count.abandoned for count in found.buckets.values()) == 400


@pytest.mark.covers("U-15")
async def test_a_key_pressed_in_a_call_lists_its_number_and_the_records_say_so(world: World) -> None:
    people = await world.add_list("people", [new_contact(1), new_contact(1), new_contact(2)])
    await world.start((people, NORMAL), compliance=Compliance(preset="us"))
    first, again, other = (await world.fill()).items
    await world.commit(world.place(first))
    opted = c.OptOut(call=first.call, number=first.number, at_utc_s=NOON_UTC_S + 9)
    answered, refused, placed = await world.commit(opted, world.close(first), world.place(again), world.place(other))
    assert answered == NumberOptedOut(call=first.call, number=first.number)
    assert isinstance(refused, CallRefused)
    assert refused.reason is Refusal.DNC
    assert placed == CallCommitted(call=other.call)
    later = c.OptOut(call=first.call, number=first.number, at_utc_s=NOON_UTC_S + 99)
    assert await world.commit(later) == [answered], "written again, it changes nothing"
    [entry] = await world.directory.dnc(world.tenant)
    assert (entry.number, entry.source) == (first.number, "key pressed in a call")
    row = await world.reports.attempt(world.tenant, first.call)
    assert (row.opted_out_utc_s, row.outcome) == (NOON_UTC_S + 9, "NO_ANSWER")
    [day] = await world.reports.compliance_days(
        world.tenant, world.campaign.campaign_id, from_utc_s=0, until_utc_s=NOON_UTC_S + 60
    )
    assert (day.dials, day.opted_out) == (2, 1)


async def test_a_new_engine_knows_who_has_opted_out(world: World) -> None:
    [item] = await begin(world, 1)
    await world.commit(world.place(item), c.OptOut(call=item.call, number=item.number, at_utc_s=NOON_UTC_S + 9))
    await world.own("engine-2")
    [stored] = world.floor.calls
    assert stored.opted_out_utc_s == NOON_UTC_S + 9


@pytest.mark.covers("U-40")
async def test_the_time_from_the_answer_to_the_message_is_in_the_record(world: World) -> None:
    abandoned, talked, silent = await begin(world, 3)
    part = Segment(kind="abandon_message", agent_id=None, started_utc_s=NOON_UTC_S + 4.9, ended_utc_s=NOON_UTC_S + 9)
    await world.commit(*(world.place(item) for item in (abandoned, talked, silent)))
    await world.commit(
        world.close(abandoned, Outcome.ABANDONED, answered_utc_s=NOON_UTC_S + 3, segments=(part,)),
        world.talked(talked),
        world.close(silent),
    )
    rows = (await world.reports.attempts(world.tenant, r.AttemptFilter())).rows
    assert {row.call: row.message_ms for row in rows} == {abandoned.call: 1900, talked.call: None, silent.call: None}


async def test_dialing_ahead_needs_a_message_where_the_law_asks_for_one(world: World) -> None:
    people = await world.add_list("people", [new_contact(1)])
    for mode in (DialMode.PREDICTIVE, DialMode.RATIO):
        with pytest.raises(Invalid, match=r"no message .* Choose a prompt"):
            await world.start((people, NORMAL), dial_mode=mode, compliance=Compliance(preset="uk"))
    await world.start((people, NORMAL), dial_mode=DialMode.PROGRESSIVE, compliance=Compliance(preset="uk"))
    await world.start((people, NORMAL), dial_mode=DialMode.PREDICTIVE, compliance=Compliance(preset="own"))
    said = {"dial_mode": DialMode.PREDICTIVE, "compliance": Compliance(preset="uk"), "abandon_prompt": "p1-1-sorry"}
    await world.start((people, NORMAL), **said)


async def test_nothing_deletes_what_proves_that_the_law_was_kept(world: World) -> None:
    """Not with the campaign or its list, and not by any statement of the program: its role may not."""
    [item] = await begin(world, 1)
    await world.commit(world.place(item), world.talked(item))
    before = await world.rows("SELECT * FROM attempt")
    for statement in ("DELETE FROM attempt", "DELETE FROM segment", "DELETE FROM interaction", "TRUNCATE attempt"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await world.rows(statement)
    with pytest.raises(Conflict):
        await world.campaigns.delete_campaign(world.tenant, world.campaign.campaign_id)
    await world.campaigns.save_campaign(world.tenant, world.campaign, lists=())
    with pytest.raises(Conflict, match="reports"):
        await world.lists.delete_list(world.tenant, int(before[0]["list_id"]))
    assert await world.rows("SELECT * FROM attempt") == before != []
