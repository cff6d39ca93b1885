"""Event rules about agents: desks, phones, legs, pause, wrap-up, disposition.

A fact about something already gone is not an error: links repeat themselves and answer late.
"""

from busyhour.core import events as e
from busyhour.core.commands import HangUpLeg, Join, RingAgent
from busyhour.core.floor import (
    accompanied,
    callbacks,
    callers,
    calls,
    consulting,
    offers,
    orphans,
    parties,
    preview,
    queues,
    wrapup,
)
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.agent import SystemReason
from busyhour.core.life.call import TRYING, CallCause, CallState
from busyhour.core.model.ids import leg_of
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import LegMode, PhoneKind

LINK_GRACE_S = 30.0  # a desk may be gone this long (reload, change of network) before the agent is logged off
LEG_RING_S = 20.0
LEG_RETRY_S = 3.0  # between two tries to bring a persistent leg up


# Desks


def on_agent_linked(f: FloorState, event: e.AgentLinked) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is None:
        return
    f.drop("link", str(agent.agent_id))
    new_tab = agent.last_desk is not None and agent.last_desk != event.session
    if not agent.session_open:
        _open_session(agent)
    if agent.leaving and agent.last_desk != event.session:
        # The desk was opened anew; a link that was down for a moment changes nothing. They had left: as after any
        # log-in, they get calls when they say that they are ready (I26).
        agent.leaving, agent.next_pause = False, SystemReason.LOGIN
    agent.desk = agent.last_desk = event.session
    f.dirty_agent(agent.agent_id)
    if new_tab:
        _replace_leg(f, agent)


def _open_session(agent: AgentLive) -> None:
    agent.session_open, agent.pause, agent.next_pause = True, SystemReason.LOGIN, None
    agent.worked, agent.handled, agent.talk_s = False, 0, 0.0
    agent.callers_offered = agent.callers_missed = agent.callers_answered = 0
    agent.caller_talk_s, agent.misses = 0.0, 0


def _replace_leg(f: FloorState, agent: AgentLive) -> None:
    """A browser's phone lives in its tab: with a new tab, the leg of the old one is dead even if the PBX has not
    noticed yet (F1, F4)."""
    if agent.profile.phone_kind is PhoneKind.BROWSER and agent.leg is not None:
        lose_leg(f, agent)
        f.drop("leg-retry", str(agent.agent_id))  # the new tab's phone may have registered already


def on_agent_unlinked(f: FloorState, event: e.AgentUnlinked) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is None or agent.desk != event.session:
        return  # an older tab
    agent.desk = None
    f.at(LINK_GRACE_S, "link", str(agent.agent_id))
    f.dirty_agent(agent.agent_id)


def on_link_due(f: FloorState, name: str) -> None:
    """The desk did not come back."""
    agent = f.agents.get(int(name))
    if agent is not None and agent.desk is None:
        log_off(f, agent)


def on_log_off_asked(f: FloorState, event: e.LogOffAsked) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is not None:
        log_off(f, agent)
    f.accept(event.request)


def log_off(f: FloorState, agent: AgentLive) -> None:
    """At once when nothing is in hand, else after it (F7)."""
    preview.agent_leaves(f, agent)
    if agent.call is not None or agent.consult is not None:
        agent.leaving = True
        f.dirty_agent(agent.agent_id)
        return
    wrapup.end_acw(f, agent)
    agent.session_open, agent.leaving = False, False
    agent.desk = agent.last_desk = None
    agent.pause, agent.next_pause, agent.worked = SystemReason.LOGIN, None, False
    drop_leg(f, agent)
    f.drop("link", str(agent.agent_id))
    f.dirty_agent(agent.agent_id)


# Phones and legs


def on_phone_registered(f: FloorState, event: e.PhoneRegistered) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is not None:
        agent.phone = True
        f.drop("leg-retry", str(agent.agent_id))
        f.dirty_agent(agent.agent_id)


def on_phone_gone(f: FloorState, event: e.PhoneGone) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is not None:
        agent.phone = False
        f.dirty_agent(agent.agent_id)


def wants_leg(f: FloorState, agent: AgentLive) -> bool:
    """A persistent leg is kept up from the first time the agent is ready; also while a customer waits for them. Who
    only looks at a contact is not rung."""
    call = f.in_hand(agent)
    needed = call is not None and (call.state is not CallState.RESERVED or _is_to_be_dialed(call))
    needed = needed or agent.consult is not None or agent.agent_id in f.supervisions
    if agent.profile.leg_mode is not LegMode.PERSISTENT and not needed:
        return False
    return agent.session_open and agent.can_ring and (agent.worked or needed)


