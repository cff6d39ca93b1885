"""`busyhour bench callers`, `overload` and `races`: callers on a real PBX, judged by what others saw."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from busyhour.cli.progress import Progress
from busyhour.cli.screen import err, out, print_figures, print_json, print_table
from busyhour.cli.wiring import Wiring
from busyhour.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def add_inbound(bench: typer.Typer, wiring: Wiring) -> None:
    @bench.command()
    def callers(
        *,
        callers: Annotated[int, typer.Option(min=3, max=400, help="On the line at once.")] = 100,
        agents: Annotated[int, typer.Option(min=1, max=100)] = 10,
        seconds: Annotated[float, typer.Option(min=20.0, help="For so long new ones come.")] = 600.0,
        json: Json = False,
    ) -> None:
        """Many callers for few agents on a real PBX: none lost, none passed over, none waiting beside a free agent."""
        figures = wiring.bench_callers(Settings(), callers=callers, agents=agents, seconds=seconds)
        print_figures("Callers", figures, json=json)

    @bench.command()
    def overload(
        *,
        agents: Annotated[int, typer.Option(min=1, max=50)] = 6,
        waiting: Annotated[int, typer.Option(min=1, max=100, help="Callers that the queue takes at most.")] = 8,
        seconds: Annotated[float, typer.Option(min=20.0, help="For so long callers come, in each step.")] = 120.0,
        seed: Annotated[int, typer.Option(help="Of when callers come and how long agents talk.")] = 1,
        json: Json = False,
    ) -> None:
        """1, 2, 5 and 10 times as many callers as agents can serve, beside another company on the same PBX."""
        figures = wiring.bench_overload(
            Settings(), agents=agents, waiting_max=waiting, seconds=seconds, seed=seed, progress=Progress(err)
        )
        if json:
            print_json(figures)
        else:
            _print_overload(figures)
        if figures["violations"]:
            raise typer.Exit(1)

    @bench.command()
    def races(
        *,
        races: Annotated[int, typer.Option(min=1, max=10_000, help="Callers, one after the other.")] = 200,
        agents: Annotated[int, typer.Option(min=2, max=20, help="Whose phones all ring.")] = 5,
        json: Json = False,
    ) -> None:
        """All phones ring for each caller on a real PBX and answer at once: exactly one wins."""
        print_figures("Races", wiring.bench_races(Settings(), races=races, agents=agents), json=json)


STEP: dict[str, str] = {
    "arrived": "came",
    "served": "served",
    "turned_away": "heard busy",
    "gave_up": "gave up",
    "goodput_per_min": "a minute",
    "wait_s_p50": "wait p50",
    "wait_s_p95": "p95",
    "idle_beside_waiting_s_max": "agent idle",
    "mismatches": "wrong",
}


def _print_overload(figures: Mapping[str, Any]) -> None:
    """A line for each company and step, then the rest."""
    for company in ("overloaded", "neighbor"):
        rows = [[step["times"], *(step[company][name] for name in STEP)] for step in figures["steps"]]
        print_table(f"Callers of the company: {company}", ("times", *STEP.values()), rows)
    print_figures("Overload", {k: v for k, v in figures.items() if k not in ("steps", "faults")}, json=False)
    for fault in figures["faults"]:
        out.print(f"- {fault}", markup=False, highlight=False, soft_wrap=True)
