"""Event rules about calls to contacts, from the committed intent to the final record."""

from busyhour.core import events as e
from busyhour.core.commands import (
    CloseCall,
    CloseMember,
    HangUpCall,
    Hold,
    LookUp,
    PlayPrompt,
    ReturnItems,
    SaveProgress,
)
from busyhour.core.dialer.retry import Retry, next_attempt
from busyhour.core.floor import agents
from busyhour.core.floor.outcome import outcome_of
from busyhour.core.floor.state import CallLive, FloorState
from busyhour.core.life.agent import SystemReason
from busyhour.core.life.attempt import AttemptCause, AttemptState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.life.run import RunState
from busyhour.core.model.pictures import CallRecord, Segment
from busyhour.core.model.values import FINAL_REFUSALS, DialMode, EndCause, Outcome, Refusal

JOIN_S = 3.0  # the PBX joins in milliseconds; after this the leg is taken for dead
ORPHAN_S = 25.0  # a customer whose agent's browser is reloading hears hold music this long
GONE_S = 5.0  # after a hang-up the end must be heard; else we look
LOOK_S = 3.0  # between two looks for a call of which the PBX did not reply
LOOKS_MAX = 10
FAREWELL_MAX_S = 30.0
MESSAGE_MAX_S = 600.0
FAREWELL = "farewell"

TRYING = (CallState.PLANNED, CallState.DIALING)
WITH_AGENT = (CallState.OFFERED, CallState.TALKING, CallState.HELD, CallState.ORPHANED)


# The intent and the request


def on_call_committed(f: FloorState, event: e.CallCommitted) -> None:
    call = f.calls.get(event.call)
    if call is None or call.state is not CallState.PLANNED:
        return
    f.move_call(call, CallCause.COMMITTED)
    run = f.runs[call.run_id]
    run.placed += 1
    f.at(call.campaign.ring_timeout_s, "ring", call.call)


def on_call_refused(f: FloorState, event: e.CallRefused) -> None:
    """Never dialed, so there is no record; the member goes where the reason sends it."""
    call = f.calls.get(event.call)
    if call is None or call.state is not CallState.PLANNED:
        return
    item = call.item
    if event.reason in FINAL_REFUSALS:
        outcome = Outcome.DNC if event.reason is Refusal.DNC else Outcome.INVALID_NUMBER
        f.do(CloseMember(run_id=call.run_id, member_id=item.member_id, outcome=outcome, why=event.reason))
    else:
        f.do(ReturnItems(run_id=call.run_id, member_ids=(item.member_id,), due_utc_s=event.due_utc_s))
        note_due(f, call.run_id, event.due_utc_s)
    f.runs[call.run_id].why = f"last number refused: {event.reason}"
    release_line(f, call)
    f.move_call(call, CallCause.ENDED)
    forget(f, call.call)


def on_call_sent(f: FloorState, event: e.CallSent) -> None:
    call = f.calls.get(event.call)
    if call is not None and call.attempt in (AttemptState.INTENT, AttemptState.AMBIGUOUS):
        f.drop("look", call.call)
        f.move_attempt(call, AttemptCause.ACCEPTED)


def on_call_not_sent(f: FloorState, event: e.CallNotSent) -> None:
    call = f.calls.get(event.call)
    if call is not None and call.attempt is AttemptState.INTENT:
        close(f, call, event.cause, f.now.utc_s)


def on_call_unanswered(f: FloorState, event: e.CallUnanswered) -> None:
    """No reply is not a failure: the call may be ringing. Look (decision 4)."""
    call = f.calls.get(event.call)
    if call is not None and call.attempt is AttemptState.INTENT:
        f.move_attempt(call, AttemptCause.UNANSWERED)
        look(f, call)


def look(f: FloorState, call: CallLive) -> None:
    call.looks += 1
    f.do(LookUp(call=call.call))
    if call.looks < LOOKS_MAX:
        f.at(LOOK_S, "look", call.call)


def on_look_due(f: FloorState, name: str) -> None:
    call = f.calls.get(name)
    if call is not None and call.state is not CallState.ENDED:
        look(f, call)


