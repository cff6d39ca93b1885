"""How calls end: the final record, written once, and everybody let go."""

from busyhour.core import events as e
from busyhour.core.commands import CloseCall, ReturnItems
from busyhour.core.dialer.retry import Retry, next_attempt
from busyhour.core.floor import (
    accompanied,
    caller_endings,
    calls,
    clocks,
    consulting,
    destinations,
    handover,
    law,
    opt_out,
    parking,
    recording,
    watching,
    wrapup,
)
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.outcome import outcome_of
from busyhour.core.floor.state import CLOCK_SET_S, FloorState
from busyhour.core.life.attempt import AttemptCause
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.life.run import ACTIVE, RunState
from busyhour.core.model.fact import Instant
from busyhour.core.model.pictures import CallRecord, HopperItem, Segment
from busyhour.core.model.values import EndCause, Outcome

NEVER_SENT_RETRY_S = 60.0  # an intent that was proven not to have been sent is dialed again after this
GONE_MAX = 1_000  # callers who hung up, of whom an older picture of the PBX may still speak
WITH_AGENT = (CallState.OFFERED, CallState.TALKING, CallState.HELD, CallState.ORPHANED)


def on_call_ended(f: FloorState, event: e.CallEnded) -> None:
    call = f.call_of(event.call)
    if call is None or call.state is CallState.ENDED:
        return
    if call.state is CallState.PLANNED:
        calls.on_call_committed(f, e.CallCommitted(call=call.call))
    if call.answered_utc_s is None and event.answered_utc_s is not None:
        call.answered_utc_s = event.answered_utc_s
    close(f, call, event.cause, event.at_utc_s)


def close(f: FloorState, call: CallLive, cause: EndCause, ended_utc_s: float) -> None:
    """Write the final record, once, and let everybody go."""
    recording.close(f, call)
    if isinstance(call, CallerCall):
        caller_endings.close(f, call, cause, ended_utc_s)
        return
    assert isinstance(call, DialedCall)
    calls.end_hold(f, call)
    consulting.customer_is_gone(f, call)
    parking.leaves(f, call)
    end_segment(f, call, ended_utc_s)
    handover.tell_talk(f, call)
    if call.hung_up_utc_s is not None and clocks.is_before(f, ended_utc_s, call.hung_up_utc_s):
        call.hint = None  # it was over before we gave up on it; only the news was lost
    call.outcome = outcome_of(call, cause)
    call.ended_utc_s = ended_utc_s
    law.note_ended(f, call)
    run = f.runs[call.run_id]
    retry = Retry(due_utc_s=None, why="the run was removed")
    if run.state in ACTIVE and cause is EndCause.NOT_SENT:
        retry = dial_again(f, call.item)
    elif call.opted_out:
        retry = opt_out.NEVER_AGAIN
    elif run.state is not RunState.REMOVED:
        retry = next_attempt(
            call.campaign, call.item, outcome=call.outcome, disposition=call.disposition, ended_utc_s=ended_utc_s
        )
    record = _record(f, call, cause, ended_utc_s, retry.due_utc_s, retry.why)
    f.do(CloseCall(record=record))
    for kind in (
        "ring",
        "listen",
        "wait",
        "join",
        "orphan",
        "music",
        "rejoin",
        "max",
        "gone",
        "look",
        "prompt",
        "opt-out",
    ):
        f.drop(kind, call.call)
    note_due(f, call.run_id, retry.due_utc_s)
    release_line(f, call)
    with_agent = call.state in WITH_AGENT or call.accompanied
    f.move_attempt(call, AttemptCause.ENDED)
    f.move_call(call, CallCause.ENDED)
    save_disposition(f, call)
    release_agent(f, call, with_agent=with_agent)
    watching.note_ended(f, run, call, record.talk_s)


