"""Every route, found from the router itself: who may, who may not, and that no one reaches into another tenant."""

import re
from typing import Any

import pytest

from busyhour.core.model.values import Role
from busyhour.http.app import create_app, installed_routes, route_of
from busyhour.http.permissions import OF_ROLE, PUBLIC, PUBLIC_ROUTES, SESSION, check_declared
from busyhour.http.routes import SOCKET, Declared, Routes
from tests.http.http_bodies import BODIES
from tests.http.http_fakes_people import FakeDirectory
from tests.http.http_world import ORIGIN, Closed, Socket, Tenant, World

ALL = [declared for _, declared in installed_routes()]
GUARDED = [declared for declared in ALL if declared.permission != PUBLIC]
WITH_IDS = [declared for declared in GUARDED if "{" in declared.path]
PARAMETER = re.compile(r"\{(\w+)(?::path)?\}")


def name(declared: Declared) -> str:
    return declared.key


def path_of(declared: Declared, tenant: Tenant) -> str:
    return PARAMETER.sub(lambda found: str(tenant.ids[found[1]]), declared.path)


async def answer(world: World, declared: Declared, path: str, headers: dict[str, str]) -> int:
    """The status; of a socket, the status that its close code stands for."""
    if declared.method == SOCKET:
        try:
            async with Socket(world.app, path, headers | {"Origin": ORIGIN}, query="tab=t", subprotocols=("sip",)):
                return 101
        except Closed as closed:
            return closed.code - 4000
    async with world.client() as client:
        body = body_of(declared, world)
        response = await client.request(declared.method, path, headers=headers, **body)
        if response.status_code >= 400:
            assert set(response.json()["error"]) == {"code", "text", "field"}
        return response.status_code


def body_of(declared: Declared, world: World) -> dict[str, Any]:
    """The sample, with the first tenant's own call where it names one."""
    sample = BODIES.get(declared.endpoint.__name__, {})
    if "call" in sample.get("json", {}):
        call = next(iter(world.directory.rows["attempt", min(world.directory.all_tenants)]))
        return {"json": sample["json"] | {"call": call}}
    if "agent_id" in sample.get("json", {}) and isinstance(world.directory, FakeDirectory):
        first = next(iter(world.directory.rows["agent", min(world.directory.all_tenants)]))
        return {"json": sample["json"] | {"agent_id": first}}
    if "campaign_id" in sample.get("json", {}):
        first = next(iter(world.directory.rows["campaign", min(world.directory.all_tenants)]))
        return {"json": sample["json"] | {"campaign_id": first}}
    return sample


def role_without(permission: str) -> Role | None:
    return next((role for role in Role if permission not in OF_ROLE[role]), None)


def role_with(permission: str) -> Role:
    roles = [Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR]
    if permission == SESSION:
        return Role.ADMINISTRATOR
    return next(role for role in roles if permission in OF_ROLE[role])


def test_public_routes_are_the_named_ones() -> None:
    public = {declared.key for declared in ALL if declared.permission == PUBLIC}
    assert public == PUBLIC_ROUTES
    assert len(public) <= 6


def test_what_is_routed_is_what_is_declared(world: World) -> None:
    assert world.app.routes == [route for route, _ in world.app.state.installed]


