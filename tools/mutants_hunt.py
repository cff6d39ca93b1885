"""Runs in a process of its own, on a copy of the product: what the golden scenarios and the bent worlds say of it.

First each scenario as it is, and some of its fates; then worlds; at last every fate. The first violation ends it.
Prints one line of JSON. `python mutants_hunt.py --worlds 1,2,5 --calls 100000`, with the copy on `PYTHONPATH`.
"""

import argparse
import json
import sys
from collections.abc import Iterator

from busyhour.bench.simulation import make_store
from busyhour.sim.golden import play_all
from busyhour.sim.golden_list import SCENES
from busyhour.sim.series import plan_of, run_world

CONTACTS = 200  # of one world: a fault shows early or in another world
GROUPS = tuple("ABCDEFG")
FEW, SOME, ALL = 1_000, 23, 1  # one fate in so many


def golden(every: int) -> Iterator[tuple[int, str]]:
    """(calls, violation or nothing) of each scenario; a run of one is at least as many calls as it has contacts."""
    for scene in SCENES:
        played = play_all(scene, make_store, every=every, failures_max=1)
        yield played.runs * len(scene.contacts), played.failures[0] if played.failures else ""


def worlds(seeds: list[int]) -> Iterator[tuple[int, str]]:
    for seed in seeds:
        result = run_world(plan_of(seed, GROUPS, CONTACTS), make_store)
        yield max(1, result.calls), f"world {seed}: {result.violation}" if result.violation else ""


def looks(seeds: list[int], *, quick: bool) -> Iterator[tuple[int, str]]:
    yield from golden(FEW)
    yield from golden(SOME)
    yield from worlds(seeds)
    if not quick:
        yield from golden(ALL)


def hunt(seeds: list[int], calls_max: int, *, quick: bool) -> dict[str, object]:
    calls = 0
    for made, violation in looks(seeds, quick=quick):
        calls += made
        if violation or calls >= calls_max:
            return {"calls": calls, "violation": violation or None}
    return {"calls": calls, "violation": None}


def sound(seeds: list[int]) -> dict[str, object]:
    """Of the product as it is: the first golden scenario that fails, and the worlds that do."""
    failing = {seed: found for seed, (_, found) in zip(seeds, worlds(seeds), strict=True) if found}
    return {"golden": next((found for _, found in golden(SOME) if found), None), "worlds": failing}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--sound", action="store_true")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    seeds = [int(seed) for seed in asked.worlds.split(",") if seed]
    answer = sound(seeds) if asked.sound else hunt(seeds, asked.calls, quick=asked.quick)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
