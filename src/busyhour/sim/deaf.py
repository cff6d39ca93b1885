"""Lines on which some directions may be cut without anybody being told: to the PBX, and to the store."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.counts import Reckoning, ReckoningAsk
from busyhour.core.model.pictures import PbxPicture
from busyhour.service.errors import StoreDown, Unavailable
from busyhour.sim.line import REPLY_WAIT_S, Committed, Line, Opened, Shelf

T = TypeVar("T")

ACT_WAIT_S = 2.0
STORE_WAIT_S = 5.0  # a use of the store without an answer is given up


class DeafLine(Line):
    """A line to the PBX on which some directions may be cut without anybody being told."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.cut_ways: frozenset[str] = frozenset()

    @property
    def deaf(self) -> bool:
        return bool(self.cut_ways)

    def hear(self, event: e.Event) -> None:
        if "events" not in self.cut_ways:
            super().hear(event)

    async def place(self, call: c.Dial) -> e.Event:
        if "orders" in self.cut_ways:
            await asyncio.sleep(REPLY_WAIT_S)
            return e.CallUnanswered(call=call.call)
        answer = await super().place(call)
        if "replies" not in self.cut_ways or not isinstance(answer, e.CallSent):
            return answer
        await asyncio.sleep(REPLY_WAIT_S)
        return e.CallUnanswered(call=call.call)

    async def act(self, command: c.Act) -> e.Event | None:
        lost = "orders" in self.cut_ways
        fact = None if lost else await super().act(command)
        if not lost and "replies" not in self.cut_ways:
            return fact
        await asyncio.sleep(ACT_WAIT_S)
        return e.JoinFailed(call=command.call, leg=command.leg) if isinstance(command, c.Join) else None

    async def picture(self, tenant: int, about: Sequence[str] = ()) -> PbxPicture:
        if self.cut_ways & {"orders", "replies"}:
            await asyncio.sleep(REPLY_WAIT_S)
            raise Unavailable("the PBX did not answer")
        return await super().picture(tenant, about)


class DeafShelf(Shelf):
    """A way to the store of which requests or answers may be lost. Nothing but answers comes from a store."""

    def __init__(self, *arguments: Any, cut_ways: Callable[[], frozenset[str]]) -> None:
        super().__init__(*arguments)
        self._cut_ways = cut_ways

    async def _open(self, do: Callable[[], Opened]) -> Opened:
        return await self._through(lambda: Shelf._open(self, do))

    async def reckon(self, tenant: int, ask: ReckoningAsk) -> Reckoning:
        return await self._through(lambda: Shelf.reckon(self, tenant, ask))

    async def _commit(self, do: Callable[[], Committed]) -> Committed:
        return await self._through(lambda: Shelf._commit(self, do))

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: e.Instant) -> e.HopperFilled:
        return await self._through(lambda: Shelf.fill_hopper(self, tenant, fence, ask, now))

    async def unknown(self, tenant: int, calls: Sequence[str]) -> list[str]:
        return await self._through(lambda: Shelf.unknown(self, tenant, calls))

    async def _through(self, use: Callable[[], Awaitable[T]]) -> T:
        if "orders" in self._cut_ways():
            await asyncio.sleep(STORE_WAIT_S)
            raise StoreDown("no answer")
        answer = await use()
        if self._cut_ways() & {"replies", "events"}:
            await asyncio.sleep(STORE_WAIT_S)
            raise StoreDown("the answer was lost")
        return answer
