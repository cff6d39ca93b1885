"""Cells, their sums and their picture: what `busyhour bench pacing` gives."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from busyhour.bench.pacing import METHODS, SCENARIOS, days, grid, tuning
from busyhour.bench.pacing.cells import Result, run_cell
from busyhour.bench.pacing.paired import cells_won, interval, paired
from busyhour.bench.pacing.record import Record
from busyhour.bench.pacing.roster import CHOICES, DIALS, FIXED, LINES, OPTIMUM, OURS
from busyhour.bench.pacing.scenarios import HOUR_S, Cell, leads_of, shape_of
from busyhour.bench.pacing.told import Stage, Told, in_words, nobody
from busyhour.cli.wiring import PacingAsked
from busyhour.service.errors import Invalid


def figures(tmp_path: Path) -> dict[str, object]:
    asked = PacingAsked(agents=[30], chances=[0.3, 0.5], seeds=[31, 32], quick=True, plot=tmp_path / "plot.svg")
    return dict(grid.bench_pacing(asked, nobody()))


def test_each_cell_has_its_figures_and_the_plot_its_lines(tmp_path: Path) -> None:
    found = figures(tmp_path)
    cells = found["cells"]
    assert isinstance(cells, list)
    assert {(cell.method, cell.n, cell.p, cell.seed) for cell in cells} == {
        (name, 30, p, seed) for name in ("model", "progressive") for p in (0.3, 0.5) for seed in (31, 32)
    }
    model = next(cell for cell in cells if cell.method == "model")
    assert 15 < model.calls_per_agent_hour < 26
    assert 1 < model.wait_s < 60
    assert len(found["summary"]) == 4  # type: ignore[arg-type]
    drawn = fromstring((tmp_path / "plot.svg").read_text())
    assert [element.tag.partition("}")[2] for element in drawn].count("polyline") == 4


def test_a_run_is_the_same_each_time() -> None:
    cell = Cell(scenario="static", n=50, p=0.5, seed=33, quick=True)
    first, second = run_cell("model", cell), run_cell("model", cell)
    assert (first.utilisation, first.abandonment, first.dialed) == (
        second.utilisation,
        second.abandonment,
        second.dialed,
    )


def test_a_plot_that_cannot_be_is_refused_at_once(tmp_path: Path) -> None:
    for name in ("plot.png", "none/plot.svg"):
        with pytest.raises(Invalid):
            grid.bench_pacing(PacingAsked(seeds=[1], quick=True, plot=tmp_path / name), nobody())


def test_every_name_is_known() -> None:
    assert set(METHODS) == {*OURS, LINES, *FIXED, *DIALS, *CHOICES, OPTIMUM}
    for scenario in SCENARIOS:
        cell = Cell(scenario=scenario, n=10, p=0.2, seed=1)
        assert shape_of(cell).agents == 10
        assert leads_of(cell)(0.0).ring_s > 0


def test_what_is_not_asked_for_is_as_published() -> None:
    assert len(grid.pairs_of("static", [], [])) == 24
    assert grid.pairs_of("days", [5, 10], []) == [(5, 0.2), (10, 0.2)]
    assert grid.pairs_of("drift", [], [0.3]) == [(10, 0.3), (50, 0.3)]
    assert grid.pairs_of("bimodal", [7], []) == [(7, 0.1), (7, 0.35)]
    assert grid.pairs_of("memoryless", [], [])[-1] == (25, 0.2)


def test_runs_last_as_long_as_published() -> None:
    hours = [Cell(scenario="static", n=n, p=0.1, seed=1).length_s / HOUR_S for n in grid.AGENTS]
    assert hours == [80, 40, 16, 8, 8, 4]
    assert [Cell(scenario="drift", n=n, p=0.2, seed=1).length_s / HOUR_S for n in (10, 50)] == [16, 8]


def test_a_peer_gets_the_busiest_setting_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pretended peer: the more lines, the busier and the more are abandoned; above 4.0 it is too many."""

    def tried(name: str, n: int, p: float, setting: float, **how: object) -> tuple[float, float]:
        return min(1.0, setting / 5), 0.03 * setting / 4.0

    monkeypatch.setattr(tuning, "_tried", tried)
    found = tuning.tune("wombat", 5, 0.1)
    assert isinstance(found, float)
    assert 3.7 < found <= 4.0


def test_the_interval_is_students() -> None:
    assert interval([1.0]) == 0.0
    assert interval([1.0, 2.0, 3.0]) == pytest.approx(4.303 * 1.0 / 3**0.5)


