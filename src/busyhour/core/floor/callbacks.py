"""Callbacks that keep a caller's place: promised, dialed with the agent on the line first or without, ended once (U-34,
I22).

The promise stands in the line like a caller (`core/acd/promises.py`). When its turn comes, the agent is reserved and
their phone is up, and only then the number is dialed, through the same transaction as every other dial.
"""

from copy import copy

from busyhour.core import events as e
from busyhour.core.acd.entries import Entry
from busyhour.core.acd.routing import Pairing
from busyhour.core.commands import PlaceCallback, SaveCallback
from busyhour.core.floor import accompanied, agents, callers, calls, lost_callers, offers, pairing, queues
from busyhour.core.floor.call_live import CallerCall
from busyhour.core.floor.run_live import TrunkLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.agent import SystemReason
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.life.callback import CallbackState
from busyhour.core.model.callers import Callback, CallbackSource, CallerOutcome
from busyhour.core.model.ids import callback_of
from busyhour.core.model.queue import Queue
from busyhour.core.model.values import EndCause

RING_S = 40.0  # of who is called back
LINE_AGAIN_S = 15.0  # no line was free: the promise keeps its place, and is looked at again


# Promises


def promise(f: FloorState, call: CallerCall, number: str, source: CallbackSource = CallbackSource.CALLER) -> bool:
    """This caller is called back at this number, when their turn comes. Whether that could be promised."""
    entry = f.entries.entries.get(call.call)
    if entry is None or entry.queue_id == queues.DIRECT or not number:
        return False
    since_s, waited_s, queue = entry.since_s, entry.waited_s(f.now.utc_s), f.entries.routing.queues[entry.queue_id]
    asked = _callback(f, call, queue, number, since_s, source)
    kept = f.entries.promised(call.call, asked, f.now.utc_s)
    if kept is None:
        return False
    call.wait_s += waited_s
    if kept is asked:
        queues.keep_left(f, entry, call.call)
    _promised(f, call, kept)
    return True


def promise_at(f: FloorState, call: CallerCall, queue_id: int) -> bool:
    """A number or a rule leads to a callback: the caller has not waited in this queue yet."""
    queue = f.entries.routing.queues.get(queue_id)
    if queue is None or not call.caller:
        return False
    call.queue = queue
    kept = f.entries.promise(_callback(f, call, queue, call.caller, call.placed_utc_s), f.now.utc_s)
    if kept is None:
        return False
    _promised(f, call, kept)
    return True


def name_of(call: str) -> str:
    """Of the promise that is made to this caller."""
    return f"k-{call}"


def _callback(
    f: FloorState,
    call: CallerCall,
    queue: Queue,
    number: str,
    since_s: float,
    source: CallbackSource = CallbackSource.CALLER,
) -> Callback:
    return Callback(
        callback=name_of(call.call),
        queue_id=queue.queue_id,
        number=number,
        name=call.name,
        rule=queue.callback,
        since_utc_s=since_s,
        promised_utc_s=f.now.utc_s,
        source=source,
    )


def _promised(f: FloorState, call: CallerCall, kept: Callback) -> None:
    """The caller hears so, and need not stay."""
    is_promised(f, kept)
    call.hint, call.why = CallerOutcome.CALLED_BACK, "was promised a call back"
    for kind in ("entry", "announce", "prompt"):
        f.drop(kind, call.call)
    callers.say_goodbye(f, call, call.queue.announce.callback if call.queue is not None else None)


def is_promised(f: FloorState, kept: Callback) -> None:
    save(f, kept)
    entry = f.entries.entries.get(kept.callback)
    if entry is not None:
        queues.keep(f, entry)
    callers.look_again(f, kept.callback)


def save(f: FloorState, callback: Callback, canceled_by: e.Asker | None = None) -> None:
    f.touch("queues", callback.queue_id)
    f.do(SaveCallback(callback=copy(callback), at_utc_s=f.now.utc_s, canceled_by=canceled_by))


def on_callback_asked(f: FloorState, event: e.CallbackAsked) -> None:
    call = f.callers.get(event.call)
    if call is None or call.call not in f.entries.entries:
        f.refuse(event.request, "call_unknown", "This caller does not wait any more.")
    elif not promise(f, call, event.number or call.caller, CallbackSource.DESK):
        why = "They cannot be called back: an agent is being rung for them, or no number is known."
        f.refuse(event.request, "not_possible", why)
    else:
        f.accept(event.request)


def on_callback_cancel_asked(f: FloorState, event: e.CallbackCancelAsked) -> None:
    callback = f.entries.promises.callbacks.get(event.callback)
    if callback is not None and callback.state is CallbackState.DIALING:
        f.refuse(event.request, "being_dialed", "They are being called right now.")
        return
    cancel(f, event.callback, "cancelled by somebody", event.by)
    f.accept(event.request)


def cancel(f: FloorState, name: str, why: str, by: e.Asker | None = None) -> None:
    callback = f.entries.promises.callbacks.get(name)
    if callback is None or callback.state is CallbackState.DIALING:
        return
    f.entries.promises.cancel(name, why)
    _over(f, callback, back=False, canceled_by=by)


