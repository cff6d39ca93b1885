"""A tenant's live feed, store and clock in memory, and the contact center that follows them."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from busyhour.core.events import Event, Instant
from busyhour.core.model.queue import Queue, SkillNeed
from busyhour.core.model.values import LegMode, PhoneKind
from busyhour.service import records as r
from busyhour.service.center import Center
from busyhour.service.center_pictures import AgentReport, CenterPicture
from busyhour.service.errors import StoreDown

NOW = 1_790_000_000.0
AGENT = {"agent_id": 1, "name": "Ada", "state": "available", "linked": True}
QUEUE = {"queue_id": 7, "name": "Support line", "medium": "audio", "agents_logged": 1, "agents_free": 1}
CALLER = {"queue_id": 7, "queue_name": "Support line", "arrived_utc_s": NOW - 60}


class Clock:
    def __init__(self) -> None:
        self.mono_s = 100.0

    def now(self) -> Instant:
        return Instant(mono_s=self.mono_s, utc_s=NOW)


class Feed:
    """The port `Floors`, as far as it is used. `show` says what became of a thing; None takes it away."""

    def __init__(self) -> None:
        self.state: dict[str, dict[str, Any]] = {"agents": {}, "calls": {}, "queues": {}, "system": {}}
        self.messages: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.told: list[Event] = []
        self.asked: list[Event] = []
        self.refusal: Exception | None = None
        self.seq = itertools.count(1)

    def show(self, *changes: tuple[str, str, dict[str, Any] | None]) -> None:
        for kind, name, view in changes:
            if view is None:
                self.state[kind].pop(name, None)
            else:
                self.state[kind][name] = view
        self.messages.put_nowait(msgspec.json.encode({"type": "changes", "seq": next(self.seq), "changes": changes}))

    def snapshot(self, _: int, agent_id: int | None = None) -> bytes:
        return msgspec.json.encode({"type": "snapshot", "seq": 1, "state": self.state})

    def subscribe(self, _: int, agent_id: int | None = None, *, at_once: bool = False) -> "Feed":
        assert at_once
        return self

    async def __aenter__(self) -> "Feed":
        self.messages.put_nowait(self.snapshot(1))
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self.messages.get()) is not None:
            yield message

    async def ask(self, _: int, make: Callable[[str], Event]) -> None:
        self.asked.append(make("q1"))
        if self.refusal is not None:
            raise self.refusal

    def tell(self, _: int, event: Event) -> None:
        self.told.append(event)


class Store:
    """The ports `Queues` and `Directory`, as far as they are used."""

    def __init__(self) -> None:
        self.rows = [
            Queue(queue_id=7, name="Support line", priority=5, skills=(SkillNeed("english"), SkillNeed("net")))
        ]
        self.down = False

    async def queues(self, _: int) -> list[Queue]:
        if self.down:
            raise StoreDown
        return list(self.rows)

    async def save_queue(self, _: int, queue: Queue) -> Queue:
        self.rows = [queue if one.queue_id == queue.queue_id else one for one in self.rows]
        return queue

    async def agents(self, _: int) -> list[r.Agent]:
        return [
            r.Agent(
                agent_id=1,
                user_id=1,
                name="Ada",
                login="ada",
                phone_kind=PhoneKind.SIP,
                sip_address="sip:1@192.0.2.1",
                leg_mode=LegMode.PERSISTENT,
                disabled=False,
            )
        ]


class Scene:
    def __init__(self) -> None:
        self.feed, self.store, self.clock = Feed(), Store(), Clock()
        self.reports: list[AgentReport] = []
        store: Any = self.store
        feed: Any = self.feed
        self.center = Center(1, floors=feed, queues=store, directory=store, clock=self.clock)
        self.center.on_report = self.reports.append
        self.task: asyncio.Task[None]

    async def begin(self) -> None:
        self.task = asyncio.create_task(self.center.run())
        await self.settle()

    async def show(self, *changes: tuple[str, str, dict[str, Any] | None]) -> None:
        self.feed.show(*changes)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def picture(self) -> CenterPicture:
        self.clock.mono_s += 0.1  # for so long the last one serves
        return await self.center.picture()


def call(**more: Any) -> tuple[str, str, dict[str, Any]]:
    return "calls", "i1-1", {"call": "i1-1", "state": "waiting", "agent_id": None, "caller": CALLER} | more


def place(**more: Any) -> dict[str, Any]:
    return {
        "entry": "i1-1",
        "state": "queued",
        "number": "+39061",
        "name": "Rossi",
        "since_utc_s": NOW - 50,
        "priority": 5,
        "agent_id": None,
        "callback": False,
    } | more


def queue(**more: Any) -> tuple[str, str, dict[str, Any]]:
    return "queues", "7", QUEUE | more


def agent(**more: Any) -> tuple[str, str, dict[str, Any]]:
    return "agents", "1", AGENT | more
