"""Supervisors on agents' calls: listen, whisper, barge in, take over.

Nothing of the call depends on it. Whether it may go on is looked at after each event (`settle`): it is over with the
call, with either leg, or when the call is another agent's. Taking over moves the customer first: until they are seen in
the supervisor's room the call is the agent's, as it was.
"""

from busyhour.core.commands import Hold, Join
from busyhour.core.floor import agents, consulting, handover
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.floor.supervision import Supervision
from busyhour.core.life.call import CallState
from busyhour.core.life.supervision import SUPERVISION_LIFE, SupervisionCause, SupervisionState
from busyhour.core.life.table import step
from busyhour.core.model import supervising as sv
from busyhour.core.model.ids import ear_of, is_ear, leg_of_ear
from busyhour.core.model.pictures import PbxPicture
from busyhour.core.model.values import Audited, LegMode

OPEN_MAX_S = 5.0  # an ear that the PBX has not opened by then is given up
TAKE_MAX_S = 5.0  # likewise a customer who has not come
SUPERVISIONS_MAX = 200  # at once, of a tenant
WITH_AGENT = (CallState.TALKING, CallState.HELD)
WORDS = {
    sv.Mode.LISTEN: Audited.LISTENED,
    sv.Mode.WHISPER: Audited.WHISPERED,
    sv.Mode.BARGE: Audited.BARGED_IN,
}

C, S = SupervisionCause, SupervisionState


# What is asked


def on_supervise_asked(f: FloorState, event: sv.SuperviseAsked) -> None:
    one = f.supervisions.get(event.agent_id)
    if one is not None and one.about_id == event.about_id:
        _change(f, one, event)
        return
    fault = _cannot_begin(f, event)
    if fault is not None:
        f.refuse(event.request, *fault)
        return
    if one is not None:
        _end(f, one)  # from one agent to the next
    supervisor, about = f.agents[event.agent_id], f.agents[event.about_id]
    call = f.in_hand(about)
    assert call is not None
    assert about.leg is not None
    f.supervisions[supervisor.agent_id] = Supervision(
        agent_id=supervisor.agent_id,
        about_id=about.agent_id,
        about_leg=about.leg,
        call=call.call,
        number=_number(call),
        mode=event.mode,
        since_utc_s=f.now.utc_s,
    )
    f.drop("leg-retry", str(supervisor.agent_id))
    _show(f, supervisor.agent_id, about.agent_id)
    f.accept(event.request)


def _cannot_begin(f: FloorState, event: sv.SuperviseAsked) -> tuple[str, str] | None:
    supervisor, about = f.agents.get(event.agent_id), f.agents.get(event.about_id)
    if supervisor is None or not supervisor.session_open:
        return "not_logged_on", "You hear the call on your own phone. Open your desk first, in another tab."
    if supervisor.call is not None or supervisor.acw_call is not None:
        return "busy", "You have a call of your own in hand. Finish it first."
    if supervisor.consult is not None:
        return "busy", "A colleague consults you. Finish that first."
    if not f.telephony_up:
        return "unavailable", "The telephone system is out of reach. Try again in a moment."
    if not supervisor.leg_up and not supervisor.can_ring:
        return "no_phone", "Your phone cannot be reached. Look at your desk: it must say that the phone is connected."
    call = f.in_hand(about) if about is not None and about is not supervisor else None
    if about is None or call is None or call.state not in WITH_AGENT or not about.leg_up:
        return "no_call", "This agent talks with nobody now."
    if any(one.call == call.call and one.agent_id != supervisor.agent_id for one in f.supervisions.values()):
        return "taken", "Another supervisor is on this call already."
    if len(f.supervisions) >= SUPERVISIONS_MAX:
        return "too_many", "Too many calls are being supervised. Try again when one of them is over."
    return None


def _change(f: FloorState, one: Supervision, event: sv.SuperviseAsked) -> None:
    """To be heard by others than before. The ear of before stays until the next one is open."""
    if one.state is S.TAKING:
        f.refuse(event.request, "taking_over", "You are just taking this call over.")
        return
    if one.mode is not event.mode:
        one.mode = event.mode
        if one.leg is not None:
            _open(f, one)
        _show(f, one.agent_id, one.about_id)
    f.accept(event.request)


