"""kill -9 of the engine at random moments under load, on one installation, and once more while it recovers.

Most kills are of the engine's process alone, which `busyhour up` starts again by itself. Every tenth is of `busyhour
up` with its engine, which a service manager has to start: that start loads the program first.
"""

import asyncio
import json
import time
from datetime import datetime
from typing import Final

import psutil

from busyhour.bench.drills.desk_truth import untrue_desks
from busyhour.bench.drills.log import lines_of
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import Verdict
from busyhour.bench.product import Product

LIVE_MIN: Final = 20
BETWEEN_MAX_S: Final = 2.0  # a random part of it passes before each kill
RECOVERY_MAX_S: Final = 0.6  # killed again within this time
AGAIN_MAX: Final = 3
WHOLE_EVERY: Final = 10
ADOPTED_MAX_S: Final = 10.0  # R4


async def kill_engine(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    """Again and again; a last time when nothing more is to be dialed."""
    await scene.begin_load(20 + 6 * times)
    seen, untrue = Seen(), list[str]()
    for turn in range(1, times + 1):
        await _wait_for_a_moment(scene)
        _note(scene, seen, "engine")
        await _kill_and_wait(scene, seen, whole=turn % WHOLE_EVERY == 0)
        untrue += await untrue_desks(scene, seen)
    await scene.wait_live(LIVE_MIN)
    await scene.stop_dialing()
    scene.note("engine")  # with as many calls as are left by then
    seen.counts["kills"] += 1
    await _kill_and_wait(scene, seen, whole=False)
    return await _end(scene, seen, untrue)


async def kill_recovery(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    """Killed, and killed again up to three times before it has recovered."""
    await scene.begin_load(20 + 10 * times)
    seen, untrue = Seen(), list[str]()
    for _ in range(times):
        await _wait_for_a_moment(scene)
        _note(scene, seen, "engine")
        killed_s = time.time()
        await scene.product.kill_engine()
        for _ in range(scene.random.randint(1, AGAIN_MAX)):
            await asyncio.sleep(scene.random.uniform(0, RECOVERY_MAX_S))
            scene.note("recovery")
            await scene.product.kill_engine()
            begun = _floor_begun_s(scene.product, killed_s)
            seen.counts["kills_soon_after_recovery" if begun else "kills_in_recovery"] += 1
            killed_s = time.time()
        await _wait_adopted(scene, seen, killed_s, "")
        untrue += await untrue_desks(scene, seen)
    return await _end(scene, seen, untrue)


async def _wait_for_a_moment(scene: Scene) -> None:
    await scene.wait_live(LIVE_MIN)
    await asyncio.sleep(scene.random.uniform(0, BETWEEN_MAX_S))
    await scene.wait_live(LIVE_MIN)


def _note(scene: Scene, seen: Seen, kind: str) -> None:
    seen.sample("live_calls", scene.note(kind).live)
    seen.counts["kills"] += 1


async def _kill_and_wait(scene: Scene, seen: Seen, *, whole: bool) -> None:
    killed_s = time.time()
    if whole:
        seen.counts["kills_whole"] += 1
        await scene.product.kill()
        killed_s = time.time()  # who starts it again is not part of the product
        scene.product.spawn()
    else:
        await scene.product.kill_engine()
    await _wait_adopted(scene, seen, killed_s, "whole_" if whole else "")


async def _wait_adopted(scene: Scene, seen: Seen, killed_s: float, kind: str) -> None:
    await scene.product.wait_ready()
    seen.sample(f"{kind}ready_s", time.time() - killed_s)
    engine = scene.product.engine()
    assert engine is not None
    spent = engine.cpu_times()
    seen.sample(f"{kind}start_cpu_s", spent.user + spent.system)
    begun_s = _floor_begun_s(scene.product, killed_s)
    assert begun_s is not None
    seen.sample(f"{kind}adopted_s", begun_s - killed_s)
    seen.sample("load", psutil.getloadavg()[0])


def _floor_begun_s(product: Product, since_s: float) -> float | None:
    """When the engine's log says that it has taken its calls over; None: not since then."""
    for line in reversed(lines_of(product.folder, '"floor begun"')):
        at_s = datetime.fromisoformat(json.loads(line)["timestamp"]).timestamp()
        return at_s if at_s >= since_s else None
    return None


async def _end(scene: Scene, seen: Seen, untrue: list[str]) -> tuple[Verdict, Seen]:
    verdict = await scene.end_load()
    verdict.untrue += untrue
    adopted_s = seen.samples.get("adopted_s", []) + seen.samples.get("whole_adopted_s", [])
    verdict.late += [f"calls adopted after {s:.1f} s" for s in adopted_s if s > ADOPTED_MAX_S]
    return verdict, seen
