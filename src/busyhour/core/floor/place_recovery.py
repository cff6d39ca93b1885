"""Places and promises after a restart: of callers on the line, and of those who are to be called back."""

from msgspec.structs import replace

from busyhour.core import events as e
from busyhour.core.acd.entries import Entry
from busyhour.core.acd.overflow import Path
from busyhour.core.commands import SaveEntry
from busyhour.core.floor import callbacks, callers
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import CallState
from busyhour.core.life.callback import CALLBACK_LIFE, CallbackCause, CallbackState
from busyhour.core.life.entry import EntryState
from busyhour.core.life.table import step
from busyhour.core.model.callers import EntryPicture


def last_places(f: FloorState, event: e.FloorStarted) -> dict[str, EntryPicture]:
    """Of each the one that they entered last: the end of another may have gone with an engine that died."""
    entries: dict[str, EntryPicture] = {}
    for one in sorted(event.entries, key=lambda one: one.entered_utc_s):
        if one.entry in entries:
            end_entry(f, entries[one.entry])
        entries[one.entry] = one
    return entries


def restore_promises(f: FloorState, event: e.FloorStarted, entries: dict[str, EntryPicture]) -> None:
    kept = {name: one for name, one in entries.items() if one.state == EntryState.PROMISED}
    for callback in event.callbacks:
        if callback.queue_id not in f.entries.routing.queues:
            over = step(CALLBACK_LIFE, callback.state, CallbackCause.GAVE_UP)
            callbacks.save(f, replace(callback, state=over, why="the queue was removed"))
            continue
        f.entries.promises.restore(callback)
        picture = kept.get(callback.callback)
        entry = Entry(callback.callback, callback.queue_id, callback.number, callback.since_utc_s, f.now.utc_s)
        if picture is not None:
            entry = entry_of(picture)
        entry.state = EntryState.PROMISED
        f.entries.restore(entry, f.now.utc_s)
        if callback.state is not CallbackState.WAITING:
            f.entries.callback_taken(callback.callback, f.now.utc_s)
        if callback.state is CallbackState.PUT_OFF:
            f.at((callback.due_utc_s or 0.0) - f.now.utc_s, "callback", callback.callback)
        callers.look_again(f, callback.callback)


def settle_dialing(f: FloorState) -> None:
    """A dial of which the store knows nothing was never committed, so nobody was dialed."""
    dialed = {call.callback for call in f.callers.values() if call.state is not CallState.ENDED}
    for callback in list(f.entries.promises.callbacks.values()):
        if callback.state is CallbackState.DIALING and callback.callback not in dialed:
            f.entries.promises.not_sent(callback.callback)
            callbacks.save(f, callback)
            f.entries.callback_waits(callback.callback, f.now.utc_s)


def entry_of(picture: EntryPicture) -> Entry:
    return Entry(
        call=picture.entry,
        queue_id=picture.queue_id,
        number=picture.number,
        since_s=picture.since_utc_s,
        entered_s=picture.entered_utc_s,
        skills=picture.skills,
        priority=picture.priority,
        agent_id=picture.agent_id,
        agent_until_s=picture.agent_until_utc_s,
        relaxed=picture.relaxed,
        path=Path(picture.queues, picture.hops, frozenset(picture.fired)),
        state=EntryState(picture.state),
        to_tail=picture.to_tail,
        queued=picture.queued,
    )


def end_entry(f: FloorState, entry: EntryPicture) -> None:
    """Nobody stands there any more."""
    state = EntryState.SERVED if entry.state == EntryState.OFFERED else EntryState.LEFT
    f.do(SaveEntry(entry=replace(entry, state=state), at_utc_s=f.now.utc_s))
