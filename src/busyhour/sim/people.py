"""Agents at their desks and administrators, pretending: they click, reload, vanish, come back, change their minds."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Protocol

from busyhour.core import events as e
from busyhour.core.model.pictures import HopperItem
from busyhour.service.errors import UserError
from busyhour.sim.faults import Weather
from busyhour.sim.loop import rest

HOUR_S = 3600.0
PICK_UP_S = (0.1, 0.5)  # a browser phone answers by itself
LOOK_S = (1.0, 6.0)
LOOK_EVERY_S = 3.5  # on average
NEEDLESS = 0.05  # so often somebody who is ready says so again
RELOAD_S = (0.5, 4.0)
BY_HAND, BY_HAND_IN_PAUSE = 0.05, 0.15  # so often somebody who may dials a number by hand
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

    def later(self, after_s: float, do: Callable[[], None]) -> None: ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None: ...

    def screen(self, tenant: int, agent_id: int) -> str:
        """What this agent is, by their screen: ready | not ready | logged off."""

    def number_to_dial(self, tenant: int, dice: Random) -> tuple[int, HopperItem] | None:
        """A run and a number for an agent who dials by hand; None where nobody does."""

    def looked_at(self, tenant: int, agent_id: int) -> str | None:
        """The contact on this agent's screen that they are to dial or to skip."""

    def call_in_hand(self, tenant: int, agent_id: int) -> tuple[str, bool] | None:
        """The call on this agent's screen, and whether it is over."""


