"""The life of a consultation: an agent asks a colleague, or somebody outside, while their customer waits.

The customer's own life (`call.py`) goes on meanwhile: HELD while the two talk without them, TALKING else. It lives in
its engine only: when that dies, the next one lets the colleague go and gives the customer back to who asked. What was
handed over before is kept, for then there is no consultation any more.
"""

from enum import StrEnum


class ConsultState(StrEnum):
    RINGING = "ringing"  # the colleague's phone; the customer hears music
    TALKING = "talking"  # with the colleague; the customer hears music
    ASIDE = "aside"  # with the customer; the colleague hears music
    CONFERENCE = "conference"  # all three
    OVER = "over"


class ConsultCause(StrEnum):
    ANSWERED = "answered"
    SWAPPED = "swapped"
    CONFERENCED = "conferenced"
    HELD = "held"  # the customer of a conference
    COMPLETED = "completed"  # the customer is the colleague's
    ENDED = "ended"  # without that: cancelled, not answered, hung up by one of the three


S, C = ConsultState, ConsultCause

CONSULT_LIFE: dict[ConsultState, dict[ConsultCause, ConsultState]] = {
    S.RINGING: {C.ANSWERED: S.TALKING, C.ENDED: S.OVER},
    S.TALKING: {C.SWAPPED: S.ASIDE, C.CONFERENCED: S.CONFERENCE, C.COMPLETED: S.OVER, C.ENDED: S.OVER},
    S.ASIDE: {C.SWAPPED: S.TALKING, C.CONFERENCED: S.CONFERENCE, C.COMPLETED: S.OVER, C.ENDED: S.OVER},
    S.CONFERENCE: {C.HELD: S.TALKING, C.COMPLETED: S.OVER, C.ENDED: S.OVER},
    S.OVER: {},
}
