"""Agents at their desks and administrators, pretending: they click, reload, vanish, come back, change their minds."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Protocol

from busyhour.core import events as e
from busyhour.service.errors import UserError
from busyhour.sim.faults import Weather

HOUR_S = 3600.0
PICK_UP_S = (0.1, 0.5)  # a browser phone answers by itself
CLICK_EVERY_S = 3.5  # on average
RELOAD_S = (0.5, 4.0)
VANISHED_S = (5.0, 120.0)
AT_HOME_S = (5.0, 60.0)


class Site(Protocol):
    """What an agent sees of the product, and of their own phone."""

    def tell(self, tenant: int, event: e.Event) -> None: ...

    async def ask(self, tenant: int, make: Callable[[str], e.Event]) -> None: ...

    def chance(self, probability: float) -> bool:
        """Whether a mishap of this probability strikes now."""

    def incarnation(self, tenant: int) -> int:
        """Grows with each engine of this tenant: a desk notices that its socket is gone."""

    def pick_up(self, leg: str) -> None: ...

    def drop_legs(self, tenant: int, agent_id: int) -> None:
        """The agent's browser is gone, and its media with it."""

    def call_in_hand(self, tenant: int, agent_id: int) -> tuple[str, bool] | None:
        """The call on this agent's screen, and whether it is over."""


class SimAgent:
    """One agent with one browser, from log-in to the end of the day."""

    def __init__(self, tenant: int, agent_id: int, site: Site, weather: Weather, dice: Random) -> None:
        self.tenant, self.agent_id = tenant, agent_id
        self._site, self._weather, self._dice = site, weather, dice
        self._tab = 0
        self._resting = 0  # how many more times this agent looks up and stays in a pause
        self.here = False  # the browser is open
        self.tasks: list[asyncio.Task[None]] = []

    def phone_rings(self, leg: str) -> None:
        if self.here:
            asyncio.get_running_loop().call_later(self._dice.uniform(*PICK_UP_S), self._pick_up, leg, self._tab)

    def _pick_up(self, leg: str, tab: int) -> None:
        if self.here and tab == self._tab:
            self._site.pick_up(leg)

    async def day(self) -> None:
        """Work, with mishaps."""
        await asyncio.sleep(self._dice.uniform(0.0, 5.0))
        self.open_desk()
        known = self._site.incarnation(self.tenant)
        await self.click(lambda q: e.ReadyAsked(agent_id=self.agent_id, request=q))
        while True:
            await asyncio.sleep(self._dice.uniform(1.0, 6.0))
            if self._site.incarnation(self.tenant) != known:
                known = self._site.incarnation(self.tenant)
                self.link()
            if self._chance(self._weather.reloads_per_h):
                await self.reload(self._dice.uniform(*RELOAD_S))
            elif self._chance(self._weather.vanishes_per_h):
                await self.reload(self._dice.uniform(*VANISHED_S))
            await self._work()

    async def _work(self) -> None:
        roll = self._dice.random()
        in_hand = self._site.call_in_hand(self.tenant, self.agent_id)
        if in_hand is None:
            if self._resting > 0:
                self._resting -= 1
            elif roll < 0.03:
                self._resting = self._dice.randint(1, 8)
                await self.click(self._pause)
            elif roll < 0.04:
                await self._go_home()
            else:
                await self.click(self._ready)
        elif in_hand[1]:
            if roll < 0.5:
                call = in_hand[0]
                await self.click(lambda q: self._disposition(q, call))
            if self.agent_id % 3:  # some let it end by itself
                await self.click(lambda q: e.WrapUpEndAsked(agent_id=self.agent_id, request=q))
        else:
            await self._talk(in_hand[0], roll)

    async def _talk(self, call: str, roll: float) -> None:
        if roll < 0.1:
            await self.click(lambda q: e.HoldAsked(agent_id=self.agent_id, request=q))
        elif roll < 0.3:
            await self.click(lambda q: e.ResumeAsked(agent_id=self.agent_id, request=q))
        elif roll < 0.4:
            await self.click(lambda q: e.HangUpAsked(agent_id=self.agent_id, request=q))
        elif roll < 0.43:
            await self.click(self._pause)
        elif roll < 0.45:
            await self.click(lambda q: e.LogOffAsked(agent_id=self.agent_id, request=q))
        elif roll < 0.5:
            await self.click(lambda q: self._disposition(q, call))

    async def _go_home(self) -> None:
        """Log off, and come back after a while."""
        await self.click(lambda q: e.LogOffAsked(agent_id=self.agent_id, request=q))
        await asyncio.sleep(self._dice.uniform(*AT_HOME_S))
        self.link()

    def _ready(self, request: str) -> e.Event:
        return e.ReadyAsked(agent_id=self.agent_id, request=request)

    def _pause(self, request: str) -> e.Event:
        return e.PauseAsked(agent_id=self.agent_id, reason="lunch", request=request)

    def _disposition(self, request: str, call: str) -> e.Event:
        word = self._dice.choice(["sale", "later", "no"])
        return e.DispositionChosen(agent_id=self.agent_id, call=call, disposition=word, note="", request=request)

    def _chance(self, per_h: float) -> bool:
        return self._site.chance(per_h * CLICK_EVERY_S / HOUR_S)

    async def click(self, make: Callable[[str], e.Event]) -> None:
        """Press a button; perhaps twice. A refusal is shown, and life goes on."""
        for _ in range(1 + self._site.chance(self._weather.clicks_doubled)):
            try:
                await self._site.ask(self.tenant, make)
            except UserError:
                return

    def open_desk(self) -> None:
        self._tab += 1
        self.here = True
        self.link()

    def link(self) -> None:
        self._tell(e.AgentLinked(agent_id=self.agent_id, session=f"tab{self._tab}"))
        self._tell(e.PhoneRegistered(agent_id=self.agent_id))

    async def reload(self, gone_s: float) -> None:
        """The tab is gone, with its phone; after a while there is a new one."""
        self.close_desk()
        await asyncio.sleep(gone_s)
        self.open_desk()
        await self.click(self._ready)

    def close_desk(self) -> None:
        self.here = False
        self._tell(e.AgentUnlinked(agent_id=self.agent_id, session=f"tab{self._tab}"))
        self._tell(e.PhoneGone(agent_id=self.agent_id))
        self._site.drop_legs(self.tenant, self.agent_id)

    def _tell(self, event: e.Event) -> None:
        try:
            self._site.tell(self.tenant, event)
        except UserError:
            return  # no engine now; the desk tries again when there is one
