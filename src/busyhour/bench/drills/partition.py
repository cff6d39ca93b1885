"""One direction at a time is gone between the engine and the PBX; and the link to the database, also at the very moment
at which a COMMIT is answered. Then each heals."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import Final

from busyhour.bench.drills.bad_link import HALF_OPEN_S, HEALED_MAX_S, healed
from busyhour.bench.drills.database_proxy import DatabaseFault
from busyhour.bench.drills.desk_truth import untrue_desks
from busyhour.bench.drills.fault_proxy import ONE_WAY, Fault
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import Verdict

Parted = Fault | DatabaseFault
KINDS: Final[tuple[Parted, ...]] = (*ONE_WAY, *DatabaseFault)
LIVE_MIN: Final = 20
BAD_S: Final = 6.0
SENT_MAX_S: Final = 1.0  # R7: no new intent later than this after the database's loss
BLIND: Final = (DatabaseFault.CUT, DatabaseFault.HALF_OPEN)


async def part(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    """`times` passes of every kind."""
    await scene.begin_load(30 + times * len(KINDS) * 14)
    seen, late, untrue = Seen(), list[str](), list[str]()
    for kind in KINDS * times:
        await scene.wait_live(LIVE_MIN)
        seen.sample("live_calls", scene.note("link").live)
        before, begun_s = _harmed(scene), time.time()
        async with _misbehaving(scene, kind):
            await asyncio.sleep(HALF_OPEN_S if kind is DatabaseFault.HALF_OPEN else BAD_S)
        healed_s = time.time()
        seen.counts["partitions"] += 1
        seen.counts[f"harmed_{kind}"] += _harmed(scene) - before
        late += await healed(scene, seen, kind)
        late += await _next_call(scene, seen, kind, healed_s)
        if kind in BLIND and (sent := scene.dialed(begun_s + SENT_MAX_S, healed_s)):
            late.append(f"{sent} calls were sent while the database could not be reached ({kind})")
        untrue += await untrue_desks(scene, seen)
    verdict = await scene.end_load()
    verdict.untrue += untrue
    verdict.late += late + [f"{k} harmed nothing: the drill is wrong" for k in KINDS if not seen.counts[f"harmed_{k}"]]
    return verdict, seen


def _misbehaving(scene: Scene, kind: Parted) -> AbstractAsyncContextManager[None]:
    assert scene.proxy is not None
    assert scene.database_proxy is not None
    if isinstance(kind, DatabaseFault):
        return scene.database_proxy.misbehaving(kind)
    return scene.proxy.misbehaving(kind)


def _harmed(scene: Scene) -> int:
    assert scene.proxy is not None
    assert scene.database_proxy is not None
    return scene.proxy.harmed + scene.database_proxy.harmed


async def _next_call(scene: Scene, seen: Seen, kind: str, since_s: float) -> list[str]:
    """Well is one thing, dialing another."""
    try:
        await scene.until(lambda: scene.dialed(since_s, time.time()) > 0, 2 * HEALED_MAX_S, "calls are made again")
    except TimeoutError as stays:
        return [f"after {kind}: {stays}"]
    took_s = time.time() - since_s
    seen.sample(f"next_call_after_{kind}_s", took_s)
    return [f"next call only {took_s:.1f} s after {kind}"] if took_s > HEALED_MAX_S else []
