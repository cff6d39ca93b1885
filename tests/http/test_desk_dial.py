"""Dialing by hand and deciding on previews over HTTP: who may, where to, and what the floor is asked."""

from typing import Any

import httpx
import pytest

from busyhour.core import events as e
from busyhour.core.model.values import Role
from busyhour.service.errors import Conflict
from tests.http.http_bodies import CAMPAIGN, TRUNK
from tests.http.http_world import Person, Tenant, World
from tests.http.test_http_nouns import ask

NUMBER = "+390612345678"


@pytest.fixture
def agent(here: Tenant) -> Person:
    return here.people[Role.AGENT]


@pytest.fixture
async def campaign_id(world: World, here: Tenant, agent: Person) -> int:
    """A campaign that runs, with this agent; nobody may dial by hand yet."""
    admin = here.people[Role.ADMINISTRATOR]
    agents = await permit(world, here, may_dial=False)
    body: Any = {**CAMPAIGN, "campaign": {**CAMPAIGN["campaign"], "dial_mode": "manual"}}  # type: ignore[dict-item]
    trunk = (await ask(world, admin, "POST", "/api/trunks", TRUNK)).json()
    body["campaign"] |= {"trunk_ids": [trunk["trunk_id"]], "agent_ids": [one["agent_id"] for one in agents]}
    made = await ask(world, admin, "POST", "/api/campaigns", body)
    started = await ask(world, admin, "POST", f"/api/campaigns/{made.json()['campaign']['campaign_id']}/start")
    assert started.status_code == 201, started.text
    return int(made.json()["campaign"]["campaign_id"])


async def permit(world: World, here: Tenant, *, may_dial: bool = True) -> list[Any]:
    admin = here.people[Role.ADMINISTRATOR]
    agents: list[Any] = (await ask(world, admin, "GET", "/api/agents")).json()
    for one in agents:
        answer = await ask(world, admin, "PATCH", f"/api/agents/{one['agent_id']}", {"may_dial": may_dial})
        assert answer.is_success
    told = [event for _, event in world.floors.told if isinstance(event, e.AgentChanged)]
    assert told[-1].agent.may_dial is may_dial
    return agents


async def dial(world: World, agent: Person, campaign_id: int, **body: Any) -> httpx.Response:
    return await ask(world, agent, "POST", "/api/desk/dial", {"campaign_id": campaign_id, **body})


@pytest.mark.covers("MZ-021")
async def test_only_who_is_permitted_dials_by_hand(world: World, here: Tenant, agent: Person, campaign_id: int) -> None:
    assert (await ask(world, agent, "GET", "/api/desk/dial")).json() == {"may_dial": False, "campaigns": []}
    refused = await dial(world, agent, campaign_id, number=NUMBER)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_permitted")
    await permit(world, here)
    choice = (await ask(world, agent, "GET", "/api/desk/dial")).json()
    assert campaign_id in [one["campaign_id"] for one in choice["campaigns"]]
    assert (await dial(world, agent, campaign_id, number=NUMBER)).status_code == 204
    [asked] = [event for _, event in world.floors.asked if isinstance(event, e.ManualDialAsked)]
    assert (asked.item.number, asked.item.call) == (NUMBER, f"c{here.tenant_id}-b")


@pytest.mark.parametrize(
    ("number", "code"),
    [("12", "bad_number"), ("+4915212345678", "destination"), ("+39899123456", "destination"), (None, "invalid")],
)
async def test_where_nobody_dials_by_hand(
    world: World, here: Tenant, agent: Person, campaign_id: int, number: str | None, code: str
) -> None:
    """Not a number, another country, a premium rate, nothing."""
    await permit(world, here)
    refused = await dial(world, agent, campaign_id, number=number)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, code), refused.text
    assert refused.json()["error"]["field"] == "number"
    assert not [event for _, event in world.floors.asked if isinstance(event, e.ManualDialAsked)]


async def test_what_the_core_refuses_is_told(world: World, here: Tenant, agent: Person, campaign_id: int) -> None:
    await permit(world, here)
    world.floors.refusal = Conflict("No line is free at this moment. Try again in a few seconds.", code="no_line")
    refused = await dial(world, agent, campaign_id, number=NUMBER)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_line")
    assert [type(event) for _, event in world.floors.asked] == [e.ManualDialMayAsked], "before a contact is made of it"


@pytest.mark.parametrize(("state", "code"), [("on_contact", "busy"), ("acw", "wrap_up")])
async def test_whose_hands_are_full_makes_no_contact(
    world: World, here: Tenant, agent: Person, campaign_id: int, state: str, code: str
) -> None:
    """What the floor would refuse leaves no row behind."""
    await permit(world, here)
    admin = here.people[Role.ADMINISTRATOR]
    lists = (await ask(world, admin, "GET", "/api/lists")).json()
    world.floors.state["agents"][str(agent.user.agent_id)] = {"call": here.ids["call"], "state": state}
    refused = await dial(world, agent, campaign_id, number=NUMBER)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, code), refused.text
    assert (await ask(world, admin, "GET", "/api/lists")).json() == lists
    assert not [event for _, event in world.floors.asked if isinstance(event, e.ManualDialAsked)]


