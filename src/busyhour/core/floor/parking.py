"""Event rules about parked customers: in a numbered place with music, until any agent takes them up.

A place lasts a while. Then they are back with who parked them, or else with the next agent of their line. It is noted
on the customer's channel, so they keep it in the next engine, for as long as is left.
"""

from busyhour.core import events as e
from busyhour.core.commands import Hold, Join
from busyhour.core.floor import agents, calls, consulting, endings, handover, orphans, parties, wrapup
from busyhour.core.floor.call_live import CallerCall, CallLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.model.fact import Instant
from busyhour.core.model.pictures import ChannelPicture

PARKED_MAX = 20  # of a tenant
PARK_S = 120.0  # then they are back


def on_park_asked(f: FloorState, event: e.ParkAsked) -> None:
    agent = f.agents.get(event.agent_id)
    call = f.in_hand(agent) if agent is not None else None
    slot = next((n for n in range(1, PARKED_MAX + 1) if n not in f.parked), None)
    if agent is None or call is None or call.state not in consulting.WITH_CUSTOMER or call.hung_up_utc_s is not None:
        f.refuse(event.request, "no_call", "Only a customer whom you talk with can be parked.")
    elif call.call in f.consults:
        f.refuse(event.request, *consulting.CONSULTING)
    elif slot is None:
        f.refuse(event.request, "slots_full", "All places are taken. Take somebody up first.")
    else:
        _park(f, call, agent, slot)
        f.accept(event.request)


def _park(f: FloorState, call: CallLive, agent: AgentLive, slot: int) -> None:
    call.slot, call.parked_by, call.parked_at = slot, agent.agent_id, f.now
    f.do(Hold(call=call.call, leg=call.leg or "", music=call.music, parked=call.parked))
    handover.part(f, call)
    f.parked[slot] = call.call
    f.move(call, CallCause.PARKED)
    f.at(PARK_S, "park", call.call)
    f.at(orphans.MUSIC_AGAIN_S, "music", call.call)


def restore(f: FloorState, call: CallLive, channel: ChannelPicture, agent_id: int | None) -> None:
    """Found with nobody, in another engine: in their place still, if it has not run out, and if no other agent has had
    them since. `agent_id`: who had them last, as stored."""
    was = channel.parked
    if was is None or call.state is not CallState.ORPHANED or was.agent_id != agent_id:
        return
    age_s = endings.age_s(f, was.since_utc_s)
    if age_s >= PARK_S or not 1 <= was.slot <= PARKED_MAX or was.slot in f.parked:
        return
    call.state, call.slot, call.parked_by = CallState.PARKED, was.slot, was.agent_id
    call.parked_at = Instant(f.now.mono_s - age_s, was.since_utc_s)
    f.parked[was.slot] = call.call
    f.do(Hold(call=call.call, leg="", music=call.music))
    f.at(PARK_S - age_s, "park", call.call)
    f.at(orphans.MUSIC_AGAIN_S, "music", call.call)


def leaves(f: FloorState, call: CallLive) -> None:
    """The place is free again."""
    if f.parked.get(call.slot) == call.call:
        del f.parked[call.slot]
        for kind in ("park", "music"):
            f.drop(kind, call.call)
    call.slot = 0


def on_park_due(f: FloorState, name: str) -> None:
    """Nobody took them up."""
    call = f.call_of(name)
    if call is None or call.state is not CallState.PARKED:
        return
    agent = f.agents.get(call.parked_by)
    leaves(f, call)
    if agent is not None and agent.acw_call == name and wrapup.acw_may_end(f, agent):
        wrapup.end_acw(f, agent)  # they have this very customer again
        f.settle_agents()
    if agent is not None and agent.state is AgentState.AVAILABLE and call.hung_up_utc_s is None:
        _give(f, call, agent)
    else:
        parties.back_to_line(f, call)


def on_pick_up_asked(f: FloorState, event: e.PickUpAsked) -> None:
    agent, call = f.agents.get(event.agent_id), f.call_of(f.parked.get(event.slot, ""))
    fault = _fault_of(f, agent)
    if fault is None and (call is None or call.hung_up_utc_s is not None or not f.telephony_up):
        fault = "slot_empty", "Nobody is parked there any more."
    if fault is not None or agent is None or call is None:
        f.refuse(event.request, *(fault or ("slot_empty", "Nobody is parked there.")))
        return
    if agent.acw_call is not None:
        wrapup.end_acw(f, agent)
        f.settle_agents()
    leaves(f, call)
    _give(f, call, agent)
    f.accept(event.request)


def _fault_of(f: FloorState, agent: AgentLive | None) -> tuple[str, str] | None:
    if agent is None or not agent.session_open or agent.desk is None:
        return "not_logged_on", "Open the agent desk first."
    if agent.call is not None or agent.consult is not None:
        return "busy", "You have a call in hand. End it first."
    if agent.acw_call is not None and not wrapup.acw_may_end(f, agent):
        return "wrap_up", "Your wrap-up time is fixed. Wait until it is over."
    if not agent.can_ring:
        return "no_phone", "Your phone is not connected. Reload the desk, and allow the microphone."
    return None


def _give(f: FloorState, call: CallLive, agent: AgentLive) -> None:
    call.agent_id = agent.agent_id
    f.engage(agent, call)
    f.move(call, CallCause.OFFERED)
    if isinstance(call, CallerCall):
        agent.callers_offered += 1
    if agent.leg_up and agent.leg is not None:
        call.leg = agent.leg
        f.do(Join(call=call.call, leg=agent.leg))
        f.at(calls.JOIN_S, "join", call.call)
    else:
        agents.raise_leg(f, agent)
        f.at(agents.LEG_RING_S, "join", call.call)
