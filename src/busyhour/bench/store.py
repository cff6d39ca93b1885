"""`busyhour bench store`: how long an engine's commit takes on a real PostgreSQL, one after the other, fsync on.

Each call is two commits: the dial intent with all its checks, and the final record. Batches of several calls show what
a busy engine does: everything that happened meanwhile goes into the next commit. `mixed` commits the intents of a batch
together with the final records of the batch before.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from busyhour.bench.machine import commit, machine
from busyhour.bench.stored import Running, Stored, database_to_measure
from busyhour.core import commands as c
from busyhour.core.events import CallCommitted
from busyhour.core.model.pictures import CallRecord, HopperItem
from busyhour.core.model.values import EndCause, ListRole, Outcome
from busyhour.service import records as r
from busyhour.settings import Settings

BATCHES: Final = (1, 5, 20)
WARM_COMMITS: Final = 10
"""Not measured: connections, statements and plans are made."""


def bench_store(settings: Settings, *, commits: int = 200) -> Mapping[str, object]:
    with tempfile.TemporaryDirectory(prefix="busyhour-bench-") as folder:
        return asyncio.run(_measured(settings, commits, Path(folder)))


async def _measured(settings: Settings, commits: int, folder: Path) -> Mapping[str, object]:
    about = machine()
    async with database_to_measure(settings, folder) as url:
        stored = Stored(url, folder)
        try:
            await stored.begin()
            people = await stored.add_list("people", people_of((commits + WARM_COMMITS) * sum(BATCHES)))
            running = await stored.start_run([(people, ListRole.NORMAL)])
            batches = [await _batch(running, size, commits) for size in BATCHES]
        finally:
            await stored.close()
    return {"batches": batches, "machine": about, "commit": commit()}


def people_of(count: int) -> Iterator[r.NewContact]:
    for at in range(count):
        yield r.NewContact(
            name=f"Person {at}",
            numbers=(f"+1212{2_000_000 + at}",),
            zones=(("America/New_York",),),
            attributes={"code": f"{at:07}", "city": "Springfield"},
        )


async def _batch(running: Running, size: int, commits: int) -> dict[str, Any]:
    """First intents and final records apart, each measured; then both in one commit."""
    intents_s: list[float] = []
    closes_s: list[float] = []
    mixed_s: list[float] = []
    before: list[c.CloseCall] = []
    for round_no in range(commits + WARM_COMMITS):
        places = [place(running, item) for item in await _items(running, size)]
        closes = [close(running, one.item) for one in places]
        if round_no % 2:
            mixed_s.append(await _timed(running, [*places, *before], len(places)))
            before = closes
        else:
            intents_s.append(await _timed(running, places, len(places)))
            closes_s.append(await _timed(running, closes, 0))
    await _timed(running, before, 0)
    skip = WARM_COMMITS // 2
    return {
        "calls": size,
        "intents": figures(intents_s[skip:]),
        "closes": figures(closes_s[skip:]),
        "mixed": figures(mixed_s[skip:]),
        "calls_per_s": round(size / statistics.fmean(mixed_s[skip:])),
    }


async def _items(running: Running, size: int) -> Sequence[HopperItem]:
    filled = await running.fill(size)
    assert len(filled.items) == size
    return filled.items


async def _timed(running: Running, batch: Sequence[c.Keep], placed: int) -> float:
    begun_s = time.perf_counter()
    answers = await running.commit(batch)
    took_s = time.perf_counter() - begun_s
    assert sum(isinstance(one, CallCommitted) for one in answers) == placed
    return took_s


def figures(took_s: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took_s, n=100, method="inclusive")
    return {
        "p50_ms": round(cuts[49] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
        "min_ms": round(min(took_s) * 1000, 2),
    }


def place(running: Running, item: HopperItem) -> c.PlaceCall:
    return c.PlaceCall(
        item=item,
        run_id=running.run_id,
        campaign_id=running.campaign.campaign_id,
        trunk=running.trunk,
        caller_id="",
        ring_timeout_s=30.0,
        call_max_s=7200.0,
        why="its turn",
        at_utc_s=time.time(),
    )


def close(running: Running, item: HopperItem, *, again: bool = False) -> c.CloseCall:
    now_utc_s = time.time()
    record = CallRecord(
        call=item.call,
        run_id=running.run_id,
        campaign_id=running.campaign.campaign_id,
        member_id=item.member_id,
        contact_id=item.contact_id,
        attempt_no=item.attempt_no,
        trunk_id=running.trunk.trunk_id,
        outcome=Outcome.BUSY,
        cause=EndCause.BUSY,
        ringing_utc_s=now_utc_s,
        answered_utc_s=None,
        joined_utc_s=None,
        ended_utc_s=now_utc_s,
        talk_s=0.0,
        agent_id=None,
        segments=(),
        next_due_utc_s=now_utc_s if again else None,
        retry_why="its rule" if again else "no rule for BUSY",
    )
    return c.CloseCall(record=record)
