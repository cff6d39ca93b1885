"""Callers: the report and its file, figures of queues, callbacks, dispatching by others, and the desk with a caller."""

import csv
from typing import Any

import pytest

from busyhour.core import events as e
from busyhour.core.model.queue import Destination, DestinationKind, Queue, QueueMember, SkillNeed
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.core.model.values import Role
from busyhour.service import records as r
from busyhour.service.errors import Conflict
from tests.http.http_world import Person, Tenant, World
from tests.http.test_http_nouns import ask


@pytest.fixture
def boss(here: Tenant) -> Person:
    return here.people[Role.SUPERVISOR]


async def test_the_file_has_every_page_and_no_formula(world: World, here: Tenant, boss: Person) -> None:
    [queue, _] = await world.queues.queues(here.tenant_id)
    for n in range(4):
        world.queues.add_caller(here.tenant_id, queue, outcome="HANDLED", talk_s=10.0 * n)
    world.queues.page_rows = 2
    answer = await ask(world, boss, "GET", "/api/callers/export?format=csv")
    header, *rows = csv.reader(answer.text.lstrip("\ufeff").splitlines())
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["outcome"] for row in cells] == ["ABANDONED"] + ["HANDLED"] * 4
    assert cells[0]["name"] == "'=Ada"
    assert cells[0]["waited (s)"] == "12.5"
    assert (await ask(world, boss, "GET", "/api/callers?outcome=HANDLED&limit=1")).json()["cursor"] == "1"
    for wrong in ("outcome=LAZY", "number=a", "queue_id=0"):
        assert (await ask(world, boss, "GET", f"/api/callers?{wrong}")).status_code == 422


