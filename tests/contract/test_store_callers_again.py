"""What both stores keep of callers, written again, lost and given back, and found from any point on."""

import random
from typing import Any

import msgspec
import pytest

from busyhour.core import commands as c
from busyhour.core.events import CallCommitted, Instant
from busyhour.core.model.callers import CallerOutcome, OpenCaller
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.service.journal import Journal

from .inbound import Inbound, InMemory, picture


def day_of(inbound: Inbound) -> list[c.Keep]:
    """Of each kind of record that a day with callers leaves at least one."""
    one, two, three = (inbound.call(n) for n in (1, 2, 3))
    counts = QueueCounts(entered=3, answered=1, abandoned=1, sent_on=1)
    return [
        inbound.came(1),
        inbound.place_in(one, "welcome"),
        inbound.came(2, "+39065"),
        inbound.place_in(two, "queued", number="+39065"),
        c.SaveProgress(call=one, state="answered", answered_utc_s=inbound.utc_s + 1),
        inbound.place_in(one, "offered"),
        inbound.place_in(one, "served"),
        c.SaveProgress(call=one, state="answered", joined_utc_s=inbound.utc_s + 4, agent_id=inbound.side.agent_id),
        inbound.promised("k2", number="+39065"),
        inbound.place_in(two, "left", number="+39065"),
        inbound.place_in("k2", "promised", number="+39065"),
        inbound.gone(two, CallerOutcome.CALLED_BACK, number="+39065"),
        inbound.talked(one),
        inbound.agent("acw", one),
        c.SaveDisposition(
            call=one,
            agent_id=inbound.side.agent_id,
            disposition="sale",
            note="",
            at_utc_s=inbound.utc_s,
            next_due_utc_s=None,
            retry_why="",
        ),
        inbound.promised("k2", "dialing", number="+39065", attempts=1),
        inbound.back(1, callback="k2", number="+39065"),
        c.SaveProgress(call=inbound.back(1).call, state="sent"),
        inbound.came(3, ""),
        inbound.place_in(three, "queued", number=""),
        c.SaveQueueCounts(queue_id=inbound.queue.queue_id, bucket=inbound.bucket, counts=counts),
        inbound.gone(inbound.back(1).call, CallerOutcome.UNREACHED, number="+39065"),
        inbound.promised("k2", "put_off", number="+39065", attempts=1, due_utc_s=inbound.utc_s + 300),
    ]


@pytest.mark.covers("I33")
async def test_each_record_written_again_changes_nothing(inbound: Inbound) -> None:
    for keep in day_of(inbound):
        first = await inbound.commit(keep)
        before = await inbound.side.everything()
        assert await inbound.commit(keep) == first
        assert await inbound.side.everything() == before, keep
    keeps = day_of(inbound)
    assert [type(one) for one in await inbound.commit(*keeps)] == [CallCommitted], "all of it, in one batch"
    assert await inbound.side.everything() == before


