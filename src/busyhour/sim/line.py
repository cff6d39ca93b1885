"""The ports of one engine, with faults on them: its line to the PBX and its way to the store.

Orders and commits are on their way once they were sent: they take effect though the sender die or stand still. Points
where an engine may be killed stand before and after each commit and each order.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from random import Random

from busyhour.core import commands as c
from busyhour.core.events import (
    CallNotSent,
    CallSent,
    CallUnanswered,
    Event,
    HopperFilled,
    Instant,
    TelephonyBack,
    TelephonyLost,
)
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.counts import Reckoning, ReckoningAsk
from busyhour.core.model.pictures import PbxPicture
from busyhour.core.model.values import EndCause
from busyhour.service.errors import StoreDown, Unavailable
from busyhour.service.ports import FloorPicture, Kept, Store
from busyhour.sim.failover import Batch
from busyhour.sim.faults import Weather
from busyhour.sim.loop import WORLD, rest, the_loop
from busyhour.sim.pbx import SimPbx
from busyhour.sim.process import Process, at_once

REPLY_S = 0.004  # from an order to its reply
REPLY_WAIT_S = 5.0  # after this an engine takes the reply for lost
COMMIT_S = 0.003
EVENT_S = 0.001
LATE_S = (0.1, 3.0)
RECONNECT_S = (0.1, 1.5)


class Line:
    """Implements `service.ports.Telephony` for one engine of one tenant."""

    def __init__(self, pbx: SimPbx, process: Process, weather: Weather, dice: Random) -> None:
        self.tenant, self.process = process.tenant, process
        self._pbx, self._weather, self._dice = pbx, weather, dice
        self._sink: Callable[[Event], None] | None = None
        self._hears_all = not (weather.event_lost or weather.event_doubled or weather.event_late)
        self.downs = 0  # reasons why it is down now
        self.mute = False  # half open: nothing gets through, and nobody knows
        self.told_down_s = math.inf  # when the engine was last told that it is down
        self.back_s = 0.0  # when it was last whole again
        self.phones: Callable[[], Sequence[Event]] = tuple  # what is told of them after each look around
        self.about: Callable[[], Sequence[str]] = tuple  # calls whose end may not have been heard of

    def attach(self, tenant: int, sink: Callable[[Event], None]) -> None:
        assert tenant == self.tenant
        self._sink = sink

    def up(self) -> bool:
        return not self.downs

    @property
    def deaf(self) -> bool:
        """Some directions are cut, and nobody was told."""
        return False

    def hear(self, event: Event) -> None:
        """Something happened on the PBX: tell the engine, or not, or twice, or late."""
        if self._sink is None or self.downs or self.mute or self.process.dead:
            return
        loop = the_loop()
        if self._hears_all:
            loop.later(EVENT_S, self._deliver, event)
            return
        chance, weather = self.process.watch.chance, self._weather
        if chance(weather.event_lost):
            return
        for _ in range(1 + chance(weather.event_doubled)):
            late = chance(weather.event_late)
            after_s = self._dice.uniform(0.0, weather.event_late_s) if late else EVENT_S
            loop.later(after_s, self._deliver, event)

    def _deliver(self, event: Event) -> None:
        if self._sink is None or self.downs or self.process.dead:
            return
        if self.process.frozen:
            self.process.soon(self._sink, event)
        else:
            self._sink(event)

    # Down and up

    async def cut(self, seconds: float) -> None:
        """The link is down this long; the engine knows at once."""
        self.go_down()
        await asyncio.sleep(seconds)
        await self.come_back()

    async def fall_silent(self, unnoticed_s: float) -> None:
        """Half open: nothing gets through; after a while it is noticed, and a new link made."""
        self.mute = True
        await asyncio.sleep(unnoticed_s)
        self.mute = False
        await self.cut(0.1)

    def go_down(self) -> None:
        self.downs += 1
        self.told_down_s = math.inf if self.downs == 1 else self.told_down_s
        if self.downs == 1 and self._sink is not None and not self.process.dead:
            self.process.soon(self._tell_down)

    def _tell_down(self) -> None:
        assert self._sink is not None
        self.told_down_s = the_loop().now_s
        self._sink(TelephonyLost())

    async def come_back(self) -> None:
        await asyncio.sleep(self._dice.uniform(*RECONNECT_S))
        self.downs -= 1
        if not self.downs and self._sink is not None and not self.process.dead:
            self.back_s = the_loop().now_s
            self.process.soon(self._sink, TelephonyBack(pbx=self._pbx.picture(self.tenant, self.about())))
            for told in self.phones():
                self.process.soon(self._sink, told)

    # Orders

    async def place(self, call: c.Dial) -> Event:
        name = call.call
        process = self.process
        process.point("before place")
        if process.dead:
            await process.alive()
        process.watch.before_order(process, call)
        if self.downs:
            return CallNotSent(call=name, cause=EndCause.NOT_SENT)  # never dialed blind, as the adapter does it
        if not await process.sent(REPLY_S / 2, partial(self._placed, call)):
            await asyncio.sleep(REPLY_WAIT_S)
            return CallUnanswered(call=name)
        lost = self.process.watch.chance(self._weather.reply_lost)
        await rest(REPLY_WAIT_S if lost else REPLY_S / 2)
        return CallUnanswered(call=name) if lost or self.downs or self.mute else CallSent(call=name)

    def _placed(self, call: c.Dial) -> bool:
        if self.downs or self.mute:
            return False
        self._pbx.place(call)
        self.process.point("after place")
        return True

    async def act(self, command: c.Act) -> Event | None:
        process = self.process
        process.point("before act")
        if process.dead:
            await process.alive()
        process.watch.before_order(process, command)
        after_s = REPLY_S / 2
        if self._weather.kill_late and process.watch.chance(self._weather.kill_late):
            after_s = self._dice.uniform(*LATE_S)
            process.watch.note(f"killed, and its order is carried out {after_s:.1f} s later")
            the_loop().call_soon(process.watch.kill, process, context=WORLD)
        return await process.sent(after_s, partial(self._acted, command))

    def _acted(self, command: c.Act) -> Event | None:
        if self.downs or self.mute:
            return None
        fact = self._pbx.act(command, late=self.process.dead)
        self.process.point("after act")
        return fact

    async def picture(self, tenant: int, about: Sequence[str] = ()) -> PbxPicture:
        return await self.process.over_the_wire(REPLY_S, partial(self._seen, tenant, about))

    def _seen(self, tenant: int, about: Sequence[str]) -> PbxPicture:
        if self.downs or self.mute:
            raise Unavailable("the PBX is out of reach")
        self.process.point("at picture")
        return self._pbx.picture(tenant, about)

    async def missed(self, tenant: int, since_utc_s: float) -> Sequence[MissedCaller]:
        """The PBX's records are on our machine: they can be read when it cannot be reached."""
        return await self.process.over_the_wire(REPLY_S, partial(self._pbx.missed, tenant, since_utc_s))