class SimAgent:
    """One agent with one browser, from log-in to the end of the day."""

    def __init__(
        self, tenant: int, agent_id: int, site: Site, weather: Weather, dice: Random, *, may_dial: bool = False
    ) -> None:
        self.tenant, self.agent_id = tenant, agent_id
        self._site, self._weather, self._dice = site, weather, dice
        self.may_dial = may_dial  # by hand
        self.tab = 0
        self.tab_s = 0.0  # when it was opened
        self._resting = 0  # how many more times this agent looks up and stays in a pause
        self._known = 0  # the engine's incarnation that the desk is linked to
        self.here = False  # the browser is open

    def phone_rings(self, leg: str) -> None:
        if self.here:
            asyncio.get_running_loop().call_later(self._dice.uniform(*PICK_UP_S), self._pick_up, leg, self.tab)

    def _pick_up(self, leg: str, tab: int) -> None:
        if self.here and tab == self.tab:
            self._site.pick_up(leg)

    def begin_day(self) -> None:
        """Work, with mishaps."""
        self._site.later(self._dice.uniform(0.0, 5.0), self._arrive)

    def _arrive(self) -> None:
        self.open_desk()
        self._known = self._site.incarnation(self.tenant)
        self._go_on_after(self.click(self._ready))

    def _look(self) -> None:
        """Now and then; most of the time there is nothing to do."""
        if self._site.incarnation(self.tenant) != self._known:
            self._known = self._site.incarnation(self.tenant)
            self.link()
        if self._chance(self._weather.reloads_per_h):
            self._go_on_after(self._after_reload(self._dice.uniform(*RELOAD_S)))
        elif self._chance(self._weather.vanishes_per_h):
            self._go_on_after(self._after_reload(self._dice.uniform(*VANISHED_S)))
        else:
            self._go_on_after(self._work())

    def _go_on_after(self, work: Coroutine[Any, Any, None] | None) -> None:
        if work is None:
            self._site.later(self._dice.uniform(*LOOK_S), self._look)
        else:
            self._site.spawn(self._do_and_look(work))

    async def _do_and_look(self, work: Coroutine[Any, Any, None]) -> None:
        await work
        self._go_on_after(None)

    async def _after_reload(self, gone_s: float) -> None:
        await self.reload(gone_s)
        work = self._work()
        if work is not None:
            await work

    def _work(self) -> Coroutine[Any, Any, None] | None:
        """What there is to do now, by what the desk shows."""
        roll = self._dice.random()
        contact = self._site.looked_at(self.tenant, self.agent_id)
        if contact is not None:
            return self._decide(contact, roll)
        in_hand = self._site.call_in_hand(self.tenant, self.agent_id)
        if in_hand is not None:
            return self._wrap_up(in_hand[0], roll) if in_hand[1] else self._talk(in_hand[0], roll)
        if self._resting > 0:
            self._resting -= 1
            return self._dial_by_hand() if self.may_dial and roll < BY_HAND_IN_PAUSE else None
        if roll < 0.03:
            self._resting = self._dice.randint(1, 8)
            return self.click(self._pause)
        if roll < 0.04:
            return self._go_home()
        shown = self._site.screen(self.tenant, self.agent_id)
        if shown == "logged off":
            return self._come_back()
        if shown != "ready" or roll < 0.04 + NEEDLESS:
            return self.click(self._ready)
        if self.may_dial and roll > 1.0 - BY_HAND:
            return self._dial_by_hand()
        return None

    async def _decide(self, call: str, roll: float) -> None:
        """Dial, skip, go for lunch, or look a while longer."""
        if roll < 0.6:
            await self.click(lambda q: e.PreviewDialAsked(agent_id=self.agent_id, call=call, request=q))
        elif roll < 0.75:
            await self.click(lambda q: e.SkipAsked(agent_id=self.agent_id, call=call, reason="not now", request=q))
        elif roll < 0.8:
            self._resting = self._dice.randint(1, 8)
            await self.click(self._pause)

    def _dial_by_hand(self) -> Coroutine[Any, Any, None] | None:
        chosen = self._site.number_to_dial(self.tenant, self._dice)
        if chosen is None:
            return None
        run_id, item = chosen
        return self.click(lambda q: e.ManualDialAsked(agent_id=self.agent_id, run_id=run_id, item=item, request=q))

    async def _wrap_up(self, call: str, roll: float) -> None:
        if roll < 0.5:
            await self.click(lambda q: self._disposition(q, call))
        if self.agent_id % 3:  # some let it end by itself
            await self.click(lambda q: e.WrapUpEndAsked(agent_id=self.agent_id, request=q))

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
        await self._come_back()

    async def _come_back(self) -> None:
        await rest(self._dice.uniform(*AT_HOME_S))
        self.link()

    def _ready(self, request: str) -> e.Event:
        return e.ReadyAsked(agent_id=self.agent_id, request=request)

    def _pause(self, request: str) -> e.Event:
        return e.PauseAsked(agent_id=self.agent_id, reason="lunch", request=request)

    def _disposition(self, request: str, call: str) -> e.Event:
        word = self._dice.choice(["sale", "later", "no"])
        return e.DispositionChosen(agent_id=self.agent_id, call=call, disposition=word, note="", request=request)

    def _chance(self, per_h: float) -> bool:
        return per_h > 0.0 and self._site.chance(per_h * LOOK_EVERY_S / HOUR_S)

    async def click(self, make: Callable[[str], e.Event]) -> None:
        """Press a button; perhaps twice. A refusal is shown, and life goes on."""
        for _ in range(1 + self._site.chance(self._weather.clicks_doubled)):
            try:
                await self._site.ask(self.tenant, make)
            except UserError:
                return

    def open_desk(self) -> None:
        self.tab += 1
        self.tab_s = asyncio.get_running_loop().time()
        self.here = True
        self.link()

    def link(self) -> None:
        self._tell(e.AgentLinked(agent_id=self.agent_id, session=f"tab{self.tab}"))
        self._tell(e.PhoneRegistered(agent_id=self.agent_id))

    async def reload(self, gone_s: float) -> None:
        """The tab is gone, with its phone; after a while there is a new one."""
        self.close_desk()
        await rest(gone_s)
        self.open_desk()
        await self.click(self._ready)

    def close_desk(self) -> None:
        self.here = False
        self._tell(e.AgentUnlinked(agent_id=self.agent_id, session=f"tab{self.tab}"))
        self._tell(e.PhoneGone(agent_id=self.agent_id))
        self._site.drop_legs(self.tenant, self.agent_id)

    def _tell(self, event: e.Event) -> None:
        try:
            self._site.tell(self.tenant, event)
        except UserError:
            return  # no engine now; the desk tries again when there is one
