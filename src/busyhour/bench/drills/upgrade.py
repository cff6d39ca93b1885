"""A new version takes over with calls up, again and again (A16): it is put on the disk while the one of before runs,
and `busyhour restart` is given. Each has one more step of the schema.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import psutil

from busyhour.bench.drills.desk_truth import untrue_desks
from busyhour.bench.drills.log import lines_of
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import Verdict
from busyhour.bench.product import ProductFailed
from busyhour.bench.work import attempts_of
from busyhour.sim.sipp.ledger import Dialog

LIVE_MIN: Final = 50
BETWEEN_MAX_S: Final = 2.0  # a random part of it passes before each
AWAY_MAX_S: Final = 10.0  # without an engine; as R4 for one that was killed
LEAVES: Final = "the engine leaves"
BEGUN: Final = "floor begun"
ENDED_BY_THEM: Final = ("HANDLED", "IVR_LEFT")
"""Outcomes of calls that nobody of ours ends in this load: agents do not hang up, and the message had not ended."""


async def upgrade(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    await scene.begin_load(60 + 120 * times)  # a busy machine takes so long to load a program three times
    seen, untrue = Seen(), list[str]()
    for _ in range(times):
        await scene.wait_live(LIVE_MIN)
        await asyncio.sleep(scene.random.uniform(0, BETWEEN_MAX_S))
        await scene.wait_live(LIVE_MIN)
        await _upgrade(scene, seen)
        untrue += await untrue_desks(scene, seen)
    verdict = await scene.end_load()
    verdict.untrue += untrue
    verdict.late += [f"{s:.1f} s without an engine" for s in seen.samples["without_engine_s"] if s > AWAY_MAX_S]
    attempts = [attempt for run_id in scene.run_ids for attempt in await attempts_of(scene.product.api, run_id)]
    verdict.lost += cut_off(scene.dialogs(), attempts)
    return verdict, seen


async def _upgrade(scene: Scene, seen: Seen) -> None:
    assert scene.program is not None
    version = scene.program.install_next()
    seen.sample("live_calls_ordered", scene.note("upgrade").live)
    seen.sample("load", psutil.getloadavg()[0])
    ordered_s = time.time()
    answer = await scene.product.restart()
    seen.sample("upgraded_s", time.time() - ordered_s)
    if answer["version"] != version or answer["steps"] != 1:
        raise ProductFailed(f"{version} was installed, and this runs: {answer}")
    seen.counts["upgrades"] += 1
    seen.counts["calls_taken_over"] += answer["calls"]
    seen.sample("without_page_s", answer["away_s"])
    left_s, begun_s = (_last_s(scene, event) for event in (LEAVES, BEGUN))
    if not ordered_s < left_s < begun_s:
        raise ProductFailed(f"ordered at {ordered_s}, left at {left_s}, begun at {begun_s}")
    seen.sample("without_engine_s", begun_s - left_s)
    seen.sample("live_calls", sum(_is_up(dialog, left_s) for dialog in scene.dialogs()))


def _is_up(dialog: Dialog, at_s: float) -> bool:
    return dialog.answered_s is not None and dialog.answered_s < at_s < (dialog.ended_s or at_s + 1)


def _last_s(scene: Scene, event: str) -> float:
    """When the product's log last said this."""
    lines = lines_of(scene.product.folder, f'"{event}"')
    return datetime.fromisoformat(json.loads(lines[-1])["timestamp"]).timestamp() if lines else 0.0


def cut_off(dialogs: Iterable[Dialog], attempts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Calls that we ended in the middle: the product's records agree with the network's about those, too."""
    told = {attempt["number"].removeprefix("+"): attempt["outcome"] for attempt in attempts}
    return [
        f"{dialog.number} was cut off after {dialog.talk_s:.1f} s, as {told[dialog.number]}"
        for dialog in dialogs
        if dialog.talk_s is not None and dialog.ended_by == "caller" and told.get(dialog.number) in ENDED_BY_THEM
    ]
