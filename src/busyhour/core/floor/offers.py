"""A caller and the agents who are asked to take them: rung, whispered to, joined; or missed, and the next one is asked.

Who has a leg that is up is joined at once. All others are rung, and who answers first has the caller (I27): the others
are let go in the same turn. Nobody who was asked is left without being told, and the caller keeps their place (OC-101).
"""

from busyhour.core import events as e
from busyhour.core.acd.arrival import shown_name
from busyhour.core.acd.capacity import after_miss
from busyhour.core.acd.dispatch import NotGiven, not_given
from busyhour.core.acd.entries import Entry
from busyhour.core.acd.overflow import Path
from busyhour.core.acd.routing import Pairing
from busyhour.core.commands import Join, Whisper
from busyhour.core.floor import agents, callbacks, callers, calls, lost_callers, queues, wrapup
from busyhour.core.floor.call_live import CallerCall
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.agent import AgentState, SystemReason
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.model.pictures import Segment
from busyhour.core.model.queue import Destination, DestinationKind, MissRule, Strategy
from busyhour.core.model.values import LegMode

WHISPER_MAX_S = 15.0
RINGS_KEPT_MAX = 100  # parts of one call's record; more rings are not told one by one


def offer(f: FloorState, pairing: Pairing) -> None:
    """Ring them, or join the one whose leg is up."""
    if pairing.call not in f.callers:
        f.entries.callback_taken(pairing.call, f.now.utc_s)
        callbacks.turn_came(f, pairing)
        return
    asked = [f.agents[agent_id] for agent_id in pairing.agent_ids]
    there = next((agent for agent in asked if agent.leg_up), None)
    if there is not None:
        asked = [there]
    queues.keep(f, f.entries.offered(pairing.call, f.now.utc_s, agents=len(asked)))
    call = f.callers[pairing.call]
    for kind in ("entry", "announce"):
        f.drop(kind, call.call)
    call.why = str(pairing)
    for agent in asked:
        agent.callers_offered += 1
    if there is not None:
        call.agent_id = there.agent_id
        f.engage(there, call)
        f.move_caller(call, CallCause.OFFERED)
        _connect(f, call, there)
        return
    call.ringing = {agent.agent_id: None for agent in asked}
    for agent in asked:
        f.engage(agent, call)
    f.move_caller(call, CallCause.OFFERED)
    ring_s = _miss_rule(call).ring_timeout_s
    f.at(ring_s, "join", call.call)
    for agent in asked:
        agents.raise_leg(f, agent, ring_s=ring_s, caller_id=shown(call))


def shown(call: CallerCall) -> str:
    """The caller as the agent's phone shows them (OC-016)."""
    return shown_name(call.queue.prefix if call.queue is not None else "", call.name, call.caller)


def _miss_rule(call: CallerCall) -> MissRule:
    return call.queue.miss if call.queue is not None else MissRule()


def answered(f: FloorState, call: CallerCall, agent: AgentLive) -> None:
    """This agent's phone was answered: they have the caller, if nobody was faster."""
    if call.agent_id is None and agent.agent_id in call.ringing:
        call.agent_id = agent.agent_id
        f.touch("calls", call.call)
        _note_ring(f, call, agent, "rung")
        losers = [agent_id for agent_id in call.ringing if agent_id != agent.agent_id]
        call.ringing.clear()
        for agent_id in losers:
            _let_go(f, f.agents[agent_id])
        _connect(f, call, agent)
    elif call.agent_id == agent.agent_id:
        _connect(f, call, agent)


def _connect(f: FloorState, call: CallerCall, agent: AgentLive) -> None:
    """First the agent hears which queue it is, then they have the caller."""
    assert agent.leg is not None
    call.leg = agent.leg
    whisper = call.queue.announce.whisper if call.queue is not None else None
    if whisper is None or call.joined_utc_s is not None:
        join(f, call)
        return
    f.drop("join", call.call)
    f.at(WHISPER_MAX_S, "whisper", call.call)
    f.do(Whisper(leg=agent.leg, prompt=whisper))


def on_whisper_ended(f: FloorState, event: e.WhisperEnded) -> None:
    agent = f.agents.get(f.legs.get(event.leg, 0))
    call = f.callers.get(agent.call or "") if agent is not None else None
    if call is not None and call.leg == event.leg and f.is_due("whisper", call.call):
        f.drop("whisper", call.call)
        join(f, call)


def on_whisper_due(f: FloorState, name: str) -> None:
    """Whether it was heard is not known; the caller does not wait for it any longer."""
    call = f.callers.get(name)
    if call is not None and call.state is CallState.OFFERED and call.leg is not None:
        join(f, call)


def join(f: FloorState, call: CallerCall) -> None:
    assert call.leg is not None
    f.do(Join(call=call.call, leg=call.leg))
    f.at(calls.JOIN_S, "join", call.call)


