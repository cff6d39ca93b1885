"""What the routes make of the service: the floor hears of changes, secrets stay in, faults name their field."""

import csv
from typing import Any

import httpx
import pytest

from busyhour.core import events as e
from busyhour.core.model.values import Role
from busyhour.service.errors import Conflict
from tests.http.http_bodies import CAMPAIGN, TRUNK
from tests.http.http_world import Person, Tenant, World

RULE = {"outcome": "BUSY", "max_attempts": 0, "delay_s": 1}


async def ask(world: World, person: Person, method: str, path: str, body: Any = None) -> httpx.Response:
    async with world.client() as client:
        return await client.request(method, path, headers=person.headers, json=body)


@pytest.fixture
def admin(here: Tenant) -> Person:
    return here.people[Role.ADMINISTRATOR]


async def test_a_trunks_password_goes_in_and_never_out(world: World, here: Tenant, admin: Person) -> None:
    made = await ask(world, admin, "POST", "/api/trunks", TRUNK | {"login": "me", "password": "s3cret!"})
    assert made.status_code == 201
    trunk_id = made.json()["trunk_id"]
    assert made.json()["has_password"]
    assert world.phones.trunks[trunk_id] == "s3cret!"
    edited = await ask(world, admin, "PATCH", f"/api/trunks/{trunk_id}", {"capacity": 3})
    assert world.phones.trunks[trunk_id] == "s3cret!"  # kept
    listed = await ask(world, admin, "GET", "/api/trunks")
    assert "s3cret" not in made.text + edited.text + listed.text
    told = [event for _, event in world.floors.told]
    assert [type(event) for event in told] == [e.TrunkChanged, e.TrunkChanged]
    assert told[1].trunk.capacity == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host": "a;b"}, "host"),
        ({"host": "x\r\ny"}, "host"),
        ({"host": ""}, "host"),
        ({"capacity": 0}, "capacity"),
        ({"prefix": "00&1"}, "prefix"),
        ({"login": "a b"}, "login"),
        ({"password": "line\nbreak"}, "password"),
        ({"name": ""}, "name"),
        ({"calls_per_s_max": -1}, "calls_per_s_max"),
    ],
)
async def test_a_wrong_trunk_names_its_fault(world: World, admin: Person, change: Any, field: str) -> None:
    answer = await ask(world, admin, "POST", "/api/trunks", TRUNK | change)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert world.floors.told == []


async def test_a_campaign_without_trunk_says_what_to_do(world: World, admin: Person) -> None:
    made = (await ask(world, admin, "POST", "/api/campaigns", CAMPAIGN)).json()
    assert made["faults"]
    answer = await ask(world, admin, "POST", f"/api/campaigns/{made['campaign']['campaign_id']}/start")
    assert answer.status_code == 422
    assert "Choose one in the campaign's settings" in answer.json()["error"]["text"]
    assert world.floors.told == []


async def test_a_started_run_is_told_to_the_floor(world: World, here: Tenant, admin: Person) -> None:
    answer = await ask(world, admin, "POST", f"/api/campaigns/{here.ids['campaign_id']}/start")
    assert answer.status_code == 201
    ((tenant, event),) = world.floors.told
    assert tenant == here.tenant_id
    assert isinstance(event, e.RunStarted)
    assert event.run.run_id == answer.json()["run_id"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"time_zone": "Mars/Olympus"}, "campaign.time_zone"),
        ({"caller_id": "anonymous"}, "campaign.caller_id"),
        ({"priority": 0}, "campaign.priority"),
        ({"ring_timeout_s": 1}, "campaign.ring_timeout_s"),
        ({"active_hours": {"from_s": 0, "until_s": 0}}, "campaign.active_hours"),
        ({"callee_hours": {"from_s": 0, "until_s": 60, "days": []}}, "campaign.callee_hours.days"),
        (
            {"retry_rules": [{"outcome": "BUSY", "max_attempts": 0, "delay_s": 1}]},
            "campaign.retry_rules[0].max_attempts",
        ),
        ({"trunk_ids": [99999]}, "campaign.trunk_ids"),
        ({"agent_ids": [99999]}, "campaign.agent_ids"),
        ({"message_prompt": "../../etc/passwd"}, "campaign.message_prompt"),
        ({"dial_mode": "telepathy"}, "campaign.dial_mode"),
        ({"compliance": {"preset": "atlantis"}}, "campaign.compliance.preset"),
        ({"compliance": {"limit": 3}}, "campaign.compliance.limit"),
        ({"compliance": {"limit": 0.01, "window_s": 60}}, "campaign.compliance.window_s"),
        ({"ring_timeout_s": 14}, "campaign.ring_timeout_s"),
        ({"pacing": {"ratio": 0}}, "campaign.pacing.ratio"),
        ({"pacing": {"ratio": 50}}, "campaign.pacing.ratio"),
        ({"pacing": {"waiting_max": -1}}, "campaign.pacing.waiting_max"),
        ({"pacing": {"per_agent_max": 101}}, "campaign.pacing.per_agent_max"),
        ({"answer_wait_max_s": 2.5}, "campaign.answer_wait_max_s"),
        ({"retry_count": "some"}, "campaign.retry_count"),
    ],
)
async def test_a_wrong_campaign_names_its_fault(world: World, admin: Person, change: Any, field: str) -> None:
    answer = await ask(world, admin, "POST", "/api/campaigns", {"campaign": CAMPAIGN["campaign"] | change})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


