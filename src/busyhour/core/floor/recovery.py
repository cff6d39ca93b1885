"""What is made of two pictures: what the store says was going on, and what the PBX really has.

The PBX is the truth of what lives, the store of who it is. Living calls are adopted, dead ones closed, strangers hung
up. Doing it twice gives the same result (I47).
"""

from math import inf

from msgspec.structs import replace

from busyhour.core import events as e
from busyhour.core.commands import HangUpCall, HangUpLeg, Hold, SaveProgress
from busyhour.core.floor import (
    accompanied,
    agents,
    caller_recovery,
    calls,
    dead,
    destinations,
    endings,
    flight,
    listening,
    missed,
    opt_out,
    orphans,
    outside,
    parking,
    parties,
    places,
    preview,
    recording,
    runs,
    supervising,
    wrapup,
)
from busyhour.core.floor.call_live import CallLive, DialedCall
from busyhour.core.floor.run_live import TrunkLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.agent import SystemReason
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.call import HEARS_US, CallState
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.fact import Instant
from busyhour.core.model.ids import agent_of, came_in, is_call, is_leg
from busyhour.core.model.pictures import (
    AgentProfile,
    CallHistory,
    ChannelPicture,
    OpenCall,
    PbxPicture,
)
from busyhour.core.model.values import DialMode, EndCause


def on_floor_started(f: FloorState, event: e.FloorStarted) -> None:
    f.tenant, f.fence, f.boot = event.tenant, event.fence, event.pbx.boot
    f.started = f.telephony_up = True
    f.recording_rule, f.listening_shown, f.acw_usual_s = event.recording_rule, event.listening_shown, event.acw_usual_s
    for trunk in event.trunks:
        live = f.trunks[trunk.trunk_id] = TrunkLive(trunk=trunk)
        live.starts_s.extend([f.now.mono_s] * trunk.calls_per_s_max)  # what the engine before us began is not known
    for profile in event.agents:
        f.agents[profile.agent_id] = _agent(f, profile)
    for run in event.runs:
        runs.add_run(f, run)
    channels = {c.channel: c for c in event.pbx.channels}
    histories = {h.channel: h for h in event.pbx.histories}
    _adopt_legs(f, event.pbx)
    parties.adopt(f, event.pbx)
    for stored in places.in_order(event.calls, channels):
        channel = channels.get(stored.item.call)
        if stored.outcome is not None:
            _take_up_wrap_up(f, stored)
        elif channel is not None:
            adopt(f, stored, channel, event.heard_at.get(stored.item.call))
        elif stored.item.call not in histories and _may_be_on_its_way(f, stored):
            _await_news(f, stored)
        else:
            record = dead.close(f, stored, histories.get(stored.item.call), event)
            _take_up_wrap_up(f, replace(stored, outcome=record.outcome, ended_utc_s=record.ended_utc_s))
    for reservation in event.reservations:
        preview.restore(f, reservation)
    caller_recovery.begin(f, event, channels, histories)
    parties.adopted(f)
    _meet_strangers(f, event.pbx)
    missed.recover(f, event.missed_since_utc_s)
    recording.recover(f, event.recordings)
    supervising.compare(f, event.pbx, f.now.mono_s)
    for agent in f.agents.values():
        f.dirty_agent(agent.agent_id)
        f.touch("agents", agent.agent_id)


def _agent(f: FloorState, profile: AgentProfile) -> AgentLive:
    """As last stored; the desk has as long to come back as after any lost link."""
    agent = AgentLive(profile=profile, session_open=profile.session_open, since_utc_s=f.now.utc_s)
    if not profile.session_open:
        return agent
    agent.pause = profile.pause_reason if profile.pause_reason != SystemReason.RESTING else None
    agent.worked = True
    f.at(agents.LINK_GRACE_S, "link", str(profile.agent_id))
    if profile.acw_call is not None and profile.acw_until_utc_s > f.now.utc_s:
        left_s = profile.acw_until_utc_s - f.now.utc_s
        agent.acw_call, agent.acw_until_utc_s = profile.acw_call, profile.acw_until_utc_s
        agent.acw_until_s = f.now.mono_s + left_s
        f.at(left_s, "acw", str(profile.agent_id))
    return agent


def _adopt_legs(f: FloorState, pbx: PbxPicture) -> None:
    for channel in pbx.channels:
        if not is_leg(channel.channel):
            continue
        agent = f.agents.get(agent_of(channel.channel))
        if agent is None or not agent.session_open or agent.leg is not None or not channel.answered:
            f.do(HangUpLeg(leg=channel.channel))
            continue
        agent.leg, agent.leg_up, agent.phone = channel.channel, True, True
        f.legs[channel.channel] = agent.agent_id


