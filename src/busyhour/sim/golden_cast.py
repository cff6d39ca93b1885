"""Who plays in the golden scenarios: callees who do exactly what is written, agents who follow a script.

Where something goes wrong the script may not come about; the actors then do what people would do, and go on.
"""

import asyncio
from random import Random
from typing import Any, Protocol

from msgspec import Struct

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.campaign import Listening
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.queue import Destination, DestinationKind
from busyhour.core.model.recording_facts import RecordAsked
from busyhour.core.model.recordings import RecordWish
from busyhour.core.model.values import EndCause, Heard
from busyhour.sim.callers import CallersPbx
from busyhour.sim.faults import Weather
from busyhour.sim.ledger import Channel
from busyhour.sim.pbx import now_s
from busyhour.sim.people import SimAgent, Site

LOOK_UP_S = 1.5  # how often an agent who follows no script looks at their screen
PICK_UP_S = 0.2
RINGS_AFTER_S = 0.2


class Callee(Struct, frozen=True):
    """What one callee does with one call. None: never."""

    answers_s: float | None = None
    stays_s: float = 3600.0
    ends_s: float | None = None  # without an answer
    cause: EndCause = EndCause.NORMAL
    rings: bool = True
    presses: bool = False  # the key that asks for no more calls, in a message
    heard: Heard = Heard.HUMAN  # what the PBX makes of them, where it listens
    listen_s: float = 1.0  # and how long it takes


def answers(after_s: float = 1.0, *, stays_s: float = 4.0) -> Callee:
    return Callee(after_s, stays_s)


def fails(cause: EndCause, after_s: float = 0.4, *, rings: bool = False) -> Callee:
    return Callee(ends_s=after_s, cause=cause, rings=rings)


BUSY = fails(EndCause.BUSY)
RINGS_ON = Callee(ends_s=60.0, cause=EndCause.NO_ANSWER)
SILENT = Callee(rings=False)
USUAL = answers(1.0, stays_s=2.0)  # after the script


class ScriptedPbx(CallersPbx):
    """Callees by number: what each does with the first call, the second ..."""

    def __init__(self, dice: Random, utc: Any) -> None:
        super().__init__(dice, utc)
        self.callees_of: dict[str, list[Callee]] = {}
        self._pressing: set[str] = set()
        self._strangers = 0
        self.joined = asyncio.Event()  # some customer was joined to an agent

    def _decide(self, channel: Channel) -> None:
        script = self.callees_of.get(channel.number)
        callee = script.pop(0) if script else USUAL
        if callee.presses:
            self._pressing.add(channel.name)
        if callee.rings:
            self._later(channel, RINGS_AFTER_S, self._ring, channel)
        if callee.answers_s is not None:
            self._later(channel, callee.answers_s, self._answer, channel, callee.stays_s)
        if callee.ends_s is not None:
            self._later(channel, callee.ends_s, self.end, channel, callee.cause)

    def _prepare_to_listen(self, channel: Channel, listen: Listening) -> None:
        script = self.callees_of.get(channel.number)
        callee = script[0] if script else USUAL
        channel.machine, channel.heard = callee.heard is Heard.MACHINE, callee.heard
        channel.listen_s = min(callee.listen_s, listen.analysis_max_s)

    def _presses(self, channel: Channel) -> bool:
        return channel.name in self._pressing

    def _join(self, command: c.Join, *, late: bool = False) -> e.Event | None:
        fact = super()._join(command, late=late)
        if fact is None:
            self.joined.set()
        return fact

    def strange_call(self, tenant: int, callee: Callee) -> None:
        """A call in the application that no engine asked for: its intent went with what a database lost, or somebody
        dials by hand."""
        self._strangers += 1
        name = f"c{tenant}-{self._strangers:x}".ljust(35, "f")
        number = f"+49309{self._strangers:06d}"
        channel = Channel(name, tenant, self.utc(), now_s(), number, trunk_id=1, call_max_s=60.0, stranger=True)
        self.callees_of[number] = [callee]
        self.ledger.begin(channel)
        self._decide(channel)


class Stage(Site, Protocol):
    """What an agent of these scenarios sees, beside what any agent does."""

    def is_ready(self, agent_id: int) -> bool:
        """Whether this agent's screen says that they get calls."""