def result(method: str, seed: int, utilisation: float, n: int = 5, abandonment: float = 0.029) -> Result:
    return Result(
        scenario="static", method=method, n=n, p=0.1, seed=seed, utilisation=utilisation, abandonment=abandonment,
        wait_s=1.0, calls_per_agent_hour=20.0,
    )  # fmt: skip


def test_a_summary_names_the_worst_seed() -> None:
    runs = [result("model", seed, 0.7, abandonment=lost) for seed, lost in ((1, 0.028), (2, 0.031))]
    (summary,) = grid.summaries(runs)
    assert summary["abandonment_most"] == 0.031
    assert summary["seeds"] == 2


def test_methods_are_compared_seed_by_seed() -> None:
    """`ads` is behind on each seed by about a point, `eis` on the mean only: its interval holds 0."""
    runs = [result("model", seed, 0.75 + seed / 100) for seed in range(3)]
    runs += [result("ads", seed, 0.74 + seed / 100 + seed / 1000) for seed in range(3)]
    runs += [result("eis", seed, 0.75 + (seed - 1) / 10, abandonment=0.029 + seed / 1000) for seed in range(3)]
    runs += [result("model", 0, 0.8, n=10), result("ads", 0, 0.7, n=10), result("model-no-cancel", 0, 0.1, n=10)]
    found = {(row["n"], row["method"]): row for row in paired(runs)}
    assert found.keys() == {(5, "ads"), (5, "eis"), (10, "ads")}
    assert found[5, "ads"]["ahead"] == pytest.approx(0.009)
    assert found[5, "ads"]["ahead_ci95"] == pytest.approx(4.303 * 0.001 / 3**0.5, abs=1e-5)
    assert found[5, "eis"]["abandonment_most"] == 0.031
    assert [row["won"] for row in found.values()] == [True, False, False]  # one seed says nothing of chance
    assert cells_won(list(found.values())) == (0, 2)
    assert cells_won([found[5, "ads"]]) == (1, 1)


def test_a_run_that_was_interrupted_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "grid.jsonl"
    asked = PacingAsked(methods=["progressive"], agents=[50], chances=[0.5], seeds=[31], quick=True, record=file)
    first = grid.bench_pacing(asked, nobody())
    with file.open("ab") as out:
        out.write(b'{"quick": true, "resu')  # killed here
    monkeypatch.setattr(grid, "_all", lambda pool, work, told: iter([result("progressive", 32, 0.5)] if work else []))
    second = grid.bench_pacing(PacingAsked(**{**asked_as(asked), "seeds": [31, 32]}), nobody())
    assert second["cells"] == [result("progressive", 32, 0.5), *first["cells"]]  # type: ignore[misc]
    cell = Cell(scenario="static", n=50, p=0.5, seed=31, quick=True)
    again = Record(file, "newer")
    assert again.found("progressive", cell, None) == first["cells"][0]  # type: ignore[index]
    assert again.found("progressive", cell, 1.5) is None
    assert len(file.read_bytes().splitlines()) == 3


def asked_as(asked: PacingAsked) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in asked.__struct_fields__}


def test_a_record_has_a_folder(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        Record(tmp_path / "none" / "grid.jsonl", "")


def test_how_long_it_takes_is_told() -> None:
    told: list[str] = []
    stage = Stage(Told(lambda done, total: told.append(f"{done}/{total}"), told.append, told.append), "runs", 2)
    stage.one_done()
    stage.one_done()
    assert told == ["1/2", "1 of 2 runs, about 0 s left", "2/2", "2 runs"]
    assert [in_words(seconds) for seconds in (20, 100, 3 * 3600 + 120)] == ["20 s", "2 min", "3 h 2 min"]


def test_no_day_is_above_the_limit_of_its_law() -> None:
    """Four days here, forty in `busyhour bench pacing --scenario days`."""
    found = run_cell("model", Cell(scenario="days", n=10, p=0.3, seed=31, quick=True))
    assert (found.days, found.days_over) == (4, 0)
    assert 0.015 < found.day_most <= 0.03
    assert found.window_most <= 0.03
    assert found.utilisation > 0.75


def test_the_worst_window_is_exact() -> None:
    hour_s = 3600.0
    answers = [(n * hour_s, n in (30, 31)) for n in range(48)]
    assert days.worst_window(answers) == pytest.approx(2 / 24)
    assert days.worst_window([(0.0, True), (1.0, True), (24 * hour_s, False)]) == 0.5
    assert days.worst_window([(0.0, True), (23 * hour_s, True)]) == 0.0  # no whole window yet
