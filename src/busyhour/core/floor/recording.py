"""Recordings: what each talk's recorder should do, and what is done until the PBX has said that it does.

`settle` is a joint rule. It looks at each call that moved, or whose agent asked for something, and orders what makes
the recorder do as wanted: it runs while customer and agent talk, and not on hold, nor in a pause. Whatever is not
known to be off counts as on. So a pause is only shown as one when the PBX has said that nothing is recorded; and one
of which it does not say so in time ends the recording altogether (fail closed).
"""

from msgspec.structs import replace

from busyhour.core.commands import SaveRecording, StartRecording, StopRecording
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import CallState
from busyhour.core.life.recorder import RECORDER_LIFE, RecorderCause, RecorderState
from busyhour.core.life.table import step
from busyhour.core.model.recording_facts import (
    RecordAsked,
    RecordingDecided,
    RecordingEnded,
    RecordingFailed,
    RecordingRoomChanged,
    RecordingRuleChanged,
    RecordingStarted,
)
from busyhour.core.model.recordings import GAPS_MAX, RecordingPicture, RecordingPolicy, RecordWish, recording_of
from busyhour.core.recording.live import Recorder, Recording, taken_up
from busyhour.core.recording.policy import Decision, decide

START_MAX_S = 3.0  # for the PBX to say that it records; then it is ordered again
STOP_MAX_S = 2.0  # for the PBX to say that it does not: a pause that is not confirmed by then ends the recording
TRIES_MAX = 3  # to begin a part
TRY_AGAIN_S = 1.0  # after the PBX said that it cannot
REMIND_S = 90.0  # after so long a pause the agent is reminded; nothing is recorded without them
STRAY_S = 9.0  # so long an order of the engine before us may be under way (`flight.py`)

TALKING, ENDED = CallState.TALKING, CallState.ENDED  # these and the next two: read at each event
OFF, AT_WORK = RecorderState.OFF, (RecorderState.STARTING, RecorderState.ON)
IN_TALK = (CallState.TALKING, CallState.HELD, CallState.ORPHANED)
GOES_ON = (*IN_TALK, CallState.OFFERED)  # back to the agent who was away

UNCONFIRMED = "A pause was not confirmed in time, so the recording was stopped."
NO_ROOM = "The disk is nearly full: nothing new is recorded."
TOO_MANY = "There were too many pauses."
SILENT = "The PBX did not say that it records."


# What is wanted


def settle(f: FloorState) -> None:
    while f.unsettled:
        name = next(iter(f.unsettled))
        del f.unsettled[name]
        call = f.call_of(name)
        if call is not None and call.state is not ENDED:
            _settle(f, call)


def _settle(f: FloorState, call: CallLive) -> None:
    if call.recording is not None and not (call.state in GOES_ON and call.recording.agent_id == call.agent_id):
        _finish(f, call)
    if call.recording is None and call.state is TALKING:
        call.recording = _new(f, call)
    wanted, recorder = _is_wanted(call), call.recorder
    if recorder.state in AT_WORK:
        if not wanted or call.recording is None or call.recording.name != recorder.recording:
            _stop(f, call)
    elif recorder.state is OFF and wanted and call.recording is not None:
        _start(f, call, call.recording)


def _new(f: FloorState, call: CallLive) -> Recording | None:
    decision = decision_of(f, call)
    if not decision.may_record:
        return None
    f.touch("calls", call.call)
    return Recording(
        decision=decision,
        agent_id=call.agent_id,
        asked=decision.records,
        campaign_id=call.campaign.campaign_id if isinstance(call, DialedCall) else None,
        queue_id=(call.queue.queue_id or None) if isinstance(call, CallerCall) and call.queue is not None else None,
    )


def decision_of(f: FloorState, call: CallLive) -> Decision:
    return _decide(f, call, hooked=call.hooked)


