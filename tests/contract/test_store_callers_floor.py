"""The floor and both stores together: what the one orders the others keep, and an engine that begins of either goes on.

A day with callers is told to one floor. All that it wants kept is written to both stores, which must answer alike and
know the same after every step.
"""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.queues import SqlQueues
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.machine import Floor
from busyhour.core.model.callers import CallerOutcome
from busyhour.core.model.campaign import Hours
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.pictures import ChannelPicture, PbxPicture
from busyhour.core.model.queue import CallbackRule, Destination, DestinationKind, Queue, SkillNeed
from busyhour.core.model.values import EndCause
from busyhour.service.caller_records import CallerFilter, DialedNumberRow
from busyhour.service.ports import FloorPicture

from .inbound import InMemory, InSql, picture

SALES = "5551"
PEOPLE = {1: "+390612345671", 2: "+390612345672", 3: "+390612345673"}


class Day:
    """One floor over two stores. Seconds count from now on: figures are kept for a day."""

    def __init__(self, sql: InSql, memory: InMemory) -> None:
        self.sql, self.memory = sql, memory
        self.utc_s = float(int(time.time()))
        self.floor = Floor()
        self.orders: list[c.Command] = []
        self.no = 0

    async def begin(self) -> None:
        for side in (self.sql, self.memory):
            await side.begin()
        queue = Queue(
            queue_id=0,
            name="Sales",
            skills=(SkillNeed("sales"),),
            callback_key="1",
            callback=CallbackRule(hours=Hours()),
            trunk_ids=(1,),
        )
        self.queue = await self.sql.add_queue(queue)
        assert await self.memory.add_queue(queue) == self.queue
        to = Treatment(to=(Destination(DestinationKind.QUEUE, "1"),))
        await self.sql.queues.save_dialed_number(1, DialedNumberRow(number_id=0, pattern=SALES, treatment=to))
        await self.sql.queues.set_skills(1, 1, {"sales": 5})
        rows = self.memory.rows
        rows.inbound.numbers = (DialedNumber(pattern=SALES, treatment=to),)
        rows.agents[1] = msgspec.structs.replace(rows.agents[1], skills={"sales": 5})
        await self.start(0.0, PbxPicture(boot="one"))

    async def found(self) -> FloorPicture:
        """What the next engine would find, of either."""
        of_sql, of_memory = [await side.store.open_shard(1, "engine") for side in (self.sql, self.memory)]
        assert picture(of_sql) == picture(of_memory)
        assert (of_sql.queues, of_sql.numbers) == (of_memory.queues, of_memory.numbers)
        self.sql_fence, self.memory_fence = of_sql.fence, of_memory.fence
        return of_sql

    async def start(self, at_s: float, pbx: PbxPicture) -> None:
        self.floor = Floor()
        found = await self.found()
        names = set(FloorPicture.__struct_fields__) & set(e.FloorStarted.__struct_fields__)
        await self.hears(at_s, e.FloorStarted(pbx=pbx, **{name: getattr(found, name) for name in names}))

    async def hears(self, at_s: float, event: e.Event) -> None:
        orders = self.floor.handle(e.Instant(at_s, self.utc_s + at_s), event)
        self.orders += orders
        keeps = [one for one in orders if isinstance(one, c.Keep)]
        self.no += 1
        answers = await self.sql.store.commit(1, self.sql_fence, keeps, self.no)
        assert answers == await self.memory.store.commit(1, self.memory_fence, keeps, self.no)
        for answer in answers:
            await self.hears(at_s, answer)
        if keeps:
            await self.found()

    async def arrives(self, at_s: float, n: int) -> None:
        at_utc_s = self.utc_s + at_s
        arrived = e.CallArrived(call=f"i1-{n}", dialed=SALES, number=PEOPLE[n], name=f"caller {n}", at_utc_s=at_utc_s)
        await self.hears(at_s, arrived)
        await self.hears(at_s, e.CallAnswered(call=f"i1-{n}", at_utc_s=at_utc_s))

    async def works(self, at_s: float) -> None:
        """The agent comes, or comes back."""
        await self.hears(at_s, e.AgentLinked(agent_id=1, session="tab"))
        await self.hears(at_s, e.PhoneRegistered(agent_id=1))
        await self.hears(at_s, e.ReadyAsked(agent_id=1, request=""))
        leg = self.floor.agents[1].leg
        assert leg is not None
        await self.hears(at_s, e.LegAnswered(leg=leg, at_utc_s=self.utc_s + at_s))

    async def ends(self, at_s: float, call: str) -> None:
        await self.hears(at_s, e.CallEnded(call=call, cause=EndCause.NORMAL, at_utc_s=self.utc_s + at_s))

    def last(self, kind: type[Any]) -> Any:
        return next(order for order in reversed(self.orders) if isinstance(order, kind))

    async def joined(self, at_s: float) -> str:
        """Who was put to the agent last."""
        order = self.last(c.Join)
        await self.hears(at_s, e.CallJoined(call=order.call, leg=order.leg, at_utc_s=self.utc_s + at_s))
        return str(order.call)

    async def outcomes(self) -> dict[str, str | None]:
        page = await SqlQueues(self.sql.world.database).callers(1, CallerFilter())
        return {row.call: row.outcome for row in page.rows}


