"""Event rules about calls to contacts, from the committed intent to the final record."""

from busyhour.core import events as e
from busyhour.core.commands import (
    CloseMember,
    HangUpCall,
    LookAtPrompt,
    LookUp,
    PlayPrompt,
    ReturnItems,
    SaveProgress,
)
from busyhour.core.floor import (
    accompanied,
    agents,
    callbacks,
    callers,
    endings,
    law,
    listening,
    offers,
    opt_out,
    places,
    wrapup,
)
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.state import FloorState
from busyhour.core.life.agent import SystemReason
from busyhour.core.life.attempt import AttemptCause, AttemptState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.model.callers import CallerOutcome
from busyhour.core.model.values import FINAL_REFUSALS, DialMode, EndCause, LegMode, Outcome, Refusal

JOIN_S = 3.0  # the PBX joins in milliseconds; after this the leg is taken for dead
GONE_S = 5.0  # after a hang-up the end must be heard; else we look
LOOK_S = 3.0  # between two looks for a call of which the PBX did not reply
LOOKS_MAX = 10
FAREWELL_MAX_S = 30.0
MESSAGE_MAX_S = 600.0
PROMPT_LOOK_S = 10.0  # between two looks whether a prompt is still played: the news of its end may be lost
BROKEN_OFF_S = 0.3  # until a prompt that broke off counts as over: time for the news that the call has ended
FAREWELL = "farewell"


# The intent and the request


def on_call_committed(f: FloorState, event: e.CallCommitted) -> None:
    call = f.call_of(event.call)
    if call is None or call.state is not CallState.PLANNED:
        return
    f.move(call, CallCause.COMMITTED)
    if isinstance(call, DialedCall):
        f.at(call.campaign.ring_timeout_s, "ring", call.call)
        accompanied.committed(f, call)
    else:
        f.at(callbacks.RING_S, "ring", call.call)


def on_call_refused(f: FloorState, event: e.CallRefused) -> None:
    """Never dialed, so there is no record; the member goes where the reason sends it."""
    call = f.call_of(event.call)
    if call is None or call.state is not CallState.PLANNED:
        return
    if isinstance(call, CallerCall):
        callbacks.refused(f, call, event)
        return
    assert isinstance(call, DialedCall)
    item = call.item
    if event.reason is Refusal.CONTACT_CLOSED:
        pass  # what becomes of this member is decided elsewhere already
    elif call.other_number:  # an agent's choice: what stands against it says nothing of the number in turn
        f.do(ReturnItems(run_id=call.run_id, member_ids=(item.member_id,), calls=(item.call,), due_utc_s=None))
        endings.note_due(f, call.run_id, f.now.utc_s)
    elif event.reason in FINAL_REFUSALS:
        outcome = Outcome.DNC if event.reason is Refusal.DNC else Outcome.INVALID_NUMBER
        f.do(CloseMember(run_id=call.run_id, member_id=item.member_id, outcome=outcome, why=event.reason))
    else:
        endings.give_back(f, call, event.due_utc_s)
    f.runs[call.run_id].why = f"last number refused: {event.reason}"
    endings.release_line(f, call)
    accompanied.refused(f, call, event.reason)
    f.move_call(call, CallCause.ENDED)
    endings.forget(f, call.call)


def on_call_sent(f: FloorState, event: e.CallSent) -> None:
    call = f.call_of(event.call)
    if call is not None and call.attempt in (AttemptState.INTENT, AttemptState.AMBIGUOUS):
        f.drop("look", call.call)
        f.move_attempt(call, AttemptCause.ACCEPTED)
        _heard(f, call)


def _heard(f: FloorState, call: CallLive) -> None:
    """The PBX has it now: what was given up meanwhile can be stopped."""
    if isinstance(call, DialedCall):
        accompanied.heard(f, call)
    elif isinstance(call, CallerCall) and call.hint is not None and call.hung_up_utc_s is None:
        hang_up(f, call)


