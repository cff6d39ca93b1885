"""Queues and numbers as they are configured, agents in their lines, and what is kept of each step of an entry."""

from busyhour.core import events as e
from busyhour.core.acd.entries import Entry
from busyhour.core.acd.opening import closed
from busyhour.core.commands import SaveEntry, SaveQueueCounts
from busyhour.core.floor import callbacks, callers
from busyhour.core.floor.state import ALL, AgentLive, FloorState
from busyhour.core.life.entry import EntryState
from busyhour.core.model.callers import EntryPicture
from busyhour.core.model.campaign import DAY_S
from busyhour.core.model.counts import bucket_of
from busyhour.core.model.queue import Queue, QueueMember

DIRECT = 0  # the queue of calls for one agent, by whom they are wanted; no queue of the tenant has this number
LOOK_S = 15.0  # between two looks at all who wait: queues close, agents leave, and rules speak of both


def on_queue_changed(f: FloorState, event: e.QueueChanged) -> None:
    set_queue(f, event.queue)


def set_queue(f: FloorState, queue: Queue) -> None:
    """Calls that agents have keep the settings that they began with."""
    take_callers(f)
    f.entries.routing.set_queue(queue)
    for entry in [one for one in f.entries.entries.values() if one.queue_id == queue.queue_id]:
        call = f.callers.get(entry.call)
        if call is not None:
            call.queue = queue
        callers.look_again(f, entry.call)
    f.closed_why[queue.queue_id] = closed(queue.opening, f.now.utc_s) or ""
    f.touch("queues", queue.queue_id)


def on_queue_removed(f: FloorState, event: e.QueueRemoved) -> None:
    routing = f.entries.routing
    if event.queue_id not in routing.queues or event.queue_id == DIRECT:
        return
    for name in [one.call for one in f.entries.entries.values() if one.queue_id == event.queue_id]:
        if name in f.callers:
            callers.turn_away(f, f.callers[name], "the queue was removed")
        else:
            callbacks.cancel(f, name, "the queue was removed")
    routing.drop_queue(event.queue_id)
    f.touch("queues", event.queue_id)


def on_numbers_changed(f: FloorState, event: e.NumbersChanged) -> None:
    f.numbers = event.numbers
    take_callers(f)


def on_ageing_changed(f: FloorState, event: e.AgeingChanged) -> None:
    f.entries.routing.set_ageing(event.ageing_s)
    f.touch("queues", ALL)


def take_callers(f: FloorState) -> None:
    """From the first queue or number on, agents stand in line for callers, too."""
    if f.takes_callers:
        return
    f.takes_callers = True
    f.entries.is_closed = lambda queue_id: closed(f.entries.routing.queues[queue_id].opening, f.now.utc_s) is not None
    for agent in f.agents.values():
        f.entries.routing.set_agent(agent.agent_id, agent.profile.skills)
    _open_direct(f)
    for agent in f.agents.values():
        f.stand_in_line(agent)
    look_at_clock(f)
    f.at(LOOK_S, "queues", ALL)


def _open_direct(f: FloorState) -> None:
    """Everybody serves it, for each of its calls is for one agent."""
    members = tuple(QueueMember(agent_id) for agent_id in f.agents)
    f.entries.routing.set_queue(Queue(queue_id=DIRECT, name="", members=members))


def put_agent(f: FloorState, agent: AgentLive) -> None:
    """As they are configured now: what they may be given follows from it."""
    if not f.takes_callers:
        return
    routing = f.entries.routing
    known = agent.agent_id in routing.roster.agents
    routing.set_agent(agent.agent_id, agent.profile.skills)
    if not known:
        _open_direct(f)
        f.stand_in_line(agent)


def on_queues_due(f: FloorState, name: str) -> None:
    look_at_clock(f)
    look_at_all(f)
    callbacks.give_up_late_ones(f)
    f.at(LOOK_S, "queues", name)


def look_at_clock(f: FloorState) -> None:
    """What is shown of queues only because time has passed: those that have opened or closed, and whose day it is."""
    before = f.closed_why, f.day_bucket
    f.day_bucket = bucket_of(f.now.utc_s // DAY_S * DAY_S)
    f.closed_why = {
        queue_id: closed(queue.opening, f.now.utc_s) or "" for queue_id, queue in f.entries.routing.queues.items()
    }
    if (f.closed_why, f.day_bucket) != before:
        f.touch("queues", ALL)


def look_at_all(f: FloorState) -> None:
    for entry in list(f.entries.entries.values()):
        if entry.state is EntryState.QUEUED:
            callers.on_entry_due(f, entry.call)


# What is kept


def keep(f: FloorState, entry: Entry, name: str = "") -> None:
    """As it is after this step. `name`: its own, where it has been given another since."""
    f.touch("queues", entry.queue_id)
    if entry.queue_id == DIRECT:
        return  # it is over before another engine could take it up: who is wanted rings, or does not
    picture = EntryPicture(
        entry=name or entry.call,
        queue_id=entry.queue_id,
        number=entry.number,
        since_utc_s=entry.since_s,
        entered_utc_s=entry.entered_s,
        state=entry.state,
        skills=entry.skills,
        priority=entry.priority,
        agent_id=entry.agent_id,
        agent_until_utc_s=entry.agent_until_s,
        relaxed=entry.relaxed,
        queues=entry.path.queues,
        hops=entry.path.hops,
        fired=tuple(sorted(entry.path.fired)),
        to_tail=entry.to_tail,
        queued=entry.queued,
    )
    f.do(SaveEntry(entry=picture, at_utc_s=f.now.utc_s))


def keep_left(f: FloorState, entry: Entry, name: str) -> None:
    """Its place goes on under the callback's name: the caller's own entry is over."""
    before, entry.state = entry.state, EntryState.LEFT
    keep(f, entry, name)
    entry.state = before


def keep_counts(f: FloorState) -> None:
    """Of the queues in which something was counted by this event."""
    counted = f.entries.counted
    for queue_id, bucket in counted:
        counts = f.entries.counts[queue_id].get(bucket)
        if counts is not None and queue_id != DIRECT:
            f.do(SaveQueueCounts(queue_id=queue_id, bucket=bucket, counts=counts))
    counted.clear()
