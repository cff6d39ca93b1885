"""Queues, the numbers that lead to them, and skills: what is stored, what is refused, and what the floor hears."""

from typing import Any

import pytest

from busyhour.core import events as e
from busyhour.core.model.values import Role
from tests.http.http_bodies import DIALED, QUEUE
from tests.http.http_world import Person, Tenant, World
from tests.http.test_http_nouns import ask

OUTSIDE = {"kind": "number", "target": "+390612345678"}


@pytest.fixture
def boss(here: Tenant) -> Person:
    return here.people[Role.SUPERVISOR]


async def test_a_queue_is_stored_clean_and_the_floor_hears_of_it(world: World, here: Tenant, boss: Person) -> None:
    body = QUEUE | {"name": "  Support ", "skills": [{"skill": " Italian ", "level": 3}]}
    made = await ask(world, boss, "POST", "/api/queues", body)
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["skills"]) == ("Support", [{"skill": "italian", "level": 3}])
    path = f"/api/queues/{made.json()['queue_id']}"
    changed = await ask(world, boss, "PUT", path, made.json() | {"priority": 3})
    assert changed.json() == made.json() | {"priority": 3}
    assert (await ask(world, boss, "GET", path)).json() == changed.json()
    assert (await ask(world, boss, "DELETE", path)).status_code == 204
    told = [event for _, event in world.floors.told]
    assert [type(event) for event in told] == [e.QueueChanged, e.QueueChanged, e.QueueRemoved]
    assert told[1].queue.priority == 3  # type: ignore[union-attr]


async def test_the_emergency_switch_closes_at_once(world: World, here: Tenant, boss: Person) -> None:
    path = f"/api/queues/{here.ids['queue_id']}/emergency"
    assert (await ask(world, boss, "PUT", path, {"on": True})).json()["opening"]["emergency"]
    path = f"/api/dialed-numbers/{here.ids['number_id']}/emergency"
    assert (await ask(world, boss, "PUT", path, {"on": True})).json()["treatment"]["opening"]["emergency"]
    queue, numbers = [event for _, event in world.floors.told]
    assert queue.queue.opening.emergency  # type: ignore[union-attr]
    assert numbers.numbers[0].treatment.opening.emergency  # type: ignore[union-attr]


async def test_ageing_is_stored_and_the_floor_hears_of_it(world: World, boss: Person) -> None:
    assert (await ask(world, boss, "PUT", "/api/inbound", {"ageing_s": 30, "acw_s": 45})).json() == {
        "ageing_s": 30.0,
        "acw_s": 45.0,
    }
    assert (await ask(world, boss, "GET", "/api/inbound")).json() == {"ageing_s": 30.0, "acw_s": 45.0}
    assert (await ask(world, boss, "PUT", "/api/inbound", {"acw_s": -1})).json()["error"]["field"] == "acw_s"
    assert [event for _, event in world.floors.told] == [
        e.AgeingChanged(ageing_s=30.0),
        e.WrapUpChanged(acw_s=45.0),
    ]
    wrong = await ask(world, boss, "PUT", "/api/inbound", {"ageing_s": -1})
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "ageing_s")


SALES = [{"skill": "sales", "level": 2}]
TURN_AWAY = {"trigger": "full", "action": "reject"}


