"""The life of a queue entry: a caller's place in a queue, from the welcome to its one end (I20, I21).

The call itself has its own life (`call.py`); a place outlives it when a callback keeps it. SERVED and LEFT are
absorbing: each entry ends once, one way or the other.
"""

from enum import StrEnum


class EntryState(StrEnum):
    WELCOME = "welcome"  # hears the welcome; has a place already
    QUEUED = "queued"
    OVERFLOW = "overflow"  # hears the message of an overflow rule, and then goes on
    OFFERED = "offered"  # agents are being rung, or hear which queue it is
    PROMISED = "promised"  # nobody on the line: a callback keeps the place
    SERVED = "served"  # with an agent
    LEFT = "left"  # gave up, was sent on, or turned away


class EntryCause(StrEnum):
    WELCOMED = "welcomed"
    OVERFLOWED = "overflowed"
    WENT_ON = "went on"  # the message is over: back to the queue
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"  # nobody answered the offer: the place is as it was
    ANSWERED = "answered"
    PROMISED = "promised"
    CAME_BACK = "came back"  # the caller is on the line again, with an entry of its own at this place
    SENT_ON = "sent on"  # to another queue, a number, a message with an end
    GAVE_UP = "gave up"


S, C = EntryState, EntryCause

ENTRY_LIFE: dict[EntryState, dict[EntryCause, EntryState]] = {
    S.WELCOME: {
        C.WELCOMED: S.QUEUED,
        C.OVERFLOWED: S.OVERFLOW,
        C.PROMISED: S.PROMISED,
        C.SENT_ON: S.LEFT,
        C.GAVE_UP: S.LEFT,
    },
    S.QUEUED: {
        C.OFFERED: S.OFFERED,
        C.OVERFLOWED: S.OVERFLOW,
        C.PROMISED: S.PROMISED,
        C.SENT_ON: S.LEFT,
        C.GAVE_UP: S.LEFT,
    },
    S.OVERFLOW: {C.WENT_ON: S.QUEUED, C.PROMISED: S.PROMISED, C.SENT_ON: S.LEFT, C.GAVE_UP: S.LEFT},
    S.OFFERED: {C.ANSWERED: S.SERVED, C.WITHDRAWN: S.QUEUED, C.GAVE_UP: S.LEFT},
    S.PROMISED: {C.CAME_BACK: S.LEFT, C.GAVE_UP: S.LEFT},
    S.SERVED: {},
    S.LEFT: {},
}
ENDED = frozenset({S.SERVED, S.LEFT})
