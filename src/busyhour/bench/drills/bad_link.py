"""A bad link between the engine and the PBX, one kind of fault after the other; then it heals."""

import asyncio
import time
from typing import Final

import psutil

from busyhour.bench.drills.desk_truth import untrue_desks
from busyhour.bench.drills.fault_proxy import ONE_WAY, Fault
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import Verdict

BAD: Final = [fault for fault in Fault if fault not in ONE_WAY]
LIVE_MIN: Final = 20
BAD_S: Final = 6.0
HALF_OPEN_S: Final = 18.0  # longer than the silence after which a link counts as dead
HEALED_MAX_S: Final = 15.0  # R12


async def harm_link(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    """`times` passes of every fault."""
    assert scene.proxy is not None
    await scene.begin_load(30 + times * len(BAD) * 12)
    seen, late, untrue = Seen(), list[str](), list[str]()
    seen.counts["passes"] += times
    for fault in BAD * times:
        await scene.wait_live(LIVE_MIN)
        scene.note("link")
        before = scene.proxy.harmed
        async with scene.proxy.misbehaving(fault):
            await asyncio.sleep(HALF_OPEN_S if fault is Fault.HALF_OPEN else BAD_S)
        seen.counts[f"harmed_{fault}"] += scene.proxy.harmed - before
        late += await healed(scene, seen, fault)
        untrue += await untrue_desks(scene, seen)
    verdict = await scene.end_load()
    verdict.untrue += untrue
    verdict.late += late + [f"{f} harmed nothing: the drill is wrong" for f in BAD if not seen.counts[f"harmed_{f}"]]
    return verdict, seen


async def healed(scene: Scene, seen: Seen, fault: str) -> list[str]:
    """How long until all is well again, and what to complain of that."""
    begin_s = time.monotonic()
    try:
        await scene.until_well(2 * HEALED_MAX_S)
    except TimeoutError as stays:
        return [f"after {fault}: {stays}"]
    took_s = time.monotonic() - begin_s
    seen.sample(f"well_after_{fault}_s", took_s)
    seen.sample("load", psutil.getloadavg()[0])
    return [f"well only {took_s:.1f} s after {fault}"] if took_s > HEALED_MAX_S else []
