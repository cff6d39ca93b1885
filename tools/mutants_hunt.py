"""Runs in a process of its own, on a copy of the product: what the golden scenarios and the bent worlds say of it.

In this order, until a violation shows: each scenario as it is; one of so many of their fates; worlds; all other fates.
Prints one line of JSON. With `--again` it plays those plays only: whether the product as it is passes them.

    python mutants_hunt.py --calls 100000 [--scenes WORD] [--worlds N]       with the copy on `PYTHONPATH`
    python mutants_hunt.py --again '[["answered and handled", "order", 1, "late"], 5]'
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

from busyhour.adapters.memory.store import MemoryStore
from busyhour.sim.golden import fates_of, play
from busyhour.sim.golden_fates import Fate, Fates
from busyhour.sim.golden_list import SCENES
from busyhour.sim.golden_scene import Scene
from busyhour.sim.series import plan_of, run_world, silence

CONTACTS = 100  # of one world: a fault shows early or in another world
GROUPS = tuple("ABCDEFG")
SOME = 23  # one fate in so many, before the worlds
PLAY_MAX_S, WORLD_MAX_S = 20, 120  # of the processor's time: a play takes some hundredths of a second


def make_store(clock: Callable[[], float]) -> MemoryStore:
    return MemoryStore(clock=clock)


Play = list[Any]
"""The name of a scenario, or that and a fate (port, n, kind); or the number of a world."""


class NeverEnds(KeyboardInterrupt):
    """Goes through an event loop, which takes other exceptions for those of one callback."""


def too_long(_signal: int, _frame: object) -> None:
    raise NeverEnds


def judged(one: Play | int) -> tuple[int, str, Fates | None]:
    """(calls that were dialed, violation or nothing, what may fail in this play)."""
    signal.setitimer(signal.ITIMER_PROF, WORLD_MAX_S if isinstance(one, int) else PLAY_MAX_S)
    try:
        if isinstance(one, int):
            result = run_world(plan_of(one, GROUPS, CONTACTS), make_store)
            return result.calls, result.violation or "", None
        return _played(one)
    except NeverEnds:
        return 0, "it never ends", None
    except Exception as fault:
        return 0, f"it fails: {fault!r}", None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _played(one: Play) -> tuple[int, str, Fates]:
    [scene] = (scene for scene in SCENES if scene.name == one[0])
    fate = Fate(*one[1:]) if len(one) > 1 else None
    result, fates = play(scene, fate, make_store)
    violation = result.violation or ""
    if not violation and fate is None and result.outcomes != scene.outcomes:
        violation = f"came to {result.outcomes}, not {scene.outcomes}"
    return result.calls, violation, fates


def plays(scenes: list[Scene], worlds: int) -> Iterator[tuple[Play | int, int, str]]:
    """Each play with its calls and its violation."""
    fated: list[Play] = []
    for scene in scenes:
        calls, violation, fates = judged([scene.name])
        yield [scene.name], calls, violation
        if fates is not None:
            fated += [[scene.name, fate.port, fate.n, fate.kind] for fate in fates_of(fates)]
    for one in fated[::SOME]:
        yield one, *judged(one)[:2]
    for seed in range(1, worlds + 1):
        yield seed, *judged(seed)[:2]
    for n, one in enumerate(fated):
        if n % SOME:
            yield one, *judged(one)[:2]


def hunt(scenes: list[Scene], worlds: int, calls_max: int) -> dict[str, object]:
    calls = 0
    for one, made, violation in plays(scenes, worlds):
        calls += made
        if violation:
            return {"calls": calls, "violation": violation, "play": one}
        if calls >= calls_max:
            break
    return {"calls": calls, "violation": None, "play": None}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--scenes", default="")
    parser.add_argument("--worlds", type=int, default=0)
    parser.add_argument("--again", default="")
    asked = parser.parse_args()
    silence()
    signal.signal(signal.SIGPROF, too_long)
    if asked.again:
        answer: object = [judged(one)[1] for one in json.loads(asked.again)]
    else:
        answer = hunt([scene for scene in SCENES if asked.scenes in scene.name], asked.worlds, asked.calls)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
