"""The rows of an import: chunk by chunk by COPY and one insert each, in the caller's transaction (all or nothing).

Row-level security does not allow COPY into a protected table, so a chunk comes by a temporary one. Contacts come packed
in COPY's own form, and their bytes go through as they are. While the server writes a chunk, the next one is being read
and checked: the import takes as long as the slower of the two, not both.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.service import records as r
from busyhour.service.packed import COLUMNS, Packed, packed

CHUNK_ROWS = 10_000
IMPORT_S_MAX = 3600  # of one import; beyond it the import fails whole
STATISTICS_ROWS = 10_000  # an import of so many changes what the planner should believe

STAGING = sa.text("""
CREATE TEMPORARY TABLE staging (
    contact_id bigint NOT NULL DEFAULT nextval('busyhour.contact_contact_id_seq'),
    row_no bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL, attributes jsonb NOT NULL, time_zone text,
    schedule_utc_s double precision, schedule_extension text, numbers text NOT NULL, zones text NOT NULL) ON COMMIT DROP
""")
MOVE = sa.text("""
WITH moved AS (
    INSERT INTO contact (contact_id, list_id, position, name, attributes, time_zone, schedule_utc_s, schedule_extension)
    SELECT contact_id, :list_id, :before + row_no, name, attributes, time_zone, schedule_utc_s, schedule_extension
    FROM staging)
INSERT INTO contact_point (contact_id, position, list_id, number, zones)
SELECT contact_id, p.turn - 1, :list_id, p.number, string_to_array(coalesce(p.zones, ''), ' ')
FROM staging, unnest(string_to_array(numbers, ' '), string_to_array(zones, '|'))
    WITH ORDINALITY p(number, zones, turn)
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

    async def _write(self, chunk: Sequence[Packed]) -> None:
        driver = (await self._connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.copy_to_table(
            "staging",
            source=texts_of(chunk),
            columns=COLUMNS,
            schema_name="pg_temp",
            format="text",
            timeout=IMPORT_S_MAX,
        )
        await self._connection.execute(MOVE, {"list_id": self._list_id, "before": self._before})
        await self._connection.execute(CLEAR)
        self.contacts += sum(one.contacts for one in chunk)
        self.numbers += sum(one.numbers for one in chunk)


async def texts_of(chunk: Sequence[Packed]) -> AsyncIterator[bytes]:
    for one in chunk:
        yield one.text


async def in_chunks(batches: AsyncIterator[Sequence[r.NewContact]]) -> AsyncIterator[list[Packed]]:
    """Small batches are gathered; a big one goes through as it is."""
    chunk: list[Packed] = []
    async for batch in batches:
        chunk.append(packed(batch))
        if sum(one.contacts for one in chunk) >= CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