def adopt(f: FloorState, stored: OpenCall, channel: ChannelPicture, heard_at: Instant | None = None) -> None:
    """Take a living call over, where it is (A3 to A7). `heard_at`: when this process heard of the answer."""
    run = f.runs.get(stored.run_id)
    if run is None:
        f.do(HangUpCall(call=stored.item.call))
        return
    call = _known(stored, run.campaign)
    call.agent_id = None  # who has it now is seen on the PBX
    call.segment_from_utc_s = stored.joined_utc_s or f.now.utc_s
    call.attempt = _attempt_state(channel)
    if channel.answered and call.answered_utc_s is None:
        call.answered_utc_s = channel.answered_utc_s or f.now.utc_s
    call.answered_at = (heard_at or f.now) if call.answered_utc_s is not None else None
    call.heard = call.heard or channel.heard
    call.handed_on = bool(wrapup.agents_of(f, call.call))
    leg = places.agents_leg(f, channel)
    if leg is not None and f.agents[f.legs[leg]].acw_call == call.call:
        f.do(Hold(call=call.call, leg=leg))  # their agent has let them go, and the order was lost, or is late
        leg = None
    outside_now = parties.found_with(f, call, channel)
    call.state = CallState.OUTSIDE if outside_now else _call_state(call, channel, leg)
    parking.restore(f, call, channel, stored.agent_id)
    call.accompanied = _is_accompanied(stored) and call.state in (CallState.DIALING, CallState.WAITING)
    _enter(f, call)
    _take_up(f, call, leg, stored.agent_id)
    if leg is None:
        places.review(f, call, places.leg_of_room(channel.bridge))
    _save_news(f, call, stored)


def _enter(f: FloorState, call: DialedCall) -> None:
    """It takes its place among the run's calls, and its line."""
    run = f.runs[call.run_id]
    f.calls[call.call] = call
    run.calls[call.call] = None
    run.live += 1
    destinations.note_up(run, call)
    if call.trunk_id in f.trunks:
        f.trunks[call.trunk_id].up += 1
    f.count_call(run, call, +1)
    f.touch("calls", call.call)


def _may_be_on_its_way(f: FloorState, stored: OpenCall) -> bool:
    """The engine before us may have sent it just now, over a link that is slow: the PBX will have it in a moment."""
    return (
        flight.may_be_under_way(f, stored.intent_utc_s)
        and stored.state == AttemptState.INTENT
        and stored.run_id in f.runs
    )


def _await_news(f: FloorState, stored: OpenCall) -> None:
    """Look again until nothing can be on its way any more; only then it was never sent (A2)."""
    call = _known(stored, f.runs[stored.run_id].campaign)
    call.state, call.attempt, call.inherited = CallState.DIALING, AttemptState.AMBIGUOUS, True
    call.agent_id, call.accompanied = None, _is_accompanied(stored)
    call.looks = flight.looks_made(f, stored.intent_utc_s)
    _enter(f, call)
    _take_up(f, call, None, stored.agent_id)
    calls.look(f, call)


def _is_accompanied(stored: OpenCall) -> bool:
    """It was dialed for this agent; without that, an agent is named only once they are joined."""
    return stored.agent_id is not None and stored.joined_utc_s is None


def _save_news(f: FloorState, call: DialedCall, stored: OpenCall) -> None:
    """What the store did not know yet is kept at once: this engine may die before anything else happens."""
    if (call.answered_utc_s, call.joined_utc_s) == (stored.answered_utc_s, stored.joined_utc_s):
        return
    f.do(
        SaveProgress(
            call=call.call,
            state=call.attempt,
            ringing_utc_s=call.rang_utc_s,
            answered_utc_s=call.answered_utc_s,
            joined_utc_s=call.joined_utc_s,
            agent_id=call.agent_id,
        )
    )


def _take_up_wrap_up(f: FloorState, stored: OpenCall) -> None:
    """A call that is over and on which agents still work, one who had it before among them: what they say of it may
    decide about the contact."""
    run, wrapping_up = f.runs.get(stored.run_id), wrapup.agents_of(f, stored.item.call)
    if run is None or not wrapping_up:
        return
    call = _known(stored, run.campaign)
    call.state, call.attempt = CallState.ENDED, AttemptState.FINAL
    call.outcome, call.ended_utc_s = stored.outcome, stored.ended_utc_s
    call.handed_on = any(agent.agent_id != stored.agent_id for agent in wrapping_up)
    f.calls[call.call] = call
    run.calls[call.call] = None
    f.touch("calls", call.call)
    for agent in wrapping_up:
        wrapup.hold_to_longest(f, agent, call)


