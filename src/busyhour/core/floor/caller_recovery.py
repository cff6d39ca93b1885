"""Callers after a restart: who is on the line says the PBX, since when they wait says the store (0024).

A living channel with an open entry stands in the line with its age, its step and the rules that fired, so its place is
the same. Whoever is gone has given up. Who came in and is not known to the store has just arrived.
"""

from collections.abc import Mapping, Sequence

from busyhour.core import events as e
from busyhour.core.acd.arrival import arrival_of
from busyhour.core.commands import AnswerCall, Hold, SaveProgress
from busyhour.core.floor import (
    callbacks,
    callers,
    calls,
    endings,
    flight,
    lost_callers,
    offers,
    orphans,
    pairing,
    parking,
    parties,
    place_recovery,
    places,
    queues,
    wrapup,
)
from busyhour.core.floor.call_live import CallerCall
from busyhour.core.floor.state import FloorState
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.call import CallState
from busyhour.core.model.callers import CallerOutcome, EntryPicture, OpenCaller, Served
from busyhour.core.model.ids import came_in
from busyhour.core.model.pictures import CallHistory, ChannelPicture
from busyhour.core.model.queue import DestinationKind
from busyhour.core.model.values import EndCause

Channels = Mapping[str, ChannelPicture]
Histories = Mapping[str, CallHistory]


def begin(f: FloorState, event: e.FloorStarted, channels: Channels, histories: Histories) -> None:
    f.entries.routing.ageing_s = event.ageing_s
    f.entries.counts = {queue_id: dict(counts) for queue_id, counts in event.queue_counts.items()}
    for queue in event.queues:
        queues.set_queue(f, queue)
    if event.numbers:
        queues.on_numbers_changed(f, e.NumbersChanged(numbers=event.numbers))
    if event.callers or event.entries or event.callbacks:
        queues.take_callers(f)
    _remember(f, event.served)
    lost_callers.restore(f, event.lost_lately, event.callbacks)
    entries = place_recovery.last_places(f, event)
    place_recovery.restore_promises(f, event, entries)
    for stored in places.in_order(event.callers, channels):
        channel = channels.get(stored.call)
        if stored.outcome is not None:
            _take_up_wrap_up(f, stored)
        elif channel is not None:
            _adopt(f, stored, channel, entries.pop(stored.call, None))
        elif stored.call not in histories and _may_be_on_its_way(f, stored):
            _await_news(f, stored)
        else:
            _close_dead(f, stored, histories.get(stored.call), entries.pop(stored.call, None))
    for entry in entries.values():
        here = f.entries.entries.get(entry.entry)
        if here is None or here.entered_s != entry.entered_utc_s:  # promised anew just now: that is another place
            place_recovery.end_entry(f, entry)
    place_recovery.settle_dialing(f)


def _remember(f: FloorState, served: Sequence[Served]) -> None:
    for one in served:
        f.had_by.note(one.number, one.agent_id, one.at_utc_s)
        if one.queue_id is not None:
            f.entries.routing.had_turn(one.queue_id, one.agent_id)


# Callers


def _known(f: FloorState, stored: OpenCaller) -> CallerCall:
    return CallerCall(
        channel=stored.call,
        dialed=stored.dialed,
        caller=stored.number,
        name=stored.name,
        arrival=arrival_of(stored.headers),
        queue=f.entries.routing.queues.get(stored.queue_id) if stored.queue_id else None,
        callback=stored.callback,
        trunk_id=stored.trunk_id,
        out_trunk_id=stored.out_trunk_id,
        outside=stored.outside,
        placed_utc_s=stored.arrived_utc_s,
        rang_utc_s=stored.ringing_utc_s,
        answered_utc_s=stored.answered_utc_s,
        joined_utc_s=stored.joined_utc_s,
        disposition=stored.disposition,
        note=stored.note,
        welcomed=stored.answered_utc_s is not None,
        why="taken over by a new engine",
    )


