"""What this process heard while there was no floor, for the one that is begun after it.

Such facts still wait for it. Their instants are what is known of how long ago they were, should the clock have been set
since (I48). Pictures of the PBX that are older than the one that it begins from are not for it.
"""

from collections import deque
from collections.abc import Iterable
from types import UnionType

from busyhour.core import events as e
from busyhour.core.floor.machine import Floor

FROM_PBX = (
    e.CallArrived,
    e.CallRang,
    e.CallPickedUp,
    e.CallAnswered,
    e.CallEnded,
    e.CallJoined,
    e.PromptEnded,
    e.DigitPressed,
    e.LegAnswered,
    e.LegEnded,
    e.PbxSeen,
    e.TelephonyLost,
    e.TelephonyBack,
)
"""Facts that a new look at the PBX makes good."""

Waiting = Iterable[tuple[e.Instant, e.Event]]


def answers_heard(floor: Floor | None, waiting: Waiting) -> dict[str, e.Instant]:
    """By the floor before, or while there was none."""
    heard_at = floor.heard_at() if floor is not None else {}
    for at, event in waiting:
        if isinstance(event, e.CallPickedUp | e.CallAnswered):
            heard_at.setdefault(event.call, at)
    return heard_at


def ends_heard(waiting: Waiting) -> dict[str, e.Instant]:
    heard_at: dict[str, e.Instant] = {}
    for at, event in waiting:
        if isinstance(event, e.CallEnded):
            heard_at.setdefault(event.call, at)
    return heard_at


def forget_older(waiting: deque[tuple[e.Instant, e.Event]], seen_s: float) -> None:
    """The floor begins from what the PBX was asked for at `seen_s` (monotonic). By an older picture, a call that was
    sent between the two would be gone. That the link was lost is heard, unless it was back by then."""
    back = max((n for n, (at, one) in enumerate(waiting) if _is(at, one, e.TelephonyBack, seen_s)), default=-1)
    newer = [
        (at, one)
        for n, (at, one) in enumerate(waiting)
        if not (_is(at, one, e.TelephonyBack | e.PbxSeen, seen_s) or (n < back and isinstance(one, e.TelephonyLost)))
    ]
    waiting.clear()
    waiting.extend(newer)


def _is(at: e.Instant, event: e.Event, kind: UnionType | type, seen_s: float) -> bool:
    return at.mono_s <= seen_s and isinstance(event, kind)
