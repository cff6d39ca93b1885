"""`busyhour bench pacing`: the pacer in a pretended world, beside what other dialers do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from busyhour.cli.progress import Progress
from busyhour.cli.screen import Trouble, err, out, print_json, print_table
from busyhour.cli.wiring import PacingAsked, Wiring
from busyhour.cli.words import names, numbers, one_of

AGENTS_MOST = 2_000
SEEDS_MOST = 1_000
WORST = ("day_most", "window_most")


def add_pacing(bench: typer.Typer, wiring: Wiring) -> None:
    @bench.command()
    def pacing(
        *,
        scenario: Annotated[str, typer.Option(help=f"One of: {', '.join(wiring.pacing_scenarios())}.")] = "static",
        agents: Annotated[str, typer.Option(metavar="N,..", help="Else as in the published table.")] = "",
        p: Annotated[str, typer.Option("--p", metavar="P,..", help="Share of dials answered by a person.")] = "",
        seeds: Annotated[str, typer.Option(metavar="A-B", help="One run for each.")] = "21-25",
        methods: Annotated[
            str, typer.Option(metavar="NAME,..", help=f"all, peers, or of: {', '.join(wiring.pacing_methods())}.")
        ] = "",
        quick: Annotated[bool, typer.Option("--quick", help="An eighth of the time; less certain.")] = False,
        jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
        plot: Annotated[Path | None, typer.Option(help="Draw it, as FILE.svg.", show_default=False)] = None,
        record: Annotated[
            Path | None,
            typer.Option(help="Write down each run here, and go on where an earlier one ended.", show_default=False),
        ] = None,
        json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    ) -> None:
        """How busy agents are, and how many callees are abandoned, in a pretended world. Drives the production code."""
        one_of(scenario, wiring.pacing_scenarios(), "scenario")
        asked = PacingAsked(
            scenario=scenario,
            methods=names_of(methods, wiring.pacing_methods()),
            agents=numbers(agents, "--agents", int, 1, AGENTS_MOST),
            chances=numbers(p, "--p", float, 0.001, 1.0),
            seeds=seeds_of(seeds),
            quick=quick,
            jobs=jobs,
            plot=plot,
            record=record,
        )
        figures = wiring.bench_pacing(asked, Progress(err))
        if json:
            print_json(figures)
        else:
            _show(figures)


def names_of(text: str, known: Sequence[str]) -> Sequence[str]:
    """`peers` are all that are not ours; the optimum belongs to one scenario and is named when wanted."""
    peers = [name for name in known if not name.startswith("model") and name != "optimum"]
    if text == "all":
        return ["model", "model-no-cancel", *peers]
    if text == "peers":
        return peers
    return names(text, known, "method")


def seeds_of(text: str) -> Sequence[int]:
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit() or not 0 <= int(last or first) - int(first) < SEEDS_MOST:
        raise Trouble(f"--seeds {text!r} is not understood. Give one seed, or the first and the last, as in 21-25.")
    return range(int(first), int(last or first) + 1)


def _show(figures: Mapping[str, Any]) -> None:
    rows = [
        (
            row["method"],
            row["n"],
            row["p"],
            f"{100 * row['utilisation']:.1f} ± {100 * row['utilisation_ci95']:.1f}",
            f"{100 * row['abandonment']:.2f} ({100 * row['abandonment_most']:.2f})",
            f"{row['wait_s']:.1f}",
            f"{row['calls_per_agent_hour']:.1f}",
        )
        for row in figures["summary"]
    ]
    heads = ("method", "agents", "p", "utilisation %", "abandoned % (most)", "wait s", "calls per agent hour")
    print_table("Pacing", heads, rows)
    _show_days(figures)
    _show_paired(figures)
    out.print(f"{figures['seconds']} s; {figures['machine']}", markup=False, highlight=False, soft_wrap=True)


def _show_days(figures: Mapping[str, Any]) -> None:
    """Of the worlds with a law of its own for each day."""
    cells = [cell for cell in msgspec.to_builtins(figures["cells"]) if cell.get("days")]
    if cells:
        rows = [
            (c["n"], c["p"], c["seed"], c["days"], c["days_over"], *(f"{100 * c[at]:.2f}" for at in WORST))
            for c in cells
        ]
        heads = ("agents", "p", "seed", "days", "above the limit", "worst day %", "worst 24 hours %")
        print_table("Each day", heads, rows)


def _show_paired(figures: Mapping[str, Any]) -> None:
    paired = figures.get("paired")
    if not paired:
        return
    rows = [
        (
            row["n"],
            row["p"],
            row["method"],
            row["seeds"],
            f"{100 * row['ahead']:+.2f} ± {100 * row['ahead_ci95']:.2f}",
            "ahead" if row["won"] else "not sure" if row["ahead"] > 0 else "behind",
            f"{100 * row['abandonment_most']:.2f}",
        )
        for row in paired
    ]
    print_table(
        "Ahead of the others, by seed", ("agents", "p", "method", "seeds", "points", "", "abandoned % at most"), rows
    )
    out.print(f"Ahead of each of them, with 95 % certainty, in {figures['cells_won']} of {figures['cells_met']} cells.")
