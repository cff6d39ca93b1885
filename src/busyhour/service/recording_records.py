"""What the screens read of recordings, and what is noted when one is collected."""

from typing import Final

from busyhour.core.model.recordings import RecordingPolicy
from busyhour.service.records import Record

DAYS_MAX: Final = 3650  # that recordings are kept
PEAKS_MAX: Final = 600  # of each channel, in the picture of a recording


class RecordingRule(Record, frozen=True, kw_only=True):
    """What holds where neither the call nor its campaign or queue says anything, and for how long all are kept."""

    recording: RecordingPolicy
    recording_days: int


class RecordingFilter(Record, frozen=True, kw_only=True):
    """Allow-listed filters of the list; None = any."""

    call: str | None = None
    queue_id: int | None = None
    campaign_id: int | None = None
    agent_id: int | None = None
    number: str | None = None  # digits, matches anywhere
    from_utc_s: float | None = None
    until_utc_s: float | None = None


class Mark(Record, frozen=True, kw_only=True):
    """Nothing was recorded here."""

    at_s: float  # in the sound
    kind: str  # hold | pause
    missing_s: float


class RecordingRow(Record, frozen=True, kw_only=True):
    recording: str
    call: str
    number: str | None
    agent_id: int | None
    agent_name: str | None
    campaign_id: int | None
    campaign_name: str | None
    queue_id: int | None
    queue_name: str | None
    policy: str
    why: str
    fault: str
    began_utc_s: float
    ended_utc_s: float | None
    state: str  # open | ended | kept | lost | erasing | erased
    length_s: float | None
    size_bytes: int | None
    sha256: str | None
    marks: tuple[Mark, ...]
    held: bool  # kept, whatever the rule says
    erased_utc_s: float | None


class Collected(Record, frozen=True, kw_only=True):
    """A recording whose parts were put together. Without any part: no length, no bytes."""

    recording: str
    length_s: float
    size_bytes: int
    sha256: str
    peaks: bytes  # of the customer, then of the agent: 0 to 255, evenly over the length
    marks: tuple[Mark, ...]
    fault: str
