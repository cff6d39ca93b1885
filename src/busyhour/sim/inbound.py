"""Worlds with callers: tenants that dial, that are called, or both, with one pool of agents and all kinds of faults.

Callers have patience and come back, take callbacks and answer them, or not. Agents send callers on; another program
gives calls away where a queue wants that; desks ask for callbacks and cancel them; administrators change queues.
"""

from collections.abc import Coroutine
from random import Random
from typing import Any

import msgspec

from busyhour.core import events as e
from busyhour.core.model.queue import Destination, DestinationKind, Dispatch
from busyhour.sim.callers import CallersPbx, Comer
from busyhour.sim.hands import HandyAgent
from busyhour.sim.inbound_rooms import DESK, DIALED, KEY, KINDS, SALES, TECH, WIDER_SHARE, furnish_callers
from busyhour.sim.ledger import Channel
from busyhour.sim.loop import rest
from busyhour.sim.partitions import MixedWorld
from busyhour.sim.world import World

TALK_S = (2.0, 30.0)
LOAD = (0.4, 0.8, 1.2)  # of the agents, by callers
HANDLED_S = 22.0  # a caller takes about so much of an agent's time
OTHER_NUMBERS = ("450", "510", "600", "700", "800", "999")
NUMBERS_SHARE, WITHHELD_SHARE, KEY_SHARE, AGAIN_SHARE = 0.2, 0.05, 0.2, 0.4
AGAIN_S = (2.0, 60.0)
NUMBERS_MAX = 60  # of callers; who calls twice is met at their old place
SENDS_ON = 0.06  # an agent who looks at their screen in a call
ADMIN_S = 25.0  # between two changes of a queue
DISPATCH_S = 4.0  # between two looks of another program


class InboundAgent(HandyAgent):
    """An agent who may send callers on."""

    async def _talk(self, call: str, roll: float) -> None:
        if call.startswith("c") or self._own_dice.random() >= SENDS_ON:
            await super()._talk(call, roll)
            return
        to = self._own_dice.choice(
            [
                Destination(DestinationKind.QUEUE, str(self._own_dice.choice([SALES, TECH, DESK]))),
                Destination(DestinationKind.AGENT, str(self._own_dice.randint(1, 3))),
                Destination(DestinationKind.NUMBER, "+4930999"),
                Destination(DestinationKind.CALLBACK, str(TECH)),
            ]
        )
        await self.click(lambda q: e.SendOnAsked(agent_id=self.agent_id, destination=to, note="", request=q))