@pytest.mark.covers("OC-022")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"priority": 257}, "priority"),
        ({"skills": [{"skill": "", "level": 1}]}, "skills[0].skill"),
        ({"skills": [{"skill": "a,b", "level": 1}]}, "skills[0].skill"),
        ({"skills": [{"skill": "sales", "level": 11}]}, "skills[0].level"),
        ({"skills": [{"skill": f"s{n}", "level": 1} for n in range(65)]}, "skills"),
        ({"skills": [*SALES, {"skill": "Sales", "level": 1}]}, "skills"),
        ({"relax": [{"after_s": 30}, {"after_s": 20}]}, "relax[1].after_s"),
        ({"skills": SALES, "relax": [{"after_s": 30, "levels_less": 10}]}, "relax[0].levels_less"),
        ({"skills": SALES, "relax": [{"after_s": 30, "without": ["german"]}]}, "relax[0].without"),
        ({"members": [{"agent_id": 99999}]}, "members"),
        ({"strategy": "by_beauty"}, "strategy"),
        ({"acw_max_s": -1}, "acw_max_s"),
        ({"waiting_max": 100_000}, "waiting_max"),
        ({"sticky": {"wait_s": 4000}}, "sticky.wait_s"),
        ({"miss": {"ring_timeout_s": 1}}, "miss.ring_timeout_s"),
        ({"opening": {"hours": []}}, "opening.hours"),
        ({"opening": {"hours": [{"from_s": 60, "until_s": 60}]}}, "opening.hours[0]"),
        ({"opening": {"time_zone": "Mars/Olympus"}}, "opening.time_zone"),
        ({"opening": {"holidays": [{"day": "2026-02-30"}]}}, "opening.holidays[0].day"),
        ({"opening": {"holidays": [{"day": "2026-12-24"}, {"day": "2026-12-24"}]}}, "opening.holidays"),
        ({"announce": {"welcome": "../../etc/passwd"}}, "announce.welcome"),
        ({"announce": {"callback": "9999"}}, "announce.callback"),
        ({"announce": {"music": "9999"}}, "announce.music"),
        ({"announce": {"language": "tlh"}}, "announce.language"),
        ({"announce": {"place_every_s": 1}}, "announce.place_every_s"),
        ({"overflow": [TURN_AWAY] * 51}, "overflow"),
        ({"overflow": [TURN_AWAY | {"threshold": 3}]}, "overflow[0].threshold"),
        ({"overflow": [TURN_AWAY | {"waiting_too": True}]}, "overflow[0].waiting_too"),
        ({"overflow": [TURN_AWAY | {"destination": OUTSIDE}]}, "overflow[0].destination"),
        ({"overflow": [TURN_AWAY | {"action": "transfer"}]}, "overflow[0].destination"),
        ({"overflow": [TURN_AWAY | {"action": "announce_then_hangup"}]}, "overflow[0].prompt"),
        ({"overflow": [TURN_AWAY | {"action": "transfer", "destination": OUTSIDE}]}, "trunk_ids"),
        ({"overflow": [TURN_AWAY | {"action": "offer_callback"}]}, "trunk_ids"),
        ({"callback_key": "1"}, "trunk_ids"),
        ({"callback": {"lost": True}}, "trunk_ids"),
        ({"overflow": [TURN_AWAY | {"scope": "global", "trigger": "full"}]}, "overflow[0].scope"),
        ({"callback_key": "12"}, "callback_key"),
        ({"callback": {"attempts_max": 0}}, "callback.attempts_max"),
        ({"callback": {"hours": {"days": []}}}, "callback.hours.days"),
        ({"trunk_ids": [99999]}, "trunk_ids"),
        ({"caller_id": "sales"}, "caller_id"),
        ({"level_s": [60, 20]}, "level_s"),
        ({"prefix": "x" * 41}, "prefix"),
    ],
)
async def test_a_wrong_queue_names_its_fault(world: World, boss: Person, change: Any, field: str) -> None:
    answer = await ask(world, boss, "POST", "/api/queues", QUEUE | change)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert world.floors.told == []


