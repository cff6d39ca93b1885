"""Facts about recordings. Part of `busyhour.core.events`."""

from busyhour.core.model.fact import Fact
from busyhour.core.model.recordings import RecordingPolicy, RecordWish


class RecordingStarted(Fact, frozen=True, kw_only=True):
    """The PBX records into this part."""

    call: str
    recording: str
    part: int


class RecordingEnded(Fact, frozen=True, kw_only=True):
    """The PBX has said that nothing of this customer is recorded. `recording` and `part`: of the order it answers."""

    call: str
    recording: str
    part: int


class RecordingFailed(Fact, frozen=True, kw_only=True):
    """The PBX cannot begin this part."""

    call: str
    recording: str
    part: int
    why: str


class RecordAsked(Fact, frozen=True, kw_only=True):
    """An agent at the desk, about the talk that they are in."""

    agent_id: int
    wish: RecordWish
    request: str


class RecordingDecided(Fact, frozen=True, kw_only=True):
    """A program of the company says whether this call is recorded, where the rule leaves that to one."""

    call: str
    record: bool
    request: str


class RecordingRuleChanged(Fact, frozen=True, kw_only=True):
    """What holds where neither the call nor its campaign or queue says anything. For talks that begin from now on."""

    policy: RecordingPolicy


class RecordingRoomChanged(Fact, frozen=True, kw_only=True):
    """Whether the disk has room for further recordings."""

    room: bool


RecordingFact = (
    RecordingStarted
    | RecordingEnded
    | RecordingFailed
    | RecordAsked
    | RecordingDecided
    | RecordingRuleChanged
    | RecordingRoomChanged
)
