"""One view of each live thing, made from the floor's records."""

from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.pacing_views import pacing_view
from busyhour.core.floor.parking import PARK_S
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.floor.tried import Tried
from busyhour.core.life.agent import AgentState, SystemReason
from busyhour.core.life.call import CallState
from busyhour.core.model.supervising import Mode
from busyhour.service.recording_views import recording_view
from busyhour.service.views import (
    AgentView,
    CallView,
    ConsultView,
    LawView,
    RunView,
    SupervisesView,
    SystemView,
    TriedView,
    WindowView,
)

TALKING = (CallState.TALKING, CallState.HELD, CallState.ORPHANED)


def agent_view(f: FloorState, agent: AgentLive, *, own: bool) -> AgentView:
    """`own`: for the agent's desk."""
    phone = "up" if agent.leg_up else "ringing" if agent.leg else "registered" if agent.can_ring else "gone"
    return AgentView(
        agent_id=agent.agent_id,
        name=agent.profile.name,
        state=agent.state,
        reason=agent.reason,
        since_utc_s=agent.since_utc_s,
        deadline_utc_s=deadline_of(f, agent),
        call=agent.call or agent.acw_call,
        phone=phone,
        linked=agent.desk is not None,
        next_pause=agent.next_pause,
        handled=agent.handled,
        talk_s=agent.talk_s,
        campaign_ids=tuple(
            sorted({f.runs[r].campaign.campaign_id for r in f.idle.runs_of(agent.agent_id) if r in f.runs})
        ),
        tried=tried_view(agent.tried) if agent.tried is not None else None,
        supervises=supervises_view(f, agent),
        supervised_by=supervised_by(f, agent, own=own),
        leaving=agent.leaving,
        offered=agent.callers_offered,
        missed=agent.callers_missed,
        answered=agent.callers_answered,
        caller_talk_s=agent.caller_talk_s,
        consult=consult_view(f, agent),
    )


def consult_view(f: FloorState, agent: AgentLive) -> ConsultView | None:
    consult = f.consults.get(agent.consult or agent.call or "")
    call = f.call_of(consult.call) if consult is not None else None
    if consult is None or call is None:
        return None
    asker = agent.consult is None
    other_id = consult.colleague_id if asker else consult.asker_id
    return ConsultView(
        call=consult.call,
        state=consult.state,
        asker=asker,
        with_name=f.agents[other_id].profile.name if other_id is not None else consult.number,
        customer=customer_name(call),
        note=consult.note,
        since_utc_s=consult.since_utc_s,
    )


def customer_name(call: CallLive) -> str:
    if isinstance(call, CallerCall):
        return call.name or call.caller
    assert isinstance(call, DialedCall)
    return call.item.contact_name or call.item.number


def parked_until(call: CallLive) -> float | None:
    return call.parked_at.utc_s + PARK_S if call.slot and call.parked_at is not None else None


def supervises_view(f: FloorState, agent: AgentLive) -> SupervisesView | None:
    one = f.supervisions.get(agent.agent_id)
    if one is None:
        return None
    return SupervisesView(
        agent_id=one.about_id,
        name=f.agents[one.about_id].profile.name,
        mode=one.mode,
        state=one.state,
        since_utc_s=one.since_utc_s,
    )


def supervised_by(f: FloorState, agent: AgentLive, *, own: bool) -> str:
    """Once they hear: whoever is on a call is told of who hears it. Agents are not, where they are not to know of
    somebody who only listens."""
    for one in f.supervisions.values():
        hidden = own and one.mode is Mode.LISTEN and not f.listening_shown
        if one.about_id == agent.agent_id and one.ear is not None and not hidden:
            return f.agents[one.agent_id].profile.name
    return ""


def deadline_of(f: FloorState, agent: AgentLive) -> float | None:
    """When the agent's state ends by itself: of a wrap-up, of a look at a contact."""
    if agent.state is AgentState.ACW:
        return agent.acw_until_utc_s or None
    if agent.pause == SystemReason.RESTING:
        return agent.rest_until_utc_s
    call = f.calls.get(agent.call or "")
    return decide_until(call) if call is not None else None


def decide_until(call: DialedCall) -> float | None:
    return call.decide_until_utc_s if call.state is CallState.RESERVED and not call.approved else None


def call_view(call: DialedCall) -> CallView:
    return CallView(
        call=call.call,
        state=call.state,
        attempt_state=call.attempt,
        campaign_id=call.campaign.campaign_id,
        run_id=call.run_id,
        contact_id=call.item.contact_id,
        contact_name=call.item.contact_name,
        number=call.item.number,
        attempt_no=call.item.attempt_no,
        trunk_id=call.trunk_id,
        agent_id=call.agent_id,
        placed_utc_s=call.placed_utc_s,
        answered_utc_s=call.answered_utc_s,
        joined_utc_s=call.joined_utc_s,
        held=call.state is CallState.HELD,
        outcome=call.outcome,
        disposition=call.disposition,
        by_hand=call.by_hand,
        decide_until_utc_s=decide_until(call),
        recording=recording_view(call),
        slot=call.slot,
        parked_by=call.parked_by if call.slot else 0,
        parked_until_utc_s=parked_until(call),
    )


def tried_view(tried: Tried) -> TriedView:
    return TriedView(
        number=tried.number,
        name=tried.name,
        contact_id=tried.contact_id,
        campaign_id=tried.campaign_id,
        result=tried.result,
        at_utc_s=tried.at_utc_s,
    )


def is_answered(call: DialedCall) -> bool:
    """It is up, and a person is on the line; once it is over, it is among those that the store counts."""
    return call.state is not CallState.ENDED and call.answered_utc_s is not None


def run_view(f: FloorState, run: RunLive) -> RunView:
    return RunView(
        run_id=run.run_id,
        campaign_id=run.campaign.campaign_id,
        name=run.campaign.name,
        dial_mode=run.campaign.dial_mode,
        state=run.state,
        priority=run.campaign.priority,
        started_utc_s=run.started_utc_s,
        placed=run.placed,
        finished=run.finished,
        answered=run.answered + sum(is_answered(f.calls[name]) for name in run.calls),
        abandoned=run.abandoned,
        in_hopper=len(run.hopper),
        dialing=run.dialing + run.accompanied,
        waiting=len(run.waiting),
        talking=sum(f.calls[name].state in TALKING for name in run.calls),
        agents_free=f.idle.count(run.run_id),
        next_due_utc_s=run.next_due_utc_s,
        why=str(run.why),
        halted=run.halted,
        law=law_view(run),
        pacing=pacing_view(run),
    )


def law_view(run: RunLive) -> LawView | None:
    budget = run.budget
    if budget is None:
        return None
    preset = preset_of(run.campaign.compliance.preset)
    windows = tuple(
        WindowView(
            window=standing.window.words,
            limit=standing.window.limit,
            live=standing.live,
            abandoned=standing.abandoned,
            rate=standing.rate,
            left=standing.left,
            taken_for_machines=standing.taken_for_machines,
        )
        for standing in budget.standings
    )
    return LawView(preset=preset.key, name=preset.name, progressive=budget.progressive, why=budget.why, windows=windows)


def system_view(f: FloorState, lag_ms: float) -> SystemView:
    return SystemView(
        pbx_up=f.telephony_up,
        store_up=f.store_up,
        calls_up=sum(trunk.up for trunk in f.trunks.values()),
        trunks={trunk.trunk.name: (trunk.up, trunk.trunk.capacity) for trunk in f.trunks.values()},
        engine_lag_ms=round(lag_ms, 1),
        recording_room=f.recording_room,
    )
