"""What the core wants done, in the imperative. The core's only output.

Three kinds, performed in this order for each batch of events (architecture, `service/`):

* `Keep`: must not be lost; the whole batch is committed in one transaction before anything else is done;
* `Act`: to be done on the PBX, idempotent by the ids in it;
* `Tell`: answers to whoever asked.

`PlaceCall` is both: it is committed as an intent, and originated only when the commit said yes.
"""

from msgspec import Struct

from busyhour.core.model.caller_commands import (
    Announce,
    AnswerCall,
    CloseCaller,
    FindMissed,
    PlaceCallback,
    RejectCall,
    SaveArrival,
    SaveCallback,
    SaveEntry,
    SaveMissed,
    SaveQueueCounts,
    SendOn,
    Whisper,
)
from busyhour.core.model.campaign import Listening, Trunk
from busyhour.core.model.command import Act, Keep
from busyhour.core.model.consult_commands import Bind, RingParty, Seat, SetAside
from busyhour.core.model.counts import ReckoningAsk
from busyhour.core.model.fact import Asker
from busyhour.core.model.pictures import CallRecord, HopperItem, Parked
from busyhour.core.model.recording_commands import SaveRecording, StartRecording, StopRecording
from busyhour.core.model.supervising import SupervisingCommand
from busyhour.core.model.values import Audited, Heard, PhoneKind

__all__ = [
    "Act",
    "Announce",
    "AnswerCall",
    "Bind",
    "CloseCaller",
    "FindMissed",
    "Keep",
    "PlaceCallback",
    "RejectCall",
    "RingParty",
    "SaveArrival",
    "SaveCallback",
    "SaveEntry",
    "SaveMissed",
    "SaveQueueCounts",
    "SaveRecording",
    "Seat",
    "SendOn",
    "SetAside",
    "StartRecording",
    "StopRecording",
    "Whisper",
]


class PlaceCall(Keep, frozen=True, kw_only=True):
    """Call this member now. The store checks the law and the caps in the committing transaction (decision 4)."""

    item: HopperItem
    run_id: int
    campaign_id: int
    trunk: Trunk
    caller_id: str
    ring_timeout_s: float
    agent_id: int | None = None  # who is on the line first; None = whoever is free when it is answered
    leg: str | None = None  # of that agent: they hear the ringing tone until it is answered, or over
    by_hand: bool = False  # an agent chose the number: it need not have been taken from the lists
    audit: Audited | None = None  # what the audit log says of it
    listen: Listening | None = None  # before it is ours: whether a person or a machine answers
    call_max_s: float  # the PBX's own dead-man limit on the answered channel; never 0
    why: str  # the reason for this call at this moment, in words
    at_utc_s: float

    @property
    def call(self) -> str:
        return self.item.call


Dial = PlaceCall | PlaceCallback
"""What is committed as an intent, and sent only then."""


class SaveProgress(Keep, frozen=True, kw_only=True):
    """How far an open attempt has come; what recovery needs. None = as stored."""

    call: str
    state: str
    ringing_utc_s: float | None = None
    answered_utc_s: float | None = None
    joined_utc_s: float | None = None
    agent_id: int | None = None
    heard: Heard | None = None
    out_trunk_id: int | None = None  # of a caller: over which they were sent on to a number outside, and to which
    outside: str | None = None


class CloseCall(Keep, frozen=True, kw_only=True):
    """The final record, and the member's future. The second close of a call changes nothing."""

    record: CallRecord


class OptOut(Keep, frozen=True, kw_only=True):
    """The callee pressed the key: the number goes on the tenant's do-not-call list, and the attempt's record says so.
    The answer, once it is written, is `NumberOptedOut`."""

    call: str
    number: str
    at_utc_s: float


class ListNumbers(Keep, frozen=True, kw_only=True):
    """Somebody put these numbers on the do-not-call list, on a screen, or took them off it. No floor orders it: the
    journal keeps it, for a store that loses it (`service/journal.py`)."""

    numbers: tuple[str, ...]
    source: str
    at_utc_s: float
    off: bool = False


class SaveDisposition(Keep, frozen=True, kw_only=True):
    """What the agent said of a call; it may change when, or whether, the member is called again."""

    call: str
    agent_id: int
    disposition: str
    note: str
    at_utc_s: float
    next_due_utc_s: float | None
    retry_why: str
    keeps_member: bool = False  # True: the member's future stays as it is stored


class SaveRun(Keep, frozen=True, kw_only=True):
    """A run changed its state. `final`: it ended now. `audit`, for a change that somebody asked for: what the audit log
    says of it, in the same transaction (I38)."""

    run_id: int
    state: str
    at_utc_s: float
    final: bool
    halted: str = ""  # why it stopped by itself
    audit: Audited | None = None
    by: Asker | None = None


class SaveAgentState(Keep, frozen=True, kw_only=True):
    """An agent's derived state changed (I28: the changes add up to the session)."""

    agent_id: int
    state: str
    reason: str | None  # as shown: why not ready
    pause: str | None  # what recovery needs: the pause they are in or asked for, None = was ready
    call: str | None
    acw_until_utc_s: float
    session_open: bool
    at_utc_s: float


