"""Facts from the outside world, in the past tense. The core's only input.

An event carries ids and plain values, never an object that can act. The time of handling is not in it: the caller
passes `now` beside it. `at_utc_s`, where it stands, is the source's own clock, for records and for how long the news
took; the floor tells it in its own time first (`floor/clocks.py`).
"""

from busyhour.core.model.agent_facts import (
    AgentLinked,
    AgentUnlinked,
    LegAnswered,
    LegEnded,
    PhoneGone,
    PhoneRegistered,
)
from busyhour.core.model.caller_facts import (
    AgeingChanged,
    AssignAsked,
    CallArrived,
    CallbackAsked,
    CallbackCancelAsked,
    CallersMissed,
    NumbersChanged,
    QueueChanged,
    QueueRemoved,
    SendOnAsked,
    WhisperEnded,
    WrapUpChanged,
)
from busyhour.core.model.campaign import Campaign, Trunk
from busyhour.core.model.consult_facts import (
    ConsultAsked,
    ConsultStep,
    ConsultStepAsked,
    InHand,
    ParkAsked,
    PickUpAsked,
    SeatFailed,
)
from busyhour.core.model.counts import Reckoning
from busyhour.core.model.fact import Asker, Fact, Instant
from busyhour.core.model.floor_started import FloorStarted
from busyhour.core.model.pictures import AgentProfile, HopperItem, PbxPicture, RunPicture
from busyhour.core.model.recording_facts import RecordingFact
from busyhour.core.model.supervising import SupervisingFact
from busyhour.core.model.values import EndCause, Heard, Refusal
from busyhour.core.model.wishes import (
    DispositionChosen,
    HangUpAsked,
    HoldAsked,
    LogOffAsked,
    ManualDialAsked,
    ManualDialMayAsked,
    PauseAsked,
    PreviewDialAsked,
    ReadyAsked,
    ResumeAsked,
    SkipAsked,
    Wish,
    WrapUpEndAsked,
)

__all__ = [
    "AgeingChanged",
    "AgentLinked",
    "AgentUnlinked",
    "Asker",
    "AssignAsked",
    "CallArrived",
    "CallbackAsked",
    "CallbackCancelAsked",
    "CallersMissed",
    "ConsultAsked",
    "ConsultStep",
    "ConsultStepAsked",
    "DispositionChosen",
    "Fact",
    "FloorStarted",
    "HangUpAsked",
    "HoldAsked",
    "Instant",
    "LegAnswered",
    "LegEnded",
    "LogOffAsked",
    "ManualDialAsked",
    "ManualDialMayAsked",
    "NumbersChanged",
    "ParkAsked",
    "PauseAsked",
    "PhoneGone",
    "PhoneRegistered",
    "PickUpAsked",
    "PreviewDialAsked",
    "QueueChanged",
    "QueueRemoved",
    "ReadyAsked",
    "ResumeAsked",
    "SeatFailed",
    "SendOnAsked",
    "SkipAsked",
    "WhisperEnded",
    "WrapUpChanged",
    "WrapUpEndAsked",
]

# The floor itself


class ClockTicked(Fact, frozen=True, kw_only=True):
    """A deadline that the floor asked for has passed (`Floor.next_deadline_s`)."""


class TelephonyLost(Fact, frozen=True, kw_only=True):
    """The PBX cannot be seen. Nothing new may be dialed (I9)."""


class TelephonyBack(Fact, frozen=True, kw_only=True):
    """The PBX is seen again, and this is what it has."""

    pbx: PbxPicture


class PbxSeen(Fact, frozen=True, kw_only=True):
    """What the PBX has, looked at from time to time: a fact that was lost on its way is made good (B5).
    `asked_mono_s`: when the look began; what has changed since is left alone."""

    pbx: PbxPicture
    asked_mono_s: float


class StoreLost(Fact, frozen=True, kw_only=True):
    """Nothing can be committed. Nothing new may be dialed (I9)."""


class StoreBack(Fact, frozen=True, kw_only=True):
    """Commits work again, and all earlier records were written."""


# Configuration


class AgentChanged(Fact, frozen=True, kw_only=True):
    agent: AgentProfile


class AgentRemoved(Fact, frozen=True, kw_only=True):
    agent_id: int


class TrunkChanged(Fact, frozen=True, kw_only=True):
    trunk: Trunk


class CampaignChanged(Fact, frozen=True, kw_only=True):
    campaign: Campaign


# Runs


class RunStarted(Fact, frozen=True, kw_only=True):
    run: RunPicture


class RunPauseAsked(Fact, frozen=True, kw_only=True, repr_omit_defaults=True):
    run_id: int
    request: str
    by: Asker | None = None


class RunUnpauseAsked(Fact, frozen=True, kw_only=True, repr_omit_defaults=True):
    run_id: int
    request: str
    by: Asker | None = None


class RunRemoveAsked(Fact, frozen=True, kw_only=True, repr_omit_defaults=True):
    run_id: int
    request: str
    by: Asker | None = None


