"""Why a channel ended, from the PBX's numbers to our words (WD-167 to WD-172, DEC-12).

Asterisk gives a Q.850 cause and, from version 22 on, the SIP status behind it (`tech_cause`). For a call that was not
answered the SIP status is the better witness, because Asterisk folds several of them into one cause; for an answered
call only the cause counts. SIP to Q.850 follows RFC 3398 section 8.2.6, except where a comment says otherwise.
A number that is in no table is UNKNOWN, never a guess.
"""

from typing import Final

from busyhour.core.model.values import EndCause

E = EndCause

NORMAL: Final = 16

TIMER_EXPIRED: Final = 102
"""Q.850 "recovery on timer expiry". Our dialplan hangs up with it when the call's absolute time limit has passed."""

MESSAGE_HEARD: Final = 31
"""Q.850 "normal, unspecified". We end a call with it whose message was played to its end. That it was we, the record
says, too: it names who of the network ended it."""

CANCELED: Final = 127
"""What Asterisk makes of a CANCEL that comes in; in Q.850 "interworking, unspecified"."""

Q850: Final[dict[int, EndCause]] = {
    1: E.INVALID_NUMBER,  # unallocated number
    2: E.UNREACHABLE,  # no route to transit network
    3: E.UNREACHABLE,  # no route to destination: Asterisk's answer for an endpoint without a contact
    4: E.INVALID_NUMBER,  # special information tone
    5: E.INVALID_NUMBER,  # misdialed trunk prefix
    6: E.FAILURE,  # channel unacceptable
    7: E.FAILURE,  # call awarded in an established channel
    8: E.CONGESTION,  # preemption
    9: E.CONGESTION,  # preemption, circuit reserved
    14: E.INVALID_NUMBER,  # number ported away
    16: E.NORMAL,
    17: E.BUSY,
    18: E.NO_ANSWER,  # no user responding
    19: E.NO_ANSWER,  # alerted, and no answer
    20: E.UNREACHABLE,  # subscriber absent
    21: E.REJECTED,
    22: E.INVALID_NUMBER,  # number changed
    23: E.REJECTED,  # redirected to a new destination, which we do not follow
    25: E.UNREACHABLE,  # exchange routing error
    26: E.NORMAL,  # non-selected user clearing: answered elsewhere
    27: E.UNREACHABLE,  # destination out of order
    28: E.INVALID_NUMBER,  # incomplete or invalid number
    29: E.REJECTED,  # facility rejected
    30: E.NORMAL,  # answer to a status enquiry
    31: E.NORMAL,  # normal, unspecified
    34: E.CONGESTION,  # no circuit available
    38: E.CONGESTION,  # network out of order
    39: E.CONGESTION,  # permanent connection out of service
    40: E.CONGESTION,  # permanent connection operational
    41: E.CONGESTION,  # temporary failure
    42: E.CONGESTION,  # switching equipment congestion
    43: E.FAILURE,  # access information discarded
    44: E.CONGESTION,  # requested circuit not available
    46: E.CONGESTION,  # precedence call blocked
    47: E.CONGESTION,  # resource unavailable
    49: E.FAILURE,  # quality of service not available
    50: E.REJECTED,  # facility not subscribed
    52: E.REJECTED,  # outgoing calls barred
    53: E.REJECTED,  # outgoing calls barred within the user group
    54: E.REJECTED,  # incoming calls barred
    55: E.REJECTED,  # incoming calls barred within the user group
    57: E.REJECTED,  # bearer capability not authorized
    58: E.FAILURE,  # bearer capability not available
    62: E.FAILURE,  # inconsistency in access information
    63: E.FAILURE,  # service not available
    65: E.FAILURE,  # bearer capability not implemented
    66: E.FAILURE,  # channel type not implemented: Asterisk's answer for a technology it has not loaded
    69: E.FAILURE,  # facility not implemented
    70: E.FAILURE,  # only restricted digital information
    79: E.FAILURE,  # service not implemented
    81: E.FAILURE,  # invalid call reference
    82: E.FAILURE,  # no such channel
    83: E.FAILURE,  # suspended call, other identity
    84: E.FAILURE,  # call identity in use
    85: E.FAILURE,  # no call suspended
    86: E.NORMAL,  # the call was cleared
    87: E.REJECTED,  # not a member of the user group
    88: E.FAILURE,  # incompatible destination
    90: E.UNREACHABLE,  # no such user group
    91: E.UNREACHABLE,  # invalid transit network
    95: E.FAILURE,  # invalid message
    96: E.FAILURE,  # information element missing
    97: E.FAILURE,  # message type not implemented
    98: E.FAILURE,  # message not compatible with the call's state
    99: E.FAILURE,  # information element not implemented
    100: E.FAILURE,  # invalid information element
    101: E.FAILURE,  # message not compatible with the call's state
    TIMER_EXPIRED: E.TIMEOUT,
    103: E.FAILURE,  # parameter not implemented
    110: E.FAILURE,  # message discarded
    111: E.FAILURE,  # protocol error
    127: E.FAILURE,  # interworking, unspecified
}