def on_take_over_asked(f: FloorState, event: sv.TakeOverAsked) -> None:
    one = f.supervisions.get(event.agent_id)
    if one is None or one.state not in (S.ON, S.TAKING):
        f.refuse(event.request, "not_on_call", "Listen to the call first, then take it over.")
        return
    if one.state is S.ON:
        assert one.leg is not None
        _move(f, one, C.TOOK)
        f.at(TAKE_MAX_S, "take", str(one.agent_id))
        f.do(Join(call=one.call, leg=one.leg))
    f.accept(event.request)


def on_supervise_end_asked(f: FloorState, event: sv.SuperviseEndAsked) -> None:
    one = f.supervisions.get(event.agent_id)
    if one is not None and one.state is S.TAKING:
        f.refuse(event.request, "taking_over", "You are just taking this call over.")
        return
    if one is not None:
        _end(f, one)
    f.accept(event.request)


def on_listening_shown_changed(f: FloorState, event: sv.ListeningShownChanged) -> None:
    f.listening_shown = event.shown
    _show(f, *(one.about_id for one in f.supervisions.values()))


# The ear


def _open(f: FloorState, one: Supervision) -> None:
    assert one.leg is not None
    if one.next_ear is not None:
        _close_ear(f, one.next_ear)
    one.next_ear, one.changed_s = ear_of(one.leg, f.next_leg()), f.now.mono_s
    f.at(OPEN_MAX_S, "ear", str(one.agent_id))
    f.do(sv.OpenEar(ear=one.next_ear, leg=one.leg, about=one.about_leg, mode=one.mode))


def on_ear_opened(f: FloorState, event: sv.EarOpened) -> None:
    one = _whose(f, event.ear)
    if one is None:
        _close_ear(f, event.ear)  # nobody waits for it any more
        return
    if one.next_ear != event.ear:
        return
    if one.ear is not None:
        _close_ear(f, one.ear)
    one.ear, one.next_ear, one.changed_s = event.ear, None, f.now.mono_s
    f.drop("ear", str(one.agent_id))
    if one.state is S.OPENING:
        one.began_utc_s = f.now.utc_s
        _move(f, one, C.OPENED)
    one.audited = True
    _audit(f, one, WORDS[one.mode])
    _show(f, one.agent_id, one.about_id)


def on_ear_closed(f: FloorState, event: sv.EarClosed) -> None:
    """By its own death, or because it could not be opened: the supervisor hears nothing any more, and is told."""
    one = _whose(f, event.ear)
    if one is None:
        return
    if one.ear == event.ear:
        one.ear = None
    else:
        one.next_ear = None
    if one.state is not S.TAKING:
        _end(f, one)


def on_ear_due(f: FloorState, name: str) -> None:
    one = f.supervisions.get(int(name))
    if one is not None and one.next_ear is not None and one.state is not S.TAKING:
        _end(f, one)


def _whose(f: FloorState, ear: str) -> Supervision | None:
    agent_id = f.legs.get(leg_of_ear(ear))
    one = f.supervisions.get(agent_id) if agent_id is not None else None
    return one if one is not None and ear in (one.ear, one.next_ear) else None


def _close_ear(f: FloorState, ear: str) -> None:
    f.do(sv.CloseEar(ear=ear, leg=leg_of_ear(ear)))


def compare(f: FloorState, pbx: PbxPicture, asked_s: float) -> None:
    """Ears of which nobody knows are closed: an engine before us opened them, or our order came late. Ours that are
    gone without a word are over."""
    there = {channel.channel for channel in pbx.channels if is_ear(channel.channel)}
    for ear in sorted(there):
        if _whose(f, ear) is None:
            _close_ear(f, ear)
    for one in list(f.supervisions.values()):
        if one.ear is not None and one.ear not in there and one.changed_s < asked_s:
            on_ear_closed(f, sv.EarClosed(ear=one.ear))


# Taking over


def takes(f: FloorState, call: CallLive, leg: str) -> bool:
    """The customer is in the room of a supervisor who takes this call over: it is theirs."""
    one = f.supervisions.get(f.legs.get(leg, 0))
    if one is None or one.state is not S.TAKING or one.call != call.call or call.state not in WITH_AGENT:
        return False
    if not _stands(f, one):
        return False
    supervisor = f.agents[one.agent_id]
    _audit(f, one, Audited.TOOK_OVER)
    _end(f, one, keep_leg=True)
    handover.hand_over(f, call, supervisor)
    return True


