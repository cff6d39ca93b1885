"""One run of one method in one cell, and what it is judged by."""

from time import process_time

from msgspec import Struct
from msgspec.structs import replace

from busyhour.bench.pacing.days import run_days
from busyhour.bench.pacing.optimum import optimum
from busyhour.bench.pacing.roster import FIXED, LINES, OPTIMUM, OURS, Setter, ours, with_setting
from busyhour.bench.pacing.scenarios import DAYS, Cell, after_jump, leads_of, shape_of
from busyhour.sim.pacing.world import Method, Tally, World


class Result(Struct, frozen=True, kw_only=True):
    """`utilisation` and what follows it without the first half hour, `abandonment` over the whole run."""

    scenario: str
    method: str
    n: int
    p: float
    seed: int
    utilisation: float
    abandonment: float
    wait_s: float
    calls_per_agent_hour: float
    abandonment_after_jump: float | None = None  # within half an hour of it
    abandonment_with_missed: float | None = None  # persons cut off as machines counted in
    inbound_wait_s: float | None = None  # of people who call us
    days: int = 0
    days_over: int = 0  # the law's limit
    day_most: float = 0.0  # abandonment on the worst day
    window_most: float = 0.0  # and in the worst 24 hours that end with an answer
    dialed: int = 0
    answered: int = 0
    canceled: int = 0
    canceled_live: int = 0  # who would have answered
    hours: float = 0.0
    setting: Setter | None = None
    seconds: float = 0.0  # of one core


def run_cell(name: str, cell: Cell, setting: Setter | None = None) -> Result:
    began_s = process_time()
    if name == OPTIMUM:
        return _bound(cell, began_s)
    if cell.scenario == DAYS:
        days = run_days(cell, late_cancel=name != OURS[1])
        return replace(_result(name, cell, days.tally, days.hours, None, began_s), **days.judged())
    world = World(shape_of(cell), leads_of(cell), method_of(name, cell, setting))
    tally = world.run()
    return _result(name, cell, tally, world.now_s / 3600.0, setting, began_s)


def method_of(name: str, cell: Cell, setting: Setter | None) -> Method:
    if name in OURS or name == LINES:
        return ours(name, cell)
    return FIXED[name]() if setting is None else with_setting(name, setting)


def _result(name: str, cell: Cell, tally: Tally, hours: float, setting: Setter | None, began_s: float) -> Result:
    missed = tally.missed
    in_hours = tally.logged_in_s / 3600.0
    return Result(
        scenario=cell.scenario,
        method=name,
        n=cell.n,
        p=cell.p,
        seed=cell.seed,
        utilisation=round(tally.busy_s / tally.logged_in_s, 5) if in_hours else 0.0,
        abandonment=round(tally.abandoned / max(1, tally.answered), 5),
        wait_s=round(tally.waited_s / max(1, tally.served), 2),
        calls_per_agent_hour=round(tally.served / in_hours, 3) if in_hours else 0.0,
        abandonment_after_jump=after_jump(cell, tally.after),
        abandonment_with_missed=round((tally.abandoned + missed) / (tally.answered + missed), 5) if missed else None,
        dialed=tally.dialed,
        answered=tally.answered,
        canceled=tally.canceled,
        canceled_live=tally.canceled_live,
        inbound_wait_s=round(tally.inbound_waited_s / tally.inbound, 2) if tally.inbound else None,
        hours=round(hours, 2),
        setting=setting,
        seconds=round(process_time() - began_s, 2),
    )


def _bound(cell: Cell, began_s: float) -> Result:
    point = optimum(cell.n, cell.p)
    nobody = _result(OPTIMUM, cell, Tally(after=[]), 0.0, None, began_s)
    return replace(nobody, utilisation=round(point.utilisation, 5), abandonment=round(point.abandonment, 5))
