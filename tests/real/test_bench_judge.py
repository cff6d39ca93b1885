"""The judge of benchmarks and real tests finds what it is there to find."""

from typing import Any

from busyhour.bench.bare_ari import Step, percentile
from busyhour.bench.judge import judge
from busyhour.sim.sipp.ledger import Dialog

BUSY = Dialog("a", "491", 10, status=486, ended_s=10.1, ended_by="callee")
TALKED = Dialog("b", "492", 10, status=200, answered_s=11, ended_s=15, ended_by="callee")


def attempt(number: str, outcome: str | None, **more: Any) -> dict[str, Any]:
    row = {"number": number, "outcome": outcome, "call": "c1-x", "intent_utc_s": 9.0, "state": "final"}
    return row | {"cause": "normal", "talk_ms": None} | more


def test_agrees_when_both_say_the_same() -> None:
    assert not judge([BUSY, TALKED], [attempt("+491", "BUSY"), attempt("+492", "HANDLED", talk_ms=4300)])


def test_finds_another_outcome_or_talk_time() -> None:
    found = judge([BUSY, TALKED], [attempt("+491", "NO_ANSWER"), attempt("+492", "HANDLED", talk_ms=4600)])
    assert len(found.mismatches) == 2
    assert "4600" in str(found)


def test_finds_what_one_side_does_not_know() -> None:
    assert len(judge([BUSY], []).lost) == 1
    assert len(judge([], [attempt("+491", "BUSY")]).lost) == 1
    assert len(judge([BUSY], [attempt("+491", None, state="sent")]).lost) == 1


def test_attempts_that_were_never_sent_need_no_call() -> None:
    assert not judge([], [attempt("+491", "DNC")])
    assert not judge([BUSY], [attempt("+491", "CANCELLED", intent_utc_s=1.0), attempt("+491", "BUSY")])


def test_finds_two_calls_at_once_to_one_number() -> None:
    second = Dialog("c", "492", 12, status=486, ended_s=12.1)
    rows = [attempt("+492", "HANDLED", talk_ms=4000), attempt("+492", "BUSY", intent_utc_s=11.0)]
    assert len(judge([TALKED, second], rows).doubled) == 1


def test_a_rate_is_held_only_when_nearly_all_calls_came_and_fast() -> None:
    assert Step(asked_cps=10, seconds=10, setup_ms=[5.0] * 98).held
    assert not Step(asked_cps=10, seconds=10, setup_ms=[5.0] * 97).held
    assert not Step(asked_cps=10, seconds=10, setup_ms=[5.0] * 97 + [300.0] * 3).held
    assert percentile([], 0.5) == 0
