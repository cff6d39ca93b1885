"""Event rules about after-call work and dispositions (U-37, U-24)."""

from math import inf

from msgspec.structs import replace

from busyhour.core import events as e
from busyhour.core.acd.capacity import acw_s
from busyhour.core.commands import SaveDisposition
from busyhour.core.dialer.retry import next_attempt
from busyhour.core.floor import agents, endings
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.call import CallState
from busyhour.core.model.values import AcwMode, LegMode

NOTE_LENGTH_MAX = 4_000


def begin_acw(f: FloorState, agent: AgentLive, call: CallLive) -> None:
    """The conversation is over: wrap-up, then what the agent asked for meanwhile (U-37)."""
    agent.call = None
    mode, _ = call.acw
    if mode is AcwMode.NONE or not agent.session_open:
        _after_work(f, agent)
        return
    seconds = inf if mode is AcwMode.UNTIMED else _longest_s(f, agent, call)
    agent.acw_queue = call.queue if isinstance(call, CallerCall) else None
    before, agent.acw_call = agent.acw_call, call.call
    if before is not None:  # as stored, of an agent who was found with another customer by a new engine
        endings.forget(f, before, unless_wrapped_up=True)
    agent.acw_until_s = f.now.mono_s + seconds
    agent.acw_until_utc_s = f.now.utc_s + min(seconds, 86_400.0)
    f.at(seconds, "acw", str(agent.agent_id))
    f.dirty_agent(agent.agent_id)


def agents_of(f: FloorState, call: str) -> list[AgentLive]:
    """Who works on this call after their talk."""
    return [agent for agent in f.agents.values() if agent.acw_call == call]


def hold_to_longest(f: FloorState, agent: AgentLive, call: CallLive) -> None:
    """A wrap-up as the store knows it ends at a time of the wall clock, which may have been set back since (I48)."""
    mode, max_s = call.acw[0], _longest_s(f, agent, call)
    if mode not in (AcwMode.NONE, AcwMode.UNTIMED) and agent.acw_until_s - f.now.mono_s > max_s:
        agent.acw_until_s, agent.acw_until_utc_s = f.now.mono_s + max_s, f.now.utc_s + max_s
        f.at(max_s, "acw", str(agent.agent_id))


def _longest_s(f: FloorState, agent: AgentLive, call: CallLive) -> float:
    """The agent's own time, else the usual one of all, within that of the queue or campaign (5.3-4)."""
    return acw_s(agent_s=agent.profile.acw_s, usual_s=f.acw_usual_s, queue_max_s=call.acw[1])


def on_usual_changed(f: FloorState, event: e.WrapUpChanged) -> None:
    f.acw_usual_s = event.acw_s


def on_acw_due(f: FloorState, name: str) -> None:
    agent = f.agents.get(int(name))
    if agent is not None:
        end_acw(f, agent)


def end_acw(f: FloorState, agent: AgentLive) -> None:
    if agent.acw_call is None:
        return
    call, agent.acw_call = agent.acw_call, None
    agent.acw_until_s, agent.acw_until_utc_s = inf, 0.0
    f.touch("calls", call)  # it leaves the desk, also while it is still up
    endings.forget(f, call, unless_wrapped_up=True)  # it may be wrapped up by two, one after another
    f.drop("acw", str(agent.agent_id))
    _after_work(f, agent)


def _after_work(f: FloorState, agent: AgentLive) -> None:
    let_wishes_hold(f, agent)
    if agent.profile.leg_mode is LegMode.PER_CALL:
        agents.drop_leg(f, agent)


def let_wishes_hold(f: FloorState, agent: AgentLive) -> None:
    """Nothing is in hand any more: what the agent asked for meanwhile takes effect (F7)."""
    if agent.next_pause is not None:
        agent.pause, agent.next_pause = agent.next_pause, None
    f.dirty_agent(agent.agent_id)
    if agent.leaving:
        agents.log_off(f, agent)


def acw_may_end(f: FloorState, agent: AgentLive) -> bool:
    call = f.call_of(agent.acw_call or "")
    return call is None or call.acw[0] is not AcwMode.FIXED


def on_wrap_up_end_asked(f: FloorState, event: e.WrapUpEndAsked) -> None:
    agent = f.agents.get(event.agent_id)
    if agent is None or agent.acw_call is None:
        f.accept(event.request)  # over already: a second click, or the deadline came first
    elif not acw_may_end(f, agent):
        f.refuse(event.request, "acw_fixed", "This campaign's wrap-up time is fixed; it ends by itself.")
    else:
        end_acw(f, agent)
        f.accept(event.request)


def on_disposition_chosen(f: FloorState, event: e.DispositionChosen) -> None:
    """Kept with the call; it may change whether and when the contact is called again (WD-129, WD-131)."""
    agent = f.agents.get(event.agent_id)
    if agent is None or event.call not in (agent.call, agent.acw_call):
        f.refuse(event.request, "call_closed", "This call is closed; its disposition can no longer be changed here.")
        return
    call = f.call_of(event.call)
    if call is not None and call.state in (CallState.RESERVED, CallState.PLANNED):
        f.refuse(event.request, "not_dialed", "Nothing is dialed yet. Press Dial, or skip this contact.")
        return
    if call is not None:
        if isinstance(call, CallerCall) and not event.note:
            event = replace(event, note=call.note)  # of the agent who sent the caller on: it goes with them
        call.disposition, call.note = event.disposition, event.note[:NOTE_LENGTH_MAX]
        f.touch("calls", call.call)
    f.do(disposition_of(f, agent.agent_id, event, call))
    f.accept(event.request)


def disposition_of(f: FloorState, agent_id: int, event: e.DispositionChosen, call: CallLive | None) -> SaveDisposition:
    """What to keep. While the call is up, its final record decides about the member; of a call that is not known here
    any more, the member stays as stored."""
    due_utc_s, why = None, "as it was before"
    over = isinstance(call, DialedCall) and call.outcome is not None
    if isinstance(call, DialedCall) and call.outcome is not None:
        assert call.ended_utc_s is not None
        retry = next_attempt(
            call.campaign,
            call.item,
            outcome=call.outcome,
            disposition=event.disposition,
            ended_utc_s=call.ended_utc_s,
        )
        due_utc_s, why = retry.due_utc_s, retry.why
        endings.note_due(f, call.run_id, due_utc_s)
    return SaveDisposition(
        call=event.call,
        agent_id=agent_id,
        disposition=event.disposition,
        note=event.note[:NOTE_LENGTH_MAX],
        at_utc_s=f.now.utc_s,
        next_due_utc_s=due_utc_s,
        retry_why=why,
        keeps_member=not over,
    )