class ReturnItems(Keep, frozen=True, kw_only=True):
    """These were taken from the lists but are not going to be dialed by this hopper: give them back as waiting.
    `due_utc_s` None = as it was, mostly at once, when asked for again."""

    run_id: int
    member_ids: tuple[int, ...]
    calls: tuple[str, ...]  # of each, the id that its next attempt would have had: who was taken anew is left alone
    due_utc_s: float | None


class CloseMember(Keep, frozen=True, kw_only=True):
    """This member is final without a further attempt (do-not-call, invalid)."""

    run_id: int
    member_id: int
    outcome: str
    why: str


class SaveReservation(Keep, frozen=True, kw_only=True):
    """This agent has this contact before the call; another engine is to know it."""

    item: HopperItem
    run_id: int
    agent_id: int
    until_utc_s: float


class EndReservation(Keep, frozen=True, kw_only=True):
    """It is over, whatever comes of the contact."""

    call: str


class SkipContact(Keep, frozen=True, kw_only=True):
    """The agent passed this contact over: a record like an attempt's, though nothing was dialed (AGENT_SKIPPED)."""

    item: HopperItem
    run_id: int
    campaign_id: int
    agent_id: int
    reason: str
    why: str
    next_due_utc_s: float | None
    retry_why: str
    at_utc_s: float


class SaveLearned(Keep, frozen=True, kw_only=True):
    """What a campaign has taught its pacer (`core/dialer/predictive/kept.py`); in place of what was stored before."""

    campaign_id: int
    learned: bytes
    at_utc_s: float


class FillHopper(Struct, frozen=True, kw_only=True, tag=True):
    """Take up to `want` members for this run; the answer is `HopperFilled`. Done beside the loop, once at a time.

    `held`, after an answer that was lost: the attempts for which the members that are still here were taken; the store
    gives itself back all that it counts as taken for others. A member itself says too little: one that was dialed by
    hand meanwhile may have been taken anew by the answer that was lost."""

    run_id: int
    want: int
    held: tuple[str, ...] | None = None
    no: int = 0  # grows with each filling of the run


class Reckon(Struct, frozen=True, kw_only=True, tag=True):
    """Count what the law counts from the records, once all that was to be kept before is written; the answer is
    `Reckoned`."""

    ask: ReckoningAsk


Ask = FillHopper | Reckon | FindMissed
"""What is done beside the loop, behind all that is to be kept before, and answered by an event."""


class RingAgent(Act, frozen=True, kw_only=True):
    """Ring the agent's phone; on answer the leg goes into its own room. The browser answers by itself."""

    agent_id: int
    leg: str
    phone_kind: PhoneKind
    sip_address: str
    caller_id: str
    ring_timeout_s: float


class HangUpLeg(Act, frozen=True, kw_only=True):
    leg: str


class HangUpCall(Act, frozen=True, kw_only=True):
    call: str
    why: str = ""  # in words, when it puts right what the floor did not order
    message_heard: bool = False  # the PBX writes it down, for an engine that comes after this one


class Join(Act, frozen=True, kw_only=True):
    """Put the customer into the leg's room (out of any other, hold and prompt ended). Whoever else is still there,
    because the order that took them out came to nothing, is taken out first, and hears music."""

    call: str
    leg: str
    beside: tuple[str, ...] = ()  # who else may be in the room: a colleague, or somebody outside, in a conference
    why: str = ""  # in words, when it puts right what the floor did not order


class Hold(Act, frozen=True, kw_only=True):
    """Take the customer out of the room, to hold music."""

    call: str
    leg: str
    music: str | None = None  # the prompt that is played over and over; None: the usual music
    parked: Parked | None = None  # to be noted on the channel, for the next engine
    why: str = ""  # in words, when it puts right what the floor did not order


class PlayPrompt(Act, frozen=True, kw_only=True):
    call: str
    prompt: str


class LookAtPrompt(Act, frozen=True, kw_only=True):
    """See whether this prompt is still being played; when not, the answer is `PromptMissing`."""

    call: str
    prompt: str


class LookUp(Act, frozen=True, kw_only=True):
    """See whether the PBX has this channel; the answer is an event of the call (`CallSent`/`CallRang`/`CallAnswered`
    as found, or `CallMissing`)."""

    call: str


class Accept(Struct, frozen=True, kw_only=True, tag=True):
    """The request was carried out."""

    request: str


class Refuse(Struct, frozen=True, kw_only=True, tag=True):
    """The request cannot be carried out. `code` is stable, `text` says what to do next."""

    request: str
    code: str
    text: str


Command = (
    PlaceCall
    | SaveProgress
    | CloseCall
    | SaveDisposition
    | SaveRun
    | SaveAgentState
    | ReturnItems
    | CloseMember
    | SaveReservation
    | EndReservation
    | SkipContact
    | SaveLearned
    | OptOut
    | ListNumbers
    | SaveArrival
    | SaveEntry
    | CloseCaller
    | SaveCallback
    | SaveQueueCounts
    | SaveMissed
    | SaveRecording
    | PlaceCallback
    | FillHopper
    | Reckon
    | FindMissed
    | RingAgent
    | HangUpLeg
    | HangUpCall
    | Join
    | Hold
    | PlayPrompt
    | AnswerCall
    | RejectCall
    | Announce
    | Whisper
    | SendOn
    | StartRecording
    | StopRecording
    | RingParty
    | Seat
    | SetAside
    | Bind
    | LookAtPrompt
    | LookUp
    | SupervisingCommand
    | Accept
    | Refuse
)
