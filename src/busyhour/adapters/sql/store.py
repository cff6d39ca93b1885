"""The engine's store: ownership, commits in one transaction, the hopper. Statements live with their subject:
`intents.py` and `called_back.py` (may we call?), `closes.py` and `arrivals.py` (what became of it), `hopper.py` (whom
to call next), `adopt.py` (at start), `compliance.py` (what the law counts).
"""

import contextlib
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog

from busyhour.adapters.sql import adopt, arrivals, called_back, closes, compliance, hopper, intents, restore
from busyhour.adapters.sql.counts import RunCounts
from busyhour.adapters.sql.database import Database, Driver, again
from busyhour.adapters.sql.waves import waves
from busyhour.core import commands as c
from busyhour.core.events import Event, HopperFilled, Instant, NumberOptedOut
from busyhour.core.model.counts import Reckoning, ReckoningAsk
from busyhour.service import fences
from busyhour.service.errors import StoreDown
from busyhour.service.ports import FloorPicture, Kept

# The server's system and its timeline, which a standby that takes over changes; a checkpoint would tell an old one.
HISTORY = """
(SELECT system_identifier FROM pg_control_system()) || '-' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
"""
LAST_OPENED = sa.text(f"""
SELECT h.now, coalesce(l.fence, 0) AS fence, coalesce(l.history = h.now, false) AS same_history,
    coalesce(l.owner, '') AS owner, coalesce(l.written_no, 0) AS written_no
FROM (SELECT {HISTORY} AS now) h
LEFT JOIN (SELECT fence, history, owner, written_no FROM shard_lease FOR UPDATE) l ON true
""")  # noqa: S608 - made of constants
TAKE_SHARD = sa.text("""
INSERT INTO shard_lease (owner, fence, taken_utc_s, history, written_no, missed_since_utc_s)
VALUES (:owner, :fence, :at, :history, :written_no, :missed_since)
ON CONFLICT (tenant_id) DO UPDATE SET owner = :owner, taken_utc_s = :at, history = :history,
    missed_since_utc_s = coalesce(shard_lease.missed_since_utc_s,
        greatest(shard_lease.written_utc_s, shard_lease.taken_utc_s)),
    fence = greatest(shard_lease.fence + 1, :fence), written_no = greatest(shard_lease.written_no, :written_no)
RETURNING fence, written_no, missed_since_utc_s
""")
# The lock makes a new owner wait for this transaction, and this one fail after a new owner came.
HOLD_FENCE = f"""
SELECT coalesce(l.fence, 0) AS fence, coalesce(l.history = h.now, false) AS same_history
FROM (SELECT {HISTORY} AS now) h LEFT JOIN (SELECT fence, history FROM shard_lease FOR KEY SHARE) l ON true
"""  # noqa: S608 - made of constants
# The same, for a write with a number; rolled back with it when the fence does not hold.
NUMBER_WRITE = f"""
UPDATE shard_lease SET written_no = greatest(written_no, $1), written_utc_s = extract(epoch FROM clock_timestamp())
RETURNING fence, history = {HISTORY} AS same_history
"""  # noqa: S608 - made of constants

STUCK_S = 3.0
"""No transaction of an engine that lives takes so long: each is a few round trips."""
AS_OURSELVES = sa.text("SET LOCAL ROLE NONE")  # who logged in: it may see, and end, the sessions of the same
END_STUCK = sa.text("""
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name = :name AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND xact_start < clock_timestamp() - make_interval(secs => :seconds)
""")

NOTE_AT_CALLS = (100, 1_000)
"""Calls of this process after which the tables' statistics are taken anew."""

log = structlog.get_logger("store")


