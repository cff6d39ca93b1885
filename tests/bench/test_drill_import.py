"""What the drill of an import finds in the attempts: who was dialed against an administrator's word, and the waits."""

from typing import Any

from busyhour.bench.drills.import_load import Edits, disobeyed, note_waits
from busyhour.bench.drills.seen import Seen

EDITS = Edits(forbidden={"+491": 100.0}, paused=[(2, 200.0, 202.0)])


def attempt(number: str = "+492", run_id: int = 1, intent_s: float = 50.0, **more: Any) -> dict[str, Any]:
    usual = {"call": "c1-1", "ringing_utc_s": None, "answered_utc_s": None, "joined_utc_s": None, "outcome": "BUSY"}
    return {"number": number, "run_id": run_id, "intent_utc_s": intent_s, **usual, **more}


def test_an_intent_after_the_acknowledgement_of_what_forbids_it_is_a_fault() -> None:
    assert disobeyed([attempt("+491", intent_s=100.2)], EDITS) == ["+491 was dialed 0.200 s after it was forbidden"]
    assert disobeyed([attempt(run_id=2, intent_s=201.5)], EDITS) == ["c1-1 was dialed 1.500 s into a pause"]


def test_an_intent_before_it_of_another_run_or_after_the_pause_is_none() -> None:
    fine = [attempt("+491", intent_s=99.9), attempt(intent_s=201.0), attempt(run_id=2, intent_s=202.5)]
    assert disobeyed(fine, EDITS) == []


def test_waits_are_those_of_the_calls_of_that_time() -> None:
    seen = Seen()
    talk = {"ringing_utc_s": 50.4, "answered_utc_s": 52.0, "joined_utc_s": 52.1, "outcome": "HANDLED"}
    calls = [attempt(**talk), attempt(intent_s=51.0, outcome="ABANDONED"), attempt(intent_s=70.0)]
    note_waits(seen, calls, "while", 49.0, 60.0)
    assert (seen.counts["calls_while"], seen.counts["abandoned_while"]) == (2, 1)
    assert seen.samples == {"intent_to_ringing_s_while": [0.4], "answer_to_agent_s_while": [0.1]}
