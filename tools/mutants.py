"""`make mutants`: plant faults in a copy of the product, one at a time, and see whether the simulated world finds each.

A planted fault is a small replacement in one file (`tools/planted_faults.py`). The copy runs in worlds with all kinds
of faults until a violation shows, or the limit of calls is reached. A fault that is not found means that a checker is
missing.

    python tools/mutants.py             all of them
    python tools/mutants.py WORD        those whose reason or file has this word
    python tools/mutants.py --calls N   the limit for each, else 100,000
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
sys.path.insert(0, str(ROOT))

from tools.planted_faults import PLANTED, Fault  # noqa: E402  the folder is not a package of the product

CALLS_MAX = 100_000
CONTACTS = 200  # of one world: a fault shows early or in another world
TIME_MAX_S = 900

RUN = """
import json, sys
from busyhour.bench.simulation import make_store
from busyhour.sim.series import plan_of, run_world
calls, seed, result = 0, 0, None
while calls < int(sys.argv[1]):
    seed += 1
    result = run_world(plan_of(seed, tuple("ABCDEFG"), int(sys.argv[2])), make_store)
    calls += max(1, result.calls)
    if result.violation:
        break
print(json.dumps({"calls": calls, "seed": seed, "violation": result.violation}))
"""


def plant(fault: Fault, source: Path) -> None:
    """Into the copy. The text must be there exactly once."""
    path = source / "busyhour" / fault.file
    text = path.read_text()
    if text.count(fault.old) != 1:
        raise SystemExit(f"{fault.file}: {fault.old!r} is there {text.count(fault.old)} times, not once")
    path.write_text(text.replace(fault.old, fault.new))


def hunt(fault: Fault | None, calls_max: int) -> dict[str, object]:
    """What the worlds say of this fault; None: of the product as it is."""
    with tempfile.TemporaryDirectory(prefix="busyhour-mutant-") as folder:
        source = Path(folder)
        shutil.copytree(SOURCE / "busyhour", source / "busyhour", ignore=shutil.ignore_patterns("__pycache__", "web"))
        if fault is not None:
            plant(fault, source)
        command = [sys.executable, "-c", RUN, str(calls_max), str(CONTACTS)]
        try:
            done = subprocess.run(
                command,
                env=os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
                timeout=TIME_MAX_S,
                check=False,
                cwd=source,
            )
        except subprocess.TimeoutExpired:
            return {"calls": 0, "violation": None, "late": True}
    if done.returncode != 0:
        return {"calls": 0, "violation": f"it does not run: {done.stderr.strip().splitlines()[-1]}"}
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> int:
    parser = argparse.ArgumentParser(description="Plant faults and see whether they are found.")
    parser.add_argument("word", nargs="?", default="")
    parser.add_argument("--calls", type=int, default=CALLS_MAX)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    console = Console(soft_wrap=True, highlight=False)
    chosen = [fault for fault in PLANTED if asked.word in fault.why or asked.word in fault.file]
    missed = 0
    sound = hunt(None, asked.calls)
    if sound["violation"] or sound.get("late"):
        console.print(f"[red]The product as it is does not pass, so that nothing can be told[/]: {sound}", markup=True)
        return 1
    with ThreadPoolExecutor(asked.jobs) as pool:
        for fault, found in zip(chosen, pool.map(lambda one: hunt(one, asked.calls), chosen), strict=True):
            missed += not found["violation"]
            mark = "[green]found    [/]" if found["violation"] else "[red]not found[/]"
            console.print(f"{mark} {fault.why}  [dim]{found['calls']} calls[/]")
            if found["violation"]:
                console.print(f"          {found['violation']}", style="dim", markup=False)
    console.print(f"{len(chosen) - missed} of {len(chosen)} found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
