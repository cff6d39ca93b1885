"""Event rules about callers: from the number that they dialed to the line of a queue, and out of it again.

What a queue wants done with them is asked of `core/acd/entries.py`; this says it to the PBX. Whoever has an agent is a
call like every other (`calls.py`, `agents.py`); how they come by one is in `offers.py`.
"""

from busyhour.core import events as e
from busyhour.core.acd.arrival import arrival_of
from busyhour.core.acd.dialed import destinations, treatment_of
from busyhour.core.acd.entries import Entry
from busyhour.core.acd.opening import closed
from busyhour.core.acd.overflow import Overflow
from busyhour.core.commands import Announce, AnswerCall, Hold, RejectCall, SaveArrival, SaveProgress
from busyhour.core.floor import callbacks, calls, endings, offers, outside, pairing, queues
from busyhour.core.floor.call_live import CallerCall
from busyhour.core.floor.state import FloorState
from busyhour.core.life.attempt import AttemptCause, AttemptState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.life.entry import EntryState
from busyhour.core.model.callers import CallerOutcome
from busyhour.core.model.opening import Closed
from busyhour.core.model.queue import Destination, DestinationKind, OverflowAction

ANSWER_S = 10.0  # for the PBX to answer the caller; else we look
SPOKEN_USUALLY = "en-US"
DIRECT_RING_S = 30.0  # one agent who is wanted rings so long, before the call goes elsewhere
NOBODY = "nobody takes calls at this number now"
NO_NUMBER = "no number is set up that is like the one that was dialed"
TOLD = "heard the message of the number"
CLOSED = {
    Closed.EMERGENCY: "the number is closed now",
    Closed.HOLIDAY: "the number is closed on this holiday",
    Closed.HOURS: "the number is closed at this hour",
}


# At the door


def on_call_arrived(f: FloorState, event: e.CallArrived) -> None:
    if event.call in f.callers:
        at_door_again(f, f.callers[event.call])  # we had seen them before the PBX told us
        return
    if event.call in f.gone:
        return  # late news of somebody whose end is written
    call = begin(f, event)
    find_way(f, call)
    why = _turned_away(f, call)
    if why:
        reject(f, call, why)
    else:
        f.do(AnswerCall(call=call.call, call_max_s=pairing.TALK_MAX_S))
        f.at(ANSWER_S, "gone", call.call)


def begin(f: FloorState, event: e.CallArrived) -> CallerCall:
    """Of them nothing was known before."""
    queues.take_callers(f)
    arrival = arrival_of(event.headers)
    call = CallerCall(
        channel=event.call,
        dialed=arrival.dialed or event.dialed,
        caller=arrival.number or event.number,
        name=arrival.name or event.name,
        arrival=arrival,
        trunk_id=0,
        placed_utc_s=min(event.at_utc_s, f.now.utc_s),
        state=CallState.ARRIVED,
        attempt=AttemptState.SENT,
        changed_s=f.now.mono_s,  # a look that was asked for before cannot show them
    )
    f.callers[call.call] = call
    f.touch("calls", call.call)
    f.do(
        SaveArrival(
            call=call.call,
            dialed=call.dialed,
            number=call.caller,
            name=call.name,
            headers=dict(event.headers),
            at_utc_s=call.placed_utc_s,
        )
    )
    return call


def find_way(f: FloorState, call: CallerCall) -> None:
    treatment = treatment_of(f.numbers, call.dialed)
    call.to = list(destinations(treatment, f.now.utc_s)) if treatment is not None else []


def _turned_away(f: FloorState, call: CallerCall) -> str:
    """Why this caller is not even answered; empty: they are, and a queue that is crowded keeps a place for them."""
    if not call.to:
        return _why_nobody(f, call)
    first = call.to[0]
    if first.kind is DestinationKind.QUEUE and int(first.target) in f.entries.routing.queues:
        found = f.entries.at_door(call.call, int(first.target), call.path)
        if found is not None and found.action is OverflowAction.REJECT:
            return found.why
    return ""


