"""What the command line needs of the whole product in this process. `main` gives it; the commands stay thin."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from busyhour.cli.progress import Progress
from busyhour.settings import Settings


class Check(Struct, frozen=True, kw_only=True):
    """One thing that `busyhour doctor` looked at."""

    name: str
    ok: bool
    found: str  # what is there, in a few words
    mend: str = ""  # what to do when it is not ok
    needed: bool = True  # False: Busyhour runs without it, less well


class PacingAsked(Struct, frozen=True, kw_only=True):
    """What `busyhour bench pacing` is to run. Empty `methods`, `agents` and `chances` stand for the usual ones."""

    scenario: str = "static"
    methods: Sequence[str] = ()
    agents: Sequence[int] = ()
    chances: Sequence[float] = ()
    seeds: Sequence[int] = ()
    quick: bool = False
    jobs: int = 1
    plot: Path | None = None
    record: Path | None = None


class Wiring(Protocol):
    """All of these block until done; they raise `UserError` with what to do next."""

    def up(self, demo: bool, settings: Settings, progress: Progress) -> None:
        """Run everything until asked to stop (Ctrl-C or SIGTERM), then stop all of it. Returns when all is stopped."""

    def restart(self, settings: Settings, progress: Progress) -> Mapping[str, object]:
        """Have the running program followed by the one that is installed now, with the calls up. Answers
        `version_before`, `version`, `calls` (up just before), `steps` (of the schema), `away_s` (no page)."""

    def doctor(self, settings: Settings) -> list[Check]: ...

    def create_admin(self, settings: Settings, login: str) -> str:
        """Make an administrator; answers the random password, which is stored nowhere in clear."""

    def demo_call_in(self, settings: Settings, *, number: str | None, count: int, every_s: float) -> list[str]:
        """Pretended people call this number of a running `up --demo` (None: the demo queue's); answers from which
        numbers."""

    def bench_calls(self, settings: Settings, *, calls: int) -> Mapping[str, object]: ...

    def bench_callers(
        self, settings: Settings, *, callers: int, agents: int, seconds: float
    ) -> Mapping[str, object]: ...

    def bench_overload(
        self, settings: Settings, *, agents: int, waiting_max: int, seconds: float, seed: int, progress: Progress
    ) -> Mapping[str, Any]: ...

    def bench_races(self, settings: Settings, *, races: int, agents: int) -> Mapping[str, object]: ...

    def bench_predictive(
        self, settings: Settings, *, dials: int, compare: int, agents: int, answers: float
    ) -> Mapping[str, object]: ...

    def bench_import(self, settings: Settings, *, rows: int, work: Path | None) -> Mapping[str, object]: ...

    def bench_store(self, settings: Settings, *, commits: int) -> Mapping[str, object]: ...

    def bench_hopper(self, settings: Settings, *, contacts: int) -> Mapping[str, object]: ...

    def bench_core(self) -> Mapping[str, object]: ...

    def pacing_methods(self) -> tuple[str, ...]:
        """Their names."""

    def pacing_scenarios(self) -> tuple[str, ...]:
        """Their names."""

    def bench_pacing(self, asked: PacingAsked, progress: Progress) -> Mapping[str, object]: ...

    def simulate(
        self, *, calls: int, seed: int, groups: Sequence[str], jobs: int, shrink: bool, progress: Progress
    ) -> Mapping[str, object]:
        """Worlds of pretended carriers, agents and faults around the real engine; stops at the first violation."""

    def play(self, *, plan: bytes, progress: Progress) -> Mapping[str, object]:
        """One of those worlds again, by its plan in JSON. Raises `UserError` when that is none."""

    def golden(self, *, scenario: str, jobs: int, progress: Progress) -> Mapping[str, object]:
        """The golden scenarios with this word in their name, each with every operation failing once."""

    def suites(self) -> tuple[str, ...]:
        """Their names."""

    def suite(self, *, name: str, goal: int | None, seed: int, progress: Progress) -> Mapping[str, object]:
        """One goal of the test plan, simulated until its number is reached, or `goal`."""

    def replay(self, *, seeds: int, first: int, progress: Progress) -> Mapping[str, object]:
        """Each of so many seeds twice, in processes with other hash seeds."""

    def drills(self) -> tuple[str, ...]:
        """Their names."""

    def drill(
        self, settings: Settings, *, name: str, times: int | None, record: Path | None, progress: Progress
    ) -> Mapping[str, object]:
        """Figures; `violations` is how many faults were found, `complaints` says which."""
