"""When this process heard of answers and ends, for a floor that is begun after them.

Facts that came while there was no floor still wait for it. Their instants are what is known of how long ago they were,
should the clock have been set since (I48).
"""

from collections.abc import Iterable

from busyhour.core import events as e
from busyhour.core.floor.machine import Floor

Waiting = Iterable[tuple[e.Instant, e.Event]]


def answers_heard(floor: Floor | None, waiting: Waiting) -> dict[str, e.Instant]:
    """By the floor before, or while there was none."""
    heard_at = floor.heard_at() if floor is not None else {}
    for at, event in waiting:
        if isinstance(event, e.CallAnswered):
            heard_at.setdefault(event.call, at)
    return heard_at


def ends_heard(waiting: Waiting) -> dict[str, e.Instant]:
    heard_at: dict[str, e.Instant] = {}
    for at, event in waiting:
        if isinstance(event, e.CallEnded):
            heard_at.setdefault(event.call, at)
    return heard_at
