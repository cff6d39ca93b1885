"""The judge of an overloaded queue finds what it is there to find."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from busyhour.bench.arrivals import moments
from busyhour.bench.callers_judge import Heard
from busyhour.bench.callers_seen import Leg, Seen, Stay
from busyhour.bench.overload_judge import Queue, judge_overload, told
from busyhour.sim.sipp.ledger import Dialog

LEG = "a1-1-1-1"


def answered(number: str, at_s: float, until_s: float, *, by: str = "callee") -> Heard:
    """Answered at once; `by` callee: the caller hung up, for the dialog is one that they began."""
    return Heard(number, Dialog(number, "555", at_s, status=200, answered_s=at_s, ended_s=until_s, ended_by=by))


def busy(number: str, at_s: float, status: int = 486) -> Heard:
    return Heard(number, Dialog(number, "555", at_s, status=status, ended_s=at_s + 0.01, ended_by="callee"))


def row(number: str, outcome: str, talk_s: float | None = None, *, was_answered: bool = True) -> dict[str, Any]:
    at_s = 1.0 if was_answered else None
    return {"number": f"+{number}", "outcome": outcome, "talk_s": talk_s, "answered_utc_s": at_s}


# One agent has 491 from 1 to 9, then 492, who waited from 2 on. 493 came to a full queue.
QUEUE = Queue(
    callers=[answered("491", 1, 9, by="caller"), answered("492", 2, 20), busy("493", 3)],
    rows=[row("491", "HANDLED", 8), row("492", "HANDLED", 11), row("493", "TURNED_AWAY", was_answered=False)],
    rooms=Seen([Stay("491", LEG, 1, 9), Stay("492", LEG, 9, 20)], {LEG: Leg(0)}),
    counts={"entered": 2, "answered": 2, "abandoned": 0},
    agents=1,
    waiting_max=1,
    span_s=(5, 20),
    idle_max_s=1,
)


def faults(**changes: Any) -> str:
    return "\n".join(judge_overload(replace(QUEUE, **changes)).faults)


def test_agrees_when_all_is_as_it_was() -> None:
    found = judge_overload(QUEUE)
    assert found.faults == []
    figures = told(QUEUE, found)
    assert (figures["arrived"], figures["served"], figures["turned_away"], figures["gave_up"]) == (3, 2, 1, 0)
    assert figures["goodput_per_min"] == 4.0  # one came into a room in a quarter of a minute
    assert (figures["waiting_most"], figures["wait_s_p95"], figures["busy_heard_ms_p50"]) == (1, 7, 10)


def test_finds_who_heard_something_else_than_busy() -> None:
    assert "493 heard 503 instead of busy" in faults(callers=[*QUEUE.callers[:2], busy("493", 3, status=503)])


@pytest.mark.parametrize(
    "rows",
    [
        QUEUE.rows[:2],
        [*QUEUE.rows, QUEUE.rows[2]],
        [*QUEUE.rows[:2], row("493", "ABANDONED")],
        [*QUEUE.rows[:2], row("493", "TURNED_AWAY")],
    ],
    ids=["no record", "two records", "another outcome", "told as answered"],
)
def test_finds_an_untrue_record_of_who_was_turned_away(rows: list[dict[str, Any]]) -> None:
    assert "493 was turned away, and is told as" in faults(rows=rows)


def test_finds_who_was_turned_away_while_there_was_room() -> None:
    assert "493 was turned away, and at most 1 had a place then" in faults(waiting_max=2)
    assert "493 was turned away from a queue without a limit" in faults(waiting_max=0)


def test_finds_who_was_answered_and_then_hung_up_on() -> None:
    callers = [*QUEUE.callers, answered("494", 4, 4.1, by="caller")]
    found = faults(callers=callers, rows=[*QUEUE.rows, row("494", "TURNED_AWAY")])
    assert "494 was answered, and hung up on after 0.10 s" in found


def test_finds_more_who_wait_than_may() -> None:
    more = [answered(f"5{n}", 3, 8) for n in range(2)]
    rows = [*QUEUE.rows, *(row(one.number, "ABANDONED") for one in more)]
    assert "3 waited at once, and 1 may" in faults(callers=[*QUEUE.callers, *more], rows=rows)


def test_finds_an_agent_who_is_free_beside_somebody_waiting_at_any_time() -> None:
    late = Seen([Stay("491", LEG, 1, 9), Stay("492", LEG, 11, 20)], {LEG: Leg(0)})
    assert f"{LEG} was free for 2.00 s while somebody waited" in faults(rooms=late)
    never = Seen(QUEUE.rooms.stays, {LEG: Leg(0), "a1-2-1-1": Leg(0)})
    assert "a1-2-1-1 was free for 7.00 s while somebody waited" in faults(rooms=never)
    left = Seen(QUEUE.rooms.stays, {LEG: Leg(0), "a1-2-1-1": Leg(0, 1.5)})
    assert faults(rooms=left) == ""


def test_finds_figures_that_do_not_add_up() -> None:
    assert "1 answered in the figures, 2 by the ledger" in faults(counts={"entered": 2, "answered": 1, "abandoned": 0})


def test_callers_come_at_the_same_moments_by_the_same_seed() -> None:
    first = moments(5.0, 100.0, Random(7))
    assert first == moments(5.0, 100.0, Random(7)) != moments(5.0, 100.0, Random(8))
    assert first == sorted(first)
    assert 0 < first[0] < first[-1] < 100
    assert len(first) == pytest.approx(500, rel=0.15)