async def test_a_campaign_cannot_borrow_from_another_tenant(
    world: World, here: Tenant, there: Tenant, admin: Person
) -> None:
    for links in (
        {"campaign": CAMPAIGN["campaign"] | {"trunk_ids": [there.ids["trunk_id"]]}},
        {"campaign": CAMPAIGN["campaign"] | {"agent_ids": [there.ids["agent_id"]]}},
        CAMPAIGN | {"lists": [{"list_id": there.ids["list_id"]}]},
    ):
        assert (await ask(world, admin, "POST", "/api/campaigns", links)).status_code == 422


async def test_what_the_core_refuses_is_said_to_the_agent(world: World, here: Tenant) -> None:
    agent = here.people[Role.AGENT]
    world.floors.refusal = Conflict("Your phone is not registered: allow the microphone and try again.", code="phone")
    answer = await ask(world, agent, "POST", "/api/desk/ready")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "phone"
    assert world.floors.asked == [(here.tenant_id, e.ReadyAsked(agent_id=here.ids["agent_id"], request="request-1"))]


@pytest.mark.covers("U-39")
async def test_only_known_reasons_and_dispositions_are_taken(world: World, here: Tenant) -> None:
    agent = here.people[Role.AGENT]
    assert (await ask(world, agent, "POST", "/api/desk/pause", {"reason": "nap"})).status_code == 422
    chosen = {"call": here.ids["call"], "disposition": "stolen"}
    assert (await ask(world, agent, "POST", "/api/desk/disposition", chosen)).status_code == 422
    assert world.floors.asked == []


async def test_the_desk_gives_the_phones_secret_for_a_short_time(world: World, here: Tenant) -> None:
    agent = here.people[Role.AGENT]
    desk = (await ask(world, agent, "GET", "/api/desk")).json()
    renewed = (await ask(world, agent, "POST", "/api/desk/sip")).json()
    assert desk["sip"]["secret"] != renewed["secret"]
    assert renewed["url"] == "ws://testserver/sip"
    assert renewed["expires_utc_s"] - world.clock.utc_s <= 600


async def test_a_prompt_that_cannot_be_spoken_leaves_no_row(
    world: World, here: Tenant, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_text: str, _language: str, _media: str) -> float:
        raise Conflict("The voice is gone.")

    monkeypatch.setattr(world.voice, "speak", silent)
    body = {"name": "hello", "text": "Hello.", "language": "en-US"}
    assert (await ask(world, admin, "POST", "/api/prompts", body)).status_code == 409
    assert [prompt.name for prompt in await world.directory.prompts(here.tenant_id)] == ["hi"]


async def test_attempts_are_exported_as_a_file_and_the_spool_is_emptied(
    world: World, here: Tenant, admin: Person
) -> None:
    answer = await ask(world, admin, "GET", "/api/attempts/export?format=csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attempts.csv" in answer.headers["content-disposition"]
    assert "BUSY" in answer.text
    header, row = csv.reader(answer.text.lstrip("\ufeff").splitlines())
    cells = dict(zip(header, row, strict=True))
    assert (cells["run"], cells["attempt"]) == ("1", "1")  # whole numbers stay whole
    assert list(world.spool.iterdir()) == []
    assert (await ask(world, admin, "GET", "/api/attempts/export?format=pdf")).status_code == 422


async def test_the_days_that_prove_compliance_are_shown_and_exported(world: World, admin: Person) -> None:
    [day] = (await ask(world, admin, "GET", "/api/compliance/days")).json()
    assert (day["dials"], day["rang_min_ms"]) == (1, 17_250)
    assert (await ask(world, admin, "GET", "/api/compliance/days?from_utc_s=1&until_utc_s=2")).json() == []
    too_long = await ask(world, admin, "GET", "/api/compliance/days?from_utc_s=0")
    assert (too_long.status_code, too_long.json()["error"]["field"]) == (422, "from_utc_s")
    answer = await ask(world, admin, "GET", "/api/compliance/export?format=csv")
    assert "compliance.csv" in answer.headers["content-disposition"]
    header, row = csv.reader(answer.text.lstrip("\ufeff").splitlines())
    assert dict(zip(header, row, strict=True))["shortest ringing, unanswered (s)"] == "17.25"
    assert list(world.spool.iterdir()) == []


async def test_a_short_ring_is_for_campaigns_that_no_law_covers(world: World, admin: Person) -> None:
    presets = {preset["key"]: preset for preset in (await ask(world, admin, "GET", "/api/compliance/presets")).json()}
    assert presets["uk"]["windows"] == [{"span": "rolling", "limit": 0.03, "length_s": 86_400}]
    short = {"campaign": CAMPAIGN["campaign"] | {"ring_timeout_s": 6, "compliance": {"preset": "own"}}}
    assert (await ask(world, admin, "POST", "/api/campaigns", short)).status_code == 201


async def test_agents_have_no_checklist_and_administrators_have(world: World, here: Tenant, admin: Person) -> None:
    assert (await ask(world, here.people[Role.AGENT], "GET", "/api/checklist")).json() == {"items": []}
    items = {item["key"]: item["done"] for item in (await ask(world, admin, "GET", "/api/checklist")).json()["items"]}
    assert items["pbx"]
    assert items["trunk"]
    assert not items["list"]  # the list has no contacts yet
    assert items["callers"]
    await world.queues.delete_dialed_number(here.tenant_id, here.ids["number_id"])
    steps = (await ask(world, admin, "GET", "/api/checklist")).json()["items"]
    assert (steps[-1]["done"], steps[-1]["title"]) == (False, "Let a number lead to a queue")
