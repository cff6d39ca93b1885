"""The engine's store: ownership, commits in one transaction, the hopper. Statements live with their subject:
`intents.py` (may we call?), `closes.py` (what became of it), `hopper.py` (whom to call next), `adopt.py` (at start),
`compliance.py` (what the law counts).
"""

import contextlib
import time
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
import structlog

from busyhour.adapters.sql import adopt, closes, compliance, hopper, intents
from busyhour.adapters.sql.counts import RunCounts
from busyhour.adapters.sql.database import Database, Driver, again
from busyhour.core import commands as c
from busyhour.core.events import Event, HopperFilled, Instant
from busyhour.core.model.counts import Reckoning, ReckoningAsk
from busyhour.service.errors import FenceLost, StoreDown
from busyhour.service.ports import FloorPicture

TAKE_SHARD = sa.text("""
INSERT INTO shard_lease (owner, fence, taken_utc_s) VALUES (:owner, 1, :at)
ON CONFLICT (tenant_id) DO UPDATE SET owner = excluded.owner, fence = shard_lease.fence + 1, taken_utc_s = :at
RETURNING fence
""")
# The share lock makes a new owner wait for this transaction, and this one fail after a new owner came.
HOLD_FENCE = "SELECT 1 FROM shard_lease WHERE fence = $1 FOR SHARE"

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

Touched = set[tuple[str, int | str]]


class SqlStore:
    """Implements `service.ports.Store`. Give it a `Database` of its own, apart from the screens'."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._committed = 0
        self._to_note = list(NOTE_AT_CALLS)

    async def open_shard(self, tenant: int, owner: str) -> FloorPicture:
        try:
            return await again(lambda: self._open_shard(tenant, owner))
        except StoreDown:
            await self._end_stuck()  # the next try may find the way free
            raise

    async def commit(self, tenant: int, fence: int, batch: Sequence[c.Keep]) -> list[Event]:
        answers = await again(lambda: self._commit(tenant, fence, batch))
        self._committed += sum(isinstance(keep, c.PlaceCall) for keep in batch)
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

    async def _open_shard(self, tenant: int, owner: str) -> FloorPicture:
        async with self.database.tenant_transaction(tenant) as connection:
            fence = (await connection.execute(TAKE_SHARD, {"owner": owner, "at": time.time()})).scalar_one()
            return await adopt.read_floor(connection, tenant, fence)

    async def _commit(self, tenant: int, fence: int, batch: Sequence[c.Keep]) -> list[Event]:
        answers: list[Event] = []
        counts = RunCounts()
        async with self.database.quick_transaction(tenant) as driver:
            await hold(driver, fence)
            for keep in batch:
                if isinstance(keep, c.SaveRun | c.PlaceCall):
                    counts.ask(keep.run_id)
                elif isinstance(keep, c.CloseCall):
                    counts.ask(keep.record.run_id)  # written again, it changes nothing, and the counts were not heard
            for wave in waves(batch):
                await closes.write(driver, wave, counts)
                places = [one for one in wave if isinstance(one, c.PlaceCall)]
                answers += await intents.place(driver, places, counts)
            return answers + await counts.write(driver)

    async def _fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        async with self.database.quick_transaction(tenant) as driver:
            await hold(driver, fence)
            return await hopper.fill(driver, tenant, ask, now)


async def hold(driver: Driver, fence: int) -> None:
    if await driver.fetchrow(HOLD_FENCE, fence) is None:
        raise FenceLost(f"another engine has taken over (fence {fence} is old)")


def waves(batch: Sequence[c.Keep]) -> Iterator[list[c.Keep]]:
    """Cut the batch where a later command touches what an earlier one touched. Within a wave the order does not
    matter, so all commands of one kind go in one round trip: this is where the speed comes from."""
    wave: list[c.Keep] = []
    read: Touched = set()
    written: Touched = set()
    for keep in batch:
        reads, writes = touches(keep)
        if writes & (read | written) or reads & written:
            yield wave
            wave, read, written = [], set(), set()
        wave.append(keep)
        read |= reads
        written |= writes
    if wave:
        yield wave


def touches(keep: c.Keep) -> tuple[Touched, Touched]:
    """What a command reads, and what it writes."""
    match keep:
        case c.PlaceCall(item=item, run_id=run_id):
            return {("run", run_id)}, {("call", item.call), ("member", item.member_id), ("contact", item.contact_id)}
        case c.CloseCall(record=record):
            return set(), {("call", record.call), ("member", record.member_id), ("contact", record.contact_id)}
        case c.SaveProgress(call=call) | c.SaveDisposition(call=call):
            return set(), {("call", call)}
        case c.SaveRun(run_id=run_id):
            return set(), {("run", run_id)}
        case c.SaveAgentState(agent_id=agent_id):
            return set(), {("agent", agent_id)}
        case c.ReturnItems(member_ids=member_ids):
            return set(), {("member", one) for one in member_ids}
        case c.CloseMember(member_id=member_id):
            return set(), {("member", member_id)}
        case c.SaveLearned(campaign_id=campaign_id):
            return set(), {("learned", campaign_id)}
    raise AssertionError(f"a command that the store does not know: {keep!r}")
