"""What the command line needs of the whole product (the Protocol `cli.wiring.Wiring`)."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from busyhour.bench.drills import DRILLS
from busyhour.bench.pacing import METHODS as PACING_METHODS
from busyhour.bench.pacing import SCENARIOS as PACING_SCENARIOS
from busyhour.cli.client import Client
from busyhour.cli.progress import Progress
from busyhour.cli.screen import err
from busyhour.cli.wiring import Check, PacingAsked
from busyhour.service.errors import Unavailable
from busyhour.settings import Settings
from busyhour.sim.suite_names import NAMES as SUITE_NAMES

log = structlog.get_logger("product")


class ProductWiring:
    """Each method brings up what it needs and takes it down again."""

    def up(self, demo: bool, settings: Settings, progress: Progress) -> None:
        import rich.emoji
        import rich.spinner  # noqa: F401 (what a first line on the terminal would load)

        from busyhour.main.lasting import ENGINE_BEFORE, TRIAL, fork_engine

        if os.environ.pop(TRIAL, None) is not None:
            from busyhour.main.renewal import try_out

            asyncio.run(try_out(settings, demo=demo))
            return
        from busyhour.main import first_run, product  # noqa: F401 (loaded before the fork)

        ended_in_order = not (settings.data / "server.json").exists()
        load_rest = _load_all if ENGINE_BEFORE in os.environ else _load_page
        earlier = fork_engine(load_rest, in_haste=not ended_in_order)
        asyncio.run(_up(settings, progress, demo=demo, earlier=earlier))

    def restart(self, settings: Settings, progress: Progress) -> Mapping[str, object]:
        from busyhour.main.renewal import renew

        with progress.step("Restart"):
            return asyncio.run(renew(settings.data))

    def doctor(self, settings: Settings) -> list[Check]:
        from busyhour.main.doctor import look

        return asyncio.run(look(settings))

    def create_admin(self, settings: Settings, login: str) -> str:
        """Through the running server when there is one, else on the database alone."""
        if (settings.data / "server.json").exists():
            body = {"login": login, "name": login, "role": "administrator"}
            return str(Client.from_data(settings.data).post("/api/users", body)["password"])
        from busyhour.main.first_run import create_admin_alone

        return asyncio.run(create_admin_alone(settings, Progress(err), login))

    def demo_call_in(self, settings: Settings, *, number: str | None, count: int, every_s: float) -> list[str]:
        from busyhour.adapters.asterisk.config import access_of
        from busyhour.adapters.asterisk.demo import OUR_NUMBER
        from busyhour.adapters.asterisk.demo_callers import call_in

        if not (settings.data / "server.json").exists():
            raise Unavailable(f"Busyhour is not running on {settings.data}. Start it with `busyhour up --demo`.")
        access = access_of(settings, demo=True)
        return asyncio.run(call_in(access, number=number or OUR_NUMBER, count=count, every_s=every_s))

    def bench_calls(self, settings: Settings, *, calls: int) -> Mapping[str, object]:
        from busyhour.bench.calls import bench_calls

        return bench_calls(settings, calls=calls)

    def bench_callers(self, settings: Settings, *, callers: int, agents: int, seconds: float) -> Mapping[str, object]:
        from busyhour.bench.callers import bench_callers

        return bench_callers(settings, callers=callers, agents=agents, seconds=seconds)

    def bench_overload(
        self, settings: Settings, *, agents: int, waiting_max: int, seconds: float, seed: int, progress: Progress
    ) -> Mapping[str, object]:
        from busyhour.bench.overload import Told, bench_overload

        with progress.step("callers") as step:
            told = Told(step.advance, progress.say)
            return bench_overload(
                settings, agents=agents, waiting_max=waiting_max, seconds=seconds, seed=seed, told=told
            )

    def bench_races(self, settings: Settings, *, races: int, agents: int) -> Mapping[str, object]:
        from busyhour.bench.races import bench_races

        return bench_races(settings, races=races, agents=agents)

    def bench_predictive(
        self, settings: Settings, *, dials: int, compare: int, agents: int, answers: float
    ) -> Mapping[str, object]:
        from busyhour.bench.predictive import bench_predictive

        return bench_predictive(settings, dials=dials, compare=compare, agents=agents, answers=answers)

    def bench_import(self, settings: Settings, *, rows: int, work: Path | None) -> Mapping[str, object]:
        from busyhour.bench.import_ import bench_import

        return bench_import(settings, rows=rows, work=work)

    def bench_store(self, settings: Settings, *, commits: int) -> Mapping[str, object]:
        from busyhour.bench.store import bench_store

        return bench_store(settings, commits=commits)

    def bench_hopper(self, settings: Settings, *, contacts: int) -> Mapping[str, object]:
        from busyhour.bench.hopper import bench_hopper

        return bench_hopper(settings, contacts=contacts)

    def bench_core(self) -> Mapping[str, object]:
        from busyhour.bench.core import bench_core

        return bench_core()

    def pacing_methods(self) -> tuple[str, ...]:
        return PACING_METHODS

    def pacing_scenarios(self) -> tuple[str, ...]:
        return PACING_SCENARIOS

    def bench_pacing(self, asked: PacingAsked, progress: Progress) -> Mapping[str, object]:
        from busyhour.bench.pacing.grid import bench_pacing
        from busyhour.bench.pacing.told import Told

        with progress.step("paced worlds") as step:
            return bench_pacing(asked, Told(step.advance, step.note, progress.say))

    def simulate(
        self, *, calls: int, seed: int, groups: Sequence[str], jobs: int, shrink: bool, progress: Progress
    ) -> Mapping[str, object]:
        from busyhour.bench.simulation import run_simulation

        with progress.step("simulated calls") as step:
            return run_simulation(
                calls=calls,
                seed=seed,
                groups=groups,
                jobs=jobs,
                shrink=shrink,
                advance=lambda made: step.advance(made, calls),
                say=progress.say,
            )

    def play(self, *, plan: bytes, progress: Progress) -> Mapping[str, object]:
        from busyhour.bench.simulation import run_plan

        with progress.step("one simulated world"):
            return run_plan(plan)

    def golden(self, *, scenario: str, jobs: int, progress: Progress) -> Mapping[str, object]:
        from busyhour.bench.simulation import run_golden

        with progress.step("golden scenarios") as step:
            return run_golden(scenario=scenario, jobs=jobs, advance=step.advance)

    def suites(self) -> tuple[str, ...]:
        return SUITE_NAMES

    def suite(self, *, name: str, goal: int | None, seed: int, progress: Progress) -> Mapping[str, object]:
        from busyhour.bench.simulation import make_store
        from busyhour.sim.suites import run_suite

        with progress.step(name) as step:
            return run_suite(name, goal=goal, seed=seed, make_store=make_store, advance=step.advance)

    def replay(self, *, seeds: int, first: int, progress: Progress) -> Mapping[str, object]:
        from busyhour.bench.replay import run_replay

        with progress.step("seeds played twice") as step:
            return run_replay(seeds=seeds, first=first, advance=step.advance)

    def drills(self) -> tuple[str, ...]:
        return DRILLS

    def drill(
        self, settings: Settings, *, name: str, times: int | None, record: Path | None, progress: Progress
    ) -> Mapping[str, object]:
        from busyhour.bench.drills.drill import drill

        return drill(settings, name=name, times=times, record=record, say=progress.say)


def _load_page() -> None:
    """What speaks HTTP takes longer to load than taking over the calls of an engine that died."""
    from busyhour.main import page  # noqa: F401


def _load_all() -> None:
    """While the engine of before works on, time is not dear: what steps of the schema need is loaded, too."""
    import alembic.command
    import alembic.config  # noqa: F401

    from busyhour.http.compat import listeners  # noqa: F401
    from busyhour.service import planning  # noqa: F401
    from busyhour.sim.pacing import planned  # noqa: F401

    _load_page()


async def _up(settings: Settings, progress: Progress, *, demo: bool, earlier: int) -> None:
    """`earlier`: how many engines of this program were killed before."""
    from busyhour.main.first_run import prepare
    from busyhour.main.lasting import RENEW
    from busyhour.main.product import Product

    product = Product(settings, progress, demo=demo)
    begun = asyncio.current_task()
    assert begun is not None

    def leave() -> None:
        product.leave()
        begun.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, begun.cancel)  # until the page takes it over
    asyncio.get_running_loop().add_signal_handler(RENEW, leave)
    await product.start()
    if earlier:
        log.warning("an earlier engine was killed", engines_killed=earlier)
    try:
        tenant, told = await prepare(product)
        if demo:
            from busyhour.main.demo import furnish

            told += await furnish(product, tenant.tenant_id)
        await product.begin()
        progress.ready(product.url, [*told, ("Stop", "Ctrl-C")])
        await product.serve()
    finally:
        progress.say("Leaving PBX and database to the new program." if product.leaving else "Stopping.")
        await product.stop()
        if product.leaving:
            sys.stderr.flush()
            os._exit(0)  # the next one waits for us, and what the interpreter tidies up is nothing of ours
