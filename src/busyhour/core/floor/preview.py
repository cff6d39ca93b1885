"""Previews: a free agent has a contact for a while before the call, and dials it, or skips it with a reason (WD-064).

A reservation always ends: by the agent, by its time, when the agent leaves, when the run stops, or when the number is
put on the do-not-call list. It is stored, so that the agent has the same contact after a restart of the engine.
"""

from msgspec.structs import replace

from busyhour.core import events as e
from busyhour.core.commands import CloseMember, EndReservation, ReturnItems, SaveReservation, SkipContact
from busyhour.core.dialer.retry import next_attempt
from busyhour.core.floor import accompanied, destinations, endings
from busyhour.core.floor.call_live import DialedCall
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.agent import SystemReason
from busyhour.core.life.call import CallState
from busyhour.core.life.run import RunState
from busyhour.core.model.pictures import Reservation
from busyhour.core.model.values import DialMode, Outcome, PreviewEnd, Refusal

GONE = "This contact is not yours any more. The next one comes by itself."
SKIPPED = "skipped"
TIME_OVER = "time_over"


def start(f: FloorState, run: RunLive) -> bool:
    """The next contact of this run to the agent who is due one."""
    agent_id = f.idle.first(run.run_id)
    if agent_id is None:
        return False
    item = destinations.take(f, run)
    if accompanied.is_with_another(f, run, item):
        return True
    call = accompanied.reserve(f, run, item, f.agents[agent_id])
    timeout_s = run.campaign.preview.timeout_s
    _set_time(f, call, timeout_s)
    call.stored = True
    f.do(SaveReservation(item=call.item, run_id=run.run_id, agent_id=agent_id, until_utc_s=f.now.utc_s + timeout_s))
    return True


def _set_time(f: FloorState, call: DialedCall, left_s: float) -> None:
    call.decide_until_utc_s = f.now.utc_s + left_s
    f.at(left_s, "preview", call.call)


def previewed(f: FloorState, agent: AgentLive) -> DialedCall | None:
    """The contact that this agent has and that is not dialed yet."""
    call = f.calls.get(agent.call or "")
    return call if call is not None and call.state is CallState.RESERVED else None


# What the agent says


def on_preview_dial_asked(f: FloorState, event: e.PreviewDialAsked) -> None:
    agent = f.agents.get(event.agent_id)
    call = f.calls.get(event.call)
    if agent is None or call is None or agent.call != event.call:
        f.refuse(event.request, "preview_gone", GONE)
        return
    if call.state is not CallState.RESERVED or call.approved:
        f.accept(event.request)  # a second click: it is being dialed
        return
    hindrance = accompanied.obstacle(f, f.runs[call.run_id], event.number or call.item.number)
    if hindrance is not None:
        f.refuse(event.request, *hindrance)
        return
    what = "it"
    if event.number is not None and event.number != call.item.number:
        call.item, call.other_number = replace(call.item, number=event.number), True
        what = "another number of the contact"
    accompanied.dial(f, call, f"preview: {agent.profile.name} dialed {what}", event.request)


def on_skip_asked(f: FloorState, event: e.SkipAsked) -> None:
    agent = f.agents.get(event.agent_id)
    call = previewed(f, agent) if agent is not None else None
    if agent is None or call is None or call.call != event.call:
        f.refuse(event.request, "preview_gone", GONE)
    elif call.approved:
        f.refuse(event.request, "being_dialed", "It is being dialed already. Hang up to stop it.")
    elif not event.any_reason and event.reason not in call.campaign.preview.skip_reasons:
        f.refuse(event.request, "unknown_reason", "Choose one of the campaign's reasons. Reload the desk to see them.")
    else:
        _skip(f, agent, call, event.reason)
        f.accept(event.request)


