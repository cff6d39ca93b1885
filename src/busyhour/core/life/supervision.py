"""The life of a supervisor's presence on an agent's call, from the request to its end.

It does not outlive the engine: at its start an engine closes all ears that it finds, and the call goes on as it was.
"""

from enum import StrEnum


class SupervisionState(StrEnum):
    CALLING = "calling"  # their own phone is being rung
    OPENING = "opening"  # the PBX opens the ear
    ON = "on"
    TAKING = "taking"  # the customer is being moved to them
    OVER = "over"


class SupervisionCause(StrEnum):
    PHONE_UP = "phone up"
    OPENED = "opened"
    TOOK = "took"  # asked for: the agent has the call until the customer is seen to be here
    GAVE_BACK = "gave back"  # the customer did not come in time
    ENDED = "ended"


S, C = SupervisionState, SupervisionCause

SUPERVISION_LIFE: dict[SupervisionState, dict[SupervisionCause, SupervisionState]] = {
    S.CALLING: {C.PHONE_UP: S.OPENING, C.ENDED: S.OVER},
    S.OPENING: {C.OPENED: S.ON, C.ENDED: S.OVER},
    S.ON: {C.TOOK: S.TAKING, C.ENDED: S.OVER},
    S.TAKING: {C.GAVE_BACK: S.ON, C.ENDED: S.OVER},
    S.OVER: {},
}
