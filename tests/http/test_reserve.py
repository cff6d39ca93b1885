"""The reserve calls of other dialers: what is asked of the floor, and the exact lines that come back."""

from typing import Any

import pytest

from busyhour.core import events as e
from busyhour.core.model.values import PhoneKind, Role
from busyhour.http.reserve import interface_of
from busyhour.service import records as r
from busyhour.service.errors import Conflict
from tests.http.http_world import Tenant, World


@pytest.fixture
def agent_id(here: Tenant) -> int:
    found = here.people[Role.AGENT].user.agent_id
    assert found is not None
    return found


@pytest.fixture
def call(world: World, here: Tenant, agent_id: int) -> str:
    """The agent looks at a contact."""
    name: str = here.ids["call"]
    view = {"call": name, "state": "reserved", "contact_id": here.ids["contact_id"], "number": "+39061234"}
    world.floors.state["calls"][name] = view | {"agent_id": agent_id, "decide_until_utc_s": 1.7e9}
    world.floors.state["agents"][str(agent_id)] = {"call": name, "state": "reserved"}
    return name


async def ask(world: World, here: Tenant, role: Role = Role.SUPERVISOR, **asked: str) -> tuple[int, str]:
    async with world.client() as client:
        answer = await client.post("/api/reserve/", params=asked, headers=here.people[role].headers)
    return answer.status_code, answer.text


async def interface(world: World, here: Tenant, agent_id: int) -> str:
    [agent] = [one for one in await world.directory.agents(here.tenant_id) if one.agent_id == agent_id]
    return interface_of(agent)


@pytest.mark.covers("WD-252")
async def test_the_contact_that_an_agent_has_is_told_and_told_again(
    world: World, here: Tenant, agent_id: int, call: str
) -> None:
    phone = await interface(world, here, agent_id)
    contact = await world.lists.contact(here.tenant_id, here.ids["contact_id"])
    variables = "".join(f"VAR: {name}={value}\n" for name, value in contact.attributes.items())
    assert variables, "the contact has some"
    told = f"OK: OK\nWOMBATID: {call}\nNUMBER: +39061234\n{variables}"
    assert await ask(world, here, op="reserve", agent=phone) == (200, told)
    assert await ask(world, here, op="reserve", agent=phone) == (200, told)
    assert world.floors.asked == []


@pytest.mark.covers("WD-253")
@pytest.mark.parametrize(
    ("state", "told"),
    [("available", "AGENT CANNOT RESERVE\n")]
    + [(state, "AGENT NOT AVAILABLE\n") for state in ("not_ready", "on_contact", "acw", "offline")],
)
async def test_an_agent_without_a_contact(world: World, here: Tenant, agent_id: int, state: str, told: str) -> None:
    world.floors.state["agents"][str(agent_id)] = {"call": None, "state": state}
    phone = await interface(world, here, agent_id)
    assert await ask(world, here, op="reserve", agent=phone) == (200, told)
    assert await ask(world, here, op="reserve", agent=phone.lower()) == (200, "AGENT NOT AVAILABLE\n"), "exactly so"
    assert await ask(world, here, op="reserve") == (200, "AGENT NOT AVAILABLE\n")


@pytest.mark.covers("WD-254", "WD-255")
async def test_dial_and_skip_are_asked_of_the_floor(world: World, here: Tenant, agent_id: int, call: str) -> None:
    assert await ask(world, here, op="dial", id=call) == (200, "DIALING\n")
    assert await ask(world, here, op="skip", id=call, withStatus="NOT NOW") == (200, "SKIPPED\n")
    assert await ask(world, here, op="skip", id=call) == (200, "SKIPPED\n")
    dialed, skipped, plain = [event for _, event in world.floors.asked]
    assert dialed == e.PreviewDialAsked(agent_id=agent_id, call=call, request="request-1")
    asked: dict[str, Any] = {"agent_id": agent_id, "call": call, "any_reason": True, "request": "request-1"}
    assert skipped == e.SkipAsked(reason="NOT NOW", **asked)
    assert plain == e.SkipAsked(reason="", **asked)


@pytest.mark.covers("WD-254", "WD-255")
@pytest.mark.parametrize("op", ["dial", "skip"])
async def test_ids_that_are_not_there_or_decided_already(world: World, here: Tenant, call: str, op: str) -> None:
    assert await ask(world, here, op=op, id="366253628") == (200, "ID NOT FOUND\n")
    world.floors.refusal = Conflict("This contact is not yours any more.")
    assert await ask(world, here, op=op, id=call) == (200, "ID FOUND WRONG STATE\n")
    world.floors.state["calls"][call]["decide_until_utc_s"] = None
    assert await ask(world, here, op=op, id=call) == (200, "ID FOUND WRONG STATE\n")
    assert len(world.floors.asked) == 1


async def test_a_form_says_the_same_as_the_address(world: World, here: Tenant, call: str) -> None:
    async with world.client() as client:
        form = {"op": "dial", "id": call}
        answer = await client.post("/api/reserve/", data=form, headers=here.people[Role.SUPERVISOR].headers)
    assert answer.text == "DIALING\n"
    assert answer.headers["content-type"].startswith("text/plain")


async def test_who_may_not_and_what_cannot_be(world: World, here: Tenant) -> None:
    assert (await ask(world, here, Role.AGENT, op="reserve"))[0] == 403
    assert (await ask(world, here, op="eat"))[0] == 422
    assert (await ask(world, here, op="skip", id="1", withStatus="x\ny"))[0] == 422


def test_the_name_of_a_phone() -> None:
    agent = r.Agent(
        agent_id=1, user_id=1, name="Ann", login="ann", phone_kind=PhoneKind.SIP, sip_address="sip:302@10.0.0.1:5060",
        leg_mode="persistent", disabled=False,  # type: ignore[arg-type]
    )  # fmt: skip
    assert interface_of(agent) == "SIP/302"