def _why_nobody(f: FloorState, call: CallerCall) -> str:
    treatment = treatment_of(f.numbers, call.dialed)
    if treatment is None:
        return NO_NUMBER
    why = closed(treatment.opening, f.now.utc_s)
    return CLOSED[why] if why is not None else TOLD if call.told else NOBODY


def reject(f: FloorState, call: CallerCall, why: str) -> None:
    call.hint, call.why = CallerOutcome.TURNED_AWAY, why
    f.do(RejectCall(call=call.call, busy=bool(call.to)))
    f.at(calls.GONE_S, "gone", call.call)


def at_door_again(f: FloorState, call: CallerCall) -> None:
    """What was ordered did not come about, as far as we know: they ring still, in our application or not any more."""
    if call.state is not CallState.ARRIVED:
        return
    if call.hint is not None:
        f.do(RejectCall(call=call.call, busy=bool(call.to)))
    else:
        f.do(AnswerCall(call=call.call, call_max_s=pairing.TALK_MAX_S))


def on_answered(f: FloorState, call: CallerCall, at_utc_s: float) -> None:
    """They hear us from now on; or who was promised a call has taken it."""
    if call.state not in (CallState.ARRIVED, CallState.DIALING):
        return
    f.move_attempt(call, AttemptCause.ANSWERED)
    call.answered_utc_s, call.answered_at = at_utc_s, f.now
    for kind in ("gone", "ring", "look"):
        f.drop(kind, call.call)
    f.do(SaveProgress(call=call.call, state=call.attempt, answered_utc_s=at_utc_s))
    f.move_caller(call, CallCause.ANSWERED)
    if call.hint is not None:
        calls.hang_up(f, call)
    elif call.callback:
        callbacks.reached(f, call)
    else:
        go_on(f, call)


# From one destination to the next


def go_on(f: FloorState, call: CallerCall) -> None:
    """To the first destination that takes them; when none does, they are told so. A message after which nothing was
    to come has said it all."""
    assert call.state is CallState.WAITING
    said_all = call.told and not call.to
    while call.to:
        if _goes_to(f, call, call.to.pop(0)):
            return
    why = call.why or _why_nobody(f, call)
    if said_all:
        call.hint, call.why = call.hint or CallerOutcome.TURNED_AWAY, why
        calls.hang_up(f, call)
    else:
        turn_away(f, call, why)


def _goes_to(f: FloorState, call: CallerCall, to: Destination) -> bool:
    match to.kind:
        case DestinationKind.QUEUE:
            return to.target.isdecimal() and _enter(f, call, int(to.target))
        case DestinationKind.AGENT:
            return to.target.isdecimal() and _enter(f, call, queues.DIRECT, int(to.target))
        case DestinationKind.NUMBER:
            return outside.send_on(f, call, to.target)
        case DestinationKind.PROMPT:
            call.told = True
            _play(f, call, to.target)
            return True
        case DestinationKind.CALLBACK:
            return to.target.isdecimal() and callbacks.promise_at(f, call, int(to.target))


