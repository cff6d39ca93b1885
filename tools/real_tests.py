"""`make test`'s second half: the tests on the real thing; what fails there may be looked at once more.

A browser's first sound, or a phone that registers while the machine stands still for a second, can fail a test that is
right, once in a while. Up to `SECOND_LOOKS_MAX` failed tests are run again in a process of their own, on a PBX,
database and browser of their own. What fails again is a failure; what passes is told by name as UNSTEADY, with its
first failure above it. No second look has what carries the marker `once` (it judges what may never happen, whatever
the machine's pace: lost or doubled calls, simulated worlds), nor a test in which Asterisk crashed. The reasons are in
docs/decisions/0028.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

SECOND_LOOKS_MAX = 3
CRASHED = "Asterisk crashed"
BIN = Path(sys.executable).parent


@dataclass(eq=False)
class Failures:
    """A plugin of pytest's that remembers what failed, and what of it is final."""

    names: list[str] = field(default_factory=list)
    final: dict[str, str] = field(default_factory=dict)
    """Why there is no second look, by name."""
    _once: set[str] = field(default_factory=set)

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        self._once = {item.nodeid for item in items if item.get_closest_marker("once")}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.failed:
            return
        if report.nodeid not in self.names:
            self.names.append(report.nodeid)
        if report.nodeid in self._once:
            self.final[report.nodeid] = "it may never fail"
        elif CRASHED in report.longreprtext:
            self.final[report.nodeid] = CRASHED

    def no_second_look(self) -> str | None:
        """Why not; None when there may be one."""
        if self.final:
            return "; ".join(f"{name}: {why}" for name, why in self.final.items())
        if len(self.names) > SECOND_LOOKS_MAX:
            return f"{len(self.names)} failed, and no more than {SECOND_LOOKS_MAX} are looked at again"
        return None if self.names else "no test failed, but pytest did"


def run(arguments: list[str]) -> int:
    """`arguments` choose the tests, as pytest takes them. Answers the exit code of `make test`."""
    console, failures = Console(soft_wrap=True, markup=False, highlight=False), Failures()
    code = int(pytest.main(arguments, plugins=[failures]))
    if code != pytest.ExitCode.TESTS_FAILED:
        return code
    if (why := failures.no_second_look()) is not None:
        console.print(f"No second look: {why}")
        return code
    console.print(f"A second look, alone, at: {', '.join(failures.names)}")
    options = [word for word in arguments if word.startswith("--rootdir")]
    again = subprocess.run((str(BIN / "pytest"), *options, *failures.names), check=False)
    if again.returncode != 0:
        return code
    for name in failures.names:
        console.print(f"UNSTEADY {name} failed once and passed alone: a fault of it, or of the product, is to be found")
    return 0


if __name__ == "__main__":
    sys.exit(run(["-m", "real", *sys.argv[1:]]))
