"""The life of an attempt: one dial of one number (U-20).

Written ahead as INTENT, originated as SENT. AMBIGUOUS = the PBX did not reply: we look, we do not guess. FINAL is
absorbing: the record is closed exactly once.
"""

from enum import StrEnum


class AttemptState(StrEnum):
    INTENT = "intent"
    SENT = "sent"
    RINGING = "ringing"
    ANSWERED = "answered"
    AMBIGUOUS = "ambiguous"
    FINAL = "final"


class AttemptCause(StrEnum):
    ACCEPTED = "accepted"  # the PBX took the request
    UNANSWERED = "unanswered"  # the PBX did not reply to the request
    RANG = "rang"
    ANSWERED = "answered"
    ENDED = "ended"


S, C = AttemptState, AttemptCause

ATTEMPT_LIFE: dict[AttemptState, dict[AttemptCause, AttemptState]] = {
    S.INTENT: {
        C.ACCEPTED: S.SENT,
        C.UNANSWERED: S.AMBIGUOUS,
        C.RANG: S.RINGING,
        C.ANSWERED: S.ANSWERED,
        C.ENDED: S.FINAL,
    },
    S.SENT: {C.RANG: S.RINGING, C.ANSWERED: S.ANSWERED, C.ENDED: S.FINAL},
    S.AMBIGUOUS: {C.ACCEPTED: S.SENT, C.RANG: S.RINGING, C.ANSWERED: S.ANSWERED, C.ENDED: S.FINAL},
    S.RINGING: {C.ANSWERED: S.ANSWERED, C.ENDED: S.FINAL},
    S.ANSWERED: {C.ENDED: S.FINAL},
    S.FINAL: {},
}