def _is_to_be_dialed(call: CallLive) -> bool:
    return isinstance(call, DialedCall | CallerCall) and call.approved


def raise_leg(f: FloorState, agent: AgentLive, *, ring_s: float = LEG_RING_S, caller_id: str = "") -> None:
    """Ring the agent's phone, unless it is being rung, or was rung in vain a moment ago."""
    if agent.leg is not None or f.is_due("leg-retry", str(agent.agent_id)):
        return
    leg = leg_of(tenant=f.tenant, agent_id=agent.agent_id, fence=f.fence, n=f.next_leg())
    agent.leg, agent.leg_up, agent.leg_since_s = leg, False, f.now.mono_s
    f.legs[leg] = agent.agent_id
    f.at(ring_s, "leg", leg)
    f.dirty_agent(agent.agent_id)
    f.do(
        RingAgent(
            agent_id=agent.agent_id,
            leg=leg,
            phone_kind=agent.profile.phone_kind,
            sip_address=agent.profile.sip_address,
            caller_id=caller_id,
            ring_timeout_s=ring_s,
        )
    )


def on_leg_answered(f: FloorState, event: e.LegAnswered) -> None:
    if parties.leg_facts(f, event):
        return
    agent = f.agents.get(f.legs.get(event.leg, 0))
    if agent is None or agent.leg != event.leg:
        f.do(HangUpLeg(leg=event.leg))  # a leg that nobody waits for any more
        return
    agent.leg_up, agent.leg_since_s = True, f.now.mono_s
    f.drop("leg", event.leg)
    f.dirty_agent(agent.agent_id)
    call = f.in_hand(agent)
    if call is not None:
        join_waiting(f, agent, call)
    elif agent.consult is not None:
        consulting.leg_is_up(f, agent)


def join_waiting(f: FloorState, agent: AgentLive, call: CallLive) -> None:
    """The leg came up for a customer who waits for this agent: offered, or orphaned by a reload."""
    if call.state is CallState.ORPHANED:
        for kind in ("orphan", "rejoin"):
            f.drop(kind, call.call)
        f.move(call, CallCause.OFFERED)
        f.at(calls.JOIN_S, "join", call.call)
    if isinstance(call, CallerCall):
        _join_caller(f, agent, call)
        return
    assert isinstance(call, DialedCall)
    if call.state is CallState.OFFERED:
        assert agent.leg is not None
        call.leg = agent.leg
        f.do(Join(call=call.call, leg=agent.leg))
    accompanied.leg_is_up(f, call)


def _join_caller(f: FloorState, agent: AgentLive, call: CallerCall) -> None:
    if call.state is CallState.OFFERED:
        offers.answered(f, call, agent)
    else:
        callbacks.leg_is_up(f, call)


def on_leg_ended(f: FloorState, event: e.LegEnded) -> None:
    if parties.leg_facts(f, event):
        return
    agent = f.agents.get(f.legs.pop(event.leg, 0))
    if agent is not None and agent.leg == event.leg:
        _forget_leg(f, agent)


def on_leg_due(f: FloorState, name: str) -> None:
    """The agent's phone did not answer."""
    agent = f.agents.get(f.legs.get(name, 0))
    if agent is not None and agent.leg == name and not agent.leg_up:
        lose_leg(f, agent)


def lose_leg(f: FloorState, agent: AgentLive) -> None:
    """Give this leg up: hang it up, and keep its customer."""
    assert agent.leg is not None
    f.do(HangUpLeg(leg=agent.leg))
    f.legs.pop(agent.leg, None)
    _forget_leg(f, agent)


def _forget_leg(f: FloorState, agent: AgentLive) -> None:
    leg, was_up = agent.leg, agent.leg_up
    assert leg is not None
    f.drop("leg", leg)
    agent.leg, agent.leg_up = None, False
    f.at(LEG_RETRY_S, "leg-retry", str(agent.agent_id))
    f.dirty_agent(agent.agent_id)
    call = f.in_hand(agent)
    if agent.consult is not None:
        consulting.colleague_is_gone(f, agent)
    if call is None:
        return
    if call.state in (CallState.TALKING, CallState.HELD):
        if not consulting.asker_is_gone(f, call):
            orphans.orphan(f, call, leg)
    elif isinstance(call, CallerCall):
        offers.leg_is_gone(f, call, agent, was_up=was_up)
    elif call.state is CallState.OFFERED:
        calls.withdraw(f, call, missed=not was_up)
    else:
        assert isinstance(call, DialedCall)
        accompanied.leg_is_gone(f, call, was_up=was_up)