def _enter(f: FloorState, call: CallerCall, queue_id: int, agent_id: int | None = None) -> bool:
    queue = f.entries.routing.queues.get(queue_id)
    agent = f.agents.get(agent_id) if agent_id is not None else None
    if queue is None or (agent_id is not None and (agent is None or not agent.session_open)):
        return False
    if queue.announce.welcome is not None and not call.welcomed:
        call.welcomed = True
        call.to.insert(0, Destination(DestinationKind.QUEUE, str(queue_id)))
        _play(f, call, queue.announce.welcome)
        return True
    call.queue = queue
    f.touch("calls", call.call)  # who waited in another queue waits still, and is shown in this one
    until_s = 0.0
    if agent_id is not None:
        until_s = f.now.utc_s + DIRECT_RING_S
        f.at(DIRECT_RING_S, "direct", call.call)
    elif (known := f.had_by.agent_of(call.caller, f.now.utc_s, queue.sticky.window_s)) is not None:
        agent_id, until_s = known, f.now.utc_s + queue.sticky.wait_s
    entry = Entry(
        call=call.call,
        queue_id=queue_id,
        number=call.caller,
        since_s=call.placed_utc_s if call.since_utc_s is None else call.since_utc_s,
        entered_s=f.now.utc_s,
        skills=call.arrival.skills,
        agent_id=agent_id,
        agent_until_s=until_s,
        path=call.path,
    )
    promise = f.entries.promises.of_number(queue_id, call.caller)
    place = f.entries.entries.get(promise.callback) if promise is not None else None
    found = f.entries.enter(entry, f.now.utc_s)
    if promise is not None:
        callbacks.came_back(f, promise, place)
    call.path = entry.path
    queues.keep(f, entry)
    if found is None:
        wait(f, call)
        if queue.announce.place_every_s > 0:
            f.at(queue.announce.place_every_s, "announce", call.call)
    else:
        overflow(f, call, entry, found)
    return True


def wait(f: FloorState, call: CallerCall) -> None:
    """In line, with music."""
    f.do(Hold(call=call.call, leg="", music=call.music))
    look_again(f, call.call)


def look_again(f: FloorState, name: str) -> None:
    """When waiting alone may change what is done with them."""
    if name not in f.entries.entries:
        return
    later_s = f.entries.next_look_s(name, f.now.utc_s)
    if later_s is None:
        f.drop("entry", name)
    else:
        f.at(max(later_s, LOOK_LEAST_S), "entry", name)


LOOK_LEAST_S = 0.05  # clocks that do not agree to the last digit must not have us look for ever


def on_entry_due(f: FloorState, name: str) -> None:
    entry = f.entries.entries.get(name)
    if entry is None or entry.state not in (EntryState.QUEUED, EntryState.PROMISED):
        return
    if entry.queue_id == queues.DIRECT:
        return  # its agent or nobody: how long is said by `on_direct_due` alone, whatever the wall clock is set to
    found, call = f.entries.due(name, f.now.utc_s), f.callers.get(name)
    if found is not None and call is not None:
        queues.keep(f, entry)
        overflow(f, call, entry, found)
    else:
        look_again(f, name)


def on_direct_due(f: FloorState, name: str) -> None:
    """The one agent who was wanted has not taken it: elsewhere, or a word and the end."""
    call, entry = f.callers.get(name), f.entries.entries.get(name)
    if call is None or entry is None or entry.queue_id != queues.DIRECT or call.joined_utc_s is not None:
        return
    if call.state is CallState.OFFERED:
        offers.give_up(f, call)
    leave_line(f, call)
    if call.state is CallState.WAITING:
        go_on(f, call)


def on_announce_due(f: FloorState, name: str) -> None:
    call, entry = f.callers.get(name), f.entries.entries.get(name)
    if call is None or entry is None or call.queue is None or call.queue.announce.place_every_s <= 0:
        return
    f.at(call.queue.announce.place_every_s, "announce", name)
    if call.state is CallState.WAITING and name in f.entries.routing.waiting:
        announce = call.queue.announce
        place = f.entries.routing.position(name) + 1 if announce.place else None
        f.do(
            Announce(
                call=name,
                place=place,
                wait_s=f.entries.told_s(name) if announce.wait else None,
                language=announce.language or SPOKEN_USUALLY,
                music=call.music,
            )
        )


# What a rule wants


