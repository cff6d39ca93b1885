"""Customers whose agent's leg is gone in mid-call: music, and the same agent, should they come back (F1)."""

from busyhour.core.commands import Hold
from busyhour.core.floor import agents, calls, endings, offers, wrapup
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.state import FloorState
from busyhour.core.life.agent import SystemReason
from busyhour.core.life.call import CallCause, CallState

MUSIC_AGAIN_S = 6.0  # the order for hold music says nothing when it was in vain
REJOIN_S = 0.5  # after a restart
ORPHAN_S = 25.0  # a customer whose agent's browser is reloading hears hold music this long


def orphan(f: FloorState, call: CallLive, leg: str) -> None:
    """The agent's leg is gone in mid-call: hold music, while the same agent may come back (F1)."""
    calls.end_hold(f, call)
    endings.end_segment(f, call, f.now.utc_s)
    f.move(call, CallCause.LEG_LOST)
    call.leg = None
    f.do(Hold(call=call.call, leg=leg, music=call.music))
    f.at(MUSIC_AGAIN_S, "music", call.call)
    f.at(ORPHAN_S, "orphan", call.call)


def on_music_due(f: FloorState, name: str) -> None:
    """Still no agent: music once more, in case that they hear none (I18)."""
    call = f.call_of(name)
    if call is not None and call.state in (CallState.ORPHANED, CallState.PARKED):
        f.do(Hold(call=name, leg="", music=call.music, parked=call.parked))
        f.at(MUSIC_AGAIN_S, "music", name)


def on_orphan_due(f: FloorState, name: str) -> None:
    """The agent did not come back: they are let go, and the customer hears a word; a caller, from another agent."""
    call = f.call_of(name)
    if call is None or call.state is not CallState.ORPHANED:
        return
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    if isinstance(call, DialedCall):
        calls.say_farewell(f, call)
    elif isinstance(call, CallerCall):
        offers.lost_agent(f, call)
    agent.pause = SystemReason.LAGGED
    wrapup.begin_acw(f, agent, call)


def on_strand_due(f: FloorState, name: str) -> None:
    """A customer who talked, without any agent of theirs: a word, and the end; a caller, to another agent."""
    call = f.call_of(name)
    if call is None or call.state is not CallState.ORPHANED:
        return
    f.drop("orphan", name)
    if isinstance(call, DialedCall):
        calls.say_farewell(f, call)
    elif isinstance(call, CallerCall):
        offers.lost_agent(f, call)


def on_rejoin_due(f: FloorState, name: str) -> None:
    """After a restart: their agent, who had put them on hold, is there. Whoever else was in that room is out by now."""
    call = f.call_of(name)
    agent = f.agents.get(call.agent_id or 0) if call is not None else None
    if call is not None and agent is not None and call.state is CallState.ORPHANED and agent.leg_up:
        agents.join_waiting(f, agent, call)
