"""Who can be consulted: which colleague, and for somebody outside, over which line and as whom."""

from busyhour.core.dialer.template import expand
from busyhour.core.floor import callbacks
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.agent import AgentState
from busyhour.core.model.queue import Destination, DestinationKind, Medium

Fault = tuple[str, str]


def colleague(f: FloorState, asker: AgentLive, to: Destination) -> AgentLive | Fault:
    number = int(to.target) if to.target.isdecimal() else 0
    if to.kind is DestinationKind.QUEUE:
        queue = f.entries.routing.queues.get(number) if number else None
        if queue is None:
            return "no_agent", "There is no such queue. Choose another one."
        free = f.entries.routing.best_free(number) if queue.medium is Medium.AUDIO else None
        return f.agents[free] if free is not None else ("no_agent", f"Nobody is free in {queue.name} at this moment.")
    agent = f.agents.get(number) if to.kind is DestinationKind.AGENT else None
    if agent is None or agent is asker:
        return "no_agent", "There is no such agent to consult. Choose another one."
    if agent.state is not AgentState.AVAILABLE:
        return "not_free", f"{agent.profile.name} is not free at this moment. Choose somebody else."
    return agent


def trunk_ids(f: FloorState, call: CallLive) -> tuple[int, ...]:
    if isinstance(call, CallerCall):
        return tuple(callbacks.trunk_ids_of(f, call.queue))
    assert isinstance(call, DialedCall)
    return tuple(call.campaign.trunk_ids)


def caller_id(call: CallLive) -> str:
    if isinstance(call, CallerCall):
        return call.queue.caller_id if call.queue is not None else ""
    assert isinstance(call, DialedCall)
    return expand(call.campaign.caller_id, call.item, call.campaign.name)
