"""Pictures of a tenant's contact center (`center_pictures.py`), from what its live feed shows."""

from collections.abc import Mapping
from typing import Final

from busyhour.core.life.call import CallState
from busyhour.service.center_counters import ALL_FLOWS, Counters
from busyhour.service.center_names import Names
from busyhour.service.center_pictures import (
    AgentPicture,
    AgentReport,
    AgentStatus,
    CallPicture,
    CallStage,
    CenterPicture,
    FlowPicture,
    WaitingPicture,
)
from busyhour.service.center_seen import IN_QUEUE, STAGES, Seen, SeenAgent, SeenCall, SeenQueue, SeenWaiting

BY_CALL: Final[Mapping[str, CallStage]] = {
    CallState.TALKING: CallStage.TOAGENT,
    CallState.HELD: CallStage.TOAGENT,
    CallState.ORPHANED: CallStage.TOAGENT,
    CallState.WAITING: CallStage.QUEUED,
    CallState.MESSAGE: CallStage.DISSUADING1,
    CallState.FAREWELL: CallStage.DISSUADING2,
    CallState.ENDED: CallStage.ENDED,
}


def picture_of(seen: Seen, names: Names, now_utc_s: float, flows: Counters, agents: Counters) -> CenterPicture:
    places = {place.entry: place for queue in seen.queues.values() for place in queue.waiting}
    return CenterPicture(
        now_utc_s=now_utc_s,
        flows=tuple(flow_of(seen, names, id_, flows) for id_ in names.flows),
        agents=tuple(agent_of(seen, names, id_, agents) for id_ in names.agents),
        calls=tuple(_call(names, call, places.get(call.call)) for call in seen.calls.values()),
        waiting=_line(seen, names),
        counts=flows.of(ALL_FLOWS),
    )


def flow_of(seen: Seen, names: Names, queue_id: int, counters: Counters) -> FlowPicture:
    queue = seen.queues.get(queue_id) or SeenQueue(queue_id=queue_id)
    promised = sum(one.callback for one in queue.waiting)
    return FlowPicture(
        flow=names.flows[queue_id],
        chat=seen.is_chat(queue_id),
        priority=names.queues[queue_id].priority,
        skill=skill_of(names, queue_id),
        logged=queue.agents_logged,
        free=queue.agents_free,
        waiting=max(0, queue.waiting_count - promised),
        talking=queue.talking,
        counts=counters.of(str(queue_id)),
    )


def skill_of(names: Names, queue_id: int) -> str:
    queue = names.queues.get(queue_id)
    return ",".join(need.skill for need in queue.skills) if queue is not None else ""


def agent_of(seen: Seen, names: Names, agent_id: int, counters: Counters) -> AgentPicture:
    agent = seen.agents.get(agent_id)
    report = report_of(seen, names, agent_id)
    counts = counters.of(str(agent_id))
    if agent is None or report is None:
        return AgentPicture(agent=names.agents[agent_id], agent_id=agent_id, status=AgentStatus.OFFLINE, counts=counts)
    return AgentPicture(
        agent=report.agent,
        agent_id=agent_id,
        status=report.status,
        wrapup_ends_utc_s=agent.deadline_utc_s if report.status is AgentStatus.WRAPUP else None,
        flow=report.flow,
        calls=int(agent.call is not None and report.status is not AgentStatus.WRAPUP),
        chats=report.chats,
        chats_max=agent.chats_max,
        counts=counts,
    )


def report_of(seen: Seen, names: Names, agent_id: int) -> AgentReport | None:
    """What is told of this agent now; None for one whose name is not known."""
    name = names.agents.get(agent_id)
    if name is None:
        return None
    agent = seen.agents.get(agent_id)
    if agent is None:
        return AgentReport(agent=name, status=AgentStatus.OFFLINE)
    status, queue_id = seen.status_of(agent), seen.queue_of(agent)
    return AgentReport(
        agent=name,
        status=status,
        wrapup_ends_utc_s=agent.deadline_utc_s if status is AgentStatus.WRAPUP else None,
        flow=names.flows.get(queue_id) if queue_id is not None and status is not AgentStatus.OFFLINE else None,
        chats=chats_of(agent, status),
    )


def chats_of(agent: SeenAgent, status: AgentStatus) -> int:
    return max(1, agent.chats) if status is AgentStatus.INCHAT else 0


def _call(names: Names, call: SeenCall, place: SeenWaiting | None) -> CallPicture:
    assert call.caller is not None
    return CallPicture(
        call=call.call,
        stage=stage_of(call, place),
        since_utc_s=call.caller.arrived_utc_s,
        flow=names.flows.get(call.caller.queue_id, ""),
        agent=names.agents.get(call.agent_id) if call.agent_id is not None else None,
    )


def stage_of(call: SeenCall, place: SeenWaiting | None) -> CallStage:
    """By its place in the line while it has one, else by the call itself."""
    if place is not None and place.state in STAGES:
        return STAGES[place.state]
    return BY_CALL.get(call.state, CallStage.PREAGENT)


def _line(seen: Seen, names: Names) -> tuple[WaitingPicture, ...]:
    """All who wait with somebody on the line, best first: by priority, then by how long."""
    found = [
        WaitingPicture(
            call=place.entry,
            chat=seen.is_chat(queue_id),
            number=place.number,
            name=place.name,
            since_utc_s=place.since_utc_s,
            flow=names.flows.get(queue_id, ""),
            ahead=ahead,
            priority=place.priority,
            skill=skill_of(names, queue_id),
        )
        for queue_id, queue in seen.queues.items()
        for ahead, place in enumerate(one for one in queue.waiting if not one.callback)
        if place.state in IN_QUEUE
    ]
    return tuple(sorted(found, key=lambda one: (one.priority, one.since_utc_s, one.call)))
