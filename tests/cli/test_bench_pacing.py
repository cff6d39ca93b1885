"""`busyhour bench pacing`: what is asked for is understood, or one line says what to give."""

import json
from pathlib import Path

import pytest

from busyhour.cli.wiring import PacingAsked
from tests.cli.conftest import Product, Run


def asked(product: Product) -> PacingAsked:
    name, what = product.asked[-1]
    assert name == "pacing"
    assert isinstance(what, PacingAsked)
    return what


def test_the_whole_grid_is_the_usual(run: Run, product: Product) -> None:
    assert json.loads(run("bench", "pacing", "--json").stdout)["cells"][0]["utilisation"] == 0.757
    usual = asked(product)
    assert (usual.scenario, list(usual.seeds), usual.quick) == ("static", [21, 22, 23, 24, 25], False)
    assert (list(usual.methods), list(usual.agents), list(usual.chances)) == ([], [], [])


def test_a_part_can_be_asked_for(run: Run, product: Product) -> None:
    words = "--scenario drift --agents 5,10 --p 0.1,0.5 --seeds 3-4 --methods model,ads --quick --jobs 1 --plot a.svg"
    assert "75.7 ± 0.2" in run("bench", "pacing", *words.split()).stdout
    part = asked(product)
    assert (list(part.agents), list(part.chances), list(part.seeds)) == ([5, 10], [0.1, 0.5], [3, 4])
    assert (list(part.methods), part.quick, part.jobs, str(part.plot)) == (
        ["model", "ads"],
        True,
        1,
        "a.svg",
    )


def test_peers_and_all_are_names_for_many(run: Run, product: Product) -> None:
    run("bench", "pacing", "--methods", "peers")
    assert list(asked(product).methods) == ["progressive", "ads"]
    run("bench", "pacing", "--methods", "all")
    assert list(asked(product).methods) == ["model", "model-no-cancel", "progressive", "ads"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--scenario", "storm"), "static, drift, days"),
        (("--methods", "magic"), "model, model-no-cancel"),
        (("--agents", "five"), "--agents 'five' is not understood"),
        (("--agents", "0"), "from 1 to 2000"),
        (("--p", "1.5"), "from 0.001 to 1.0"),
        (("--seeds", "9-3"), "as in 21-25"),
    ],
)
def test_a_wrong_word_is_named(run: Run, product: Product, words: tuple[str, ...], told: str) -> None:
    result = run("bench", "pacing", *words)
    assert result.exit_code == 1
    assert told in result.stderr
    assert product.asked == []


def test_days_and_differences_are_shown(run: Run, product: Product, tmp_path: Path) -> None:
    file = tmp_path / "grid.jsonl"
    shown = run("bench", "pacing", "--scenario", "days", "--record", str(file)).stdout
    assert asked(product).record == file
    assert "+4.10 ± 0.20" in shown
    assert "in 1 of 1 cells" in shown
    assert "3.12" in shown
    assert "3.30" in shown
