"""`busyhour drill NAME`: which drills there are, and their figures. The installation is a fresh one of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from busyhour.bench.drills import DRILLS
from busyhour.bench.drills.bad_link import harm_link
from busyhour.bench.drills.database_stop import stop_database
from busyhour.bench.drills.engine_kill import kill_engine, kill_recovery
from busyhour.bench.drills.pbx_restart import restart_pbx
from busyhour.bench.drills.scene import DrillSettings, Scene
from busyhour.bench.drills.verdict import Verdict
from busyhour.bench.machine import commit, machine
from busyhour.service.errors import NotFound
from busyhour.settings import Settings

Drill = Callable[[Scene, int], Awaitable[tuple[Verdict, dict[str, Any]]]]

KNOWN: Final[dict[str, tuple[Drill, int]]] = {
    "engine-kill": (kill_engine, 30),
    "recovery-kill": (kill_recovery, 5),
    "pbx-restart": (restart_pbx, 3),
    "database-stop": (stop_database, 5),
    "proxy": (harm_link, 1),
}
"""Each with how often it is done when nobody says."""
assert tuple(KNOWN) == DRILLS
PROXIED: Final = frozenset({"proxy"})


def drill(settings: Settings, *, name: str, times: int | None) -> dict[str, Any]:
    """For the command line. Of the settings only the PBX program is taken."""
    if name not in KNOWN:
        raise NotFound(f"There is no drill {name!r}. Choose one of: {', '.join(DRILLS)}.")
    program = {} if settings.pbx_program is None else {"BUSYHOUR_PBX_PROGRAM": str(settings.pbx_program)}
    wanted = DrillSettings(environment=program)
    return asyncio.run(run_drills(wanted, [(name, times or KNOWN[name][1])]))[name]


async def run_drills(wanted: DrillSettings, orders: Sequence[tuple[str, int]]) -> dict[str, dict[str, Any]]:
    """One after the other on one installation, each with a load of its own. Figures by name, ready for JSON."""
    about = {"seed": wanted.seed, "machine": machine(), "commit": commit()}
    proxied = any(name in PROXIED for name, _ in orders)
    figures: dict[str, dict[str, Any]] = {}
    async with Scene(wanted, proxied=proxied) as scene:
        for name, times in orders:
            begin_s = time.monotonic()
            verdict, seen = await KNOWN[name][0](scene, times)
            figures[name] = {**seen, **verdict.as_json(), **about, "seconds": round(time.monotonic() - begin_s, 1)}
    return figures