def _decide(f: FloorState, call: CallLive, *, hooked: bool) -> Decision:
    if isinstance(call, DialedCall):
        own, of = call.campaign.recording, f"campaign {call.campaign.name}"
        return decide(forced=False, hooked=hooked, own=own, of=of, rule=f.recording_rule)
    assert isinstance(call, CallerCall)
    own = call.queue.recording if call.queue is not None else None
    of = f"queue {call.queue.name}" if call.queue is not None else ""
    return decide(forced=call.arrival.record, hooked=hooked, own=own, of=of, rule=f.recording_rule)


def _is_wanted(call: CallLive) -> bool:
    known = call.recording
    return known is not None and call.state is TALKING and known.asked and not known.paused and not known.given_up


# Orders


def _start(f: FloorState, call: CallLive, known: Recording) -> None:
    if not known.name:
        known.name = recording_of(call=call.call, fence=f.fence, n=f.next_turn())
        known.began_utc_s = f.now.utc_s
        if not f.recording_room:
            _give_up(f, call, known, NO_ROOM)
            return
    if len(known.gaps) >= GAPS_MAX:
        _give_up(f, call, known, TOO_MANY)
        return
    known.part += 1
    known.close_gap(f.now.utc_s)
    _order_start(f, call, known)


def _order_start(f: FloorState, call: CallLive, known: Recording) -> None:
    recorder = call.recorder
    _step(f, call, RecorderCause.ORDERED)
    recorder.recording, recorder.part, recorder.tries = known.name, known.part, 1
    f.do(StartRecording(call=call.call, recording=known.name, part=known.part))
    f.at(START_MAX_S, "record", call.call)
    _save(f, call)


def _stop(f: FloorState, call: CallLive) -> None:
    recorder = call.recorder
    _step(f, call, RecorderCause.STOPPED_ORDERED)
    recorder.tries = 1
    f.do(StopRecording(call=call.call, recording=recorder.recording, part=recorder.part))
    f.at(STOP_MAX_S, "record", call.call)
    if call.recording is not None:
        call.recording.open_gap(f.now.utc_s)
        _save(f, call)


def _step(f: FloorState, call: CallLive, cause: RecorderCause) -> None:
    call.recorder.state = step(RECORDER_LIFE, call.recorder.state, cause)
    f.unsettled[call.call] = None
    f.touch("calls", call.call)


def _give_up(f: FloorState, call: CallLive, known: Recording, fault: str) -> None:
    """No further part is made of this talk; what there is stays."""
    known.given_up, known.fault = True, fault
    _save(f, call)
    f.unsettled[call.call] = None
    f.touch("calls", call.call)


# What the PBX says


def on_recording_started(f: FloorState, event: RecordingStarted) -> None:
    call = _of_order(f, event, RecorderState.STARTING)
    if call is None:
        return
    _step(f, call, RecorderCause.STARTED)
    f.drop("record", call.call)
    if f.now.mono_s < call.recorder.stray_until_s:  # an old order to stop may still come: then it is begun once more
        f.at(call.recorder.stray_until_s - f.now.mono_s, "record", call.call)
    _save(f, call)


def on_recording_ended(f: FloorState, event: RecordingEnded) -> None:
    call = _of_order(f, event, RecorderState.STOPPING)
    if call is None:
        return
    known, recorder = call.recording, call.recorder
    if f.now.mono_s < recorder.stray_until_s and not _is_wanted(call):  # an old order to record may still come
        recorder.tries = 0
        f.at(recorder.stray_until_s - f.now.mono_s, "record", call.call)
        return
    _step(f, call, RecorderCause.STOPPED)
    f.drop("record", call.call)
    if known is not None and known.paused and not known.given_up:
        _pause_is_sure(f, call, known)