class Lines:
    """A journal's file, which outlives its engine."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def append(self, line: bytes) -> None:
        self.written.append(line)

    def lines(self) -> list[bytes]:
        return self.written


class Still:
    def now(self) -> Instant:
        return Instant(mono_s=0.0, utc_s=0.0)


@pytest.mark.covers("I33")
async def test_what_a_store_that_failed_over_has_lost_is_given_back(inbound: Inbound) -> None:
    """By the journal of an engine that died at the same time. A dial that was refused is not among it."""
    file, refused = Lines(), inbound.back(9, callback="unknown")
    keeps = [*day_of(inbound), refused]
    Journal(Still(), file).note(inbound.fence, 1, keeps, await inbound.commit(*keeps))
    before = picture(await inbound.own())
    await inbound.side.rewind()
    floor = await inbound.own(kept=Journal(Still(), file).kept())
    assert floor.given_back == 1, "the dial of a callback; callers who come are no calls of ours"
    assert picture(floor) == before
    await inbound.commit(inbound.gone("i1-unknown"), c.SaveProgress(call="b1-9-9", state="sent"))
    assert picture(await inbound.own()) == before, "of a call that nobody knows nothing is written"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.covers("I20", "I33")
async def test_after_any_commits_the_next_engine_finds_what_was_committed(inbound: Inbound, seed: int) -> None:
    """Against a picture that is kept beside it, by hand."""
    dice = random.Random(seed)
    believed = Believed()
    for _ in range(40 if isinstance(inbound.side, InMemory) else 6):
        batch = [random_keep(inbound, dice, believed) for _ in range(dice.randint(1, 6))]
        for keep in batch:
            believed.note(keep)
        await inbound.commit(*batch)
        inbound.utc_s += dice.choice((0.25, 1.0, 900.0))
        floor = await inbound.own()
        assert {one.call: one for one in floor.callers} == believed.callers
        assert {one.entry: one for one in floor.entries} == believed.entries
        assert {one.callback: one for one in floor.callbacks} == believed.callbacks
        assert floor.queue_counts == believed.counts
    assert believed.ended


class Believed:
    """What was committed, as one would keep it on paper."""

    def __init__(self) -> None:
        self.callers: dict[str, OpenCaller] = {}
        self.entries: dict[str, Any] = {}
        self.callbacks: dict[str, Any] = {}
        self.counts: dict[int, dict[int, QueueCounts]] = {}
        self.ended: set[str] = set()

    def note(self, keep: c.Keep) -> None:
        match keep:
            case c.SaveArrival():
                fields = msgspec.structs.asdict(keep)
                self.callers[keep.call] = OpenCaller(arrived_utc_s=fields.pop("at_utc_s"), state="ringing", **fields)
            case c.SaveEntry(entry=entry):
                over = entry.state in ("served", "left")
                self.entries.pop(entry.entry, None) if over else self.entries.update({entry.entry: entry})
                if entry.entry in self.callers:
                    known = self.callers[entry.entry]
                    self.callers[entry.entry] = msgspec.structs.replace(known, queue_id=entry.queue_id)
            case c.SaveProgress(call=call):
                changes = {name: value for name in PROGRESS if (value := getattr(keep, name)) is not None}
                self.callers[call] = msgspec.structs.replace(self.callers[call], **changes)
            case c.CloseCaller(record=record):
                del self.callers[record.call]
                self.entries.pop(record.call, None)
                self.ended.add(record.call)
            case c.SaveCallback(callback=callback):
                over = callback.state in ("done", "given_up")
                self.callbacks.pop(callback.callback, None) if over else self.callbacks.update(
                    {callback.callback: callback}
                )
            case c.SaveQueueCounts():
                self.counts.setdefault(keep.queue_id, {})[keep.bucket] = keep.counts


PROGRESS = ("state", "answered_utc_s", "joined_utc_s", "agent_id")


def random_keep(inbound: Inbound, dice: random.Random, believed: Believed) -> c.Keep:
    """One that may come next. Within a batch it may be about a call that the batch itself ends: then anything goes."""
    inbound.no += 1
    kind = dice.randrange(6)
    calls = [call for call in believed.callers if call not in believed.ended]
    if kind == 0 or not calls:
        came = inbound.came(inbound.no * 100, f"+39{dice.randrange(10)}")
        believed.callers.setdefault(came.call, believed_of(came))
        return came
    call = dice.choice(calls)
    if kind == 1:
        state = dice.choice(("welcome", "queued", "overflow", "offered", "served", "left"))
        known = believed.entries.get(call)
        entered_utc_s = inbound.utc_s + inbound.no / 1000 if known is None else known.entered_utc_s
        entry = inbound.place_in(call, state, entered_utc_s=entered_utc_s, relaxed=dice.randrange(3))
        believed.note(entry)
        return entry
    if kind == 2:
        return c.SaveProgress(call=call, state="answered", agent_id=dice.choice((None, 4, 5)))
    if kind == 3:
        believed.ended.add(call)
        return inbound.gone(call)
    if kind == 4:
        state = dice.choice(("waiting", "put_off", "done"))
        return inbound.promised(f"k{inbound.no if state == 'done' else dice.randrange(3)}", state)
    counts = QueueCounts(entered=dice.randrange(100))
    return c.SaveQueueCounts(queue_id=inbound.queue.queue_id, bucket=inbound.bucket + dice.randrange(4), counts=counts)


def believed_of(came: c.SaveArrival) -> OpenCaller:
    fields = msgspec.structs.asdict(came)
    return OpenCaller(arrived_utc_s=fields.pop("at_utc_s"), state="ringing", **fields)
