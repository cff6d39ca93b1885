"""Campaigns, agents, trunks, reports: what is asked of the server, and what is shown of its answers."""

import json
from pathlib import Path

import msgspec
import pytest

from busyhour.cli.campaigns import parse_hours, parse_retry
from busyhour.cli.report import parse_time
from busyhour.cli.screen import Trouble
from busyhour.core.model.campaign import Campaign, Compliance, Hours, Pacing, RetryRule
from busyhour.core.model.values import DialMode, LegMode, ListRole, Outcome, PhoneKind, RetryMode, Role
from busyhour.http.users import UserMade
from busyhour.service import records as r
from tests.cli.conftest import Run
from tests.cli.server import Server

SPRING = r.CampaignRow(
    campaign=Campaign(campaign_id=3, name="Spring", dial_mode=DialMode.PROGRESSIVE),
    status="runnable",
    lists=(r.CampaignList(list_id=1, name="north", role=ListRole.NORMAL, position=0),),
    run_id=9,
    run_state="running",
    created_utc_s=0.0,
)
AUTUMN = msgspec.structs.replace(
    SPRING,
    campaign=msgspec.structs.replace(SPRING.campaign, campaign_id=4, name="Autumn"),
    run_id=None,
    run_state=None,
    faults=("It has no trunk. Choose one.",),
)
RUN = r.RunRow(
    run_id=9,
    campaign_id=3,
    campaign_name="Spring",
    state="paused",
    started_utc_s=0.0,
    ended_utc_s=None,
    placed=5,
    finished=4,
    waiting=1,
    fresh=2,
    next_due_utc_s=None,
)
TRUNK = r.TrunkRow(
    trunk_id=2,
    name="carrier",
    host="sip.example",
    login="us",
    has_password=True,
    prefix="",
    strip_plus=True,
    capacity=10,
    calls_per_s_max=0,
    endpoint="t1-2",
    demo=False,
)
SORRY = r.Prompt(prompt_id=1, name="sorry", text="Sorry.", language="en-US", media="p1-1-ab", duration_s=1.0)
LIST = r.ContactList(list_id=1, name="north", hidden=False, created_utc_s=0.0, contacts=2, numbers=2)
TENANT = r.Tenant(tenant_id=1, name="Main", time_zone="Europe/Rome", country="IT")
ANNA = r.User(
    user_id=5, tenant_id=1, login="anna", name="Anna", role=Role.AGENT, disabled=False, created_utc_s=0.0, agent_id=6
)
ANNA_AGENT = r.Agent(
    agent_id=6,
    user_id=5,
    name="Anna",
    login="anna",
    phone_kind=PhoneKind.BROWSER,
    sip_address="",
    leg_mode=LegMode.PERSISTENT,
    disabled=False,
)
ATTEMPT = r.AttemptRow(
    call="c1-ab",
    run_id=9,
    campaign_id=3,
    campaign_name="Spring",
    list_name="north",
    contact_id=11,
    contact_name="[bold]Rossi",
    number="+390612345678",
    attempt_no=1,
    state="final",
    outcome="BUSY",
    disposition=None,
    note=None,
    agent_name=None,
    trunk_name="carrier",
    intent_utc_s=1_700_000_000.0,
    ringing_utc_s=None,
    answered_utc_s=None,
    joined_utc_s=None,
    ended_utc_s=1_700_000_001.0,
    wait_pre_ms=1000,
    wait_after_ms=None,
    talk_ms=None,
    next_due_utc_s=1_700_000_300.0,
    cause="busy",
    why="The first in the list.",
    retry_why="BUSY: again after 300 s.",
    attributes={},
)
SUMMARY = r.Summary(
    attempts=3,
    contacts=2,
    talk_ms=61_000,
    wait_pre_ms=0,
    wait_after_ms=0,
    outcomes=(
        r.OutcomeCount(outcome="HANDLED", disposition="SALE", count=2, talk_ms=61_000),
        r.OutcomeCount(outcome="BUSY", disposition=None, count=1, talk_ms=0),
    ),
    trunks=(("carrier", 3),),
)


@pytest.fixture
def center(server: Server) -> Server:
    server.answer("GET", "/api/campaigns", [SPRING, AUTUMN])
    server.answer("GET", "/api/trunks", [TRUNK])
    server.answer("GET", "/api/lists", [LIST])
    server.answer("GET", "/api/prompts", [SORRY])
    server.answer("GET", "/api/agents", [ANNA_AGENT, msgspec.structs.replace(ANNA_AGENT, agent_id=7, login="bob")])
    server.answer("GET", "/api/session", {"user": ANNA, "tenant": TENANT, "csrf": "", "permissions": []})
    return server


# Campaigns


