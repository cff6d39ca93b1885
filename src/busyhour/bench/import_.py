"""`busyhour bench import`: a contact list through the whole import, beside a bare COPY of the same file.

Both write into the same PostgreSQL, one after the other: the import with every number checked, its time zones found and
the list committed; the COPY into a table of text columns without an index. `ratio` is what all the checking costs.
"""

import asyncio
import contextlib
import random
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

from busyhour.adapters.files.contact_files import ContactFiles
from busyhour.bench.machine import commit, machine
from busyhour.bench.stored import Stored, database_to_measure
from busyhour.core.events import Instant
from busyhour.service import records as r
from busyhour.service.importing import Importing, Upload
from busyhour.service.list_files import FileAsk
from busyhour.settings import Settings

SEED: Final = 7
AREAS: Final = (205, 212, 213, 303, 305, 312, 404, 415, 503, 512, 602, 617, 702, 713, 808, 907, 916)
"""In eight time zones."""
COPY_MAX_S: Final = 600.0
LOOK_EVERY_S: Final = 0.005


class WallClock:
    def now(self) -> Instant:
        return Instant(mono_s=time.monotonic(), utc_s=time.time())


def bench_import(settings: Settings, *, rows: int = 1_000_000, work: Path | None = None) -> Mapping[str, object]:
    """On `settings.database_url` if given, else on a fresh private PostgreSQL that is gone afterwards."""
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="busyhour-bench-", dir=work) as folder:
        return asyncio.run(_measured(settings, rows, Path(folder)))


async def _measured(settings: Settings, rows: int, folder: Path) -> Mapping[str, object]:
    about = machine()
    file = folder / "people.csv"
    await asyncio.to_thread(write_people, file, rows)
    async with database_to_measure(settings, folder) as url:
        job, seconds, lag_s = await _import(url, file, folder)
        copy_seconds = await _bare_copy(url, file)
    return {
        "rows": job.contacts_added,
        "rejected": job.rows_rejected,
        "bytes": file.stat().st_size,
        "seconds": round(seconds, 2),
        "rows_per_s": round(job.rows_read / seconds),
        "copy_seconds": round(copy_seconds, 2),
        "ratio": round(seconds / copy_seconds, 2),
        "loop_lag_max_ms": round(lag_s * 1000, 1),
        "machine": about,
        "commit": commit(),
    }


def write_people(path: Path, rows: int) -> None:
    """Five columns, one number a row; every hundredth row has one that cannot be dialed."""
    dice = random.Random(SEED)  # noqa: S311 (the same file in every run)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("NUMBER,name,city,code,note\r\n")
        for at in range(rows):
            number = "12x" if at % 100 == 99 else f"{dice.choice(AREAS)}{dice.randrange(2_000_000, 10_000_000)}"
            file.write(f"{number},Person {at},Springfield,{at:07},a note on this person\r\n")


async def _import(url: str, file: Path, folder: Path) -> tuple[r.ImportJob, float, float]:
    stored = Stored(url, folder)
    lists = stored.lists
    importing = Importing(lists=lists, files=ContactFiles, clock=WallClock(), spool=folder / "spool")
    try:
        await stored.begin()
        tenant = stored.tenant
        made = await lists.create_list(tenant.tenant_id, stored.name)
        upload = importing.spool_path()
        upload.hardlink_to(file)
        async with watched_loop() as lag:
            begun_s = time.monotonic()
            asked = Upload(path=upload, file_name="people.csv", ask=FileAsk())
            job = await importing.start(tenant, made.list_id, asked)
            job = await importing.wait(tenant.tenant_id, job.import_id)
            seconds = time.monotonic() - begun_s
        assert job.state == "done", job.error
        found = await lists.list_(tenant.tenant_id, made.list_id)
        assert found.contacts == job.contacts_added
        await lists.delete_list(tenant.tenant_id, made.list_id)
    finally:
        await importing.close()
        await stored.close()
    return job, seconds, max(lag)


@contextlib.asynccontextmanager
async def watched_loop() -> AsyncIterator[list[float]]:
    """How much later than asked the loop woke up, each time: what a call's event would have waited."""
    lag = [0.0]

    async def watch() -> None:
        while True:
            begun_s = time.perf_counter()
            await asyncio.sleep(LOOK_EVERY_S)
            lag.append(time.perf_counter() - begun_s - LOOK_EVERY_S)

    watching = asyncio.create_task(watch())
    try:
        yield lag
    finally:
        watching.cancel()


async def _bare_copy(url: str, file: Path) -> float:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        await connection.execute(
            "CREATE TABLE public.busyhour_bench_bare (number text, name text, city text, code text, note text)"
        )
        begun_s = time.monotonic()
        await connection.copy_to_table(
            "busyhour_bench_bare", schema_name="public", source=file, format="csv", header=True, timeout=COPY_MAX_S
        )
        seconds = time.monotonic() - begun_s
        await connection.execute("DROP TABLE public.busyhour_bench_bare")
        return seconds
    finally:
        await connection.close()
