"""What a campaign is doing, and what the law leaves to it, in sentences."""

from typing import Any

import msgspec
import pytest

from busyhour.core.model.campaign import Campaign, Compliance, DetectorTest, Machines
from busyhour.core.model.values import DialMode
from busyhour.service import records as r
from busyhour.service.explain_campaign import about_law, about_now

CAMPAIGN = Campaign(campaign_id=1, name="spring", dial_mode=DialMode.PROGRESSIVE, compliance=Compliance(preset="uk"))
ROW = r.CampaignRow(campaign=CAMPAIGN, status="runnable", lists=(), run_id=7, run_state="running", created_utc_s=0.0)
WINDOW = {"window": "the last 24 hours", "limit": 0.03, "live": 200.0, "abandoned": 1.0, "rate": 0.005, "left": 5}


def run(**law: Any) -> dict[str, Any]:
    figures = {"dialing": 2, "waiting": 1, "talking": 4, "agents_free": 0}
    return figures | {
        "state": "running",
        "why": "progressive: 0 free agents",
        "law": {"preset": "uk", "name": "United Kingdom", "progressive": False, "why": "", "windows": [WINDOW]} | law,
    }


def test_what_it_does_is_said_with_the_dialers_own_reason() -> None:
    assert about_now(ROW, run()) == [
        "The run is running: progressive: 0 free agents.",
        "2 calls are being dialed, 1 answered calls wait for an agent, 4 talk, 0 agents are free.",
    ]
    assert about_now(msgspec.structs.replace(ROW, run_id=None), None) == ["It has no run: start it."]
    faulty = msgspec.structs.replace(ROW, faults=("It has no trunk. Choose one.",))
    assert about_now(faulty, None) == ["It cannot be started.", "It has no trunk. Choose one."]


def test_each_window_is_said_with_its_use_and_what_is_left() -> None:
    said = about_law(CAMPAIGN, run())
    assert said[:2] == [
        "The law is that of: United Kingdom.",
        "In the last 24 hours 0.5 % of at most 3 % were abandoned (1 of 200 answered); 5 more would fit.",
    ]
    assert "Unanswered calls ring 30 s; the least is 15 s." in said
    assert "Whoever was abandoned is not called again for 72 hours." in said
    assert "Who presses 9 while a message plays is put on the do-not-call list." in said
    assert said[-2] == "Answering machines are not detected: they are given to agents."
    assert said[-1] == (
        "The records have to be kept for a year: Busyhour never deletes them, and `busyhour compliance --csv FILE` "
        "exports them."
    )


def test_at_the_limit_and_without_counts_it_says_that_it_is_progressive() -> None:
    fallen = "Nothing is left, so no call is placed without a free agent (progressive)."
    assert fallen in about_law(CAMPAIGN, run(progressive=True))
    unknown = WINDOW | {"live": None, "abandoned": None, "rate": None, "left": 0}
    said = about_law(CAMPAIGN, run(progressive=True, windows=[unknown]))
    assert "The calls of the last 24 hours are not counted yet (limit 3 %)." in said
    assert fallen in said
    assert about_law(CAMPAIGN, None)[0] == "The law is that of: United Kingdom."


PACING = {
    "dial_mode": "predictive", "paced": "predictive", "reason": "", "horizon_s": 11.0, "free_expected": 1.4,
    "talking": 6, "wrapping": 2, "answers_expected": 2.6, "dialing": 14, "answer_chance": 0.214, "answer_drift": 1.1,
    "risk": 0.041, "price": 0.032, "aim": 0.026, "window": "the last 24 hours", "given_up": 5,
}  # fmt: skip


def test_the_figures_behind_a_decision_are_said() -> None:
    said = about_now(ROW, run() | {"pacing": PACING})
    assert said[2:] == [
        (
            "Within 11 s about 1.4 of 6 talking and 2 wrapping agents get free, and about 2.6 of the 14 calls on their "
            "way are answered."
        ),
        "A number dialed now is answered with chance 21.4 %; lately 1.10 times as many answer as was learned.",
        (
            "One more call would find nobody with chance 4.1 %; the price accepted is 3.2 %, so that 2.6 % are "
            "abandoned in the last 24 hours."
        ),
        "5 calls were given up while ringing, for nobody could have taken them.",
    ]


def test_another_mode_than_asked_for_is_said_with_its_reason() -> None:
    fallen = PACING | {"paced": "progressive", "reason": "nothing is left", "given_up": 0}
    said = about_now(ROW, run() | {"pacing": fallen})
    assert said[2:] == ["The campaign asks for predictive; now it goes progressive: nothing is left."]


def test_that_nobody_is_at_work_is_said_before_the_figures() -> None:
    nobody = PACING | {"talking": 0, "wrapping": 0, "given_up": 0}
    said = about_now(ROW, run() | {"pacing": nobody})
    assert said[2] == "None of its agents is at work, so nothing is dialed: one has to press Ready at the desk."
    assert not any("at work" in sentence for sentence in about_now(ROW, run() | {"agents_free": 1, "pacing": nobody}))


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (
            DetectorTest(),
            "Nobody has tested the detector, so all whom it takes for machines count as abandoned people.",
        ),
        (
            DetectorTest(calls=200, people=2, on="2026-11-20", note="Ann listened"),
            "On 2026-11-20 2 of 200 detected machines were found to be people. So 2.98 % of them are taken to be",
        ),
    ],
)
def test_how_machines_are_detected_and_how_well_is_said(test: DetectorTest, told: str) -> None:
    machines = Machines(detection=True, test=test)
    said = about_law(msgspec.structs.replace(CAMPAIGN, machines=machines), run())
    assert any(told.rstrip(".") in sentence for sentence in said)
    assert "A machine is hung up on." in said
    assert "A machine's number is not called again for 24 hours without an agent on the line." in said
