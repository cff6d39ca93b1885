"""How much an agent can take at once, and how long they rest after it (OC-024, OC-027, OC-101, OC-105).

At one time an agent has either one call or several chats.
"""

from dataclasses import dataclass

from busyhour.core.model.queue import Medium, MissRule


@dataclass(frozen=True, slots=True)
class Load:
    """What an agent has in hand, offers included. `wrapping`: a wrap-up runs, or will when the chats are over."""

    calls: int = 0
    chats: int = 0
    wrapping: bool = False


def media_open(load: Load, media: frozenset[Medium], chats_max: int) -> frozenset[Medium]:
    """Of which media the agent could take one more contact now. `media`: those that they have a phone or a desk for.

    Who chats takes no call. A wrap-up that is due after a chat takes the room of one chat while others go on."""
    if load.calls:
        return frozenset()
    if load.chats:
        has_room = chats_max > load.chats + (1 if load.wrapping else 0)
        return media & {Medium.CHAT} if has_room else frozenset()
    return frozenset() if load.wrapping else media


def acw_s(*, agent_s: float, usual_s: float, queue_max_s: float) -> float:
    """The wrap-up after a contact: the agent's own, else the usual one, no longer than the queue allows; where neither
    is set (0), as long as the queue says. 0 of the queue: no ceiling."""
    own_s = agent_s or usual_s
    return min(own_s or queue_max_s, queue_max_s or own_s)


def acw_until(now_s: float, until_s: float | None, seconds: float) -> float:
    """When the wrap-up ends. Each chat that ends adds its own to what is left."""
    return (now_s if until_s is None else max(now_s, until_s)) + seconds


@dataclass(frozen=True, slots=True)
class AfterMiss:
    """`rest_s` None: paused, until they say that they are back."""

    rest_s: float | None


def after_miss(rule: MissRule, misses: int) -> AfterMiss:
    """What becomes of an agent who let a call ring or turned it away, `misses` times in a row, this one included. The
    caller is offered to the next one, with their age; who is not answering their phone is not rung for ever."""
    if rule.pause_after and misses >= rule.pause_after:
        return AfterMiss(None)
    return AfterMiss(rule.rest_s)
