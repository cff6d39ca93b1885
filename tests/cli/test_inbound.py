"""Queues, numbers, callers, callbacks and skills: what is asked of the server, and what is shown of its answers."""

import json
from pathlib import Path

import msgspec
import pytest

from busyhour.core.acd.figures import LevelFormula
from busyhour.core.model.callers import Callback, CallbackRule
from busyhour.core.model.dialed import Treatment
from busyhour.core.model.queue import Destination, DestinationKind, Queue, QueueMember, SkillNeed
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.core.model.values import LegMode, PhoneKind
from busyhour.http.queue_figures import FiguresRow, QueueReport
from busyhour.service import caller_records as cr
from busyhour.service import records as r
from busyhour.service.dispatching import Offer
from tests.cli.conftest import Run
from tests.cli.server import Server

SALES = Queue(queue_id=3, name="Sales", skills=(SkillNeed("sales", 3),), members=(QueueMember(7),))
NUMBER = cr.DialedNumberRow(
    number_id=5, pattern="+3906123", label="shop", treatment=Treatment(to=(Destination(DestinationKind.QUEUE, "3"),))
)
ANNA = r.Agent(
    agent_id=7,
    user_id=2,
    name="Anna",
    login="anna",
    phone_kind=PhoneKind.BROWSER,
    sip_address="",
    leg_mode=LegMode.PERSISTENT,
    disabled=False,
    skills={"sales": 3},
)
PROMISE = Callback(
    callback="i1-7.1", queue_id=3, number="+390612345678", rule=CallbackRule(), since_utc_s=0.0, promised_utc_s=0.0
)
CALLER = msgspec.convert(
    dict.fromkeys(cr.CallerRow.__struct_fields__)
    | {"call": "i1-5.1", "dialed": "+3906123", "number": "", "name": "Ada", "queue_id": 3, "queue_name": "Sales"}
    | {"arrived_utc_s": 0.0, "wait_s": 75.0, "outcome": "ABANDONED", "callback": False, "why": "gave up"},
    cr.CallerRow,
)


@pytest.fixture
def inbound(server: Server) -> Server:
    one = {"call": "i1-5.1", "number": "1", "name": "", "state": "queued", "since_utc_s": 0.0, "callback": False}
    server.answer("GET", "/api/queues", [SALES])
    server.answer("GET", "/api/queues/3/waiting", [Offer(waited_s=75.0, agent_ids=(7,), **one)])
    server.answer("GET", "/api/agents", [ANNA])
    server.answer("GET", "/api/prompts", [])
    server.answer("GET", "/api/trunks", [])
    server.answer("GET", "/api/session", {"tenant": {"time_zone": "Europe/Rome"}})
    server.answer("GET", "/api/dialed-numbers", [NUMBER])
    return server


def test_queues_are_listed_with_who_waits(inbound: Server, run: Run) -> None:
    shown = run("queues", "ls").stdout
    for words in ("Sales", "1:15", "sales 3"):
        assert words in shown
    assert json.loads(run("queues", "ls", "--json").stdout)[0]["waiting"][0]["agent_ids"] == [7]


def test_a_queue_is_made_from_words(inbound: Server, run: Run) -> None:
    inbound.answer("POST", "/api/queues", SALES, 201)
    words = ("--skills", "sales:3,german", "--agent", "anna", "--wait-max-s", "90", "--hours", "08:00-18:00")
    made = run("queues", "create", "Night", *words)
    assert "busyhour number add" in made.stdout
    body = inbound.body_of("POST", "/api/queues")
    assert body["skills"] == [{"skill": "german", "level": 1}, {"skill": "sales", "level": 3}]
    assert body["members"] == [{"agent_id": 7, "tier": 0}]
    assert (body["opening"]["hours"][0]["until_s"], body["opening"]["time_zone"]) == (64_800, "Europe/Rome")
    assert (body["overflow"][0]["action"], body["overflow"][0]["threshold"]) == ("reject", 90.0)
    wrong = run("queues", "create", "Night", "--skills", "sales:11")
    assert "'sales:11' is not a skill" in wrong.stderr


