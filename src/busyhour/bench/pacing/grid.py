"""Runs many cells on several processes, and sums them up: the figures of `busyhour bench pacing`."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from statistics import fmean
from time import perf_counter

from msgspec import Struct

from busyhour.bench.machine import commit, machine
from busyhour.bench.pacing.cells import Result, run_cell
from busyhour.bench.pacing.cost import decision_cost
from busyhour.bench.pacing.paired import cells_won, interval, paired
from busyhour.bench.pacing.plot import check_name, draw
from busyhour.bench.pacing.record import Record
from busyhour.bench.pacing.roster import LINES, OPTIMUM, OURS, Setter, is_tuned
from busyhour.bench.pacing.scenarios import DAYS, MEMORYLESS, MOVING, STATIC, Cell
from busyhour.bench.pacing.told import Stage, Told
from busyhour.bench.pacing.tuning import key_of, store, stored, tune
from busyhour.cli.wiring import PacingAsked

AGENTS, CHANCES = (5, 10, 25, 50, 100, 300), (0.1, 0.2, 0.35, 0.5)
MEMORYLESS_CELLS = ((5, 0.1), (5, 0.2), (5, 0.5), (10, 0.2), (25, 0.2))
MOVING_AGENTS = (10, 50)
DAYS_AGENTS = (5, 10, 25, 50)
USUAL_CHANCE = 0.2
BIMODAL_CELLS = tuple((n, p) for n in (5, 25, 100) for p in (0.1, 0.35))


class Job(Struct, frozen=True, kw_only=True):
    method: str
    cell: Cell
    setting: Setter | None = None


def pairs_of(scenario: str, agents: Sequence[int], chances: Sequence[float]) -> list[tuple[int, float]]:
    """The (agents, chance) of a scenario; what is not asked for is as in the published table."""
    usual = {
        STATIC: list(product(AGENTS, CHANCES)),
        MEMORYLESS: list(MEMORYLESS_CELLS),
        "bimodal": list(BIMODAL_CELLS),
        DAYS: [(n, USUAL_CHANCE) for n in DAYS_AGENTS],
    }.get(scenario, [(n, USUAL_CHANCE) for n in MOVING_AGENTS])
    if not agents and not chances:
        return usual
    return list(product(agents or dict.fromkeys(n for n, _ in usual), chances or dict.fromkeys(p for _, p in usual)))


def bench_pacing(asked: PacingAsked, told: Told) -> Mapping[str, object]:
    if asked.plot is not None:
        check_name(asked.plot)
    began_s, about, program = perf_counter(), machine(), commit()
    record = Record(asked.record, program)
    with ProcessPoolExecutor(max_workers=asked.jobs) as pool:
        results = list(_results(pool, asked, record, told))
    results.sort(key=lambda r: (r.n, r.p, r.method, r.seed))
    summary, differences = summaries(results), paired(results)
    won, met = cells_won(differences)
    if asked.plot is not None:
        draw(summary, asked.plot)
    return {
        "scenario": asked.scenario,
        "cells": results,
        "agents_300": decision_cost(),
        "summary": summary,
        "paired": differences,
        "cells_won": won,
        "cells_met": met,
        "seconds": round(perf_counter() - began_s, 1),
        "core_seconds": round(sum(result.seconds for result in results), 1),
        "machine": about,
        "commit": program,
        "commits": record.commits(results, quick=asked.quick),
    }


def _results(pool: ProcessPoolExecutor, asked: PacingAsked, record: Record, told: Told) -> Iterator[Result]:
    """What the record has, then the others as they are done."""
    methods = methods_for(asked.scenario, asked.methods)
    pairs = pairs_of(asked.scenario, asked.agents, asked.chances)
    settings = _settings(pool, [name for name in methods if is_tuned(name)], pairs, told)
    work = []
    for name, (n, p) in product(methods, pairs):
        for seed in asked.seeds[:1] if name == OPTIMUM else asked.seeds:
            cell = Cell(scenario=asked.scenario, n=n, p=p, seed=seed, quick=asked.quick)
            setting = settings.get((name, n, p))
            if found := record.found(name, cell, setting):
                yield found
            else:
                work.append(Job(method=name, cell=cell, setting=setting))
    work.sort(key=lambda job: job.cell.n)  # the longest first
    for result in _all(pool, work, told):
        record.add(result, quick=asked.quick)
        yield result


def methods_for(scenario: str, asked: Sequence[str]) -> list[str]:
    """Without a wish: our method, and what it is compared with where nothing has to be tuned."""
    if asked:
        return list(asked)
    if scenario == MEMORYLESS:  # its optimum hangs nothing up
        return [OURS[1], OPTIMUM]
    beside = {"mixed": [LINES], DAYS: []}.get(scenario, [] if scenario in MOVING else ["progressive"])
    return [OURS[0], *beside]


def summaries(results: Sequence[Result]) -> list[dict[str, object]]:
    groups: dict[tuple[str, int, float], list[Result]] = {}
    for result in results:
        groups.setdefault((result.method, result.n, result.p), []).append(result)
    return [_summary(*which, runs) for which, runs in groups.items()]


def _summary(method: str, n: int, p: float, runs: list[Result]) -> dict[str, object]:
    jumps = [run.abandonment_after_jump for run in runs if run.abandonment_after_jump is not None]
    return {
        "method": method,
        "n": n,
        "p": p,
        "seeds": len(runs),
        "utilisation": round(fmean(run.utilisation for run in runs), 4),
        "utilisation_ci95": round(interval([run.utilisation for run in runs]), 4),
        "abandonment": round(fmean(run.abandonment for run in runs), 4),
        "abandonment_most": max(run.abandonment for run in runs),
        "wait_s": round(fmean(run.wait_s for run in runs), 1),
        "calls_per_agent_hour": round(fmean(run.calls_per_agent_hour for run in runs), 2),
    } | ({"abandonment_after_jump": round(fmean(jumps), 4)} if jumps else {})


def _settings(
    pool: ProcessPoolExecutor, names: Sequence[str], pairs: Sequence[tuple[int, float]], told: Told
) -> dict[tuple[str, int, float], Setter]:
    """Of the peers that are tuned; what is not known yet is found now, and stored as soon as it is found."""
    known, wanted = stored(), [(name, n, p) for name in names for n, p in pairs]
    found = {which: known[which[0]][key] for which in wanted if (key := key_of(*which[1:])) in known.get(which[0], {})}
    waiting = {pool.submit(tune, *which): which for which in wanted if which not in found}
    stage = Stage(told, "settings tuned", len(waiting))
    for future in as_completed(waiting):
        name, n, p = which = waiting[future]
        found[which] = future.result()
        store(name, key_of(n, p), found[which])
        stage.one_done()
    return found


def _all(pool: ProcessPoolExecutor, work: Sequence[Job], told: Told) -> Iterator[Result]:
    waiting = [pool.submit(run_cell, job.method, job.cell, job.setting) for job in work]
    stage = Stage(told, "runs", len(waiting))
    for future in as_completed(waiting):
        stage.one_done()
        yield future.result()
