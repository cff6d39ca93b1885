"""The ports of one engine, with faults on them: its line to the PBX and its way to the store.

An engine that is killed keeps its line, which then does nothing and never answers: a dead process neither acts nor
hears. Points where an engine may be killed stand before and after each commit and each order.
"""

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Protocol

from busyhour.core import commands as c
from busyhour.core.events import CallSent, CallUnanswered, Event, HopperFilled, Instant, TelephonyBack, TelephonyLost
from busyhour.core.model.pictures import PbxPicture
from busyhour.service.errors import StoreDown, Unavailable
from busyhour.service.ports import FloorPicture, Store
from busyhour.sim.faults import Weather
from busyhour.sim.pbx import SimPbx

REPLY_S = 0.004  # from an order to its reply
REPLY_WAIT_S = 5.0  # after this an engine takes the reply for lost
COMMIT_S = 0.003
RECONNECT_S = (0.1, 1.5)


class Life(Protocol):
    """The process that an engine runs in."""

    dead: bool

    def fault(self) -> None:
        """One more thing went wrong."""

    def point(self, where: str) -> None:
        """A place where it may be killed; then this does not return (raises `Killed`)."""


class Killed(BaseException):
    """The engine is dead from here on. No code of the product sees it: the line waits for ever instead."""


async def never() -> Any:
    """What a dead process does."""
    await asyncio.get_running_loop().create_future()


class Line:
    """Implements `service.ports.Telephony` for one engine of one tenant."""

    def __init__(self, tenant: int, pbx: SimPbx, life: Life, weather: Weather, dice: Random) -> None:
        self.tenant, self.life = tenant, life
        self._pbx, self._weather, self._dice = pbx, weather, dice
        self._sink: Callable[[Event], None] | None = None
        self._up = True
        self.cuts = 0

    def attach(self, tenant: int, sink: Callable[[Event], None]) -> None:
        assert tenant == self.tenant
        self._sink = sink

    def up(self) -> bool:
        return self._up and not self.life.dead

    def hear(self, event: Event) -> None:
        """Something happened on the PBX: tell the engine, or not, or twice, or late."""
        if self._sink is None or not self.up():
            return
        dice, weather, loop = self._dice, self._weather, asyncio.get_running_loop()
        if dice.random() < weather.event_lost:
            self.life.fault()
            return
        twice = dice.random() < weather.event_doubled
        for _ in range(1 + twice):
            late = dice.random() < weather.event_late
            if late or twice:
                self.life.fault()
            loop.call_later(dice.uniform(0.0, weather.event_late_s) if late else 0.001, self._deliver, event)

    def _deliver(self, event: Event) -> None:
        if self._sink is not None and self.up():
            self._sink(event)

    async def cut(self, seconds: float) -> None:
        """The link is down this long; the engine knows at once."""
        if not self.up() or self._sink is None:
            return
        self._up = False
        self.cuts += 1
        self._sink(TelephonyLost())
        await asyncio.sleep(seconds + self._dice.uniform(*RECONNECT_S))
        self._up = True
        if not self.life.dead:
            self._sink(TelephonyBack(pbx=self._pbx.picture(self.tenant, list(self._pbx.histories))))

    async def place(self, call: c.PlaceCall) -> Event:
        name = call.item.call
        self.life.point("before place")
        if self.life.dead:
            await never()
        await asyncio.sleep(REPLY_S / 2)
        if not self.up():
            await asyncio.sleep(REPLY_WAIT_S)
            return CallUnanswered(call=name)
        self._pbx.place(call)
        self.life.point("after place")
        return await self._reply(CallSent(call=name), CallUnanswered(call=name))

    async def _reply(self, said: Event, unheard: Event) -> Event:
        if self.life.dead:
            await never()
        lost = self._dice.random() < self._weather.reply_lost
        if lost:
            self.life.fault()
        await asyncio.sleep(REPLY_WAIT_S if lost else REPLY_S / 2)
        if self.life.dead:
            await never()
        return unheard if lost or not self.up() else said

    async def act(self, command: c.Act) -> Event | None:
        self.life.point("before act")
        if self.life.dead:
            await never()
        await asyncio.sleep(REPLY_S / 2)
        if not self.up():
            return None
        fact = self._pbx.act(command)
        self.life.point("after act")
        if self.life.dead:
            await never()
        return fact

    async def picture(self, tenant: int, about: Sequence[str] = ()) -> PbxPicture:
        await asyncio.sleep(REPLY_S)
        if self.life.dead:
            await never()
        if not self.up():
            raise Unavailable("the PBX is out of reach")
        return self._pbx.picture(tenant, about)


class Shelf:
    """Implements `service.ports.Store` for one engine: the common store, reached over a way that can fail."""

    def __init__(self, store: Store, life: Life, weather: Weather, dice: Random) -> None:
        self._store, self.life, self._weather, self._dice = store, life, weather, dice
        self.away = False

    async def open_shard(self, tenant: int, owner: str) -> FloorPicture:
        await self._go()
        return await self._store.open_shard(tenant, owner)

    async def commit(self, tenant: int, fence: int, batch: Sequence[c.Keep]) -> list[Event]:
        self.life.point("before commit")
        await self._go()
        answers = await self._store.commit(tenant, fence, batch)
        self.life.point("after commit")
        if self.life.dead:
            await never()
        if self._dice.random() < self._weather.commit_unknown:
            self.life.fault()
            raise StoreDown("the link died on the commit's answer")
        return answers

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        await self._go()
        filled = await self._store.fill_hopper(tenant, fence, ask, now)
        if self.life.dead:
            await never()
        return filled

    async def _go(self) -> None:
        if self.life.dead:
            await never()
        await asyncio.sleep(COMMIT_S)
        if self.life.dead:
            await never()
        if self.away:
            raise StoreDown("the database is away")
