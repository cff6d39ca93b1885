"""A bad link between the engine and the PBX, one kind of fault after the other; then it heals."""

import asyncio
import time
from typing import Any, Final

from busyhour.bench.drills.fault_proxy import Fault
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.verdict import Verdict

LIVE_MIN: Final = 20
BAD_S: Final = 6.0
HALF_OPEN_S: Final = 18.0  # longer than the silence after which a link counts as dead
HEALED_MAX_S: Final = 15.0  # R12


async def harm_link(scene: Scene, times: int) -> tuple[Verdict, dict[str, Any]]:
    """`times` passes of every fault."""
    assert scene.proxy is not None
    await scene.begin_load(30 + times * len(Fault) * 12)
    healed_s: dict[str, float] = {}
    harmed: dict[str, int] = {}
    late = []
    for fault in list(Fault) * times:
        await scene.wait_live(LIVE_MIN)
        scene.note("link")
        before = scene.proxy.harmed
        async with scene.proxy.misbehaving(fault):
            await asyncio.sleep(HALF_OPEN_S if fault is Fault.HALF_OPEN else BAD_S)
        begin_s = time.monotonic()
        try:
            await scene.until_well(2 * HEALED_MAX_S)
        except TimeoutError as stays:
            late.append(f"after {fault}: {stays}")
        took_s = time.monotonic() - begin_s
        healed_s[fault] = round(max(took_s, healed_s.get(fault, 0.0)), 1)
        harmed[fault] = harmed.get(fault, 0) + scene.proxy.harmed - before
    verdict = await scene.end_load()
    verdict.late += late + [f"well only {s:.1f} s after {fault}" for fault, s in healed_s.items() if s > HEALED_MAX_S]
    verdict.late += [f"{fault} harmed nothing: the drill itself is wrong" for fault, n in harmed.items() if n == 0]
    return verdict, {"passes": times, "harmed": harmed, "well_after_s": healed_s}