def on_leg_retry_due(f: FloorState, name: str) -> None:
    f.dirty_agent(int(name))


def drop_leg(f: FloorState, agent: AgentLive) -> None:
    """The leg is not needed any more. Nobody is joined to it."""
    if agent.leg is not None:
        f.do(HangUpLeg(leg=agent.leg))
        f.drop("leg", agent.leg)
        f.legs.pop(agent.leg, None)
        agent.leg, agent.leg_up = None, False


# Ready, pause


def on_ready_asked(f: FloorState, event: e.ReadyAsked) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is None or not agent.session_open:
        f.refuse(event.request, "not_logged_on", "Open the agent desk first.")
        return
    agent.next_pause, agent.leaving = None, False
    agent.pause = None
    if agent.acw_call is not None and wrapup.acw_may_end(f, agent):
        wrapup.end_acw(f, agent)
    agent.worked = True
    f.drop("leg-retry", str(agent.agent_id))
    f.dirty_agent(agent.agent_id)
    f.accept(event.request)


def on_pause_asked(f: FloorState, event: e.PauseAsked) -> None:
    """A pause asked for during a call takes effect after it."""
    agent = f.agents.get(event.agent_id)
    if agent is None or not agent.session_open:
        f.refuse(event.request, "not_logged_on", "Open the agent desk first.")
        return
    preview.agent_leaves(f, agent)
    if agent.call is not None or agent.consult is not None or agent.acw_call is not None:
        agent.next_pause = event.reason
    else:
        agent.pause = event.reason
    f.dirty_agent(agent.agent_id)
    f.accept(event.request)


# The call in hand


def _call_in_hand(f: FloorState, agent_id: int, request: str) -> CallLive | None:
    agent = f.agents.get(agent_id)
    call = f.in_hand(agent) if agent is not None else None
    if call is None:
        f.refuse(request, "no_call", "You have no call in hand.")
    return call


def on_hang_up_asked(f: FloorState, event: e.HangUpAsked) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is not None and consulting.hang_up_asked(f, agent, event.request):
        return
    call = _call_in_hand(f, event.agent_id, event.request)
    if call is None:
        return
    if isinstance(call, CallerCall):
        callers.hang_up_asked(f, call, event.request)
        return
    assert isinstance(call, DialedCall)
    if call.state is CallState.RESERVED and not call.approved:
        f.refuse(event.request, "not_dialed", "Nothing is dialed yet. Press Dial, or skip this contact.")
        return
    if call.state is CallState.RESERVED:
        accompanied.give_back(f, call, accompanied.GIVEN_BACK)
    elif call.state in TRYING:
        accompanied.cancel(f, call)
    else:
        calls.hang_up(f, call)
    f.accept(event.request)


def on_hold_asked(f: FloorState, event: e.HoldAsked) -> None:
    call = _call_in_hand(f, event.agent_id, event.request)
    if call is None:
        return
    if call.call in f.consults:
        consulting.hold_asked(f, f.consults[call.call], call)
    elif call.state is CallState.TALKING and call.leg is not None:
        consulting.hold(f, call)
    f.accept(event.request)


def on_resume_asked(f: FloorState, event: e.ResumeAsked) -> None:
    call = _call_in_hand(f, event.agent_id, event.request)
    if call is None:
        return
    if call.call in f.consults:
        fault = consulting.resume_asked(f, f.consults[call.call], call)
        if fault is not None:
            f.refuse(event.request, *fault)
            return
    elif call.state is CallState.HELD and call.leg is not None:
        consulting.resume(f, call)
    f.accept(event.request)


# Configuration


def on_agent_changed(f: FloorState, event: e.AgentChanged) -> None:
    agent = f.agents.get(event.agent.agent_id)
    if agent is None:
        f.agents[event.agent.agent_id] = AgentLive(profile=event.agent)
    else:
        before, agent.profile = agent.profile, event.agent
        other_phone = _phone_of(before) != _phone_of(event.agent)
        if other_phone and agent.call is None and agent.consult is None:
            drop_leg(f, agent)
    queues.put_agent(f, f.agents[event.agent.agent_id])
    f.dirty_agent(event.agent.agent_id)
    f.touch("agents", event.agent.agent_id)


def _phone_of(profile: AgentProfile) -> tuple[str, ...]:
    return profile.phone_kind, profile.sip_address, profile.leg_mode


def on_agent_removed(f: FloorState, event: e.AgentRemoved) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is not None:
        log_off(f, agent)