def on_call_missing(f: FloorState, event: e.CallMissing) -> None:
    """The PBX does not have it. Its own records decide; without any, it counts as an attempt of unknown end."""
    call = f.calls.get(event.call)
    if call is None or call.state is CallState.ENDED or call.state is CallState.PLANNED:
        return
    if event.answered_utc_s is not None and call.answered_utc_s is None:
        call.answered_utc_s = event.answered_utc_s
    if event.ended_utc_s is None and call.looks < LOOKS_MAX and call.attempt is AttemptState.AMBIGUOUS:
        return  # it may not have begun yet; the next look is on the agenda
    close(f, call, event.cause or EndCause.UNKNOWN, event.ended_utc_s or f.now.utc_s)


# Ringing and answer


def on_call_rang(f: FloorState, event: e.CallRang) -> None:
    call = f.calls.get(event.call)
    if call is None or call.attempt in (AttemptState.RINGING, AttemptState.ANSWERED, AttemptState.FINAL):
        return
    f.move_attempt(call, AttemptCause.RANG)
    call.rang_utc_s = event.at_utc_s
    f.drop("look", call.call)


def on_call_answered(f: FloorState, event: e.CallAnswered) -> None:
    call = f.calls.get(event.call)
    if call is None:
        f.do(HangUpCall(call=event.call))  # nobody's call: never leave a person in silence
        return
    if call.attempt in (AttemptState.ANSWERED, AttemptState.FINAL):
        return
    if call.state is CallState.PLANNED:  # the commit's answer is still under way; the PBX was faster
        on_call_committed(f, e.CallCommitted(call=call.call))
    f.move_attempt(call, AttemptCause.ANSWERED)
    call.answered_utc_s = event.at_utc_s
    f.drop("ring", call.call)
    f.drop("look", call.call)
    f.runs[call.run_id].answered += 1
    f.do(SaveProgress(call=call.call, state=call.attempt, ringing_utc_s=call.rang_utc_s, answered_utc_s=event.at_utc_s))
    f.move_call(call, CallCause.ANSWERED)
    if call.hint is not None:
        hang_up(f, call)  # answered while we were giving up: counted, and not left in silence
        return
    if call.campaign.call_max_s > 0:
        f.at(call.campaign.call_max_s, "max", call.call)
    if call.campaign.dial_mode is DialMode.AGENTLESS:
        play_message(f, call)
    else:
        waited_s = max(0.0, f.now.utc_s - event.at_utc_s)
        f.at(call.campaign.answer_wait_max_s - waited_s, "wait", call.call)


def play_message(f: FloorState, call: CallLive) -> None:
    f.move_call(call, CallCause.PLAYED)
    call.segment_from_utc_s = f.now.utc_s
    f.at(MESSAGE_MAX_S, "prompt", call.call)
    f.do(PlayPrompt(call=call.call, prompt=call.campaign.message_prompt or FAREWELL))


def on_prompt_ended(f: FloorState, event: e.PromptEnded) -> None:
    call = f.calls.get(event.call)
    if call is None or call.state not in (CallState.MESSAGE, CallState.FAREWELL):
        return
    call.message_heard = True
    hang_up(f, call)


def on_prompt_due(f: FloorState, name: str) -> None:
    call = f.calls.get(name)
    if call is not None and call.state in (CallState.MESSAGE, CallState.FAREWELL):
        hang_up(f, call)


def on_wait_due(f: FloorState, name: str) -> None:
    """Answered, and no agent in time: the message, then the end (N5)."""
    call = f.calls.get(name)
    if call is None or call.state not in (CallState.WAITING, CallState.OFFERED):
        return
    if call.state is CallState.OFFERED and call.joined_utc_s is None:
        free_offered(f, call)
    say_farewell(f, call)


def free_offered(f: FloorState, call: CallLive) -> None:
    """Let the agent go to whom this call was being joined."""
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    agent.call = None
    f.drop("join", call.call)
    if agent.leg is not None and not agent.leg_up:
        agents.drop_leg(f, agent)
    f.dirty_agent(agent.agent_id)
    call.leg = None


def say_farewell(f: FloorState, call: CallLive) -> None:
    if call.joined_utc_s is None:
        call.hint = Outcome.ABANDONED
    f.move_call(call, CallCause.GAVE_UP)
    call.segment_from_utc_s = f.now.utc_s
    f.at(FAREWELL_MAX_S, "prompt", call.call)
    f.do(PlayPrompt(call=call.call, prompt=call.campaign.abandon_prompt or FAREWELL))


