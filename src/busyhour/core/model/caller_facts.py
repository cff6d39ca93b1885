"""Facts about callers, and about the queues and numbers that are there for them. Part of `busyhour.core.events`."""

from msgspec import field

from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.fact import Asker, Fact
from busyhour.core.model.queue import Destination, Queue

# Configuration


class QueueChanged(Fact, frozen=True, kw_only=True):
    """A queue is new, or was edited: it holds at once, also for those who wait."""

    queue: Queue


class QueueRemoved(Fact, frozen=True, kw_only=True):
    """Who waits in it hears the farewell."""

    queue_id: int


class NumbersChanged(Fact, frozen=True, kw_only=True):
    """All numbers that callers may dial, with their treatments."""

    numbers: tuple[DialedNumber, ...]


class AgeingChanged(Fact, frozen=True, kw_only=True):
    """How much waiting is worth one step of priority, from now on; 0: a more urgent caller always goes first."""

    ageing_s: float


class WrapUpChanged(Fact, frozen=True, kw_only=True):
    """How long agents without a time of their own work after a call, within each queue's and campaign's; 0: as those
    say."""

    acw_s: float


# Callers


class CallArrived(Fact, frozen=True, kw_only=True):
    """Somebody calls: their channel rings in our application and is not answered yet. `headers`: those of CP-044, by
    the names they came with. `dialed` is what the carrier said; `number` the caller's in its one form
    (`service/spellings.py`), or what the carrier said where that is no number; empty: withheld."""

    call: str
    dialed: str
    number: str
    name: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    at_utc_s: float


class CallersMissed(Fact, frozen=True, kw_only=True):
    """The answer to `FindMissed`: who came and went unseen, and is not in the store."""

    no: int
    callers: tuple[MissedCaller, ...]


class WhisperEnded(Fact, frozen=True, kw_only=True):
    """The agent has heard it, or it could not be played."""

    leg: str
    prompt: str


class AssignAsked(Fact, frozen=True, kw_only=True):
    """Another program gives this waiting call to this agent (OC-090). A refusal's code is a `NotGiven`."""

    call: str
    agent_id: int
    request: str


class CallbackAsked(Fact, frozen=True, kw_only=True):
    """A caller who waits is to be called back instead; by themselves, a desk, or the API."""

    call: str
    number: str  # empty: the one they call from
    request: str


class CallbackCancelAsked(Fact, frozen=True, kw_only=True, repr_omit_defaults=True):
    callback: str
    request: str
    by: Asker | None = None


class SendOnAsked(Fact, frozen=True, kw_only=True):
    """An agent sends their caller on, without waiting: to a queue, an agent, or a number outside."""

    agent_id: int
    destination: Destination
    note: str = ""
    request: str