def _over(f: FloorState, callback: Callback, *, back: bool, canceled_by: e.Asker | None = None) -> None:
    """It is not open any more: so is its place."""
    save(f, callback, canceled_by)
    entry = f.entries.entries.get(callback.callback)
    if entry is not None:
        f.entries.callback_over(callback.callback, f.now.utc_s, back=back)
        queues.keep(f, entry)
    for kind in ("entry", "callback"):
        f.drop(kind, callback.callback)


def came_back(f: FloorState, callback: Callback, place: Entry | None) -> None:
    """The caller is on the line by themselves, at this place: nobody need call them (I22)."""
    lost_callers.came_back(f, callback)
    save(f, callback)
    if place is not None:
        queues.keep(f, place)
    for kind in ("entry", "callback"):
        f.drop(kind, callback.callback)


# Their turn


def turn_came(f: FloorState, pairing_: Pairing) -> None:
    """An agent is free for them. `entries.offered` has taken the place out of the line."""
    callback = f.entries.promises.callbacks[pairing_.call]
    agent = f.agents[pairing_.agent_ids[0]]
    if f.now.utc_s >= callback.expires_utc_s:
        f.entries.promises.cancel(callback.callback, "nobody could call back in time")
        _over(f, callback, back=False)
        return
    queue = f.entries.routing.queues[callback.queue_id]
    if not f.store_up or free_trunk(f, queue) is None:
        _later(f, callback, f.now.utc_s + LINE_AGAIN_S, "no line is free")
        return
    call = CallerCall(
        channel=callback_of(tenant=f.tenant, fence=f.fence, n=f.next_leg()),
        dialed="",
        caller=callback.number,
        name=callback.name,
        queue=queue,
        callback=callback.callback,
        trunk_id=0,
        placed_utc_s=f.now.utc_s,
        state=CallState.RESERVED,
        accompanied=callback.rule.agent_first,
        agent_id=agent.agent_id if callback.rule.agent_first else None,
        since_utc_s=callback.since_utc_s,
        welcomed=True,
        why=f"callback: {pairing_}",
    )
    f.callers[call.call] = call
    f.touch("calls", call.call)
    if callback.rule.agent_first:
        f.engage(agent, call)
        dial(f, call)
    else:
        _place(f, call, None)  # once they answer, they wait at their place for whoever is free then


def dial(f: FloorState, call: CallerCall) -> None:
    """Now when the agent's phone is up, else as soon as it is."""
    agent = f.agents[call.agent_id or 0]
    if agent.leg_up:
        _place(f, call, agent)
        return
    call.approved = True
    agents.raise_leg(f, agent, caller_id=offers.shown(call))
    f.at(accompanied.LIFT_MAX_S, "lift", call.call)


def _place(f: FloorState, call: CallerCall, agent: AgentLive | None) -> None:
    """`agent`: who is on the line already."""
    queue = call.queue
    assert queue is not None
    f.drop("lift", call.call)
    callback, trunk = f.entries.promises.callbacks.get(call.callback), free_trunk(f, queue)
    if callback is None or trunk is None or not f.store_up:
        not_dialed(f, call, "no line is free")
        return
    f.entries.promises.dials(callback.callback)
    save(f, callback)
    pairing.take_line(f, trunk)
    call.trunk_id, call.leg = trunk.trunk.trunk_id, None
    f.move_caller(call, CallCause.DIALED)
    f.do(
        PlaceCallback(
            call=call.call,
            callback=callback.callback,
            queue_id=callback.queue_id,
            number=callback.number,
            name=callback.name,
            trunk=trunk.trunk,
            caller_id=queue.caller_id,
            ring_timeout_s=RING_S,
            agent_id=call.agent_id,
            leg=agent.leg if agent is not None else None,
            call_max_s=(queue.call_max_s or pairing.TALK_MAX_S) + pairing.LIMIT_LATER_S,
            why=call.why,
            at_utc_s=f.now.utc_s,
        )
    )


def free_trunk(f: FloorState, queue: Queue | None) -> TrunkLive | None:
    return pairing.best_trunk(f, trunk_ids_of(f, queue))[0]


def trunk_ids_of(f: FloorState, queue: Queue | None) -> tuple[int, ...]:
    """Those of the queue, or all when it names none."""
    return (queue.trunk_ids if queue is not None else ()) or tuple(f.trunks)


def leg_is_up(f: FloorState, call: CallerCall) -> None:
    if call.state is CallState.RESERVED and call.approved:
        dial(f, call)


def leg_is_gone(f: FloorState, call: CallerCall, *, was_up: bool) -> None:
    if call.state is CallState.RESERVED and not was_up:
        no_phone(f, call)
    elif call.state in (CallState.PLANNED, CallState.DIALING) and call.hint is None:
        call.hint = CallerOutcome.UNREACHED
        if call.attempt in accompanied.HEARD_BY_PBX:
            calls.hang_up(f, call)