# With an agent


def on_call_joined(f: FloorState, event: e.CallJoined) -> None:
    call = f.calls.get(event.call)
    if call is None or call.state is not CallState.OFFERED or call.leg != event.leg:
        return
    f.drop("join", call.call)
    f.drop("wait", call.call)
    f.move_call(call, CallCause.JOINED)
    if call.joined_utc_s is None:
        call.joined_utc_s = event.at_utc_s
    call.segment_from_utc_s = event.at_utc_s
    f.do(SaveProgress(call=call.call, state=call.attempt, joined_utc_s=call.joined_utc_s, agent_id=call.agent_id))


def on_join_failed(f: FloorState, event: e.JoinFailed) -> None:
    call = f.calls.get(event.call)
    if call is not None and call.state is CallState.OFFERED and call.leg == event.leg:
        _leg_is_dead(f, call)


def on_join_due(f: FloorState, name: str) -> None:
    call = f.calls.get(name)
    if call is not None and call.state is CallState.OFFERED:
        _leg_is_dead(f, call)


def _leg_is_dead(f: FloorState, call: CallLive) -> None:
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    if agent.leg is not None:
        agents.lose_leg(f, agent)  # withdraws the offer
    else:
        withdraw(f, call, missed=True)


def withdraw(f: FloorState, call: CallLive, *, missed: bool) -> None:
    """The offer did not come about: the agent is freed at once, the customer keeps their place in time (B10)."""
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    agent.call = None
    if missed:
        agent.pause = SystemReason.MISSED
    f.dirty_agent(agent.agent_id)
    f.drop("join", call.call)
    f.move_call(call, CallCause.WITHDRAWN)
    call.agent_id, call.leg = None, None
    assert call.answered_utc_s is not None
    waited_s = f.now.utc_s - call.answered_utc_s
    f.at(call.campaign.answer_wait_max_s - waited_s, "wait", call.call)


def orphan(f: FloorState, call: CallLive, leg: str) -> None:
    """The agent's leg is gone in mid-call: hold music, while the same agent may come back (F1)."""
    end_hold(f, call)
    _end_segment(f, call, f.now.utc_s)
    f.move_call(call, CallCause.LEG_LOST)
    call.leg = None
    f.do(Hold(call=call.call, leg=leg))
    f.at(ORPHAN_S, "orphan", call.call)


def on_orphan_due(f: FloorState, name: str) -> None:
    """The agent did not come back: a word to the customer, and the agent is let go."""
    call = f.calls.get(name)
    if call is None or call.state is not CallState.ORPHANED:
        return
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    say_farewell(f, call)
    agent.pause = SystemReason.LAGGED
    agents.begin_acw(f, agent, call)


def end_hold(f: FloorState, call: CallLive) -> None:
    if call.held_from_utc_s is not None:
        call.hold_s += f.now.utc_s - call.held_from_utc_s
        call.held_from_utc_s = None


def on_max_due(f: FloorState, name: str) -> None:
    """Longer than the campaign allows (WD-106)."""
    call = f.calls.get(name)
    if call is not None and call.state is not CallState.ENDED:
        call.hint = Outcome.MAX_DURATION
        hang_up(f, call)


def on_ring_due(f: FloorState, name: str) -> None:
    """Not answered within the ring time (WD-105)."""
    call = f.calls.get(name)
    if call is not None and call.state is CallState.DIALING:
        call.hint = Outcome.NO_ANSWER
        hang_up(f, call)


def hang_up(f: FloorState, call: CallLive) -> None:
    """Ask the PBX; the end itself is a fact that comes back, and is looked for when it does not."""
    f.do(HangUpCall(call=call.call))
    f.at(GONE_S, "gone", call.call)


def on_gone_due(f: FloorState, name: str) -> None:
    call = f.calls.get(name)
    if call is not None and call.state is not CallState.ENDED:
        f.do(HangUpCall(call=call.call))
        look(f, call)
        f.at(GONE_S, "gone", call.call)


# The end


