"""The life of a customer's call, from the dial to the end of the conversation (U-21)."""

from enum import StrEnum


class CallState(StrEnum):
    RESERVED = "reserved"  # an agent has the contact: looks at it, or their phone is being rung; nothing is dialed
    PLANNED = "planned"  # chosen; its intent is being committed
    DIALING = "dialing"
    LISTENING = "listening"  # somebody answered; the PBX listens whether it is a person
    ARRIVED = "arrived"  # a caller, whom we have not answered yet
    WAITING = "waiting"  # answered; no agent yet
    OFFERED = "offered"  # answered; an agent was chosen and is being joined
    TALKING = "talking"
    HELD = "held"
    ORPHANED = "orphaned"  # the agent's leg is gone; the agent may come back
    MESSAGE = "message"  # hears the campaign's message
    FAREWELL = "farewell"  # hears the message for calls without an agent
    PARKED = "parked"  # in a numbered place; any agent may take them up
    OUTSIDE = "outside"  # sent on or handed over to a number outside, with whom they talk without us
    ENDED = "ended"


class CallCause(StrEnum):
    DIALED = "dialed"  # the agent said so, or the time for the preview was over
    COMMITTED = "committed"
    PICKED_UP = "picked up"  # by whom, is being listened to
    ANSWERED = "answered"
    PLAYED = "played"  # the message begins
    OFFERED = "offered"
    JOINED = "joined"
    WITHDRAWN = "withdrawn"  # the offer did not come about
    HELD = "held"
    RESUMED = "resumed"
    LEG_LOST = "leg lost"
    GAVE_UP = "gave up"  # no agent in time: farewell
    HEARD = "heard"  # the message is over, and leads on
    SENT_ON = "sent on"  # to a number outside
    TAKEN = "taken"  # by another agent, who has them from now on
    REQUEUED = "requeued"  # back into a line, from an agent
    PARKED = "parked"
    ENDED = "ended"


S, C = CallState, CallCause

TRYING = (S.PLANNED, S.DIALING, S.LISTENING)  # on its way: not known to have been answered by a person
HEARS_US = (S.MESSAGE, S.FAREWELL)  # no agent, but a prompt of ours

CALL_LIFE: dict[CallState, dict[CallCause, CallState]] = {
    S.RESERVED: {C.DIALED: S.PLANNED, C.ENDED: S.ENDED},
    S.PLANNED: {C.COMMITTED: S.DIALING, C.ENDED: S.ENDED},
    S.DIALING: {C.PICKED_UP: S.LISTENING, C.ANSWERED: S.WAITING, C.ENDED: S.ENDED},
    S.LISTENING: {C.ANSWERED: S.WAITING, C.ENDED: S.ENDED},
    S.ARRIVED: {C.ANSWERED: S.WAITING, C.ENDED: S.ENDED},
    S.WAITING: {
        C.OFFERED: S.OFFERED,
        C.PLAYED: S.MESSAGE,
        C.SENT_ON: S.OUTSIDE,
        C.GAVE_UP: S.FAREWELL,
        C.ENDED: S.ENDED,
    },
    S.OFFERED: {C.JOINED: S.TALKING, C.WITHDRAWN: S.WAITING, C.GAVE_UP: S.FAREWELL, C.ENDED: S.ENDED},
    S.TALKING: {
        C.HELD: S.HELD,
        C.TAKEN: S.TALKING,
        C.LEG_LOST: S.ORPHANED,
        C.OFFERED: S.OFFERED,
        C.PARKED: S.PARKED,
        C.SENT_ON: S.OUTSIDE,
        C.REQUEUED: S.WAITING,
        C.ENDED: S.ENDED,
    },
    S.HELD: {
        C.RESUMED: S.TALKING,
        C.TAKEN: S.TALKING,
        C.LEG_LOST: S.ORPHANED,
        C.OFFERED: S.OFFERED,
        C.PARKED: S.PARKED,
        C.SENT_ON: S.OUTSIDE,
        C.REQUEUED: S.WAITING,
        C.ENDED: S.ENDED,
    },
    S.PARKED: {C.OFFERED: S.OFFERED, C.REQUEUED: S.WAITING, C.ENDED: S.ENDED},
    S.ORPHANED: {C.OFFERED: S.OFFERED, C.REQUEUED: S.WAITING, C.GAVE_UP: S.FAREWELL, C.ENDED: S.ENDED},
    S.MESSAGE: {C.HEARD: S.WAITING, C.GAVE_UP: S.FAREWELL, C.ENDED: S.ENDED},
    S.OUTSIDE: {C.REQUEUED: S.WAITING, C.ENDED: S.ENDED},
    S.FAREWELL: {C.ENDED: S.ENDED},
    S.ENDED: {},
}