def _may_be_on_its_way(f: FloorState, stored: OpenCaller) -> bool:
    """A callback's dial of which the PBX has nothing yet: dialed once more, its callee would be called twice (I22)."""
    intent = bool(stored.callback) and stored.state == AttemptState.INTENT
    return intent and flight.may_be_under_way(f, stored.arrived_utc_s)


def _await_news(f: FloorState, stored: OpenCaller) -> None:
    call = _known(f, stored)
    call.state, call.attempt, call.inherited = CallState.DIALING, AttemptState.AMBIGUOUS, True
    call.looks = flight.looks_made(f, stored.arrived_utc_s)
    f.callers[call.call] = call
    f.touch("calls", call.call)
    _take_line(f, call)
    _take_up_dial(f, call, stored.agent_id)
    calls.look(f, call)


def _adopt(f: FloorState, stored: OpenCaller, channel: ChannelPicture, entry: EntryPicture | None) -> None:
    call = _known(f, stored)
    call.attempt = AttemptState.SENT
    if channel.answered:
        call.attempt = AttemptState.ANSWERED
        call.answered_utc_s = call.answered_utc_s or channel.answered_utc_s or f.now.utc_s
        call.answered_at = f.now
    call.segment_from_utc_s = stored.joined_utc_s or f.now.utc_s
    if entry is not None:
        call.queue = f.entries.routing.queues.get(entry.queue_id) or call.queue
    leg = places.agents_leg(f, channel)
    sent_on = leg is not None and f.agents[f.legs[leg]].acw_call == call.call
    if leg is not None and sent_on:  # their agent has let them go, and the order was lost, or is late
        f.do(Hold(call=call.call, leg=leg, music=call.music))
        leg = None
    call.state = CallState.OUTSIDE if parties.found_with(f, call, channel) else _state_of(call, channel, leg)
    if call.state is CallState.ORPHANED and (sent_on or entry is not None):
        call.state = CallState.WAITING  # for another agent
    parking.restore(f, call, channel, stored.agent_id)
    f.callers[call.call] = call
    f.touch("calls", call.call)
    _take_line(f, call)
    if entry is not None and call.state is CallState.TALKING and entry.queue_id in f.entries.routing.queues:
        offers.taken_over(f, call, place_recovery.entry_of(entry))
    elif entry is not None and call.state is not CallState.WAITING:
        place_recovery.end_entry(f, entry)
    _take_up(f, call, leg, stored.agent_id, entry)


def _take_line(f: FloorState, call: CallerCall) -> None:
    """Of our trunks, while it is up. A caller who is outside without a word of over which (the engine died before it
    was kept) is taken to be on the one over which they would be sent now."""
    if call.trunk_id not in f.trunks:
        call.trunk_id = 0
    else:
        f.trunks[call.trunk_id].up += 1
    if call.state is not CallState.OUTSIDE or call.party:
        call.out_trunk_id, call.outside = 0, ""
        return
    trunk = f.trunks.get(call.out_trunk_id) or callbacks.free_trunk(f, call.queue)
    call.out_trunk_id = trunk.trunk.trunk_id if trunk is not None else 0
    if trunk is not None:
        trunk.up += 1


def _state_of(call: CallerCall, channel: ChannelPicture, leg: str | None) -> CallState:
    if not channel.answered:
        return CallState.ARRIVED if came_in(call.call) else CallState.DIALING
    if leg is not None:
        return CallState.TALKING
    if not channel.in_app:
        return CallState.OUTSIDE
    return CallState.ORPHANED if call.joined_utc_s is not None else CallState.WAITING