def on_take_due(f: FloorState, name: str) -> None:
    """They have not come: to the agent again, should they be under way."""
    one = f.supervisions.get(int(name))
    if one is not None and one.state is S.TAKING:
        _move(f, one, C.GAVE_BACK)
        _give_back(f, one)
        given_up = one.next_ear is not None and not f.is_due("ear", name)  # while they were taking over
        if one.ear is None or given_up:
            _end(f, one)


def join_failed(f: FloorState, call: CallLive, leg: str) -> None:
    """Of a customer who was to come to this leg."""
    one = f.supervisions.get(f.legs.get(leg, 0))
    if one is not None and one.state is S.TAKING and one.call == call.call:
        f.drop("take", str(one.agent_id))
        on_take_due(f, str(one.agent_id))


def _give_back(f: FloorState, one: Supervision) -> None:
    call = f.call_of(one.call)
    if call is None or call.leg is None or call.state not in WITH_AGENT:
        return
    why = "a supervisor was to take the call over, and it has not come to them"
    if call.state is CallState.HELD:
        f.do(Hold(call=call.call, leg=one.leg or "", music=call.music, why=why))
    else:
        f.do(Join(call=call.call, leg=call.leg, beside=consulting.beside(f, call), why=why))


# Whether it goes on


def settle(f: FloorState) -> None:
    """After each event."""
    for one in list(f.supervisions.values()):
        supervisor = f.agents.get(one.agent_id)
        if supervisor is None or not _stands(f, one):
            _end(f, one)
        elif one.state is S.CALLING and supervisor.leg_up:
            one.leg = supervisor.leg
            _move(f, one, C.PHONE_UP)
            _open(f, one)


def _stands(f: FloorState, one: Supervision) -> bool:
    supervisor, about, call = f.agents[one.agent_id], f.agents.get(one.about_id), f.call_of(one.call)
    if about is None or call is None or about.call != one.call or about.leg != one.about_leg:
        return False
    if call.state not in WITH_AGENT or call.leg != one.about_leg or call.hung_up_utc_s is not None:
        return False
    if not supervisor.session_open or supervisor.call is not None:
        return False
    if one.state is S.CALLING:
        may_ring = supervisor.can_ring and f.telephony_up and not f.is_due("leg-retry", str(supervisor.agent_id))
        return supervisor.leg is not None or may_ring
    return supervisor.leg == one.leg and supervisor.leg_up


def _end(f: FloorState, one: Supervision, *, keep_leg: bool = False) -> None:
    was, name = one.state, str(one.agent_id)
    one.state = step(SUPERVISION_LIFE, one.state, C.ENDED)
    del f.supervisions[one.agent_id]
    for kind in ("ear", "take"):
        f.drop(kind, name)
    for ear in filter(None, (one.ear, one.next_ear)):
        _close_ear(f, ear)
    if one.audited:
        _audit(f, one, Audited.SUPERVISED, lasted_s=max(0.0, f.now.utc_s - one.began_utc_s))
    if was is S.TAKING and not keep_leg:
        _give_back(f, one)
    supervisor = f.agents.get(one.agent_id)
    if supervisor is not None and supervisor.call is None and not keep_leg:
        _let_leg_go(f, supervisor)
    _show(f, one.agent_id, one.about_id)


def _let_leg_go(f: FloorState, supervisor: AgentLive) -> None:
    """A phone that was rung for this alone."""
    if supervisor.profile.leg_mode is LegMode.PER_CALL or not supervisor.worked:
        agents.drop_leg(f, supervisor)


def _move(f: FloorState, one: Supervision, cause: SupervisionCause) -> None:
    one.state = step(SUPERVISION_LIFE, one.state, cause)
    _show(f, one.agent_id, one.about_id)


def _show(f: FloorState, *agent_ids: int) -> None:
    for agent_id in agent_ids:
        f.dirty_agent(agent_id)
        f.touch("agents", agent_id)


def _number(call: CallLive) -> str:
    if isinstance(call, CallerCall):
        return call.caller
    assert isinstance(call, DialedCall)
    return call.item.number


def _audit(f: FloorState, one: Supervision, what: Audited, *, lasted_s: float | None = None) -> None:
    f.do(
        sv.SaveSupervised(
            agent_id=one.agent_id,
            about_id=one.about_id,
            about_name=f.agents[one.about_id].profile.name,
            call=one.call,
            number=one.number,
            what=what,
            at_utc_s=f.now.utc_s,
            lasted_s=lasted_s,
        )
    )