def on_recording_failed(f: FloorState, event: RecordingFailed) -> None:
    call = _of_order(f, event, RecorderState.STARTING)
    if call is None:
        return
    if call.recorder.tries < TRIES_MAX:
        f.at(TRY_AGAIN_S, "record", call.call)
        return
    _step(f, call, RecorderCause.FAILED)
    f.drop("record", call.call)
    if call.recording is not None:
        _give_up(f, call, call.recording, f"It could not be recorded: {event.why}")


def _of_order(
    f: FloorState, event: RecordingStarted | RecordingEnded | RecordingFailed, state: RecorderState
) -> CallLive | None:
    """The call, when this answers the order that its recorder has in hand."""
    call = f.call_of(event.call)
    if call is None or call.recorder.state is not state:
        return None
    same = (call.recorder.recording, call.recorder.part) == (event.recording, event.part)
    return call if same else None


def on_record_due(f: FloorState, name: str) -> None:
    """The PBX has not said what became of an order. Ordering it again does no harm."""
    call = f.call_of(name)
    if call is None or call.state is ENDED:
        return
    recorder, known = call.recorder, call.recording
    recorder.tries += 1
    if recorder.state is RecorderState.ON or (recorder.state is RecorderState.STARTING and recorder.tries <= TRIES_MAX):
        f.do(StartRecording(call=name, recording=recorder.recording, part=recorder.part))
        if recorder.state is RecorderState.STARTING:
            f.at(START_MAX_S, "record", name)
    elif recorder.state is RecorderState.STARTING:
        if known is not None:
            _give_up(f, call, known, SILENT)
        _stop(f, call)
    elif recorder.state is RecorderState.STOPPING:
        if known is not None and known.paused and not known.given_up and recorder.tries > 1:
            _give_up(f, call, known, UNCONFIRMED)
        f.do(StopRecording(call=name, recording=recorder.recording, part=recorder.part))
        f.at(STOP_MAX_S, "record", name)


# What the agent asks for


def on_record_asked(f: FloorState, event: RecordAsked) -> None:
    agent = f.agents.get(event.agent_id)
    call = f.in_hand(agent) if agent is not None else None
    known = call.recording if call is not None else None
    if call is None or known is None or call.state not in IN_TALK:
        f.refuse(event.request, "not_recorded", "You are in no talk that is recorded, or may be.")
        return
    on_demand = known.decision.policy is RecordingPolicy.ON_DEMAND
    if event.wish is RecordWish.STOP and not on_demand:
        f.refuse(event.request, "recorded_by_rule", "Every talk is recorded here. You can pause it.")
        return
    if known.given_up and event.wish is not RecordWish.STOP:
        f.refuse(event.request, "recording_stopped", f"This talk is not recorded any more. {known.fault}")
        return
    match event.wish:
        case RecordWish.START:
            known.asked = True
        case RecordWish.STOP:
            _finish(f, call)
        case RecordWish.PAUSE:
            _pause(f, call, known)
        case RecordWish.RESUME:
            _resume(f, call, known)
    f.unsettled[call.call] = None
    f.touch("calls", call.call)
    f.accept(event.request)


def on_recording_decided(f: FloorState, event: RecordingDecided) -> None:
    """Before the talk, or in it. A no after a yes ends the recording; what there is of it stays."""
    call = f.call_of(event.call)
    if call is None or call.state is ENDED:
        f.refuse(event.request, "no_call", "This call is over.")
        return
    rule = _decide(f, call, hooked=False)
    if rule.policy is not RecordingPolicy.BY_HOOK:
        f.refuse(event.request, "not_by_hook", f"This is left to no program: {rule.why}.")
        return
    call.hooked = event.record
    if call.recording is not None and not event.record:
        _finish(f, call)
    f.unsettled[call.call] = None
    f.accept(event.request)


def _pause(f: FloorState, call: CallLive, known: Recording) -> None:
    if known.paused:
        return
    known.paused = True
    if call.recorder.state is not RecorderState.OFF:
        return
    if f.now.mono_s < call.recorder.stray_until_s:
        _stop(f, call)
        return
    known.open_gap(f.now.utc_s)
    _pause_is_sure(f, call, known)


