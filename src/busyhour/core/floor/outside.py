"""Callers who are sent on: by an agent, to wherever calls can go; and to numbers outside, joined by the PBX."""

from collections.abc import Iterable
from math import inf

from busyhour.core import events as e
from busyhour.core.acd.arrival import headers_of
from busyhour.core.acd.overflow import Path
from busyhour.core.commands import Hold, SaveProgress, SendOn
from busyhour.core.floor import callbacks, callers, consulting, handover, pairing, parties
from busyhour.core.floor.call_live import CallerCall, CallLive
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.model.pictures import ChannelPicture
from busyhour.core.model.queue import Destination, DestinationKind

OUTSIDE_RING_S = 60.0


def on_send_on_asked(f: FloorState, event: e.SendOnAsked) -> None:
    """An agent sends their caller elsewhere, and is free for the wrap-up. The caller keeps the age of their call."""
    agent = f.agents.get(event.agent_id)
    call = f.in_hand(agent) if agent is not None else None
    if agent is None or not isinstance(call, CallerCall) or call.state not in (CallState.TALKING, CallState.HELD):
        f.refuse(event.request, "no_caller", "Only a caller whom you talk with can be sent on.")
        return
    if call.call in f.consults:
        f.refuse(event.request, *consulting.CONSULTING)
        return
    fault = _cannot_go_to(f, call, event.destination)
    if fault:
        f.refuse(event.request, "not_possible", fault)
        return
    f.drop("max", call.call)
    f.do(Hold(call=call.call, leg=call.leg or "", music=call.music))
    handover.part(f, call)
    f.move_caller(call, CallCause.REQUEUED)
    call.note = event.note or call.note
    call.to, call.path, call.welcomed = [event.destination], Path(), True
    f.accept(event.request)
    callers.go_on(f, call)


def _cannot_go_to(f: FloorState, call: CallerCall, to: Destination) -> str:
    number = int(to.target) if to.target.isdecimal() else 0
    match to.kind:
        case DestinationKind.QUEUE if number not in f.entries.routing.queues:
            return "There is no such queue. Choose another one."
        case DestinationKind.QUEUE if why := f.entries.why_no_room(number):
            return f"They would be let go there: {why}. Choose another destination."
        case DestinationKind.AGENT if number not in f.agents or not f.agents[number].session_open:
            return "This agent is not logged on. Choose another one."
        case DestinationKind.NUMBER if callbacks.free_trunk(f, call.queue) is None:
            return "No line is free at this moment. Try again in a few seconds."
        case DestinationKind.CALLBACK if number not in f.entries.routing.queues or not call.caller:
            return "They cannot be called back: no number, or no such queue."
        case _:
            return ""


def send_on(f: FloorState, call: CallerCall, number: str) -> bool:
    """To a number outside: the PBX connects them, and tells when it is over."""
    trunk_ids = callbacks.trunk_ids_of(f, call.queue)
    trunk, wait_s = pairing.best_trunk(f, trunk_ids)
    if trunk is None and wait_s < inf and f.telephony_up:
        call.to.insert(0, Destination(DestinationKind.NUMBER, number))
        _stand_in_turn(f, call, trunk_ids)
        f.at(wait_s, "outside", call.call)  # a line is free, and may begin a call then
        return True
    _no_longer_in_turn(f, call)
    if trunk is None or not f.telephony_up:
        call.why = "no line is free to send this caller on"
        return False
    pairing.take_line(f, trunk)
    call.out_trunk_id = trunk.trunk.trunk_id
    f.move_caller(call, CallCause.SENT_ON)
    call.segment_from_utc_s = f.now.utc_s
    call.why = f"sent on to {number}"
    call.outside = number
    f.do(SaveProgress(call=call.call, state=call.attempt, out_trunk_id=call.out_trunk_id, outside=number))
    _order(f, call)
    return True


def _stand_in_turn(f: FloorState, call: CallerCall, trunk_ids: Iterable[int]) -> None:
    """Before the calls of campaigns, and with music."""
    trunks = [f.trunks[trunk_id] for trunk_id in trunk_ids if trunk_id in f.trunks]
    if not any(call.call in trunk.callers for trunk in trunks):
        f.do(Hold(call=call.call, leg="", music=call.music))
    for trunk in trunks:
        trunk.callers[call.call] = None


def _no_longer_in_turn(f: FloorState, call: CallerCall) -> None:
    for trunk in f.trunks.values():
        trunk.callers.pop(call.call, None)


def on_outside_due(f: FloorState, name: str) -> None:
    call = f.callers.get(name)
    if call is not None and call.state is CallState.WAITING and call.to and call.hint is None:
        callers.go_on(f, call)
    elif call is not None:
        _no_longer_in_turn(f, call)


def look(f: FloorState, call: CallLive, channel: ChannelPicture) -> None:
    """The PBX still has them with us: where a party is, or the order was lost on its way. To give it twice does no
    harm."""
    if call.party:
        parties.compare_bound(f, call, channel)
    elif isinstance(call, CallerCall) and call.outside and call.out_trunk_id in f.trunks:
        _order(f, call)


def _order(f: FloorState, call: CallerCall) -> None:
    f.do(
        SendOn(
            call=call.call,
            trunk=f.trunks[call.out_trunk_id].trunk,
            number=call.outside,
            caller_id=call.queue.caller_id if call.queue is not None and call.queue.caller_id else call.caller,
            ring_timeout_s=OUTSIDE_RING_S,
            headers=headers_of(call.arrival),
        )
    )