def test_a_queue_is_shown_changed_in_a_file_and_loaded(inbound: Server, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sales.json"
    file.write_text(run("queues", "show", "sales", "--json").stdout)
    inbound.answer("PUT", "/api/queues/3", SALES)
    assert "Changed queue 3" in run("queues", "load", str(file)).stdout
    assert inbound.body_of("PUT", "/api/queues/3") == json.loads(file.read_text())
    file.write_text('{"name": 1}')
    assert "does not describe a queue" in run("queues", "load", str(file)).stderr


@pytest.mark.parametrize(
    ("noun", "which", "path"),
    [("queues", "Sales", "/api/queues/3"), ("numbers", "+3906123", "/api/dialed-numbers/5")],
)
def test_the_emergency_switch(inbound: Server, run: Run, noun: str, which: str, path: str) -> None:
    inbound.answer("PUT", f"{path}/emergency", SALES if noun == "queues" else NUMBER)
    run(noun, "emergency", which, "on")
    assert inbound.body_of("PUT", f"{path}/emergency") == {"on": True}
    run(noun, "emergency", which, "off")
    assert inbound.body_of("PUT", f"{path}/emergency") == {"on": False}
    assert "Say on or off" in run(noun, "emergency", which, "maybe").stderr
    inbound.answer("DELETE", path, b"", 204)
    run(noun, "rm", which, "--yes")
    assert inbound.asked[-1][:2] == ("DELETE", path)


def test_a_number_leads_to_a_queue_then_an_agent(inbound: Server, run: Run) -> None:
    inbound.answer("POST", "/api/dialed-numbers", NUMBER, 201)
    run("numbers", "add", "+39069XX*", "--agent", "anna", "--queue", "Sales", "--number", "+390655")
    to = inbound.body_of("POST", "/api/dialed-numbers")["treatment"]["to"]
    assert to == [
        {"kind": "queue", "target": "3"},
        {"kind": "agent", "target": "7"},
        {"kind": "number", "target": "+390655"},
    ]
    assert "queue Sales" in run("numbers", "ls").stdout
    assert "Say where its calls go" in run("numbers", "add", "+39").stderr


def test_callers_and_callbacks(inbound: Server, run: Run, tmp_path: Path) -> None:
    inbound.answer("GET", "/api/callers", {"rows": [CALLER], "cursor": "x"})
    shown = run("callers", "ls", "--queue", "Sales", "--outcome", "abandoned").stdout
    for words in ("withheld", "ABANDONED", "1:15", "There are more"):
        assert words in shown
    query = inbound.query_of("GET", "/api/callers")
    assert query == {"limit": "50", "queue_id": "3", "outcome": "ABANDONED"}
    inbound.answer("GET", "/api/callers/export", b"a;b\n")
    run("callers", "ls", "--csv", str(tmp_path / "c.csv"))
    assert (tmp_path / "c.csv").read_bytes() == b"a;b\n"
    inbound.answer("GET", "/api/callers/i1-5.1", CALLER)
    assert "gave up" in run("callers", "show", "i1-5.1").stdout
    inbound.answer("GET", "/api/callbacks", [PROMISE])
    assert "+390612345678" in run("callbacks", "ls").stdout
    for command, method, path in (
        (("callers", "assign", "i1-5.1", "7"), "POST", "/api/callers/i1-5.1/assign"),
        (("callbacks", "ask", "i1-5.1"), "POST", "/api/callers/i1-5.1/callback"),
        (("callbacks", "cancel", "i1-7.1"), "DELETE", "/api/callbacks/i1-7.1"),
    ):
        inbound.answer(method, path, b"", 204)
        run(*command)
        assert inbound.asked[-1][:2] == (method, path)


def test_figures_of_queues(inbound: Server, run: Run) -> None:
    counts = QueueCounts(entered=12, answered=10, abandoned=2, wait_s=100.0, wait_max_s=65.0, in_time=(9, 10))
    row = FiguresRow(
        queue_id=3,
        queue_name="Sales",
        from_utc_s=0.0,
        counts=counts,
        answer_wait_mean_s=10.0,
        abandoned_share=2 / 12,
        levels=(0.75, None),
    )
    report = QueueReport(
        from_utc_s=0.0, until_utc_s=9.0, formula=LevelFormula.ANSWERED, quarters=[row, row], totals=[row]
    )
    inbound.answer("GET", "/api/reports/queues", report)
    shown = run("queues", "figures", "--formula", "answered").stdout
    for words in ("Sales", "75.0 %", "0:10", "1:05"):
        assert words in shown
    assert inbound.query_of("GET", "/api/reports/queues") == {"formula": "answered"}


def test_skills_of_an_agent(inbound: Server, run: Run) -> None:
    inbound.answer("PUT", "/api/agents/7/skills", ANNA)
    assert "Anna: sales 3" in run("agent", "skills", "anna", "sales:3,german").stdout
    assert inbound.body_of("PUT", "/api/agents/7/skills") == {"skills": {"german": 1, "sales": 3}}
    run("agent", "skills", "anna", "-")
    assert inbound.body_of("PUT", "/api/agents/7/skills") == {"skills": {}}
    assert "sales 3" in run("agent", "ls").stdout
