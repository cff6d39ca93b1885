"""One-way partitions (E2): events, orders or replies do not get through, on the way to the PBX, to the store, or from a
desk; once, flapping, or on several links in turn. Each heals, and all must go on soon after.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, TypeVar

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.pictures import PbxPicture
from busyhour.service.errors import StoreDown, Unavailable
from busyhour.service.ports import Store
from busyhour.sim.ledger import Violation
from busyhour.sim.line import REPLY_WAIT_S, Line, Shelf
from busyhour.sim.loop import the_loop
from busyhour.sim.process import Process
from busyhour.sim.world import World

T = TypeVar("T")

ACT_WAIT_S = 2.0
STORE_WAIT_S = 5.0  # a use of the store without an answer is given up
NOTICED_S = (5.0, 15.0)  # a link that brings nothing is taken for dead
SHORTEST_S, LONGEST_S = 0.5, 30.0
FLAPS = 4
FLAP_S = (0.3, 3.0)
BETWEEN_S = (20.0, 30.0)  # from the check after one partition to the next one
LIVENESS_S = 15.0
DESK_WAIT_S = 5.0

LINKS = ("pbx", "store", "desk")
WAYS = ("events", "orders", "replies", "all")
COURSES = ("once", "flap", "swizzle")


class DeafLine(Line):
    """A line to the PBX on which some directions may be cut without anybody being told."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.cut_ways: frozenset[str] = frozenset()

    def hear(self, event: e.Event) -> None:
        if "events" not in self.cut_ways:
            super().hear(event)

    async def place(self, call: c.PlaceCall) -> e.Event:
        if "orders" in self.cut_ways:
            await asyncio.sleep(REPLY_WAIT_S)
            return e.CallUnanswered(call=call.item.call)
        answer = await super().place(call)
        if "replies" not in self.cut_ways or not isinstance(answer, e.CallSent):
            return answer
        await asyncio.sleep(REPLY_WAIT_S)
        return e.CallUnanswered(call=call.item.call)

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

    async def commit(self, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0) -> list[e.Event]:
        return await self._through(lambda: Shelf.commit(self, tenant, fence, batch, no))

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: e.Instant) -> e.HopperFilled:
        return await self._through(lambda: Shelf.fill_hopper(self, tenant, fence, ask, now))

    async def _through(self, use: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if "orders" in self._cut_ways():
            await asyncio.sleep(STORE_WAIT_S)
            raise StoreDown("no answer")
        answer = await use()
        if self._cut_ways() & {"replies", "events"}:
            await asyncio.sleep(STORE_WAIT_S)
            raise StoreDown("the answer was lost")
        return answer


class PartitionWorld(World):
    """A world in which nothing goes wrong but partitions, one after another."""

    def __init__(self, *arguments: Any) -> None:
        self.store_ways: dict[int, frozenset[str]] = {}
        self.desk_ways: dict[int, frozenset[str]] = {}
        self.partitions: dict[str, int] = {}
        self._store_cut_s = -1e9
        super().__init__(*arguments)
        self._chance = Random(f"partitions {self.plan.seed}")

    def make_line(self, process: Process) -> Line:
        return DeafLine(self.pbx, process, self.plan.weather, Random(self.dice.random()))

    def make_shelf(self, process: Process) -> Store:
        def ways() -> frozenset[str]:
            return self.store_ways.get(process.tenant, frozenset())

        return DeafShelf(self.store, process, self.plan.weather, lambda: False, cut_ways=ways)

    def store_away(self) -> bool:
        """For the checkers: somebody cannot reach the store, or is still waiting for an answer that was lost."""
        if any(self.store_ways.values()):
            self._store_cut_s = the_loop().now_s
        return the_loop().now_s - self._store_cut_s <= STORE_WAIT_S + 1.0

    async def _second(self) -> None:
        for tenant, line in self.lines.items():
            if isinstance(line, DeafLine) and line.cut_ways:
                self.disturbed(tenant)  # promises about prompt reactions begin anew
        await super()._second()

    async def ask(self, tenant: int, make: Callable[[str], e.Event]) -> None:
        ways = self.desk_ways.get(tenant, frozenset())
        if "orders" in ways:
            await asyncio.sleep(DESK_WAIT_S)
            raise Unavailable("no answer")
        await super().ask(tenant, make)
        if ways:
            raise Unavailable("the answer was lost")

    async def _live(self) -> None:
        self.spawn(self._partition_again_and_again())
        await super()._live()

    async def _partition_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*BETWEEN_S))
            if self.luck.over:
                return
            link, way, course = (self._chance.choice(kinds) for kinds in (LINKS, WAYS, COURSES))
            name = f"{link} {way} {course}"
            self.note(f"partition: {name}")
            self.partitions[name] = self.partitions.get(name, 0) + 1
            await self._partition(link, way, course)
            self.note("healed")
            await asyncio.sleep(LIVENESS_S)
            self._look(name)

    async def _partition(self, link: str, way: str, course: str) -> None:
        ways = frozenset(WAYS[:3]) if way == "all" else frozenset({way})
        tenants = self._chance.sample(list(self.processes), self._chance.randint(1, len(self.processes)))
        if course == "flap":
            for _ in range(FLAPS):
                await self._cut(link, tenants[:1], ways, self._chance.uniform(*FLAP_S))
                await asyncio.sleep(self._chance.uniform(*FLAP_S))
        elif course == "once":
            await self._cut(link, tenants[:1], ways, self._chance.uniform(SHORTEST_S, LONGEST_S))
        else:
            lengths_s = [self._chance.uniform(SHORTEST_S, LONGEST_S) for _ in tenants]
            cuts = (self._cut(link, [one], ways, length) for one, length in zip(tenants, lengths_s, strict=True))
            await asyncio.gather(*cuts)

    async def _cut(self, link: str, tenants: list[int], ways: frozenset[str], length_s: float) -> None:
        if link == "pbx":
            await asyncio.gather(*(self._cut_pbx(one, ways, length_s) for one in tenants))
            return
        where = self.store_ways if link == "store" else self.desk_ways
        for tenant in tenants:
            where[tenant] = ways
        await asyncio.sleep(length_s)
        for tenant in tenants:
            where[tenant] = frozenset()

    async def _cut_pbx(self, tenant: int, ways: frozenset[str], length_s: float) -> None:
        """A link that brings nothing is noticed after a while, and made anew once that is possible."""
        line = self.lines[tenant]
        assert isinstance(line, DeafLine)
        line.cut_ways = ways
        unnoticed_s = self._chance.uniform(*NOTICED_S)
        await asyncio.sleep(min(length_s, unnoticed_s))
        if length_s > unnoticed_s:
            line.go_down()
            await asyncio.sleep(length_s - unnoticed_s)
            line.cut_ways = frozenset()
            await line.come_back()
        line.cut_ways = frozenset()

    def _look(self, name: str) -> None:
        """I44, R12: all is as before."""
        for tenant, engine in self.engines.items():
            floor = engine.floor
            if floor is None or not (engine.running and floor.telephony_up and floor.store_up):
                raise Violation(f"I44: tenant {tenant} does not go on {LIVENESS_S:g} s after the partition: {name}")