async def test_sums_of_quarters_are_sums_of_calls(world: World, here: Tenant, boss: Person) -> None:
    """Not means of means: one slow call in a quarter of its own weighs as one call."""
    [queue, spare] = await world.queues.queues(here.tenant_id)
    bucket = int(world.clock.utc_s // 900) - 3
    quick = QueueCounts(entered=9, answered=9, wait_s=9.0, wait_max_s=2.0, in_time=(9, 9), talk_s=90.0)
    slow = QueueCounts(entered=4, answered=1, abandoned=3, wait_s=31.0, wait_max_s=31.0, in_time=(0, 1), short=(2, 3))
    world.queues.add_figures(here.tenant_id, queue, bucket, quick)
    world.queues.add_figures(here.tenant_id, queue, bucket + 1, slow)
    world.queues.add_figures(here.tenant_id, spare, bucket, quick)
    report = (await ask(world, boss, "GET", "/api/reports/queues")).json()
    assert len(report["quarters"]) == 3
    sales = report["totals"][0]
    assert (sales["queue_name"], sales["answer_wait_mean_s"], sales["counts"]["entered"]) == ("Sales", 4.0, 13)
    assert sales["levels"] == [9 / 11, 10 / 10]  # who gave up within the threshold does not count
    levels = {}
    for formula in ("all_offered", "short_as_good", "answered"):
        path = f"/api/reports/queues?queue_id={queue.queue_id}&formula={formula}"
        levels[formula] = (await ask(world, boss, "GET", path)).json()["totals"][0]["levels"][0]
    assert levels == {"all_offered": 9 / 13, "short_as_good": 11 / 13, "answered": 9 / 10}
    assert (await ask(world, boss, "GET", "/api/reports/queues?from_utc_s=1")).status_code == 422
    answer = await ask(world, boss, "GET", "/api/reports/queues/export?format=csv")
    header, first, *_ = csv.reader(answer.text.lstrip("\ufeff").splitlines())
    assert dict(zip(header, first, strict=True))["service level, first threshold (%)"] == "100.0"


def waiting_view(queue: Queue, call: str, since_utc_s: float, **more: Any) -> dict[str, Any]:
    one = {"entry": call, "state": "queued", "number": "+390612345678", "name": "Ada", "since_utc_s": since_utc_s}
    one |= {"priority": 256, "agent_id": None, "callback": False} | more
    return {"queue_id": queue.queue_id, "name": queue.name, "waiting": [one], "waiting_count": 1, "agents_free": 1}


@pytest.mark.covers("OC-090")
async def test_another_program_sees_who_waits_and_gives_them_away(world: World, here: Tenant, boss: Person) -> None:
    directory, tenant, agent_id = world.directory, here.tenant_id, here.ids["agent_id"]
    other = await world.add_person(tenant, "second@here", Role.AGENT)
    needs = Queue(queue_id=0, name="Tech", skills=(SkillNeed("linux", 3),), members=(QueueMember(agent_id, tier=1),))
    queue = await world.queues.save_queue(tenant, needs)
    call = f"i{tenant}-5.1"
    world.floors.state["queues"][str(queue.queue_id)] = waiting_view(queue, call, world.clock.utc_s - 40)
    second = next(one.agent_id for one in await directory.agents(tenant) if one.agent_id != agent_id)
    for id_ in (agent_id, second):
        world.floors.state["agents"][str(id_)] = {"agent_id": id_, "state": "available", "since_utc_s": id_}
    path = f"/api/queues/{queue.queue_id}/waiting"

    async def eligible() -> list[int]:
        [one] = (await ask(world, boss, "GET", path)).json()
        assert (one["call"], one["waited_s"]) == (call, 40.0)
        return list(one["agent_ids"])

    assert await eligible() == []  # the one member is of a tier that is not asked yet
    await world.queues.set_skills(tenant, second, {"linux": 5})
    assert await eligible() == [second]
    world.floors.state["queues"][str(queue.queue_id)]["waiting"][0]["skills"] = {"german": 1}
    assert await eligible() == []
    given = f"/api/callers/{call}/assign"
    assert (await ask(world, boss, "POST", given, {"agent_id": second})).status_code == 204
    assert world.floors.asked == [(tenant, e.AssignAsked(call=call, agent_id=second, request="request-1"))]
    promised = f"/api/callers/k-{call}/assign"  # who was promised a call waits there, too
    assert (await ask(world, boss, "POST", promised, {"agent_id": second})).status_code == 204
    assert world.floors.asked[-1] == (tenant, e.AssignAsked(call=f"k-{call}", agent_id=second, request="request-1"))
    assert (
        await ask(world, boss, "POST", f"/api/callers/k-i{tenant + 1}-5.1/assign", {"agent_id": second})
    ).status_code == 404
    world.floors.refusal = Conflict("The agent lacks a skill.", code="agent_unskilled")
    refused = await ask(world, boss, "POST", given, {"agent_id": agent_id})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "agent_unskilled")
    assert (await ask(world, boss, "POST", given, {"agent_id": 99999})).status_code == 404
    assert (await ask(world, other, "POST", given, {"agent_id": second})).status_code == 403


async def test_callbacks_are_asked_for_and_canceled(world: World, here: Tenant, boss: Person) -> None:
    tenant, caller = here.tenant_id, here.ids["caller"]
    assert (await ask(world, boss, "POST", f"/api/callers/{caller}/callback", {"number": "x"})).status_code == 422
    assert (await ask(world, boss, "POST", f"/api/callers/{caller}/callback", {})).status_code == 204
    [row] = (await ask(world, boss, "GET", "/api/callbacks")).json()
    assert (row["callback"], row["state"]) == (here.ids["callback"], "waiting")
    assert (await ask(world, boss, "DELETE", f"/api/callbacks/{row['callback']}")).status_code == 204
    by = e.Asker(user_id=boss.user.user_id, address="127.0.0.1")  # for the audit log
    assert world.floors.asked == [
        (tenant, e.CallbackAsked(call=caller, number="", request="request-1")),
        (tenant, e.CallbackCancelAsked(callback=here.ids["callback"], request="request-1", by=by)),
    ]


@pytest.fixture
def talking(world: World, here: Tenant) -> Person:
    """The agent has a caller in hand."""
    agent_id, call = here.ids["agent_id"], here.ids["caller"]
    world.floors.state["agents"][str(agent_id)] = {
        "agent_id": agent_id, "name": "Ann", "state": "on_contact", "call": call,
    }  # fmt: skip
    world.floors.state["calls"][call] = {"call": call, "number": "+390612345678", "campaign_id": 0, "contact_id": 0}
    return here.people[Role.AGENT]


