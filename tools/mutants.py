"""`make mutants`: plant faults in a copy of the product, one at a time, and see whether the simulation finds each.

A planted fault is a small replacement in one file (`tools/planted_faults.py`). The copy plays the golden scenarios and
runs in worlds with all kinds of faults (`tools/mutants_hunt.py`) until a violation shows, or the limit of calls is
reached. A fault that is not found means that a checker or a scenario is missing. The product as it is must pass the
scenarios; a world that it does not pass is named, and not used for the hunt.

    python tools/mutants.py             all of them
    python tools/mutants.py WORD        those whose reason or file has this word
    python tools/mutants.py --calls N   the limit for each, else 100,000
    python tools/mutants.py --quick     with some of the failing operations only
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
from typing import Any

from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
HUNT = ROOT / "tools" / "mutants_hunt.py"
sys.path.insert(0, str(ROOT))

from tools.planted_faults import PLANTED, Fault  # noqa: E402  the folder is not a package of the product

CALLS_MAX = 100_000
WORLDS = 40
TIME_MAX_S = 1_800
NICENESS = 10

Answer = dict[str, Any]


def plant(fault: Fault, source: Path) -> None:
    """Into the copy. The text must be there exactly once."""
    path = source / "busyhour" / fault.file
    text = path.read_text()
    if text.count(fault.old) != 1:
        raise SystemExit(f"{fault.file}: {fault.old!r} is there {text.count(fault.old)} times, not once")
    path.write_text(text.replace(fault.old, fault.new))


def copy_of(source: Path, folder: Path) -> None:
    shutil.copytree(source / "busyhour", folder / "busyhour", ignore=shutil.ignore_patterns("__pycache__", "web"))


def run(source: Path, words: list[str]) -> Answer:
    """What the hunt says of this copy."""
    try:
        done = subprocess.run(
            [sys.executable, str(HUNT), *words],
            env=os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=TIME_MAX_S,
            check=False,
            cwd=source,
            preexec_fn=lambda: os.nice(NICENESS - os.nice(0)),
        )
    except subprocess.TimeoutExpired:
        return {"calls": 0, "violation": None, "late": True}
    if done.returncode != 0:
        return {"calls": 0, "violation": f"it does not run: {done.stderr.strip().splitlines()[-1]}"}
    answer: Answer = json.loads(done.stdout.splitlines()[-1])
    return answer


def hunt(fault: Fault, base: Path, seeds: str, calls_max: int, *, quick: bool) -> Answer:
    with tempfile.TemporaryDirectory(prefix="busyhour-mutant-") as folder:
        copy_of(base, Path(folder))
        plant(fault, Path(folder))
        words = ["--worlds", seeds, "--calls", str(calls_max), *(["--quick"] if quick else [])]
        return run(Path(folder), words)


def sound_worlds(base: Path, console: Console, worlds: int) -> str | None:
    """The seeds of the worlds that the product passes; None when it does not pass the golden scenarios."""
    seeds = [str(seed) for seed in range(1, worlds + 1)]
    found = run(base, ["--worlds", ",".join(seeds), "--calls", "0", "--sound"])
    if found.get("violation") or found.get("late") or found["golden"]:
        console.print(f"[red]The product as it is does not pass, so that nothing can be told[/]: {found}", markup=True)
        return None
    for seed, text in found["worlds"].items():
        console.print(f"[yellow]not used: world {seed} fails as the product is[/]: {text}")
    return ",".join(seed for seed in seeds if seed not in found["worlds"])


def show(console: Console, fault: Fault, found: Answer) -> bool:
    mark = "[green]found    [/]" if found["violation"] else "[red]not found[/]"
    late = ", and the time was over" if found.get("late") else ""
    console.print(f"{mark} {fault.why}  [dim]{found['calls']} calls{late}[/]")
    if found["violation"]:
        console.print(f"          {found['violation']}", style="dim", markup=False)
    return bool(found["violation"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Plant faults and see whether they are found.")
    parser.add_argument("word", nargs="?", default="")
    parser.add_argument("--calls", type=int, default=CALLS_MAX)
    parser.add_argument("--quick", action="store_true", help="not every failing operation, only some")
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    console = Console(soft_wrap=True, highlight=False)
    chosen = [fault for fault in PLANTED if asked.word in fault.why or asked.word in fault.file]
    with tempfile.TemporaryDirectory(prefix="busyhour-mutants-") as folder, ThreadPoolExecutor(asked.jobs) as pool:
        base = Path(folder)
        copy_of(SOURCE, base)  # what others change meanwhile is not hunted
        seeds = sound_worlds(base, console, asked.worlds)
        if seeds is None:
            return 1
        answers = pool.map(lambda one: hunt(one, base, seeds, asked.calls, quick=asked.quick), chosen)
        found = sum(show(console, fault, answer) for fault, answer in zip(chosen, answers, strict=True))
    console.print(f"{found} of {len(chosen)} found")
    return 0 if found == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
