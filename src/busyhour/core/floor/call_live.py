"""A customer's call as it is now: what every call has, and what those have that we dialed, or that came in.

Whoever began it, its life is the same (`core/life/call.py`), and so are the rules about its agent. What it is told
(how long it may last, its wrap-up) comes from a campaign or from a queue.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from math import inf

from busyhour.core.acd.arrival import Arrival
from busyhour.core.acd.overflow import Path
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.call import CallState
from busyhour.core.model.callers import CallerOutcome
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.fact import Instant
from busyhour.core.model.pictures import HopperItem, Parked, Segment
from busyhour.core.model.queue import Destination, Queue
from busyhour.core.model.values import AcwMode, Heard, Outcome
from busyhour.core.recording.live import Recorder, Recording


@dataclass(slots=True, kw_only=True)
class CallLive(ABC):
    trunk_id: int
    placed_utc_s: float  # or when it came
    state: CallState = CallState.PLANNED
    attempt: AttemptState = AttemptState.INTENT
    agent_id: int | None = None
    accompanied: bool = False  # its agent is there before the callee answers
    leg: str | None = None
    rang_utc_s: float | None = None
    rang_s: float = inf  # monotonic: when we heard that it rings
    answered_utc_s: float | None = None
    answered_at: Instant | None = None  # when we knew, on both clocks
    joined_utc_s: float | None = None
    hung_up_utc_s: float | None = None
    prompt: str = ""  # what it hears from us, and may be looked for
    prompt_begun: bool = False  # by this engine
    prompt_from_s: float = 0.0  # monotonic
    prompt_over: bool = False
    segments: list[Segment] = field(default_factory=list)
    segment_from_utc_s: float = 0.0
    held_from_s: float | None = None
    hold_s: float = 0.0
    changed_s: float = 0.0  # monotonic: the last move
    looks: int = 0  # how often an ambiguous call was looked for
    inherited: bool = False  # an intent of the engine before us, of which the PBX had nothing yet when we began
    disposition: str | None = None
    note: str = ""
    ended_utc_s: float | None = None
    recording: Recording | None = None  # of the talk that is going on
    recorder: Recorder = field(default_factory=Recorder)
    hooked: bool = False  # a program said that it is recorded
    told: int = 0  # of its segments, those that are in the figures
    handed_on: bool = False  # an agent parted with them before the end, and may wrap up still
    party: str = ""  # OUTSIDE: with whom they talk, if it is a channel of ours
    slot: int = 0  # PARKED: in this place
    parked_by: int = 0
    parked_at: Instant | None = None
    message_heard: bool = False  # of a campaign, to its end

    @property
    @abstractmethod
    def call(self) -> str:
        """Its name, everywhere."""

    @property
    def parked(self) -> Parked | None:
        if not self.slot or self.parked_at is None:
            return None
        return Parked(slot=self.slot, agent_id=self.parked_by, since_utc_s=self.parked_at.utc_s)

    @property
    @abstractmethod
    def acw(self) -> tuple[AcwMode, float]:
        """The wrap-up after it: of which kind, and how long at most."""

    @property
    def music(self) -> str | None:
        """What it hears on hold; None: the usual music."""
        return None


@dataclass(slots=True, kw_only=True)
class DialedCall(CallLive):
    """To a contact, for a run of a campaign."""

    item: HopperItem
    run_id: int
    campaign: Campaign  # as it was when the call was placed
    by_hand: bool = False
    other_number: bool = False  # its agent chose another number of the contact than the one in turn
    approved: bool = False  # RESERVED: to be dialed as soon as the agent's phone is up
    stored: bool = False  # RESERVED: as a reservation
    decide_until_utc_s: float | None = None  # RESERVED: the end of the preview
    why: str = ""  # RESERVED: the reason for the dial
    request: str | None = None  # who asked for it waits for the store's yes
    hint: Outcome | None = None  # why we hung up, when we did
    heard: Heard | None = None  # who answered, as the PBX says
    analysis_s: float | None = None
    checked: bool = False  # passed to an agent although a machine was heard: the detector is being tested
    destination: str | None = None  # the prefix that counts it, while it has a line
    opted_out: bool = False  # the callee pressed the key that asks for no more calls
    outcome: Outcome | None = None  # set with the final record

    @property
    def call(self) -> str:
        return self.item.call

    @property
    def acw(self) -> tuple[AcwMode, float]:
        return self.campaign.acw_mode, self.campaign.acw_max_s


@dataclass(slots=True, kw_only=True)
class CallerCall(CallLive):
    """From somebody who called us, or whom we call back because they asked for it."""

    channel: str
    dialed: str  # by the caller; nothing when we call back
    caller: str  # the number they called from, or are called back at; empty: withheld
    name: str = ""
    arrival: Arrival = field(default_factory=Arrival)  # what it brought along
    queue: Queue | None = None  # the one that they are in, or were in last
    to: list[Destination] = field(default_factory=list)  # where it goes from here, one after the other
    path: Path = field(default_factory=Path)  # the queues in which it was
    welcomed: bool = False
    told: bool = False  # a message to which a number or a rule led
    back_to_line: bool = False  # when the message is over
    offers_callback: bool = False  # by the message
    callback: str = ""  # whose dial this is
    outside: str = ""  # the number to which they were sent on
    since_utc_s: float | None = None  # from when their place counts, if not from when they came
    approved: bool = False  # RESERVED: to be dialed as soon as the agent's phone is up
    ringing: dict[int, None] = field(default_factory=dict)  # agents who are rung for it and have not answered
    out_trunk_id: int = 0  # over which it was sent on, beside the line that a callback's dial has
    wait_s: float = 0.0  # in queues that it left
    hint: CallerOutcome | None = None
    outcome: CallerOutcome | None = None
    why: str = ""

    @property
    def call(self) -> str:
        return self.channel

    @property
    def call_max_s(self) -> float:
        return self.queue.call_max_s if self.queue is not None else 0.0

    @property
    def acw(self) -> tuple[AcwMode, float]:
        return (self.queue.acw_mode, self.queue.acw_max_s) if self.queue is not None else (AcwMode.NONE, 0.0)

    @property
    def music(self) -> str | None:
        return self.queue.announce.music if self.queue is not None else None

    @property
    def farewell(self) -> str | None:
        return self.queue.announce.farewell if self.queue is not None else None
