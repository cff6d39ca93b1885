"""`busyhour plan`: what is asked of the server, and how its answer looks."""

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.server import Server

POINT = {
    "agents": 10,
    "mode": "predictive",
    "limit": 0.03,
    "utilisation": 0.841,
    "wait_s": 26.4,
    "abandonment": 0.0251,
    "prompt": 0.9749,
    "calls_per_agent_hour": 21.6,
    "dials_per_agent_hour": 109.8,
}
MEANS = {"answer_chance": 0.2, "talk_s": 120.0, "wrap_s": 20.0, "ring_s": 11.0}


def plan(missing: int = 0) -> dict[str, object]:
    return {
        "campaign_id": 1, "name": "spring", "means": MEANS, "learned": True, "points": [POINT], "missing": missing,
    }  # fmt: skip


def test_each_number_of_agents_is_asked_for_by_itself(run: Run, server: Server) -> None:
    server.answer("POST", "/api/plan", plan())
    words = "--p 0.2 --agents 10,20 --modes predictive,ratio --limits 3,1 --ratio 2.5 --lines 40"
    shown = json.loads(run("plan", *words.split(), "--json").stdout)
    assert [point["agents"] for point in shown["points"]] == [10, 10]
    asked = [body for method, path, _, body in server.asked if path == "/api/plan"]
    assert [body["agents"] for body in asked] == [[10], [20]]
    assert asked[0]["modes"] == ["predictive", "ratio"]
    assert asked[0]["limits"] == [0.03, 0.01]
    assert (asked[0]["answer_chance"], asked[0]["ratio"], asked[0]["lines"]) == (0.2, 2.5, 40)


def test_a_campaign_is_named_and_the_table_says_what_is_known_of_it(run: Run, server: Server) -> None:
    server.answer("GET", "/api/campaigns", [{"campaign": {"campaign_id": 1, "name": "spring"}}])
    server.answer("POST", "/api/plan", plan(missing=3))
    shown = run("plan", "spring").stdout
    assert server.body_of("POST", "/api/plan")["campaign_id"] == 1
    for words in ("20 % answered after 11 s", "learned from “spring”", "84.1", "2.51", "97.5", "3 are missing"):
        assert words in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--p 0.2"),
        (("--p", "0.2", "--modes", "magic"), "There is no mode 'magic'"),
        (("--p", "0.2", "--agents", "many"), "--agents 'many' is not understood"),
        (("--p", "0.2", "--limits", "50"), "from 0.1 to 20"),
    ],
)
def test_what_is_wrong_is_said_before_the_server_is_asked(
    run: Run, server: Server, words: tuple[str, ...], told: str
) -> None:
    result = run("plan", *words)
    assert (result.exit_code, server.asked) == (1, [])
    assert told in result.stderr