class HopperFilled(Fact, frozen=True, kw_only=True):
    """The store's answer to `FillHopper`. `fresh_left`: the lists hold members never taken.
    `next_due_utc_s`: when the earliest waiting member (retry, callback, out of hours) is due; None = none waits.
    `no`: of the filling that it answers; None: of the last one."""

    run_id: int
    items: tuple[HopperItem, ...]
    fresh_left: bool
    next_due_utc_s: float | None
    no: int | None = None


class RunCounted(Fact, frozen=True, kw_only=True):
    """What the store counts of this run, after a commit that changed it: so the live counts cannot drift (I34).
    `answered` and `abandoned` are those of calls with their final record."""

    run_id: int
    placed: int
    finished: int
    answered: int
    abandoned: int


class Reckoned(Fact, frozen=True, kw_only=True):
    """The store's answer to `Reckon`."""

    found: Reckoning


class NumbersAdded(Fact, frozen=True, kw_only=True):
    """Contacts came to a list of this run's campaign."""

    run_id: int


class NumbersListed(Fact, frozen=True, kw_only=True):
    """These numbers came to the do-not-call list. A fact for desks: the store asks its list before each call anyway."""

    numbers: tuple[str, ...]


class NumberOptedOut(Fact, frozen=True, kw_only=True):
    """The store's answer to `OptOut`: the number is on the do-not-call list."""

    call: str
    number: str


# Calls to contacts. `call` is the attempt's id.


class CallCommitted(Fact, frozen=True, kw_only=True):
    """The dial intent is in the store: the call may be (and will be) originated."""

    call: str


class CallRefused(Fact, frozen=True, kw_only=True):
    """The transaction of the intent refused the call. `due_utc_s`: when it may be legal again, None = never."""

    call: str
    reason: Refusal
    due_utc_s: float | None


class CallSent(Fact, frozen=True, kw_only=True):
    """The PBX accepted the request to originate."""

    call: str


class CallNotSent(Fact, frozen=True, kw_only=True):
    """The PBX said no to the request, so nothing was sent."""

    call: str
    cause: EndCause


class CallUnanswered(Fact, frozen=True, kw_only=True):
    """The PBX did not reply to the request: ambiguous, never 'failed'."""

    call: str


class CallRang(Fact, frozen=True, kw_only=True):
    call: str
    at_utc_s: float


class CallPickedUp(Fact, frozen=True, kw_only=True):
    """Somebody answered, and the PBX listens whether it is a person. `CallAnswered` follows with what it heard."""

    call: str
    at_utc_s: float


class CallAnswered(Fact, frozen=True, kw_only=True):
    """The callee answered and the channel is under our control. `heard`: who, when the PBX was asked to listen;
    `analysis_s`: how long it did."""

    call: str
    at_utc_s: float
    heard: Heard | None = None
    analysis_s: float | None = None


class CallEnded(Fact, frozen=True, kw_only=True):
    """`answered_utc_s`: when it had been, as far as the PBX can tell; the fact of the answer may have been lost."""

    call: str
    cause: EndCause
    at_utc_s: float
    answered_utc_s: float | None = None


class CallMissing(Fact, frozen=True, kw_only=True):
    """We looked: the PBX does not have this channel. What its own records say, else None."""

    call: str
    answered_utc_s: float | None = None
    ended_utc_s: float | None = None
    cause: EndCause | None = None


class PromptEnded(Fact, frozen=True, kw_only=True):
    call: str
    prompt: str
    complete: bool = True  # else it broke off: the call was hung up, or there is no such sound


class PromptMissing(Fact, frozen=True, kw_only=True):
    """We looked: this prompt is not being played, or not any more."""

    call: str
    prompt: str


class DigitPressed(Fact, frozen=True, kw_only=True):
    call: str
    digit: str


class CallJoined(Fact, frozen=True, kw_only=True):
    """The customer is in the room of this leg."""

    call: str
    leg: str
    at_utc_s: float


class JoinFailed(Fact, frozen=True, kw_only=True):
    """The PBX could not join them."""

    call: str
    leg: str


Event = (
    FloorStarted
    | ClockTicked
    | TelephonyLost
    | TelephonyBack
    | PbxSeen
    | StoreLost
    | StoreBack
    | AgentChanged
    | AgentRemoved
    | TrunkChanged
    | CampaignChanged
    | QueueChanged
    | QueueRemoved
    | NumbersChanged
    | AgeingChanged
    | WrapUpChanged
    | RunStarted
    | RunPauseAsked
    | RunUnpauseAsked
    | RunRemoveAsked
    | HopperFilled
    | RunCounted
    | Reckoned
    | NumbersAdded
    | NumbersListed
    | NumberOptedOut
    | CallCommitted
    | CallRefused
    | CallSent
    | CallNotSent
    | CallUnanswered
    | CallRang
    | CallPickedUp
    | CallAnswered
    | CallEnded
    | CallMissing
    | PromptEnded
    | PromptMissing
    | DigitPressed
    | CallJoined
    | JoinFailed
    | CallArrived
    | CallersMissed
    | WhisperEnded
    | AssignAsked
    | CallbackAsked
    | CallbackCancelAsked
    | SendOnAsked
    | AgentLinked
    | AgentUnlinked
    | PhoneRegistered
    | PhoneGone
    | LegAnswered
    | LegEnded
    | InHand
    | Wish
    | RecordingFact
    | InHand
    | SupervisingFact
)