@pytest.fixture
async def day(database_url: str, tmp_path: Path) -> Any:
    database = Database(database_url, connections_max=5)
    made = Day(InSql(database, tmp_path), InMemory())
    await made.begin()
    yield made
    await database.close()


@pytest.mark.covers("I20")
async def test_who_waits_has_the_same_place_with_the_engine_after_the_next(day: Day) -> None:
    """The first has waited longest, whatever the PBX tells first, and is the first to be joined."""
    for n in (1, 2, 3):
        await day.arrives(float(n), n)
    await day.ends(10.0, "i1-2")
    on_line = tuple(ChannelPicture(channel=f"i1-{n}", answered=True, dialed=SALES, number=PEOPLE[n]) for n in (3, 1))
    for at_s in (20.0, 40.0):
        await day.start(at_s, PbxPicture(boot="one", channels=on_line))
        assert [day.floor.entries.routing.position(f"i1-{n}") for n in (1, 3)] == [0, 1]
    await day.works(60.0)
    assert await day.joined(60.5) == "i1-1"
    assert (await day.outcomes())["i1-2"] == CallerOutcome.ABANDONED


@pytest.mark.covers("I22")
async def test_who_was_promised_a_call_is_called_once_though_engines_die(day: Day) -> None:
    await day.arrives(1.0, 1)
    await day.hears(5.0, e.DigitPressed(call="i1-1", digit="1"))
    await day.ends(8.0, "i1-1")
    await day.arrives(9.0, 2)
    [waits] = (await day.found()).callbacks
    assert (waits.state, waits.number) == ("waiting", PEOPLE[1])
    line = (ChannelPicture(channel="i1-2", answered=True, dialed=SALES, number=PEOPLE[2]),)
    await day.start(20.0, PbxPicture(boot="one", channels=line))
    await day.works(30.0)
    dial = day.last(c.PlaceCallback)
    assert (dial.callback, dial.number) == (waits.callback, PEOPLE[1]), "it was their turn before the one who waits"
    for event in (
        e.CallSent(call=dial.call),
        e.CallAnswered(call=dial.call, at_utc_s=day.utc_s + 35),
    ):
        await day.hears(35.0, event)
    assert await day.joined(35.5) == dial.call
    await day.ends(95.0, dial.call)
    assert (await day.found()).callbacks == ()
    await day.start(100.0, PbxPicture(boot="one", channels=line))
    dials = [one for one in day.orders if isinstance(one, c.PlaceCallback)]
    assert [one.call for one in dials] == [dial.call]
    found = await day.outcomes()
    assert (found["i1-1"], found[dial.call]) == (CallerOutcome.CALLED_BACK, CallerOutcome.HANDLED)
