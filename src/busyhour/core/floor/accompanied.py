"""Calls that have their agent before the callee answers: previewed, dialed by hand, or with the agent first.

The agent is reserved first, then their phone is up, and only then the number is dialed: so no such call is ever without
its agent (I12). When the agent's leg is lost while it rings, the call is given up. Once a person has answered, they are
joined at once; should that fail, they wait for any free agent like everybody.
"""

from busyhour.core.commands import EndReservation, Join, ReturnItems
from busyhour.core.dialer.pacing import Pace, room
from busyhour.core.floor import agents, callbacks, calls, destinations, endings, pacing, pairing
from busyhour.core.floor.call_live import CallerCall, DialedCall
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.floor.tried import Tried
from busyhour.core.life.agent import SystemReason
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.call import TRYING, CallCause, CallState
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import DialMode, FirstLeg, Outcome

LIFT_MAX_S = agents.LEG_RING_S + agents.LEG_RETRY_S  # for the agent's phone to be up, before anything is dialed
HEARD_BY_PBX = (AttemptState.SENT, AttemptState.RINGING)
WITH_ANOTHER_S = 20.0  # a contact that some agent has already comes to another one this much later
GIVEN_BACK = "given_back"
NO_PHONE = "no_phone"


def is_agent_first(campaign: Campaign) -> bool:
    return campaign.dial_mode is DialMode.PROGRESSIVE and campaign.pacing.first_leg is FirstLeg.AGENT


# Before the dial


def is_with_another(f: FloorState, run: RunLive, item: HopperItem) -> bool:
    """Whoever is with an agent already, by hand or in another campaign, is given back for a while: never two agents
    with one person (I27)."""
    if item.number not in f.accompanied:
        return False
    due_utc_s = f.now.utc_s + WITH_ANOTHER_S
    f.do(ReturnItems(run_id=run.run_id, member_ids=(item.member_id,), calls=(item.call,), due_utc_s=due_utc_s))
    endings.note_due(f, run.run_id, due_utc_s)
    return True


def reserve(f: FloorState, run: RunLive, item: HopperItem, agent: AgentLive) -> DialedCall:
    """This agent has this contact; no line is taken yet."""
    assert item.call not in f.calls, "an attempt id is used once"
    call = DialedCall(
        item=item,
        run_id=run.run_id,
        trunk_id=0,
        campaign=run.campaign,
        placed_utc_s=f.now.utc_s,
        state=CallState.RESERVED,
        accompanied=True,
        agent_id=agent.agent_id,
    )
    f.calls[call.call] = call
    f.accompanied[item.number] = call.call
    run.calls[call.call] = None
    agent.tried = None
    f.engage(agent, call)
    f.touch("calls", call.call)
    f.dirty_run(run.run_id)
    return call


def start_with_agent(f: FloorState, run: RunLive, pace: Pace) -> bool:
    """The next number of a run whose agents are on the line first."""
    agent_id = f.idle.first(run.run_id)
    if agent_id is None or pairing.free_trunk(f, run) is None:
        return False
    item = destinations.take(f, run)
    if is_with_another(f, run, item):
        return True
    call = reserve(f, run, item, f.agents[agent_id])
    dial(f, call, f"{pace}; {f.agents[agent_id].profile.name} is on the line first")
    return True


def obstacle(f: FloorState, run: RunLive, number: str) -> tuple[str, str] | None:
    """Why nothing can be dialed for this run at this moment: a code, and what to do."""
    if not f.store_up or not f.telephony_up:
        what = "database" if not f.store_up else "telephone system"
        return "unavailable", f"The {what} is out of reach, so nothing is dialed. Try again in a moment."
    if run.state is not RunState.RUNNING or not run.hours_open:
        return "run_not_running", "The campaign is not dialing now. Choose another one, or ask a supervisor."
    picture = pacing.picture_of(f, run)
    limit, most = room(pacing.alone(picture))
    if most <= 0:
        return "no_line", f"The campaign is at its limit of {limit}. Try again in a moment."
    if not destinations.is_open(f, run, number):
        return "no_line", "The campaign is at its limit of calls to this destination. Try again in a moment."
    if pairing.free_trunk(f, run) is None:
        return "no_line", "No line is free at this moment. Try again in a few seconds."
    return None


def dial(f: FloorState, call: DialedCall, why: str, request: str | None = None) -> None:
    """Dial for its agent: now when their phone is up, else as soon as it is. Whoever asked is told when it is certain
    that the number may be called, or that their phone is being rung."""
    agent, run = f.agents[call.agent_id or 0], f.runs[call.run_id]
    call.why, call.approved = why, True
    f.drop("preview", call.call)
    f.touch("calls", call.call)
    f.dirty_agent(agent.agent_id)
    if agent.leg_up:
        trunk = pairing.free_trunk(f, run)
        assert trunk is not None, "whoever dials has looked for obstacles"
        f.drop("lift", call.call)
        call.request, call.trunk_id = request, trunk.trunk.trunk_id
        end_reservation(f, call)
        f.move_call(call, CallCause.DIALED)
        pairing.send(f, run, call, trunk, why)
        return
    if request is not None:
        f.accept(request)
    agents.raise_leg(f, agent)
    f.at(LIFT_MAX_S, "lift", call.call)


def leg_is_up(f: FloorState, call: DialedCall) -> None:
    """The agent's phone answered: a contact that was to be dialed then is dialed."""
    if call.state is not CallState.RESERVED or not call.approved:
        return
    if obstacle(f, f.runs[call.run_id], call.item.number) is None:
        dial(f, call, call.why)
    else:
        give_back(f, call, GIVEN_BACK)


