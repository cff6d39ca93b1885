"""Small worlds that show a fault, one for each planted fault that a bent world finds: the tests of `tests/sim/shrunk`.

A fault of `tools/planted_faults.py` is planted in a copy of the product. Worlds with all kinds of faults are played
there until one shows a violation; that one is made small, and kept under the fault's name if the product as it is
passes it. `tests/sim/test_shrunk.py` plays all of them. A change of the product gives a world another history, so that
it may not show its fault any more: `--again` tells which, and they are hunted anew by name.

    python tools/shrunk.py              all planted faults that have no world yet
    python tools/shrunk.py WORD         those whose reason or file has this word, anew
    python tools/shrunk.py --again      which worlds still show their fault
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.mutants import SOURCE, copy_of, plant, run  # noqa: E402  the folder is not a package of the product
from tools.planted_faults import PLANTED, Fault  # noqa: E402

FOLDER = ROOT / "tests" / "sim" / "shrunk"
HUNT = ROOT / "tools" / "shrunk_hunt.py"
WORLDS = 8
CALLS_MAX = 60  # contacts of a world that is kept: all of them are played each day


def file_of(fault: Fault) -> Path:
    return FOLDER / (re.sub("[^a-z0-9]+", "-", fault.why.lower()).strip("-") + ".json")


def asked_with(fault: Fault, words: Sequence[str]) -> Any:
    """What `shrunk_hunt.py` says of a copy in which this is planted. Raises `RuntimeError` when it says nothing."""
    with tempfile.TemporaryDirectory(prefix="busyhour-shrunk-") as folder:
        copy_of(SOURCE, Path(folder))
        for edit in fault.edits:
            plant(edit, Path(folder))
        return run(Path(folder), words, HUNT)


def shown(fault: Fault) -> str:
    """The violation that its world shows when it is planted again; empty when it shows none."""
    [violation] = asked_with(fault, ["--plans", str(file_of(fault))])
    return violation or ""


def hunted(fault: Fault, worlds: int) -> str:
    """Find a world and keep it. What came of it, in words."""
    try:
        told = asked_with(fault, ["--worlds", str(worlds)])
    except RuntimeError as failed:
        return str(failed)
    plan, file = told["plan"], file_of(fault)
    if plan is None:
        return f"none of {worlds} worlds shows it"
    if plan["calls"] > CALLS_MAX:
        return f"not made small: {plan['calls']} contacts"
    with tempfile.TemporaryDirectory(prefix="busyhour-shrunk-") as folder:
        draft = Path(folder) / file.name
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(plan)) + b"\n")
        [violation] = run(SOURCE, ["--plans", str(draft)], HUNT)
        if violation:
            return f"the product as it is does not pass it either: {violation}"
        file.write_bytes(draft.read_bytes())
    return f"{plan['calls']} contacts: {told['violation']}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("word", nargs="?", default="")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    console = Console(stderr=True)
    FOLDER.mkdir(exist_ok=True)
    named = [fault for fault in PLANTED if asked.word in fault.why or asked.word in fault.file]
    if asked.again:
        chosen = [fault for fault in named if file_of(fault).exists()]
    else:
        chosen = [fault for fault in named if asked.word or not file_of(fault).exists()]
    work = shown if asked.again else lambda fault: hunted(fault, asked.worlds)
    silent = 0
    with ThreadPoolExecutor(asked.jobs) as pool, Progress(console=console, transient=True) as progress:
        task = progress.add_task("playing", total=len(chosen))
        of = {pool.submit(work, fault): fault for fault in chosen}
        for one in as_completed(of):
            silent += not one.result()
            console.print(f"{of[one].why}: {one.result() or 'no longer shown'}", markup=False, highlight=False)
            progress.advance(task)
    if silent:
        raise SystemExit(f"{silent} of {len(chosen)} worlds do not show their fault any more: hunt them anew by name")


if __name__ == "__main__":
    main()
