"""An immediate stop of the private PostgreSQL under load, as `pg_ctl stop -m immediate`: no good-bye, no checkpoint."""

import asyncio
import signal
import time
from functools import partial
from typing import Final

import psutil

from busyhour.bench.drills.desk_truth import untrue_desks
from busyhour.bench.drills.scene import Scene, kill
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import Verdict

LIVE_MIN: Final = 20
BACK_MAX_S: Final = 30.0  # for the database to be started again by the product
SERVICE_MAX_S: Final = 5.0  # R7: from the database's return to the next call
SENT_MAX_S: Final = 1.0  # R7: no new intent later than this after the loss
STEADY_S: Final = 2.0


async def stop_database(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    await scene.begin_load(20 + 12 * times)
    seen, late, untrue = Seen(), list[str](), list[str]()
    for _ in range(times):
        await scene.wait_live(LIVE_MIN)
        await asyncio.sleep(scene.random.uniform(0, STEADY_S))
        before = postmaster(scene)
        seen.sample("live_calls", scene.note("database").live)
        seen.counts["stops"] += 1
        lost_s = time.time()
        kill(before[0], signal.SIGQUIT)
        await scene.until(partial(_another, scene, before[0]), BACK_MAX_S, "the database is started again")
        back_s = time.time()
        seen.sample("database_away_s", back_s - lost_s)
        await scene.until_well(BACK_MAX_S)
        await scene.until(partial(_dialing, scene, back_s), BACK_MAX_S, "calls are made again")
        service_s = time.time() - back_s
        seen.sample("service_after_return_s", service_s)
        seen.sample("load", psutil.getloadavg()[0])
        if service_s > SERVICE_MAX_S:
            late.append(f"next call {service_s:.1f} s after the database's return")
        if blind := scene.dialed(lost_s + SENT_MAX_S, back_s):
            late.append(f"{blind} calls were sent while there was no database")
        untrue += await untrue_desks(scene, seen)
    verdict = await scene.end_load()
    verdict.late += late
    verdict.untrue += untrue
    return verdict, seen


def postmaster(scene: Scene) -> tuple[int, str]:
    """Process and state, as the server itself writes them; 0 when there is none."""
    try:
        lines = (scene.product.folder / "db" / "cluster" / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip()
    except (OSError, ValueError, IndexError):
        return 0, ""


def _another(scene: Scene, old: int) -> bool:
    pid, state = postmaster(scene)
    return pid not in (0, old) and state == "ready"


def _dialing(scene: Scene, since_s: float) -> bool:
    return scene.dialed(since_s, time.time()) > 0