def on_call_not_sent(f: FloorState, event: e.CallNotSent) -> None:
    call = f.call_of(event.call)
    if call is not None and call.attempt is AttemptState.INTENT:
        endings.close(f, call, event.cause, f.now.utc_s)


def on_call_unanswered(f: FloorState, event: e.CallUnanswered) -> None:
    """No reply is not a failure: the call may be ringing. Look (decision 4)."""
    call = f.call_of(event.call)
    if call is not None and call.attempt is AttemptState.INTENT:
        f.move_attempt(call, AttemptCause.UNANSWERED)
        look(f, call)


def look(f: FloorState, call: CallLive) -> None:
    call.looks += 1
    f.do(LookUp(call=call.call))
    if call.looks < LOOKS_MAX:
        f.at(LOOK_S, "look", call.call)


def on_look_due(f: FloorState, name: str) -> None:
    call = f.call_of(name)
    if call is not None and call.state is not CallState.ENDED:
        look(f, call)


def on_call_missing(f: FloorState, event: e.CallMissing) -> None:
    """The PBX does not have it. Its own records decide; without any, it counts as an attempt of unknown end."""
    call = f.call_of(event.call)
    if call is None or call.state is CallState.ENDED or call.state is CallState.PLANNED:
        return
    if event.answered_utc_s is not None and call.answered_utc_s is None:
        call.answered_utc_s = event.answered_utc_s
    if event.ended_utc_s is None and call.looks < LOOKS_MAX and call.attempt is AttemptState.AMBIGUOUS:
        return  # it may not have begun yet; the next look is on the agenda
    unknown = EndCause.NOT_SENT if call.inherited and call.attempt is AttemptState.AMBIGUOUS else EndCause.UNKNOWN
    endings.close(f, call, event.cause or unknown, event.ended_utc_s or f.now.utc_s)


# Ringing and answer


def on_call_rang(f: FloorState, event: e.CallRang) -> None:
    call = f.call_of(event.call)
    if call is None or call.attempt in (AttemptState.RINGING, AttemptState.ANSWERED, AttemptState.FINAL):
        return
    f.move_attempt(call, AttemptCause.RANG)
    call.rang_utc_s, call.rang_s = event.at_utc_s, f.now.mono_s
    f.drop("look", call.call)
    _heard(f, call)


def on_call_answered(f: FloorState, event: e.CallAnswered) -> None:
    call = f.call_of(event.call)
    if call is None:
        f.do(HangUpCall(call=event.call))  # nobody's call: never leave a person in silence
        return
    if call.attempt in (AttemptState.ANSWERED, AttemptState.FINAL) and call.state is not CallState.LISTENING:
        return
    if call.state is CallState.PLANNED:  # the commit's answer is still under way; the PBX was faster
        on_call_committed(f, e.CallCommitted(call=call.call))
    if isinstance(call, CallerCall):
        callers.on_answered(f, call, event.at_utc_s)
        return
    assert isinstance(call, DialedCall)
    listening.note_verdict(f, call, event)
    if call.hint is not None:
        hang_up(f, call)  # answered while we were giving up: counted, and not left in silence
        return
    if call.campaign.call_max_s > 0:
        f.at(call.campaign.call_max_s, "max", call.call)
    if listening.ends_here(f, call):
        listening.meet_machine(f, call)
    elif call.campaign.dial_mode is DialMode.AGENTLESS:
        play_message(f, call)
    else:
        f.at(call.campaign.answer_wait_max_s - listening.waited_s(f, call), "wait", call.call)
        if call.accompanied:
            accompanied.join(f, call)


def play_message(f: FloorState, call: DialedCall) -> None:
    f.move_call(call, CallCause.PLAYED)
    call.segment_from_utc_s = f.now.utc_s
    play(f, call, call.campaign.message_prompt or FAREWELL)


def play(f: FloorState, call: CallLive, prompt: str) -> None:
    call.prompt, call.prompt_begun, call.prompt_from_s = prompt, True, f.now.mono_s
    call.prompt_over = False
    f.at(PROMPT_LOOK_S, "prompt", call.call)
    f.do(PlayPrompt(call=call.call, prompt=prompt))