async def test_a_queue_cannot_send_to_itself_nor_to_another_tenants(
    world: World, here: Tenant, there: Tenant, boss: Person
) -> None:
    path = f"/api/queues/{here.ids['queue_id']}"
    for target in (here.ids["queue_id"], there.ids["queue_id"], 0, "x"):
        to = {"kind": "queue", "target": str(target)}
        body = QUEUE | {"overflow": [TURN_AWAY | {"action": "transfer", "destination": to}]}
        answer = await ask(world, boss, "PUT", path, body)
        assert answer.json()["error"]["field"] == "overflow[0].destination.target"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pattern": "12a"}, "pattern"),
        ({"pattern": ""}, "pattern"),
        ({"pattern": "1" * 33}, "pattern"),
        ({"label": "x" * 101}, "label"),
        ({"treatment": {"to": []}}, "treatment.to"),
        ({"treatment": {"to": [OUTSIDE] * 11}}, "treatment.to"),
        ({"treatment": {"to": [OUTSIDE, {"kind": "queue", "target": "9999"}]}}, "treatment.to[1].target"),
        ({"treatment": {"to": [{"kind": "agent", "target": "9999"}]}}, "treatment.to[0].target"),
        ({"treatment": {"to": [{"kind": "prompt", "target": "9999"}]}}, "treatment.to[0].target"),
        ({"treatment": {"to": [{"kind": "number", "target": "sip:x"}]}}, "treatment.to[0].target"),
        ({"treatment": {"to": [OUTSIDE], "when_closed": [{"kind": "callback"}]}}, "treatment.when_closed[0].target"),
        ({"treatment": {"to": [OUTSIDE], "prompts": {"holiday": "9999"}}}, "treatment.prompts.holiday"),
        ({"treatment": {"to": [OUTSIDE], "opening": {"time_zone": ""}}}, "treatment.opening.time_zone"),
    ],
)
async def test_a_wrong_number_names_its_fault(world: World, boss: Person, change: Any, field: str) -> None:
    answer = await ask(world, boss, "POST", "/api/dialed-numbers", DIALED | change)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert world.floors.told == []


@pytest.mark.covers("MZ-038")
async def test_the_floor_hears_all_numbers_at_each_change(world: World, here: Tenant, boss: Person) -> None:
    made = await ask(world, boss, "POST", "/api/dialed-numbers", DIALED)
    again = await ask(world, boss, "POST", "/api/dialed-numbers", DIALED | {"pattern": "39069XX*"})
    assert (made.status_code, again.status_code) == (201, 409)
    path = f"/api/dialed-numbers/{made.json()['number_id']}"
    closed = {"holidays": [{"day": "2026-12-25", "name": "Christmas"}]}
    treatment = {"to": [{"kind": "queue", "target": str(here.ids["queue_id"])}], "opening": closed}
    body = DIALED | {"pattern": " 0800X* ", "treatment": treatment | {"prompts": {"holiday": "m"}}}
    assert (await ask(world, boss, "PUT", path, body)).status_code == 200
    assert (await ask(world, boss, "DELETE", path)).status_code == 204
    told = [{number.pattern for number in event.numbers} for _, event in world.floors.told]  # type: ignore[union-attr]
    assert told == [{"+3906123", "+39069XX*"}, {"+3906123", "0800X*"}, {"+3906123"}]


async def test_skills_reach_the_floor_and_stay_when_the_agent_is_edited(
    world: World, here: Tenant, boss: Person
) -> None:
    path = f"/api/agents/{here.ids['agent_id']}"
    answer = await ask(world, boss, "PUT", f"{path}/skills", {"skills": {" Sales": 4, "german": 1}})
    assert answer.json()["skills"] == {"german": 1, "sales": 4}
    admin = here.people[Role.ADMINISTRATOR]
    assert (await ask(world, admin, "PATCH", path, {"name": "Anna"})).status_code == 200
    told = [event.agent.skills for _, event in world.floors.told]  # type: ignore[union-attr]
    assert told == [{"german": 1, "sales": 4}] * 2
    for wrong in ({"sales": 0}, {"sales": 11}, {"": 1}, {"a": 1, "A": 2}, {f"s{n}": 1 for n in range(65)}):
        assert (await ask(world, boss, "PUT", f"{path}/skills", {"skills": wrong})).status_code == 422