def test_campaigns_are_listed_with_what_keeps_them_from_starting(center: Server, run: Run) -> None:
    shown = run("campaign", "ls").stdout
    assert "Spring" in shown
    assert "It has no trunk. Choose one." in shown
    assert [row["run_id"] for row in json.loads(run("campaign", "ls", "--json").stdout)] == [9, None]


def test_a_campaign_is_shown_by_name_or_number(center: Server, run: Run) -> None:
    assert "north (normal)" in run("campaign", "show", "spring").stdout
    assert json.loads(run("campaign", "show", "4", "--json").stdout)["campaign"]["name"] == "Autumn"


def test_an_unknown_campaign_is_met_with_those_that_exist(center: Server, run: Run) -> None:
    result = run("campaign", "start", "Winter")
    assert result.exit_code == 1
    assert "There is no campaign 'Winter'. There are: 3 'Spring', 4 'Autumn'." in result.stderr


def test_names_that_are_not_unique_are_not_guessed(center: Server, run: Run) -> None:
    twin = msgspec.structs.replace(SPRING.campaign, campaign_id=8)
    center.answer("GET", "/api/campaigns", [SPRING, msgspec.structs.replace(AUTUMN, campaign=twin)])
    assert "Several campaigns are called 'Spring'" in run("campaign", "start", "Spring").stderr


def test_create_sends_a_whole_campaign(center: Server, run: Run) -> None:
    center.answer("POST", "/api/campaigns", SPRING, status=201)
    words = [
        "--list",
        "north",
        "--trunk",
        "carrier",
        "--retry",
        "BUSY:3:300",
        "--hours",
        "09:00-18:30",
        "--at-once",
        "4",
    ]
    words += ["--agent", "bob", "--farewell", "sorry", "--mode", "ratio", "--ratio", "1.3", "--law", "uk"]
    assert run("campaign", "create", "Spring", *words).exit_code == 0
    body = center.body_of("POST", "/api/campaigns")
    sent = msgspec.convert(body["campaign"], Campaign)
    assert sent == Campaign(
        campaign_id=0,
        name="Spring",
        dial_mode=DialMode.RATIO,
        compliance=Compliance(preset="uk"),
        pacing=Pacing(ratio=1.3),
        max_concurrent=4,
        time_zone="Europe/Rome",
        active_hours=Hours(from_s=9 * 3600, until_s=18 * 3600 + 1800),
        retry_rules=(RetryRule(outcome=Outcome.BUSY, max_attempts=3, delay_s=300),),
        trunk_ids=(2,),
        agent_ids=(7,),
        abandon_prompt="p1-1-ab",
    )
    assert body["lists"] == [{"list_id": 1, "role": "normal"}]


@pytest.mark.parametrize(("mode", "agents"), [("progressive", (6, 7)), ("agentless", ())])
def test_a_campaign_for_agents_has_all_of_them_unless_named(
    center: Server, run: Run, mode: str, agents: tuple[int, ...]
) -> None:
    center.answer("POST", "/api/campaigns", SPRING, status=201)
    assert run("campaign", "create", "X", "--list", "north", "--trunk", "carrier", "--mode", mode).exit_code == 0
    sent = msgspec.convert(center.body_of("POST", "/api/campaigns")["campaign"], Campaign)
    assert sent.agent_ids == agents


def test_create_with_a_list_that_does_not_exist_makes_nothing(center: Server, run: Run) -> None:
    result = run("campaign", "create", "Spring", "--list", "south", "--trunk", "carrier")
    assert result.exit_code == 1
    assert "There is no list 'south'" in result.stderr
    assert not [asked for asked in center.asked if asked[0] == "POST"]


def test_start_begins_a_run(center: Server, run: Run) -> None:
    center.answer("POST", "/api/campaigns/4/start", msgspec.structs.replace(RUN, state="runnable"), status=201)
    assert "run 9 is runnable" in run("campaign", "start", "Autumn").stdout


@pytest.mark.parametrize("verb", ["pause", "unpause", "remove"])
def test_a_run_is_steered_through_its_campaign(center: Server, run: Run, verb: str) -> None:
    center.answer("POST", f"/api/runs/9/{verb}", RUN)
    assert json.loads(run("campaign", verb, "Spring", "--json").stdout)["run_id"] == 9


def test_steering_a_campaign_that_does_not_run_says_how_to_start_it(center: Server, run: Run) -> None:
    assert "busyhour campaign start 'Autumn'" in run("campaign", "pause", "Autumn").stderr


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("BUSY:3:300", RetryRule(outcome=Outcome.BUSY, max_attempts=3, delay_s=300)),
        (
            "NO_ANSWER:1:60:multi",
            RetryRule(outcome=Outcome.NO_ANSWER, max_attempts=1, delay_s=60, mode=RetryMode.MULTI),
        ),
    ],
)
def test_a_retry_rule_is_read(text: str, rule: RetryRule) -> None:
    assert parse_retry(text) == rule


