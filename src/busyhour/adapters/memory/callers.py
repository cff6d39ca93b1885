"""Queues and callers of one tenant in the store in memory: the rows, what is written to them, and what is found."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import msgspec

from busyhour.core import commands as c
from busyhour.core.acd.lost import AGAIN_S
from busyhour.core.acd.promises import CallbackPicture, may_call_back
from busyhour.core.dialer.may_dial import Verdict
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.callback import OPEN, CallbackState
from busyhour.core.life.entry import ENDED, EntryState
from busyhour.core.model.callers import (
    SERVED_MAX,
    Callback,
    CallbackSource,
    CallerOutcome,
    CallerRecord,
    EntryPicture,
    OpenCaller,
    Served,
)
from busyhour.core.model.counts import bucket_of
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.queue import Queue
from busyhour.core.model.queue_counts import AT_HAND_S, QueueCounts
from busyhour.core.model.values import Refusal

TABLES: Final = ("queues", "zones", "callers", "records", "reached", "open", "entries", "over", "callbacks", "counts")
LIFE: Final = ("intent", "ambiguous", "sent", "ringing", "answered", "final")

T = TypeVar("T")
Place = tuple[str, int, float]
"""Who, in which queue, since when there."""


def bare(number: str) -> str:
    """A carrier may leave out the `+`."""
    return number.removeprefix("+")


@dataclass(slots=True)
class CallerRows:
    """Values in the tables never change: a row is put in place of another."""

    queues: dict[int, Queue] = field(default_factory=dict)
    numbers: tuple[DialedNumber, ...] = ()
    ageing_s: float = 0.0
    acw_s: float = 0.0
    country: str = ""  # of the tenant; empty: numbers are heard as they are told
    zones: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of a number; not here: UTC
    callers: dict[str, OpenCaller] = field(default_factory=dict)
    records: dict[str, CallerRecord] = field(default_factory=dict)
    reached: dict[str, None] = field(default_factory=dict)  # callbacks
    open: dict[str, None] = field(default_factory=dict)  # calls without a final record
    entries: dict[Place, EntryPicture] = field(default_factory=dict)  # those that have not ended
    over: dict[Place, str] = field(default_factory=dict)  # places that have ended, and how
    callbacks: dict[str, Callback] = field(default_factory=dict)
    counts: dict[tuple[int, int], QueueCounts] = field(default_factory=dict)  # by queue and quarter of an hour

    def copy(self) -> "CallerRows":
        other = replace(self)
        for name in TABLES:
            setattr(other, name, dict(getattr(self, name)))
        return other

    def on_line(self, number: str) -> bool:
        """Somebody with this number has called us, or is being called back."""
        if not self.open:
            return False
        wanted = bare(number)
        return any(bare(self.callers[call].number) == wanted for call in self.open)

    # What a new owner finds

    def open_callers(self, wrapped_up: Iterable[str | None]) -> tuple[OpenCaller, ...]:
        names = {*self.open, *(call for call in wrapped_up if call in self.callers and call is not None)}
        return tuple(self.callers[call] for call in sorted(names))

    def open_entries(self) -> tuple[EntryPicture, ...]:
        return tuple(sorted(self.entries.values(), key=_order))

    def open_callbacks(self) -> tuple[Callback, ...]:
        found = [msgspec.structs.replace(one) for one in self.callbacks.values() if one.state in OPEN]
        return tuple(sorted(found, key=lambda one: (one.since_utc_s, one.callback)))

    def lately(self, utc_s: float | None) -> dict[int, dict[int, QueueCounts]]:
        """Without a clock, of all times."""
        found: dict[int, dict[int, QueueCounts]] = {}
        for (queue_id, bucket), counts in sorted(self.counts.items()):
            if utc_s is None or bucket >= bucket_of(utc_s - AT_HAND_S):
                found.setdefault(queue_id, {})[bucket] = counts
        return found

    def served(self) -> tuple[Served, ...]:
        """Who had whom, oldest first."""
        had = sorted(self.callers.values(), key=lambda one: (one.arrived_utc_s, one.call))
        return tuple(
            Served(number=one.number, queue_id=one.queue_id, agent_id=one.agent_id, at_utc_s=one.joined_utc_s)
            for one in had
            if one.joined_utc_s is not None and one.agent_id is not None
        )[-SERVED_MAX:]

    def lost_lately(self, utc_s: float | None) -> dict[str, float]:
        """Who was promised a call within a day because they gave up; who came back before it is free again."""
        lost = [one for one in self.callbacks.values() if one.source is CallbackSource.LOST and not _came_back(one)]
        lately = [one for one in lost if utc_s is None or one.promised_utc_s > utc_s - AGAIN_S]
        return {one.number: one.promised_utc_s for one in sorted(lately, key=lambda one: one.promised_utc_s)}

    # What is written

    def has(self, keep: c.Keep) -> bool:
        """The call that it is about is here, if it is about one."""
        match keep:
            case c.SaveProgress(call=call) | c.SaveDisposition(call=call):
                return call in self.callers
            case c.CloseCaller(record=record):
                return record.call in self.callers
        return True

    def write(self, keep: c.Keep) -> None:
        match keep:
            case c.SaveArrival(call=call) if call not in self.callers:
                self.callers[call] = _arrived(keep)
                self.open[call] = None
            case c.SaveEntry(entry=entry):
                self._move(entry)
            case c.CloseCaller(record=record):
                self._close(record)
            case c.SaveCallback(callback=callback):
                known = self.callbacks.get(callback.callback)
                if known is None or known.state in OPEN:
                    self.callbacks[callback.callback] = msgspec.structs.replace(callback)
            case c.SaveQueueCounts():
                self.counts[keep.queue_id, keep.bucket] = keep.counts
            case c.SaveProgress():
                self._progress(keep)
            case c.SaveDisposition(call=call) if call in self.callers:
                before = self.callers[call]
                said = {"disposition": keep.disposition, "note": keep.note}
                agent_id = keep.agent_id if before.agent_id is None else before.agent_id
                self.callers[call] = msgspec.structs.replace(before, agent_id=agent_id, **said)

    def place(self, keep: c.PlaceCallback) -> bool:
        """Write the dial; False: it is there already."""
        if keep.call in self.callers:
            return False
        self.callers[keep.call] = OpenCaller(
            call=keep.call,
            dialed="",
            number=keep.number,
            name=keep.name,
            arrived_utc_s=keep.at_utc_s,
            state=AttemptState.INTENT,
            queue_id=keep.queue_id,
            callback=keep.callback,
            trunk_id=keep.trunk.trunk_id,
            agent_id=keep.agent_id,
        )
        self.open[keep.call] = None
        return True

    def may_place(self, keep: c.PlaceCallback, utc_s: float, *, on_dnc: bool, dialed: bool) -> Verdict:
        callback = self.callbacks.get(keep.callback)
        if callback is None or callback.state not in OPEN or keep.callback in self.reached:
            return Verdict(refusal=Refusal.CONTACT_CLOSED)
        live = dialed or self.on_line(keep.number)
        zones = self.zones.get(keep.number, ("UTC",))
        return may_call_back(callback, CallbackPicture(utc_s=utc_s, zones=zones, on_dnc=on_dnc, number_live=live))

    def _move(self, entry: EntryPicture) -> None:
        place = (entry.entry, entry.queue_id, entry.entered_utc_s)
        if place in self.over:
            pass
        elif entry.state in ENDED:
            self.entries.pop(place, None)
            self.over[place] = entry.state
        else:
            self.entries[place] = entry
        if entry.entry in self.open:
            self.callers[entry.entry] = msgspec.structs.replace(self.callers[entry.entry], queue_id=entry.queue_id)

    def _close(self, record: CallerRecord) -> None:
        before = self.callers.get(record.call)
        if before is None or record.call in self.records:
            return
        self.records[record.call] = record
        if before.callback and record.outcome is CallerOutcome.HANDLED:
            self.reached[before.callback] = None
        del self.open[record.call]
        for place in [place for place in self.entries if place[0] == record.call]:  # who is gone has no place
            del self.entries[place]
            self.over[place] = EntryState.LEFT
        self.callers[record.call] = msgspec.structs.replace(
            before,
            state=AttemptState.FINAL,
            queue_id=_first(record.queue_id, before.queue_id),
            answered_utc_s=_first(record.answered_utc_s, before.answered_utc_s),
            joined_utc_s=_first(record.joined_utc_s, before.joined_utc_s),
            agent_id=_first(record.agent_id, before.agent_id),
            outcome=record.outcome,
            ended_utc_s=record.ended_utc_s,
        )

    def _progress(self, keep: c.SaveProgress) -> None:
        before = self.callers.get(keep.call)
        if before is None or keep.call not in self.open:
            return
        self.callers[keep.call] = msgspec.structs.replace(
            before,
            state=max(before.state, keep.state, key=LIFE.index),
            ringing_utc_s=_first(before.ringing_utc_s, keep.ringing_utc_s),
            answered_utc_s=_first(before.answered_utc_s, keep.answered_utc_s),
            joined_utc_s=_first(before.joined_utc_s, keep.joined_utc_s),
            agent_id=_first(keep.agent_id, before.agent_id),
            out_trunk_id=_first(keep.out_trunk_id, before.out_trunk_id) or 0,
            outside=_first(keep.outside, before.outside) or "",
        )


def _arrived(keep: c.SaveArrival) -> OpenCaller:
    return OpenCaller(
        call=keep.call,
        dialed=keep.dialed,
        number=keep.number,
        name=keep.name,
        headers=keep.headers,
        arrived_utc_s=keep.at_utc_s,
        state=AttemptState.RINGING,
    )


def _came_back(callback: Callback) -> bool:
    return callback.state is CallbackState.DONE and callback.attempts == 0


def _order(entry: EntryPicture) -> tuple[float, str, int, float]:
    return entry.since_utc_s, entry.entry, entry.queue_id, entry.entered_utc_s


def _first(one: T | None, other: T | None) -> T | None:
    return other if one is None else one
