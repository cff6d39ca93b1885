"""The first fact of an engine's life. Part of `busyhour.core.events`."""

from msgspec import field

from busyhour.core.model.callers import Callback, EntryPicture, OpenCaller, Served
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.fact import Fact, Instant
from busyhour.core.model.pictures import AgentProfile, OpenCall, PbxPicture, Reservation, RunPicture
from busyhour.core.model.queue import Queue
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy


class FloorStarted(Fact, frozen=True, kw_only=True):
    """First event of an engine's life: what the store and the PBX know. The core adopts, closes or hangs up."""

    tenant: int
    fence: int
    agents: tuple[AgentProfile, ...]
    trunks: tuple[Trunk, ...]
    runs: tuple[RunPicture, ...]
    calls: tuple[OpenCall, ...]
    reservations: tuple[Reservation, ...] = ()
    pbx: PbxPicture
    heard_at: dict[str, Instant] = field(default_factory=dict)
    """When this process heard of the answers of calls, on both clocks, with an earlier floor or while there was none: a
    clock that was set since makes no call longer or shorter (I48)."""
    ends_heard_at: dict[str, Instant] = field(default_factory=dict)
    """And of their ends, while there was no floor."""
    queues: tuple[Queue, ...] = ()
    numbers: tuple[DialedNumber, ...] = ()
    callers: tuple[OpenCaller, ...] = ()
    entries: tuple[EntryPicture, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    queue_counts: dict[int, dict[int, QueueCounts]] = field(default_factory=dict)
    """Of each queue and quarter of an hour (`bucket_of`), of the last day."""
    served: tuple[Served, ...] = ()
    """Who had whom lately, oldest first: for callers who want the same agent, and for queues that ask in turn."""
    lost_lately: dict[str, float] = field(default_factory=dict)
    """Numbers that were promised a call within the last day because they had given up, and when (UTC)."""
    missed_since_utc_s: float | None = None
    """Since then callers may have come without an engine that saw them; None: this is the first engine."""
    recordings: tuple[RecordingPicture, ...] = ()
    recording_rule: RecordingPolicy = RecordingPolicy.NEVER
    listening_shown: bool = True
    acw_usual_s: float = 0.0
    """Of wrap-up, for agents without a time of their own; 0 = as each queue and campaign says (OC-031)."""
    ageing_s: float = 0.0
    """Of waiting, worth one step of priority; 0 = a more urgent caller always goes first (OC-011)."""