class Inbound(World):
    """What callers add to a world."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.kinds: dict[int, str] = {}
        self.coming: dict[int, int] = {}  # callers who have still to call for the first time
        self.people_dice = Random(f"callers {self.plan.seed}")

    def make_pbx(self) -> CallersPbx:
        return CallersPbx(Random(self.plan.seed + 1), self.utc)

    def furnish(self) -> None:
        super().furnish()
        dice, own_dice = Random(f"inbound {self.plan.seed}"), Random(f"wider {self.plan.seed}")
        wider = own_dice.random() < WIDER_SHARE
        for tenant, rows in self.store.tenants.items():
            self.kinds[tenant] = kind = dice.choice(KINDS) if tenant > 1 else dice.choice(KINDS[1:])
            if kind == "outbound":
                continue
            furnish_callers(rows, self.plan.agents, dice, own_dice if wider else None)
            if kind == "inbound":
                for table in (rows.runs, rows.members, rows.campaigns, rows.before):
                    table.clear()
            self.coming[tenant] = max(1, self.plan.calls // (2 * self.plan.tenants))

    def _seat_agents(self, tenant: int) -> None:
        super()._seat_agents(tenant)
        if self.kinds[tenant] == "outbound":
            return
        for key, agent in self.agents.items():
            if key[0] == tenant:
                self.agents[key] = InboundAgent(
                    tenant,
                    agent.agent_id,
                    self,
                    self.plan.weather,
                    agent._dice,
                    may_dial=agent.may_dial,
                    own_dice=Random(self.people_dice.random()),
                )

    async def _live(self) -> None:
        for tenant in self.coming:
            load = self.people_dice.choice(LOAD)
            self.spawn(self._come(tenant, self.plan.agents * load / HANDLED_S))
            self.spawn(self._now_and_then(ADMIN_S, self._administer_queues, tenant))
            self.spawn(self._now_and_then(DISPATCH_S, self._dispatch, tenant))
        await super()._live()
        while any(self.coming.values()):
            await self._second()

    # Callers

    async def _come(self, tenant: int, per_s: float) -> None:
        dice = self.people_dice
        while self.coming[tenant]:
            await rest(dice.expovariate(per_s))
            self.coming[tenant] -= 1
            self._call(tenant, f"+49{tenant}09{dice.randrange(NUMBERS_MAX):06d}")

    def _call(self, tenant: int, number: str) -> None:
        dice = self.people_dice
        dialed = dice.choice(list(DIALED)) if dice.random() > NUMBERS_SHARE else dice.choice(OTHER_NUMBERS)
        comer = Comer(
            number="" if dice.random() < WITHHELD_SHARE else number,
            dialed=dialed,
            patience_s=5.0 + dice.expovariate(1 / 40.0),
            talk_s=dice.uniform(*TALK_S),
            headers={"X-Skills": "tech"} if dice.random() < 0.1 else {},
            key=KEY if dice.random() < KEY_SHARE else "",
            key_after_s=dice.uniform(0.5, 30.0),
        )
        pbx = self.pbx
        assert isinstance(pbx, CallersPbx), "a world with callers has a PBX that they can call"
        channel = pbx.come_in(tenant, comer)
        if dice.random() < AGAIN_SHARE:
            self.later(comer.patience_s + dice.uniform(*AGAIN_S), lambda: self._again(channel, number))

    def _again(self, channel: Channel, number: str) -> None:
        """Who gave up tries once more, while there is still somebody who works."""
        if not channel.met and not channel.live and not self.luck.over:
            self._call(channel.tenant, number)

    # Others

    async def _now_and_then(self, every_s: float, do: Any, tenant: int) -> None:
        while not self.luck.over:
            await rest(self.people_dice.expovariate(1 / every_s))
            if not self.luck.over:
                work: Coroutine[Any, Any, None] | None = do(tenant)
                if work is not None:
                    await work

    def _administer_queues(self, tenant: int) -> None:
        """A queue is edited; or a caller's number, a desk's callback is looked after."""
        rows, dice = self.store.tenants[tenant].inbound, self.people_dice
        act = dice.choice(["edit", "numbers", "agent", "callback", "cancel", "dnc"])
        self.note(f"administrator of the queues of {tenant}: {act}")
        if act == "edit":
            queue = dice.choice(list(rows.queues.values()))
            changed = msgspec.structs.replace(queue, priority=dice.choice([1, 9]), waiting_max=dice.choice([0, 3]))
            rows.queues[queue.queue_id] = changed
            self.tell_quietly(tenant, e.QueueChanged(queue=changed))
        elif act == "numbers":
            self.tell_quietly(tenant, e.NumbersChanged(numbers=rows.numbers))
        elif act == "agent":
            self._teach(tenant, dice.randint(min(2, self.plan.agents), self.plan.agents))
        elif act == "callback" and rows.open:
            call = dice.choice(list(rows.open))
            self.spawn(self._try(tenant, lambda q: e.CallbackAsked(call=call, number="", request=q)))
        elif act == "dnc" and rows.callbacks:
            self.add_dnc(tenant, dice.choice(list(rows.callbacks.values())).number)
        elif act == "cancel" and rows.callbacks:
            callback = dice.choice(list(rows.callbacks))
            self.spawn(self._try(tenant, lambda q: e.CallbackCancelAsked(callback=callback, request=q)))

    def _teach(self, tenant: int, agent_id: int) -> None:
        """Another level of a skill, at once."""
        agents = self.store.tenants[tenant].agents
        skills = {**agents[agent_id].skills, "sales": self.people_dice.randint(1, 9)}
        agents[agent_id] = msgspec.structs.replace(agents[agent_id], skills=skills)
        self.tell_quietly(tenant, e.AgentChanged(agent=agents[agent_id]))

    async def _dispatch(self, tenant: int) -> None:
        """Another program, for queues whose calls it gives away; it goes by what it saw a moment ago."""
        floor = self.engines[tenant].floor
        if floor is None or not floor.takes_callers:
            return
        routing = floor.entries.routing
        outer = [one for one in routing.queues.values() if one.dispatch is Dispatch.EXTERNAL]
        waiting = [call for queue in outer for call in routing.line_of(queue.queue_id)]
        if waiting and floor.idle:
            call, agent_id = waiting[0], self.people_dice.choice(sorted(floor.idle.since_s))
            await self._try(tenant, lambda q: e.AssignAsked(call=call, agent_id=agent_id, request=q))


class InboundWorld(Inbound):
    """With all that goes wrong but partitions."""


class InboundMixedWorld(Inbound, MixedWorld):
    """With partitions, too."""
