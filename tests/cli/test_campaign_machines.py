"""`busyhour campaign machines` and `show`: what is shown can be typed, and what is not named stays as it was."""

import msgspec
import pytest

from busyhour.cli import screen
from busyhour.core.model.campaign import Campaign, Compliance, DetectorTest, Listening, Machines
from busyhour.core.model.values import MachineAction
from tests.cli.conftest import Run
from tests.cli.server import Server
from tests.cli.test_nouns import ANNA, ANNA_AGENT, LIST, SORRY, SPRING, TENANT, TRUNK

TESTED = DetectorTest(calls=200, people=2, on="2026-11-22", note="heard by Anna")


@pytest.fixture
def center(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setattr(screen.out, "width", 1_000)  # each setting is one line
    for path, rows in {"trunks": [TRUNK], "lists": [LIST], "prompts": [SORRY], "agents": [ANNA_AGENT]}.items():
        server.answer("GET", f"/api/{path}", rows)
    server.answer("GET", "/api/session", {"user": ANNA, "tenant": TENANT, "csrf": "", "permissions": []})
    server.answer("PUT", "/api/campaigns/3", SPRING)
    have(server)
    return server


def have(server: Server, **settings: object) -> None:
    campaign = msgspec.structs.replace(SPRING.campaign, **settings)
    server.answer("GET", "/api/campaigns", [msgspec.structs.replace(SPRING, campaign=campaign)])


def sent(server: Server) -> Campaign:
    return msgspec.convert(server.body_of("PUT", "/api/campaigns/3")["campaign"], Campaign)


def test_all_that_the_page_has_can_be_typed(center: Server, run: Run) -> None:
    words = ["--detect", "--message", "sorry", "--again-h", "36", "--check-every", "5", "--analysis-s", "1.2"]
    words += ["--greeting-s", "1", "--silence-s", "0.3", "--words-max", "4", "--test-calls", "200"]
    words += ["--test-people", "2", "--test-on", "2026-11-22", "--test-note", "heard by Anna"]
    result = run("campaign", "machines", "Spring", *words)
    assert result.exit_code == 0, result.stderr
    assert sent(center) == msgspec.structs.replace(
        SPRING.campaign,
        machines=Machines(
            detection=True,
            listening=Listening(analysis_max_s=1.2, greeting_max_s=1.0, silence_s=0.3, words_max=4),
            action=MachineAction.MESSAGE,
            message_prompt="p1-1-ab",
            again_s=129_600.0,
            check_every=5,
            test=TESTED,
        ),
    )


def test_what_is_not_named_stays(center: Server, run: Run) -> None:
    have(center, machines=Machines(detection=True, action=MachineAction.MESSAGE, message_prompt="p1-1-ab", test=TESTED))
    assert run("campaign", "machines", "Spring", "--message", "").exit_code == 0
    assert sent(center).machines == Machines(detection=True, test=TESTED)
    assert run("campaign", "machines", "Spring", "--ignore").exit_code == 0
    assert sent(center).machines == Machines(action=MachineAction.MESSAGE, message_prompt="p1-1-ab", test=TESTED)


def test_a_campaign_is_made_that_detects_machines(center: Server, run: Run) -> None:
    center.answer("POST", "/api/campaigns", SPRING, status=201)
    assert run("campaign", "create", "X", "--list", "north", "--trunk", "carrier", "--detect-machines").exit_code == 0
    made = msgspec.convert(center.body_of("POST", "/api/campaigns")["campaign"], Campaign)
    assert made.machines == Machines(detection=True)


@pytest.mark.parametrize(
    ("test", "share"),
    [(DetectorTest(), "100 %"), (TESTED, "2.98 %"), (DetectorTest(calls=100, on="2026-11-22"), "2.63 %")],
)
def test_the_laws_estimate_is_shown(center: Server, run: Run, test: DetectorTest, share: str) -> None:
    have(center, machines=Machines(detection=True, test=test))
    assert f"the law counts {share} of those detected" in run("campaign", "show", "3").stdout


def test_prompts_trunks_and_agents_are_shown_as_they_are_typed(center: Server, run: Run) -> None:
    have(
        center,
        abandon_prompt="p1-1-ab",
        message_prompt="p9-9-gone",
        compliance=Compliance(opt_out_prompt="p1-1-ab"),
        trunk_ids=(2,),
        agent_ids=(6,),
    )
    lines = [line.split("│") for line in run("campaign", "show", "3").stdout.splitlines() if "│" in line]
    shown = {line[1].strip(): line[2].strip() for line in lines}
    assert (shown["abandon_prompt"], shown["message_prompt"]) == ("sorry", "p9-9-gone")
    assert (shown["trunk_ids"], shown["agent_ids"]) == ("carrier", "anna")
    assert "opt_out_prompt sorry" in shown["compliance"]
    center.answer("POST", "/api/campaigns", SPRING, status=201)
    words = ["--list", "north", "--trunk", shown["trunk_ids"], "--agent", shown["agent_ids"]]
    for farewell in (shown["abandon_prompt"], "p1-1-ab"):  # as shown, and as the JSON has it
        assert run("campaign", "create", "Again", *words, "--farewell", farewell).exit_code == 0
        made = msgspec.convert(center.body_of("POST", "/api/campaigns")["campaign"], Campaign)
        assert (made.abandon_prompt, made.trunk_ids, made.agent_ids) == ("p1-1-ab", (2,), (6,))