def overflow(f: FloorState, call: CallerCall, entry: Entry, found: Overflow) -> None:
    rule = found.rule
    call.why = found.why
    if entry.state is EntryState.LEFT:
        call.wait_s += entry.waited_s(f.now.utc_s)
        _left(f, call)
    match found.action:
        case OverflowAction.ANNOUNCE_THEN_QUEUE | OverflowAction.OFFER_CALLBACK:
            call.back_to_line = True
            call.offers_callback = found.action is OverflowAction.OFFER_CALLBACK
            _play(f, call, rule.prompt or calls.FAREWELL)
        case OverflowAction.TRANSFER:
            assert rule.destination is not None
            call.to = [rule.destination]
            go_on(f, call)
        case OverflowAction.ANNOUNCE_THEN_HANGUP | OverflowAction.REJECT:
            turn_away(f, call, found.why, rule.prompt)  # who hears us already is not hung up on without a word


def _left(f: FloorState, call: CallerCall) -> None:
    """They are in no line any more."""
    for kind in ("entry", "announce", "direct"):
        f.drop(kind, call.call)


def leave_line(f: FloorState, call: CallerCall) -> None:
    """By no rule of the queue: an order, or the end."""
    entry = f.entries.entries.get(call.call)
    if entry is None:
        return
    _left(f, call)
    call.wait_s += entry.waited_s(f.now.utc_s)
    queues.keep(f, f.entries.sent_away(call.call, f.now.utc_s))


def turn_away(f: FloorState, call: CallerCall, why: str, prompt: str | None = None) -> None:
    """A word, and the end."""
    if call.state is CallState.OFFERED:
        offers.give_up(f, call)
    leave_line(f, call)
    if call.hint is None:
        call.hint, call.why = CallerOutcome.TURNED_AWAY, why
    say_goodbye(f, call, prompt)


def say_goodbye(f: FloorState, call: CallerCall, prompt: str | None) -> None:
    if call.state not in (CallState.WAITING, CallState.MESSAGE, CallState.ORPHANED):
        calls.hang_up(f, call)
        return
    endings.end_segment(f, call, f.now.utc_s)
    f.move_caller(call, CallCause.GAVE_UP)
    call.segment_from_utc_s = f.now.utc_s
    calls.play(f, call, prompt or call.farewell or calls.FAREWELL)


def _play(f: FloorState, call: CallerCall, prompt: str) -> None:
    f.move_caller(call, CallCause.PLAYED)
    call.segment_from_utc_s = f.now.utc_s
    calls.play(f, call, prompt)


def heard(f: FloorState, call: CallerCall) -> None:
    """The message is over, or nobody can say whether it is: on, where it led."""
    endings.end_segment(f, call, f.now.utc_s)
    f.drop("prompt", call.call)
    f.move_caller(call, CallCause.HEARD)
    call.offers_callback = False
    if not call.back_to_line:
        go_on(f, call)
        return
    call.back_to_line = False
    entry = f.entries.entries.get(call.call)
    found = f.entries.went_on(call.call, f.now.utc_s)
    if entry is None:
        turn_away(f, call, call.why)
        return
    queues.keep(f, entry)
    if found is None:
        wait(f, call)
    else:
        overflow(f, call, entry, found)


def on_digit(f: FloorState, call: CallerCall, digit: str) -> None:
    """While they wait, a key asks for a callback."""
    key = call.queue.callback_key if call.queue is not None else ""
    if key and digit == key and call.state in (CallState.WAITING, CallState.MESSAGE):
        callbacks.promise(f, call, call.caller)


def hang_up_asked(f: FloorState, call: CallerCall, request: str) -> None:
    """By the agent who has them."""
    if call.state is CallState.RESERVED:
        callbacks.not_dialed(f, call, "the agent did not want it")
    elif call.state in (CallState.PLANNED, CallState.DIALING):
        call.hint = call.hint or CallerOutcome.UNREACHED
        if call.attempt in (AttemptState.SENT, AttemptState.RINGING):
            calls.hang_up(f, call)
    elif call.state is CallState.OFFERED and call.joined_utc_s is None:
        offers.turned_down(f, call, request)
        return
    else:
        calls.hang_up(f, call)
    f.accept(request)
