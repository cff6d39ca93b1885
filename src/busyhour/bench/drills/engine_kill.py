"""kill -9 of the engine at random moments under load, on one installation, and once more while it recovers."""

import asyncio
from typing import Any, Final

from busyhour.bench.bare_ari import percentile
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.verdict import Verdict

LIVE_MIN: Final = 20
BETWEEN_MAX_S: Final = 2.0  # a random part of it passes before each kill
RECOVERY_MAX_S: Final = 2.0  # killed again within this time
AGAIN_MAX: Final = 3
ADOPTED_MAX_S: Final = 10.0  # R4


async def kill_engine(scene: Scene, times: int) -> tuple[Verdict, dict[str, Any]]:
    """Again and again; a last time when nothing more is to be dialed."""
    await scene.begin_load(20 + 6 * times)
    ready_s = []
    for _ in range(times):
        await _wait_for_a_moment(scene)
        scene.note("engine")
        await scene.product.kill()
        ready_s.append(await scene.product.start())
    return await _end(scene, ready_s)


async def kill_recovery(scene: Scene, times: int) -> tuple[Verdict, dict[str, Any]]:
    """Killed, and killed again up to three times before it has recovered."""
    await scene.begin_load(20 + 15 * times)
    ready_s, again = [], 0
    for _ in range(times):
        await _wait_for_a_moment(scene)
        scene.note("engine")
        await scene.product.kill()
        for _ in range(scene.random.randint(1, AGAIN_MAX)):
            scene.product.spawn()
            await asyncio.sleep(scene.random.uniform(0, RECOVERY_MAX_S))
            scene.note("recovery")
            await scene.product.kill()
            again += 1
        ready_s.append(await scene.product.start())
    verdict, figures = await _end(scene, ready_s)
    return verdict, figures | {"kills_in_recovery": again}


async def _wait_for_a_moment(scene: Scene) -> None:
    await scene.wait_live(LIVE_MIN)
    await asyncio.sleep(scene.random.uniform(0, BETWEEN_MAX_S))


async def _end(scene: Scene, ready_s: list[float]) -> tuple[Verdict, dict[str, Any]]:
    verdict = await scene.end_load()
    verdict.late += [f"ready after {s:.1f} s" for s in ready_s if s > ADOPTED_MAX_S]
    live = [incident.live for incident in scene.incidents if incident.kind == "engine"]
    figures = {
        "kills": len(ready_s),
        "live_calls_p50": percentile([float(n) for n in live], 0.5),
        "live_calls_min": min(live, default=0),
        "ready_s_p50": round(percentile(ready_s, 0.50), 2),
        "ready_s_p99": round(percentile(ready_s, 0.99), 2),
        "ready_s_max": round(max(ready_s, default=0.0), 2),
    }
    return verdict, figures
