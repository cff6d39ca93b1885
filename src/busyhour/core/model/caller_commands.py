"""What is to be done about callers. Part of `busyhour.core.commands`."""

from msgspec import Struct, field

from busyhour.core.model.callers import Callback, CallerRecord, EntryPicture
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.command import Act, Keep
from busyhour.core.model.fact import Asker
from busyhour.core.model.queue_counts import QueueCounts


class SaveArrival(Keep, frozen=True, kw_only=True):
    """A caller exists. Nothing waits for it to be written."""

    call: str
    dialed: str
    number: str
    name: str
    headers: dict[str, str]
    at_utc_s: float


class SaveEntry(Keep, frozen=True, kw_only=True):
    """A place in a queue, as it is after this step. One that has ended (SERVED, LEFT) is not open any more."""

    entry: EntryPicture
    at_utc_s: float


class CloseCaller(Keep, frozen=True, kw_only=True):
    """The final record of a caller's call, or of a callback's dial. The second close changes nothing."""

    record: CallerRecord


class SaveCallback(Keep, frozen=True, kw_only=True):
    """A promise to call back, as it is now. `canceled_by`: who took it back, for the audit log, in the same transaction
    (I38)."""

    callback: Callback
    at_utc_s: float
    canceled_by: Asker | None = None


class SaveQueueCounts(Keep, frozen=True, kw_only=True):
    """A queue's figures in this quarter of an hour (`bucket_of`), in place of what was stored of it."""

    queue_id: int
    bucket: int
    counts: QueueCounts


class SaveMissed(Keep, frozen=True, kw_only=True):
    """Callers may have come unseen since then; None: all who did are known."""

    since_utc_s: float | None


class FindMissed(Struct, frozen=True, kw_only=True, tag=True):
    """Who came since then and is gone, without having been seen by an engine; asked once all that was to be kept before
    is written. The answer is `CallersMissed` with this number."""

    no: int
    since_utc_s: float  # by the PBX's clock, for its records are asked


class PlaceCallback(Keep, frozen=True, kw_only=True):
    """Dial what was promised, with the agent on the line already. Checked and committed like `PlaceCall` (fence,
    do-not-call, the number is not being called), and answered by `CallCommitted` or `CallRefused` with its call."""

    call: str
    callback: str
    queue_id: int
    number: str
    name: str
    trunk: Trunk
    caller_id: str
    ring_timeout_s: float
    agent_id: int | None
    leg: str | None
    call_max_s: float  # the PBX's own dead-man limit; never 0
    why: str
    at_utc_s: float


class AnswerCall(Act, frozen=True, kw_only=True):
    """Take the caller's call. That it is up is told by `CallAnswered`."""

    call: str
    call_max_s: float  # the PBX's own dead-man limit; never 0


class RejectCall(Act, frozen=True, kw_only=True):
    """Turn a caller away who was not answered, with a cause that their network understands."""

    call: str
    busy: bool  # else: the number is not in use


class Announce(Act, frozen=True, kw_only=True):
    """Say to a caller who waits which place they have (1 = next) and about how long it takes; None = not said.
    Then the music goes on. Nothing is told when it is over."""

    call: str
    place: int | None
    wait_s: float | None
    language: str = "en-US"  # one of the voice's
    music: str | None = None  # as of `Hold`


class Whisper(Act, frozen=True, kw_only=True):
    """Play a prompt to this leg alone, before its caller is joined; the answer is `WhisperEnded`."""

    leg: str
    prompt: str


class SendOn(Act, frozen=True, kw_only=True):
    """Connect this caller with a number outside, over this trunk, and let them talk without us. When that call ends,
    or is not answered in time, the caller's call ends, too (`CallEnded`)."""

    call: str
    trunk: Trunk
    number: str
    caller_id: str
    ring_timeout_s: float
    headers: dict[str, str] = field(default_factory=dict)  # what it takes with it (CP-044)
