"""One-way partitions (E2): events, orders or replies do not get through, on the way to the PBX, to the store, or from a
desk; once, flapping, or on several links in turn. Each heals, and all must go on soon after.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from busyhour.core import events as e
from busyhour.service.errors import Unavailable
from busyhour.service.ports import Store
from busyhour.sim.deaf import STORE_WAIT_S, DeafLine, DeafShelf
from busyhour.sim.ledger import Violation
from busyhour.sim.line import Line
from busyhour.sim.loop import the_loop
from busyhour.sim.people import HOUR_S
from busyhour.sim.process import Process
from busyhour.sim.world import World

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


class MixedWorld(World):
    """A world in which partitions strike beside all that goes wrong otherwise, as often as its weather says."""

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

        return DeafShelf(self.store, process, self.plan.weather, super().store_away, cut_ways=ways)

    def store_away(self) -> bool:
        """For the checkers: somebody cannot reach the store, or is still waiting for an answer that was lost."""
        if any(self.store_ways.values()):
            self._store_cut_s = the_loop().now_s
        return super().store_away() or the_loop().now_s - self._store_cut_s <= STORE_WAIT_S + 1.0

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
        self.spawn(self._partition_now_and_then())
        await super()._live()

    async def _partition_now_and_then(self) -> None:
        per_h = self.plan.weather.partitions_per_h
        while per_h > 0.0:
            await asyncio.sleep(self._chance.expovariate(per_h / HOUR_S))
            if self.luck.over:
                return
            if self.luck.strikes():
                self.spawn(self._partition_somewhere())

    async def _partition_somewhere(self) -> str:
        link, way, course = (self._chance.choice(kinds) for kinds in (LINKS, WAYS, COURSES))
        name = f"{link} {way} {course}"
        self.note(f"partition: {name}")
        self.partitions[name] = self.partitions.get(name, 0) + 1
        await self._partition(link, way, course)
        self.note("healed")
        return name

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
        if link == "store":
            self._store_cut_s = the_loop().now_s  # also when it was cut and healed between two looks
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


class PartitionWorld(MixedWorld):
    """One partition after another, each looked at when it has healed."""

    async def _partition_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*BETWEEN_S))
            if self.luck.over:
                return
            name = await self._partition_somewhere()
            await asyncio.sleep(LIVENESS_S)
            self._look_after(name)

    def _look_after(self, name: str) -> None:
        """I44, R12: all is as before."""
        for tenant, engine in self.engines.items():
            floor = engine.floor
            if floor is None or not (engine.running and floor.telephony_up and floor.store_up):
                raise Violation(f"I44: tenant {tenant} does not go on {LIVENESS_S:g} s after the partition: {name}")