@pytest.mark.covers("MZ-119")
async def test_the_desk_shows_earlier_calls_of_this_very_number(world: World, here: Tenant, talking: Person) -> None:
    [queue, _] = await world.queues.queues(here.tenant_id)
    before = world.queues.add_caller(here.tenant_id, queue, contact_id=here.ids["contact_id"])
    world.queues.add_caller(here.tenant_id, queue, number="+3906123456789")  # longer, so another
    shown = (await ask(world, talking, "GET", "/api/desk/caller")).json()
    assert [row["call"] for row in shown["earlier"]] == [before.call]
    assert [row["number"] for row in shown["attempts"]] == ["+390612345678"]
    assert [contact["name"] for contact in shown["contacts"]] == ["Ada"]
    assert [one["code"] for one in shown["dispositions"]] == ["sold"]
    world.floors.state["calls"][here.ids["caller"]]["number"] = ""
    assert (await ask(world, talking, "GET", "/api/desk/caller")).json()["earlier"] == []


async def test_a_caller_gets_a_disposition_of_all_campaigns_only(world: World, here: Tenant, talking: Person) -> None:
    tenant, call = here.tenant_id, here.ids["caller"]
    own = r.Disposition(disposition_id=0, campaign_id=here.ids["campaign_id"], code="own", label="Own", position=1)
    await world.directory.save_disposition(tenant, own)
    body = {"call": call, "disposition": "own"}
    assert (await ask(world, talking, "POST", "/api/desk/disposition", body)).status_code == 422
    assert (await ask(world, talking, "POST", "/api/desk/disposition", body | {"call": "i999-1.1"})).status_code == 404
    assert (await ask(world, talking, "POST", "/api/desk/disposition", body | {"disposition": "sold"})).is_success
    [(_, chosen)] = world.floors.asked
    assert (chosen.call, chosen.disposition) == (call, "sold")  # type: ignore[union-attr]


async def test_a_caller_is_sent_on_where_this_agent_may(world: World, here: Tenant, talking: Person) -> None:
    queue_id, agent_id = here.ids["queue_id"], here.ids["agent_id"]
    [queue, _] = await world.queues.queues(here.tenant_id)
    world.floors.state["queues"][str(queue.queue_id)] = waiting_view(queue, "i1-1.1", 0.0)
    choice = (await ask(world, talking, "GET", "/api/desk/destinations")).json()
    assert choice["queues"] == [{"queue_id": queue.queue_id, "name": "Sales", "waiting": 1, "agents_free": 1}]
    assert (choice["agents"], choice["numbers"]) == ([], True)  # nobody but this agent is there

    async def send(kind: str, target: Any, note: str = "") -> tuple[int, str]:
        body = {"kind": kind, "target": str(target), "note": note}
        answer = await ask(world, talking, "POST", "/api/desk/transfer", body)
        return answer.status_code, answer.json()["error"]["code"] if answer.content else ""

    assert await send("queue", queue_id, "wants a price") == (204, "")
    assert await send("number", "06 12345678") == (204, "")
    asked = [event.destination for _, event in world.floors.asked]  # type: ignore[union-attr]
    assert asked == [
        Destination(DestinationKind.QUEUE, str(queue_id)),
        Destination(DestinationKind.NUMBER, "+390612345678"),
    ]
    assert await send("queue", 99999) == (404, "not_found")
    assert await send("agent", "x") == (404, "not_found")
    assert await send("prompt", "m") == (422, "invalid")
    assert (await send("number", "+1 202 555 0123"))[0] == 422
    await world.directory.add_dnc(here.tenant_id, ["+390612345679"], "asked by mail")
    assert await send("number", "06 12345679") == (422, "dnc")
    await world.directory.edit_agent(here.tenant_id, agent_id, r.AgentEdit(may_dial=False))
    assert await send("number", "06 12345678") == (403, "not_permitted")
    assert len(world.floors.asked) == 2
