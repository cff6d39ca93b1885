"""Recordings over HTTP: who hears what, that it is noted, and that no name leads out of the tenant."""

import pytest

from busyhour.core.model.recording_facts import RecordAsked, RecordingDecided, RecordingRuleChanged
from busyhour.core.model.recordings import RecordingPolicy, RecordWish
from busyhour.core.model.values import Audited, Role
from tests.http.http_world import Person, Tenant, World
from tests.http.test_http_nouns import ask


@pytest.fixture
def boss(here: Tenant) -> Person:
    return here.people[Role.SUPERVISOR]


async def test_the_sound_comes_in_pieces_and_is_noted_once(world: World, here: Tenant, boss: Person) -> None:
    name = here.ids["recording"]
    path = f"/api/recordings/{name}/sound"
    async with world.client() as client:
        whole = await client.get(path, headers=boss.headers)
        piece = await client.get(path, headers=boss.headers | {"Range": "bytes=44-83"})
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
    assert len(whole.content) == 44 + 2 * 8000 * 4
    assert (piece.status_code, piece.content) == (206, whole.content[44:84])
    assert world.recordings.noted == [(here.tenant_id, Audited.RECORDING_HEARD, name, boss.user.user_id)]
    world.clock.utc_s += 700
    world.clock.mono_s += 700
    await ask(world, boss, "GET", path)
    assert len(world.recordings.noted) == 2


async def test_its_picture_has_both_channels(world: World, here: Tenant, boss: Person) -> None:
    peaks = (await ask(world, boss, "GET", f"/api/recordings/{here.ids['recording']}/peaks")).json()
    assert set(peaks["customer"]) == {0x1000 >> 7}
    assert set(peaks["agent"]) == {0x2000 >> 7}
    assert len(peaks["customer"]) == len(peaks["agent"]) > 500


async def test_whoever_may_only_listen_takes_nothing_away(world: World, here: Tenant, boss: Person) -> None:
    name, admin = here.ids["recording"], here.people[Role.ADMINISTRATOR]
    assert (await ask(world, boss, "GET", f"/api/recordings/{name}/file")).status_code == 403
    assert (await ask(world, boss, "DELETE", f"/api/recordings/{name}")).status_code == 403
    agent = here.people[Role.AGENT]
    assert (await ask(world, agent, "GET", f"/api/recordings/{name}/sound")).status_code == 403
    taken = await ask(world, admin, "GET", f"/api/recordings/{name}/file")
    assert taken.headers["content-disposition"] == f'attachment; filename="{name}.wav"'
    assert world.recordings.noted[-1][1] is Audited.RECORDING_DOWNLOADED


async def test_what_is_held_is_erased_by_nobody(world: World, here: Tenant) -> None:
    name, admin = here.ids["recording"], here.people[Role.ADMINISTRATOR]
    assert (await ask(world, admin, "PUT", f"/api/recordings/{name}/held", {"held": True})).status_code == 204
    assert (await ask(world, admin, "DELETE", f"/api/recordings/{name}")).status_code == 409
    await ask(world, admin, "PUT", f"/api/recordings/{name}/held", {"held": False})
    assert (await ask(world, admin, "DELETE", f"/api/recordings/{name}")).status_code == 204
    assert (await ask(world, admin, "GET", f"/api/recordings/{name}/sound")).status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "c1-1", "i1-1_1-1.1.raw", "x"])
async def test_other_names_are_no_files(world: World, here: Tenant, boss: Person, name: str) -> None:
    assert (await ask(world, boss, "GET", f"/api/recordings/{name}/sound")).status_code == 404


async def test_a_rule_holds_from_now_on(world: World, here: Tenant) -> None:
    admin, boss = here.people[Role.ADMINISTRATOR], here.people[Role.SUPERVISOR]
    rule = {"recording": "on_demand", "recording_days": 30}
    assert (await ask(world, boss, "PUT", "/api/recordings/rule", rule)).status_code == 403
    assert (await ask(world, admin, "PUT", "/api/recordings/rule", rule)).status_code == 200
    assert (await ask(world, boss, "GET", "/api/recordings/rule")).json() == rule
    told = RecordingRuleChanged(policy=RecordingPolicy.ON_DEMAND)
    assert (here.tenant_id, told) in world.floors.told
    for wrong in (rule | {"recording_days": 0}, rule | {"recording": "sometimes"}):
        assert (await ask(world, admin, "PUT", "/api/recordings/rule", wrong)).status_code == 422


async def test_an_agent_asks_the_floor(world: World, here: Tenant) -> None:
    agent = here.people[Role.AGENT]
    assert (await ask(world, agent, "POST", "/api/desk/recording", {"wish": "pause"})).status_code == 204
    asked = RecordAsked(agent_id=here.ids["agent_id"], wish=RecordWish.PAUSE, request="request-1")
    assert world.floors.asked == [(here.tenant_id, asked)]


async def test_a_program_decides_about_a_call_of_its_tenant(world: World, here: Tenant, boss: Person) -> None:
    call = here.ids["call"]
    assert (await ask(world, boss, "PUT", f"/api/calls/{call}/recording", {"record": True})).status_code == 204
    assert world.floors.asked == [(here.tenant_id, RecordingDecided(call=call, record=True, request="request-1"))]
    assert (await ask(world, boss, "PUT", "/api/calls/i999-1/recording", {"record": True})).status_code == 404
    agent = here.people[Role.AGENT]
    assert (await ask(world, agent, "PUT", f"/api/calls/{call}/recording", {"record": True})).status_code == 403
