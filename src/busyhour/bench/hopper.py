"""`busyhour bench hopper`: the next 1,000 of a long list, with time zones, a do-not-call list and a black list.

Every hundredth number is on the do-not-call list, every hundredth on the black list, and both lists are long. `retries`
takes members that are due for their second attempt, with the outcomes of the first.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from busyhour.bench.machine import commit, machine
from busyhour.bench.store import close, figures, place
from busyhour.bench.stored import Running, Stored, database_to_measure
from busyhour.core.model.values import ListRole
from busyhour.service import records as r
from busyhour.settings import Settings

WANT: Final = 1_000
FILLINGS: Final = 20
WARM: Final = 2
FORBIDDEN: Final = 20_000
"""Numbers on the do-not-call list, and as many on the black list."""
ZONES: Final = (("America/New_York",), ("America/Chicago",), ("America/Denver", "America/Phoenix"), ())


def bench_hopper(settings: Settings, *, contacts: int = 1_000_000) -> Mapping[str, object]:
    with tempfile.TemporaryDirectory(prefix="busyhour-bench-") as folder:
        return asyncio.run(_measured(settings, contacts, Path(folder)))


async def _measured(settings: Settings, contacts: int, folder: Path) -> Mapping[str, object]:
    about = machine()
    async with database_to_measure(settings, folder) as url:
        stored = Stored(url, folder)
        try:
            await stored.begin()
            people = await stored.add_list("people", people_of(range(contacts)))
            black = await stored.add_list("black", people_of(range(50, 50 + 100 * FORBIDDEN, 100)))
            numbers = [number_of(at) for at in range(75, 75 + 100 * FORBIDDEN, 100)]
            await stored.directory.add_dnc(stored.tenant.tenant_id, numbers, "bench")
            running = await stored.start_run([(people, ListRole.NORMAL), (black, ListRole.BLACK)])
            fresh_s = [await _fill(running) for _ in range(FILLINGS + WARM)]
            retry_s = await _retries(running)
        finally:
            await stored.close()
    return {
        "contacts": contacts,
        "want": WANT,
        "fresh": figures(fresh_s[WARM:]),
        "retries": figures(retry_s),
        "mean_ms": round(statistics.fmean(fresh_s[WARM:]) * 1000, 1),
        "machine": about,
        "commit": commit(),
    }


def number_of(at: int) -> str:
    return f"+1{2_002_000_000 + at}"


def people_of(which: range) -> Iterator[r.NewContact]:
    for at in which:
        yield r.NewContact(
            name=f"Person {at}",
            numbers=(number_of(at),),
            zones=(ZONES[at % len(ZONES)],),
            attributes={"code": f"{at:07}", "city": "Springfield"},
        )


async def _fill(running: Running) -> float:
    begun_s = time.perf_counter()
    filled = await running.fill(WANT)
    took_s = time.perf_counter() - begun_s
    assert len(filled.items) >= WANT * 3 // 4, len(filled.items)
    return took_s


async def _retries(running: Running) -> list[float]:
    """Call 5,000 once, each to be called again at once; then take them."""
    items = [item for _ in range(6) for item in (await running.fill(WANT)).items]
    waiting = iter(items)
    while batch := list(islice(waiting, 100)):
        await running.commit([place(running, item) for item in batch])
        await running.commit([close(running, item, again=True) for item in batch])
    return [await _fill(running) for _ in range(len(items) // WANT)]