async def test_a_preview_is_decided_on(world: World, agent: Person) -> None:
    assert (await ask(world, agent, "POST", "/api/desk/preview/dial", {"call": "c1-0"})).status_code == 204
    skip = {"call": "c1-0", "reason": "not now"}
    assert (await ask(world, agent, "POST", "/api/desk/preview/skip", skip)).status_code == 204
    assert (await ask(world, agent, "POST", "/api/desk/preview/dial", {"call": "../x"})).status_code == 404
    assert (await ask(world, agent, "POST", "/api/desk/preview/skip", skip | {"reason": "x" * 61})).status_code == 422
    dialed, skipped = [event for _, event in world.floors.asked]
    assert isinstance(dialed, e.PreviewDialAsked)
    assert isinstance(skipped, e.SkipAsked)
    assert skipped.reason == "not now"


async def test_another_number_of_the_contact_is_dialed(world: World, here: Tenant, agent: Person) -> None:
    """One that the contact has, and no other."""
    call, contact_id = here.ids["call"], here.ids["contact_id"]
    numbers = (await world.lists.contact(here.tenant_id, contact_id)).numbers
    world.floors.state["agents"][str(agent.user.agent_id)] = {"call": call, "tried": None}
    world.floors.state["calls"][call] = {"call": call, "contact_id": contact_id}
    chosen = {"call": call, "number": numbers[-1]}
    assert (await ask(world, agent, "POST", "/api/desk/preview/dial", chosen)).status_code == 204
    [asked] = [event for _, event in world.floors.asked]
    assert isinstance(asked, e.PreviewDialAsked)
    assert asked.number == numbers[-1]
    strange = await ask(world, agent, "POST", "/api/desk/preview/dial", chosen | {"number": "+4930999999"})
    assert (strange.status_code, strange.json()["error"]["field"]) == (422, "number")
    assert (await ask(world, agent, "GET", "/api/desk/tried")).status_code == 404


async def test_whom_the_agent_tried_last_is_shown_to_them(world: World, here: Tenant, agent: Person) -> None:
    contact_id = here.ids["contact_id"]
    world.floors.state["agents"][str(agent.user.agent_id)] = {"call": None, "tried": {"contact_id": contact_id}}
    shown = await ask(world, agent, "GET", "/api/desk/tried")
    assert (shown.status_code, shown.json()["contact_id"]) == (200, contact_id)


async def test_a_listed_number_leaves_the_desks(world: World, here: Tenant) -> None:
    added = await ask(world, here.people[Role.ADMINISTRATOR], "POST", "/api/dnc", {"numbers": [NUMBER]})
    assert added.is_success
    assert [event for _, event in world.floors.told] == [e.NumbersListed(numbers=(NUMBER,))]


@pytest.mark.covers("I33")
async def test_what_is_listed_and_unlisted_goes_to_the_journal(world: World, here: Tenant) -> None:
    """Once the store has it: a store that fails over gets it back."""
    administrator = here.people[Role.ADMINISTRATOR]
    added = await ask(world, administrator, "POST", "/api/dnc", {"numbers": [NUMBER, "nonsense"], "source": "letter"})
    assert added.is_success
    assert (await ask(world, administrator, "DELETE", f"/api/dnc/{NUMBER}")).is_success
    assert not (await ask(world, administrator, "DELETE", f"/api/dnc/{NUMBER}")).is_success
    kept = [(tenant, one.numbers, one.source, one.off) for tenant, one in world.floors.written]
    tenant_id = here.tenant_id
    assert kept == [(tenant_id, (NUMBER,), "letter", False), (tenant_id, (NUMBER,), "", True)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"preview": {"timeout_s": 1}}, "campaign.preview.timeout_s"),
        ({"preview": {"skip_reasons": []}}, "campaign.preview.skip_reasons"),
        ({"preview": {"skip_reasons": ["a", "a"]}}, "campaign.preview.skip_reasons"),
        ({"pacing": {"first_leg": "agent"}, "dial_mode": "predictive"}, "campaign.pacing.first_leg"),
        ({"dial_countries": ["Atlantis"]}, "country"),
    ],
)
async def test_settings_that_cannot_be(world: World, here: Tenant, change: dict[str, Any], field: str) -> None:
    body: Any = {**CAMPAIGN, "campaign": {**CAMPAIGN["campaign"], **change}}  # type: ignore[dict-item]
    answer = await ask(world, here.people[Role.ADMINISTRATOR], "POST", "/api/campaigns", body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