SIP: Final[dict[int, EndCause]] = {
    300: E.REJECTED,  # redirections, which we do not follow: a carrier must not choose where we call
    301: E.INVALID_NUMBER,  # moved permanently: Q.850 22
    302: E.REJECTED,
    305: E.REJECTED,
    380: E.REJECTED,
    400: E.FAILURE,
    401: E.REJECTED,  # our password was not taken
    402: E.REJECTED,
    403: E.REJECTED,
    404: E.INVALID_NUMBER,
    405: E.FAILURE,
    406: E.FAILURE,
    407: E.REJECTED,
    408: E.NO_ANSWER,  # RFC 3398 says 102; to a dialer both are a call that nobody took in time
    409: E.CONGESTION,
    410: E.INVALID_NUMBER,
    413: E.FAILURE,
    414: E.FAILURE,
    415: E.FAILURE,
    416: E.FAILURE,
    420: E.FAILURE,
    421: E.FAILURE,
    422: E.FAILURE,
    423: E.FAILURE,
    433: E.REJECTED,  # anonymity disallowed
    436: E.FAILURE,
    437: E.FAILURE,
    438: E.FAILURE,
    480: E.UNREACHABLE,  # switched off or logged out: Q.850 18 in RFC 3398, 20 in what carriers mean
    481: E.FAILURE,
    482: E.FAILURE,
    483: E.FAILURE,
    484: E.INVALID_NUMBER,
    485: E.INVALID_NUMBER,
    486: E.BUSY,
    487: E.NO_ANSWER,  # terminated by our own CANCEL: it rang out
    488: E.FAILURE,  # no codec in common
    491: E.FAILURE,
    493: E.FAILURE,
    500: E.CONGESTION,
    501: E.FAILURE,
    502: E.CONGESTION,  # RFC 3398: 38, network out of order
    503: E.CONGESTION,
    504: E.CONGESTION,  # the network behind the carrier did not reply
    505: E.FAILURE,
    513: E.FAILURE,
    580: E.FAILURE,
    600: E.BUSY,
    603: E.REJECTED,
    604: E.INVALID_NUMBER,
    606: E.FAILURE,
    607: E.REJECTED,  # unwanted (RFC 8197)
    608: E.REJECTED,  # rejected by an intermediary (RFC 8688)
}


def end_cause(cause: int, tech_cause: int = 0, *, answered: bool, rang: bool = False) -> EndCause:
    """Our word for a channel's end. `tech_cause` is a SIP status, 0 when the PBX does not say."""
    if answered:
        # A plain BYE carries no cause: 0.
        return Q850.get(cause, E.NORMAL if cause == 0 else E.UNKNOWN)
    if tech_cause == 480 and rang:
        return E.NO_ANSWER  # also what Asterisk reports when its own originate time is over
    if tech_cause >= 300:
        return SIP.get(tech_cause, E.UNKNOWN)
    found = Q850.get(cause, E.UNKNOWN)
    if cause == 0 or found is E.NORMAL:
        # Cleared without a word from the network while it was being called: our ring time was over.
        return E.NO_ANSWER
    return found


def given_up(cause: int) -> EndCause:
    """Of a caller who was not answered: turned away by us with a cause, or gone before, which Asterisk tells as 127."""
    found = Q850.get(cause, E.UNKNOWN)
    return E.NORMAL if cause in (0, CANCELED) or found is E.NO_ANSWER else found