def _known(stored: OpenCall, campaign: Campaign) -> DialedCall:
    """What the store knows of a call."""
    return DialedCall(
        item=stored.item,
        run_id=stored.run_id,
        trunk_id=stored.trunk_id,
        campaign=campaign,
        placed_utc_s=stored.intent_utc_s,
        agent_id=stored.agent_id,
        rang_utc_s=stored.ringing_utc_s,
        answered_utc_s=stored.answered_utc_s,
        joined_utc_s=stored.joined_utc_s,
        disposition=stored.disposition,
        note=stored.note,
        opted_out=stored.opted_out_utc_s is not None,
        heard=stored.heard,
    )


def _attempt_state(channel: ChannelPicture) -> AttemptState:
    if channel.answered:
        return AttemptState.ANSWERED
    return AttemptState.RINGING if channel.ringing else AttemptState.SENT


def _call_state(call: DialedCall, channel: ChannelPicture, leg: str | None) -> CallState:
    if not channel.answered:
        return CallState.DIALING
    if leg is not None:
        return CallState.TALKING
    if channel.listening:
        return CallState.LISTENING
    if listening.is_machine(call) and channel.in_app and not call.opted_out:
        return CallState.MESSAGE if listening.prompt_of(call) else CallState.WAITING
    if not channel.in_app or (call.opted_out and call.campaign.dial_mode is not DialMode.AGENTLESS):
        return CallState.FAREWELL  # the PBX itself is saying good-bye, or we were
    if call.campaign.dial_mode is DialMode.AGENTLESS:
        return CallState.MESSAGE
    return CallState.ORPHANED if call.joined_utc_s is not None else CallState.WAITING


def _take_up(f: FloorState, call: DialedCall, leg: str | None, agent_id: int | None) -> None:
    """Set the deadlines that this state needs, and give it its agent."""
    name, age_s = call.call, endings.age_s(f, call.placed_utc_s)
    if call.campaign.call_max_s > 0 and call.answered_utc_s is not None:
        f.at(call.campaign.call_max_s - endings.talked_s(f, call, call.answered_utc_s), "max", name)
    if call.accompanied:
        accompanied.take_up(f, call, agent_id)
    if call.state is CallState.DIALING:
        f.at(call.campaign.ring_timeout_s - age_s, "ring", name)
    elif call.state is CallState.LISTENING:
        listening.await_verdict(f, call)
    elif call.state is CallState.WAITING and listening.is_machine(call):
        listening.meet_machine(f, call)
    elif call.state is CallState.WAITING:
        assert call.answered_utc_s is not None
        f.at(call.campaign.answer_wait_max_s - endings.age_s(f, call.answered_utc_s), "wait", name)
    elif call.opted_out and call.state in HEARS_US:
        opt_out.confirm(f, call)
    elif call.state is CallState.MESSAGE:
        call.prompt, call.prompt_from_s = _message_of(call), f.now.mono_s
        f.at(0.0, "prompt", name)
    elif call.state is CallState.FAREWELL:
        f.at(calls.FAREWELL_MAX_S, "prompt", name)
    elif call.state is CallState.TALKING and leg is not None:
        agent = f.agents[f.legs[leg]]
        call.agent_id, call.leg, agent.call = agent.agent_id, leg, name
        call.joined_utc_s = call.joined_utc_s or f.now.utc_s
    elif call.state is CallState.ORPHANED:
        _wait_for_agent(f, call, agent_id)


def _message_of(call: DialedCall) -> str:
    told = listening.prompt_of(call) if listening.is_machine(call) else call.campaign.message_prompt
    return told or calls.FAREWELL


def _wait_for_agent(f: FloorState, call: DialedCall, agent_id: int | None) -> None:
    f.do(Hold(call=call.call, leg=""))  # its leg went while no engine was there: music, not silence (I18)
    f.at(orphans.MUSIC_AGAIN_S, "music", call.call)
    f.at(orphans.ORPHAN_S, "orphan", call.call)
    agent = f.agents.get(agent_id) if agent_id is not None else None
    if agent is None or agent.call is not None or agent.acw_call is not None:  # or let go of this call already
        f.at(0.0, "strand", call.call)
        return
    call.agent_id, agent.call = agent.agent_id, call.call
    f.dirty_agent(agent.agent_id)
    f.at(orphans.REJOIN_S, "rejoin", call.call)


