"""Who waits, and who is asked: against brute force, which knows nothing of how the product finds it (I20, I21, I26).

After each turn nobody may wait beside a free agent who may take them. Each pair that the product finds is reckoned
again, from who waits and who is free at that moment (`routing_oracle.py`).
"""

from typing import ClassVar

from busyhour.core.acd.routing import Pairing, Routing
from busyhour.core.floor.call_live import CallerCall
from busyhour.core.floor.machine import Floor
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import CallState
from busyhour.core.model.ids import agent_of
from busyhour.core.model.queue import Dispatch, Medium
from busyhour.sim.ledger import Violation
from busyhour.sim.routing_oracle import Caller, Oracle, Worker

DEADLINES: dict[CallState, tuple[str, ...]] = {
    CallState.ARRIVED: ("gone",),
    CallState.RESERVED: ("lift",),
    CallState.DIALING: ("ring", "look", "gone"),
    CallState.OFFERED: ("join", "whisper", "gone"),
    CallState.ORPHANED: ("orphan", "strand"),
    CallState.MESSAGE: ("prompt", "gone"),
    CallState.FAREWELL: ("prompt", "gone"),
    CallState.PARKED: ("park",),
}
WITH_AGENT = (CallState.TALKING, CallState.HELD)


def check_caller(floor: Floor, call: CallerCall) -> None:
    """A caller's state, and the facts behind it."""
    name, state = call.call, call.state
    asked = call.ringing if call.agent_id is None else {call.agent_id: None}
    if state is CallState.OFFERED and not asked:
        raise Violation(f"I21: {name} is offered to nobody")
    if state is CallState.OFFERED or state in WITH_AGENT:
        for agent_id in asked:
            if floor.agents[agent_id].call != name:
                raise Violation(f"I27: {name} is {state}, and agent {agent_id} does not have it")
    elif call.ringing:
        raise Violation(f"I27: {name} is {state}, and rings at {list(call.ringing)}")
    if state in WITH_AGENT and (call.leg is None or agent_of(call.leg) != call.agent_id):
        raise Violation(f"I23: {name} is with agent {call.agent_id}, by {call.leg}")
    if state in WITH_AGENT and call.call_max_s > 0 and call.hung_up_utc_s is None and not floor.is_due("max", name):
        raise Violation(f"I43: {name} may last {call.call_max_s:g} s, and nobody ends it")
    kinds = DEADLINES.get(state)
    if kinds is not None and not any(floor.is_due(kind, name) for kind in kinds):
        raise Violation(f"I43: {name} is {state} without a deadline")
    waits_for_trunk = floor.is_due("outside", name)  # a line is free, and may begin their call in a moment
    in_line = waits_for_trunk or name in floor.entries.routing.waiting
    if state is CallState.WAITING and call.hung_up_utc_s is None and not in_line:
        raise Violation(f"I21: {name} waits in no line")


def check_lines(floor: Floor) -> None:
    """I21: nobody waits while somebody who may take them is free."""
    routing = floor.entries.routing
    differs = JudgedRouting.differs.pop(id(routing), None)
    if differs is not None:
        raise Violation(differs)
    if not floor.telephony_up or not routing.waiting or not floor.idle:
        return
    free = {agent_id for agent_id, one in floor.agents.items() if one.state is AgentState.AVAILABLE}
    apart = [agent_id for agent_id in free if not routing.is_free(agent_id, Medium.AUDIO)]
    if apart:
        raise Violation(f"I21: agents {apart} are free, and stand in no line for callers")
    found = _oracle(routing, free, {}).next_pairing()
    if found is not None:
        raise Violation(f"I21: {found[0]} waits while agents {found[1]} are free")


class JudgedRouting(Routing):
    """Each pair is found by brute force, too. What differs is told at the next look (`check_lines`): an engine that
    stumbled over it would only be begun anew."""

    __slots__ = ()
    differs: ClassVar[dict[int, str]] = {}

    def next_pairing(self) -> Pairing | None:
        agents = self.roster.agents
        free = {agent_id for agent_id in agents if self.is_free(agent_id, Medium.AUDIO)}
        oracle = _oracle(self, free, dict(self._turn))
        found = super().next_pairing()
        expected = oracle.next_pairing()
        pair = (found.call, found.agent_ids) if found is not None else None
        if pair != expected:
            self.differs.setdefault(id(self), f"I20, I26: next are {pair}, and by brute force {expected}")
        return found


def judge(floor: Floor) -> None:
    """From now on."""
    floor.entries.routing.__class__ = JudgedRouting


def _oracle(routing: Routing, free: set[int], turn: dict[int, int]) -> Oracle:
    oracle = Oracle(routing.ageing_s, queues=dict(routing.queues), turn=turn)
    for name, one in routing.waiting.items():
        queue = routing.queues[one.need.queue_id]
        if queue.dispatch is Dispatch.INTERNAL:
            ageing_s, place = routing.ageing_s, one.place  # which keeps the priority that it came with
            priority = (place[1] - one.since_utc_s) / ageing_s if ageing_s else place[0]
            own = {need.skill: need.level for need in one.need.own}
            oracle.callers[name] = Caller(
                name, one.need.queue_id, one.since_utc_s, round(priority), own, one.need.step, one.need.agent_id
            )
    for agent_id in sorted(free):
        known = routing.roster.agents[agent_id]
        standing, _ = routing._pools[Medium.AUDIO]._standings[known.bit]
        oracle.workers[agent_id] = Worker(
            agent_id, known.bit, dict(known.skills), free=True, since_s=standing.since_s, calls=standing.calls
        )
    return oracle
