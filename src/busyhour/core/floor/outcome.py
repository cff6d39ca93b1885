"""What came of a call, from how far it got and why it ended (table 5.4; DEC-12)."""

from busyhour.core.floor.call_live import DialedCall
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.call import CallState
from busyhour.core.model.values import EndCause, Heard, Outcome

UNANSWERED: dict[EndCause, Outcome] = {
    EndCause.BUSY: Outcome.BUSY,
    EndCause.NO_ANSWER: Outcome.NO_ANSWER,
    EndCause.TIMEOUT: Outcome.NO_ANSWER,
    EndCause.REJECTED: Outcome.CONGESTION,  # "refused by the network" (WD-167)
    EndCause.CONGESTION: Outcome.CONGESTION,
    EndCause.NORMAL: Outcome.CONGESTION,  # ended unanswered with no cause (WD-167)
    EndCause.INVALID_NUMBER: Outcome.INVALID_NUMBER,
    EndCause.UNREACHABLE: Outcome.UNAVAILABLE,
    EndCause.FAILURE: Outcome.SYSTEM_ERROR,
    EndCause.PBX_RESTART: Outcome.LOST,
    EndCause.NOT_SENT: Outcome.CANCELLED,
    EndCause.UNKNOWN: Outcome.LOST,
}

VERDICTS = (
    EndCause.BUSY,
    EndCause.INVALID_NUMBER,
    EndCause.CONGESTION,
    EndCause.REJECTED,
    EndCause.UNREACHABLE,
    EndCause.NOT_SENT,
)
"""Causes that a hang-up of ours does not bring about."""

UNHEARD = (AttemptState.INTENT, AttemptState.AMBIGUOUS)


def outcome_of(call: DialedCall, cause: EndCause) -> Outcome:
    """The outcome of a call that ends now, in the state it is in."""
    if call.answered_utc_s is None:
        if cause is EndCause.UNKNOWN and call.attempt in UNHEARD:
            return Outcome.LOST  # the PBX never said that it had it: that it rang is a guess
        if call.hint is Outcome.NO_ANSWER and cause not in VERDICTS:
            return Outcome.NO_ANSWER  # we gave up ringing; what the hang-up itself reports does not matter
        if call.hint is Outcome.NO_ANSWER:
            return UNANSWERED[cause]  # the network's own word came first
        return call.hint or UNANSWERED[cause]
    if call.heard is Heard.MACHINE and call.joined_utc_s is None:
        return Outcome.ANSWERING_MACHINE
    met = call.joined_utc_s is not None or call.state is CallState.MESSAGE  # with somebody, or something
    if met and (call.hint is Outcome.MAX_DURATION or cause is EndCause.TIMEOUT):
        return Outcome.MAX_DURATION
    if call.joined_utc_s is not None:
        return Outcome.HANDLED
    if call.state is CallState.MESSAGE:
        return Outcome.IVR_COMPLETED if call.message_heard else Outcome.IVR_LEFT
    return Outcome.ABANDONED