class SqlStore:
    """Implements `service.ports.Store`. Give it a `Database` of its own, apart from the screens'."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._committed = 0
        self._to_note = list(NOTE_AT_CALLS)

    async def open_shard(
        self, tenant: int, owner: str, kept: Kept | None = None, mine: int | None = None
    ) -> FloorPicture:
        try:
            return await again(lambda: self._open_shard(tenant, owner, kept, mine))
        except StoreDown:
            await self._end_stuck()  # the next try may find the way free
            raise

    async def commit(self, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0) -> list[Event]:
        answers = await again(lambda: self._commit(tenant, fence, batch, no))
        self._committed += sum(isinstance(keep, c.PlaceCall | c.PlaceCallback | c.SaveArrival) for keep in batch)
        if self._to_note and self._committed >= self._to_note[0]:
            await self._note(tenant)
        return answers

    async def _note(self, tenant: int) -> None:
        """Let the planner know of the first calls; the server looks by itself only a minute later."""
        self._to_note = [calls for calls in self._to_note if calls > self._committed]
        with contextlib.suppress(StoreDown):  # it is no loss
            async with self.database.quick_transaction(tenant) as driver:
                await driver.execute("SELECT note_calls()")

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        return await again(lambda: self._fill_hopper(tenant, fence, ask, now))

    async def reckon(self, tenant: int, ask: ReckoningAsk) -> Reckoning:
        async with self.database.quick_transaction(tenant) as driver:
            return await compliance.reckon(driver, ask)

    async def unknown(self, tenant: int, calls: Sequence[str]) -> list[str]:
        async with self.database.quick_transaction(tenant) as driver:
            return await arrivals.unknown(driver, calls)

    async def _end_stuck(self) -> None:
        """An engine that stands still in the middle of a statement holds its tenants' rows for ever: no time limit of
        the server's counts while it waits for the rest of what a client says. It is being replaced; what it had not
        committed, its successor finds undone."""
        ended = 0
        with contextlib.suppress(StoreDown):
            async with self.database.lookup() as connection:
                await connection.execute(AS_OURSELVES)
                ended = await connection.scalar(END_STUCK, {"name": self.database.name, "seconds": STUCK_S})
        if ended:
            log.warning("engines that stood still in a transaction were disconnected", connections=ended)

    async def _open_shard(self, tenant: int, owner: str, kept: Kept | None, mine: int | None) -> FloorPicture:
        async with self.database.tenant_transaction(tenant) as connection:
            last = (await connection.execute(LAST_OPENED)).one()
            fences.go_on(mine, last.fence, opened_by=last.owner, asks=owner)
            fence = fences.next_fence(last.fence, history_no=_timeline(last.now), same_history=last.same_history)
            known = {"same_history": last.same_history, "same_owner": fences.same_owner(last.owner, owner)}
            missing = kept if kept is not None and fences.is_missing(kept, last.fence, **known) else None
            taken = {"owner": owner, "fence": fence, "at": time.time(), "history": last.now}
            taken["written_no"] = max(no for no, _ in missing.writes) if missing is not None else 0
            taken["missed_since"] = taken["at"] if missing is not None else None  # that there was an engine may be lost
            now = (await connection.execute(TAKE_SHARD, taken)).one()
            given_back = None
            if missing is not None:
                raw = await connection.get_raw_connection()
                given_back = await restore.give_back(raw.driver_connection, missing.after(last.written_no))
            picture = await adopt.read_floor(connection, tenant, now.fence)
            return msgspec.structs.replace(picture, given_back=given_back, **_lease(now))

    async def _commit(self, tenant: int, fence: int, batch: Sequence[c.Keep], no: int) -> list[Event]:
        answers: list[Event] = []
        counts = RunCounts()
        async with self.database.quick_transaction(tenant) as driver:
            await hold(driver, fence, no)
            for keep in batch:
                if isinstance(keep, c.SaveRun | c.PlaceCall):
                    counts.ask(keep.run_id)
                elif isinstance(keep, c.CloseCall):
                    counts.ask(keep.record.run_id)  # written again, it changes nothing, and the counts were not heard
            for wave in waves(batch):
                await closes.write(driver, wave, counts)
                places = [one for one in wave if isinstance(one, c.PlaceCall)]
                answers += await intents.place(driver, places, counts)
                answers += await called_back.place(driver, [one for one in wave if isinstance(one, c.PlaceCallback)])
                answers += [NumberOptedOut(call=k.call, number=k.number) for k in wave if isinstance(k, c.OptOut)]
            return answers + await counts.write(driver)

    async def _fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        async with self.database.quick_transaction(tenant) as driver:
            await hold(driver, fence)
            return await hopper.fill(driver, tenant, ask, now)


def _lease(row: sa.Row[Any]) -> dict[str, Any]:
    return {"written_no": row.written_no, "missed_since_utc_s": row.missed_since_utc_s}


def _timeline(history: str) -> int:
    """Each promotion of a standby begins the next one."""
    return int(history.rpartition("-")[2], 16)


async def hold(driver: Driver, fence: int, no: int = 0) -> None:
    found = await driver.fetchrow(NUMBER_WRITE, no) if no else await driver.fetchrow(HOLD_FENCE)
    found_fence, same_history = (found["fence"], found["same_history"]) if found is not None else (0, False)
    fences.hold(fence, found_fence, same_history=same_history)
