"""Fail the Nth operation: the ports of a world in which exactly one operation of one port goes wrong.

Each port counts what is asked of it, `Fates` says whether this is the one, and how it fails. A run without a fate only
counts: so it is known how many N there are.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model import supervising as sv
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.counts import Reckoning, ReckoningAsk
from busyhour.core.model.pictures import PbxPicture
from busyhour.core.model.recording_facts import RecordingFailed
from busyhour.core.model.values import EndCause
from busyhour.service.errors import StoreDown, Unavailable
from busyhour.service.ports import FloorPicture, Kept, Store
from busyhour.sim.failover import Batch
from busyhour.sim.faults import Weather
from busyhour.sim.line import COMMIT_S, EVENT_S, REPLY_S, REPLY_WAIT_S, Line
from busyhour.sim.loop import WORLD
from busyhour.sim.process import Process, at_once

if TYPE_CHECKING:
    from busyhour.sim.pbx import SimPbx

T = TypeVar("T")

ACT_WAIT_S = 2.0  # the adapter takes the reply to a join for lost after this
LATE_S = 3.0  # an order that the PBX is slow to carry out
TOO_LATE_S = 7.0  # carried out after its reply was given up
LOST_AFTER_S = 1.5  # what was written and acknowledged goes with the server
AWAY_S = 0.3
DELAY_S = 5.0  # an event on its way, at most
SHORT_DELAY_S = 0.5
SOON_S = 0.002  # killed in the middle of what was begun

IN_ORDER = (c.Join, c.Hold, c.Bind, c.PlayPrompt, c.Announce, c.SendOn, c.StartRecording, c.StopRecording)
"""What the channel itself carries out, one after another; the rest the PBX does beside it."""

KINDS: dict[str, tuple[str, ...]] = {
    "store": ("fails", "answer lost", "killed before", "killed after", "lost", "lost and killed"),
    "order": ("refused", "reply lost", "late", "too late", "killed before", "killed after", "sent late, killed"),
    "picture": ("fails", "stale", "killed"),
    "event": ("lost", "doubled", "late a little", "late", "killed before", "killed after"),
    "click": ("doubled", "killed"),
}
"""The ports, and the ways in which an operation of each fails."""

OF_CALLS = ("too late",)
"""Ways in which only the order for a call fails."""

POSSIBLE: dict[tuple[str, str], dict[str, float]] = {
    ("store", "answer lost"): {"commit_unknown": 1.0},
    ("store", "fails"): {"commit_fails": 1.0},
    ("order", "reply lost"): {"reply_lost": 1.0},
    ("order", "refused"): {"reply_lost": 1.0},
    ("order", "late"): {"reply_lost": 1.0},
    ("order", "too late"): {"reply_lost": 1.0},
    ("order", "sent late, killed"): {"reply_lost": 1.0},
    ("picture", "fails"): {"picture_lost": 1.0},
    ("picture", "stale"): {"event_late": 1.0},
    ("event", "lost"): {"event_lost": 1.0},
    ("event", "late a little"): {"event_late": 1.0},
    ("event", "late"): {"event_late": 1.0},
    ("event", "doubled"): {"event_doubled": 1.0},
}
"""What the checkers must allow for; nothing of it strikes by chance in these worlds."""


class Fate(Struct, frozen=True):
    """The `n`th operation of this port fails in this way."""

    port: str
    n: int  # from 1
    kind: str


class Fates:
    """Counts, and strikes once."""

    def __init__(self, fate: Fate | None) -> None:
        self.counts = dict.fromkeys(KINDS, 0)
        self.placed: list[int] = []  # which orders were calls
        self.free_s: dict[str, float] = {}  # a channel carries its orders out one after another
        self.struck = 0
        self.over = False
        self.orders: dict[type[Any], str] = {}  # how each of these fails, when the script itself wants it
        self.events: dict[type[Any], str] = {}
        self._fate = fate

    def of(self, port: str) -> str:
        """How this operation fails; empty when it does not."""
        if self.over:
            return ""
        self.counts[port] += 1
        fate = self._fate
        if fate is None or port != fate.port or self.counts[port] != fate.n:
            return ""
        self.struck += 1
        return fate.kind


class FatedLine(Line):
    """A line to the PBX, one of whose operations may fail."""

    def __init__(self, pbx: "SimPbx", process: Process, weather: Weather, dice: Random, fates: Fates) -> None:
        super().__init__(pbx, process, weather, dice)
        self._fates = fates

    # Events

    def hear(self, event: e.Event) -> None:
        if self._sink is None or self.downs or self.mute or self.process.dead:
            return
        kind = self._fates.of("event") or self._fates.events.get(type(event), "")
        delays_s = {"lost": (), "doubled": (EVENT_S, DELAY_S), "late": (DELAY_S,), "late a little": (SHORT_DELAY_S,)}
        if kind == "killed before":
            self.process.watch.kill(self.process)
            return
        loop = asyncio.get_running_loop()
        for after_s in delays_s.get(kind, (EVENT_S,)):
            loop.call_later(after_s, self._deliver, event, context=WORLD)
        if kind == "killed after":
            loop.call_later(EVENT_S + SOON_S, self.process.watch.kill, self.process, context=WORLD)

    # Orders

    async def place(self, call: c.Dial) -> e.Event:
        kind, name = self._fates.of("order") or self._fates.orders.get(type(call), ""), call.call
        self._fates.placed.append(self._fates.counts["order"])
        if kind == "killed before":
            self.process.watch.kill(self.process)
        await self.process.alive()
        self.process.watch.before_order(self.process, call)
        if kind == "refused":
            self._pbx.ledger.refused[name] = None
            await asyncio.sleep(REPLY_S)
            return e.CallNotSent(call=name, cause=EndCause.FAILURE)
        sent = await self._ordered("", kind, partial(self._placed, call), REPLY_WAIT_S)
        if not sent or not sent[0] or self.downs or self.mute:
            return e.CallUnanswered(call=name)
        return e.CallSent(call=name)

    async def act(self, command: c.Act) -> e.Event | None:
        kind = self._fates.of("order") or self._fates.orders.get(type(command), "")
        if kind == "killed before":
            self.process.watch.kill(self.process)
        await self.process.alive()
        self.process.watch.before_order(self.process, command)
        if kind == "refused":
            await asyncio.sleep(REPLY_S)
            if isinstance(command, c.SendOn) and (sent := self._pbx.ledger.live.get(command.call)) is not None:
                self._pbx.end(sent, EndCause.FAILURE)  # the adapter leaves nobody in silence
            return _refusal_of(command, self._pbx.utc())
        name = command.call if isinstance(command, IN_ORDER) else ""
        done = await self._ordered(name, kind, partial(self._acted, command), ACT_WAIT_S)
        if done:
            return done[0]
        return e.JoinFailed(call=command.call, leg=command.leg) if isinstance(command, c.Join) else None

    async def _ordered(self, name: str, kind: str, do: Callable[[], T], wait_s: float) -> tuple[T, ...]:
        """The PBX does it, behind what this channel has still to do, and replies; empty when no reply comes in time."""
        now_s = asyncio.get_running_loop().time()
        at_s = now_s + {"late": LATE_S, "sent late, killed": LATE_S, "too late": TOO_LATE_S}.get(kind, REPLY_S / 2)
        if name:
            at_s = self._fates.free_s[name] = max(at_s, self._fates.free_s.get(name, 0.0) + EVENT_S)
        after_s = at_s - now_s
        done = asyncio.ensure_future(self.process.over_the_wire(after_s, do))
        kill_s = {"killed after": after_s + SOON_S, "sent late, killed": SOON_S}.get(kind)
        if kill_s is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(kill_s, self.process.watch.kill, self.process, context=WORLD)
        await asyncio.wait([done], timeout=wait_s)
        if kind == "reply lost":
            await asyncio.sleep(wait_s)
        if kind == "reply lost" or not done.done():
            return ()
        await asyncio.sleep(REPLY_S / 2)
        return (done.result(),)

    # Pictures

    async def picture(self, tenant: int, about: Sequence[str] = ()) -> PbxPicture:
        return await self._looked(partial(self._seen, tenant, about))

    async def missed(self, tenant: int, since_utc_s: float) -> Sequence[MissedCaller]:
        return await self._looked(partial(self._pbx.missed, tenant, since_utc_s))

    async def _looked(self, look: Callable[[], T]) -> T:
        kind = self._fates.of("picture")
        if kind == "killed":
            self.process.watch.kill(self.process)
            await self.process.alive()
        if kind == "fails":
            await asyncio.sleep(REPLY_WAIT_S)
            raise Unavailable("the PBX did not answer")
        seen = await self.process.over_the_wire(REPLY_S, look)
        if kind == "stale":
            await asyncio.sleep(LATE_S)
        return seen


def _refusal_of(command: c.Act, utc_s: float) -> e.Event | None:
    """What the adapter makes of a "no" of the PBX."""
    match command:
        case c.RingAgent(leg=leg) | c.RingParty(leg=leg):
            return e.LegEnded(leg=leg, cause=EndCause.UNREACHABLE, at_utc_s=utc_s)
        case c.Join(call=call, leg=leg) | c.Bind(call=call, leg=leg):
            return e.JoinFailed(call=call, leg=leg)
        case c.Seat(leg=leg, room=room):
            return e.SeatFailed(leg=leg, room=room)
        case c.PlayPrompt(call=call, prompt=prompt):
            return e.PromptEnded(call=call, prompt=prompt, complete=False)
        case sv.OpenEar(ear=ear):
            return sv.EarClosed(ear=ear)
        case c.Whisper(leg=leg, prompt=prompt):
            return e.WhisperEnded(leg=leg, prompt=prompt)
        case c.StartRecording(call=call, recording=recording, part=part):
            return RecordingFailed(call=call, recording=recording, part=part, why="refused")
        case _:
            return None


@dataclass(slots=True)
class Mood:
    """What a script does to the store."""

    slow_s: float = 0.0  # each use takes this much longer
    answers_lost: bool = False  # what is asked for is written, and nobody hears of it


class FatedShelf:
    """Implements `service.ports.Store`: the common store, one of whose uses may fail."""

    def __init__(self, store: Store, process: Process, away: Callable[[], bool], mood: Mood, fates: Fates) -> None:
        self._store, self.process, self._away, self._mood, self._fates = store, process, away, mood, fates

    async def open_shard(
        self, tenant: int, owner: str, kept: Kept | None = None, mine: int | None = None
    ) -> FloorPicture:
        def opened() -> FloorPicture:
            picture = at_once(self._store.open_shard(tenant, owner, kept, mine))
            self.process.fence = picture.fence
            self.process.watch.opened(self.process)
            return picture

        return await self._used(opened)

    async def commit(self, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0) -> list[e.Event]:
        def committed() -> tuple[list[e.Event], Batch | None]:
            answers = at_once(self._store.commit(tenant, fence, batch, no))
            self.process.watch.after_batch(self.process, fence, batch, answers)
            return answers, self.process.watch.failover.written(tenant, batch, answers)

        answers, written = await self._used(committed)
        if written is not None:
            written.heard = True
        return answers

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: e.Instant) -> e.HopperFilled:
        return await self._used(lambda: at_once(self._store.fill_hopper(tenant, fence, ask, now)))

    async def reckon(self, tenant: int, ask: ReckoningAsk) -> Reckoning:
        return await self._used(lambda: at_once(self._store.reckon(tenant, ask)))

    async def unknown(self, tenant: int, calls: Sequence[str]) -> list[str]:
        return await self._used(lambda: at_once(self._store.unknown(tenant, calls)))

    async def _used(self, do: Callable[[], T]) -> T:
        kind = self._fates.of("store")
        if kind == "killed before":
            self.process.watch.kill(self.process)
        await self.process.alive()
        return await self.process.over_the_wire(COMMIT_S + self._mood.slow_s, partial(self._done, kind, do))

    def _done(self, kind: str, do: Callable[[], T]) -> T:
        if self._away():
            raise StoreDown("the database is away")
        if kind == "fails":
            raise StoreDown("it was rolled back")
        if kind.startswith("lost"):
            self.process.watch.failover.happen(LOST_AFTER_S, AWAY_S, [self.process.tenant] if kind != "lost" else [])
        answer = do()
        if kind == "answer lost" or self._mood.answers_lost:
            raise StoreDown("the link died on the answer")
        if kind == "killed after":
            self.process.watch.kill(self.process)
        return answer
