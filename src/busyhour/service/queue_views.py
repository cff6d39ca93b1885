"""What the live screens show of queues and callers, made from the floor's records."""

from busyhour.core.acd.entries import Entry
from busyhour.core.acd.figures import service_level, total
from busyhour.core.floor.call_live import CallerCall
from busyhour.core.floor.offers import shown
from busyhour.core.floor.queues import DIRECT
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import CallState
from busyhour.core.life.entry import EntryState
from busyhour.core.model.queue import PRIORITY_USUAL, Queue
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.service.live_views import parked_until
from busyhour.service.recording_views import recording_view
from busyhour.service.views import CallerView, CallView, QueueView, WaitingView

WAITING_SHOWN_MAX = 1_000  # of a queue; the count is of all
TALKING = (CallState.TALKING, CallState.HELD, CallState.ORPHANED)


def caller_call_view(f: FloorState, call: CallerCall, agent_id: int | None = None) -> CallView:
    """With `agent_id`: as this agent's desk shows it."""
    agent = f.agents.get(agent_id or 0)
    served = agent.acw_queue if agent is not None and agent.acw_call == call.call else None
    return CallView(
        call=call.call,
        state=call.state,
        attempt_state=call.attempt,
        campaign_id=0,
        run_id=0,
        contact_id=0,
        contact_name=call.name,
        number=call.caller,
        attempt_no=1,
        trunk_id=call.trunk_id,
        agent_id=call.agent_id,
        placed_utc_s=call.placed_utc_s,
        answered_utc_s=call.answered_utc_s,
        joined_utc_s=call.joined_utc_s,
        held=call.state is CallState.HELD,
        outcome=call.outcome,
        disposition=call.disposition,
        caller=caller_view(call, served),
        slot=call.slot,
        parked_by=call.parked_by if call.slot else 0,
        parked_until_utc_s=parked_until(call),
        recording=recording_view(call),
    )


def caller_view(call: CallerCall, served: Queue | None = None) -> CallerView:
    """`served`: the queue in which the agent had them who wraps up; they may be in another one since."""
    queue = served or call.queue
    return CallerView(
        queue_id=queue.queue_id if queue is not None else 0,
        queue_name=queue.name if queue is not None else "",
        shown=shown(call),
        dialed=call.dialed,
        arrived_utc_s=call.placed_utc_s,
        waited_s=round(call.wait_s, 1),
        callback=bool(call.callback),
        url=call.arrival.url,
        transfer_to=call.arrival.transfer_to,
        note=call.note,
    )


def queue_ids(f: FloorState) -> list[int]:
    return [queue_id for queue_id in f.entries.routing.queues if queue_id != DIRECT]


def queue_view(f: FloorState, queue_id: int) -> QueueView | None:
    routing = f.entries.routing
    queue = routing.queues.get(queue_id)
    if queue is None or queue_id == DIRECT:
        return None
    places = _places(f, queue_id)
    counts = today(f, queue_id)
    on_line = [one.since_s for one in places if one.state is not EntryState.PROMISED]
    return QueueView(
        queue_id=queue_id,
        name=queue.name,
        medium=queue.medium,
        closed=f.closed_why.get(queue_id, ""),
        waiting=tuple(waiting_view(f, one) for one in places[:WAITING_SHOWN_MAX]),
        waiting_count=len(places),
        longest_since_utc_s=min(on_line, default=None),
        talking=sum(
            call.queue is not None and call.queue.queue_id == queue_id and call.state in TALKING
            for call in f.callers.values()
        ),
        agents_logged=routing.logged_count(queue_id),
        agents_free=routing.free_count(queue_id),
        wait_s=f.entries.load(queue_id).wait_s,
        entered=counts.entered,
        answered=counts.answered,
        abandoned=counts.abandoned,
        sent_on=counts.sent_on,
        answer_wait_mean_s=counts.answer_wait_mean_s,
        counts=counts,
        levels=(service_level(counts, 0), service_level(counts, 1)),
        level_s=queue.level_s,
    )


def _places(f: FloorState, queue_id: int) -> list[Entry]:
    """Those in the line, best first; then those who are out of it for a moment: offered, or with a message."""
    entries, in_line = f.entries.entries, f.entries.routing.line_of(queue_id)
    rest = [one for one in entries.values() if one.queue_id == queue_id and one.call not in f.entries.routing.waiting]
    return [entries[name] for name in in_line] + rest


def waiting_view(f: FloorState, entry: Entry) -> WaitingView:
    call, callback = f.callers.get(entry.call), f.entries.promises.callbacks.get(entry.call)
    asked = call.agent_id or next(iter(call.ringing), None) if call is not None else None
    return WaitingView(
        entry=entry.call,
        state=entry.state,
        number=entry.number,
        name=call.name if call is not None else callback.name if callback is not None else "",
        since_utc_s=entry.since_s,
        priority=entry.priority if entry.priority is not None else _priority(f, entry),
        agent_id=asked or entry.agent_id,
        callback=entry.state is EntryState.PROMISED,
        skills={need.skill: need.level for need in entry.skills},
    )


def _priority(f: FloorState, entry: Entry) -> int:
    queue = f.entries.routing.queues.get(entry.queue_id)
    return queue.priority if queue is not None else PRIORITY_USUAL


def today(f: FloorState, queue_id: int) -> QueueCounts:
    """Since midnight UTC."""
    return total(counts for bucket, counts in f.entries.counts.get(queue_id, {}).items() if bucket >= f.day_bucket)