def leg_is_gone(f: FloorState, call: DialedCall, *, was_up: bool) -> None:
    """Who only looks at a contact keeps it; their phone is rung again. A call that rings is given up."""
    if call.state is CallState.RESERVED and call.approved and not was_up:
        no_phone(f, call)
    elif call.state in TRYING and call.accompanied:
        cancel(f, call)


def on_lift_due(f: FloorState, name: str) -> None:
    call = f.call_of(name)
    if call is None or call.state is not CallState.RESERVED:
        return
    if isinstance(call, DialedCall):
        no_phone(f, call)
    elif isinstance(call, CallerCall):
        callbacks.no_phone(f, call)


def no_phone(f: FloorState, call: DialedCall) -> None:
    """The agent's phone did not answer, so nothing was dialed."""
    agent = f.agents[call.agent_id or 0]
    agent.pause = SystemReason.MISSED
    give_back(f, call, NO_PHONE)


def give_back(f: FloorState, call: DialedCall, result: str) -> None:
    """Nothing was dialed: the contact goes to whoever is free next."""
    if not call.by_hand:
        item = call.item
        f.do(ReturnItems(run_id=call.run_id, member_ids=(item.member_id,), calls=(item.call,), due_utc_s=None))
        endings.note_due(f, call.run_id, f.now.utc_s)
    let_go(f, call, result)


def let_go(f: FloorState, call: DialedCall, result: str) -> None:
    """The reservation ends without a call; what becomes of the contact was said already."""
    for kind in ("preview", "lift"):
        f.drop(kind, call.call)
    end_reservation(f, call)
    free(f, call, result)
    f.move_call(call, CallCause.ENDED)
    endings.forget(f, call.call)


def end_reservation(f: FloorState, call: DialedCall) -> None:
    if call.stored:
        call.stored = False
        f.do(EndReservation(call=call.call))


def free(f: FloorState, call: DialedCall, result: str) -> None:
    """Its agent is told what came of it, and has nothing in hand any more."""
    agent = f.agents.get(call.agent_id or 0)
    if agent is not None and agent.call == call.call:
        note(f, agent, call, result)
        calls.free_offered(f, call)


def note(f: FloorState, agent: AgentLive, call: DialedCall, result: str) -> None:
    agent.tried = Tried(
        number=call.item.number,
        name=call.item.contact_name,
        contact_id=call.item.contact_id,
        campaign_id=call.campaign.campaign_id,
        result=result,
        at_utc_s=f.now.utc_s,
    )
    f.touch("agents", agent.agent_id)


# From the intent to the answer


def committed(f: FloorState, call: DialedCall) -> None:
    if call.request is not None:
        f.accept(call.request)
        call.request = None


def refused(f: FloorState, call: DialedCall, reason: str) -> None:
    """The transaction of the intent said no."""
    if call.request is not None:
        f.refuse(call.request, reason, WHY_REFUSED.get(reason, "It cannot be called now. Try again later."))
        call.request = None
    free(f, call, reason)


WHY_REFUSED = {
    "dnc": "This number is on the do-not-call list, so it is not dialed. Choose another one.",
    "contact_closed": "This contact is being called already, or was deleted. Choose another one.",
    "run_not_running": "The campaign is not dialing now. Choose another one, or ask a supervisor.",
    "out_of_hours_campaign": "The campaign's hours are over. Try again when they open.",
    "out_of_hours_callee": "It is too early or too late where this number is. Try again in the campaign's hours.",
    "out_of_hours_law": "The law allows no call to this number at this hour. Try again at another time of day.",
    "number_live": "This number is on the line already. Try again when that call is over.",
    "attempt_open": "This contact is on the line already. Try again when that call is over.",
    "abandoned_lately": "The law forbids another call to this number so soon.",
    "number_cap": "This number was called as often as it may be within 24 hours. Try again tomorrow.",
    "zone_unknown": "It is not known what time it is where this number is. Give the contact a time zone.",
}


def cancel(f: FloorState, call: DialedCall) -> None:
    """Stop it. A call of which the PBX has not been heard yet is hung up as soon as it is."""
    if call.hint is None:
        call.hint = Outcome.CANCELLED
    if call.attempt in HEARD_BY_PBX and call.hung_up_utc_s is None:
        calls.hang_up(f, call)


def heard(f: FloorState, call: DialedCall) -> None:
    """The PBX has it now."""
    if call.accompanied and call.hint is Outcome.CANCELLED:
        cancel(f, call)


def join(f: FloorState, call: DialedCall) -> None:
    """The callee answered: into the agent's room."""
    agent = f.agents[call.agent_id or 0] if call.agent_id is not None else None
    if agent is None or agent.leg is None or not agent.leg_up:
        free(f, call, NO_PHONE)
        call.agent_id, call.leg, call.accompanied = None, None, False
        return
    f.move_call(call, CallCause.OFFERED)
    call.leg = agent.leg
    f.do(Join(call=call.call, leg=agent.leg))
    f.at(calls.JOIN_S, "join", call.call)


# After a restart


def take_up(f: FloorState, call: DialedCall, agent_id: int | None) -> None:
    """Found by a new engine: it goes on with its agent, when they had it in hand and still have their phone up. Else it
    is given up, as the engine before may have done; or it waits for anybody, when a person has answered."""
    agent = f.agents.get(agent_id or 0)
    f.accompanied[call.item.number] = call.call
    had_it = agent is not None and agent.session_open and agent.profile.call == call.call
    if agent is not None and had_it and agent.leg_up and agent.call is None and agent.acw_call is None:
        call.agent_id, agent.call = agent.agent_id, call.call
        f.dirty_agent(agent.agent_id)
        if call.state is CallState.WAITING:
            join(f, call)
    elif call.state is CallState.WAITING:
        call.accompanied = False
    else:
        cancel(f, call)
