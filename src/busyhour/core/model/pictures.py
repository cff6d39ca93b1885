"""Pictures of live things, as they cross the border between core and service: what was found, what is to be kept."""

from msgspec import Struct

from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import EndCause, Heard, LegMode, Outcome, PhoneKind


class HopperItem(Struct, frozen=True, kw_only=True):
    """A member taken from the lists, to be dialed soon (U-19). `call` is the id that its next attempt will have."""

    call: str  # attempt id = channel id, see `busyhour.core.model.ids`
    member_id: int
    contact_id: int
    list_id: int
    attempt_no: int  # from 1
    number: str  # E.164 with +
    contact_name: str = ""
    due_utc_s: float = 0.0
    earlier: dict[str, int] = {}  # outcomes of the attempts before, with their counts
    variables: dict[str, str] = {}


class AgentProfile(Struct, frozen=True, kw_only=True):
    """An agent as configured, with what was last stored of their state."""

    agent_id: int
    name: str
    phone_kind: PhoneKind = PhoneKind.BROWSER
    sip_address: str = ""  # sip:user@host:port, for PhoneKind.SIP
    leg_mode: LegMode = LegMode.PERSISTENT
    may_dial: bool = False  # by hand (MZ-021)
    acw_s: float = 0.0  # of wrap-up; 0 = the usual time (OC-026)
    pause_reason: str | None = "login"  # None = was ready
    acw_until_utc_s: float = 0.0
    acw_call: str | None = None
    call: str | None = None  # in hand when last stored
    session_open: bool = False  # had a desk session when last stored
    skills: dict[str, int] = {}  # each with its level (U-09, OC-022)


class RunPicture(Struct, frozen=True, kw_only=True):
    """A run as stored (U-17)."""

    run_id: int
    campaign: Campaign
    state: str  # a RunState
    started_utc_s: float
    placed: int = 0
    finished: int = 0
    answered: int = 0  # of the calls that are over
    abandoned: int = 0
    placed_last_minute: int = 0  # what a limit of calls per minute has to count, also after a restart (I8)
    halted: str = ""  # why it stopped by itself
    learned: bytes = b""  # what the campaign has taught its pacer, as last stored


class Reservation(Struct, frozen=True, kw_only=True):
    """A contact that an agent looks at before the call, as stored."""

    item: HopperItem
    run_id: int
    agent_id: int
    until_utc_s: float


class OpenCall(Struct, frozen=True, kw_only=True):
    """A stored attempt found at start: without its final record, or one that its agent still wraps up."""

    item: HopperItem
    run_id: int
    campaign_id: int
    trunk_id: int
    state: str  # an AttemptState
    intent_utc_s: float
    ringing_utc_s: float | None = None
    answered_utc_s: float | None = None
    joined_utc_s: float | None = None
    agent_id: int | None = None  # before the join: for whom it was dialed
    disposition: str | None = None  # chosen while the call was up, or since
    note: str = ""
    opted_out_utc_s: float | None = None  # when the callee pressed the key that asks for no more calls
    outcome: Outcome | None = None  # not None: it is over
    ended_utc_s: float | None = None
    heard: Heard | None = None


class Parked(Struct, frozen=True, kw_only=True):
    """In which place, by whom, since when."""

    slot: int
    agent_id: int
    since_utc_s: float


class ChannelPicture(Struct, frozen=True, kw_only=True):
    """A channel that the PBX has now."""

    channel: str
    answered: bool
    ringing: bool = False
    bridge: str | None = None
    in_app: bool = True  # under our control, not in the PBX's own dialplan
    answered_utc_s: float | None = None  # None: when is not known
    listening: bool = False  # the PBX finds out who has answered
    heard: Heard | None = None  # and what it found
    parked: Parked | None = None  # where they were put last; they may have left there since
    # Of a channel that came in:
    outside: bool = False  # the PBX was told to connect them with a number outside, and does
    dialed: str = ""
    number: str = ""
    name: str = ""
    headers: dict[str, str] = {}  # what they brought along (CP-044), of those who were not asked about
    created_utc_s: float = 0.0


class CallHistory(Struct, frozen=True, kw_only=True):
    """What the PBX's own records say of a channel that is gone."""

    channel: str
    answered_utc_s: float | None
    ended_utc_s: float
    cause: EndCause
    message_heard: bool = False  # by what the order that ended it said


class PbxPicture(Struct, frozen=True, kw_only=True):
    """All that the PBX has now, and what it remembers of the channels we asked about."""

    boot: str  # changes when the PBX was restarted
    channels: tuple[ChannelPicture, ...] = ()
    histories: tuple[CallHistory, ...] = ()
    ahead_s: float = 0.0  # of the PBX's clock before ours; all times in here are the PBX's own (D4)


class Segment(Struct, frozen=True, kw_only=True):
    """One agent's, or one prompt's, part of an interaction (U-22)."""

    kind: str  # agent | message | abandon_message
    agent_id: int | None
    started_utc_s: float
    ended_utc_s: float
    hold_s: float = 0.0


class CallRecord(Struct, frozen=True, kw_only=True):
    """The final record of a call: written once, never changed (I29, I31). Times are UTC epoch seconds."""

    call: str
    run_id: int
    campaign_id: int
    member_id: int
    contact_id: int
    attempt_no: int
    trunk_id: int
    outcome: Outcome
    cause: EndCause
    ringing_utc_s: float | None
    answered_utc_s: float | None
    joined_utc_s: float | None
    ended_utc_s: float
    talk_s: float  # answered to end
    agent_id: int | None
    segments: tuple[Segment, ...]
    next_due_utc_s: float | None  # when the member is to be called again; None = never
    retry_why: str  # the rule that decided, in words
    heard: Heard | None = None
    analysis_s: float | None = None  # how long the PBX listened
