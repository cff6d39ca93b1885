"""`busyhour drill NAME`: which drills there are, and their figures. The installation is a fresh one of its own.

A long drill is done in rounds of the everyday size, each with a load of its own that is judged when it has ended. Each
round is told when it is over; with a record, it is written down, and the next run of the drill goes on where this one
ended. The first round with a fault is the last one, and its folder is kept; of a limit in time that was missed, nothing
is left to look at, so the drill goes on.
"""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from busyhour.bench.drills import DRILLS
from busyhour.bench.drills.bad_link import harm_link
from busyhour.bench.drills.database_stop import stop_database
from busyhour.bench.drills.engine_kill import kill_engine, kill_recovery
from busyhour.bench.drills.failover import fail_over, fail_over_behind
from busyhour.bench.drills.import_load import import_while_dialing
from busyhour.bench.drills.partition import part
from busyhour.bench.drills.pbx_restart import restart_pbx
from busyhour.bench.drills.scene import DrillSettings, Need, Scene
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.standstill import stand_still
from busyhour.bench.drills.upgrade import upgrade
from busyhour.bench.drills.verdict import Verdict
from busyhour.bench.machine import commit, machine
from busyhour.service.errors import NotFound
from busyhour.settings import Settings

Drill = Callable[[Scene, int], Awaitable[tuple[Verdict, Seen]]]


@dataclass(frozen=True)
class Kind:
    """How often it is done when nobody says, which is also how often in one round; and what it needs."""

    work: Drill
    times: int
    needs: frozenset[Need] = frozenset()


KNOWN: Final[dict[str, Kind]] = {
    "engine-kill": Kind(kill_engine, 30),
    "recovery-kill": Kind(kill_recovery, 5),
    "pbx-restart": Kind(restart_pbx, 3),
    "database-stop": Kind(stop_database, 5),
    "database-failover": Kind(fail_over, 3, frozenset({Need.STANDBY})),
    "database-failover-async": Kind(fail_over_behind, 3, frozenset({Need.STANDBY_BEHIND})),
    "proxy": Kind(harm_link, 1, frozenset({Need.PBX_PROXY})),
    "partition": Kind(part, 1, frozenset({Need.PBX_PROXY, Need.DATABASE_PROXY})),
    "standstill": Kind(stand_still, 5, frozenset({Need.PBX_PROXY, Need.SECOND_ENGINE})),
    "upgrade": Kind(upgrade, 5, frozenset({Need.OWN_PROGRAM})),
    "import": Kind(import_while_dialing, 1),
}
assert tuple(KNOWN) == DRILLS


@dataclass
class Told:
    """What was seen of one drill, over its rounds."""

    verdict: Verdict
    seen: Seen
    times: int = 0
    seconds: float = 0.0

    def add(self, other: "Told") -> None:
        self.verdict.add(other.verdict)
        self.seen.add(other.seen)
        self.times += other.times
        self.seconds += other.seconds

    def as_json(self) -> dict[str, Any]:
        return {"times": self.times, **self.seen.as_json(), **self.verdict.as_json(), "seconds": round(self.seconds, 1)}

    def raw(self) -> dict[str, Any]:
        return {"verdict": asdict(self.verdict), "seen": self.seen.raw(), "times": self.times, "seconds": self.seconds}

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Told":
        return cls(Verdict(**raw["verdict"]), Seen.of(raw["seen"]), raw["times"], raw["seconds"])

    @classmethod
    def nothing(cls) -> "Told":
        return cls(Verdict(), Seen())


def drill(
    settings: Settings, *, name: str, times: int | None, record: Path | None, say: Callable[[str], None]
) -> dict[str, Any]:
    """For the command line. Of the settings only the PBX program is taken."""
    if name not in KNOWN:
        raise NotFound(f"There is no drill {name!r}. Choose one of: {', '.join(DRILLS)}.")
    program = {} if settings.pbx_program is None else {"BUSYHOUR_PBX_PROGRAM": str(settings.pbx_program)}
    folder = Path(tempfile.mkdtemp(prefix="busyhour-drill-"))
    folder.chmod(0o711)  # the database's own user has to pass
    wanted = DrillSettings(environment=program, folder=folder)
    told = recorded(record, name)
    left = max(0, (times or KNOWN[name].times) - told.times)
    kept = ""
    try:
        if left:
            asyncio.run(_rounds(wanted, name, left, told, writer(record, name), say))
    except BaseException:
        kept = str(folder)
        say(f"What was there is kept in {kept}.")
        raise
    if told.verdict.faults:
        kept = str(folder)
    else:
        shutil.rmtree(folder)
    return {**told.as_json(), **_about(wanted), "kept": kept}


async def run_drills(wanted: DrillSettings, orders: Sequence[tuple[str, int]]) -> dict[str, dict[str, Any]]:
    """One after the other on one installation, each with a load of its own. Figures by name, ready for JSON."""
    figures: dict[str, dict[str, Any]] = {}
    async with Scene(wanted, frozenset[Need]().union(*(KNOWN[name].needs for name, _ in orders))) as scene:
        for name, times in orders:
            figures[name] = {**(await _round(scene, name, times)).as_json(), **_about(wanted)}
    return figures


async def _rounds(
    wanted: DrillSettings, name: str, left: int, told: Told, write: Callable[[Told], None], say: Callable[[str], None]
) -> None:
    """Adds to `told`, round by round; the first with a fault is the last."""
    kind, in_all = KNOWN[name], told.times + left
    async with Scene(wanted, kind.needs) as scene:
        while told.times < in_all and not told.verdict.faults:
            latest = await _round(scene, name, min(kind.times, in_all - told.times))
            told.add(latest)
            write(latest)
            load = psutil.getloadavg()[0]
            found = f"{told.verdict.faults} faults, {len(told.verdict.late)} late, in {told.verdict.calls} calls"
            say(f"{name}: {told.times} of {in_all}, {found}, load {load:.1f}")


async def _round(scene: Scene, name: str, times: int) -> Told:
    begin_s = time.monotonic()
    verdict, seen = await KNOWN[name].work(scene, times)
    return Told(verdict, seen, times, time.monotonic() - begin_s)


def _about(wanted: DrillSettings) -> dict[str, Any]:
    return {"seed": wanted.seed, "machine": machine(), "commit": commit()}


def recorded(record: Path | None, name: str) -> Told:
    """What earlier runs wrote down, up to their first fault, which is to be looked at and not to be counted again."""
    told = Told.nothing()
    if record is not None and record.exists():
        for line in record.read_text().splitlines():
            row = json.loads(line)
            if row["drill"] == name and not (one := Told.of(row)).verdict.faults:
                told.add(one)
    return told


def writer(record: Path | None, name: str) -> Callable[[Told], None]:
    def write(latest: Told) -> None:
        if record is None:
            return
        row = {"drill": name, "at_utc_s": time.time(), "commit": commit(), **latest.raw()}
        with record.open("a") as out:
            out.write(json.dumps(row) + "\n")

    return write