def _take_up(
    f: FloorState, call: CallerCall, leg: str | None, agent_id: int | None, entry: EntryPicture | None
) -> None:
    with_agent = call.state in (CallState.TALKING, CallState.ORPHANED, CallState.PARKED)
    if call.call_max_s > 0 and with_agent:
        f.at(call.call_max_s - endings.age_s(f, call.joined_utc_s or f.now.utc_s), "max", call.call)
    match call.state:
        case CallState.ARRIVED:
            callers.find_way(f, call)
            _keep_place(f, call)
            f.do(AnswerCall(call=call.call, call_max_s=pairing.TALK_MAX_S))
            f.at(callers.ANSWER_S, "gone", call.call)
        case CallState.DIALING:
            _take_up_dial(f, call, agent_id)
        case CallState.WAITING:
            _back_to_line(f, call, entry)
        case CallState.TALKING if leg is not None:
            agent = f.agents[f.legs[leg]]
            call.agent_id, call.leg, agent.call = agent.agent_id, leg, call.call
            call.joined_utc_s = call.joined_utc_s or f.now.utc_s
            f.dirty_agent(agent.agent_id)
        case CallState.ORPHANED:
            _wait_for_agent(f, call, agent_id)
        case _:
            pass


def _take_up_dial(f: FloorState, call: CallerCall, agent_id: int | None) -> None:
    """A callback that rings: with its agent, when they have their phone up still."""
    f.at(callbacks.RING_S - endings.age_s(f, call.placed_utc_s), "ring", call.call)
    agent = f.agents.get(agent_id or 0)
    if agent is None or agent.profile.call not in (None, call.call):
        return  # they have had somebody else since
    if agent.session_open and agent.leg_up and agent.call is None and agent.acw_call is None:
        call.agent_id, agent.call, call.accompanied = agent.agent_id, call.call, True
        f.dirty_agent(agent.agent_id)


def _back_to_line(f: FloorState, call: CallerCall, picture: EntryPicture | None) -> None:
    if picture is None and _is_promised(f, call):
        call.hint, call.why = CallerOutcome.CALLED_BACK, "was promised a call back"
        callers.say_goodbye(f, call, call.queue.announce.callback if call.queue is not None else None)
        return
    if picture is None or picture.queue_id not in f.entries.routing.queues:
        callers.find_way(f, call)
        _keep_place(f, call)
        callers.go_on(f, call)
        return
    entry = place_recovery.entry_of(picture)
    call.path, call.welcomed = entry.path, True
    f.entries.restore(entry, f.now.utc_s)
    queues.keep(f, entry)
    callers.wait(f, call)
    if call.queue is not None and call.queue.announce.place_every_s > 0:
        f.at(call.queue.announce.place_every_s, "announce", call.call)


def _keep_place(f: FloorState, call: CallerCall) -> None:
    """Who has been in no queue yet was let in at the door of the first one by the engine before us, or would not be
    answered: that place is theirs, though others came meanwhile (G1)."""
    first = call.to[0] if call.to and call.queue is None and call.joined_utc_s is None else None
    if first is None or first.kind is not DestinationKind.QUEUE or not first.target.isdecimal():
        return
    if int(first.target) in f.entries.routing.queues:
        f.entries.let_in[call.call] = int(first.target)


def _is_promised(f: FloorState, call: CallerCall) -> bool:
    """They may have heard so already: whoever hangs up then must not be forgotten."""
    promises, queue_id = f.entries.promises, call.queue.queue_id if call.queue is not None else queues.DIRECT
    known = callbacks.name_of(call.call) in promises.callbacks
    return known or (bool(call.caller) and promises.of_number(queue_id, call.caller) is not None)


def _wait_for_agent(f: FloorState, call: CallerCall, agent_id: int | None) -> None:
    """They talked with an agent whose leg went while no engine was there: music, and the same agent, or another."""
    f.do(Hold(call=call.call, leg="", music=call.music))
    f.at(orphans.MUSIC_AGAIN_S, "music", call.call)
    agent = f.agents.get(agent_id or 0)
    if agent is None or agent.call is not None or agent.acw_call is not None or not agent.session_open:
        f.at(0.0, "strand", call.call)
        return
    f.at(orphans.ORPHAN_S, "orphan", call.call)
    call.agent_id, agent.call = agent.agent_id, call.call
    f.dirty_agent(agent.agent_id)
    f.at(orphans.REJOIN_S, "rejoin", call.call)