def joined(f: FloorState, call: CallerCall) -> None:
    """The agent has the caller, for the first time since this offer: the end of the entry."""
    f.drop("whisper", call.call)
    if call.call_max_s > 0 and not f.is_due("max", call.call):  # it runs on while a lost agent comes back
        f.at(call.call_max_s, "max", call.call)
    agent = f.agents[call.agent_id or 0]
    agent.misses = 0
    f.had_by.note(call.caller, agent.agent_id, f.now.utc_s)
    lost_callers.is_joined(f, call)
    entry = f.entries.entries.get(call.call)
    if entry is not None:
        f.drop("direct", call.call)
        call.wait_s += entry.waited_s(f.now.utc_s)
        queues.keep(f, f.entries.answered(call.call, f.now.utc_s))


def taken_over(f: FloorState, call: CallerCall, entry: Entry) -> None:
    """The engine before us did not live to hear that they were joined: they waited until now, as far as we know."""
    call.wait_s += entry.waited_s(f.now.utc_s)
    queues.keep(f, f.entries.taken_over(entry, f.now.utc_s))


# It did not come about


def missed(f: FloorState, call: CallerCall, agent: AgentLive) -> None:
    """This agent's phone was not answered, or is gone. The caller waits on while others ring."""
    _note_ring(f, call, agent, "missed")
    agent.call = None
    f.touch("calls", call.call)  # it leaves this agent's desk, while others ring
    call.ringing.pop(agent.agent_id, None)
    _rest(f, agent, _miss_rule(call))
    wrapup.let_wishes_hold(f, agent)
    if call.agent_id == agent.agent_id:
        call.agent_id = None
    if call.agent_id is None and not call.ringing:
        back_to_line(f, call)


def _note_ring(f: FloorState, call: CallerCall, agent: AgentLive, kind: str) -> None:
    """Who was asked, and for how long, is part of the record (OC-007)."""
    if len(call.segments) < RINGS_KEPT_MAX:
        rang_s = f.now.mono_s - call.changed_s
        until_utc_s = f.now.utc_s
        call.segments.append(
            Segment(kind=kind, agent_id=agent.agent_id, started_utc_s=until_utc_s - rang_s, ended_utc_s=until_utc_s)
        )


def _rest(f: FloorState, agent: AgentLive, rule: MissRule) -> None:
    """Who does not answer is not rung for ever: a moment's rest, and after some in a row a pause (5.3-4, OC-101)."""
    agent.misses += 1
    agent.callers_missed += 1
    rest_s = after_miss(rule, agent.misses).rest_s
    if agent.pause is not None:
        return
    if rest_s is None:
        agent.pause, agent.misses = SystemReason.MISSED, 0
    elif rest_s > 0:
        agent.pause, agent.rest_until_utc_s = SystemReason.RESTING, f.now.utc_s + rest_s
        f.at(rest_s, "rest", str(agent.agent_id))


def on_rest_due(f: FloorState, name: str) -> None:
    agent = f.agents.get(int(name))
    if agent is not None and agent.pause == SystemReason.RESTING:
        agent.pause = None
        f.dirty_agent(agent.agent_id)


def leg_is_gone(f: FloorState, call: CallerCall, agent: AgentLive, *, was_up: bool) -> None:
    """Of an agent who was asked, or who is to be on the line before somebody is called back."""
    if call.state is not CallState.OFFERED:
        callbacks.leg_is_gone(f, call, was_up=was_up)
    elif was_up and call.agent_id == agent.agent_id:
        withdraw(f, call, is_miss=False)
    else:
        missed(f, call, agent)


def withdraw(f: FloorState, call: CallerCall, *, is_miss: bool) -> None:
    """The agent who had been found cannot be joined."""
    agent = f.agents[call.agent_id or 0]
    if is_miss:
        missed(f, call, agent)
        return
    call.agent_id = None
    agent.call = None
    wrapup.let_wishes_hold(f, agent)
    back_to_line(f, call)


def back_to_line(f: FloorState, call: CallerCall) -> None:
    """To the place that they had, with their age. Who was back from a lost agent has no entry: they get a new one."""
    for kind in ("join", "whisper"):
        f.drop(kind, call.call)
    call.agent_id, call.leg = None, None
    f.move_caller(call, CallCause.WITHDRAWN)
    _wait_again(f, call)


def _wait_again(f: FloorState, call: CallerCall) -> None:
    if call.call not in f.entries.entries:
        requeue(f, call)
        return
    f.entries.withdrawn(call.call, f.now.utc_s)
    queues.keep(f, f.entries.entries[call.call])
    callers.wait(f, call)


def requeue(f: FloorState, call: CallerCall) -> None:
    """Once more into the queue in which they were, with the age of their call."""
    if not call.to and call.queue is not None:
        call.to = [Destination(DestinationKind.QUEUE, str(call.queue.queue_id))]
        call.path = Path()
    callers.go_on(f, call)


