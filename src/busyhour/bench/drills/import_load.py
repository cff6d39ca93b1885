"""A large contact list is imported while calls go on (G8), and administrators forbid numbers, pause the run and delete
the list meanwhile. The calls must not feel it, and what was acknowledged holds for every intent after it."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp
import psutil

from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import Verdict
from busyhour.bench.import_ import write_people
from busyhour.bench.product import Api
from busyhour.bench.work import LOOK_EVERY_S, ImportFailed
from busyhour.core.life.run import RunState

LIVE_MIN: Final = 10
BEFORE_S: Final = 15.0  # that the same load is watched without an import
IMPORT_MAX_S: Final = 600.0
ROW_S: Final = 1 / 4_000  # an import is not expected to be slower: so much load is made ready
ASK_EVERY_S: Final = 0.1
FORBID_AHEAD: Final = range(20, 60)  # so many numbers behind the last one dialed: soon, and not taken yet
FORBID_EVERY_S: Final = 5.0
PAUSED_S: Final = 2.0


@dataclass
class Edits:
    """What administrators were told has been done, and when (by our clock, which is the product's)."""

    forbidden: dict[str, float] = field(default_factory=dict)
    paused: list[tuple[int, float, float]] = field(default_factory=list)  # run, from, until


async def import_while_dialing(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    """`times` imports, one after the other, of `DrillSettings.rows` rows each."""
    seen, edits = Seen(), Edits()
    await scene.begin_load(BEFORE_S + 20 + times * (20 + scene.wanted.rows * ROW_S))
    await scene.wait_live(LIVE_MIN)
    spans: list[tuple[str, float, float]] = []
    with TemporaryDirectory(prefix="busyhour-import-") as folder:
        file = Path(folder) / "people.csv"
        await asyncio.to_thread(write_people, file, scene.wanted.rows)
        spans.append(await _quiet(scene, seen))
        for _ in range(times):
            seen.sample("live_calls", scene.note("import").live)
            spans.append(await _import(scene, seen, edits, file))
            seen.sample("load", psutil.getloadavg()[0])
    verdict = await scene.end_load()
    attempts = [
        row for run_id in scene.run_ids async for row in scene.product.api.pages("/api/attempts", run_id=run_id)
    ]
    for what, from_s, until_s in spans:
        note_waits(seen, attempts, what, from_s, until_s)
    seen.counts["forbidden"] += len(edits.forbidden)
    verdict.redials += disobeyed(attempts, edits)
    return verdict, seen


async def _quiet(scene: Scene, seen: Seen) -> tuple[str, float, float]:
    from_s = time.time()
    async with _asked(scene, seen, "before"):
        await asyncio.sleep(BEFORE_S)
    return "before", from_s, time.time()


async def _import(scene: Scene, seen: Seen, edits: Edits, file: Path) -> tuple[str, float, float]:
    api = scene.product.api
    list_id = int((await api.post("/api/lists", {"name": f"people {time.time():.3f}"}))["list_id"])
    from_s = time.time()
    editing = asyncio.create_task(_edit(scene, edits))
    try:
        async with _asked(scene, seen, "while"):
            job = await _upload(api, list_id, file)
    finally:
        editing.cancel()
        await asyncio.wait([editing])
    seconds = time.time() - from_s
    if job["state"] != "done":
        raise ImportFailed(str(job))
    if not editing.cancelled() and (fault := editing.exception()) is not None:
        raise fault
    seen.sample("import_s", seconds)
    seen.sample("rows_per_s", job["rows_read"] / seconds)
    seen.counts["rows"] += job["rows_read"]
    deleted_s = time.time()
    async with _asked(scene, seen, "deleting"):
        await api.ask("DELETE", f"/api/lists/{list_id}")
    seen.sample("delete_s", time.time() - deleted_s)
    return "while", from_s, from_s + seconds


async def _upload(api: Api, list_id: int, file: Path) -> Mapping[str, Any]:
    form = aiohttp.FormData()
    with file.open("rb") as content:
        form.add_field("file", content, filename="people.csv", content_type="text/csv")
        job = await api.ask("POST", f"/api/lists/{list_id}/imports", data=form)
    async with asyncio.timeout(IMPORT_MAX_S):
        while job["state"] == "running":
            await asyncio.sleep(LOOK_EVERY_S)
            job = await api.get(f"/api/imports/{job['import_id']}")
    return dict(job)


@asynccontextmanager
async def _asked(scene: Scene, seen: Seen, what: str) -> AsyncIterator[None]:
    """How long the smallest question takes meanwhile: what the engine's loop makes others wait, and the way there."""
    token = (scene.product.folder / "cli-token").read_text().strip()
    api = Api(scene.product.url, token)

    async def ask() -> None:
        while True:
            begun_s = time.monotonic()
            await api.get("/health")
            seen.sample(f"answer_s_{what}", time.monotonic() - begun_s)
            await asyncio.sleep(ASK_EVERY_S)

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        asking.cancel()
        await asyncio.wait([asking])
        await api.close()


# What administrators do meanwhile


async def _edit(scene: Scene, edits: Edits) -> None:
    """Numbers that are about to be dialed are forbidden; the run without agents is paused for a while."""
    api, (with_agents, alone) = scene.product.api, scene.run_ids
    order = await _numbers_of(scene, with_agents)
    while True:  # at once: a small file may be read within seconds
        await _forbid(api, edits, order, with_agents)
        await asyncio.sleep(FORBID_EVERY_S / 2)
        await api.post(f"/api/runs/{alone}/pause")
        from_s = time.time()
        try:
            await asyncio.sleep(PAUSED_S)
        finally:
            edits.paused.append((alone, from_s, time.time()))
            await api.post(f"/api/runs/{alone}/unpause")
        await asyncio.sleep(FORBID_EVERY_S / 2)


async def _forbid(api: Api, edits: Edits, order: list[str], run_id: int) -> None:
    run = await api.get(f"/api/runs/{run_id}")
    if run["state"] != RunState.RUNNING:
        return
    numbers = [order[at] for n in FORBID_AHEAD if n % 4 == 0 and (at := run["placed"] + n) < len(order)]
    await api.post("/api/dnc", {"numbers": numbers, "source": "drill"})
    told_s = time.time()
    edits.forbidden |= {number: told_s for number in numbers if number not in edits.forbidden}


async def _numbers_of(scene: Scene, run_id: int) -> list[str]:
    """Of the list that this run dials, in its order."""
    campaign_id = (await scene.product.api.get(f"/api/runs/{run_id}"))["campaign_id"]
    found = await scene.product.api.get(f"/api/campaigns/{campaign_id}")
    [one] = found["lists"]
    rows = scene.product.api.pages(f"/api/lists/{one['list_id']}/contacts")
    return [number async for contact in rows for number in contact["numbers"]]


# What is found


def note_waits(seen: Seen, attempts: Iterable[Mapping[str, Any]], what: str, from_s: float, until_s: float) -> None:
    """From each answer to the agent, and from each intent to the ringing, of the calls of this time."""
    for one in attempts:
        if not from_s <= one["intent_utc_s"] <= until_s:
            continue
        seen.counts[f"calls_{what}"] += 1
        if one["ringing_utc_s"] is not None:
            seen.sample(f"intent_to_ringing_s_{what}", one["ringing_utc_s"] - one["intent_utc_s"])
        if one["answered_utc_s"] is not None and one["joined_utc_s"] is not None:
            seen.sample(f"answer_to_agent_s_{what}", one["joined_utc_s"] - one["answered_utc_s"])
        seen.counts[f"abandoned_{what}"] += one["outcome"] == "ABANDONED"


def disobeyed(attempts: Iterable[Mapping[str, Any]], edits: Edits) -> list[str]:
    """Intents after the acknowledgement of what forbids them."""
    found = []
    for one in attempts:
        told_s = edits.forbidden.get(one["number"])
        if told_s is not None and one["intent_utc_s"] > told_s:
            found.append(f"{one['number']} was dialed {one['intent_utc_s'] - told_s:.3f} s after it was forbidden")
        for run_id, from_s, until_s in edits.paused:
            if one["run_id"] == run_id and from_s < one["intent_utc_s"] < until_s:
                found.append(f"{one['call']} was dialed {one['intent_utc_s'] - from_s:.3f} s into a pause")
    return found