def meet(f: FloorState, channel: ChannelPicture) -> None:
    """Somebody is on the line of whom nobody has told us: they have just arrived."""
    outside = channel.outside and channel.answered
    if channel.channel in f.gone or not (channel.in_app or outside):
        return  # whom the PBX has not given to us yet, it will tell of
    leg = places.leg_of_room(channel.bridge)
    if leg is not None:  # an engine died before it had written of them: out of there before somebody else is joined
        f.do(Hold(call=channel.channel, leg=leg, why=f"a caller of whom nothing is written, in the room of {leg}"))
    arrived = e.CallArrived(
        call=channel.channel,
        dialed=channel.dialed,
        number=channel.number,
        name=channel.name,
        headers=dict(channel.headers),
        at_utc_s=channel.created_utc_s or f.now.utc_s,
    )
    if outside:
        _meet_outside(f, callers.begin(f, arrived), channel)
        return
    if not channel.answered:
        callers.on_call_arrived(f, arrived)
    else:
        call = callers.begin(f, arrived)
        callers.find_way(f, call)
        _keep_place(f, call)
        calls.on_call_answered(f, e.CallAnswered(call=channel.channel, at_utc_s=channel.answered_utc_s or f.now.utc_s))


def _meet_outside(f: FloorState, call: CallerCall, channel: ChannelPicture) -> None:
    """An engine sent them on, and died before it could write of them: the database was away. They hold a line."""
    call.state, call.attempt, call.answered_at = CallState.OUTSIDE, AttemptState.ANSWERED, f.now
    call.answered_utc_s = call.segment_from_utc_s = channel.answered_utc_s or f.now.utc_s
    call.why = "sent on by an engine that has not written where to"
    _take_line(f, call)
    answered_utc_s, trunk_id = call.answered_utc_s, call.out_trunk_id
    f.do(SaveProgress(call=call.call, state=call.attempt, answered_utc_s=answered_utc_s, out_trunk_id=trunk_id))


# Those who are gone


def _close_dead(f: FloorState, stored: OpenCaller, history: CallHistory | None, entry: EntryPicture | None) -> None:
    call = _known(f, stored)
    call.attempt = AttemptState.SENT if stored.answered_utc_s is None else AttemptState.ANSWERED
    call.state = CallState.WAITING
    if stored.answered_utc_s is None:
        call.state = CallState.ARRIVED if came_in(call.call) else CallState.DIALING
    if history is not None and history.answered_utc_s is not None:
        call.answered_utc_s = call.answered_utc_s or history.answered_utc_s
    call.agent_id = stored.agent_id if stored.joined_utc_s is not None else None
    ended_utc_s = history.ended_utc_s if history is not None else f.now.utc_s
    cause = history.cause if history is not None else EndCause.PBX_RESTART
    if history is None and stored.callback and stored.state == AttemptState.INTENT:
        cause = EndCause.NOT_SENT
    call.trunk_id = call.out_trunk_id = 0
    f.callers[call.call] = call
    if entry is not None and entry.queue_id in f.entries.routing.queues:
        call.queue = f.entries.routing.queues[entry.queue_id]
        f.entries.restore(place_recovery.entry_of(entry), f.now.utc_s)
    elif entry is not None:
        place_recovery.end_entry(f, entry)
    endings.close(f, call, cause, max(ended_utc_s, call.placed_utc_s))


def _take_up_wrap_up(f: FloorState, stored: OpenCaller) -> None:
    wrapping_up = wrapup.agents_of(f, stored.call)
    if not wrapping_up:
        return
    call = _known(f, stored)
    call.state, call.attempt = CallState.ENDED, AttemptState.FINAL
    call.trunk_id = call.out_trunk_id = 0  # their lines are free
    call.agent_id, call.outcome, call.ended_utc_s = stored.agent_id, stored.outcome, stored.ended_utc_s
    f.callers[call.call] = call
    for agent in wrapping_up:
        wrapup.hold_to_longest(f, agent, call)
    f.touch("calls", call.call)
