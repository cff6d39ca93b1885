"""A call that goes from one agent to another in the middle of the talk: each has their part of it, and its figures."""

from busyhour.core.commands import SaveProgress
from busyhour.core.floor import calls, consulting, endings, wrapup
from busyhour.core.floor.call_live import CallerCall, CallLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.call import CallCause


def hand_over(f: FloorState, call: CallLive, to: AgentLive) -> None:
    """The customer has been seen in `to`'s room: from now on the call is theirs. Whoever had it wraps up."""
    assert call.agent_id != to.agent_id
    assert to.leg is not None
    if call.call in f.consults:
        consulting.end(f, f.consults[call.call], back=False)
    part(f, call)
    call.agent_id, call.leg = to.agent_id, to.leg
    call.segment_from_utc_s = f.now.utc_s
    to.worked = True
    f.engage(to, call)
    f.move(call, CallCause.TAKEN)
    if isinstance(call, CallerCall):
        to.callers_offered += 1
        f.had_by.note(call.caller, to.agent_id, f.now.utc_s)  # when they call again, this agent knows them
    f.do(SaveProgress(call=call.call, state=call.attempt, joined_utc_s=call.joined_utc_s, agent_id=to.agent_id))


def part(f: FloorState, call: CallLive) -> None:
    """An agent parts with a customer who stays on the line. Where these go is said before (the order to the PBX) and
    after (their next state)."""
    assert call.agent_id is not None
    agent = f.agents[call.agent_id]
    calls.end_hold(f, call)
    endings.end_segment(f, call, f.now.utc_s)
    tell_talk(f, call)
    agent.handled += 1
    if isinstance(call, CallerCall):
        agent.callers_answered += 1
        f.had_by.forget(call.caller)
    call.agent_id, call.leg, call.handed_on = None, None, True
    wrapup.begin_acw(f, agent, call)


def tell_talk(f: FloorState, call: CallLive) -> None:
    """What was talked since this was last done: to the agents who did, and to the queue in which it was (5.3-7)."""
    parts, call.told = call.segments[call.told :], len(call.segments)
    queue_talk_s, talked = 0.0, False
    for one in parts:
        if one.kind != "agent":
            continue
        talk_s, talked = one.ended_utc_s - one.started_utc_s, True
        queue_talk_s += talk_s
        if (agent := f.agents.get(one.agent_id or 0)) is None:
            continue
        f.touch("agents", agent.agent_id)
        agent.talk_s += talk_s
        if isinstance(call, CallerCall):
            agent.caller_talk_s += talk_s
    queue = call.queue if isinstance(call, CallerCall) else None
    if talked and queue is not None and queue.queue_id in f.entries.routing.queues:
        f.entries.talked(queue.queue_id, queue_talk_s, f.now.utc_s)
