"""`busyhour demo`: who calls, and where."""

import json

import pytest

from busyhour.service.errors import Unavailable
from busyhour.settings import Settings
from tests.cli.conftest import Product, Run


@pytest.fixture
def asked(product: Product, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, int, float]]:
    found: list[tuple[str | None, int, float]] = []

    def demo_call_in(settings: Settings, *, number: str | None, count: int, every_s: float) -> list[str]:
        if number == "+1":
            raise Unavailable("There is no demo trunk for callers to come in by.")
        found.append((number, count, every_s))
        return [f"+1212555{n:04}" for n in range(count)]

    monkeypatch.setattr(product, "demo_call_in", demo_call_in, raising=False)
    return found


def test_one_person_calls_the_demo_queue(run: Run, asked: list[tuple[str | None, int, float]]) -> None:
    result = run("demo", "call-in")
    assert (result.exit_code, result.stdout) == (0, "1 person calls the demo queue.\n")
    assert asked == [(None, 1, 1.0)]


def test_several_call_a_number(run: Run, asked: list[tuple[str | None, int, float]]) -> None:
    result = run("demo", "call-in", "--number", "+4930100", "--count", "3", "--every", "0.5", "--json")
    assert json.loads(result.stdout) == {"callers": ["+12125550000", "+12125550001", "+12125550002"]}
    assert asked == [("+4930100", 3, 0.5)]


def test_without_a_demo_trunk_it_says_so(run: Run, asked: list[tuple[str | None, int, float]]) -> None:
    result = run("demo", "call-in", "--number", "+1")
    assert result.exit_code == 1
    assert "no demo trunk" in result.stderr
    assert asked == []


@pytest.mark.parametrize("count", ["0", "101"])
def test_nobody_and_too_many(run: Run, asked: list[tuple[str | None, int, float]], count: str) -> None:
    assert run("demo", "call-in", "--count", count).exit_code == 2
    assert asked == []
