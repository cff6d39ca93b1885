"""Named suites: the goals of the test plan that are simulated, each with its number.

r6   10 % of the events lost, 10 % doubled, 10 % late by up to 5 s: the records are the ledger's
r8   the hours against an oracle of our own
r10  an engine stands still for longer than its lease while another takes over: nothing that it orders is obeyed
inbound  tenants that are called, too, with all kinds of faults: callers, queues, callbacks, by the carrier's ledger
r12  one-way partitions: nothing is broken, and all goes on soon after
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Any

import msgspec

from busyhour.sim.faults import GROUPS, Weather
from busyhour.sim.mishaps import LEASE_S
from busyhour.sim.partitions import PartitionWorld
from busyhour.sim.plan import Plan, Result
from busyhour.sim.series import MakeStore, plan_of, run_world, silence
from busyhour.sim.suite_hours import check_hours
from busyhour.sim.suite_names import NAMES
from busyhour.sim.world import World

CONTACTS_INBOUND = 150
Advance = Callable[[int, int], None]

UNHEARD = Weather(event_lost=0.1, event_doubled=0.1, event_late=0.1, admin_acts_per_h=0.0)
STANDSTILLS = Weather(pauses_per_h=360.0, pause_s=(LEASE_S + 0.5, 40.0), admin_acts_per_h=0.0)
PARTITIONED = Weather(event_lost=1e-12, reply_lost=1e-12, commit_unknown=1e-12, link_cuts_per_h=1e-12)
"""The last one says what checkers must allow for; the partitions themselves are made by `partitions`."""


@dataclass(slots=True)
class Outcome:
    """What a suite came to. `done` counts what its goal counts."""

    done: int = 0
    calls: int = 0
    runs: int = 0
    violation: str | None = None
    history: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        self.runs += 1
        self.calls += result.calls
        if result.violation is not None:
            self.violation, self.history = f"seed {result.seed}: {result.violation}", result.history


def _plans(contacts: int, weather: Weather, seed: int, *, tenants: int = 3, agents: int = 8) -> Iterator[Plan]:
    return (Plan(seed=one, calls=contacts, tenants=tenants, agents=agents, weather=weather) for one in count(seed))


def unheard(goal: int, seed: int, make_store: MakeStore, advance: Advance) -> Outcome:
    outcome = Outcome()
    for plan in _plans(1_000, UNHEARD, seed):
        outcome.add(World(plan, make_store).run())
        outcome.done = outcome.calls
        advance(outcome.done, goal)
        if outcome.violation is not None or outcome.done >= goal:
            return outcome
    raise AssertionError("seeds do not end")


def hours(goal: int, seed: int, _: MakeStore, advance: Advance) -> Outcome:
    counts, difference = check_hours(goal, seed, lambda done: advance(done, goal))
    return Outcome(done=counts.pop("checks"), runs=1, violation=difference, more=counts)


def standstills(goal: int, seed: int, make_store: MakeStore, advance: Advance) -> Outcome:
    outcome = Outcome()
    for plan in _plans(200, STANDSTILLS, seed, tenants=2, agents=3):
        world = World(plan, make_store)
        outcome.add(world.run())
        outcome.done += world.mishaps.replaced
        advance(outcome.done, goal)
        if outcome.violation is not None or outcome.done >= goal:
            return outcome
    raise AssertionError("seeds do not end")


def partitions(goal: int, seed: int, make_store: MakeStore, advance: Advance) -> Outcome:
    outcome = Outcome()
    kinds: dict[str, int] = {}
    for plan in _plans(200, PARTITIONED, seed, tenants=2, agents=3):
        world = PartitionWorld(plan, make_store)
        outcome.add(world.run())
        for name, times in world.partitions.items():
            kinds[name] = kinds.get(name, 0) + times
        outcome.done = sum(kinds.values())
        advance(outcome.done, goal)
        if outcome.violation is not None or outcome.done >= goal:
            outcome.more = {"kinds": dict(sorted(kinds.items()))}
            return outcome
    raise AssertionError("seeds do not end")


def inbound(goal: int, seed: int, make_store: MakeStore, advance: Advance) -> Outcome:
    outcome = Outcome()
    for one in count(seed):
        result = run_world(msgspec.structs.replace(plan_of(one, GROUPS, CONTACTS_INBOUND), inbound=True), make_store)
        outcome.add(result)
        for name, times in result.outcomes.items():
            if name.startswith("caller "):
                outcome.more[name] = outcome.more.get(name, 0) + times
        outcome.done = outcome.calls
        advance(outcome.done, goal)
        if outcome.violation is not None or outcome.done >= goal:
            return outcome
    raise AssertionError("seeds do not end")


SUITES: dict[str, tuple[str, int, Callable[[int, int, MakeStore, Advance], Outcome]]] = {
    "r6": ("calls", 100_000, unheard),
    "r8": ("checks", 10_000_000, hours),
    "r10": ("standstills", 500, standstills),
    "r12": ("partitions", 1_000, partitions),
    "inbound": ("calls", 20_000, inbound),
}
"""Name: what is counted, the goal, the suite."""
assert tuple(SUITES) == NAMES


def run_suite(name: str, *, goal: int | None, seed: int, make_store: MakeStore, advance: Advance) -> dict[str, Any]:
    silence()
    counted, usual, suite = SUITES[name]
    began_s = perf_counter()
    outcome = suite(goal or usual, seed, make_store, advance)
    figures: dict[str, Any] = {
        "suite": name,
        counted: outcome.done,
        "goal": goal or usual,
        "runs": outcome.runs,
        "calls": outcome.calls,
        **dict(sorted(outcome.more.items())),
        "violations": int(outcome.violation is not None),
        "seconds": round(perf_counter() - began_s, 2),
    }
    if outcome.violation is not None:
        figures["failures"] = [outcome.violation]
        figures["history"] = outcome.history
    return figures
