"""`busyhour simulate`: the engine in a bent world, many times, judged by the carrier's ledger."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from busyhour.cli.progress import Progress
from busyhour.cli.screen import Trouble, err, out, print_json, print_table
from busyhour.cli.wiring import Wiring

GROUPS = {
    "A": "engines die",
    "B": "the PBX and the way to it",
    "C": "the database",
    "D": "clocks",
    "E": "two owners",
    "F": "agents' browsers",
    "G": "administrators",
}

TEXTS = ("failure", "failures", "history", "outcomes")  # shown by themselves, or in JSON only


def add_simulate(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def simulate(
        *,
        calls: Annotated[int, typer.Option(min=1, help="Calls to make, at least.")] = 10_000,
        seed: Annotated[int, typer.Option(min=0, help="The first seed; each world has the next.")] = 1,
        faults: Annotated[str, typer.Option(help="all, none, or groups such as A,B,C.")] = "all",
        jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
        shrink: Annotated[bool, typer.Option(help="Make a failing world small: fewest calls and faults.")] = True,
        save: Annotated[
            Path | None, typer.Option(help="Where to write a failing world, for --plan.", show_default=False)
        ] = None,
        plan: Annotated[
            Path | None, typer.Option(help="Play this world again, as --save wrote it.", show_default=False)
        ] = None,
        golden: Annotated[
            bool, typer.Option("--golden", help="Short exact scenarios, each with every operation failing once.")
        ] = False,
        suite: Annotated[
            str, typer.Option(help=f"A goal of the test plan: {', '.join(wiring.suites())}.", show_default=False)
        ] = "",
        goal: Annotated[
            int | None, typer.Option(min=1, help="With --suite: stop at this number.", show_default=False)
        ] = None,
        replay: Annotated[
            int | None, typer.Option(min=1, help="Play so many seeds twice and compare.", show_default=False)
        ] = None,
        scenario: Annotated[str, typer.Option(help="With --golden: those with this word in their name.")] = "",
        json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    ) -> None:
        """Run the engine in a simulated world with faults, and check every step. Stops at the first violation."""
        progress = Progress(err)
        if suite and suite not in wiring.suites():
            raise Trouble(f"There is no suite {suite!r}. They are: {', '.join(wiring.suites())}.")
        if suite:
            figures = wiring.suite(name=suite, goal=goal, seed=seed, progress=progress)
        elif replay is not None:
            figures = wiring.replay(seeds=replay, first=seed, progress=progress)
        elif plan is not None:
            figures = wiring.play(plan=_read(plan), progress=progress)
        elif golden or scenario:
            figures = wiring.golden(scenario=scenario, jobs=jobs, progress=progress)
        else:
            figures = wiring.simulate(
                calls=calls, seed=seed, groups=groups_of(faults), jobs=jobs, shrink=shrink, progress=progress
            )
        if json:
            print_json(figures)
        else:
            _show(figures)
        if figures["violations"]:
            _save(figures, save)
            raise typer.Exit(1)


def groups_of(text: str) -> Sequence[str]:
    if text == "all":
        return tuple(GROUPS)
    if text == "none":
        return ()
    chosen = tuple(dict.fromkeys(part.strip().upper() for part in text.split(",")))
    unknown = [name for name in chosen if name not in GROUPS]
    if unknown:
        known = ", ".join(f"{name} ({what})" for name, what in GROUPS.items())
        raise Trouble(f"There is no group of faults {', '.join(unknown)!r}. Use all, none, or some of: {known}.")
    return chosen


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise Trouble(f"{file} cannot be read: {fault.strerror}. Give the file that --save wrote.") from fault


def _save(figures: Mapping[str, Any], file: Path | None) -> None:
    failure = figures.get("failure")
    if failure is None or file is None:
        return
    try:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(failure["plan"])) + b"\n")
    except OSError as fault:
        raise Trouble(f"{file} cannot be written: {fault.strerror}. The failing world is shown above.") from fault
    err.print(f"busyhour simulate --plan {file} plays it again", markup=False, highlight=False, soft_wrap=True)


def _show(figures: Mapping[str, Any]) -> None:
    rows = {name: value for name, value in figures.items() if name not in TEXTS}
    print_table("Simulated", ("what", "figure"), rows.items())
    failure = figures.get("failure")
    for line in failure["history"] if failure else figures.get("history", ()):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    for line in figures.get("failures", ()):
        err.print(line, markup=False, highlight=False, soft_wrap=True)
    if failure:
        plan = msgspec.json.encode(failure["plan"]).decode()
        text = f"seed {failure['seed']}, commit {failure['commit']}: {failure['violation']}\n{plan}"
        err.print(text, markup=False, highlight=False, soft_wrap=True)