@pytest.mark.parametrize("text", ["BUSY", "BUSY:3", "NEVER:3:300", "BUSY:-1:300", "BUSY:3:300:often"])
def test_a_wrong_retry_rule_is_explained(text: str) -> None:
    with pytest.raises(Trouble, match="such as BUSY:3:300"):
        parse_retry(text)


@pytest.mark.parametrize("text", ["9-18", "09:00", "25:00-26:00", "09:75-10:00"])
def test_wrong_hours_are_explained(text: str) -> None:
    with pytest.raises(Trouble):
        parse_hours(text)


# Agents and trunks


def test_an_agent_is_made_with_a_password_shown_once(center: Server, run: Run) -> None:
    center.answer("POST", "/api/users", UserMade(user=ANNA, password="four-random-words"), status=201)
    center.answer("PATCH", "/api/agents/6", ANNA_AGENT)
    shown = run("agent", "create", "anna", "--sip", "sip:anna@10.0.0.5").stdout
    assert "four-random-words" in shown
    assert center.body_of("POST", "/api/users") == {"login": "anna", "name": "anna", "role": "agent"}
    assert center.body_of("PATCH", "/api/agents/6") == {
        "leg_mode": "persistent",
        "phone_kind": "sip",
        "sip_address": "sip:anna@10.0.0.5",
    }


def test_agents_are_listed(center: Server, run: Run) -> None:
    center.answer("GET", "/api/agents", [ANNA_AGENT])
    assert "anna" in run("agent", "ls").stdout
    assert json.loads(run("agent", "ls", "--json").stdout)[0]["agent_id"] == 6


def test_a_trunk_is_added_and_its_password_asked_for(center: Server, run: Run) -> None:
    center.answer("POST", "/api/trunks", TRUNK, status=201)
    result = run("trunk", "add", "carrier", "sip.example", "--capacity", "10", "--login", "us", input="hush\n")
    assert result.exit_code == 0
    assert "hush" not in result.output
    sent = center.body_of("POST", "/api/trunks")
    assert (sent["password"], sent["capacity"], sent["strip_plus"]) == ("hush", 10, True)
    assert "carrier" in run("trunk", "ls").stdout


# Reports


def test_a_report_has_sums_and_attempts(center: Server, run: Run) -> None:
    center.answer("GET", "/api/reports/summary", SUMMARY)
    center.answer("GET", "/api/attempts", r.Page(rows=(ATTEMPT,), cursor="more"))
    shown = run("report", "--campaign", "Spring", "--from", "2023-11-14", "--outcome", "busy").stdout
    assert "3 attempts to 2 contacts, 1:01 talked" in shown
    assert "66" in shown  # per cent, cut off
    assert "[bold]Rossi" in shown
    assert "--csv FILE writes all" in shown
    query = center.query_of("GET", "/api/attempts")
    assert (query["campaign_id"], query["outcome"], float(query["from_utc_s"])) == (
        "3",
        "BUSY",
        parse_time("2023-11-14"),
    )
    assert json.loads(run("report", "--json").stdout)["attempts"][0]["call"] == "c1-ab"


def test_a_report_of_nothing_is_no_error(center: Server, run: Run) -> None:
    center.answer("GET", "/api/reports/summary", msgspec.structs.replace(SUMMARY, attempts=0, contacts=0, outcomes=()))
    center.answer("GET", "/api/attempts", r.Page(rows=(), cursor=None))
    result = run("report")
    assert result.exit_code == 0
    assert "none yet" in result.stdout


def test_a_report_as_csv_is_the_servers_file(center: Server, run: Run, tmp_path: Path) -> None:
    center.answer("GET", "/api/attempts/export", b"call,number\nc1-ab,+39\n")
    assert run("report", "--csv", str(tmp_path / "out.csv")).exit_code == 0
    assert (tmp_path / "out.csv").read_bytes() == b"call,number\nc1-ab,+39\n"
    assert run("report", "--csv", "-").stdout == "call,number\nc1-ab,+39\n"
    assert "cannot be written" in run("report", "--csv", str(tmp_path)).stderr


def test_a_wrong_time_is_explained(center: Server, run: Run) -> None:
    assert "is not like 2026-03-01" in run("report", "--from", "yesterday").stderr


def test_explain_gives_the_reasons_in_words(center: Server, run: Run) -> None:
    person = {"name": "Rossi", "numbers": ["+390612345678"]}
    answer = {"contact": person, "sentences": ["It is night in [Rome]."], "runs": []}
    center.answer("GET", "/api/explain/contacts/11", answer)
    assert "- It is night in [Rome]." in run("explain", "lead", "11").stdout
    center.answer("GET", "/api/attempts/c1-ab", ATTEMPT)
    assert "The first in the list." in run("explain", "call", "c1-ab").stdout
