"""The life of an agent (U-38, 5.5).

The state is *derived* from facts (desk open, leg up, reservation, live call, wrap-up deadline, pause), so it cannot be
stuck; this table says which changes of the derived state are legal, and names them. Every state but OFFLINE and
AVAILABLE has an owner and a deadline (architecture decision 1).
"""

from enum import StrEnum


class AgentState(StrEnum):
    OFFLINE = "offline"
    NOT_READY = "not_ready"  # with a reason: one of the tenant's, or login, phone, missed, lagged
    AVAILABLE = "available"
    RESERVED = "reserved"  # for a contact before the call, for a call that is being dialed for them, or being joined
    ON_CONTACT = "on_contact"
    ACW = "acw"  # after-call work


S = AgentState

AGENT_LIFE: dict[AgentState, frozenset[AgentState]] = {
    S.OFFLINE: frozenset({S.NOT_READY, S.AVAILABLE, S.RESERVED, S.ON_CONTACT, S.ACW}),
    S.NOT_READY: frozenset({S.OFFLINE, S.AVAILABLE, S.RESERVED, S.ON_CONTACT}),
    S.AVAILABLE: frozenset({S.OFFLINE, S.NOT_READY, S.RESERVED, S.ON_CONTACT}),  # at once: a colleague asks them
    S.RESERVED: frozenset({S.OFFLINE, S.NOT_READY, S.AVAILABLE, S.ON_CONTACT, S.ACW}),
    S.ON_CONTACT: frozenset({S.OFFLINE, S.NOT_READY, S.AVAILABLE, S.ACW, S.RESERVED}),
    S.ACW: frozenset({S.OFFLINE, S.NOT_READY, S.AVAILABLE}),
}


class SystemReason(StrEnum):
    """Reasons for NOT_READY that people do not choose."""

    LOGIN = "login"  # has just logged in
    PHONE = "phone"  # the phone is not up
    MISSED = "missed"  # did not answer an offered call
    RESTING = "resting"  # likewise, a caller: for a moment, and then ready again
    SUPERVISING = "supervising"  # is on an agent's call
    LAGGED = "lagged"  # the desk's link was lost