Committed = tuple[list[Event], Batch | None]
Opened = tuple[FloorPicture, Batch | None]


class Shelf:
    """Implements `service.ports.Store` for one engine: the common store, reached over a way that can fail."""

    def __init__(self, store: Store, process: Process, weather: Weather, away: Callable[[], bool]) -> None:
        self._store, self.process, self._weather, self._away = store, process, weather, away

    async def open_shard(
        self, tenant: int, owner: str, kept: Kept | None = None, mine: int | None = None
    ) -> FloorPicture:
        picture, written = await self._open(partial(self._opened, tenant, owner, kept, mine))
        if written is not None:
            written.heard = True
        return picture

    async def _open(self, do: Callable[[], Opened]) -> Opened:
        return await self.process.over_the_wire(COMMIT_S, do)

    def _opened(self, tenant: int, owner: str, kept: Kept | None, mine: int | None) -> Opened:
        self._reach()
        picture = at_once(self._store.open_shard(tenant, owner, kept, mine))
        self.process.fence = picture.fence
        self.process.watch.opened(self.process)
        written = None
        if kept is not None and picture.given_back is not None:  # what had waited is written with it
            _, waited = kept.writes[-1]
            written = self.process.watch.failover.written(tenant, waited, ())
        self.process.point("after open")
        return picture, written

    async def commit(self, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0) -> list[Event]:
        self.process.point("before commit")
        if self.process.dead:
            await self.process.alive()
        answers, written = await self._commit(partial(self._committed, tenant, fence, batch, no))
        if written is not None:
            written.heard = True
        return answers

    def _commit(self, do: Callable[[], Committed]) -> Awaitable[Committed]:
        return self.process.sent(COMMIT_S, do)

    def _committed(self, tenant: int, fence: int, batch: Sequence[c.Keep], no: int) -> Committed:
        self._reach()
        process, watch, weather = self.process, self.process.watch, self._weather
        if weather.commit_fails and watch.chance(weather.commit_fails):
            raise StoreDown("the commit was rolled back")
        answers = at_once(self._store.commit(tenant, fence, batch, no))
        watch.after_batch(process, fence, batch, answers)
        written = watch.failover.written(tenant, batch, answers)
        process.point("after commit")
        if weather.commit_unknown and watch.chance(weather.commit_unknown):
            raise StoreDown("the link died on the commit's answer")
        return answers, written

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        return await self.process.over_the_wire(COMMIT_S, partial(self._filled, tenant, fence, ask, now))

    def _filled(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        self._reach()
        return at_once(self._store.fill_hopper(tenant, fence, ask, now))

    async def reckon(self, tenant: int, ask: ReckoningAsk) -> Reckoning:
        return await self.process.over_the_wire(COMMIT_S, partial(self._reckoned, tenant, ask))

    def _reckoned(self, tenant: int, ask: ReckoningAsk) -> Reckoning:
        self._reach()
        return at_once(self._store.reckon(tenant, ask))

    async def unknown(self, tenant: int, calls: Sequence[str]) -> list[str]:
        return await self.process.over_the_wire(COMMIT_S, partial(self._unknown, tenant, calls))

    def _unknown(self, tenant: int, calls: Sequence[str]) -> list[str]:
        self._reach()
        return at_once(self._store.unknown(tenant, calls))

    def _reach(self) -> None:
        if self._away():
            raise StoreDown("the database is away")
