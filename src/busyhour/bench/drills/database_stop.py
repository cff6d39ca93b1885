"""An immediate stop of the private PostgreSQL under load, as `pg_ctl stop -m immediate`: no good-bye, no checkpoint."""

import asyncio
import signal
import time
from functools import partial
from typing import Any, Final

from busyhour.bench.bare_ari import percentile
from busyhour.bench.drills.scene import Scene, kill
from busyhour.bench.drills.verdict import Verdict

LIVE_MIN: Final = 20
BACK_MAX_S: Final = 30.0  # for the database to be started again by the product
SERVICE_MAX_S: Final = 5.0  # R7: from the database's return to the next call
SENT_MAX_S: Final = 1.0  # R7: no new intent later than this after the loss
STEADY_S: Final = 2.0


async def stop_database(scene: Scene, times: int) -> tuple[Verdict, dict[str, Any]]:
    await scene.begin_load(20 + 12 * times)
    away_s, service_s, late = [], [], []
    for _ in range(times):
        await scene.wait_live(LIVE_MIN)
        await asyncio.sleep(scene.random.uniform(0, STEADY_S))
        before = postmaster(scene)
        scene.note("database")
        lost_s = time.time()
        kill(before[0], signal.SIGQUIT)
        await scene.until(partial(_another, scene, before[0]), BACK_MAX_S, "the database is started again")
        back_s = time.time()
        away_s.append(back_s - lost_s)
        await scene.until_well(BACK_MAX_S)
        await scene.until(partial(_dialing, scene, back_s), BACK_MAX_S, "calls are made again")
        service_s.append(time.time() - back_s)
        if blind := _dialed(scene, lost_s + SENT_MAX_S, back_s):
            late.append(f"{blind} calls were sent while there was no database")
    verdict = await scene.end_load()
    verdict.late += late + [f"next call {s:.1f} s after the database's return" for s in service_s if s > SERVICE_MAX_S]
    figures = {
        "stops": times,
        "live_calls_min": min((incident.live for incident in scene.incidents), default=0),
        "database_away_s_p50": round(percentile(away_s, 0.5), 2),
        "database_away_s_max": round(max(away_s, default=0.0), 2),
        "service_after_return_s_p50": round(percentile(service_s, 0.5), 2),
        "service_after_return_s_max": round(max(service_s, default=0.0), 2),
    }
    return verdict, figures


def postmaster(scene: Scene) -> tuple[int, str]:
    """Process and state, as the server itself writes them; 0 when there is none."""
    try:
        lines = (scene.product.folder / "db" / "cluster" / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip()
    except (OSError, ValueError, IndexError):
        return 0, ""


def _dialed(scene: Scene, from_s: float, until_s: float) -> int:
    return sum(from_s < dialog.invited_s < until_s for dialog in scene.carrier.ledger.read().values())


def _another(scene: Scene, old: int) -> bool:
    pid, state = postmaster(scene)
    return pid not in (0, old) and state == "ready"


def _dialing(scene: Scene, since_s: float) -> bool:
    return _dialed(scene, since_s, time.time()) > 0
