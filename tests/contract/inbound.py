"""A tenant with a queue on one of the two stores, and the engine that owns it: callers come, wait, are called back."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa

from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.queues import SqlQueues
from busyhour.core import commands as c
from busyhour.core.events import Event, Instant
from busyhour.core.life.callback import CallbackState
from busyhour.core.model.callers import Callback, CallerOutcome, CallerRecord, EntryPicture
from busyhour.core.model.campaign import Campaign, Hours, Trunk
from busyhour.core.model.counts import bucket_of
from busyhour.core.model.pictures import AgentProfile, HopperItem, Segment
from busyhour.core.model.queue import CallbackRule, Queue
from busyhour.core.model.values import DialMode, EndCause, ListRole
from busyhour.service.ports import FloorPicture, Kept, Store

from .conftest import NOON_UTC_S, World, new_contact

ANY_HOUR = CallbackRule(hours=Hours())


class Side(Protocol):
    """What an administrator does, on either store."""

    store: Store
    tenant: int
    agent_id: int
    trunk: Trunk

    async def begin(self) -> None: ...
    async def add_queue(self, queue: Queue) -> Queue: ...
    async def add_dnc(self, number: str) -> None: ...
    async def dial(self, number: str) -> tuple[int, HopperItem]: ...
    async def rewind(self) -> None: ...
    async def everything(self) -> Any: ...


class Inbound:
    def __init__(self, side: Side) -> None:
        self.side = side
        self.utc_s = NOON_UTC_S
        self.bucket = bucket_of(time.time())  # of figures, which a store gives out for a day only
        self.no = 0

    async def begin(self) -> None:
        await self.side.begin()
        self.queue = await self.side.add_queue(Queue(queue_id=0, name="Sales"))
        await self.own()

    async def own(self, owner: str = "engine-1", kept: Kept | None = None) -> FloorPicture:
        self.floor = await self.side.store.open_shard(self.side.tenant, owner, kept)
        self.fence = self.floor.fence
        return self.floor

    async def commit(self, *batch: c.Keep) -> list[Event]:
        self.no += 1
        return await self.side.store.commit(self.side.tenant, self.fence, batch, self.no)

    async def dial(self, number: str) -> HopperItem:
        """Taken by a campaign that runs: it may be dialed now."""
        self.fence, item = await self.side.dial(number)
        return item

    # What is to be kept

    def call(self, n: int = 1) -> str:
        return f"i{self.side.tenant}-1700000000.{n}"

    def came(self, n: int = 1, number: str = "+39061234", **changes: Any) -> c.SaveArrival:
        plain = {"dialed": "+39069", "number": number, "name": "Ada", "headers": {"X-CallId": "7"}}
        return c.SaveArrival(**({"call": self.call(n), "at_utc_s": self.utc_s} | plain | changes))

    def place_in(self, entry: str, state: str, **changes: Any) -> c.SaveEntry:
        plain = {"number": "+39061234", "since_utc_s": self.utc_s, "entered_utc_s": self.utc_s}
        of = {"entry": entry, "queue_id": self.queue.queue_id, "state": state}
        return c.SaveEntry(entry=EntryPicture(**(of | plain | changes)), at_utc_s=self.utc_s)

    def gone(self, call: str, outcome: CallerOutcome = CallerOutcome.ABANDONED, **changes: Any) -> c.CloseCaller:
        plain = {
            "call": call,
            "number": "+39061234",
            "queue_id": self.queue.queue_id,
            "outcome": outcome,
            "cause": EndCause.NORMAL,
            "arrived_utc_s": self.utc_s,
            "answered_utc_s": None,
            "joined_utc_s": None,
            "ended_utc_s": self.utc_s + 30,
            "wait_s": 30.0,
            "talk_s": 0.0,
            "agent_id": None,
            "segments": (),
            "why": "hung up",
        }
        return c.CloseCaller(record=CallerRecord(**(plain | changes)))

    def talked(self, call: str, **changes: Any) -> c.CloseCaller:
        at = self.utc_s
        segment = Segment(kind="agent", agent_id=self.side.agent_id, started_utc_s=at + 4, ended_utc_s=at + 14)
        plain = {
            "answered_utc_s": at + 1,
            "joined_utc_s": at + 4,
            "ended_utc_s": at + 14,
            "talk_s": 10.0,
            "wait_s": 3.0,
            "agent_id": self.side.agent_id,
            "segments": (segment,),
        }
        return self.gone(call, CallerOutcome.HANDLED, **(plain | changes))

    def promised(self, name: str = "k1", state: str = "waiting", **changes: Any) -> c.SaveCallback:
        plain = {
            "callback": name,
            "queue_id": self.queue.queue_id,
            "number": "+39061234",
            "rule": ANY_HOUR,
            "since_utc_s": self.utc_s - 60,
            "promised_utc_s": self.utc_s,
            "state": CallbackState(state),
        }
        return c.SaveCallback(callback=Callback(**(plain | changes)), at_utc_s=self.utc_s)

    def back(self, n: int = 1, **changes: Any) -> c.PlaceCallback:
        plain = {
            "call": f"b{self.side.tenant}-1-{n}",
            "callback": "k1",
            "queue_id": self.queue.queue_id,
            "number": "+39061234",
            "name": "Ada",
            "trunk": self.side.trunk,
            "caller_id": "",
            "ring_timeout_s": 30.0,
            "agent_id": self.side.agent_id,
            "leg": "a1-1-1-1",
            "call_max_s": 7200.0,
            "why": "it is their turn",
            "at_utc_s": self.utc_s,
        }
        return c.PlaceCallback(**(plain | changes))

    def agent(self, state: str, call: str | None, **changes: Any) -> c.SaveAgentState:
        plain = {
            "agent_id": self.side.agent_id,
            "state": state,
            "reason": None,
            "pause": None,
            "call": call,
            "acw_until_utc_s": self.utc_s + 30 if state == "acw" else 0.0,
            "session_open": True,
            "at_utc_s": self.utc_s,
        }
        return c.SaveAgentState(**(plain | changes))

    def dialed(self, item: HopperItem) -> c.PlaceCall:
        return c.PlaceCall(
            item=item,
            run_id=1,
            campaign_id=1,
            trunk=self.side.trunk,
            caller_id="",
            ring_timeout_s=30.0,
            call_max_s=7200.0,
            why="one agent is free",
            at_utc_s=self.utc_s,
        )


class InSql:
    def __init__(self, database: Database, folder: Path) -> None:
        self.world = World(database, folder)
        self.queues = SqlQueues(database)
        self.store: Store = self.world.store

    async def begin(self) -> None:
        await self.world.begin()
        self.tenant, self.agent_id = self.world.tenant, self.world.agent_id
        [self.trunk] = (await self.store.open_shard(self.tenant, "setup")).trunks

    async def add_queue(self, queue: Queue) -> Queue:
        return await self.queues.save_queue(self.tenant, queue)

    async def add_dnc(self, number: str) -> None:
        await self.world.directory.add_dnc(self.tenant, [number], "web")

    async def dial(self, number: str) -> tuple[int, HopperItem]:
        people = await self.world.add_list("people", [new_contact(1, numbers=(number,))])
        await self.world.start((people, ListRole.NORMAL))
        [item] = (await self.world.fill()).items
        return self.world.fence, item

    async def rewind(self) -> None:
        """A server that lost all of the callers, but for their queue."""
        async with self.world.database.tenant_transaction(self.tenant) as connection:
            await connection.execute(sa.text("SET LOCAL ROLE NONE"))  # the program itself may not delete calls
            for table in ("segment", "interaction", "caller", "queue_entry", "callback", "queue_counts"):
                await connection.execute(sa.text(f"DELETE FROM {table}"))
        await self.world.rows("UPDATE shard_lease SET history = 'the one before', written_no = 0 RETURNING 1")

    async def everything(self) -> Any:
        """In one look, for it is asked for after every record."""
        tables = ("caller", "queue_entry", "callback", "queue_counts", "interaction", "segment", "attempt", "agent")
        rows = ", ".join(f"(SELECT jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)) FROM {name} t)" for name in tables)
        return await self.world.rows(f"SELECT jsonb_build_array({rows})::text AS whole")


class InMemory:
    def __init__(self) -> None:
        self.tenant, self.agent_id = 1, 1
        self.trunk = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=10)
        self.memory = MemoryStore()
        self.store: Store = self.memory

    async def begin(self) -> None:
        self.rows = self.memory.add_tenant(self.tenant)
        self.rows.inbound.country = "IT"
        self.rows.agents[self.agent_id] = AgentProfile(agent_id=self.agent_id, name="Ann")
        self.rows.trunks[1] = self.trunk
        self.older = self.memory.copy()

    async def add_queue(self, queue: Queue) -> Queue:
        queue = msgspec.structs.replace(queue, queue_id=len(self.rows.inbound.queues) + 1)
        self.rows.inbound.queues[queue.queue_id] = queue
        self.older = self.memory.copy()
        return queue

    async def add_dnc(self, number: str) -> None:
        self.rows.dnc[number] = 0.0

    async def dial(self, number: str) -> tuple[int, HopperItem]:
        campaign = Campaign(campaign_id=1, name="c", dial_mode=DialMode.PROGRESSIVE, callee_hours=Hours())
        run = self.memory.start_run(self.tenant, campaign, [number])
        run.state = "running"
        ask = c.FillHopper(run_id=run.run_id, want=1)
        fence = self.rows.fence
        [item] = (await self.memory.fill_hopper(self.tenant, fence, ask, Instant(mono_s=0, utc_s=NOON_UTC_S))).items
        return fence, item

    async def rewind(self) -> None:
        self.memory.fail_over(self.older)
        self.rows = self.memory.tenants[self.tenant]

    async def everything(self) -> Any:
        return self.rows.copy().inbound


def picture(floor: FloorPicture) -> dict[str, Any]:
    names: Sequence[str] = ("callers", "entries", "callbacks", "queue_counts")
    return {name: getattr(floor, name) for name in names}
