"""A call that goes from one agent to another in the middle of the talk: both have their part of it, and its figures."""

from busyhour.core.commands import SaveProgress
from busyhour.core.floor import calls, endings, wrapup
from busyhour.core.floor.call_live import CallerCall, CallLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.call import CallCause


def hand_over(f: FloorState, call: CallLive, to: AgentLive) -> None:
    """The customer has been seen in `to`'s room: from now on the call is theirs. Whoever had it wraps up."""
    assert call.agent_id is not None
    assert call.agent_id != to.agent_id
    assert to.leg is not None
    before = f.agents[call.agent_id]
    calls.end_hold(f, call)
    endings.end_segment(f, call, f.now.utc_s)
    count_part(call, before)
    call.agent_id, call.leg = to.agent_id, to.leg
    call.segment_from_utc_s = call.agent_from_utc_s = f.now.utc_s
    to.worked = True
    f.engage(to, call)
    f.move(call, CallCause.TAKEN)
    wrapup.begin_acw(f, before, call)
    if isinstance(call, CallerCall):
        to.callers_offered += 1
        f.had_by.handed_over(call.caller, to.agent_id, f.now.utc_s)  # when they call again, this agent knows them
    f.do(SaveProgress(call=call.call, state=call.attempt, joined_utc_s=call.joined_utc_s, agent_id=to.agent_id))


def count_part(call: CallLive, agent: AgentLive) -> None:
    """What this agent did of it, as of a call that is over."""
    part = call.segments[-1]
    length_s = part.ended_utc_s - part.started_utc_s
    agent.handled += 1
    agent.talk_s += length_s
    if isinstance(call, CallerCall):
        agent.callers_answered += 1
        agent.caller_talk_s += sum(
            one.ended_utc_s - one.started_utc_s for one in call.segments if one.agent_id == agent.agent_id
        )
