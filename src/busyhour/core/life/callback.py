"""The life of a callback that keeps a caller's place (U-34, I22).

Only a callback that waits is ever dialed, and DONE is absorbing: so nobody is called back twice.
"""

from enum import StrEnum


class CallbackState(StrEnum):
    WAITING = "waiting"  # holds its place in the queue
    DIALING = "dialing"  # its one attempt is under way
    PUT_OFF = "put_off"  # waits for an hour at which it may be dialed; its place stays
    DONE = "done"
    GIVEN_UP = "given_up"  # with the reason in words


class CallbackCause(StrEnum):
    TURN_CAME = "turn came"
    NOT_YET = "not yet"  # its turn came at an hour that is none
    DUE = "due"
    NOT_SENT = "not sent"  # there is proof that nobody was dialed
    REACHED = "reached"
    UNREACHED = "unreached"
    CAME_BACK = "came back"  # the caller called again by themselves
    GAVE_UP = "gave up"


S, C = CallbackState, CallbackCause

CALLBACK_LIFE: dict[CallbackState, dict[CallbackCause, CallbackState]] = {
    S.WAITING: {C.TURN_CAME: S.DIALING, C.NOT_YET: S.PUT_OFF, C.CAME_BACK: S.DONE, C.GAVE_UP: S.GIVEN_UP},
    S.DIALING: {
        C.NOT_SENT: S.WAITING,
        C.REACHED: S.DONE,
        C.UNREACHED: S.PUT_OFF,
        C.CAME_BACK: S.DONE,
        C.GAVE_UP: S.GIVEN_UP,
    },
    S.PUT_OFF: {C.DUE: S.WAITING, C.CAME_BACK: S.DONE, C.GAVE_UP: S.GIVEN_UP},
    S.DONE: {},
    S.GIVEN_UP: {},
}

OPEN = frozenset({S.WAITING, S.DIALING, S.PUT_OFF})