def no_phone(f: FloorState, call: CallerCall) -> None:
    """The agent's phone was not answered: nobody was dialed."""
    f.agents[call.agent_id or 0].pause = SystemReason.MISSED
    not_dialed(f, call, "the agent's phone was not answered")


def not_dialed(f: FloorState, call: CallerCall, why: str) -> None:
    """The agent is free, and the promise goes back to its place after a moment."""
    f.drop("lift", call.call)
    _free(f, call)
    f.move_caller(call, CallCause.ENDED)
    del f.callers[call.call]
    f.touch("calls", call.call)
    callback = f.entries.promises.callbacks.get(call.callback)
    if callback is not None:
        _later(f, callback, f.now.utc_s + LINE_AGAIN_S, why)


def _free(f: FloorState, call: CallerCall) -> None:
    agent = f.agents.get(call.agent_id or 0)
    if agent is not None and agent.call == call.call:
        calls.free_offered(f, call)


def _later(f: FloorState, callback: Callback, due_utc_s: float, why: str) -> None:
    """It keeps its place, and is in no line until then."""
    f.entries.promises.put_off(callback.callback, due_utc_s, why)
    if callback.callback not in f.entries.promises.callbacks:
        _over(f, callback, back=False)
        return
    save(f, callback)
    f.at(due_utc_s - f.now.utc_s, "callback", callback.callback)


def on_callback_due(f: FloorState, name: str) -> None:
    """By the clock that is never set: one that was set back since makes nobody wait for ever (I48)."""
    callback = f.entries.promises.callbacks.get(name)
    if callback is None or not f.entries.promises.due(name, max(f.now.utc_s, callback.due_utc_s or 0.0)):
        return
    save(f, callback)
    f.entries.callback_waits(name, f.now.utc_s)
    callers.look_again(f, name)


def give_up_late_ones(f: FloorState) -> None:
    """Whose turn has not come in all the time for which they hold."""
    for callback in list(f.entries.promises.callbacks.values()):
        if callback.state is CallbackState.WAITING and f.now.utc_s >= callback.expires_utc_s:
            cancel(f, callback.callback, "nobody could call back in time")


# What came of the dial


def refused(f: FloorState, call: CallerCall, event: e.CallRefused) -> None:
    """The transaction said no: put off, when it may be legal again, else over."""
    callback = f.entries.promises.callbacks.get(call.callback)
    free_lines(f, call)
    _free(f, call)
    f.move_caller(call, CallCause.ENDED)
    del f.callers[call.call]
    f.touch("calls", call.call)
    if callback is None:
        return
    f.entries.promises.refused(callback.callback, event.reason, event.due_utc_s)
    if callback.callback in f.entries.promises.callbacks:
        save(f, callback)
        f.at((callback.due_utc_s or f.now.utc_s) - f.now.utc_s, "callback", callback.callback)
    else:
        _over(f, callback, back=False)


def reached(f: FloorState, call: CallerCall) -> None:
    """A person has answered: the promise is kept, and they are joined with their agent."""
    callback = f.entries.promises.callbacks.get(call.callback)
    if callback is not None and callback.state is CallbackState.DIALING:
        _kept(f, callback)
    agent: AgentLive | None = f.agents.get(call.agent_id or 0)
    call.accompanied = False
    if agent is None or agent.call != call.call or agent.leg is None or not agent.leg_up:
        _free(f, call)
        call.agent_id, call.leg = None, None
        offers.requeue(f, call)
        return
    f.move_caller(call, CallCause.OFFERED)
    call.leg = agent.leg
    offers.join(f, call)


def _kept(f: FloorState, callback: Callback) -> None:
    f.entries.promises.reached(callback.callback)
    _over(f, callback, back=True)


def ended(f: FloorState, call: CallerCall, cause: EndCause) -> None:
    """The dial is over. Whoever was not reached is tried again by the rule; whoever has answered is not."""
    callback = f.entries.promises.callbacks.get(call.callback)
    if callback is None or callback.state is not CallbackState.DIALING:
        return
    if cause is EndCause.NOT_SENT:
        f.entries.promises.not_sent(callback.callback)
        save(f, callback)
        f.entries.callback_waits(callback.callback, f.now.utc_s)
        return
    if call.answered_utc_s is not None:  # while no engine was there to hear of it: calling again would be twice
        _kept(f, callback)
        return
    f.entries.promises.unreached(callback.callback, f.now.utc_s)
    if callback.callback not in f.entries.promises.callbacks:
        _over(f, callback, back=False)
        return
    save(f, callback)
    f.at((callback.due_utc_s or f.now.utc_s) - f.now.utc_s, "callback", callback.callback)


def free_lines(f: FloorState, call: CallerCall) -> None:
    for trunk_id in (call.trunk_id, call.out_trunk_id):
        trunk = f.trunks.get(trunk_id)
        if trunk is not None:
            trunk.up -= 1
            f.dirty_all_runs()
            f.touch("system", "system")
    for trunk in f.trunks.values():
        trunk.callers.pop(call.call, None)
    call.trunk_id = call.out_trunk_id = 0