def on_ring_due(f: FloorState, call: CallerCall) -> None:
    """Nobody has answered, or the PBX has not joined them."""
    if call.ringing:
        for agent_id in list(call.ringing):
            agent = f.agents[agent_id]
            if agent.leg is not None and not agent.leg_up:
                agents.lose_leg(f, agent)  # counts as missed
            elif agent.call == call.call:
                missed(f, call, agent)
    elif call.agent_id is not None:
        agent = f.agents[call.agent_id]
        if agent.leg is not None:
            agents.lose_leg(f, agent)
        else:
            withdraw(f, call, is_miss=True)


def lost_agent(f: FloorState, call: CallerCall) -> None:
    """The one who talked with them does not come back: to another agent of the queue, before all who came later."""
    agent_id, call.agent_id, call.leg = call.agent_id, None, None
    for kind in ("orphan", "music", "rejoin", "max"):
        f.drop(kind, call.call)
    f.move_caller(call, CallCause.REQUEUED)
    f.had_by.forget(call.caller)
    f.dirty_agent(agent_id or 0)
    requeue(f, call)


def give_up(f: FloorState, call: CallerCall) -> None:
    """They are not to be joined any more: all who were asked are free. Into a leg that was told to take them nobody
    else is put (I23)."""
    assert call.state is CallState.OFFERED
    asked = [*call.ringing] if call.agent_id is None else [call.agent_id]
    being_joined = call.leg is not None and f.is_due("join", call.call)
    for kind in ("join", "whisper"):
        f.drop(kind, call.call)
    call.ringing.clear()
    call.agent_id = None
    for agent_id in asked:
        agent = f.agents[agent_id]
        agent.call = None
        if agent.leg is not None and being_joined:
            agents.lose_leg(f, agent)
        _let_go(f, agent)
    call.leg = None
    f.move_caller(call, CallCause.WITHDRAWN)


def release(f: FloorState, call: CallerCall) -> None:
    """The caller is gone: all who were asked are free."""
    asked = [*call.ringing] if call.agent_id is None else [call.agent_id]
    call.ringing.clear()
    if call.joined_utc_s is None:
        call.agent_id = None
    for agent_id in asked:
        _let_go(f, f.agents[agent_id])


def _let_go(f: FloorState, agent: AgentLive) -> None:
    """Somebody else has the caller, or nobody: their phone stops ringing."""
    if agent.call is not None:
        f.touch("calls", agent.call)
    agent.call = None
    if agent.profile.leg_mode is LegMode.PER_CALL or not agent.leg_up:
        agents.drop_leg(f, agent)
    wrapup.let_wishes_hold(f, agent)


def turned_down(f: FloorState, call: CallerCall, request: str) -> None:
    """The agent does not take this caller, whose place stays; like a call that they let ring."""
    f.accept(request)
    asked = [*call.ringing] if call.agent_id is None else [call.agent_id]
    if len(asked) == 1:
        _note_ring(f, call, f.agents[asked[0]], "missed")
        give_up(f, call)
        _rest(f, f.agents[asked[0]], _miss_rule(call))
        f.dirty_agent(asked[0])
        _wait_again(f, call)


# By another program


def on_assign_asked(f: FloorState, event: e.AssignAsked) -> None:
    """OC-090, OC-091."""
    routing = f.entries.routing
    fault = not_given(routing, event.call, event.agent_id) if f.takes_callers else NotGiven.CALL_UNKNOWN
    if fault is not None:
        f.refuse(event.request, fault, WHY_NOT_GIVEN[fault])
        return
    one, agent = routing.waiting[event.call], f.agents[event.agent_id]
    assert agent.state is AgentState.AVAILABLE
    queue_id = one.need.queue_id
    pairing = Pairing(
        event.call,
        queue_id,
        (agent.agent_id,),
        free=1,
        waiting=routing.waiting_count(queue_id),
        strategy=Strategy.LONGEST_IDLE,
        step=one.need.step,
        only=True,
    )
    offer(f, pairing)
    f.accept(event.request)


WHY_NOT_GIVEN = {
    NotGiven.DISPATCH_INTERNAL: "This queue gives its calls to agents by itself. Switch it to external dispatch first.",
    NotGiven.AGENT_UNKNOWN: "There is no such agent.",
    NotGiven.AGENT_LOGGED_OFF: "This agent is not logged on. Choose another one.",
    NotGiven.CALL_UNKNOWN: "No such call waits. It may have been given to somebody, or have ended.",
    NotGiven.AGENT_UNSKILLED: "This agent lacks a skill that the call asks for. Choose another one.",
    NotGiven.AGENT_NOT_FREE_AUDIO: "This agent has something in hand. Choose another one.",
    NotGiven.AGENT_NOT_FREE_CHAT: "This agent has as many chats as they may have. Choose another one.",
}
