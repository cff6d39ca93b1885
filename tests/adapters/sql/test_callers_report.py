"""What became of callers, as the screens show it; and what the server looks at to find it."""

from pathlib import Path
from typing import Any

import pytest

from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.lists import lock_list
from busyhour.core import commands as c
from busyhour.core.events import CallRefused
from busyhour.core.model.counts import BUCKET_S, bucket_of
from busyhour.core.model.queue import Queue
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.core.model.values import Refusal
from busyhour.service import caller_records as cr
from busyhour.service.errors import Invalid, NotFound
from tests.contract.conftest import new_contact
from tests.contract.inbound import Inbound, InSql

ROME = "+390612345678"


@pytest.fixture
async def inbound(database: Database, tmp_path: Path) -> Inbound:
    made = Inbound(InSql(database, tmp_path))
    await made.begin()
    return made


def sql(inbound: Inbound) -> InSql:
    assert isinstance(inbound.side, InSql)
    return inbound.side


async def shown(inbound: Inbound, **which: Any) -> list[str]:
    page = await sql(inbound).queues.callers(inbound.side.tenant, cr.CallerFilter(**which))
    assert page.cursor is None
    return [row.call for row in page.rows]


async def test_a_caller_is_shown_with_queue_agent_times_and_whose_number_it_is(inbound: Inbound) -> None:
    side, at = sql(inbound), inbound.utc_s
    for name in ("older", "newer"):
        await side.world.add_list(name, [new_contact(1, name=name, numbers=("+39061", ROME))])
    call = inbound.call()
    await inbound.commit(inbound.came(number="06 12345678"), inbound.place_in(call, "queued"))
    row = await side.queues.caller(side.tenant, call)
    assert (row.ended_utc_s, row.wait_s, row.outcome, row.queue_name) == (None, None, None, "Sales")
    await inbound.commit(inbound.talked(call, why="an agent took them"))
    said = {"agent_id": side.agent_id, "at_utc_s": at, "next_due_utc_s": None, "retry_why": ""}
    await inbound.commit(c.SaveDisposition(call=call, disposition="sale", note="two", **said))
    row = await side.queues.caller(side.tenant, call)
    contact = await side.world.lists.contact(side.tenant, row.contact_id or 0)
    assert contact.list_id == 2, "of the newest contact with that number, however the carrier wrote it"
    assert row == cr.CallerRow(
        call=call,
        dialed="+39069",
        number="06 12345678",
        name="Ada",
        queue_id=inbound.queue.queue_id,
        queue_name="Sales",
        agent_id=side.agent_id,
        agent_name="Ann",
        arrived_utc_s=at,
        answered_utc_s=at + 1,
        joined_utc_s=at + 4,
        ended_utc_s=at + 14,
        wait_s=3.0,
        talk_s=10.0,
        outcome="HANDLED",
        cause="normal",
        disposition="sale",
        note="two",
        callback=False,
        contact_id=contact.contact_id,
        why="an agent took them",
    )
    segments = await side.world.rows("SELECT kind, agent_id, ended_utc_s FROM segment")
    assert segments == [{"kind": "agent", "agent_id": side.agent_id, "ended_utc_s": at + 14}]
    [cdr] = await side.world.rows("SELECT direction, outcome, talk_ms, closed_utc_s FROM interaction")
    assert cdr == {"direction": "in", "outcome": "HANDLED", "talk_ms": 10_000, "closed_utc_s": at + 14}
    with pytest.raises(NotFound, match="caller"):
        await side.queues.caller(side.tenant, "i1-unknown")