def _pause_is_sure(f: FloorState, call: CallLive, known: Recording) -> None:
    known.pause_sure = True
    f.at(REMIND_S, "record-remind", call.call)
    _save(f, call)


def _resume(f: FloorState, call: CallLive, known: Recording) -> None:
    known.paused = known.pause_sure = known.remind = False
    f.drop("record-remind", call.call)
    _save(f, call)


def on_remind_due(f: FloorState, name: str) -> None:
    """Forgotten, perhaps. What is said now may be a card's number all the same: only the agent knows."""
    call = f.call_of(name)
    if call is not None and call.recording is not None and call.recording.pause_sure:
        call.recording.remind = True
        f.touch("calls", name)


# The end of a talk, and of a call


def close(f: FloorState, call: CallLive) -> None:
    """The call is over, and its recorder with it."""
    if call.recording is not None:
        _finish(f, call)
    if call.recorder.state is not RecorderState.OFF:
        call.recorder.state = step(RECORDER_LIFE, call.recorder.state, RecorderCause.CALL_ENDED)
    f.drop("record", call.call)


def _finish(f: FloorState, call: CallLive) -> None:
    """This talk is over. What was recorded of it is complete."""
    known = call.recording
    assert known is not None
    call.recording = None
    f.drop("record-remind", call.call)
    f.touch("calls", call.call)
    if known.name:
        known.close_gap(f.now.utc_s)
        picture = known.picture(call.call, call.recorder.state)
        f.do(SaveRecording(recording=_ended(f, picture)))


def _ended(f: FloorState, picture: RecordingPicture) -> RecordingPicture:
    return replace(picture, ended_utc_s=max(f.now.utc_s, picture.began_utc_s))


def _save(f: FloorState, call: CallLive) -> None:
    if call.recording is not None and call.recording.name:
        f.do(SaveRecording(recording=call.recording.picture(call.call, call.recorder.state)))


# The rule, the disk


def on_recording_rule_changed(f: FloorState, event: RecordingRuleChanged) -> None:
    f.recording_rule = event.policy


def on_recording_room_changed(f: FloorState, event: RecordingRoomChanged) -> None:
    f.recording_room = event.room
    f.touch("system", "system")


# Another engine


def recover(f: FloorState, pictures: tuple[RecordingPicture, ...]) -> None:
    """What the engine before us ordered last is not known, and may still be under way: so it is ordered again."""
    stored = {picture.call: picture for picture in pictures}
    for picture in pictures:
        call = f.call_of(picture.call)
        lives = call is not None and call.state in GOES_ON and call.agent_id == picture.agent_id
        if not lives or stored[picture.call] is not picture:
            del_from(stored, picture)
            f.do(SaveRecording(recording=_ended(f, picture)))
    both: tuple[CallLive, ...] = (*f.calls.values(), *f.callers.values())
    for call in both:
        if call.state is not ENDED and call.answered_utc_s is not None:
            _take_up(f, call, stored.get(call.call))


def del_from(stored: dict[str, RecordingPicture], picture: RecordingPicture) -> None:
    if stored.get(picture.call) is picture:
        del stored[picture.call]


def _take_up(f: FloorState, call: CallLive, picture: RecordingPicture | None) -> None:
    by_hook = _decide(f, call, hooked=False).policy is RecordingPolicy.BY_HOOK
    call.hooked = by_hook and picture is not None  # what a program said of a talk that is recorded holds on
    if picture is None and not decision_of(f, call).may_record:
        return
    call.recorder = Recorder(stray_until_s=f.now.mono_s + STRAY_S)
    if picture is not None:
        call.recording = taken_up(picture)
        call.recorder.recording, call.recorder.part = picture.recording, picture.part
    if _is_wanted(call) and call.recording is not None and call.recording.part:
        _order_start(f, call, call.recording)
    else:
        _stop(f, call)