class ScriptedAgent(SimAgent):
    """An agent who does as told, and once `free` what any agent does."""

    def __init__(self, tenant: int, agent_id: int, stage: Stage) -> None:
        super().__init__(tenant, agent_id, stage, Weather.calm(), Random(agent_id))
        self.stage = stage
        self.picks_up = True

    def phone_rings(self, leg: str) -> None:
        if self.here and self.picks_up:
            asyncio.get_running_loop().call_later(PICK_UP_S, self._pick_up, leg, self.tab)

    # The script

    async def begin(self) -> None:
        self.open_desk()
        await self.ready()

    async def ready(self) -> None:
        await self.click(self._ready)

    async def pause(self) -> None:
        await self.click(self._pause)

    async def log_off(self) -> None:
        """The page goes with it."""
        await self.click(lambda q: e.LogOffAsked(agent_id=self.agent_id, request=q))
        self.here = False

    async def hang_up(self) -> None:
        await self.click(lambda q: e.HangUpAsked(agent_id=self.agent_id, request=q))

    async def hold(self) -> None:
        await self.click(lambda q: e.HoldAsked(agent_id=self.agent_id, request=q))

    async def resume(self) -> None:
        await self.click(lambda q: e.ResumeAsked(agent_id=self.agent_id, request=q))

    async def record(self, wish: RecordWish) -> None:
        await self.click(lambda q: RecordAsked(agent_id=self.agent_id, wish=wish, request=q))

    async def wrap_up(self) -> None:
        await self.click(lambda q: e.WrapUpEndAsked(agent_id=self.agent_id, request=q))

    async def dispose(self, word: str) -> None:
        """Of the call on the screen, if one is there."""
        in_hand = self._site.call_in_hand(self.tenant, self.agent_id)
        if in_hand is not None:
            call = in_hand[0]
            await self.click(
                lambda q: e.DispositionChosen(
                    agent_id=self.agent_id, call=call, disposition=word, note="as told", request=q
                )
            )

    async def dial(self) -> None:
        """The contact on the screen, if one is there."""
        contact = self._site.looked_at(self.tenant, self.agent_id)
        if contact is not None:
            await self.click(lambda q: e.PreviewDialAsked(agent_id=self.agent_id, call=contact, request=q))

    async def skip(self, reason: str = "not now") -> None:
        contact = self._site.looked_at(self.tenant, self.agent_id)
        if contact is not None:
            await self.click(lambda q: e.SkipAsked(agent_id=self.agent_id, call=contact, reason=reason, request=q))

    async def dial_by_hand(self, run_id: int, item: HopperItem) -> None:
        """As the desk does it: first whether they may."""
        agent_id, number = self.agent_id, item.number
        await self.click(lambda q: e.ManualDialMayAsked(agent_id=agent_id, run_id=run_id, number=number, request=q))
        await self.click(lambda q: e.ManualDialAsked(agent_id=self.agent_id, run_id=run_id, item=item, request=q))

    def second_tab(self) -> None:
        """Another tab takes over; the first one is still open."""
        self.open_desk()

    # Calls in hand

    async def consult(self, kind: DestinationKind, target: str) -> None:
        to = Destination(kind, target)
        await self.click(lambda q: e.ConsultAsked(agent_id=self.agent_id, destination=to, note="as told", request=q))

    async def step(self, step: e.ConsultStep) -> None:
        await self.click(lambda q: e.ConsultStepAsked(agent_id=self.agent_id, step=step, request=q))

    async def park(self) -> None:
        await self.click(lambda q: e.ParkAsked(agent_id=self.agent_id, request=q))

    async def take_up(self, slot: int = 1) -> None:
        await self.click(lambda q: e.PickUpAsked(agent_id=self.agent_id, slot=slot, request=q))

    # Without a script

    async def free(self) -> None:
        """Works like anybody, so that what is left is called and ends."""
        self.picks_up = True
        if not self.here:
            self.open_desk()
        while True:
            await self._look_up()
            await asyncio.sleep(LOOK_UP_S)

    async def _look_up(self) -> None:
        in_hand = self._site.call_in_hand(self.tenant, self.agent_id)
        if self._site.looked_at(self.tenant, self.agent_id) is not None:
            await self.dial()
        elif in_hand is None:
            if not self.stage.is_ready(self.agent_id):
                await self.ready()
        elif in_hand[1]:
            await self.wrap_up()
        else:
            await self.resume()
