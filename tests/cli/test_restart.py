"""`busyhour restart`, as far as the command goes; what it does is shown in `tests/real/test_upgrade.py`."""

import json
from collections.abc import Mapping

import pytest

from busyhour.cli.progress import Progress
from busyhour.service.errors import Conflict
from busyhour.settings import Settings
from tests.cli.conftest import Product, Run

DONE = {"version_before": "1.0", "version": "1.1", "calls": 52, "steps": 1, "away_s": 1.23}


@pytest.fixture
def renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    def restart(_product: Product, settings: Settings, progress: Progress) -> Mapping[str, object]:
        return DONE

    monkeypatch.setattr(Product, "restart", restart, raising=False)


@pytest.mark.usefixtures("renewed")
def test_it_says_what_runs_now_and_what_it_cost(run: Run) -> None:
    result = run("restart")
    assert result.exit_code == 0
    assert result.stdout == "Version 1.1 runs now, 1.0 before. 52 calls went on; no page for 1.23 s.\n"


@pytest.mark.usefixtures("renewed")
def test_programs_get_json(run: Run) -> None:
    assert json.loads(run("restart", "--json").stdout) == DONE


def test_what_is_against_it_is_said_in_a_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def restart(_product: Product, settings: Settings, progress: Progress) -> Mapping[str, object]:
        raise Conflict("Its 52 calls would end. The version of before works on.")

    monkeypatch.setattr(Product, "restart", restart, raising=False)
    result = run("restart")
    assert result.exit_code == 1
    assert "The version of before works on." in result.stderr
