"""Runs in a process of its own, on a copy of the product: which bent world shows what is planted there, made small.

Prints one line of JSON. With `--plans` it plays those worlds only, and tells the violation of each, or nothing.

    python shrunk_hunt.py --worlds 8          with the copy on `PYTHONPATH`
    python shrunk_hunt.py --plans no-fence.json ...
"""

import argparse
import json
import signal
import sys
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from busyhour.sim.plan import Plan, Result  # noqa: E402
from busyhour.sim.series import plan_of, run_world, silence  # noqa: E402
from busyhour.sim.shrink import Shrinker  # noqa: E402
from tools.mutants_hunt import CONTACTS, GROUPS, NeverEnds, make_store, too_long  # noqa: E402

WORLD_MAX_S, SHRINK_MAX_S = 60, 240  # of the processor's time


def played(plan: Plan) -> Result | None:
    """None: it never ends, or a fault got through to here; neither can be made small."""
    signal.setitimer(signal.ITIMER_PROF, WORLD_MAX_S)
    try:
        return run_world(plan, make_store)
    except (NeverEnds, Exception):
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def made_small(plan: Plan, result: Result) -> Shrinker:
    """As far as the time goes."""
    shrinker = Shrinker(plan, result, make_store, lambda _: None)
    signal.setitimer(signal.ITIMER_PROF, SHRINK_MAX_S)
    try:
        shrinker.shrink()
    except NeverEnds:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return shrinker


def hunt(worlds: int) -> dict[str, object]:
    for seed in range(1, worlds + 1):
        plan = plan_of(seed, GROUPS, CONTACTS)
        result = played(plan)
        if result is not None and result.violation is not None:
            small = made_small(plan, result)
            return {"plan": msgspec.to_builtins(small.plan), "violation": small.result.violation}
    return {"plan": None, "violation": None}


def violations_of(files: list[str]) -> list[str | None]:
    results = [played(msgspec.json.decode(Path(file).read_bytes(), type=Plan)) for file in files]
    return [result.violation if result is not None else "it never ends, or fails" for result in results]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=0)
    parser.add_argument("--plans", nargs="*", default=())
    asked = parser.parse_args()
    silence()
    signal.signal(signal.SIGPROF, too_long)
    answer: object = violations_of(asked.plans) if asked.plans else hunt(asked.worlds)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
