"""Event rules about consultations: an agent asks a colleague while the customer waits, and may hand them over (5.3-4).

Whatever crosses whatever, the customer is with somebody or hears music: with who asked; with the colleague, when who
asked is gone; else back in their line, with their age.
"""

from math import inf

from busyhour.core import events as e
from busyhour.core.commands import Bind, Hold, Join, RingParty, SaveProgress, Seat, SetAside
from busyhour.core.floor import agents, calls, consultable, handover, pairing, parties, wrapup
from busyhour.core.floor.call_live import CallerCall, CallLive
from busyhour.core.floor.consult_live import Consult
from busyhour.core.floor.consultable import Fault
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.life.consultation import CONSULT_LIFE, ConsultCause, ConsultState
from busyhour.core.life.table import step
from busyhour.core.model.queue import DestinationKind
from busyhour.core.model.values import LegMode

RING_S = 30.0  # a colleague or a number rings so long; then the customer is back
WITH_CUSTOMER = (CallState.TALKING, CallState.HELD)
NOT_CONSULTING = "not_consulting", "You consult nobody at this moment."
CONSULTING = "consulting", "You consult somebody. Complete it, or cancel it first."


# Asked for


def on_consult_asked(f: FloorState, event: e.ConsultAsked) -> None:
    agent = f.agents.get(event.agent_id)
    call = f.in_hand(agent) if agent is not None else None
    if agent is None or call is None or call.state not in WITH_CUSTOMER or call.hung_up_utc_s is not None:
        f.refuse(event.request, "no_call", "Only while you talk with a customer can you consult somebody.")
    elif call.call in f.consults:
        f.refuse(event.request, *CONSULTING)
    elif not f.telephony_up:
        f.refuse(event.request, "not_now", "The PBX is out of reach. Try again in a moment.")
    elif (fault := _begin(f, call, agent, event)) is not None:
        f.refuse(event.request, *fault)
    else:
        f.accept(event.request)


def _begin(f: FloorState, call: CallLive, asker: AgentLive, event: e.ConsultAsked) -> Fault | None:
    to = event.destination
    if to.kind is DestinationKind.NUMBER:
        return _begin_outside(f, call, asker, to.target, event.note)
    colleague = consultable.colleague(f, asker, to)
    if not isinstance(colleague, AgentLive):
        return colleague
    consult = _note(f, call, asker, event.note, colleague_id=colleague.agent_id)
    colleague.consult = call.call
    f.take(colleague)
    if colleague.leg_up:
        leg_is_up(f, colleague)
    else:
        agents.raise_leg(f, colleague, ring_s=RING_S, caller_id=asker.profile.name)
    _show(f, consult)
    return None


def _begin_outside(f: FloorState, call: CallLive, asker: AgentLive, number: str, note: str) -> Fault | None:
    trunk, wait_s = pairing.best_trunk(f, consultable.trunk_ids(f, call))
    if trunk is None:
        later = " Try again in a few seconds." if wait_s < inf else ""
        return "no_line", "No line is free at this moment." + later
    pairing.take_line(f, trunk)
    consult = _note(f, call, asker, note, number=number)
    consult.leg = parties.begin(f, trunk.trunk.trunk_id, call.call)
    f.do(
        RingParty(
            leg=consult.leg,
            trunk=trunk.trunk,
            number=number,
            caller_id=consultable.caller_id(call),
            ring_timeout_s=RING_S,
            call_max_s=pairing.TALK_MAX_S,
            asker=call.leg or "",
        )
    )
    _show(f, consult)
    return None


def _note(
    f: FloorState, call: CallLive, asker: AgentLive, note: str, *, colleague_id: int | None = None, number: str = ""
) -> Consult:
    """It begins: the customer hears music."""
    if call.state is CallState.TALKING:
        hold(f, call)
    consult = Consult(
        call=call.call,
        asker_id=asker.agent_id,
        colleague_id=colleague_id,
        number=number,
        note=note,
        since_utc_s=f.now.utc_s,
        changed_s=f.now.mono_s,
    )
    f.consults[call.call] = consult
    f.at(RING_S, "consult", call.call)
    return consult


def hold(f: FloorState, call: CallLive) -> None:
    f.move(call, CallCause.HELD)
    call.held_from_s = f.now.mono_s
    f.do(Hold(call=call.call, leg=call.leg or "", music=call.music))


def resume(f: FloorState, call: CallLive) -> None:
    assert call.leg is not None
    f.move(call, CallCause.RESUMED)
    calls.end_hold(f, call)
    f.do(Join(call=call.call, leg=call.leg, beside=beside(f, call)))


def beside(f: FloorState, call: CallLive) -> tuple[str, ...]:
    """Who is to be with this customer and their agent."""
    consult = f.consults.get(call.call)
    return (consult.leg,) if consult is not None and consult.state is ConsultState.CONFERENCE else ()