def on_prompt_ended(f: FloorState, event: e.PromptEnded) -> None:
    call = f.call_of(event.call)
    if call is None or call.state not in (CallState.MESSAGE, CallState.FAREWELL):
        return
    if call.prompt and event.prompt != call.prompt:
        return  # it was cut off by the one that plays now
    call.prompt_over = True
    if isinstance(call, DialedCall):
        call.message_heard = call.message_heard or (event.complete and not call.opted_out)
        if opt_out.holds_end(f, call):
            return
    if event.complete:
        prompt_is_over(f, call)
    else:
        f.at(BROKEN_OFF_S, "prompt", call.call)  # who hangs up breaks it off: that the call is over is told next


def prompt_is_over(f: FloorState, call: CallLive) -> None:
    """A caller's message may lead on; all other prompts end the call."""
    if isinstance(call, CallerCall) and call.state is CallState.MESSAGE:
        callers.heard(f, call)
    else:
        hang_up(f, call)


def on_prompt_due(f: FloorState, name: str) -> None:
    """The end of a prompt is a fact that can be lost: look, and in the end do without."""
    call = f.call_of(name)
    if call is None or call.state not in (CallState.MESSAGE, CallState.FAREWELL):
        return
    max_s = MESSAGE_MAX_S if call.state is CallState.MESSAGE else FAREWELL_MAX_S
    if call.prompt_over or not call.prompt or f.now.mono_s - call.prompt_from_s >= max_s:
        prompt_is_over(f, call)
        return
    f.do(LookAtPrompt(call=call.call, prompt=call.prompt))
    f.at(PROMPT_LOOK_S, "prompt", call.call)


def on_prompt_missing(f: FloorState, event: e.PromptMissing) -> None:
    """Nothing is being played, and nobody knows what was heard. A call that was taken over hears all of it (A4)."""
    call = f.call_of(event.call)
    if call is None or call.state not in (CallState.MESSAGE, CallState.FAREWELL) or call.prompt != event.prompt:
        return
    if call.prompt_begun:
        prompt_is_over(f, call)
    else:
        play(f, call, call.prompt)


def on_wait_due(f: FloorState, name: str) -> None:
    """Answered, and no agent in time: the message, then the end (N5)."""
    call = f.calls.get(name)
    if call is None or call.state not in (CallState.WAITING, CallState.OFFERED):
        return
    if call.state is CallState.OFFERED:
        _give_offer_up(f, call)
    say_farewell(f, call)


def _give_offer_up(f: FloorState, call: DialedCall) -> None:
    """The PBX has been told to join them and has not said that it did. It may still do so: into this leg nobody else
    is put (I23)."""
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    free_offered(f, call)
    if agent.leg_up:
        agents.lose_leg(f, agent)


def free_offered(f: FloorState, call: CallLive) -> None:
    """Let the agent go to whom this call was being joined."""
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    agent.call = None
    f.drop("join", call.call)
    if not agent.leg_up or agent.profile.leg_mode is LegMode.PER_CALL:
        agents.drop_leg(f, agent)
    wrapup.let_wishes_hold(f, agent)
    call.leg = None


def say_farewell(f: FloorState, call: DialedCall) -> None:
    if call.joined_utc_s is None:
        call.hint = Outcome.ABANDONED
    f.move_call(call, CallCause.GAVE_UP)
    law.note_up(f, call)
    call.segment_from_utc_s = f.now.utc_s
    play(f, call, call.campaign.abandon_prompt or FAREWELL)


# With an agent


