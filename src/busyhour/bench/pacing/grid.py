"""Runs many cells on several processes, and sums them up: the figures of `busyhour bench pacing`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from time import perf_counter

from msgspec import Struct

from busyhour.bench.machine import commit, machine
from busyhour.bench.pacing.cells import Result, run_cell
from busyhour.bench.pacing.cost import decision_cost
from busyhour.bench.pacing.plot import check_name, draw
from busyhour.bench.pacing.roster import LINES, OPTIMUM, OURS, Setter, is_tuned
from busyhour.bench.pacing.scenarios import MEMORYLESS, MOVING, STATIC, Cell
from busyhour.bench.pacing.tuning import key_of, store, stored, tune

AGENTS, CHANCES = (5, 10, 25, 50, 100, 300), (0.1, 0.2, 0.35, 0.5)
MEMORYLESS_CELLS = ((5, 0.1), (5, 0.2), (5, 0.5), (10, 0.2), (25, 0.2))
MOVING_AGENTS = (10, 50)
BIMODAL_CELLS = tuple((n, p) for n in (5, 25, 100) for p in (0.1, 0.35))
# Student's t for a two-sided interval of 95 %, by degrees of freedom.
T95 = (0.0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)

Advance = Callable[[float, float], None]


class Job(Struct, frozen=True, kw_only=True):
    method: str
    cell: Cell
    setting: Setter | None = None


def pairs_of(scenario: str, agents: Sequence[int], chances: Sequence[float]) -> list[tuple[int, float]]:
    """The (agents, chance) of a scenario; what is not asked for is as in the published table."""
    if agents or chances or scenario == STATIC:
        return [(n, p) for n in (agents or AGENTS) for p in (chances or CHANCES)]
    if scenario == MEMORYLESS:
        return list(MEMORYLESS_CELLS)
    if scenario == "bimodal":
        return list(BIMODAL_CELLS)
    return [(n, 0.2) for n in MOVING_AGENTS]


def bench_pacing(
    *,
    scenario: str,
    methods: Sequence[str],
    agents: Sequence[int],
    chances: Sequence[float],
    seeds: Sequence[int],
    quick: bool,
    jobs: int,
    plot: Path | None,
    advance: Advance,
) -> Mapping[str, object]:
    if plot is not None:
        check_name(plot)
    methods = methods_for(scenario, methods)
    began_s, about = perf_counter(), machine()
    pairs = pairs_of(scenario, agents, chances)
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        settings = _settings(pool, [name for name in methods if is_tuned(name)], pairs, advance)
        work = [
            Job(
                method=name,
                cell=Cell(scenario=scenario, n=n, p=p, seed=seed, quick=quick),
                setting=settings.get((name, n, p)),
            )
            for name in methods
            for n, p in pairs
            for seed in (seeds[:1] if name == OPTIMUM else seeds)
        ]
        work.sort(key=lambda job: job.cell.n)  # the longest first
        results = list(_all(pool, work, advance))
    results.sort(key=lambda r: (r.n, r.p, r.method, r.seed))
    summary = summaries(results)
    if plot is not None:
        draw(summary, plot)
    return {
        "scenario": scenario,
        "cells": results,
        "agents_300": decision_cost(),
        "summary": summary,
        "seconds": round(perf_counter() - began_s, 1),
        "core_seconds": round(sum(result.seconds for result in results), 1),
        "machine": about,
        "commit": commit(),
    }


def methods_for(scenario: str, asked: Sequence[str]) -> list[str]:
    """Without a wish: our method, and what it is compared with where nothing has to be tuned."""
    if asked:
        return list(asked)
    if scenario == MEMORYLESS:  # its optimum hangs nothing up
        return [OURS[1], OPTIMUM]
    beside = {"mixed": [LINES]}.get(scenario, [] if scenario in MOVING else ["progressive"])
    return [OURS[0], *beside]


def summaries(results: Sequence[Result]) -> list[dict[str, object]]:
    groups: dict[tuple[str, int, float], list[Result]] = {}
    for result in results:
        groups.setdefault((result.method, result.n, result.p), []).append(result)
    return [_summary(*which, runs) for which, runs in groups.items()]


def interval(values: Sequence[float]) -> float:
    """Half the width of the 95 % interval of the mean."""
    if len(values) < 2:
        return 0.0
    t = T95[min(len(values) - 1, len(T95) - 1)]
    return t * stdev(values) / sqrt(len(values))


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
    pool: ProcessPoolExecutor, names: Sequence[str], pairs: Sequence[tuple[int, float]], advance: Advance
) -> dict[tuple[str, int, float], Setter]:
    """Of the peers that are tuned; what is not known yet is found now, and stored as soon as it is found."""
    tuned = stored()
    missing = [(name, n, p) for name in names for n, p in pairs if key_of(n, p) not in tuned.get(name, {})]
    waiting = {pool.submit(tune, *which): which for which in missing}
    for done, future in enumerate(as_completed(waiting), 1):
        name, n, p = waiting[future]
        tuned.setdefault(name, {})[key_of(n, p)] = future.result()
        store(tuned)
        advance(done, len(waiting))
    return {(name, n, p): tuned[name][key_of(n, p)] for name in names for n, p in pairs}


def _all(pool: ProcessPoolExecutor, work: Sequence[Job], advance: Advance) -> Iterator[Result]:
    waiting = [pool.submit(run_cell, job.method, job.cell, job.setting) for job in work]
    for done, future in enumerate(as_completed(waiting), 1):
        advance(done, len(waiting))
        yield future.result()