def _move(f: FloorState, consult: Consult, cause: ConsultCause) -> None:
    consult.state = step(CONSULT_LIFE, consult.state, cause)
    consult.changed_s = f.now.mono_s
    _show(f, consult)


def _show(f: FloorState, consult: Consult) -> None:
    f.touch("calls", consult.call)
    for agent_id in (consult.asker_id, consult.colleague_id):
        if agent_id is not None:
            f.dirty_agent(agent_id)


# Answered, or not


def leg_is_up(f: FloorState, colleague: AgentLive) -> None:
    consult = f.consults[colleague.consult or ""]
    if consult.state is ConsultState.RINGING:
        assert colleague.leg is not None
        consult.leg = colleague.leg
        _answered(f, consult)


def party_is_up(f: FloorState, leg: str) -> bool:
    """Whether somebody waits for them."""
    consult = consult_with(f, leg)
    if consult is None:
        return False
    if consult.state is ConsultState.RINGING:
        _answered(f, consult)
    return True


def _answered(f: FloorState, consult: Consult) -> None:
    f.drop("consult", consult.call)
    _move(f, consult, ConsultCause.ANSWERED)
    _seat(f, consult)


def _seat(f: FloorState, consult: Consult) -> None:
    """The colleague, with who asked."""
    call = f.call_of(consult.call)
    assert call is not None
    assert call.leg is not None
    f.do(Seat(leg=consult.leg, room=call.leg))


def on_consult_due(f: FloorState, name: str) -> None:
    """Nobody answered."""
    consult = f.consults.get(name)
    if consult is not None and consult.state is ConsultState.RINGING:
        end(f, consult)


def on_seat_failed(f: FloorState, event: e.SeatFailed) -> None:
    """One of the two channels is gone, and the news of it are on their way; should they be lost, a look finds it."""
    consult = consult_with(f, event.leg)
    if consult is not None and event.room != event.leg:
        end(f, consult)


def consult_with(f: FloorState, leg: str) -> Consult | None:
    """In which this leg or party is the one who is asked."""
    party = f.parties.get(leg)
    agent = f.agents.get(f.legs.get(leg, 0))
    name = party.call if party is not None else agent.consult if agent is not None else None
    consult = f.consults.get(name or "")
    return consult if consult is not None and consult.leg == leg else None


# Going on


def on_consult_step_asked(f: FloorState, event: e.ConsultStepAsked) -> None:
    agent = f.agents.get(event.agent_id)
    consult = f.consults.get(agent.call or "") if agent is not None else None
    call = f.call_of(consult.call) if consult is not None else None
    if consult is None or call is None:
        f.refuse(event.request, *NOT_CONSULTING)
        return
    if event.step is not e.ConsultStep.CANCEL and consult.state is ConsultState.RINGING:
        f.refuse(event.request, "not_now", "They have not answered yet. Wait, or cancel.")
        return
    fault = _step(f, consult, call, event.step)
    if fault is None:
        f.accept(event.request)
    else:
        f.refuse(event.request, *fault)


def _step(f: FloorState, consult: Consult, call: CallLive, wanted: e.ConsultStep) -> Fault | None:
    together = consult.state is ConsultState.CONFERENCE
    match wanted:
        case e.ConsultStep.SWAP if together:
            return "not_now", "In a conference everybody hears everybody. Put the customer on hold, or leave."
        case e.ConsultStep.SWAP:
            _swap(f, consult, call)
        case e.ConsultStep.CONFERENCE if not together:
            _gather(f, consult, call)
        case e.ConsultStep.LEAVE if not together:
            return "not_now", "This is no conference. Complete the transfer, or cancel it."
        case e.ConsultStep.LEAVE | e.ConsultStep.COMPLETE:
            hand_over(f, consult, call)
        case e.ConsultStep.CANCEL:
            end(f, consult)
        case _:
            pass
    return None


def _swap(f: FloorState, consult: Consult, call: CallLive) -> None:
    """Who goes, goes first: the two do not hear each other."""
    if consult.state is ConsultState.TALKING:
        f.do(SetAside(leg=consult.leg))
        resume(f, call)
    else:
        hold(f, call)
        _seat(f, consult)
    _move(f, consult, ConsultCause.SWAPPED)


def _gather(f: FloorState, consult: Consult, call: CallLive) -> None:
    with_colleague = consult.state is ConsultState.TALKING
    _move(f, consult, ConsultCause.CONFERENCED)
    if with_colleague:
        resume(f, call)
    else:
        _seat(f, consult)


def hold_asked(f: FloorState, consult: Consult, call: CallLive) -> None:
    """Music for the customer: who asked talks with the colleague alone."""
    if consult.state is ConsultState.CONFERENCE:
        hold(f, call)
        _move(f, consult, ConsultCause.HELD)
    elif consult.state is ConsultState.ASIDE:
        _swap(f, consult, call)


