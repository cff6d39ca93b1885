"""`busyhour bench callers` and `races`: callers on a real PBX, judged by what others saw."""

from typing import Annotated

import typer

from busyhour.cli.screen import print_figures
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
    def races(
        *,
        races: Annotated[int, typer.Option(min=1, max=10_000, help="Callers, one after the other.")] = 200,
        agents: Annotated[int, typer.Option(min=2, max=20, help="Whose phones all ring.")] = 5,
        json: Json = False,
    ) -> None:
        """All phones ring for each caller on a real PBX and answer at once: exactly one wins."""
        print_figures("Races", wiring.bench_races(Settings(), races=races, agents=agents), json=json)
