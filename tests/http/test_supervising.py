"""Listening in over HTTP: what holds for everybody is for administrators to say, and the engine is told at once."""

from busyhour.core.model.supervising import ListeningShownChanged
from busyhour.core.model.values import Role
from tests.http.http_world import Tenant, World
from tests.http.test_http_nouns import ask

RULE = "/api/supervision/rule"


async def test_whether_agents_see_it_is_a_rule_of_the_contact_center(world: World, here: Tenant) -> None:
    admin, boss, agent = (here.people[role] for role in (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AGENT))
    assert (await ask(world, boss, "GET", RULE)).json() == {"listening_shown": True}
    assert (await ask(world, boss, "PUT", RULE, {"listening_shown": False})).status_code == 403
    assert (await ask(world, agent, "GET", RULE)).status_code == 403
    assert (await ask(world, admin, "PUT", RULE, {"listening_shown": False})).status_code == 200
    assert (await ask(world, boss, "GET", RULE)).json() == {"listening_shown": False}
    assert (here.tenant_id, ListeningShownChanged(shown=False)) in world.floors.told
