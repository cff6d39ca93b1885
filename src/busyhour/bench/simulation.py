"""Runs the simulated world on the store in memory, and says what came of it."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

import msgspec

from busyhour.adapters.memory.store import MemoryStore
from busyhour.bench.machine import commit
from busyhour.service.errors import Invalid
from busyhour.sim.golden_fates import KINDS
from busyhour.sim.golden_series import named, play_scenes
from busyhour.sim.plan import Plan, Result
from busyhour.sim.series import Series, run_world, simulate
from busyhour.sim.shrink import Shrinker


def make_store(clock: Callable[[], float]) -> MemoryStore:
    return MemoryStore(clock=clock)


def run_simulation(
    *,
    calls: int,
    seed: int,
    groups: Sequence[str],
    jobs: int,
    shrink: bool,
    advance: Callable[[int], None],
    say: Callable[[str], None],
) -> Mapping[str, object]:
    """The figures of `busyhour simulate`."""
    series = simulate(calls=calls, seed=seed, groups=groups, jobs=jobs, make_store=make_store, advance=advance)
    figures = _figures(series)
    if series.failed is not None and series.failed_plan is not None:
        plan, result = series.failed_plan, series.failed
        if shrink:
            shrinker = Shrinker(plan, result, make_store, say)
            shrinker.shrink()
            plan, result = shrinker.plan, shrinker.result
        figures["failure"] = _failure(plan, result)
    return figures


def run_plan(text: bytes) -> Mapping[str, object]:
    """One world as it was described when it failed: the figures of `busyhour simulate --plan`."""
    try:
        plan = msgspec.json.decode(text, type=Plan)
    except msgspec.MsgspecError as fault:
        raise Invalid(f"This is not a simulated world: {fault}. Give the file that --save wrote.") from fault
    began_s = perf_counter()
    result = run_world(plan, make_store)
    figures: dict[str, object] = {
        "calls": result.calls,
        "events": result.events,
        "faults": result.faults,
        "violations": int(result.violation is not None),
        "trace_sha256": result.trace_sha256,
        "seconds": round(perf_counter() - began_s, 2),
        "outcomes": result.outcomes,
    }
    if result.violation is not None:
        figures["failure"] = _failure(plan, result)
    return figures


def run_golden(*, scenario: str, jobs: int, advance: Callable[[int, int], None]) -> Mapping[str, object]:
    """The figures of `busyhour simulate --golden`."""
    began_s = perf_counter()
    names = named(scenario)
    if not names:
        raise Invalid(f"No golden scenario has {scenario!r} in its name. They are: {'; '.join(named(''))}.")
    played = play_scenes(names, make_store, jobs=jobs, advance=lambda done: advance(done, len(names)))
    failures = [failure for one in played for failure in one.failures]
    figures: dict[str, object] = {
        "scenarios": len(played),
        "operations": sum(sum(one.operations.values()) for one in played),
        "operations_by_port": {port: sum(one.operations[port] for one in played) for port in KINDS},
        "runs": sum(one.runs for one in played),
        "violations": len(failures),
        "seconds": round(perf_counter() - began_s, 2),
    }
    if failures:
        figures["failures"] = failures
        figures["history"] = next(one.history for one in played if one.failures)
    return figures


def _figures(series: Series) -> dict[str, Any]:
    return {
        "calls": series.calls,
        "events": series.events,
        "faults": series.faults,
        "faults_per_100_calls": round(100 * series.faults / max(1, series.calls), 1),
        "violations": series.violations,
        "trace_sha256": series.trace_sha256,
        "seconds": round(series.seconds, 2),
        "calls_per_s": round(series.calls_per_s, 1),
        "processor_s": round(series.processor_s, 2),
        "calls_per_processor_s": round(series.calls / series.processor_s, 1),
        "seeds": series.seeds,
        "outcomes": series.outcomes,
    }


def _failure(plan: Plan, result: Result) -> dict[str, Any]:
    return {
        "seed": result.seed,
        "commit": commit(),
        "violation": result.violation,
        "plan": msgspec.to_builtins(plan),
        "history": result.history,
    }
