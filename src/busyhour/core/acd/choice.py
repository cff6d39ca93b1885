"""Which agent gets which waiting call. Pure: a picture in, a choice out."""

from collections.abc import Iterable

from msgspec import Struct


class Idle(Struct, frozen=True, kw_only=True):
    agent_id: int
    since_s: float


def longest_idle(idle: Iterable[Idle]) -> int | None:
    """The agent who has waited longest; ties by id, so that the choice never depends on the order given."""
    first = min(idle, key=lambda a: (a.since_s, a.agent_id), default=None)
    return first.agent_id if first else None