def dial_again(f: FloorState, item: HopperItem) -> Retry:
    """Nobody was dialed, so no rule has to ask for it (A2). Not before this attempt was due: a clock that was ahead
    when it was sent, and is put right since, must not shorten the delay after the one before (WD-132)."""
    return Retry(due_utc_s=max(f.now.utc_s + NEVER_SENT_RETRY_S, item.due_utc_s), why="never sent: dialed again")


def save_disposition(f: FloorState, call: CallLive) -> None:
    """Chosen while the call was still up: by its agent, or by one who was let go before its end."""
    if call.disposition is None or call.agent_id is None:
        return
    asked = e.DispositionChosen(
        agent_id=call.agent_id, call=call.call, disposition=call.disposition, note=call.note, request=""
    )
    f.do(wrapup.disposition_of(f, call.agent_id, asked, call))


def release_agent(f: FloorState, call: CallLive, *, with_agent: bool) -> None:
    agent = f.agents.get(call.agent_id) if call.agent_id is not None and with_agent else None
    if agent is None or agent.call != call.call:
        forget(f, call.call, unless_wrapped_up=True)
        return
    if call.joined_utc_s is None:  # it ended while it was being offered, or before the answer
        if isinstance(call, DialedCall):
            accompanied.note(f, agent, call, call.outcome or Outcome.LOST)
        calls.free_offered(f, call)
        forget(f, call.call, unless_wrapped_up=True)
        return
    agent.handled += 1
    wrapup.begin_acw(f, agent, call)
    if agent.acw_call != call.call:
        forget(f, call.call, unless_wrapped_up=True)


def agent_of_record(call: CallLive, was: CallState) -> int | None:
    """Who had it last. One who was about to take it over, and whom it never reached, had nothing of it."""
    if was is not CallState.OFFERED or call.joined_utc_s is None:
        return call.agent_id
    had = [part.agent_id for part in call.segments if part.kind == "agent"]
    return had[-1] if had else call.agent_id


def end_segment(f: FloorState, call: CallLive, ended_utc_s: float) -> None:
    kind = {
        CallState.TALKING: "agent",
        CallState.HELD: "agent",
        CallState.MESSAGE: "message",
        CallState.FAREWELL: "abandon_message",
    }.get(call.state)
    if kind is None:
        return
    call.segments.append(
        Segment(
            kind=kind,
            agent_id=call.agent_id if kind == "agent" else None,
            started_utc_s=call.segment_from_utc_s,
            ended_utc_s=max(ended_utc_s, call.segment_from_utc_s),
            hold_s=call.hold_s,
        )
    )
    call.hold_s = 0.0


def talk_s(
    f: FloorState,
    answered_utc_s: float | None,
    ended_utc_s: float,
    answered_at: Instant | None,
    ended_at: Instant | None = None,
) -> float:
    """By the recorded times; when the clock was set meanwhile, perhaps less what it was set by (D1): that of the two
    which can be. A talk is no shorter than nothing, and longer than from our hearing of the answer to that of the end
    (now, unless `ended_at` is known) only by what the news of the answer took, and by what clocks drift. Of two that
    can be, the nearer to that time; when neither can, the clock was set more than once: that time is what is known."""
    if answered_utc_s is None:
        return 0.0
    told_s = ended_utc_s - answered_utc_s
    if answered_at is not None:
        heard_at = ended_at or f.now
        elapsed_s = heard_at.mono_s - answered_at.mono_s
        set_by_s = heard_at.utc_s - answered_at.utc_s - elapsed_s
        if abs(set_by_s) > CLOCK_SET_S:
            most_s = elapsed_s + max(0.0, answered_at.utc_s - answered_utc_s) + CLOCK_SET_S
            maybe = [one_s for one_s in (told_s, told_s - set_by_s) if 0.0 <= one_s <= most_s]
            told_s = min(maybe, key=lambda one_s: abs(one_s - elapsed_s), default=elapsed_s)
    return max(0.0, told_s)


