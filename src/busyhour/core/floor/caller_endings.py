"""How callers' calls end: the final record, written once, their place given up, and their agent let go."""

from busyhour.core.commands import CloseCaller
from busyhour.core.floor import (
    callbacks,
    calls,
    consulting,
    endings,
    handover,
    lost_callers,
    offers,
    parking,
    queues,
)
from busyhour.core.floor.call_live import CallerCall
from busyhour.core.floor.state import FloorState
from busyhour.core.life.attempt import AttemptCause
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.model.callers import CallerOutcome, CallerRecord
from busyhour.core.model.pictures import Segment
from busyhour.core.model.values import EndCause

DEADLINES = (
    *("entry", "announce", "direct", "outside", "whisper", "lift"),
    *("ring", "wait", "join", "orphan", "music", "rejoin", "max", "gone", "look", "prompt"),
)
WITH_AGENT = (CallState.TALKING, CallState.HELD, CallState.ORPHANED)
NO_PROOF = (EndCause.UNKNOWN, EndCause.PBX_RESTART, EndCause.FAILURE)


def close(f: FloorState, call: CallerCall, cause: EndCause, ended_utc_s: float) -> None:
    was = call.state
    calls.end_hold(f, call)
    consulting.customer_is_gone(f, call)
    parking.leaves(f, call)
    endings.end_segment(f, call, ended_utc_s)
    _leave_queue(f, call)
    if was is CallState.OFFERED:
        offers.release(f, call)
    call.outcome, call.ended_utc_s = outcome_of(call, was, cause), ended_utc_s
    talk_s = sum(_length_s(part) for part in call.segments if part.kind == "agent")
    f.do(CloseCaller(record=_record(call, cause, talk_s, endings.agent_of_record(call, was))))
    handover.tell_talk(f, call)
    for kind in DEADLINES:
        f.drop(kind, call.call)
    callbacks.free_lines(f, call)
    if call.callback:
        callbacks.ended(f, call, cause)
    lost_callers.is_gone(f, call)
    with_agent = was in WITH_AGENT or call.accompanied
    f.move_attempt(call, AttemptCause.ENDED)
    f.move_caller(call, CallCause.ENDED)
    if with_agent and (agent := f.agents.get(call.agent_id or 0)) is not None:
        agent.callers_answered += 1
    endings.save_disposition(f, call)
    endings.release_agent(f, call, with_agent=with_agent)


def _leave_queue(f: FloorState, call: CallerCall) -> None:
    """Whoever waited has given up."""
    f.entries.gone(call.call)
    entry = f.entries.entries.get(call.call)
    if entry is not None:
        call.wait_s += entry.waited_s(f.now.utc_s)
        queues.keep(f, f.entries.hung_up(call.call, f.now.utc_s))


def _length_s(part: Segment) -> float:
    return part.ended_utc_s - part.started_utc_s


def outcome_of(call: CallerCall, was: CallState, cause: EndCause) -> CallerOutcome:
    if call.joined_utc_s is not None:
        too_long = call.hint is CallerOutcome.MAX_DURATION or cause is EndCause.TIMEOUT
        return CallerOutcome.MAX_DURATION if too_long else CallerOutcome.HANDLED
    if was is CallState.OUTSIDE:
        return CallerOutcome.SENT_ON
    if call.hint is not None:
        return call.hint
    if call.callback and call.answered_utc_s is None:
        return CallerOutcome.UNREACHED
    return CallerOutcome.LOST if cause in NO_PROOF else CallerOutcome.ABANDONED


def _record(call: CallerCall, cause: EndCause, talk_s: float, agent_id: int | None) -> CallerRecord:
    assert call.outcome is not None
    assert call.ended_utc_s is not None
    return CallerRecord(
        call=call.call,
        number=call.caller,
        queue_id=call.queue.queue_id or None if call.queue is not None else None,
        outcome=call.outcome,
        cause=cause,
        arrived_utc_s=call.placed_utc_s,
        answered_utc_s=call.answered_utc_s,
        joined_utc_s=call.joined_utc_s,
        ended_utc_s=call.ended_utc_s,
        wait_s=call.wait_s,
        talk_s=talk_s,
        agent_id=agent_id,
        segments=tuple(call.segments),
        why=call.why,
    )
