"""The rows of an import: chunk by chunk by COPY and one insert each, in the caller's transaction (all or nothing).

Row-level security does not allow COPY into a protected table, so a chunk comes by a temporary one. While the server
writes a chunk, the next one is being read and checked: the import takes as long as the slower of the two, not both.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.service import records as r

CHUNK_ROWS = 10_000
IMPORT_S_MAX = 3600  # of one import; beyond it the import fails whole
STATISTICS_ROWS = 10_000  # an import of so many changes what the planner should believe

STAGING = sa.text("""
CREATE TEMPORARY TABLE staging (
    contact_id bigint NOT NULL DEFAULT nextval('busyhour.contact_contact_id_seq'), position bigint NOT NULL,
    name text NOT NULL, attributes jsonb NOT NULL, time_zone text, schedule_utc_s double precision,
    schedule_extension text, numbers text[] NOT NULL, zones text[] NOT NULL) ON COMMIT DROP
""")
STAGED = ("position", "name", "attributes", "time_zone", "schedule_utc_s", "schedule_extension", "numbers", "zones")
MOVE = sa.text("""
WITH moved AS (
    INSERT INTO contact (contact_id, list_id, position, name, attributes, time_zone, schedule_utc_s, schedule_extension)
    SELECT contact_id, :list_id, position, name, attributes, time_zone, schedule_utc_s, schedule_extension FROM staging)
INSERT INTO contact_point (contact_id, position, list_id, number, zones)
SELECT contact_id, i, :list_id, numbers[i + 1], string_to_array(zones[i + 1], ' ')
FROM staging, generate_series(0, cardinality(numbers) - 1) i
""")
CLEAR = sa.text("TRUNCATE staging")
COUNT = sa.text(
    "UPDATE contact_list SET contacts = contacts + :contacts, numbers = numbers + :numbers WHERE list_id = :list_id"
)
NOTE = sa.text("SELECT note_contacts()")


class Load:
    """`before`: the last position that the list has; the list is locked."""

    def __init__(self, connection: AsyncConnection, list_id: int, before: int) -> None:
        self._connection = connection
        self._list_id = list_id
        self._before = before
        self.contacts = 0
        self.numbers = 0

    async def run(self, batches: AsyncIterator[Sequence[r.NewContact]], progress: Callable[[int], None]) -> None:
        await self._connection.execute(STAGING)
        chunks = in_chunks(batches)
        ahead = asyncio.ensure_future(anext(chunks, None))
        try:
            while (chunk := await ahead) is not None:
                ahead = asyncio.ensure_future(anext(chunks, None))
                await self._write(chunk)
                progress(self.contacts)
        finally:
            ahead.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await ahead
        counts = {"list_id": self._list_id, "contacts": self.contacts, "numbers": self.numbers}
        await self._connection.execute(COUNT, counts)
        if self.contacts >= STATISTICS_ROWS:
            await self._connection.execute(NOTE)

    async def _write(self, chunk: Sequence[r.NewContact]) -> None:
        first = self._before + self.contacts + 1
        rows = [row_of(position, one) for position, one in enumerate(chunk, first)]
        driver = (await self._connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.copy_records_to_table(
            "staging", records=rows, columns=STAGED, schema_name="pg_temp", timeout=IMPORT_S_MAX
        )
        await self._connection.execute(MOVE, {"list_id": self._list_id})
        await self._connection.execute(CLEAR)
        self.contacts += len(chunk)
        self.numbers += sum(len(one.numbers) for one in chunk)


def row_of(position: int, one: r.NewContact) -> tuple[Any, ...]:
    return (
        position,
        one.name,
        msgspec.json.encode(one.attributes).decode(),
        one.time_zone,
        one.schedule_utc_s,
        one.schedule_extension,
        one.numbers,
        [" ".join(zones) for zones in one.zones],
    )


async def in_chunks(batches: AsyncIterator[Sequence[r.NewContact]]) -> AsyncIterator[list[r.NewContact]]:
    """Small batches are gathered; a big one goes through as it is."""
    chunk: list[r.NewContact] = []
    async for batch in batches:
        chunk.extend(batch)
        if len(chunk) >= CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
