"""`make mutants`: plant faults in a copy of the product, one at a time, and see whether the simulation finds each.

A planted fault is a small replacement in one file, or in several (`tools/planted_faults.py`). The copy plays the golden
scenarios and runs in worlds with all kinds of faults (`tools/mutants_hunt.py`) until a violation shows, or the limit of
calls is reached. A fault that is not found means that a checker or a scenario is missing. What found it is then played
with the product as it is, which must pass: else nothing was found but a fault of the product.

    python tools/mutants.py             all of them
    python tools/mutants.py WORD        those whose reason or file has this word
    python tools/mutants.py --calls N   the limit for each, else 100,000
    python tools/mutants.py --json      for programs
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from compileall import compile_dir
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
HUNT = ROOT / "tools" / "mutants_hunt.py"
sys.path.insert(0, str(ROOT))

from tools.planted_faults import PLANTED, Edit, Fault  # noqa: E402  the folder is not a package of the product

CALLS_MAX = 100_000
WORLDS = 12
TIME_MAX_S = 1_800
NICENESS = 10


@dataclass(frozen=True)
class Found:
    """What became of one planted fault."""

    name: str
    found: bool
    how: str  # the play and the violation that showed it; or why it was not found
    calls: int
    seconds: float
    play: Any = None


def plant(edit: Edit, source: Path) -> None:
    """Into the copy. The text must be there exactly once."""
    path = source / "busyhour" / edit.file
    text = path.read_text()
    if text.count(edit.old) != 1:
        raise SystemExit(f"{edit.file}: {edit.old!r} is there {text.count(edit.old)} times, not once")
    path.write_text(text.replace(edit.old, edit.new))


def copy_of(source: Path, folder: Path) -> None:
    """With what is compiled, if it is: only what is planted is compiled anew."""
    shutil.copytree(source / "busyhour", folder / "busyhour", ignore=shutil.ignore_patterns("web"))


def run(source: Path, words: Sequence[str], program: Path = HUNT) -> Any:
    """What the hunt says of this copy. Raises `RuntimeError` when it says nothing."""
    try:
        done = subprocess.run(
            [sys.executable, str(program), *words],
            env=os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=TIME_MAX_S,
            check=False,
            cwd=source,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no answer in {TIME_MAX_S} s") from None
    if done.returncode != 0:
        raise RuntimeError(f"the hunt failed: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


def hunt(fault: Fault, base: Path, *, calls_max: int = CALLS_MAX, worlds: int = WORLDS, scenes: str = "") -> Found:
    began_s = perf_counter()
    with tempfile.TemporaryDirectory(prefix="busyhour-mutant-") as folder:
        copy_of(base, Path(folder))
        for edit in fault.edits:
            plant(edit, Path(folder))
        try:
            told = run(Path(folder), ["--calls", str(calls_max), "--worlds", str(worlds), "--scenes", scenes])
        except RuntimeError as failed:
            told = {"violation": None, "calls": 0, "play": None, "why": str(failed)}
    seconds = round(perf_counter() - began_s, 1)
    if told["violation"] is None:
        return Found(fault.why, False, told.get("why", "no violation"), told["calls"], seconds)
    how = f"{words_of(told['play'])}: {told['violation']}"
    return Found(fault.why, True, how, told["calls"], seconds, told["play"])


def words_of(play: Any) -> str:
    if isinstance(play, int):
        return f"world {play}"
    name, *fate = play
    return f'"{name}", {fate[0]} {fate[1]} {fate[2]}' if fate else f'"{name}"'


def confirmed(found: Sequence[Found], base: Path) -> list[Found]:
    """The product as it is must pass the plays that found them."""
    plays = [one.play for one in found if one.found]
    if not plays:
        return list(found)
    again = iter(run(base, ["--again", json.dumps(plays)]))
    sure: list[Found] = []
    for one in found:
        violation = next(again) if one.found else ""
        if violation:
            how = f"{words_of(one.play)}, which the product as it is does not pass: {violation}"
            one = Found(one.name, False, how, one.calls, one.seconds)  # noqa: PLW2901
        sure.append(one)
    return sure


def hunted(chosen: Sequence[Fault], base: Path, calls_max: int, jobs: int, console: Console) -> Iterator[Found]:
    """In the order in which they end."""
    with ThreadPoolExecutor(jobs) as pool, Progress(console=console, transient=True) as progress:
        task = progress.add_task("hunting", total=len(chosen))
        missed = 0
        for one in as_completed([pool.submit(hunt, fault, base, calls_max=calls_max) for fault in chosen]):
            missed += not one.result().found
            progress.update(task, advance=1, description=f"hunting, {missed} not found" if missed else "hunting")
            yield one.result()


def show(found: Sequence[Found], seconds: float, console: Console) -> None:
    table = Table("", "Planted fault", "Calls", "Seconds", "How")
    for one in found:
        mark = "[green]found[/]" if one.found else "[red]not found[/]"
        table.add_row(mark, one.name, f"{one.calls:,}", f"{one.seconds:.1f}", one.how.replace("[", "\\["))
    console.print(table)
    console.print(f"{sum(one.found for one in found)} of {len(found)} found, {seconds:.0f} s")


def figures(found: Sequence[Found], seconds: float) -> dict[str, object]:
    def listed(which: bool) -> list[dict[str, object]]:
        return [
            {k: v for k, v in asdict(one).items() if k not in ("found", "play")} for one in found if one.found is which
        ]

    return {"planted": len(found), "found": listed(True), "not_found": listed(False), "seconds": round(seconds, 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description="Plant faults and see whether they are found.")
    parser.add_argument("word", nargs="?", default="")
    parser.add_argument("--calls", type=int, default=CALLS_MAX)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    os.nice(NICENESS)
    began_s = perf_counter()
    chosen = [
        fault for fault in PLANTED if asked.word in fault.why or any(asked.word in edit.file for edit in fault.edits)
    ]
    places = {fault.why: n for n, fault in enumerate(chosen)}
    with tempfile.TemporaryDirectory(prefix="busyhour-mutants-") as folder:
        base = Path(folder)
        copy_of(SOURCE, base)  # what others change meanwhile is not hunted
        compile_dir(base, quiet=2)
        found = list(hunted(chosen, base, asked.calls, asked.jobs, Console(stderr=True)))
        found = confirmed(sorted(found, key=lambda one: places[one.name]), base)
    seconds = perf_counter() - began_s
    if asked.json:
        sys.stdout.write(json.dumps(figures(found, seconds), indent=2) + "\n")
    else:
        show(found, seconds, Console())
    return 0 if all(one.found for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
