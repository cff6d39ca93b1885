"""What an agent's screen shows of the recording of their talk."""

from busyhour.core.floor.call_live import CallLive
from busyhour.core.life.recorder import RecorderState
from busyhour.core.model.recordings import RecordingPolicy
from busyhour.core.recording.live import Recording
from busyhour.service.views import RecordingView


def recording_view(call: CallLive) -> RecordingView | None:
    known = call.recording
    if known is None:
        return None
    state = _state(known, call.recorder.state)
    return RecordingView(
        state=state,
        policy=known.decision.policy,
        why=known.decision.why,
        fault=known.fault,
        remind=known.remind,
        may=_may(known, state),
    )


def _state(known: Recording, recorder: RecorderState) -> str:
    """`paused` and `stopped` are promises: nothing is recorded."""
    if known.given_up:
        return "stopped" if recorder is RecorderState.OFF else "stopping"
    if known.paused:
        return "paused" if known.pause_sure else "pausing"
    if not known.asked:
        return "off" if recorder is RecorderState.OFF else "stopping"
    if recorder in (RecorderState.ON, RecorderState.STARTING):
        return recorder
    return "held"


def _may(known: Recording, state: str) -> tuple[str, ...]:
    """What the agent may ask for now."""
    if known.given_up:
        return ()
    if not known.asked:
        return ("start",)
    stop = ("stop",) if known.decision.policy is RecordingPolicy.ON_DEMAND else ()
    return ("resume" if state in ("paused", "pausing") else "pause", *stop)