def _meet_strangers(f: FloorState, pbx: PbxPicture) -> None:
    """Who came in is a caller of whom nobody has told yet; only what we dialed can be a stranger."""
    for channel in pbx.channels:
        if is_call(channel.channel) and f.call_of(channel.channel) is None:
            if came_in(channel.channel):
                caller_recovery.meet(f, channel)
            else:
                f.do(HangUpCall(call=channel.channel))


# A lost link, and facts that were lost on their way


def on_telephony_back(f: FloorState, event: e.TelephonyBack) -> None:
    """Events missed meanwhile are never replayed: catch up from the picture (B1, B2)."""
    restarted = event.pbx.boot != f.boot
    f.boot, f.telephony_up = event.pbx.boot, True
    compare(f, event.pbx, asked_s=inf, restarted=restarted)
    missed.find_soon(f)
    for agent in f.agents.values():
        agent.phone = agent.phone and not restarted
        f.drop("leg-retry", str(agent.agent_id))
        f.dirty_agent(agent.agent_id)
    f.touch("system", "system")
    f.dirty_all_runs()


def on_pbx_seen(f: FloorState, event: e.PbxSeen) -> None:
    """Nobody said that anything was missed; what differs all the same is made good (B5)."""
    if f.telephony_up and event.pbx.boot == f.boot:
        compare(f, event.pbx, asked_s=event.asked_mono_s, restarted=False)


def compare(f: FloorState, pbx: PbxPicture, *, asked_s: float, restarted: bool) -> None:
    """Bring what has not changed since `asked_s` to what the PBX has."""
    channels = {c.channel: c for c in pbx.channels}
    histories = {h.channel: h for h in pbx.histories}
    for leg, agent_id in list(f.legs.items()):
        if f.agents[agent_id].leg_since_s < asked_s:
            _compare_leg(f, leg, channels.get(leg))
    parties.compare(f, channels, asked_s)
    both: list[CallLive] = [*f.calls.values(), *f.callers.values()]
    for call in both:
        undecided = call.attempt in (AttemptState.INTENT, AttemptState.AMBIGUOUS)  # its answer is still to come
        if call.state is not CallState.ENDED and not undecided and call.changed_s < asked_s:
            _catch_up(f, call, channels.get(call.call), histories.get(call.call), restarted=restarted)
    for channel in pbx.channels:
        if is_leg(channel.channel) and channel.channel not in f.legs:
            f.do(HangUpLeg(leg=channel.channel))
    supervising.compare(f, pbx, asked_s)
    _meet_strangers(f, pbx)


def _compare_leg(f: FloorState, leg: str, channel: ChannelPicture | None) -> None:
    if channel is None:
        agents.on_leg_ended(f, e.LegEnded(leg=leg, cause=EndCause.UNKNOWN, at_utc_s=f.now.utc_s))
    elif channel.answered and not f.agents[f.legs[leg]].leg_up:
        agents.on_leg_answered(f, e.LegAnswered(leg=leg, at_utc_s=f.now.utc_s))


def _catch_up(
    f: FloorState, call: CallLive, channel: ChannelPicture | None, history: CallHistory | None, *, restarted: bool
) -> None:
    name = call.call
    if channel is None:
        if history is not None:
            if history.answered_utc_s is not None and call.answered_utc_s is None:
                call.answered_utc_s = history.answered_utc_s
            endings.close(f, call, history.cause, history.ended_utc_s)
        else:
            cause = EndCause.PBX_RESTART if restarted else EndCause.UNKNOWN
            endings.close(f, call, cause, f.now.utc_s)
        return
    if channel.ringing:
        calls.on_call_rang(f, e.CallRang(call=name, at_utc_s=f.now.utc_s))
    if channel.listening:
        listening.on_call_picked_up(f, e.CallPickedUp(call=name, at_utc_s=channel.answered_utc_s or f.now.utc_s))
    elif channel.answered:
        at_utc_s = channel.answered_utc_s or f.now.utc_s
        calls.on_call_answered(f, e.CallAnswered(call=name, at_utc_s=at_utc_s, heard=channel.heard))
    if call.state is CallState.OUTSIDE and channel.in_app:
        outside.look(f, call, channel)
        return
    leg = places.leg_of_room(channel.bridge)
    if leg is not None:
        calls.on_call_joined(f, e.CallJoined(call=name, leg=leg, at_utc_s=f.now.utc_s))
    else:
        places.review(f, call, None)
