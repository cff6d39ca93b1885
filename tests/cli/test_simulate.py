"""`busyhour simulate`: which faults are asked for, and what is told of a violation."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from busyhour.cli.progress import Progress
from tests.cli.conftest import Product, Run

FAILURE = {
    "seed": 41,
    "commit": "abc1234",
    "violation": "I6: +4930 was dialed though on the do-not-call list",
    "plan": {"seed": 41, "calls": 3},
    "history": ["1.000 [one]", "2.000 two"],
}


@pytest.fixture
def broken(product: Product, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """A product in which a violation is found; the groups of faults that were asked for."""
    asked: list[Sequence[str]] = []

    def simulate(
        *, calls: int, seed: int, groups: Sequence[str], jobs: int, shrink: bool, progress: Progress
    ) -> Mapping[str, object]:
        asked.append(groups)
        return {"calls": calls, "violations": 1, "failure": FAILURE}

    monkeypatch.setattr(product, "simulate", simulate, raising=False)
    return asked


@pytest.fixture
def played(product: Product, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The worlds that were played again; none of them fails."""
    worlds: list[bytes] = []

    def play(*, plan: bytes, progress: Progress) -> Mapping[str, object]:
        worlds.append(plan)
        return {"calls": 3, "violations": 0}

    monkeypatch.setattr(product, "play", play, raising=False)
    return worlds


def test_a_violation_is_shown_with_all_that_plays_it_again(run: Run, broken: list[Sequence[str]]) -> None:
    result = run("simulate", "--calls", "50")
    assert result.exit_code == 1
    assert "seed 41, commit abc1234: I6: +4930 was dialed though" in result.stderr
    assert '{"seed":41,"calls":3}' in result.stderr
    assert "1.000 [one]\n2.000 two" in result.stdout


def test_programs_get_it_as_json(run: Run, broken: list[Sequence[str]]) -> None:
    result = run("simulate", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["failure"]["seed"] == 41


@pytest.mark.parametrize(
    ("text", "groups"), [("all", "ABCDEFG"), ("none", ""), ("a, C", "AC"), ("B,b,B", "B")], ids=lambda value: value
)
def test_groups_of_faults_are_chosen(run: Run, broken: list[Sequence[str]], text: str, groups: str) -> None:
    run("simulate", "--faults", text)
    assert list(broken[-1]) == list(groups)


def test_a_group_that_is_none_is_named_with_those_that_are(run: Run, broken: list[Sequence[str]]) -> None:
    result = run("simulate", "--faults", "A,Z")
    assert result.exit_code == 1
    assert "'Z'" in result.stderr
    assert "G (administrators)" in result.stderr
    assert broken == []


def test_a_failing_world_is_written_to_a_file_and_played_from_it(
    run: Run, broken: list[Sequence[str]], played: list[bytes], tmp_path: Path
) -> None:
    file = tmp_path / "world.json"
    failed = run("simulate", "--save", str(file))
    assert failed.exit_code == 1
    assert f"busyhour simulate --plan {file} plays it again" in failed.stderr
    assert run("simulate", "--plan", str(file)).exit_code == 0
    assert [json.loads(plan) for plan in played] == [FAILURE["plan"]]


def test_a_file_that_is_not_there_is_named(run: Run, played: list[bytes], tmp_path: Path) -> None:
    result = run("simulate", "--plan", str(tmp_path / "none.json"))
    assert result.exit_code == 1
    assert "none.json cannot be read" in result.stderr
    assert played == []


def test_a_place_that_cannot_be_written_to_is_named(run: Run, broken: list[Sequence[str]], tmp_path: Path) -> None:
    result = run("simulate", "--save", str(tmp_path / "no" / "world.json"))
    assert result.exit_code == 1
    assert "world.json cannot be written" in result.stderr
    assert "I6: +4930" in result.stderr  # what was found is not lost with it
