"""`busyhour campaign limit`: what is named is changed, all else is sent back as it was."""

import msgspec
import pytest

from busyhour.cli.campaign_limits import parse_destination
from busyhour.cli.screen import Trouble
from busyhour.core.model.campaign import Campaign, Compliance, Destination, Pacing, Watch
from tests.cli.conftest import Run
from tests.cli.server import Server
from tests.cli.test_nouns import SORRY, SPRING


@pytest.fixture
def center(server: Server) -> Server:
    server.answer("GET", "/api/campaigns", [SPRING])
    server.answer("GET", "/api/prompts", [SORRY])
    return server


@pytest.mark.covers("MZ-099", "MZ-209")
def test_what_is_named_is_changed_and_nothing_else(center: Server, run: Run) -> None:
    center.answer("PUT", "/api/campaigns/3", SPRING)
    words = ["--correction", "80", "--destination", "IT:10", "--destination", "+3906:4:20", "--opt-out-key", "#"]
    words += ["--opt-out-prompt", "sorry", "--stop-answered", "5", "--stop-last", "200", "--stop-removes"]
    result = run("campaign", "limit", "Spring", *words)
    assert result.exit_code == 0, result.stderr
    body = center.body_of("PUT", "/api/campaigns/3")
    assert msgspec.convert(body["campaign"], Campaign) == msgspec.structs.replace(
        SPRING.campaign,
        compliance=Compliance(opt_out_key="#", opt_out_prompt="p1-1-ab"),
        pacing=Pacing(correction=80.0),
        destinations=(
            Destination(prefix="IT", calls_max=10),
            Destination(prefix="+3906", calls_max=4, per_minute_max=20),
        ),
        watch=Watch(attempts=200, answered_min=0.05, removes=True),
    )
    assert (body["status"], body["lists"]) == ("runnable", [{"list_id": 1, "role": "normal"}])


def test_all_caps_of_the_page_can_be_typed(center: Server, run: Run) -> None:
    center.answer("PUT", "/api/campaigns/3", SPRING)
    words = ["--at-once", "7", "--per-minute", "30", "--per-second", "2", "--per-agent", "1.5", "--number-per-day", "3"]
    words += ["--waiting", "2", "--law", "uk", "--abandoned", "0.5", "--abandoned-hours", "48"]
    result = run("campaign", "limit", "Spring", *words)
    assert result.exit_code == 0, result.stderr
    capped = msgspec.structs.replace(
        SPRING.campaign,
        max_concurrent=7,
        calls_per_minute_max=30,
        attempts_per_day_max=3,
        pacing=Pacing(at_once_max=2, per_agent_max=1.5, waiting_max=2),
        compliance=Compliance(preset="uk", limit=0.005, window_s=172_800.0),
    )
    assert msgspec.convert(center.body_of("PUT", "/api/campaigns/3")["campaign"], Campaign) == capped
    center.answer("GET", "/api/campaigns", [msgspec.structs.replace(SPRING, campaign=capped)])
    assert run("campaign", "limit", "Spring", "--waiting", "-1", "--abandoned", "-1").exit_code == 0
    loose = msgspec.convert(center.body_of("PUT", "/api/campaigns/3")["campaign"], Campaign)
    assert (loose.pacing.waiting_max, loose.compliance.limit, loose.max_concurrent) == (None, None, 7)


def test_caps_and_prompts_are_taken_away(center: Server, run: Run) -> None:
    capped = msgspec.structs.replace(SPRING.campaign, destinations=(Destination(prefix="+39"),))
    center.answer("GET", "/api/campaigns", [msgspec.structs.replace(SPRING, campaign=capped)])
    center.answer("PUT", "/api/campaigns/3", SPRING)
    assert run("campaign", "limit", "Spring", "--destination", "none", "--opt-out-prompt", "").exit_code == 0
    assert msgspec.convert(center.body_of("PUT", "/api/campaigns/3")["campaign"], Campaign) == SPRING.campaign


@pytest.mark.parametrize("text", ["IT", "IT:", "IT:x", ":5", "+39:5:", "IT:1:2:3"])
def test_a_destination_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(Trouble, match="PREFIX:CALLS"):
        parse_destination(text)
