"""When another program decides who gets which call: may this agent have this one? The same questions that routing asks,
with the answers that clients of that interface know (OC-090, OC-091)."""

from enum import StrEnum
from typing import Final

from busyhour.core.acd.needs import ask_of, may_take
from busyhour.core.acd.routing import Routing
from busyhour.core.model.queue import Dispatch, Medium


class NotGiven(StrEnum):
    """Why the agent does not get it."""

    DISPATCH_INTERNAL = "dispatch_internal"
    AGENT_UNKNOWN = "agent_unknown"
    AGENT_LOGGED_OFF = "agent_logged_off"
    CALL_UNKNOWN = "call_unknown"  # or not in the queue any more: that is the same here
    AGENT_UNSKILLED = "agent_unskilled"
    AGENT_NOT_FREE_AUDIO = "agent_not_free_audio"
    AGENT_NOT_FREE_CHAT = "agent_not_free_chat"


NOT_FREE: Final = {Medium.AUDIO: NotGiven.AGENT_NOT_FREE_AUDIO, Medium.CHAT: NotGiven.AGENT_NOT_FREE_CHAT}


def not_given(routing: Routing, call: str, agent_id: int) -> NotGiven | None:
    """Why this agent may not be given this call; None = they may. Asked in the order of that interface, but for the
    call, which says whose dispatching it is."""
    one, agent = routing.waiting.get(call), routing.roster.agents.get(agent_id)
    if one is None:
        return NotGiven.CALL_UNKNOWN
    queue = routing.queues[one.need.queue_id]
    if queue.dispatch is Dispatch.INTERNAL:
        return NotGiven.DISPATCH_INTERNAL
    if agent is None:
        return NotGiven.AGENT_UNKNOWN
    if not routing.is_logged_on(agent_id):
        return NotGiven.AGENT_LOGGED_OFF
    if not may_take(ask_of(queue, one.need), agent.skills, agent.tiers.get(queue.queue_id)):
        return NotGiven.AGENT_UNSKILLED
    return None if routing.is_free(agent_id, queue.medium) else NOT_FREE[queue.medium]
