"""What is to be done about recordings. Part of `busyhour.core.commands`."""

from busyhour.core.model.command import Act, Keep
from busyhour.core.model.recordings import RecordingPicture


class SaveRecording(Keep, frozen=True, kw_only=True):
    """A recording as it is after this step. One that has ended stays as it is."""

    recording: RecordingPicture


class StartRecording(Act, frozen=True, kw_only=True):
    """Record this customer and whoever they hear, into this part's file, and into no other. What the file has is kept:
    the order may come twice. The answer is `RecordingStarted` or `RecordingFailed`."""

    call: str
    recording: str
    part: int


class StopRecording(Act, frozen=True, kw_only=True):
    """Record nothing of this customer any more, whatever was ordered before. The answer is `RecordingEnded`, when the
    PBX has said that nothing is recorded; else there is none."""

    call: str
    recording: str
    part: int