def on_call_ended(f: FloorState, event: e.CallEnded) -> None:
    call = f.calls.get(event.call)
    if call is None or call.state is CallState.ENDED:
        return
    if call.state is CallState.PLANNED:
        on_call_committed(f, e.CallCommitted(call=call.call))
    close(f, call, event.cause, event.at_utc_s)


def close(f: FloorState, call: CallLive, cause: EndCause, ended_utc_s: float) -> None:
    """Write the final record, once, and let everybody go."""
    end_hold(f, call)
    _end_segment(f, call, ended_utc_s)
    call.outcome = outcome_of(call, cause)
    call.ended_utc_s = ended_utc_s
    run = f.runs[call.run_id]
    retry = Retry(due_utc_s=None, why="the run was removed")
    if run.state is not RunState.REMOVED:
        retry = next_attempt(
            call.campaign, call.item, outcome=call.outcome, disposition=call.disposition, ended_utc_s=ended_utc_s
        )
    f.do(CloseCall(record=_record(call, cause, ended_utc_s, retry.due_utc_s, retry.why)))
    for kind in ("ring", "wait", "join", "orphan", "max", "gone", "look", "prompt"):
        f.drop(kind, call.call)
    run.finished += retry.due_utc_s is None
    run.abandoned += call.outcome is Outcome.ABANDONED
    note_due(f, call.run_id, retry.due_utc_s)
    release_line(f, call)
    with_agent = call.state in WITH_AGENT
    f.move_attempt(call, AttemptCause.ENDED)
    f.move_call(call, CallCause.ENDED)
    _release_agent(f, call, with_agent=with_agent)


def _release_agent(f: FloorState, call: CallLive, *, with_agent: bool) -> None:
    agent = f.agents.get(call.agent_id) if call.agent_id is not None and with_agent else None
    if agent is None or agent.call != call.call:
        forget(f, call.call, unless_wrapped_up=True)
        return
    if call.joined_utc_s is None:  # it ended while it was being offered
        free_offered(f, call)
        forget(f, call.call)
        return
    agent.handled += 1
    agent.talk_s += max(0.0, (call.ended_utc_s or 0.0) - call.joined_utc_s)
    if call.disposition is not None:
        asked = e.DispositionChosen(
            agent_id=agent.agent_id, call=call.call, disposition=call.disposition, note=call.note, request=""
        )
        f.do(agents.disposition_of(f, agent.agent_id, asked, call))
    agents.begin_acw(f, agent, call)
    if agent.acw_call != call.call:
        forget(f, call.call)


def _end_segment(f: FloorState, call: CallLive, ended_utc_s: float) -> None:
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


def _record(
    call: CallLive, cause: EndCause, ended_utc_s: float, next_due_utc_s: float | None, retry_why: str
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
        talk_s=max(0.0, ended_utc_s - answered) if answered is not None else 0.0,
        agent_id=call.agent_id,
        segments=tuple(call.segments),
        next_due_utc_s=next_due_utc_s,
        retry_why=retry_why,
    )


def release_line(f: FloorState, call: CallLive) -> None:
    f.runs[call.run_id].live -= 1
    trunk = f.trunks.get(call.trunk_id)
    if trunk is not None:
        trunk.up -= 1
        f.dirty_all_runs()
    f.touch("system", "system")


def note_due(f: FloorState, run_id: int, due_utc_s: float | None) -> None:
    """A member of this run waits until then."""
    run = f.runs.get(run_id)
    if run is None or due_utc_s is None:
        return
    if run.next_due_utc_s is None or due_utc_s < run.next_due_utc_s:
        run.next_due_utc_s = due_utc_s
    f.dirty_run(run_id)


def forget(f: FloorState, name: str, *, unless_wrapped_up: bool = False) -> None:
    """Take an ended call off the floor; with `unless_wrapped_up`, not while an agent works on it."""
    call = f.calls.get(name)
    if call is None or call.state is not CallState.ENDED:
        return
    agent = f.agents.get(call.agent_id) if unless_wrapped_up and call.agent_id is not None else None
    if agent is not None and agent.acw_call == name:
        return
    del f.calls[name]
    run = f.runs.get(call.run_id)
    if run is not None:
        run.calls.pop(name, None)
    f.touch("calls", name)
    f.dirty_run(call.run_id)
