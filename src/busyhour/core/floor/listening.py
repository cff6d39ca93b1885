"""Who has answered, a person or a machine? The PBX listens before an agent is taken; here it is asked, and believed.

The law's clock runs while it listens, and who is not surely a machine is a person: what the detector costs is part of
the wait for an agent, and what it does to people counts as abandoned (`core/dialer/compliance/budget.py`).
"""

from busyhour.core import events as e
from busyhour.core.commands import HangUpCall, LookUp, SaveProgress
from busyhour.core.floor import calls
from busyhour.core.floor.call_live import DialedCall
from busyhour.core.floor.state import FloorState
from busyhour.core.life.attempt import AttemptCause, AttemptState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.model.campaign import Campaign, Listening
from busyhour.core.model.values import Heard, MachineAction, Outcome

VERDICT_LATE_S = 1.0  # the PBX is asked for its verdict when it is later than this


def asked_of(call: DialedCall) -> Listening | None:
    """How the PBX is to listen. Not where an agent is on the line already and hears it themselves."""
    machines = call.campaign.machines
    return machines.listening if machines.detection and not call.accompanied else None


def wait_left_s(campaign: Campaign) -> float:
    """For an agent, once a person is known to be one."""
    machines = campaign.machines
    spent_s = machines.listening.analysis_max_s if machines.detection else 0.0
    return max(0.0, campaign.answer_wait_max_s - spent_s)


def on_call_picked_up(f: FloorState, event: e.CallPickedUp) -> None:
    call = f.calls.get(event.call)
    if call is None:
        f.do(HangUpCall(call=event.call))
        return
    if call.state is CallState.PLANNED:  # the PBX was faster than the commit's answer
        calls.on_call_committed(f, e.CallCommitted(call=call.call))
    if call.state is not CallState.DIALING:
        return
    _note_answer(f, call, event.at_utc_s)
    f.do(_progress(call))
    f.move_call(call, CallCause.PICKED_UP)
    if call.hint is not None:
        calls.hang_up(f, call)  # answered while we were giving up
    else:
        await_verdict(f, call)


def await_verdict(f: FloorState, call: DialedCall) -> None:
    f.at(call.campaign.machines.listening.analysis_max_s + VERDICT_LATE_S, "listen", call.call)


def on_listen_due(f: FloorState, name: str) -> None:
    """The verdict is a fact that can be lost: ask the PBX what it has."""
    call = f.calls.get(name)
    if call is not None and call.state is CallState.LISTENING:
        f.do(LookUp(call=name))
        f.at(calls.LOOK_S, "listen", name)


def note_verdict(f: FloorState, call: DialedCall, event: e.CallAnswered) -> None:
    """It is ours now. That it was answered may be known already."""
    f.drop("listen", call.call)
    if call.state is not CallState.LISTENING:
        _note_answer(f, call, event.at_utc_s)
    call.heard, call.analysis_s = event.heard, event.analysis_s
    f.do(_progress(call))
    f.move_call(call, CallCause.ANSWERED)


def _note_answer(f: FloorState, call: DialedCall, at_utc_s: float) -> None:
    f.move_attempt(call, AttemptCause.ANSWERED)
    call.answered_utc_s, call.answered_at = at_utc_s, f.heard(at_utc_s)
    f.drop("ring", call.call)
    f.drop("look", call.call)


def _progress(call: DialedCall) -> SaveProgress:
    assert call.attempt is AttemptState.ANSWERED
    return SaveProgress(
        call=call.call,
        state=call.attempt,
        ringing_utc_s=call.rang_utc_s,
        answered_utc_s=call.answered_utc_s,
        heard=call.heard,
    )


def waited_s(f: FloorState, call: DialedCall) -> float:
    """Since the answer, by clocks that nobody sets: what the news took, and what passed since they came."""
    assert call.answered_at is not None
    assert call.answered_utc_s is not None
    news_s = max(0.0, call.answered_at.utc_s - call.answered_utc_s)
    return news_s + f.now.mono_s - call.answered_at.mono_s


def ends_here(f: FloorState, call: DialedCall) -> bool:
    """A machine has answered, and no agent is to hear it. Now and then one is, for the detector has to be tested; only
    one who is free, so that nobody waits for it."""
    if not is_machine(call):
        return False
    run, every = f.runs[call.run_id], call.campaign.machines.check_every
    run.machines_heard += 1
    call.checked = bool(every) and run.machines_heard % every == 0 and f.idle.count(call.run_id) >= len(run.waiting)
    return not call.checked


def is_machine(call: DialedCall) -> bool:
    """That no agent has met."""
    return call.heard is Heard.MACHINE and call.joined_utc_s is None


def prompt_of(call: DialedCall) -> str | None:
    """What this machine is to hear."""
    machines = call.campaign.machines
    return machines.message_prompt if machines.action is MachineAction.MESSAGE else None


def meet_machine(f: FloorState, call: DialedCall) -> None:
    """The machine that answered gets its message, or is hung up on."""
    prompt = prompt_of(call)
    if prompt is not None:
        f.move_call(call, CallCause.PLAYED)
        call.segment_from_utc_s = f.now.utc_s
        calls.play(f, call, prompt)
    else:
        call.hint = Outcome.ANSWERING_MACHINE
        calls.hang_up(f, call)
