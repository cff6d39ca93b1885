"""Commands about flows, agents and calls (OC-080 to OC-093), and one of ours: an agent is released (OC-124)."""

from typing import Any, Final

from busyhour.core.acd.dispatch import NotGiven
from busyhour.core.acd.figures import NEVER_S, simple_wait_s
from busyhour.http.compat.commands import OK, Commands, Given
from busyhour.http.compat.rpc import RpcFault
from busyhour.http.compat.statistics import counted, mean_call_s
from busyhour.http.compat.talk import Talk
from busyhour.service.center_counters import Figure
from busyhour.service.center_pictures import AgentPicture, AgentStatus, CallStage, CenterPicture
from busyhour.service.errors import Conflict, NotFound, StoreDown

AGENT_UNKNOWN: Final = "Agent not found"
WHY_NOT: Final = {
    NotGiven.DISPATCH_INTERNAL: (403, "Internal dispatching is enabled"),
    NotGiven.AGENT_UNKNOWN: (404, AGENT_UNKNOWN),
    NotGiven.AGENT_LOGGED_OFF: (404, "Agent not logged in"),
    NotGiven.CALL_UNKNOWN: (404, "Call not in queue any more"),
    NotGiven.AGENT_UNSKILLED: (488, "Agent has no skill for the call"),
    NotGiven.AGENT_NOT_FREE_AUDIO: (488, "Agent is not free/audio enabled"),
    NotGiven.AGENT_NOT_FREE_CHAT: (488, "Agent is not free/chat enabled"),
}

commands = Commands()


@commands.add("call_center:reload", "cc_reload", help="reads flows and agents again", sets=((), ("keep_login",)))
async def reload(talk: Talk, _: Given) -> Any:
    """Changes hold at once without it, and log-ins are never touched, so `keep_login` changes nothing."""
    try:
        await talk.center.reload()
    except StoreDown:
        raise RpcFault(500, "Failed to reload") from None
    return OK


@commands.add(
    "call_center:agent_login", "cc_agent_login", help="logs an agent in (1) or out (0)", sets=(("agent_id", "state"),)
)
async def agent_login(talk: Talk, given: Given) -> Any:
    on, agent = given.number("state") != 0, agent_in(await talk.center.picture(), given.text("agent_id"))
    try:
        await talk.center.log_in(agent.agent_id, on)
    except NotFound:
        raise RpcFault(404, AGENT_UNKNOWN) from None
    return OK


@commands.add(
    "call_center:agent_release", "cc_agent_release", help="ends what an agent has in hand", sets=(("agent_id",),)
)
async def agent_release(talk: Talk, given: Given) -> Any:
    await talk.center.release(agent_in(await talk.center.picture(), given.text("agent_id")).agent_id)
    return OK


def agent_in(center: CenterPicture, name: str) -> AgentPicture:
    for agent in center.agents:
        if agent.agent == name:
            return agent
    raise RpcFault(404, AGENT_UNKNOWN)


@commands.add("call_center:list_queue", "cc_list_queue", help="lists the queued calls, best first")
async def list_queue(talk: Talk, _: Given) -> Any:
    center = await talk.center.picture()
    flows = {flow.flow: flow for flow in center.flows}
    calls = []
    for index, one in enumerate(center.waiting):
        flow = flows.get(one.flow)
        wait_s = NEVER_S
        if flow is not None:
            wait_s = simple_wait_s(call_s=mean_call_s(flow), waiting=one.ahead, logged=flow.logged, nobody_s=NEVER_S)
        calls.append(
            {
                "index": index,
                "id": one.call,
                "Media": "MSRP" if one.chat else "RTP",
                "Caller username": one.number,
                "Caller display name": one.name,
                "Waiting for": seconds(center.now_utc_s - one.since_utc_s),
                "ETW": int(wait_s),
                "Flow": one.flow,
                "Priority": one.priority,
                "Skill": one.skill,
            }
        )
    return {"Calls": calls}


def seconds(passed_s: float) -> int:
    """Whole ones; a clock that was set back makes none of them negative."""
    return max(0, int(passed_s))


