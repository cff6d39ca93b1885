"""Small closed sets of words (Part 5 of the contact-centre catalogue). Stored, sent and shown as written here."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may do; predefined sets of permissions (U-05)."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


WITH_DESK = frozenset({Role.AGENT, Role.SUPERVISOR})
"""Who has a desk, and a phone: agents, and supervisors who hear their calls and take them over."""


class DialMode(StrEnum):
    """How a campaign paces its calls (U-18, 5.3-1)."""

    MANUAL = "manual"  # nothing is dialed but what agents dial by hand
    PREVIEW = "preview"  # a free agent sees the contact first, and decides
    PROGRESSIVE = "progressive"  # one call for each free agent
    RATIO = "ratio"  # a fixed number of calls for each free agent
    PREDICTIVE = "predictive"  # ahead of free agents, as far as the law allows
    AGENTLESS = "agentless"


class FirstLeg(StrEnum):
    """Who is on the line first."""

    CUSTOMER = "customer"
    AGENT = "agent"  # an agent is taken, and only then the number is dialed


class PreviewEnd(StrEnum):
    """What is done when the time for a preview is over."""

    DIAL = "dial"
    GIVE_BACK = "give_back"  # to whoever is free next; the agent, who did nothing, is paused


class LegMode(StrEnum):
    """How an agent's phone takes part (architecture decision 5)."""

    PERSISTENT = "persistent"  # the agent's leg stays up for the whole session
    PER_CALL = "per_call"  # the agent's phone rings, or answers by itself, for each call


class PhoneKind(StrEnum):
    """What the agent talks with."""

    BROWSER = "browser"  # SIP over WebSocket, through our own HTTP port
    SIP = "sip"  # any SIP phone at a fixed address


class AcwMode(StrEnum):
    """After-call work (U-37, 5.3-4)."""

    NONE = "none"
    MAX = "max"  # the agent may end it earlier; at the ceiling it ends by itself
    FIXED = "fixed"
    UNTIMED = "untimed"


class RetryMode(StrEnum):
    """How a retry rule counts its delay (WD-124, WD-125)."""

    FIXED = "fixed"
    MULTI = "multi"


class RetryCount(StrEnum):
    """Which attempts a retry rule's limit counts (DEC-1)."""

    TOTAL = "total"  # all attempts of the contact, whatever they ended with
    OUTCOME = "outcome"  # those with the outcome of the rule


class ListRole(StrEnum):
    """What a list is to a campaign (WD-091)."""

    NORMAL = "normal"
    BLACK = "black"


class Outcome(StrEnum):
    """System result of an attempt (U-23, table 5.4). Never set by people."""

    HANDLED = "HANDLED"  # talked with an agent
    IVR_COMPLETED = "IVR_COMPLETED"  # heard the message to its end
    IVR_LEFT = "IVR_LEFT"  # hung up during the message
    BUSY = "BUSY"
    NO_ANSWER = "NO_ANSWER"
    CANCELLED = "CANCELLED"  # we gave up before the ring time was over (run removed, shutdown)
    CONGESTION = "CONGESTION"
    INVALID_NUMBER = "INVALID_NUMBER"
    UNAVAILABLE = "UNAVAILABLE"
    ABANDONED = "ABANDONED"  # answered, and no agent in time
    ANSWERING_MACHINE = "ANSWERING_MACHINE"  # answered, as the detector says by a machine, and not passed to an agent
    MAX_DURATION = "MAX_DURATION"
    AGENT_SKIPPED = "AGENT_SKIPPED"  # previewed, and not dialed
    DNC = "DNC"
    SYSTEM_ERROR = "SYSTEM_ERROR"
    LOST = "LOST"  # no proof of what became of it


REACHED = frozenset({Outcome.HANDLED, Outcome.IVR_COMPLETED, Outcome.IVR_LEFT, Outcome.ABANDONED, Outcome.MAX_DURATION})
"""Outcomes of calls that a person answered, or a machine that nobody has detected."""


class Heard(StrEnum):
    """Who answered, by the sound of it."""

    HUMAN = "human"
    MACHINE = "machine"
    UNSURE = "unsure"  # counts as a person


class MachineAction(StrEnum):
    """What is done when a machine has answered."""

    HANG_UP = "hang_up"
    MESSAGE = "message"  # a prompt is played to it, then the call ends


class EndCause(StrEnum):
    """Why a channel ended, in our words; an adapter maps its vendor's causes to these."""

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"  # the callee's side refused (603, 403)
    CONGESTION = "congestion"
    INVALID_NUMBER = "invalid_number"
    UNREACHABLE = "unreachable"  # no route, peer down
    TIMEOUT = "timeout"  # the PBX's own absolute time limit
    FAILURE = "failure"
    PBX_RESTART = "pbx_restart"
    NOT_SENT = "not_sent"  # the PBX was never asked for this call: there is proof that nobody was dialed
    UNKNOWN = "unknown"


class Audited(StrEnum):
    """What of a person's acts the audit log keeps."""

    MANUAL_DIAL = "manual dial"
    OTHER_NUMBER = "other number"  # of a contact that was shown to them
    LISTENED = "listened"  # a supervisor, to an agent's call
    WHISPERED = "whispered"  # to the agent, in a call
    BARGED_IN = "barged in"
    TOOK_OVER = "took over"
    SUPERVISED = "supervised"  # the end of these: how long it was in all
    RUN_STARTED = "run started"  # by somebody: what a run does by itself is in its own record
    RUN_PAUSED = "run paused"
    RUN_UNPAUSED = "run unpaused"
    RUN_REMOVED = "run removed"
    LOG_IN = "log in"
    LOG_IN_FAILED = "log in failed"
    CALLBACK_CANCELED = "callback canceled"  # a promise to call back
    CONTACTS_IMPORTED = "contacts imported"  # into a list
    ADDED = "added"  # of what people configure
    CHANGED = "changed"
    REMOVED = "removed"
    RECORDING_HEARD = "recording heard"
    RECORDING_DOWNLOADED = "recording downloaded"
    RECORDING_ERASED = "recording erased"  # by somebody, or because its time was over
    RECORDING_HELD = "recording held"  # kept, whatever the rule says
    RECORDING_RELEASED = "recording released"


class Refusal(StrEnum):
    """Why a call may not be placed now (or ever). `FINAL_REFUSALS` never become legal by waiting."""

    DNC = "dnc"
    CONTACT_CLOSED = "contact_closed"  # closed, deleted, or taken anew: not this hopper's any more
    RUN_NOT_RUNNING = "run_not_running"
    OUT_OF_HOURS_CAMPAIGN = "out_of_hours_campaign"
    OUT_OF_HOURS_CALLEE = "out_of_hours_callee"
    NUMBER_LIVE = "number_live"  # the same number is being called already
    OUT_OF_HOURS_LAW = "out_of_hours_law"  # the law that the campaign names allows no call at this hour
    ABANDONED_LATELY = "abandoned_lately"  # the law wants an agent to be sure, or time to pass, after such a call
    MACHINE_LATELY = "machine_lately"  # the same after a machine was detected
    NUMBER_CAP = "number_cap"  # attempts to this number in 24 hours are used up
    NOT_DUE = "not_due"  # the clock was set back since the hopper was filled
    ATTEMPT_OPEN = "attempt_open"  # the contact has an open attempt
    INVALID_NUMBER = "invalid_number"
    ZONE_UNKNOWN = "zone_unknown"  # where the callee is, or the campaign, this machine cannot tell: no hour is sure


FINAL_REFUSALS = frozenset({Refusal.DNC, Refusal.INVALID_NUMBER})
