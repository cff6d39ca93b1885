"""Dialing by hand: a permitted agent picks a campaign and a number (MZ-021, MZ-111).

The number goes the way of every other: a free line within the caps, and the store's own look at do-not-call lists,
hours, law and caps in the transaction that writes the intent (`core/dialer/may_dial.py`).
"""

from busyhour.core import events as e
from busyhour.core.floor import accompanied
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.call import CallState

Fault = tuple[str, str]


def on_manual_dial_may_asked(f: FloorState, event: e.ManualDialMayAsked) -> None:
    agent, run = f.agents.get(event.agent_id), f.runs.get(event.run_id)
    fault = _fault(f, agent, run, event.agent_id, event.number)
    if fault is not None:
        f.refuse(event.request, *fault)
    else:
        f.accept(event.request)


def on_manual_dial_asked(f: FloorState, event: e.ManualDialAsked) -> None:
    agent, run = f.agents.get(event.agent_id), f.runs.get(event.run_id)
    fault = _fault(f, agent, run, event.agent_id, event.item.number, contact_id=event.item.contact_id)
    if fault is not None:
        f.refuse(event.request, *fault)
        return
    assert agent is not None
    assert run is not None
    call = accompanied.reserve(f, run, event.item, agent)
    call.by_hand = True
    accompanied.dial(f, call, f"manual: {agent.profile.name} dialed it", event.request)


def _fault(
    f: FloorState, agent: AgentLive | None, run: RunLive | None, agent_id: int, number: str, *, contact_id: int = 0
) -> Fault | None:
    fault = _fault_of_agent(agent) or _fault_of_run(run, agent_id) or _on_the_line(f, number, contact_id)
    if fault is None and run is not None:
        return accompanied.obstacle(f, run, number)
    return fault


def _fault_of_agent(agent: AgentLive | None) -> Fault | None:
    if agent is None or not agent.session_open or agent.desk is None:
        return "not_logged_on", "Open the agent desk first."
    if not agent.profile.may_dial:
        return "not_permitted", "You are not permitted to dial by hand. Ask an administrator."
    if agent.call is not None or agent.consult is not None:
        return "busy", "You have a contact or a call in hand. End it first."
    if agent.acw_call is not None:
        return "wrap_up", "Finish the wrap-up of your last call first."
    if not agent.can_ring:
        return "no_phone", "Your phone is not connected. Reload the desk, and allow the microphone."
    return None


def _fault_of_run(run: RunLive | None, agent_id: int) -> Fault | None:
    if run is None:
        return "run_not_running", "The campaign is not running. Choose another one, or ask a supervisor to start it."
    if agent_id not in run.campaign.agent_ids:
        return "not_yours", "You do not work for this campaign. Choose another one."
    return None


def _on_the_line(f: FloorState, number: str, contact_id: int) -> Fault | None:
    """Never two agents with one contact."""
    for call in f.calls.values():
        same = call.item.number == number or call.item.contact_id == contact_id
        if same and call.state is not CallState.ENDED:
            return "number_live", accompanied.WHY_REFUSED["number_live"]
    return None
