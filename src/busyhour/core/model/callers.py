"""Pictures of callers, as they cross the border between core and service: who is on the line, which place they have,
and how it ended."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from busyhour.core.life.callback import CallbackState
from busyhour.core.model.pictures import Segment
from busyhour.core.model.queue import CallbackRule, SkillNeed
from busyhour.core.model.values import EndCause

SERVED_MAX: Final = 10_000  # callers of whom is remembered who had them


class CallerOutcome(StrEnum):
    """How a caller's call ended (U-23, 5.4). Never set by people."""

    HANDLED = "HANDLED"  # talked with an agent
    ABANDONED = "ABANDONED"  # hung up before any agent
    SENT_ON = "SENT_ON"  # to a number outside, by a rule or an agent
    CALLED_BACK = "CALLED_BACK"  # took the promise of a callback instead of waiting
    TURNED_AWAY = "TURNED_AWAY"  # by a rule: closed, full, without agents, or a number that nobody answers
    UNREACHED = "UNREACHED"  # of a callback's dial: busy, no answer, or another obstacle
    MAX_DURATION = "MAX_DURATION"
    LOST = "LOST"  # no proof of what became of it


class MissedCaller(Struct, frozen=True, kw_only=True):
    """Somebody who called and was gone before an engine knew of them, as the PBX's own records have it."""

    call: str
    dialed: str
    number: str  # empty: withheld
    name: str = ""
    arrived_utc_s: float
    answered_utc_s: float | None = None  # by the PBX itself, to say that nobody is there
    ended_utc_s: float
    cause: EndCause


class CallbackSource(StrEnum):
    """Who wanted a callback."""

    CALLER = "caller"  # by a key, or by the number that they dialed
    DESK = "desk"  # somebody asked for them, or a program
    LOST = "lost"  # nobody: they gave up, and their queue calls back whom it has lost


class EntryPicture(Struct, frozen=True, kw_only=True):
    """A queue entry as it is kept at each of its steps (I20): enough to put it into the same place again."""

    entry: str  # the call that waits, or the callback that keeps its place
    queue_id: int
    number: str
    since_utc_s: float  # from when its place counts
    entered_utc_s: float  # this queue, this time
    state: str  # an EntryState
    skills: tuple[SkillNeed, ...] = ()
    priority: int | None = None
    agent_id: int | None = None  # nobody else is asked until `agent_until_utc_s`
    agent_until_utc_s: float = 0.0
    relaxed: int = 0
    queues: tuple[int, ...] = ()  # where the call has been
    hops: int = 0
    fired: tuple[int, ...] = ()  # the rules of this queue that had their turn
    to_tail: bool = False
    queued: bool = False  # it had to wait for an agent


class Served(Struct, frozen=True, kw_only=True):
    """An agent had this caller."""

    number: str  # empty: withheld
    queue_id: int | None
    agent_id: int
    at_utc_s: float


class OpenCaller(Struct, frozen=True, kw_only=True):
    """A caller, or the dial of a callback, as the store has it without its final record; or one that its agent still
    wraps up."""

    call: str
    dialed: str  # of a callback's dial: nothing
    number: str
    name: str = ""
    headers: dict[str, str] = {}
    arrived_utc_s: float  # of a callback's dial: when its intent was written
    state: str  # an AttemptState
    queue_id: int | None = None
    callback: str = ""  # whose dial it is
    trunk_id: int = 0
    out_trunk_id: int = 0  # over which they were sent on to a number outside
    outside: str = ""  # that number
    ringing_utc_s: float | None = None
    answered_utc_s: float | None = None
    joined_utc_s: float | None = None
    agent_id: int | None = None
    disposition: str | None = None
    note: str = ""
    outcome: CallerOutcome | None = None  # not None: it is over
    ended_utc_s: float | None = None


class CallerRecord(Struct, frozen=True, kw_only=True):
    """The final record of a caller's call: written once, never changed (I29, I31). Times are UTC epoch seconds."""

    call: str
    number: str
    queue_id: int | None  # the last one
    outcome: CallerOutcome
    cause: EndCause
    arrived_utc_s: float
    answered_utc_s: float | None
    joined_utc_s: float | None
    ended_utc_s: float
    wait_s: float  # in queues, in all
    talk_s: float  # joined to end
    agent_id: int | None
    segments: tuple[Segment, ...]
    why: str  # what decided, in words: the rule that sent them on or turned them away


class Callback(Struct, kw_only=True):
    """A promise, as it is kept. `why` says in words what it waits for, or how it ended."""

    callback: str
    queue_id: int
    number: str
    name: str = ""
    rule: CallbackRule
    since_utc_s: float  # from when its place counts
    promised_utc_s: float
    state: CallbackState = CallbackState.WAITING
    attempts: int = 0
    source: CallbackSource = CallbackSource.CALLER
    due_utc_s: float | None = None  # PUT_OFF: until then
    why: str = "waits for its turn"

    @property
    def expires_utc_s(self) -> float:
        return self.promised_utc_s + self.rule.expires_s