@commands.add("call_center:list_flows", "cc_list_flows", help="lists the flows")
async def list_flows(talk: Talk, _: Given) -> Any:
    return {
        "Flows": [
            {
                "id": flow.flow,
                "Avg Call Duration": mean_call_s(flow),
                "Processed Calls": counted(flow.counts, Figure.TALKS),
                "Logged Agents": flow.logged,
                "Ongoing Calls": flow.waiting + flow.talking,
                "Ref Calls": flow.waiting + flow.talking,
            }
            for flow in (await talk.center.picture()).flows
        ]
    }


@commands.add("call_center:list_agents", "cc_list_agents", help="lists the agents")
async def list_agents(talk: Talk, _: Given) -> Any:
    center = await talk.center.picture()
    return {"Agents": [agent_shown(agent, center.now_utc_s) for agent in center.agents]}


def agent_shown(agent: AgentPicture, now_utc_s: float) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": agent.agent, "Ref": agent.calls}
    if agent.status is AgentStatus.OFFLINE:
        return shown | {"Loged in": "NO"}
    shown |= {"Loged in": "YES", "State": str(agent.status)}
    if agent.status is AgentStatus.INCHAT:
        shown |= {"Ongoing chats": agent.chats, "Free chats": max(0, agent.chats_max - agent.chats)}
    if agent.wrapup_ends_utc_s is not None:
        shown["Wrapup-ends"] = seconds(agent.wrapup_ends_utc_s - now_utc_s)
    return shown


@commands.add("call_center:list_calls", "cc_list_calls", help="lists the calls that are going on")
async def list_calls(talk: Talk, _: Given) -> Any:
    center = await talk.center.picture()
    calls = []
    for call in center.calls:
        shown: dict[str, Any] = {"id": call.call, "Ref": 1, "State": str(call.stage)}
        if call.stage is not CallStage.ENDED:
            shown |= {"Call Time": seconds(center.now_utc_s - call.since_utc_s), "Flow": call.flow}
        if call.agent is not None:
            shown["Agent"] = call.agent
        calls.append(shown)
    return {"Calls": calls}


@commands.add(
    "call_center:dispatch_call_to_agent",
    "cc_dispatch_call_to_agent",
    help="gives a queued call to an agent",
    sets=(("call_id", "agent_id"),),
)
async def dispatch_call_to_agent(talk: Talk, given: Given) -> Any:
    """The core decides; what it cannot tell apart is told apart here, in the order of that interface (OC-091)."""
    call, name = given.text("call_id"), given.text("agent_id")
    if await talk.center.dispatching():
        raise refusal(NotGiven.DISPATCH_INTERNAL)
    center = await talk.center.picture()
    agent = agent_in(center, name)
    if agent.status is AgentStatus.OFFLINE:
        raise refusal(NotGiven.AGENT_LOGGED_OFF)
    if not any(one.call == call for one in center.waiting):
        known = any(one.call == call for one in center.calls)
        raise refusal(NotGiven.CALL_UNKNOWN) if known else RpcFault(404, "Call not found")
    try:
        await talk.center.assign(call, agent.agent_id)
    except Conflict as fault:
        if fault.code in WHY_NOT:
            raise refusal(NotGiven(fault.code)) from None
        raise RpcFault(488, fault.text) from None
    return OK


def refusal(why: NotGiven) -> RpcFault:
    return RpcFault(*WHY_NOT[why])


@commands.add(
    "call_center:internal_call_dispatching",
    "cc_internal_call_dispatching",
    help="says or sets whether queues give their calls to agents themselves",
    sets=((), ("dispatching",)),
)
async def internal_call_dispatching(talk: Talk, given: Given) -> Any:
    if given:
        await talk.center.set_dispatching(given.number("dispatching") != 0)
    return {"dispatching": int(await talk.center.dispatching())}


@commands.add("call_center:reset_stats", "cc_reset_stats", help="resets counters, means and processed calls")
async def reset_stats(talk: Talk, _: Given) -> Any:
    talk.center.reset()
    return OK
