"""The desk with a call in hand: what is asked of the floor, and who is parked."""

import pytest

from busyhour.core import events as e
from busyhour.core.model.queue import Destination, DestinationKind
from busyhour.core.model.values import Role
from tests.http.http_world import Tenant, World
from tests.http.test_http_nouns import ask


async def test_a_desk_consults_whom_it_may(world: World, here: Tenant) -> None:
    agent, agent_id = here.people[Role.AGENT], here.ids["agent_id"]
    other = await world.add_person(here.tenant_id, "second@here", Role.AGENT)
    ids = [one.agent_id for one in await world.directory.agents(here.tenant_id)]
    second = next(id_ for id_ in ids if id_ != agent_id)
    [queue, _] = await world.queues.queues(here.tenant_id)
    assert other is not None
    for body in ({"kind": "agent", "target": str(second)}, {"kind": "queue", "target": str(queue.queue_id)}):
        answer = await ask(world, agent, "POST", "/api/desk/consult", body | {"note": "refund"})
        assert answer.status_code == 204
        _, asked = world.floors.asked.pop()
        to = Destination(DestinationKind(body["kind"]), body["target"])
        assert asked == e.ConsultAsked(agent_id=agent_id, destination=to, note="refund", request="request-1")
    for wrong, status in (
        ({"kind": "agent", "target": "999999"}, 404),
        ({"kind": "prompt", "target": "hello"}, 422),
        ({"kind": "queue", "target": str(queue.queue_id), "note": "x" * 4001}, 422),
        ({"kind": "number", "target": "not a number"}, 422),
    ):
        assert (await ask(world, agent, "POST", "/api/desk/consult", wrong)).status_code in (status, 403)
    assert world.floors.asked == []


@pytest.mark.parametrize("step", list(e.ConsultStep))
async def test_each_step_of_a_consultation(world: World, here: Tenant, step: e.ConsultStep) -> None:
    agent, agent_id = here.people[Role.AGENT], here.ids["agent_id"]
    assert (await ask(world, agent, "POST", f"/api/desk/consult/{step}")).status_code == 204
    [(_, asked)] = world.floors.asked
    assert asked == e.ConsultStepAsked(agent_id=agent_id, step=step, request="request-1")


async def test_who_is_parked_is_seen_and_taken_up(world: World, here: Tenant) -> None:
    agent, agent_id = here.people[Role.AGENT], here.ids["agent_id"]
    assert (await ask(world, agent, "POST", "/api/desk/park")).status_code == 204
    _, asked = world.floors.asked.pop()
    assert asked == e.ParkAsked(agent_id=agent_id, request="request-1")
    one = {"call": "i1-5.1", "number": "+390612345678", "contact_name": "Ada", "agent_id": None, "state": "parked"}
    parked = one | {"slot": 2, "parked_by": agent_id, "parked_until_utc_s": 1200.0}
    world.floors.state["agents"][str(agent_id)] = {"agent_id": agent_id, "name": "Anna", "state": "acw"}
    world.floors.state["calls"] = {"i1-5.1": parked, "i1-6.1": one | {"state": "talking", "slot": 0}}
    assert (await ask(world, agent, "GET", "/api/desk/parked")).json() == [
        {
            "slot": 2,
            "call": "i1-5.1",
            "number": "+390612345678",
            "name": "Ada",
            "parked_by": "Anna",
            "mine": True,
            "until_utc_s": 1200.0,
        }
    ]
    assert (await ask(world, agent, "POST", "/api/desk/parked/pickup", {"slot": 2})).status_code == 204
    _, asked = world.floors.asked.pop()
    assert asked == e.PickUpAsked(agent_id=agent_id, slot=2, request="request-1")
    assert (await ask(world, agent, "POST", "/api/desk/parked/pickup", {"slot": 0})).status_code == 422
