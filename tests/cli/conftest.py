"""What the commands' tests share: a data folder, a server, and a way to run a command line."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from busyhour.cli import screen
from busyhour.cli.app import build
from busyhour.cli.progress import Progress
from busyhour.cli.wiring import Check, PacingAsked
from busyhour.service.errors import Conflict
from busyhour.settings import Settings
from tests.cli.server import Server, serving

Run = Callable[..., Result]


class Product:
    """What the commands ask of the product in this process; it records what was asked."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.asked: list[tuple[object, ...]] = []

    def up(self, demo: bool, settings: Settings, progress: Progress) -> None:
        self.asked.append(("up", demo, settings.port))
        with progress.step("database") as step:
            step.advance(1, 2)
            step.note("made [new]")
        progress.ready("http://127.0.0.1:8480", [("log-in", "admin")])

    def doctor(self, settings: Settings) -> list[Check]:
        return self.checks

    def create_admin(self, settings: Settings, login: str) -> str:
        if login == "taken":
            raise Conflict("The log-in 'taken' is in use. Choose another.")
        return "secret-words"

    def bench_calls(self, settings: Settings, *, calls: int) -> Mapping[str, object]:
        return {"calls": calls, "lost": 0}

    def bench_overload(
        self, settings: Settings, *, agents: int, waiting_max: int, seconds: float, seed: int, progress: Progress
    ) -> Mapping[str, object]:
        self.asked.append(("overload", agents, waiting_max, seconds))
        queue = {"arrived": 900, "served": 88, "turned_away": 805, "gave_up": 7, "goodput_per_min": 79.5}
        times = {"wait_s_p50": 5.1, "wait_s_p95": None, "idle_beside_waiting_s_max": 0.07, "mismatches": seed - 1}
        step = {"times": 10, "overloaded": queue | times, "neighbor": queue | times}
        faults = ["493 heard 503 instead of busy"] * (seed - 1)
        return {"agents": agents, "steps": [step], "violations": len(faults), "faults": faults}

    def pacing_methods(self) -> tuple[str, ...]:
        return ("model", "model-no-cancel", "progressive", "ads", "optimum")

    def pacing_scenarios(self) -> tuple[str, ...]:
        return ("static", "drift", "days")

    def bench_pacing(self, asked: PacingAsked, progress: Progress) -> Mapping[str, object]:
        self.asked.append(("pacing", asked))
        row = {"method": "model", "n": 5, "p": 0.1, "utilisation": 0.757, "abandonment": 0.029, "wait_s": 45.0}
        more = {"calls_per_agent_hour": 19.5, "utilisation_ci95": 0.002, "abandonment_most": 0.0294}
        ahead = {"n": 5, "p": 0.1, "method": "ads", "seeds": 5, "ahead": 0.041, "ahead_ci95": 0.002, "won": True,
                 "abandonment_most": 0.0306}  # fmt: skip
        days = {"seed": 21, "days": 40, "days_over": 1, "day_most": 0.0312, "window_most": 0.033}
        return {
            "cells": [row | (days if asked.scenario == "days" else {})],
            "summary": [row | more],
            "paired": [ahead],
            "cells_won": 1,
            "cells_met": 1,
            "seconds": 1.0,
            "machine": "a machine",
        }

    def suites(self) -> tuple[str, ...]:
        return ("calls", "faults")

    def drills(self) -> tuple[str, ...]:
        return ("engine-kill", "proxy")

    def drill(
        self, settings: Settings, *, name: str, times: int | None, record: Path | None, progress: Progress
    ) -> Mapping[str, object]:
        self.asked.append(("drill", name, times))
        return {"kills": times, "violations": int(name == "proxy"), "complaints": ["lost: +39 [1]"]}

    def bench_import(self, settings: Settings, *, rows: int, work: Path | None) -> Mapping[str, object]:
        return {"rows": rows}

    def bench_store(self, settings: Settings, *, commits: int) -> Mapping[str, object]:
        return {"commits": commits}

    def bench_hopper(self, settings: Settings, *, contacts: int) -> Mapping[str, object]:
        return {"contacts": contacts}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BUSYHOUR_DATA", str(tmp_path))
    monkeypatch.setattr(screen.out, "width", 200)
    return tmp_path


@pytest.fixture
def product() -> Product:
    return Product()


@pytest.fixture
def run(data: Path, product: Product) -> Run:
    app = build(product)

    def command(*words: str, **more: object) -> Result:
        return CliRunner().invoke(app, list(words), **more)  # type: ignore[arg-type]

    return command


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    with serving(data) as known:
        yield known
