"""Each seed twice, in processes whose sets and dicts of strings have other orders: the histories must be equal."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from time import perf_counter

from busyhour.bench.simulation import make_store
from busyhour.sim.faults import GROUPS
from busyhour.sim.series import plan_of, run_world

CONTACTS = 30  # of one world
HASH_SEEDS = ("1", "2")
WORK = "import sys; from busyhour.bench.replay import traces; traces(int(sys.argv[1]), int(sys.argv[2]))"


def traces(first: int, seeds: int) -> None:
    """In a process of its own: one line a seed."""
    for seed in range(first, first + seeds):
        result = run_world(plan_of(seed, GROUPS, CONTACTS), make_store)
        sys.stdout.write(f"{seed} {result.trace_sha256}\n")
        sys.stdout.flush()


def run_replay(*, seeds: int, first: int, advance: Callable[[int, int], None]) -> Mapping[str, object]:
    """The figures of `busyhour simulate --replay`."""
    began_s = perf_counter()
    children = [
        subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-c", WORK, str(first), str(seeds)],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in HASH_SEEDS
    ]
    same, different = 0, list[str]()
    outputs = [child.stdout for child in children if child.stdout is not None]
    for one, other in zip(*outputs, strict=True):
        if one == other:
            same += 1
        else:
            different.append(one.split()[0])
        advance(same + len(different), seeds)
    ended_well = all(child.wait() == 0 for child in children) and same + len(different) == seeds
    return {
        "seeds": seeds,
        "same": same,
        "violations": len(different) + (not ended_well),
        "failures": [f"seed {seed} has two histories" for seed in different],
        "seconds": round(perf_counter() - began_s, 2),
    }