def talked_s(f: FloorState, call: CallLive, answered_utc_s: float) -> float:
    """Until now, of a call that is up: by the clock that is never set, once we know of the answer."""
    if call.answered_at is not None and call.answered_at.mono_s < f.now.mono_s:
        return f.now.mono_s - call.answered_at.mono_s
    return age_s(f, answered_utc_s)


def age_s(f: FloorState, since_utc_s: float) -> float:
    """A clock that was set back meanwhile must not lengthen a deadline (I48)."""
    return max(0.0, f.now.utc_s - since_utc_s)


def _record(
    f: FloorState, call: DialedCall, cause: EndCause, ended_utc_s: float, next_due_utc_s: float | None, retry_why: str
) -> CallRecord:
    assert call.outcome is not None
    answered = call.answered_utc_s
    return CallRecord(
        call=call.call,
        run_id=call.run_id,
        campaign_id=call.campaign.campaign_id,
        member_id=call.item.member_id,
        contact_id=call.item.contact_id,
        attempt_no=call.item.attempt_no,
        trunk_id=call.trunk_id,
        outcome=call.outcome,
        cause=cause,
        ringing_utc_s=call.rang_utc_s,
        answered_utc_s=answered,
        joined_utc_s=call.joined_utc_s,
        ended_utc_s=ended_utc_s,
        talk_s=talk_s(f, answered, ended_utc_s, call.answered_at),
        agent_id=agent_of_record(call, call.state),
        segments=tuple(call.segments),
        next_due_utc_s=next_due_utc_s,
        retry_why=retry_why,
        heard=call.heard,
        analysis_s=call.analysis_s,
    )


def release_line(f: FloorState, call: DialedCall) -> None:
    f.runs[call.run_id].live -= 1
    destinations.note_over(f.runs[call.run_id], call)
    trunk = f.trunks.get(call.trunk_id)
    if trunk is not None:
        trunk.up -= 1
        f.dirty_all_runs()
    f.touch("system", "system")


def give_back(f: FloorState, call: DialedCall, due_utc_s: float | None) -> None:
    """It was not dialed: its member waits until then, or until it is asked for."""
    item = call.item
    f.do(ReturnItems(run_id=call.run_id, member_ids=(item.member_id,), calls=(item.call,), due_utc_s=due_utc_s))
    note_due(f, call.run_id, due_utc_s)


def note_due(f: FloorState, run_id: int, due_utc_s: float | None) -> None:
    """A member of this run waits until then."""
    run = f.runs.get(run_id)
    if run is None or due_utc_s is None:
        return
    run.next_due_utc_s = min(due_utc_s, run.next_due_utc_s or due_utc_s)
    run.noted_due_utc_s = min(due_utc_s, run.noted_due_utc_s or due_utc_s)
    f.dirty_run(run_id)


def _is_wrapped_up(f: FloorState, call: CallLive) -> bool:
    """By its agent, or by one who had them before."""
    if not isinstance(call, DialedCall) or call.handed_on:
        return bool(wrapup.agents_of(f, call.call))
    agent = f.agents.get(call.agent_id) if call.agent_id is not None else None
    return agent is not None and agent.acw_call == call.call


def forget(f: FloorState, name: str, *, unless_wrapped_up: bool = False) -> None:
    """Take an ended call off the floor; with `unless_wrapped_up`, not while an agent works on it."""
    call = f.call_of(name)
    if call is None or call.state is not CallState.ENDED:
        return
    if unless_wrapped_up and _is_wrapped_up(f, call):
        return
    f.touch("calls", name)
    if not isinstance(call, DialedCall):
        del f.callers[name]
        note_gone(f, name)
        return
    del f.calls[name]
    run = f.runs.get(call.run_id)
    if run is not None:
        run.calls.pop(name, None)
    f.dirty_run(call.run_id)


def note_gone(f: FloorState, caller: str) -> None:
    f.gone[caller] = None
    if len(f.gone) > GONE_MAX:
        del f.gone[next(iter(f.gone))]
