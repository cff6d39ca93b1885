"""`busyhour drill`: break a real installation on purpose, under load, and see whether calls or records are lost."""

from pathlib import Path
from typing import Annotated, Any

import typer

from busyhour.cli.progress import Progress
from busyhour.cli.screen import err, out, print_json, print_table
from busyhour.cli.wiring import Wiring
from busyhour.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
SHOWN_ELSEWHERE = ("complaints",)


def add_drill(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def drill(
        name: Annotated[str, typer.Argument(metavar="NAME", help="; ".join(wiring.drills()))],
        *,
        times: Annotated[
            int | None, typer.Option(min=1, help="How often; else as often as the everyday test.", show_default=False)
        ] = None,
        record: Annotated[
            Path | None,
            typer.Option(help="Write down each round here, and go on where an earlier run ended.", show_default=False),
        ] = None,
        json: Json = False,
    ) -> None:
        """Kill, stop or cut off parts of a fresh installation under load, and judge it by the network's ledger."""
        figures = dict(wiring.drill(Settings(), name=name, times=times, record=record, progress=Progress(err)))
        if json:
            print_json(figures)
        else:
            _print(name, figures)
        if figures["violations"]:
            raise typer.Exit(1)


def _print(name: str, figures: dict[str, Any]) -> None:
    rows = [(what, figure) for what, figure in figures.items() if what not in SHOWN_ELSEWHERE]
    print_table(f"Drill {name}", ("what", "figure"), rows)
    for sentence in figures["complaints"]:
        out.print(f"- {sentence}", markup=False, highlight=False, soft_wrap=True)
