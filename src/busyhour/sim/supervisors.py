"""Supervisors in random worlds: now and then somebody at a desk is on a colleague's call, by dice of their own.

Whoever they are works as an agent besides: their own next call ends it, as does the end of the call that they are on.
"""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from busyhour.core import events as e
from busyhour.core.life.call import CallState
from busyhour.core.model import supervising as sv
from busyhour.service.errors import Unavailable, UserError
from busyhour.sim.loop import rest

if TYPE_CHECKING:
    from busyhour.sim.world import World

EVERY_S = 4.0  # between two of their acts, in a tenant
GOES_ON = 0.6  # so often it is somebody who is on a call already; else one more begins
TAKES_OVER, LEAVES = 0.3, 0.5  # of their acts; the others change whom they are heard by
WITH_AGENT = (CallState.TALKING, CallState.HELD)
MODES = tuple(sv.Mode)


class Supervisors:
    def __init__(self, world: "World") -> None:
        self._world, self._dice = world, Random(f"supervising {world.plan.seed}")

    def begin(self) -> None:
        if self._world.plan.supervised:
            for tenant in self._world.store.tenants:
                self._world.spawn(self._supervise(tenant))

    async def _supervise(self, tenant: int) -> None:
        while True:
            await rest(self._dice.expovariate(1 / EVERY_S))
            if self._world.luck.over:
                return
            wish = self._wish(tenant)
            if wish is None:
                continue
            try:
                await self._world.ask(tenant, wish)
            except (Unavailable, UserError):
                continue  # it is shown on their page; they look again later

    def _wish(self, tenant: int) -> Callable[[str], e.Event] | None:
        """By what their page shows of the floor."""
        floor, dice = self._world.engines[tenant].floor, self._dice
        if floor is None:
            return None
        if floor.supervisions and dice.random() < GOES_ON:
            one = floor.supervisions[dice.choice(sorted(floor.supervisions))]
            return self._next(one.agent_id, one.about_id)
        calls = (floor.in_hand(agent) for agent in floor.agents.values())
        talking = [call.agent_id for call in calls if call is not None and call.state in WITH_AGENT]
        if not talking:
            return None
        return self._supervising(dice.randint(1, self._world.plan.agents), dice.choice(talking) or 0)

    def _next(self, agent_id: int, about_id: int) -> Callable[[str], e.Event]:
        roll = self._dice.random()
        if roll < TAKES_OVER:
            return lambda q: sv.TakeOverAsked(agent_id=agent_id, request=q)
        if roll < LEAVES:
            return lambda q: sv.SuperviseEndAsked(agent_id=agent_id, request=q)
        return self._supervising(agent_id, about_id)

    def _supervising(self, agent_id: int, about_id: int) -> Callable[[str], e.Event]:
        mode = self._dice.choice(MODES)
        return lambda q: sv.SuperviseAsked(agent_id=agent_id, about_id=about_id, mode=mode, request=q)
