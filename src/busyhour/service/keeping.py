"""Keeping: what the floor wants kept goes to the store in order, in transactions that grow with the load.

The engine's loop never waits for the database; what waits is what depends on it: placing a call waits for the yes of
its intent, and an answer to a person that promises something lasting waits until that is written. While the store is
away, everything waits here, in order and in memory, and the floor is told, so that nothing new is dialed.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol

import structlog

from busyhour.core.commands import Dial, Keep
from busyhour.core.events import Event
from busyhour.service.alarm import Alarm
from busyhour.service.errors import FenceLost, StoreDown, StoreRewound
from busyhour.service.journal import Journal
from busyhour.service.ports import Clock, FloorPicture, Store

BATCH_MAX = 1_000  # records of one transaction
WAITING_MAX = 200_000  # records that may wait for the database; beyond it the process must not go on
RETRY_S = 0.5
CONFIRM_EVERY_S = 2.0
SURE_S = 5.0  # a process that stood still this long has its ownership confirmed before the PBX is told anything
BEAT_S = 1.0
END_MAX_S = 3.0  # for the last records, when we stop
FINISH_LOOK_S = 0.01

log = structlog.get_logger("engine")


class Listener(Protocol):
    """The engine, as the keeper sees it."""

    def committed(self, batch: Sequence[Keep], answers: Sequence[Event]) -> None: ...

    def store_lost(self) -> None: ...

    def store_back(self) -> None: ...

    def store_rewound(self) -> None: ...

    def fence_lost(self) -> None: ...

    def keeper_failed(self) -> None: ...


@dataclass(slots=True)
class _Lot:
    """What one turn of the loop wants kept, and what is to be done once it is."""

    keeps: Sequence[Keep]
    after: Sequence[Callable[[], None]]


class Keeper:
    """One tenant's way to the store, under one fence. `run` it as a task."""

    def __init__(self, tenant: int, store: Store, listener: Listener, clock: Clock, journal: Journal) -> None:
        self.up = True
        self.fault: Exception | None = None  # a bug of ours ended the task that writes
        self._journal = journal
        self._rewinds = self._calls_lost = 0  # failovers of the store, and calls that it did not know after them
        self._tenant, self._store, self._listener, self._clock = tenant, store, listener, clock
        self._sure_s = 0.0  # monotonic: when the shard was last known to be ours, or we to have run on since
        self._fence = 0
        self._opening = False  # an opening was asked for, and not answered yet, or its answer was lost
        self._back_s = -inf  # monotonic: when the store was last found to be back
        self._lots: list[_Lot] = []
        self._more = Alarm()
        self._task: asyncio.Task[None] | None = None
        self._pulse: asyncio.TimerHandle | None = None

    def begin(self, fence: int, asked_s: float) -> None:
        """From now on under this fence, which was asked for at `asked_s` (monotonic)."""
        self._fence = self._journal.fence = fence
        self.up, self.fault = True, None
        self._sure_s = asked_s
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=f"keeper-{self._tenant}")
        if self._pulse is None:
            self._pulse = asyncio.get_running_loop().call_later(BEAT_S, self._beat)

    async def open(self, owner: str, *, rewound: bool) -> FloorPicture:
        """Open the shard, when all is written that a floor that failed has left. But a store that lost what we wrote
        gets it back, and what waits with it; calls that were only asked for are not: they were not sent, and the floor
        that wanted them is gone. Nothing that waits outlives this opening: behind one of another engine, or of ours
        whose answer was lost, it would overwrite what is newer. Raises `FenceLost` when another engine was first, or
        was there since."""
        self._hold_against_the_journal()
        await self._stop_writing()  # a floor may have failed while it wrote, and two would both take the oldest lots
        if not (rewound or self._opening):  # under a fence that an opening may have ended, nothing can be written
            await self.flush()
        lots, waiting = len(self._lots), [keep for lot in self._lots for keep in lot.keeps]
        self._journal.no += 1
        kept = self._journal.kept(self._journal.no, [keep for keep in waiting if not isinstance(keep, Dial)])
        self._opening = True
        picture = await self._store.open_shard(self._tenant, owner, kept, self._fence or None)
        self._opening, self._fence = False, picture.fence
        no = self._journal.no = max(self._journal.no, picture.written_no)
        if picture.given_back is not None:
            assert kept is not None
            self._journal.renew()
            self._journal.note(picture.fence, no, waiting, ())
            self._rewinds, self._calls_lost = self._rewinds + 1, self._calls_lost + picture.given_back
            told = {
                "tenant": self._tenant,
                "records": sum(len(keeps) for _, keeps in kept.writes),
                "calls_lost": picture.given_back,
            }
            log.warning("the database failed over; what was written lately was given back to it", **told)
        done, self._lots = self._lots[:lots], self._lots[lots:]
        if picture.given_back is not None:
            for do in [one for lot in done for one in lot.after]:
                do()
        return picture

    def _hold_against_the_journal(self) -> None:
        """A failover may have lost the opening of the engine that replaced us; the journal, which is its own, too, has
        not. What it wrote is newer than all that waits here."""
        if 0 < self._fence < self._journal.fence:
            raise FenceLost(f"another engine has opened the shard since (fence {self._fence} is old)")

    @property
    def waiting(self) -> int:
        return sum(len(lot.keeps) for lot in self._lots)

    def statistics(self) -> dict[str, int | bool]:
        return {
            "records_waiting": self.waiting,
            "store_up": self.up,
            "store_rewinds": self._rewinds,
            "calls_lost_by_store": self._calls_lost,
        }

    def add(self, keeps: Sequence[Keep], after: Sequence[Callable[[], None]] = ()) -> None:
        """Keep these behind all that waits; then do what is to be done after: at once when there is nothing to be
        kept, and the shard is surely ours."""
        if not keeps and not self._lots and self._clock.now().mono_s - self._sure_s <= SURE_S:
            for do in after:
                do()
            return
        self._lots.append(_Lot(keeps, after))
        if len(self._lots) % BATCH_MAX == 0 and self.waiting > WAITING_MAX:
            raise AssertionError("too many records wait for the database")
        self._more.ring()

    async def still_ours(self) -> bool:
        """An engine that stood still (a suspended machine, a stopped process) may have been replaced meanwhile, and the
        PBX cannot tell whose orders it gets (I14). Then nothing is ordered before the store says whose the shard is.
        One that only cannot reach the store goes on: nobody takes the shard of an engine that runs, and those who
        answer meanwhile must not be left in silence (N5)."""
        while self._clock.now().mono_s - self._sure_s > SURE_S:
            asked_s, fence = self._clock.now().mono_s, self._fence
            try:
                await self._store.commit(self._tenant, fence, [])
            except StoreDown as fault:
                self.lose(fault)
                await asyncio.sleep(RETRY_S)
            except (FenceLost, StoreRewound) as fault:
                self.refused(fence, fault)
                return False
            else:
                self._sure_s = asked_s
        return True

    async def flush(self) -> None:
        """Write all that waits. Raises `StoreDown`, `FenceLost`, `StoreRewound`."""
        while self._lots:
            await self._write()

    async def finish(self, orders: Collection[asyncio.Task[Any]]) -> None:
        """Until all that waits is written, and the `orders` that came of it are given; or `END_MAX_S` have passed. A
        successor finds what is left as it finds what a killed engine leaves (A16)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(END_MAX_S):
                while orders or self._lots:  # noqa: ASYNC110 (an order may follow from what is written)
                    await asyncio.sleep(FINISH_LOOK_S)

    async def end(self) -> None:
        """Stop, after a last try to write what waits."""
        if self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None
        await self._stop_writing()
        try:
            async with asyncio.timeout(END_MAX_S):
                await self.flush()
        except (StoreDown, FenceLost, StoreRewound, TimeoutError) as fault:
            log.warning("records are left for recovery", tenant=self._tenant, records=self.waiting, fault=repr(fault))

    async def _stop_writing(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def _beat(self) -> None:
        now_s = self._clock.now().mono_s
        if now_s - self._sure_s <= SURE_S:
            self._sure_s = now_s
        self._pulse = asyncio.get_running_loop().call_later(BEAT_S, self._beat)

    async def _run(self) -> None:
        while True:
            await self._more.heard(CONFIRM_EVERY_S)
            if not self._lots:
                self._lots.append(_Lot((), ()))  # nothing to keep: confirm that the shard is ours, so no order waits
            if not self.up and self._clock.now().mono_s - self._back_s < RETRY_S:
                await asyncio.sleep(RETRY_S)  # lost as soon as it was back: it writes, and fills no hopper (C6)
            self._more.hush()
            try:
                await self.flush()
            except StoreDown as fault:
                self._lose(fault)
                await asyncio.sleep(RETRY_S)
                self._more.ring()
            except (FenceLost, StoreRewound) as fault:
                self.refused(self._fence, fault)
                return
            except Exception as fault:  # else all would wait for ever, and nobody would know
                self.fault = fault
                self._listener.keeper_failed()
                return
            else:
                self._regain()

    async def _write(self) -> None:
        """One transaction with the oldest lots. They leave the line only once they are written; writing a lot again is
        harmless, so a commit whose outcome is not known is repeated."""
        lots, batch = 0, list[Keep]()
        for lot in self._lots:
            if batch and len(batch) + len(lot.keeps) > BATCH_MAX:
                break
            batch.extend(lot.keeps)
            lots += 1
        asked_s = self._clock.now().mono_s
        self._journal.no += 1  # anew for each try: the batch may have grown since one whose outcome is not known
        no = self._journal.no
        answers = await self._store.commit(self._tenant, self._fence, batch, no if batch else 0)
        self._sure_s = max(self._sure_s, asked_s)
        self._journal.note(self._fence, no, batch, answers)
        done, self._lots = self._lots[:lots], self._lots[lots:]
        self._listener.committed(batch, answers)
        for lot in done:
            for do in lot.after:
                do()

    def refused(self, fence: int, fault: FenceLost | StoreRewound) -> None:
        """What was asked under this fence. An answer that comes when we have opened the shard anew, or are about to, is
        about the time before: the new fence is not lost with the old one."""
        if fence != self._fence or self._opening:
            return
        if isinstance(fault, FenceLost):
            self._listener.fence_lost()
        else:
            self._listener.store_rewound()

    def lose(self, fault: StoreDown) -> None:
        """Another use of the store failed."""
        self._lose(fault)
        self._lots.append(_Lot((), ()))
        self._more.ring()

    def _lose(self, fault: StoreDown) -> None:
        if self.up:
            self.up = False
            log.warning("database lost; nothing new is dialed", tenant=self._tenant, fault=str(fault))
            self._listener.store_lost()

    def _regain(self) -> None:
        if not self.up:
            self.up, self._back_s = True, self._clock.now().mono_s
            log.info("database back; all records written", tenant=self._tenant)
            self._listener.store_back()
