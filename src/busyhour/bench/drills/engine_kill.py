"""kill -9 of the engine at random moments under load, on one installation, and once more while it recovers."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psutil

from busyhour.bench.bare_ari import percentile
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.verdict import Verdict
from busyhour.bench.product import Product

LIVE_MIN: Final = 20
BETWEEN_MAX_S: Final = 2.0  # a random part of it passes before each kill
RECOVERY_MAX_S: Final = 2.0  # killed again within this time
AGAIN_MAX: Final = 3
ADOPTED_MAX_S: Final = 10.0  # R4
LOG_TAIL_BYTES: Final = 256 * 1024


@dataclass
class Starts:
    """How long after its exec the engine had its calls again, and answered on its port; and what that cost."""

    adopted_s: list[float] = field(default_factory=list)
    ready_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    async def start(self, product: Product) -> None:
        exec_s = time.time()
        self.ready_s.append(await product.start())
        spent = psutil.Process(product.pid).cpu_times()
        self.cpu_s.append(spent.user + spent.system)
        self.adopted_s.append(_floor_begun_s(product) - exec_s)

    def as_json(self) -> dict[str, float]:
        figures = {"adopted_s": self.adopted_s, "ready_s": self.ready_s, "start_cpu_s": self.cpu_s}
        found = {}
        for name, values in figures.items():
            found[f"{name}_p50"] = round(percentile(values, 0.50), 2)
            found[f"{name}_p99"] = round(percentile(values, 0.99), 2)
            found[f"{name}_max"] = round(max(values, default=0.0), 2)
        return found


def _floor_begun_s(product: Product) -> float:
    """When the engine's log says that it has taken its calls over."""
    with (product.folder / "log" / "busyhour.log").open("rb") as log:
        log.seek(max(0, log.seek(0, 2) - LOG_TAIL_BYTES))
        lines = log.read().decode(errors="replace").splitlines()
    begun = next(line for line in reversed(lines) if '"floor begun"' in line)
    return datetime.fromisoformat(json.loads(begun)["timestamp"]).timestamp()


async def kill_engine(scene: Scene, times: int) -> tuple[Verdict, dict[str, Any]]:
    """Again and again; a last time when nothing more is to be dialed."""
    await scene.begin_load(20 + 6 * times)
    starts = Starts()
    for _ in range(times):
        await _wait_for_a_moment(scene)
        scene.note("engine")
        await scene.product.kill()
        await starts.start(scene.product)
    await scene.wait_live(LIVE_MIN)
    await scene.stop_dialing()
    scene.note("engine")
    await scene.product.kill()
    await starts.start(scene.product)
    return await _end(scene, starts)


async def kill_recovery(scene: Scene, times: int) -> tuple[Verdict, dict[str, Any]]:
    """Killed, and killed again up to three times before it has recovered."""
    await scene.begin_load(20 + 15 * times)
    starts, again = Starts(), 0
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
        await starts.start(scene.product)
    verdict, figures = await _end(scene, starts)
    return verdict, figures | {"kills_in_recovery": again}


async def _wait_for_a_moment(scene: Scene) -> None:
    await scene.wait_live(LIVE_MIN)
    await asyncio.sleep(scene.random.uniform(0, BETWEEN_MAX_S))


async def _end(scene: Scene, starts: Starts) -> tuple[Verdict, dict[str, Any]]:
    verdict = await scene.end_load()
    verdict.late += [f"calls adopted after {s:.1f} s" for s in starts.adopted_s if s > ADOPTED_MAX_S]
    live = [incident.live for incident in scene.incidents if incident.kind == "engine"]
    figures: dict[str, Any] = {"kills": len(starts.ready_s), "live_calls_min": min(live, default=0)}
    figures["live_calls_p50"] = percentile([float(n) for n in live], 0.5)
    return verdict, figures | starts.as_json()
