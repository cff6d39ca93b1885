"""What counts: each answered call is connected, or abandoned. The one definition for the floor, the stores and reports.

A call counts at the time of its answer. Only final records count; what is still up counts when it ends.
"""

from busyhour.core.model.counts import ABANDONED, CONNECTED, DETECTED, MACHINE_MET, NOTHING, Count
from busyhour.core.model.values import REACHED, Heard, Outcome

MESSAGE_HEARD = frozenset({Outcome.IVR_COMPLETED, Outcome.IVR_LEFT, Outcome.MAX_DURATION})
"""Answered, never with an agent, and not abandoned: the message is what the call was for."""


def count_of(
    *,
    outcome: str | None,
    answered_utc_s: float | None,
    joined_utc_s: float | None,
    wait_max_s: float,
    heard: str | None = None,
) -> Count:
    """How one final record counts, where the law allows `wait_max_s` from the answer to an agent.

    An agent who came too late does not make up for it: that call counts as abandoned.
    """
    if outcome == Outcome.ANSWERING_MACHINE and answered_utc_s is not None:
        return DETECTED
    if outcome not in REACHED or answered_utc_s is None:
        return NOTHING
    if joined_utc_s is not None and heard == Heard.MACHINE:
        return MACHINE_MET
    if joined_utc_s is not None:
        return CONNECTED if joined_utc_s - answered_utc_s <= wait_max_s else ABANDONED
    return CONNECTED if outcome in MESSAGE_HEARD else ABANDONED
