"""The database dies for good under load, and its standby takes its place at the same address.

A synchronous standby has every commit. The other one is held back for up to `BEHIND_MAX_S` before: what was written and
acknowledged meanwhile is lost with the server (C2), and the engine has to give it back.
"""

import asyncio
import time
from typing import Final

import psutil

from busyhour.bench.drills.database_proxy import DatabaseFault
from busyhour.bench.drills.database_stop import SENT_MAX_S, SERVICE_MAX_S
from busyhour.bench.drills.desk_truth import untrue_desks
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import Verdict

LIVE_MIN: Final = 20
STEADY_S: Final = 2.0
BACK_MAX_S: Final = 30.0
BEHIND_MAX_S: Final = 5.0


async def fail_over(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    return await _fail_over(scene, times, behind=False)


async def fail_over_behind(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    return await _fail_over(scene, times, behind=True)


async def _fail_over(scene: Scene, times: int, *, behind: bool) -> tuple[Verdict, Seen]:
    await scene.begin_load(20 + 15 * times)
    seen, told = Seen(), Verdict()
    for _ in range(times):
        await scene.wait_live(LIVE_MIN)
        await asyncio.sleep(scene.random.uniform(0, STEADY_S))
        await _once(scene, seen, told, behind=behind)
        told.untrue += await untrue_desks(scene, seen)
    verdict = await scene.end_load()
    verdict.add(told)
    return verdict, seen


async def _once(scene: Scene, seen: Seen, told: Verdict, *, behind: bool) -> None:
    assert scene.pair is not None
    assert scene.database_proxy is not None
    if behind:
        behind_s = scene.random.uniform(0, BEHIND_MAX_S)
        seen.sample("behind_s", behind_s)
        await scene.pair.first.hold_back()
        await asyncio.sleep(behind_s)
    seen.sample("live_calls", scene.note("database").live)
    seen.counts["failovers"] += 1
    lost_s = time.time()
    async with scene.database_proxy.misbehaving(DatabaseFault.CUT):  # nobody is at the address until it has moved
        lost = await scene.pair.fail_over()
        scene.database_proxy.socket = scene.pair.first.socket()
    back_s = time.time()
    if behind:
        seen.sample("commits_lost", float(lost))
        seen.counts["commits_lost"] += lost
    seen.sample("database_away_s", back_s - lost_s)
    await scene.until_well(BACK_MAX_S)
    await scene.until(lambda: scene.dialed(back_s, time.time()) > 0, BACK_MAX_S, "calls are made again")
    service_s = time.time() - back_s
    seen.sample("service_after_return_s", service_s)
    seen.sample("load", psutil.getloadavg()[0])
    if service_s > SERVICE_MAX_S:
        told.late.append(f"next call {service_s:.1f} s after the database's return")
    if blind := scene.dialed(lost_s + SENT_MAX_S, back_s):
        told.late.append(f"{blind} calls were sent while there was no database")
    await scene.pair.follow()