@pytest.mark.parametrize("permission", ["", "lists:erase", PUBLIC])
def test_a_route_without_a_known_permission_stops_the_start(permission: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = Routes("forgotten")

    @forgotten.get("/api/forgotten", permission=permission)
    async def forgotten_route() -> None: ...

    monkeypatch.setattr("busyhour.http.app.ALL", (forgotten,))
    with pytest.raises(AssertionError, match="api/forgotten"):
        create_app(World.__new__(World))  # type: ignore[arg-type]


def test_check_declared_knows_session() -> None:
    check_declared("GET /api/session", SESSION)


@pytest.mark.parametrize("declared", GUARDED, ids=name)
@pytest.mark.parametrize("headers", [{}, {"Cookie": "busyhour_session=rubbish"}, {"Authorization": "Bearer bh_no"}])
async def test_without_a_living_session_nothing_answers(
    world: World, here: Tenant, declared: Declared, headers: dict[str, str]
) -> None:
    assert await answer(world, declared, path_of(declared, here), headers) in {401}
    assert world.floors.told == []
    assert world.floors.asked == []


@pytest.mark.covers("I40")
@pytest.mark.parametrize("declared", GUARDED, ids=name)
async def test_an_expired_session_is_no_session(world: World, here: Tenant, declared: Declared) -> None:
    person = here.people[role_with(declared.permission)]
    world.clock.pass_s(3601)
    assert await answer(world, declared, path_of(declared, here), person.headers) == 401


@pytest.mark.covers("WD-223", "I40")
@pytest.mark.parametrize("declared", GUARDED, ids=name)
async def test_a_disabled_user_has_no_session(world: World, here: Tenant, declared: Declared) -> None:
    person = here.people[role_with(declared.permission)]
    await world.directory.edit_user(here.tenant_id, person.user.user_id, disabled=True)
    assert await answer(world, declared, path_of(declared, here), person.headers) == 401


@pytest.mark.parametrize("declared", [d for d in GUARDED if role_without(d.permission)], ids=name)
async def test_the_wrong_role_is_refused(world: World, here: Tenant, declared: Declared) -> None:
    if declared.permission == SESSION:
        return
    role = role_without(declared.permission)
    assert role is not None
    assert await answer(world, declared, path_of(declared, here), here.people[role].headers) == 403


@pytest.mark.parametrize("declared", [d for d in GUARDED if d.method not in {SOCKET, "GET"}], ids=name)
async def test_unsafe_methods_need_the_csrf_token(world: World, here: Tenant, declared: Declared) -> None:
    person = here.people[role_with(declared.permission)]
    path = path_of(declared, here)
    assert await answer(world, declared, path, person.cookie) == 403
    assert await answer(world, declared, path, person.cookie | {"X-CSRF-Token": "wrong"}) == 403


@pytest.mark.covers("I37")
@pytest.mark.parametrize("declared", WITH_IDS, ids=name)
async def test_what_is_another_tenants_is_not_found(
    world: World, here: Tenant, there: Tenant, declared: Declared
) -> None:
    person = here.people[role_with(declared.permission)]
    before = repr((world.directory.rows, world.directory.all_users, world.directory.all_tokens))
    assert await answer(world, declared, path_of(declared, there), person.headers) == 404
    assert world.floors.asked == []
    assert world.floors.told == []
    assert repr((world.directory.rows, world.directory.all_users, world.directory.all_tokens)) == before


@pytest.mark.parametrize("declared", [d for d in GUARDED if d.method != SOCKET], ids=name)
async def test_who_may_gets_an_answer(world: World, here: Tenant, declared: Declared) -> None:
    """So that the refusals above are not the answers of routes that never work."""
    agent = here.people[Role.AGENT].user.agent_id
    call = {"call": here.ids["call"], "campaign_id": here.ids["campaign_id"], "contact_id": here.ids["contact_id"]}
    world.floors.state["agents"][str(agent)] = {
        "call": call["call"],
        "tried": call,
        "agent_id": agent,
        "state": "acw",
        "name": "Ann",
    }
    world.floors.state["calls"][call["call"]] = call | {"number": "+390612345678"}
    if declared.path == "/api/desk/dial":  # who has something in hand dials nobody
        world.floors.state["agents"][str(agent)] |= {"call": None, "state": "available"}
    person = here.people[role_with(declared.permission)]
    status = await answer(world, declared, path_of(declared, here), person.headers)
    assert status == declared.status


@pytest.mark.parametrize("declared", [d for d in GUARDED if d.method == SOCKET], ids=name)
@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver.evil.example", "null", None])
async def test_sockets_open_for_our_own_page_only(
    world: World, here: Tenant, declared: Declared, origin: str | None
) -> None:
    person = here.people[role_with(declared.permission)]
    headers = person.cookie | ({"Origin": origin} if origin else {})
    with pytest.raises(Closed) as closed:
        async with Socket(world.app, declared.path, headers, query="tab=t", subprotocols=("sip",)):
            pass
    assert closed.value.code == 4403


def test_every_body_is_tried() -> None:
    with_body = {declared.endpoint.__name__ for declared in ALL if declared.body is not None}
    assert with_body <= set(BODIES), "give each new body a sample in http_bodies.py"


def test_routes_are_made_from_declarations_only() -> None:
    assert {type(route_of(declared)).__name__ for declared in ALL} <= {"APIRoute", "APIWebSocketRoute"}
