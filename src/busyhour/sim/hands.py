"""Agents who do more with a call in hand than talk: they consult somebody, hand over, confer, park, and take up."""

from random import Random
from typing import Any, Protocol

from busyhour.core import events as e
from busyhour.core.model.queue import Destination, DestinationKind
from busyhour.sim.people import SimAgent, Site

CONSULTS, PARKS, TAKES_UP, HANGS_UP = 0.08, 0.02, 0.3, 0.15  # so often, when they look at their screen
NUMBERS = ("+4930990", "+4930998", "+4930997", "+4930996")  # who answers, is busy, rings on, hangs up soon
KINDS = (DestinationKind.AGENT, DestinationKind.AGENT, DestinationKind.QUEUE, DestinationKind.NUMBER)
STEPS = (*e.ConsultStep, e.ConsultStep.COMPLETE, e.ConsultStep.SWAP)


class HandsSite(Site, Protocol):
    """What such an agent sees beside what any agent does."""

    def consults(self, tenant: int, agent_id: int) -> bool | None:
        """Whether this agent asked (or is asked); None: no consultation on their screen."""

    def parked(self, tenant: int) -> list[int]:
        """The places in which somebody waits."""


class HandyAgent(SimAgent):
    def __init__(
        self, tenant: int, agent_id: int, site: HandsSite, *arguments: Any, own_dice: Random, **more: Any
    ) -> None:
        super().__init__(tenant, agent_id, site, *arguments, **more)
        self._hands, self._own_dice = site, own_dice
        self._hand_dice = Random(f"hands {own_dice.random()}")

    def _work(self) -> Any:
        dice, asked = self._hand_dice, self._hands.consults(self.tenant, self.agent_id)
        if asked is False and dice.random() < HANGS_UP:
            return self.click(lambda q: e.HangUpAsked(agent_id=self.agent_id, request=q))
        parked = self._hands.parked(self.tenant)
        if parked and self._site.call_in_hand(self.tenant, self.agent_id) is None and dice.random() < TAKES_UP:
            slot = dice.choice(parked)
            return self.click(lambda q: e.PickUpAsked(agent_id=self.agent_id, slot=slot, request=q))
        return super()._work()

    async def _talk(self, call: str, roll: float) -> None:
        dice = self._hand_dice
        wish = dice.random()
        if self._hands.consults(self.tenant, self.agent_id) and wish > HANGS_UP:
            step = dice.choice(STEPS)
            await self.click(lambda q: e.ConsultStepAsked(agent_id=self.agent_id, step=step, request=q))
        elif wish < PARKS:
            await self.click(lambda q: e.ParkAsked(agent_id=self.agent_id, request=q))
        elif wish < PARKS + CONSULTS:
            to = self._whom()
            await self.click(lambda q: e.ConsultAsked(agent_id=self.agent_id, destination=to, note="", request=q))
        else:
            await super()._talk(call, roll)

    def _whom(self) -> Destination:
        dice = self._hand_dice
        kind = dice.choice(KINDS)
        if kind is DestinationKind.NUMBER:
            return Destination(kind, dice.choice(NUMBERS))
        return Destination(kind, str(dice.randint(1, 4)))
