"""Many worlds, one after another or on several processors, until as many calls were made as asked for.

A seed gives its plan: most worlds have all the faults that were asked for, some only a few kinds, more or less often;
one in four has callers.
"""

import gc
import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import count, islice
from random import Random
from time import perf_counter, process_time
from typing import Any

import structlog
from msgspec import Struct

from busyhour.sim.faults import Weather
from busyhour.sim.inbound import InboundMixedWorld, InboundWorld
from busyhour.sim.partitions import MixedWorld
from busyhour.sim.plan import Plan, Result
from busyhour.sim.world import World

MakeStore = Callable[[Callable[[], float]], Any]

CONTACTS_OF_WORLD = ((100_000, 3_000), (1_000, 1_000))  # by how many calls are wanted; of fewer, half as many
CONTACTS_MIN = 50
INBOUND_SHARE = 0.25  # of the worlds with several kinds of faults: some of their tenants are called, too
SUPERVISED_SHARE = 0.5  # of all worlds; the others are what they were before there were supervisors
COLLECT_EVERY = (200_000, 20, 20)  # objects, young collections, middle ones
AHEAD_MAX = 4  # worlds begun for each processor before their results are taken


class Series(Struct, frozen=True, kw_only=True):
    """What a run of many worlds came to."""

    calls: int
    events: int
    faults: int
    violations: int
    trace_sha256: str  # of the traces of all worlds, in the order of their seeds
    seconds: float
    processor_s: float  # of all processors
    seeds: int
    outcomes: dict[str, int]
    failed: Result | None  # the first world with a violation
    failed_plan: Plan | None

    @property
    def calls_per_s(self) -> float:
        return self.calls / self.seconds


def plan_of(seed: int, groups: Sequence[str], contacts: int) -> Plan:
    dice = Random(f"plan {seed}")
    chosen = tuple(groups)
    if len(groups) > 1 and dice.random() < 0.3:
        chosen = tuple(sorted(dice.sample(chosen, dice.randint(1, len(chosen)))))
    weather = Weather.of(chosen).scaled(dice.choice([0.3, 1.0, 1.0, 2.0])) if chosen else Weather.calm()
    agents = dice.choice([3, 8, 8, 16])
    with_agents = dice.random() < 0.5
    inbound = len(groups) > 1 and dice.random() < INBOUND_SHARE
    return Plan(
        seed=seed,
        calls=contacts,
        agents=agents,
        weather=weather,
        with_agents=with_agents,
        inbound=inbound,
        supervised=Random(f"supervised {seed}").random() < SUPERVISED_SHARE,
    )


def run_world(plan: Plan, make_store: MakeStore) -> Result:
    silence()
    with seldom_collected():
        world = world_of(plan, make_store)
        result = world.run()
        world.clear()
        del world  # else the collection that follows would find it in use
    return result


def world_of(plan: Plan, make_store: MakeStore) -> World:
    if plan.inbound:
        return (InboundMixedWorld if plan.weather.partitions_per_h else InboundWorld)(plan, make_store)
    return (MixedWorld if plan.weather.partitions_per_h else World)(plan, make_store)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """A world makes millions of objects and few cycles: it is looked through for those less often. It is one large
    cycle itself, and cleared away in the end, so that no more than one is in memory."""
    before = gc.get_threshold()
    gc.collect()  # what is left of the world before would stay for ever: 25 MB of each
    gc.freeze()  # what is there now is not looked through again
    gc.set_threshold(*COLLECT_EVERY)
    try:
        yield
    finally:
        gc.collect()  # first: with the old thresholds it would be looked through at once, and not as a whole
        gc.set_threshold(*before)


def silence() -> None:
    """The engines of a bent world have a lot to complain about."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("critical"), logger_factory=structlog.ReturnLoggerFactory()
    )


def simulate(
    *,
    calls: int,
    seed: int,
    groups: Sequence[str],
    jobs: int,
    make_store: MakeStore,
    advance: Callable[[int], None] = lambda calls: None,
) -> Series:
    """Worlds of the seeds `seed`, `seed + 1`, ... until `calls` calls were made, or one shows a violation."""
    began_s = perf_counter()
    contacts = next((many for wanted, many in CONTACTS_OF_WORLD if calls >= wanted), max(CONTACTS_MIN, calls // 2))
    plans = (plan_of(s, groups, contacts) for s in count(seed))
    made = events = faults = seeds = 0
    processor_s = 0.0
    trace, outcomes = hashlib.sha256(), dict[str, int]()
    failed: tuple[Plan, Result] | None = None
    for plan, result, took_s in _results(plans, make_store, jobs):
        processor_s += took_s
        made, events, faults, seeds = made + result.calls, events + result.events, faults + result.faults, seeds + 1
        trace.update(result.trace_sha256.encode())
        for name, n in result.outcomes.items():
            outcomes[name] = outcomes.get(name, 0) + n
        advance(made)
        if result.violation is not None:
            failed = plan, result
        if failed is not None or made >= calls:
            break
    return Series(
        calls=made,
        events=events,
        faults=faults,
        violations=int(failed is not None),
        trace_sha256=trace.hexdigest(),
        seconds=perf_counter() - began_s,
        processor_s=processor_s,
        seeds=seeds,
        outcomes=dict(sorted(outcomes.items())),
        failed=failed[1] if failed else None,
        failed_plan=failed[0] if failed else None,
    )


def _timed(plan: Plan, make_store: MakeStore) -> tuple[Result, float]:
    began_s = process_time()
    return run_world(plan, make_store), process_time() - began_s


def _results(plans: Iterator[Plan], make_store: MakeStore, jobs: int) -> Iterator[tuple[Plan, Result, float]]:
    """In the order of the plans, whatever ends first; and the processor's time for each."""
    if jobs == 1:
        for plan in plans:
            yield plan, *_timed(plan, make_store)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        under_way = [(plan, pool.submit(_timed, plan, make_store)) for plan in islice(plans, jobs * AHEAD_MAX)]
        try:
            while True:
                plan, result = under_way.pop(0)
                yield plan, *result.result()
                following = next(plans)
                under_way.append((following, pool.submit(_timed, following, make_store)))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