def resume_asked(f: FloorState, consult: Consult, call: CallLive) -> Fault | None:
    if consult.state is ConsultState.RINGING:
        return CONSULTING
    if consult.state is ConsultState.TALKING:
        _swap(f, consult, call)
    return None


# The end


def end(f: FloorState, consult: Consult, *, back: bool = True) -> None:
    """Without a hand-over: the colleague is let go. `back`: who asked is there, and has the customer again."""
    call = f.call_of(consult.call)
    _over(f, consult, ConsultCause.ENDED)
    _let_go(f, consult)
    if back and call is not None and call.state is CallState.HELD and call.leg is not None:
        resume(f, call)


def _over(f: FloorState, consult: Consult, cause: ConsultCause) -> None:
    f.drop("consult", consult.call)
    del f.consults[consult.call]
    _move(f, consult, cause)


def _let_go(f: FloorState, consult: Consult) -> None:
    if consult.colleague_id is None:
        parties.let_go(f, consult.leg)
        return
    colleague = f.agents[consult.colleague_id]
    colleague.consult = None
    if not colleague.leg_up or colleague.profile.leg_mode is LegMode.PER_CALL:
        agents.drop_leg(f, colleague)
    elif consult.leg == colleague.leg:
        f.do(Seat(leg=consult.leg, room=consult.leg))
    wrapup.let_wishes_hold(f, colleague)


def hand_over(f: FloorState, consult: Consult, call: CallLive) -> None:
    """The customer is the colleague's from now on, and who asked wraps up."""
    _over(f, consult, ConsultCause.COMPLETED)
    call.note = consult.note or call.note
    if consult.colleague_id is None:
        _bind(f, consult, call)
        return
    colleague = f.agents[consult.colleague_id]
    f.do(Seat(leg=consult.leg, room=consult.leg))
    f.do(Join(call=call.call, leg=consult.leg))
    handover.part(f, call)
    colleague.consult, colleague.saved = None, None  # whom they have is to be stored
    call.agent_id, call.leg, colleague.call = colleague.agent_id, consult.leg, call.call
    f.move(call, CallCause.OFFERED)
    f.at(calls.JOIN_S, "join", call.call)
    if isinstance(call, CallerCall):
        colleague.callers_offered += 1
    f.do(SaveProgress(call=call.call, state=call.attempt, agent_id=colleague.agent_id))


def _bind(f: FloorState, consult: Consult, call: CallLive) -> None:
    """They talk without us, like one who was sent on."""
    f.do(Bind(call=call.call, leg=consult.leg))
    handover.part(f, call)
    call.party = consult.leg
    if isinstance(call, CallerCall):
        call.why = f"handed over to {consult.number}"
    f.move(call, CallCause.SENT_ON)


def customer_is_gone(f: FloorState, call: CallLive) -> None:
    consult = f.consults.get(call.call)
    if consult is not None:
        end(f, consult, back=False)
    parties.let_go(f, call.party)


def asker_is_gone(f: FloorState, call: CallLive) -> bool:
    """The leg of who asked is gone. Whether the customer is the colleague's now: who was only about to be asked, or is
    outside and has not met the customer, does not get them unasked."""
    consult = f.consults.get(call.call)
    if consult is None:
        return False
    met = consult.state is ConsultState.CONFERENCE
    if consult.state is ConsultState.RINGING or (consult.colleague_id is None and not met):
        end(f, consult, back=False)
        return False
    hand_over(f, consult, call)
    return True


def colleague_is_gone(f: FloorState, colleague: AgentLive) -> None:
    """Their leg is."""
    end(f, f.consults[colleague.consult or ""])


def hang_up_asked(f: FloorState, agent: AgentLive, request: str) -> bool:
    """By somebody who consults, or is consulted. Whether it is answered with that."""
    if agent.consult is not None:
        end(f, f.consults[agent.consult])
        f.accept(request)
        return True
    call = f.in_hand(agent)
    if call is None or call.call not in f.consults or call.state is not CallState.HELD:
        return False
    f.refuse(request, *CONSULTING)
    return True


# Where they belong


def room_of_leg(f: FloorState, agent: AgentLive) -> str | None:
    """Whose room the leg of this agent is to be in; None: in no room."""
    consult = f.consults.get(agent.consult or "")
    if consult is None or consult.leg != agent.leg:
        return agent.leg
    return place_of(f, consult)


def place_of(f: FloorState, consult: Consult) -> str | None:
    call = f.call_of(consult.call)
    together = consult.state in (ConsultState.TALKING, ConsultState.CONFERENCE)
    return call.leg if together and call is not None else None
