"""The drills' judge finds what it is there to find."""

from typing import Any

from busyhour.bench.drills.verdict import Incident, cut_off, verdict_of
from busyhour.sim.sipp.ledger import Dialog

NUMBER = "4915207000001"
TRIES = {"BUSY": (2, 20.0)}


def dialog(begin_s: float, *, number: str = NUMBER, **seen: Any) -> Dialog:
    return Dialog(f"{number}@{begin_s}", number, begin_s, **seen)


def busy(begin_s: float) -> Dialog:
    return dialog(begin_s, status=486, ended_s=begin_s + 0.1, ended_by="callee")


def talk(begin_s: float, end_s: float | None) -> Dialog:
    return dialog(
        begin_s, status=200, answered_s=begin_s + 1, acked_s=begin_s + 1, ended_s=end_s, ended_by=end_s and "callee"
    )


def attempt(begin_s: float, outcome: str | None, talk_s: float = 0.0, call: str = "") -> dict[str, Any]:
    return {
        "call": call or f"c1-{begin_s}",
        "number": f"+{NUMBER}",
        "intent_utc_s": begin_s,
        "outcome": outcome,
        "state": "final" if outcome else "sent",
        "cause": "normal",
        "talk_ms": round(talk_s * 1000),
    }


def kinds(*dialogs: Dialog, attempts: list[dict[str, Any]], pbx_killed_s: float | None = None) -> set[str]:
    incidents = [] if pbx_killed_s is None else [Incident(kind="pbx", at_utc_s=pbx_killed_s, live=1)]
    told = verdict_of(dialogs, attempts, incidents, tries=TRIES).as_json()
    return {sentence.partition(":")[0] for sentence in told["complaints"]}


def test_a_true_record_is_no_fault() -> None:
    assert not kinds(talk(10, 31), attempts=[attempt(10, "HANDLED", 20)])
    assert not kinds(talk(10, 15), attempts=[attempt(10, "IVR_LEFT", 4)])
    assert not kinds(talk(10, 31), attempts=[attempt(10, "IVR_COMPLETED", 20)])
    assert not kinds(busy(10), busy(31), attempts=[attempt(10, "BUSY"), attempt(31, "BUSY")])


def test_each_fault_has_its_kind() -> None:
    assert kinds(talk(10, 31), attempts=[]) == {"lost"}
    assert kinds(attempts=[attempt(10, "BUSY")]) == {"lost"}
    assert kinds(talk(10, 31), attempts=[attempt(10, "HANDLED", 17)]) == {"mismatches"}
    assert kinds(talk(10, 31), attempts=[attempt(10, "BUSY", 20)]) == {"mismatches"}
    assert kinds(talk(10, 31), attempts=[attempt(10, None)]) == {"lost", "records"}
    assert kinds(talk(10, 15), attempts=[attempt(10, "IVR_COMPLETED", 4)]) == {"mismatches"}
    twice = [attempt(10, "BUSY", call="c1-1"), attempt(40, "BUSY", call="c1-1")]
    assert kinds(busy(10), busy(40), attempts=twice) == {"records"}
    two = [attempt(10, "HANDLED", 20), attempt(20, "HANDLED", 20)]
    assert kinds(talk(10, 31), talk(20, 41), attempts=two) == {"doubled", "redials"}


def test_sooner_or_more_often_than_the_rules_say_is_a_redial() -> None:
    assert kinds(busy(10), busy(25), attempts=[attempt(10, "BUSY"), attempt(25, "BUSY")]) == {"redials"}
    three = [attempt(s, "BUSY") for s in (10, 40, 70)]
    assert kinds(busy(10), busy(40), busy(70), attempts=three) == {"redials"}
    after_a_talk = [attempt(10, "HANDLED", 20), attempt(60, "HANDLED", 20)]
    assert kinds(talk(10, 31), talk(60, 81), attempts=after_a_talk) == {"redials"}


def test_calls_end_with_the_pbx_that_was_killed() -> None:
    ended, cut, ringing, later = cut_off([talk(10, 15), talk(10, 31), dialog(19.9), talk(25, 30)], [20.0])
    assert (ended.ended_s, later.ended_s) == (15, 30)
    assert (cut.ended_s, cut.talk_s, cut.ended_by) == (20.0, 9.0, "pbx")
    assert (ringing.ended_s, ringing.answered_s, ringing.ended_by) == (20.0, None, "pbx")
    assert not kinds(talk(10, 31), attempts=[attempt(10, "HANDLED", 9)], pbx_killed_s=20)
    assert kinds(talk(10, 31), attempts=[attempt(10, "HANDLED", 20)], pbx_killed_s=20) == {"mismatches"}
    unheard = dialog(19, status=200, answered_s=19.9, ended_s=40, ended_by="callee")
    assert not kinds(unheard, attempts=[attempt(19, "LOST")], pbx_killed_s=20)
    assert not kinds(dialog(19.9), attempts=[attempt(19.9, "LOST")], pbx_killed_s=20)


def test_what_the_pbx_acknowledged_it_knew() -> None:
    """Also when a busy network reads the acknowledgment only after the kill."""
    late = dialog(10, status=200, answered_s=19.5, acked_s=20.2, ended_s=40, ended_by="callee")
    assert not kinds(late, attempts=[attempt(10, "HANDLED", 0.5)], pbx_killed_s=20)
    unread = dialog(19, status=486, ended_s=19.8, ended_by="callee")
    assert not kinds(unread, attempts=[attempt(19, "LOST")], pbx_killed_s=20)
    read = dialog(19, status=486, acked_s=19.8, ended_s=19.8, ended_by="callee")
    assert kinds(read, attempts=[attempt(19, "LOST")], pbx_killed_s=20) == {"mismatches"}
    long_before = dialog(10, status=486, ended_s=10.1, ended_by="callee")
    assert kinds(long_before, attempts=[attempt(10, "LOST")], pbx_killed_s=20) == {"mismatches"}


def test_a_refusal_that_the_pbx_died_with_before_it_told_anybody_may_be_unknown() -> None:
    just = dialog(19, status=486, acked_s=19.9, ended_s=19.9, ended_by="callee")
    assert not kinds(just, attempts=[attempt(19, "LOST")], pbx_killed_s=20)
    assert not kinds(just, attempts=[attempt(19, "BUSY")], pbx_killed_s=20)
    assert kinds(just, attempts=[attempt(19, "NO_ANSWER")], pbx_killed_s=20) == {"mismatches"}
    before = dialog(19, status=486, acked_s=19.8, ended_s=19.8, ended_by="callee")
    assert kinds(before, attempts=[attempt(19, "LOST")], pbx_killed_s=20) == {"mismatches"}


def test_an_answer_that_the_pbx_died_with_before_it_told_anybody_may_be_unknown() -> None:
    just = dialog(19, status=200, answered_s=19.9, acked_s=19.9, ended_s=40, ended_by="callee")
    assert not kinds(just, attempts=[attempt(19, "LOST")], pbx_killed_s=20)
    assert not kinds(just, attempts=[attempt(19, "ABANDONED", 0.1)], pbx_killed_s=20)
    assert kinds(just, attempts=[attempt(19, "NO_ANSWER")], pbx_killed_s=20) == {"mismatches"}
    before = dialog(19, status=200, answered_s=19.8, acked_s=19.8, ended_s=40, ended_by="callee")
    assert kinds(before, attempts=[attempt(19, "LOST")], pbx_killed_s=20) == {"mismatches"}
