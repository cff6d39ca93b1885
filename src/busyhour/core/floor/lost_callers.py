"""Callers whom nobody answered are called back, where their queue wants that (MZ-040, MZ-215): a promise that they did
not ask for.

It stands behind those who wait on the line. Hours, do-not-call and attempts are those of every callback. Whoever calls
again by themselves is not called: in the same queue they have their place, in another one an agent has had them.
"""

from collections.abc import Iterable, Mapping

from busyhour.core.floor import callbacks
from busyhour.core.floor.call_live import CallerCall
from busyhour.core.floor.state import FloorState
from busyhour.core.model.callers import Callback, CallbackSource, CallerOutcome
from busyhour.core.model.queue import DestinationKind, Queue

GONE = (CallerOutcome.ABANDONED, CallerOutcome.LOST)


def is_gone(f: FloorState, call: CallerCall) -> None:
    """This call is over."""
    queue = _queue_of(f, call)
    if call.outcome in GONE and not call.callback and queue is not None:
        promise(f, queue, call.call, call.caller, call.name)


def promise(f: FloorState, queue: Queue, call: str, number: str, name: str) -> None:
    """This caller gave up: they are called back, if their queue wants it and they have not been lately."""
    promises = f.entries.promises
    if not queue.callback.lost or not f.lost.may_promise(number, f.now.utc_s):
        return
    if promises.of_number(queue.queue_id, number):
        return
    callback = Callback(
        callback=callbacks.name_of(call),
        queue_id=queue.queue_id,
        number=number,
        name=name,
        rule=queue.callback,
        since_utc_s=f.now.utc_s,
        promised_utc_s=f.now.utc_s,
        source=CallbackSource.LOST,
    )
    if f.entries.promise(callback, f.now.utc_s) is not None:
        f.lost.promised(number, callback.callback, f.now.utc_s)
        callbacks.is_promised(f, callback)


def _queue_of(f: FloorState, call: CallerCall) -> Queue | None:
    """The one that they waited for, or to which the welcome would have led."""
    if call.queue is not None:
        return f.entries.routing.queues.get(call.queue.queue_id)
    to = call.to[0] if call.welcomed and call.to else None
    if to is None or to.kind is not DestinationKind.QUEUE or not to.target.isdecimal():
        return None
    return f.entries.routing.queues.get(int(to.target))


def is_joined(f: FloorState, call: CallerCall) -> None:
    """They talk with an agent: nobody need call them any more, in whatever queue they gave up."""
    name = f.lost.callback_of(call.caller)
    if name and name != call.callback:
        callbacks.cancel(f, name, "they called again, and an agent had them")


def came_back(f: FloorState, callback: Callback) -> None:
    """They are on the line by themselves, and nobody has called them yet."""
    if callback.source is CallbackSource.LOST and callback.attempts == 0:
        f.lost.came_back(callback.number)


def restore(f: FloorState, lately: Mapping[str, float], open_now: Iterable[Callback]) -> None:
    """As the engine before us knew them. `lately`: who was promised a call, and when."""
    names = {one.number: one.callback for one in open_now if one.source is CallbackSource.LOST}
    for number, at_utc_s in sorted(lately.items(), key=lambda one: one[1]):
        f.lost.promised(number, names.get(number, ""), at_utc_s)