def on_call_joined(f: FloorState, event: e.CallJoined) -> None:
    call = f.call_of(event.call)
    if call is None:
        places.hang_up_nobodys(f, event.call, event.leg)
        return
    if call.state is not CallState.OFFERED or call.leg != event.leg:
        places.review(f, call, event.leg)
        return
    f.drop("join", call.call)
    f.drop("wait", call.call)
    f.move(call, CallCause.JOINED)
    if call.joined_utc_s is None:
        call.joined_utc_s = event.at_utc_s
    call.segment_from_utc_s = event.at_utc_s
    if isinstance(call, DialedCall):
        law.note_up(f, call)
    elif isinstance(call, CallerCall):
        offers.joined(f, call)
    f.do(SaveProgress(call=call.call, state=call.attempt, joined_utc_s=call.joined_utc_s, agent_id=call.agent_id))


def on_join_failed(f: FloorState, event: e.JoinFailed) -> None:
    call = f.call_of(event.call)
    if call is not None and call.state is CallState.OFFERED and call.leg == event.leg:
        _leg_is_dead(f, call)
    elif call is not None:
        places.join_failed(f, call, event.leg)


def on_join_due(f: FloorState, name: str) -> None:
    call = f.call_of(name)
    if call is not None and call.state is CallState.OFFERED:
        _leg_is_dead(f, call)


def _leg_is_dead(f: FloorState, call: CallLive) -> None:
    if isinstance(call, CallerCall):
        offers.on_ring_due(f, call)
        return
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    if agent.leg is not None:
        agents.lose_leg(f, agent)  # withdraws the offer
    else:
        withdraw(f, call, missed=True)


def withdraw(f: FloorState, call: CallLive, *, missed: bool) -> None:
    """The offer did not come about: the agent is freed at once, the customer keeps their place in time (B10)."""
    assert isinstance(call, DialedCall), "callers have their own rules (`offers.py`)"
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    agent.call = None
    if missed:
        agent.pause = SystemReason.MISSED
    f.drop("join", call.call)
    f.move_call(call, CallCause.WITHDRAWN)
    call.agent_id, call.leg = None, None
    wrapup.let_wishes_hold(f, agent)
    assert call.answered_utc_s is not None
    waited_s = endings.age_s(f, call.answered_utc_s) if not call.handed_on else 0.0
    f.at(call.campaign.answer_wait_max_s - waited_s, "wait", call.call)


def end_hold(f: FloorState, call: CallLive) -> None:
    if call.held_from_s is not None:
        call.hold_s += f.now.mono_s - call.held_from_s
        call.held_from_s = None


def on_max_due(f: FloorState, name: str) -> None:
    """Longer than the campaign, or the queue, allows (WD-106)."""
    call = f.call_of(name)
    if call is None or call.state is CallState.ENDED:
        return
    if isinstance(call, DialedCall):
        call.hint = Outcome.MAX_DURATION
    elif isinstance(call, CallerCall):
        call.hint = CallerOutcome.MAX_DURATION
    hang_up(f, call)


def on_ring_due(f: FloorState, name: str) -> None:
    """Not answered within the ring time (WD-105)."""
    call = f.call_of(name)
    if call is None or call.state is not CallState.DIALING:
        return
    if isinstance(call, DialedCall):
        call.hint = Outcome.NO_ANSWER
    elif isinstance(call, CallerCall):
        call.hint = CallerOutcome.UNREACHED
    hang_up(f, call)


def hang_up(f: FloorState, call: CallLive) -> None:
    """Ask the PBX; the end itself is a fact that comes back, and is looked for when it does not."""
    call.hung_up_utc_s = call.hung_up_utc_s or f.now.utc_s
    f.do(HangUpCall(call=call.call, message_heard=call.message_heard))
    f.at(GONE_S, "gone", call.call)


def on_gone_due(f: FloorState, name: str) -> None:
    call = f.call_of(name)
    if call is not None and call.state is not CallState.ENDED:
        if call.hung_up_utc_s is not None or isinstance(call, DialedCall):
            f.do(HangUpCall(call=call.call, message_heard=call.message_heard))
        elif isinstance(call, CallerCall):
            callers.at_door_again(f, call)
        look(f, call)
        f.at(GONE_S, "gone", call.call)
