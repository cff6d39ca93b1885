"""What `busyhour simulate` answers: its figures, and all that it takes to play a violation again."""

import pytest

from busyhour.bench.simulation import run_golden, run_simulation
from busyhour.core.dialer import pacing
from busyhour.core.dialer.pacing import PacingPicture
from busyhour.service.errors import Invalid
from busyhour.sim.history import HISTORY_SHOWN


def simulated(calls: int) -> dict[str, object]:
    return dict(
        run_simulation(
            calls=calls, seed=1, groups=(), jobs=1, shrink=False, advance=lambda made: None, say=lambda text: None
        )
    )


def test_the_figures_have_the_names_that_programs_ask_for() -> None:
    found = simulated(10)
    assert {"calls", "events", "faults", "violations", "trace_sha256", "seconds"} <= found.keys()
    assert (found["violations"], found["faults"]) == (0, 0)
    assert len(str(found["trace_sha256"])) == 64
    assert "failure" not in found


def test_a_violation_comes_with_its_seed_its_program_and_what_went_before(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = pacing.wanted

    def too_many(picture: PacingPicture) -> int:
        return honest(picture) + 3

    monkeypatch.setattr(pacing, "wanted", too_many)
    found = simulated(200)
    assert found["violations"] == 1
    failure = found["failure"]
    assert isinstance(failure, dict)
    assert failure["violation"].startswith(("I11", "I12"))
    assert failure["seed"] >= 1
    assert failure["commit"]
    assert failure["plan"]["seed"] == failure["seed"]
    assert HISTORY_SHOWN == 200
    assert 0 < len(failure["history"]) <= HISTORY_SHOWN


def test_a_scenario_that_is_none_is_refused_with_their_names() -> None:
    with pytest.raises(Invalid, match="answered and handled"):
        run_golden(scenario="no such play", jobs=1, advance=lambda done, total: None)
