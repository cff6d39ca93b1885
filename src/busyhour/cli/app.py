"""The command line as a whole. `build` makes it; `main` gives it what needs the product in this process."""

import os
from pathlib import Path
from typing import Annotated

import typer

from busyhour import __version__
from busyhour.cli import (
    agents,
    audit,
    callers,
    campaign_limits,
    campaign_machines,
    campaign_shown,
    campaigns,
    compliance,
    lists,
    numbers,
    plan,
    prompts,
    queues,
    recordings,
    report,
    trunks,
)
from busyhour.cli.bench_inbound import add_inbound
from busyhour.cli.bench_pacing import add_pacing
from busyhour.cli.client import connect
from busyhour.cli.demo import add_demo
from busyhour.cli.drill import add_drill
from busyhour.cli.progress import Progress
from busyhour.cli.screen import Commands, Trouble, err, out, print_figures, print_json, print_table
from busyhour.cli.simulate import add_simulate
from busyhour.cli.wiring import Check, Wiring
from busyhour.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

THINGS = {
    "list": lists.app,
    "campaign": campaigns.app,
    "agent": agents.app,
    "trunk": trunks.app,
    "queue": queues.app,
    "number": numbers.app,
    "caller": callers.app,
    "callback": callers.callbacks,
    "prompt": prompts.app,
    "recording": recordings.app,
}


def build(wiring: Wiring) -> typer.Typer:
    app = typer.Typer(
        cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, help="A contact center in one command."
    )
    app.callback()(choose_data)
    _add_product(app, wiring)
    _add_bench(app, wiring)
    add_simulate(app, wiring)
    add_drill(app, wiring)
    add_demo(app, wiring)
    for command in (campaign_shown.show, campaign_limits.limit, campaign_machines.machines):
        campaigns.app.command()(command)
    for name, things in THINGS.items():
        app.add_typer(things, name=name)
        app.add_typer(things, name=f"{name}s", hidden=True)  # who says `busyhour queues ls` is understood, too
    app.add_typer(report.explain, name="explain")
    app.command("import")(lists.import_file)
    app.command("report")(report.report)
    app.command("audit")(audit.audit)
    app.command("compliance")(compliance.compliance)
    app.command("plan")(plan.plan)
    app.command("live")(live)
    app.command("version")(show_version)
    return app


def choose_data(
    data: Annotated[
        Path | None, typer.Option(help="The data folder; else BUSYHOUR_DATA, else .busyhour here.", show_default=False)
    ] = None,
) -> None:
    if data is not None:
        os.environ["BUSYHOUR_DATA"] = str(data)  # settings, and programs that we start, read it there


def live() -> None:
    """What is going on now: runs, agents and calls, in a table that follows them. Ctrl-C ends it."""
    from busyhour.cli.live import watch  # late: what it needs is slow to load, and no other command needs it

    watch(connect())


def show_version(*, json: Json = False) -> None:
    """The version of this program."""
    if json:
        print_json({"version": __version__})
    else:
        out.print(__version__, highlight=False)


def _add_product(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def up(
        *,
        demo: Annotated[
            bool, typer.Option("--demo", help="With people to call, and a network to call them in.")
        ] = False,
    ) -> None:
        """Run everything: database, PBX, engine and page. Ctrl-C stops all of it; `busyhour restart` renews it."""
        wiring.up(demo, Settings(), Progress(err))

    @app.command()
    def restart(*, json: Json = False) -> None:
        """Have the running Busyhour followed by the version that is installed now. Calls that are up go on."""
        done = dict(wiring.restart(Settings(), Progress(err)))
        if json:
            print_json(done)
            return
        text = "Version {version} runs now, {version_before} before. {calls} calls went on; no page for {away_s} s."
        out.print(text.format(**done), markup=False, highlight=False, soft_wrap=True)

    @app.command()
    def doctor(*, json: Json = False) -> None:
        """What is there, what is missing, and what to do about it."""
        checks = wiring.doctor(Settings())
        missing = [check for check in checks if check.needed and not check.ok]
        if json:
            print_json({"ok": not missing, "checks": checks})
        else:
            _print_checks(checks)
        if missing:
            raise typer.Exit(1)

    @app.command("create-admin")
    def create_admin(login: str, *, json: Json = False) -> None:
        """Make an administrator; the random password is shown this once."""
        if not login.strip():
            raise Trouble("The log-in is empty. Give one, such as: busyhour create-admin anna")
        password = wiring.create_admin(Settings(), login)
        if json:
            print_json({"login": login, "password": password})
        else:
            out.print(f"log-in    {login}\npassword  {password}  (shown this once)", markup=False, highlight=False)


def _add_bench(app: typer.Typer, wiring: Wiring) -> None:
    bench = typer.Typer(cls=Commands, no_args_is_help=True, help="Measure this machine.")

    @bench.command()
    def calls(*, count: Annotated[int, typer.Option("--calls", min=1)] = 3000, json: Json = False) -> None:
        """Calls per second through the whole stack, beside a bare loop on the same PBX in the same run."""
        print_figures("Calls", wiring.bench_calls(Settings(), calls=count), json=json)

    @bench.command()
    def predictive(
        *,
        dials: Annotated[int, typer.Option(min=50, help="Of the predictive campaign.")] = 2000,
        compare: Annotated[int, typer.Option(min=0, help="Dials of a progressive one before it; 0 = none.")] = 500,
        agents: Annotated[int, typer.Option(min=1)] = 20,
        answers: Annotated[float, typer.Option(min=0.05, max=1.0, help="Share of the dials that answer.")] = 0.3,
        json: Json = False,
    ) -> None:
        """A predictive campaign on a real PBX with a pretended network: who met no agent, who waited how long."""
        figures = wiring.bench_predictive(Settings(), dials=dials, compare=compare, agents=agents, answers=answers)
        print_figures("Predictive", figures, json=json)

    @bench.command("import")
    def import_(
        *,
        rows: Annotated[int, typer.Option(min=1)] = 1_000_000,
        work: Annotated[
            Path | None, typer.Option(help="Folder for the file that is made; else a temporary one.")
        ] = None,
        json: Json = False,
    ) -> None:
        """How fast a contact list is imported, beside a bare COPY of the same file."""
        print_figures("Import", wiring.bench_import(Settings(), rows=rows, work=work), json=json)

    @bench.command()
    def store(*, commits: Annotated[int, typer.Option(min=20)] = 200, json: Json = False) -> None:
        """How long dial intents and final records take to be committed, in batches of 1, 5 and 20."""
        print_figures("Store", wiring.bench_store(Settings(), commits=commits), json=json)

    @bench.command()
    def hopper(*, contacts: Annotated[int, typer.Option(min=30_000)] = 1_000_000, json: Json = False) -> None:
        """How long it takes to find the next 1,000 of a long list that may be called."""
        print_figures("Hopper", wiring.bench_hopper(Settings(), contacts=contacts), json=json)

    @bench.command()
    def core(*, json: Json = False) -> None:
        """What one event costs in the core, with 10, 100 and 1,000 agents."""
        print_figures("Core", wiring.bench_core(), json=json)

    add_inbound(bench, wiring)
    add_pacing(bench, wiring)
    app.add_typer(bench, name="bench")


def _print_checks(checks: list[Check]) -> None:
    rows = [(c.name, "ok" if c.ok else "missing" if c.needed else "not there", c.found, c.mend) for c in checks]
    print_table("What Busyhour needs", ("what", "", "found", "what to do"), rows)
