"""kill -9 of Asterisk with many calls up: all are closed for that reason, and the agents can take calls again soon."""

import asyncio
import signal
import time
from typing import Final

import psutil

from busyhour.bench.drills.desk import LastingDesk
from busyhour.bench.drills.desk_truth import untrue_desks
from busyhour.bench.drills.scene import Scene, kill
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import CUT_TOLERANCE_S, Incident, Verdict
from busyhour.bench.work import attempts_of
from busyhour.sim.sipp.ledger import Dialog

LIVE_WANTED: Final = 50
AGENTS_MAX_S: Final = 10.0  # R5: until every agent can take a call again
PATIENCE_S: Final = 60.0  # a late one is told, not waited for without end


async def restart_pbx(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    await scene.begin_load(20 + 30 * times)
    wanted = min(LIVE_WANTED, round(0.85 * (scene.wanted.agents + scene.wanted.lines)))
    seen, untrue = Seen(), list[str]()
    for _ in range(times):
        await scene.wait_live(wanted)
        kill(pbx_of(scene), signal.SIGKILL)
        incident = scene.note("pbx")
        seen.sample("live_calls", incident.live)
        seen.sample("agents_routable_s", await _until_routable(scene, incident))
        untrue += await untrue_desks(scene, seen)
        seen.counts["restarts"] += 1
        seen.sample("load", psutil.getloadavg()[0])
        await asyncio.sleep(scene.random.uniform(0, 1))
    verdict = await scene.end_load()
    verdict.untrue += untrue
    late_s = [s for s in seen.samples["agents_routable_s"] if s > AGENTS_MAX_S]
    verdict.late += [f"an agent could take a call only after {s:.1f} s" for s in late_s]
    cut, wrong = await _closed_for_it(scene)
    verdict.mismatches += wrong
    seen.counts["calls_cut"] += cut
    return verdict, seen


def pbx_of(scene: Scene) -> int:
    """The private PBX: the process that was given our configuration of it."""
    config = str(scene.product.folder.resolve() / "pbx" / "etc" / "asterisk.conf")
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE and config in (process.info["cmdline"] or []):
            return process.pid
    raise ProcessLookupError("the private PBX does not run")


async def _until_routable(scene: Scene, incident: Incident) -> float:
    """Free with the phone up, or in a call that was placed after the kill."""

    def routable(desk: LastingDesk) -> bool:
        if not desk.linked or desk.agent.get("phone") != "up":
            return False
        call = desk.call
        fresh = call is not None and call["placed_utc_s"] > incident.at_utc_s
        return fresh or (call is None and desk.agent["state"] == "available")

    # What the desks show at once is of before the kill: first their phones must be seen to be gone.
    left = {id(desk): desk for desk in scene.desks}
    gone: set[int] = set()
    begin_s = time.monotonic()
    while left and time.monotonic() - begin_s < PATIENCE_S:
        for key, desk in list(left.items()):
            if desk.agent.get("phone") != "up":
                gone.add(key)
            elif key in gone and routable(desk):
                del left[key]
        await asyncio.sleep(0.02)
    return time.monotonic() - begin_s


async def _closed_for_it(scene: Scene) -> tuple[int, list[str]]:
    """How many calls were cut, and those of them whose record names another cause."""
    attempts = {
        attempt["number"].removeprefix("+"): attempt
        for run_id in scene.run_ids
        for attempt in await attempts_of(scene.product.api, run_id)
    }
    cut: list[Dialog] = []
    before_s = 0.0
    for at_s in [incident.at_utc_s for incident in scene.incidents]:
        cut += [
            d
            for d in scene.dialogs()
            if before_s < d.invited_s < at_s - CUT_TOLERANCE_S
            and (d.ended_s is None or d.ended_s > at_s + CUT_TOLERANCE_S)
        ]
        before_s = at_s
    wrong = []
    for dialog in cut:
        attempt = attempts.get(dialog.number)
        if attempt is None or attempt["cause"] != "pbx_restart":
            wrong.append(f"{dialog.number} was cut off, its record says {attempt and attempt['cause']}")
    return len(cut), wrong
