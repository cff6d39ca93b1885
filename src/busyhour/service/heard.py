"""When this process heard of answers, for a floor that is begun after them."""

from collections.abc import Iterable

from busyhour.core import events as e
from busyhour.core.floor.machine import Floor


def answers_heard(floor: Floor | None, waiting: Iterable[tuple[e.Instant, e.Event]]) -> dict[str, e.Instant]:
    """By the floor before, or while there was none: those facts still wait, and their instants are what is known of how
    long ago they were, should the clock have been set since (I48)."""
    heard_at = floor.heard_at() if floor is not None else {}
    for at, event in waiting:
        if isinstance(event, e.CallAnswered):
            heard_at.setdefault(event.call, at)
    return heard_at
