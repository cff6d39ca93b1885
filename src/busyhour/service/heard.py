"""What this process heard while there was no floor, for the one that is begun after it.

Such facts still wait for it. Their instants are what is known of how long ago they were, should the clock have been set
since (I48). Pictures of the PBX that are older than the one that it begins from are not for it.
"""

from collections import deque
from collections.abc import Iterable

from busyhour.core import events as e
from busyhour.core.floor.machine import Floor

FROM_PBX = (
    e.CallArrived,
    e.CallRang,
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

WHOLE = (e.PbxSeen, e.TelephonyLost, e.TelephonyBack)
"""What says of all that a PBX has, or has not."""

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


def forget_older(waiting: deque[tuple[e.Instant, e.Event]], seen_s: float) -> None:
    """The floor begins from what the PBX was asked for at `seen_s` (monotonic). By an older picture, a call that was
    sent between the two would be gone."""
    newer = [one for one in waiting if one[0].mono_s > seen_s or not isinstance(one[1], WHOLE)]
    waiting.clear()
    waiting.extend(newer)
