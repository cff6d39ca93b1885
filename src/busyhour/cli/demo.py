"""`busyhour demo`: what makes a demonstration lively."""

from typing import Annotated

import typer

from busyhour.cli.screen import Commands, out, print_json
from busyhour.cli.wiring import Wiring
from busyhour.settings import Settings

CALLERS_MAX = 100


def add_demo(app: typer.Typer, wiring: Wiring) -> None:
    demo = typer.Typer(cls=Commands, no_args_is_help=True, help="Pretended people, for `busyhour up --demo`.")
    app.add_typer(demo, name="demo")

    @demo.callback()
    def group() -> None:
        """Else the only command of the group would take its place."""

    @demo.command("call-in")
    def call_in(
        *,
        number: Annotated[
            str | None, typer.Option(help="The number they dial; else that of the demo queue.", show_default=False)
        ] = None,
        count: Annotated[int, typer.Option(min=1, max=CALLERS_MAX, help="How many people call.")] = 1,
        every: Annotated[float, typer.Option(min=0.0, max=60.0, help="Seconds from one to the next.")] = 1.0,
        json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    ) -> None:
        """Let pretended people call a number of yours, over the demo trunk. Each stays for a minute to three."""
        callers = wiring.demo_call_in(Settings(), number=number, count=count, every_s=every)
        if json:
            print_json({"callers": callers})
        else:
            who = "1 person calls" if len(callers) == 1 else f"{len(callers)} people call"
            out.print(f"{who} {number or 'the demo queue'}.", markup=False, highlight=False)