def _skip(f: FloorState, agent: AgentLive, call: DialedCall, reason: str) -> None:
    """Not called again, unless a retry rule says so; the reason counts as its disposition."""
    retry = next_attempt(
        call.campaign, call.item, outcome=Outcome.AGENT_SKIPPED, disposition=reason or None, ended_utc_s=f.now.utc_s
    )
    due_utc_s = retry.due_utc_s
    if due_utc_s is not None:  # by a clock that was ahead they were due before their time: a skip brings nobody forward
        due_utc_s = max(due_utc_s, call.item.due_utc_s)
    f.do(
        SkipContact(
            item=call.item,
            run_id=call.run_id,
            campaign_id=call.campaign.campaign_id,
            agent_id=agent.agent_id,
            reason=reason,
            why=f"preview: {agent.profile.name} skipped it: {reason or 'no reason given'}",
            next_due_utc_s=due_utc_s,
            retry_why=retry.why,
            at_utc_s=f.now.utc_s,
        )
    )
    endings.note_due(f, call.run_id, due_utc_s)
    accompanied.let_go(f, call, SKIPPED)


# What ends it otherwise


def on_preview_due(f: FloorState, name: str) -> None:
    """The time is over: dialed by itself when its agent is at their desk, or given back, as the campaign says. An agent
    who did nothing is taken to be away."""
    call = f.calls.get(name)
    if call is None or call.state is not CallState.RESERVED:
        return
    agent, run = f.agents[call.agent_id or 0], f.runs[call.run_id]
    dials = call.campaign.preview.timeout_action is PreviewEnd.DIAL and agent.desk is not None
    if dials and accompanied.obstacle(f, run, call.item.number) is None:
        accompanied.dial(f, call, "preview: the time was over")
        return
    if not dials:
        agent.pause = SystemReason.MISSED
    accompanied.give_back(f, call, TIME_OVER)


def agent_leaves(f: FloorState, agent: AgentLive) -> None:
    """For a pause, or for today: the contact goes to somebody else."""
    call = previewed(f, agent)
    if call is not None:
        accompanied.give_back(f, call, accompanied.GIVEN_BACK)


def review(f: FloorState, run: RunLive) -> None:
    """The run stopped, or its settings changed: what its agents look at may not be theirs any more."""
    for name in list(run.calls):
        call = f.calls[name]
        if call.state is CallState.RESERVED and not _may_stay(run, call):
            accompanied.give_back(f, call, accompanied.GIVEN_BACK)


def _may_stay(run: RunLive, call: DialedCall) -> bool:
    if run.state is not RunState.RUNNING or call.agent_id not in run.campaign.agent_ids:
        return False
    return not call.stored or run.campaign.dial_mode is DialMode.PREVIEW


def on_numbers_listed(f: FloorState, event: e.NumbersListed) -> None:
    """Who is looked at and must not be called any more is taken off the desk (I6)."""
    listed = dict.fromkeys(event.numbers)
    for call in [one for one in f.calls.values() if one.state is CallState.RESERVED and one.item.number in listed]:
        if not call.by_hand:
            member_id = call.item.member_id
            f.do(CloseMember(run_id=call.run_id, member_id=member_id, outcome=Outcome.DNC, why=Refusal.DNC))
        accompanied.let_go(f, call, Refusal.DNC)


# After a restart


def restore(f: FloorState, stored: Reservation) -> None:
    """The agent has the same contact as before; or it is given back, when that cannot be. A store that failed over may
    know a reservation of which nobody heard that it had ended: then the agent may have paused since (I26), or another
    one may have the contact (I27)."""
    run, agent = f.runs.get(stored.run_id), f.agents.get(stored.agent_id)
    free = agent is not None and agent.session_open and agent.call is None and agent.acw_call is None
    free = free and agent is not None and agent.pause is None and stored.item.number not in f.accompanied
    fits = run is not None and run.state is RunState.RUNNING and run.campaign.dial_mode is DialMode.PREVIEW
    if run is None or agent is None or not (free and fits) or agent.agent_id not in run.campaign.agent_ids:
        item = stored.item
        f.do(ReturnItems(run_id=stored.run_id, member_ids=(item.member_id,), calls=(item.call,), due_utc_s=None))
        f.do(EndReservation(call=item.call))
        endings.note_due(f, stored.run_id, f.now.utc_s)
        return
    call = accompanied.reserve(f, run, stored.item, agent)
    call.stored = True
    left_s = min(
        stored.until_utc_s - f.now.utc_s, run.campaign.preview.timeout_s
    )  # a clock set back adds nothing (I48)
    _set_time(f, call, max(0.0, left_s))
