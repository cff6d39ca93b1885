"""What the drills add up over their rounds, write down, and notice in the product's own words."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from busyhour.bench.drills.deaths import engine_deaths, unordered_deaths, unordered_starts
from busyhour.bench.drills.drill import Told, recorded, writer
from busyhour.bench.drills.fault_proxy import Order
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.standstill import obeyed
from busyhour.bench.drills.verdict import Incident, Verdict


def told(kills: int, **found: list[str]) -> Told:
    seen = Seen()
    seen.counts["kills"] = kills
    for kill in range(kills):
        seen.sample("adopted_s", 0.5 + kill)
    return Told(Verdict(calls=10 * kills, outcomes={"BUSY": kills}, **found), seen, times=kills, seconds=1.5)


def test_rounds_add_up() -> None:
    whole = told(2)
    whole.add(told(3, late=["calls adopted after 12 s"]))
    figures = whole.as_json()
    assert (figures["times"], figures["kills"], figures["calls"], figures["outcomes"]) == (5, 5, 50, {"BUSY": 5})
    assert (figures["adopted_s_min"], figures["adopted_s_p50"], figures["adopted_s_max"]) == (0.5, 1.5, 2.5)
    assert (figures["violations"], figures["late"]) == (1, 1)
    assert whole.verdict.faults == 0  # nothing is left to look at
    assert figures["seconds"] == 3.0


def test_a_drill_goes_on_where_its_record_ends(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    write = writer(record, "engine-kill")
    write(told(30))
    write(told(30, late=["an adoption"]))
    write(told(5, lost=["a call"]))  # to be looked at, and not counted as done
    writer(record, "proxy")(told(7))
    again = recorded(record, "engine-kill")
    assert (again.times, again.verdict.calls, len(again.seen.samples["adopted_s"])) == (60, 600, 60)
    assert recorded(tmp_path / "none", "engine-kill").times == 0


def log(data: Path, *events: tuple[str, float]) -> None:
    (data / "log").mkdir(exist_ok=True)
    lines = [
        json.dumps({"event": event, "timestamp": datetime.fromtimestamp(at_s, UTC).isoformat()})
        for event, at_s in events
    ]
    (data / "log" / "busyhour.log").write_text("\n".join(lines) + "\n")


def killed(kind: str, at_s: float) -> Incident:
    return Incident(kind=kind, at_utc_s=at_s, live=20)


@pytest.mark.parametrize(
    ("event", "at_s", "found"),
    [
        ("pbx_died", 100.2, 0),  # we did it
        ("pbx_died", 150.0, 1),  # long after
        ("pbx_died", 40.0, 0),  # before this load
        ("private database died", 100.2, 1),  # not what we killed
        ("the floor failed and is begun anew", 100.2, 1),
        ("pbx link down", 150.0, 0),
    ],
)
def test_a_death_that_nobody_ordered_is_noticed(tmp_path: Path, event: str, at_s: float, found: int) -> None:
    log(tmp_path, (event, at_s))
    assert len(unordered_deaths(tmp_path, [killed("pbx", 100.0)], since_s=50.0)) == found


def test_a_pbx_that_was_started_more_often_than_killed_has_died(tmp_path: Path) -> None:
    log(tmp_path, ("pbx_started", 10.0), ("pbx_started", 101.0))
    assert unordered_starts(tmp_path, [killed("pbx", 100.0)], since_s=50.0) == []
    assert unordered_starts(tmp_path, [killed("engine", 100.0)], since_s=50.0) != []


def test_engines_that_a_signal_ended_are_told_once(tmp_path: Path) -> None:
    words = "The engine was ended by {}; it is started again.\n"
    (tmp_path / "up.out").write_text(words.format("SIGKILL") + "ok Engine\n" + words.format("SIGSEGV"))
    assert len(engine_deaths(tmp_path / "up.out", 0)) == 2
    assert engine_deaths(tmp_path / "up.out", 1) == [words.format("SIGSEGV").strip()]


def test_an_order_without_an_answer_may_have_been_obeyed() -> None:
    assert [obeyed(Order(1.0, "POST", "channels", status)) for status in (None, 204, 404)] == [True, True, False]
