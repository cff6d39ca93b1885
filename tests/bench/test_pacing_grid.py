"""Cells, their sums and their picture: what `busyhour bench pacing` gives."""

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from busyhour.bench.pacing import METHODS, SCENARIOS, grid, tuning
from busyhour.bench.pacing.cells import Result, run_cell
from busyhour.bench.pacing.roster import CHOICES, DIALS, FIXED, LINES, OPTIMUM, OURS
from busyhour.bench.pacing.scenarios import HOUR_S, Cell, leads_of, shape_of
from busyhour.service.errors import Invalid


def figures(tmp_path: Path) -> dict[str, object]:
    return dict(
        grid.bench_pacing(
            scenario="static",
            methods=[],
            agents=[30],
            chances=[0.3, 0.5],
            seeds=[31, 32],
            quick=True,
            jobs=1,
            plot=tmp_path / "plot.svg",
            advance=lambda done, total: None,
        )
    )


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
            grid.bench_pacing(
                scenario="static", methods=[], agents=[], chances=[], seeds=[1], quick=True, jobs=1,
                plot=tmp_path / name, advance=lambda done, total: None,
            )  # fmt: skip


def test_every_name_is_known() -> None:
    assert set(METHODS) == {*OURS, LINES, *FIXED, *DIALS, *CHOICES, OPTIMUM}
    for scenario in SCENARIOS:
        cell = Cell(scenario=scenario, n=10, p=0.2, seed=1)
        assert shape_of(cell).agents == 10
        assert leads_of(cell)(0.0).ring_s > 0


def test_runs_last_as_long_as_published() -> None:
    hours = [Cell(scenario="static", n=n, p=0.1, seed=1).length_s / HOUR_S for n in grid.AGENTS]
    assert hours == [80, 40, 16, 8, 8, 4]
    assert [Cell(scenario="drift", n=n, p=0.2, seed=1).length_s / HOUR_S for n in (10, 50)] == [16, 8]


def test_a_peer_gets_the_busiest_setting_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pretended peer: the more lines, the busier and the more are abandoned; above 4.0 it is too many."""

    def tried(name: str, n: int, p: float, setting: float, quick: bool = False) -> tuple[float, float]:
        return min(1.0, setting / 5), 0.03 * setting / 4.0

    monkeypatch.setattr(tuning, "_tried", tried)
    found = tuning.tune("wombat", 5, 0.1)
    assert isinstance(found, float)
    assert 3.7 < found <= 4.0


def test_the_interval_is_students() -> None:
    assert grid.interval([1.0]) == 0.0
    assert grid.interval([1.0, 2.0, 3.0]) == pytest.approx(4.303 * 1.0 / 3**0.5)


def test_a_summary_names_the_worst_seed() -> None:
    runs = [
        Result(
            scenario="static", method="model", n=5, p=0.1, seed=seed, utilisation=0.7, abandonment=lost, wait_s=1.0,
            calls_per_agent_hour=20.0,
        )
        for seed, lost in ((1, 0.028), (2, 0.031))
    ]  # fmt: skip
    (summary,) = grid.summaries(runs)
    assert summary["abandonment_most"] == 0.031
    assert summary["seeds"] == 2