async def test_callers_by_filter_and_page_by_page(inbound: Inbound) -> None:
    side, at = sql(inbound), inbound.utc_s
    for n in range(7):
        await inbound.commit(inbound.came(n, f"+3906{n}", at_utc_s=at + (n // 2)))
    calls = [inbound.call(n) for n in range(7)]
    await inbound.commit(inbound.talked(calls[0]), inbound.gone(calls[1]), inbound.gone(calls[2], queue_id=None))
    await inbound.commit(inbound.promised(), inbound.back())
    back = inbound.back().call
    assert await shown(inbound, open_only=True, until_utc_s=at + 3) == [calls[5], calls[4], calls[3], back]
    assert await shown(inbound, outcome="ABANDONED") == [calls[2], calls[1]]
    assert await shown(inbound, queue_id=inbound.queue.queue_id) == [calls[1], calls[0], back]
    assert await shown(inbound, agent_id=side.agent_id) == [calls[0], back]
    assert await shown(inbound, number="065") == [calls[5]]
    assert await shown(inbound, from_utc_s=at + 3) == [calls[6]]
    assert (await side.queues.caller(side.tenant, back)).callback
    found: list[str] = []
    cursor = None
    while True:
        page = await side.queues.callers(side.tenant, cr.CallerFilter(), cursor=cursor, limit=3)
        found += [row.call for row in page.rows]
        if (cursor := page.cursor) is None:
            break
    assert found == await shown(inbound)
    assert len(found) == 8
    with pytest.raises(Invalid):
        await side.queues.callers(side.tenant, cr.CallerFilter(), cursor="?")


async def test_figures_and_promises_as_they_are_listed(inbound: Inbound) -> None:
    side, bucket = sql(inbound), bucket_of(inbound.utc_s)
    other = await side.add_queue(Queue(queue_id=0, name="Help"))
    counts = QueueCounts(entered=3, answered=2, in_time=(1, 2), wait_s=4.5)
    for queue, n in ((inbound.queue, 0), (inbound.queue, 1), (other, 1)):
        await inbound.commit(c.SaveQueueCounts(queue_id=queue.queue_id, bucket=bucket + n, counts=counts))
    span = {"from_utc_s": inbound.utc_s + 1, "until_utc_s": inbound.utc_s + 2 * BUCKET_S}
    rows = await side.queues.queue_figures(side.tenant, None, **span)
    begins = float(bucket * BUCKET_S)
    assert [(row.queue_name, row.from_utc_s) for row in rows] == [
        ("Sales", begins),
        ("Help", begins + BUCKET_S),
        ("Sales", begins + BUCKET_S),
    ]
    assert {row.counts for row in rows} == {counts}
    only = await side.queues.queue_figures(side.tenant, other.queue_id, **span)
    assert [row.queue_name for row in only] == ["Help"]
    first = {"from_utc_s": begins, "until_utc_s": begins + BUCKET_S}
    assert [row.from_utc_s for row in await side.queues.queue_figures(side.tenant, None, **first)] == [begins]
    await inbound.commit(
        inbound.promised("k1", since_utc_s=20.0),
        inbound.promised("k2", since_utc_s=10.0),
        inbound.promised("k3", "done", promised_utc_s=inbound.utc_s + 1),
    )
    assert [one.callback for one in await side.queues.callbacks(side.tenant)] == ["k2", "k1"]
    every = await side.queues.callbacks(side.tenant, open_only=False, limit=2)
    assert [one.callback for one in every] == ["k3", "k2"]


@pytest.mark.covers("I6")
@pytest.mark.parametrize("said", ["0612345678", "390612345678", ROME])
async def test_a_list_of_those_not_to_be_called_holds_however_the_carrier_writes_the_number(
    inbound: Inbound, said: str
) -> None:
    await sql(inbound).add_dnc(ROME)
    await inbound.commit(inbound.promised(number=said))
    [answer] = await inbound.commit(inbound.back(number=said))
    assert isinstance(answer, CallRefused)
    assert answer.reason is Refusal.DNC


async def test_a_queue_that_was_deleted_is_named_in_the_report_and_the_floor_has_it_no_more(inbound: Inbound) -> None:
    side = sql(inbound)
    await inbound.commit(inbound.came(), inbound.place_in(inbound.call(), "queued"), inbound.gone(inbound.call()))
    await side.queues.delete_queue(side.tenant, inbound.queue.queue_id)
    assert (await side.queues.caller(side.tenant, inbound.call())).queue_name == "Sales"
    assert (await inbound.own()).queues == ()


async def test_a_floor_begins_with_queues_numbers_skills_and_the_tenants_ageing(inbound: Inbound) -> None:
    side = sql(inbound)
    await side.queues.set_skills(side.tenant, side.agent_id, {"italian": 4})
    await side.world.rows("UPDATE tenant SET ageing_s = 12.5 RETURNING 1")
    floor = await inbound.own()
    assert (floor.queues, floor.numbers, floor.ageing_s) == ((inbound.queue,), (), 12.5)
    assert [agent.skills for agent in floor.agents] == [{"italian": 4}]


@pytest.mark.covers("MZ-040", "MZ-215")
async def test_unknown_callers_are_noted_once_in_the_list_that_is_there_for_them(inbound: Inbound) -> None:
    side = sql(inbound)
    await side.world.add_list("people", [new_contact(1, numbers=(ROME,))])

    async def call(n: int, number: str, name: str = "") -> None:
        gone = inbound.gone(inbound.call(n), number=number)
        await inbound.commit(inbound.came(n, number, name=name), gone)
        await inbound.commit(gone)

    await call(1, "+390687654321")
    assert [one.name for one in await side.world.lists.lists(side.tenant)] == ["people"], "nobody wants them noted"
    noted = await side.world.add_list("Callers", [new_contact(2)])
    for n, number in enumerate((ROME, "0687654321", "+390687654321", "+4930123456", "anonymous", ""), 10):
        await call(n, number, f"caller {n}")
    contacts = (await side.world.lists.contacts(side.tenant, noted)).rows
    assert [(one.position, one.name, one.numbers) for one in contacts[1:]] == [
        (2, "caller 11", ("+390687654321",)),
        (3, "caller 13", ("+4930123456",)),
    ]
    row = await side.world.lists.list_(side.tenant, noted)
    assert (row.contacts, row.numbers) == (3, 3)
    zones = await side.world.rows("SELECT zones FROM contact_point ORDER BY contact_id DESC LIMIT 2")
    assert [one["zones"] for one in zones] == [["Europe/Berlin"], ["Europe/Rome"]]
    assert (await side.queues.caller(side.tenant, inbound.call(1))).contact_id == contacts[1].contact_id


async def test_no_call_waits_for_an_import_into_the_list_of_callers(inbound: Inbound) -> None:
    side = sql(inbound)
    noted = await side.world.add_list("Callers", [])
    async with side.world.database.tenant_transaction(side.tenant) as connection:
        await lock_list(connection, noted)
        await inbound.commit(inbound.came(1, ROME), inbound.gone(inbound.call(1), number=ROME))
    assert (await side.world.lists.contacts(side.tenant, noted)).rows == ()
    await inbound.commit(inbound.came(2, ROME), inbound.gone(inbound.call(2), number=ROME))
    assert [one.numbers for one in (await side.world.lists.contacts(side.tenant, noted)).rows] == [(ROME,)]
