"""Callers in both stores: who is on the line, which place they have, what was promised to them, and how it ended."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from busyhour.adapters.sql.database import Database
from busyhour.core import commands as c
from busyhour.core.events import CallCommitted, CallRefused, Event
from busyhour.core.model.callers import CallerOutcome, OpenCaller
from busyhour.core.model.campaign import Hours
from busyhour.core.model.counts import bucket_of
from busyhour.core.model.queue import CallbackRule, SkillNeed
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.core.model.values import Refusal
from busyhour.service.errors import FenceLost
from busyhour.service.ports import Kept

from .inbound import Inbound, InMemory, InSql, picture


@pytest.fixture(params=["memory", "sql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("database_url") if request.param == "sql" else None


@pytest.fixture
async def inbound(url: str | None, tmp_path: Path) -> AsyncIterator[Inbound]:
    if url is None:
        made = Inbound(InMemory())
        await made.begin()
        yield made
        return
    database = Database(url, connections_max=5)
    made = Inbound(InSql(database, tmp_path))
    await made.begin()
    yield made
    await database.close()


def refused(answers: list[Event], reason: Refusal) -> float | None:
    [answer] = answers
    assert isinstance(answer, CallRefused)
    assert answer.reason is reason
    return answer.due_utc_s


async def test_who_calls_is_found_by_the_next_engine_with_their_queue_and_how_far_they_came(inbound: Inbound) -> None:
    at, call = inbound.utc_s, inbound.call()
    await inbound.commit(inbound.came(), inbound.place_in(call, "queued"))
    expected = OpenCaller(
        call=call,
        dialed="+39069",
        number="+39061234",
        name="Ada",
        headers={"X-CallId": "7"},
        arrived_utc_s=at,
        state="ringing",
        queue_id=inbound.queue.queue_id,
    )
    assert (await inbound.own()).callers == (expected,)
    await inbound.commit(
        c.SaveProgress(call=call, state="answered", answered_utc_s=at + 1),
        c.SaveProgress(call=call, state="ringing", joined_utc_s=at + 2, agent_id=inbound.side.agent_id),
        inbound.place_in(call, "served"),
    )
    far = {"state": "answered", "answered_utc_s": at + 1, "joined_utc_s": at + 2, "agent_id": inbound.side.agent_id}
    assert (await inbound.own()).callers == (msgspec.structs.replace(expected, **far),)
    assert inbound.floor.entries == ()


@pytest.mark.covers("I29", "I31")
async def test_a_callers_record_is_written_once_and_they_stay_while_their_agent_wraps_up(inbound: Inbound) -> None:
    call, agent_id = inbound.call(), inbound.side.agent_id
    await inbound.commit(inbound.came(), inbound.talked(call), inbound.agent("acw", call))
    await inbound.commit(inbound.gone(call), c.SaveProgress(call=call, state="answered", agent_id=77))
    said = {"agent_id": agent_id, "at_utc_s": inbound.utc_s, "next_due_utc_s": None, "retry_why": ""}
    await inbound.commit(c.SaveDisposition(call=call, disposition="sale", note="two", **said))
    [caller] = (await inbound.own()).callers
    assert (caller.outcome, caller.ended_utc_s, caller.state) == (CallerOutcome.HANDLED, inbound.utc_s + 14, "final")
    assert (caller.agent_id, caller.disposition, caller.note) == (agent_id, "sale", "two")
    await inbound.commit(inbound.agent("available", None))
    assert (await inbound.own()).callers == ()


@pytest.mark.covers("I20")
async def test_a_place_is_kept_as_it_is_through_every_step(inbound: Inbound) -> None:
    """Since when it counts, what the caller asks for, which rules fired: enough to stand in the same place again."""
    call = inbound.call()
    first = inbound.place_in(
        call,
        "welcome",
        skills=(SkillNeed("italian", 3),),
        priority=7,
        agent_id=5,
        agent_until_utc_s=inbound.utc_s + 30,
        queues=(4, 1),
        hops=2,
        fired=(0, 3),
        to_tail=True,
    )
    steps = [
        first.entry,
        msgspec.structs.replace(first.entry, state="queued", queued=True, relaxed=1),
        msgspec.structs.replace(first.entry, state="offered", since_utc_s=inbound.utc_s - 500),
    ]
    await inbound.commit(inbound.came())
    for entry in steps:
        await inbound.commit(c.SaveEntry(entry=entry, at_utc_s=inbound.utc_s))
        assert (await inbound.own()).entries == (entry,)
    await inbound.commit(inbound.place_in(call, "left"), inbound.place_in(call, "queued"))
    assert (await inbound.own()).entries == (), "what has ended stays so"
    inbound.utc_s += 1
    await inbound.commit(inbound.place_in(call, "queued"))
    assert [entry.entered_utc_s for entry in (await inbound.own()).entries] == [inbound.utc_s], "the same queue, anew"


async def test_who_is_gone_has_no_place(inbound: Inbound) -> None:
    await inbound.commit(inbound.came(), inbound.place_in(inbound.call(), "queued"))
    await inbound.commit(inbound.came(2), inbound.place_in(inbound.call(2), "queued"), inbound.gone(inbound.call()))
    floor = await inbound.own()
    assert [entry.entry for entry in floor.entries] == [caller.call for caller in floor.callers] == [inbound.call(2)]


async def test_a_promise_is_kept_until_it_is_done_and_stays_done(inbound: Inbound) -> None:
    waiting = inbound.promised(name="k1")
    put_off = inbound.promised(name="k1", state="put_off", attempts=1, due_utc_s=inbound.utc_s + 300, why="busy")
    await inbound.commit(waiting, inbound.place_in("k1", "promised"))
    assert (await inbound.own()).callbacks == (waiting.callback,)
    assert [entry.entry for entry in inbound.floor.entries] == ["k1"]
    await inbound.commit(put_off)
    assert (await inbound.own()).callbacks == (put_off.callback,)
    await inbound.commit(inbound.promised(state="done", why="called back"), waiting)
    assert (await inbound.own()).callbacks == ()


async def test_figures_of_the_last_day_are_there_and_the_last_word_counts(inbound: Inbound) -> None:
    bucket = bucket_of(inbound.utc_s)
    one = QueueCounts(entered=2, answered=1, wait_s=3.5, wait_max_s=3.5, in_time=(1, 1), short=(0, 1))
    two = one + QueueCounts(abandoned=1, abandoned_wait_s=9.0, sent_on=1, talk_s=60.25, entered=1)
    for counts in (one, two):
        await inbound.commit(c.SaveQueueCounts(queue_id=inbound.queue.queue_id, bucket=bucket, counts=counts))
    await inbound.commit(c.SaveQueueCounts(queue_id=inbound.queue.queue_id, bucket=bucket + 1, counts=one))
    assert (await inbound.own()).queue_counts == {inbound.queue.queue_id: {bucket: two, bucket + 1: one}}


# Callbacks


@pytest.mark.covers("I13")
async def test_a_callback_is_dialed_like_every_call_by_who_owns_the_shard(inbound: Inbound) -> None:
    await inbound.commit(inbound.promised(state="dialing"))
    old, dial = inbound.fence, inbound.back()
    await inbound.own("engine-2")
    with pytest.raises(FenceLost):
        await inbound.side.store.commit(inbound.side.tenant, old, [dial])
    assert await inbound.commit(dial) == [CallCommitted(call=dial.call)]
    assert await inbound.commit(dial) == [CallCommitted(call=dial.call)], "the same answer again"
    [caller] = (await inbound.own()).callers
    assert caller == OpenCaller(
        call=dial.call,
        dialed="",
        number="+39061234",
        name="Ada",
        arrived_utc_s=inbound.utc_s,
        state="intent",
        queue_id=inbound.queue.queue_id,
        callback="k1",
        trunk_id=inbound.side.trunk.trunk_id,
        agent_id=inbound.side.agent_id,
    )


@pytest.mark.covers("I22")
async def test_nobody_is_called_back_twice(inbound: Inbound) -> None:
    """Not while they are being called, not when they were reached, not when the promise is over."""
    await inbound.commit(inbound.promised(state="dialing"), inbound.back(1))
    assert refused(await inbound.commit(inbound.back(2)), Refusal.NUMBER_LIVE) == inbound.utc_s + 60
    await inbound.commit(inbound.gone(inbound.back(1).call, CallerOutcome.UNREACHED))
    assert await inbound.commit(inbound.back(2)) == [CallCommitted(call=inbound.back(2).call)]
    await inbound.commit(inbound.talked(inbound.back(2).call))
    assert refused(await inbound.commit(inbound.back(3)), Refusal.CONTACT_CLOSED) is None
    await inbound.commit(inbound.promised("k2"), inbound.promised("k2", "given_up"))
    assert refused(await inbound.commit(inbound.back(4, callback="k2")), Refusal.CONTACT_CLOSED) is None
    assert refused(await inbound.commit(inbound.back(5, callback="unknown")), Refusal.CONTACT_CLOSED) is None


@pytest.mark.covers("I22")
async def test_two_dials_of_one_promise_at_once_become_one(inbound: Inbound) -> None:
    await inbound.commit(inbound.promised(state="dialing"))
    dials = [inbound.back(n) for n in range(1, 5)]
    together = await asyncio.gather(*(inbound.commit(dial) for dial in dials[:2]))
    assert sorted(type(answer).__name__ for [answer] in together) == ["CallCommitted", "CallRefused"]
    in_one = await inbound.commit(*dials[2:])
    assert [type(answer) for answer in in_one] == [CallRefused, CallRefused]
    assert len((await inbound.own()).callers) == 1


@pytest.mark.covers("I6")
async def test_who_must_not_be_called_is_not_called_back_either(inbound: Inbound) -> None:
    await inbound.commit(inbound.promised(state="dialing"))
    await inbound.side.add_dnc("+39061234")
    assert refused(await inbound.commit(inbound.back()), Refusal.DNC) is None
    assert (await inbound.own()).callers == ()


@pytest.mark.covers("I5")
async def test_a_callback_keeps_the_hours_of_the_promise_where_the_caller_is(inbound: Inbound) -> None:
    rule = CallbackRule(hours=Hours(from_s=9 * 3600, until_s=18 * 3600))
    await inbound.commit(inbound.promised(state="dialing", rule=rule))
    if isinstance(inbound.side, InMemory):
        inbound.side.rows.inbound.zones["+39061234"] = ("Europe/Rome",)
    inbound.utc_s += 5 * 3600 + 1  # 18:00 in Rome, and a second
    due = refused(await inbound.commit(inbound.back()), Refusal.OUT_OF_HOURS_CALLEE)
    assert due == inbound.utc_s - 1 + 15 * 3600  # 08:00 UTC, 09:00 in Rome
    inbound.utc_s = due
    assert await inbound.commit(inbound.back()) == [CallCommitted(call=inbound.back().call)]


@pytest.mark.covers("I2")
@pytest.mark.parametrize("said", ["+39061234567", "39061234567"])
async def test_who_is_on_the_line_with_us_is_not_dialed(inbound: Inbound, said: str) -> None:
    """Neither by a campaign nor to be called back; however their carrier writes their number."""
    number = "+39061234567"
    item = await inbound.dial(number)
    await inbound.commit(inbound.promised(state="dialing", number=number), inbound.came(number=said))
    for dial in (inbound.dialed(item), inbound.back(number=number)):
        answers = [one for one in await inbound.commit(dial) if isinstance(one, CallCommitted | CallRefused)]
        assert refused(answers, Refusal.NUMBER_LIVE) == inbound.utc_s + 60
    await inbound.commit(inbound.gone(inbound.call()))
    assert await inbound.commit(inbound.back(number=number)) == [CallCommitted(call=inbound.back().call)]
    answers = [one for one in await inbound.commit(inbound.dialed(item)) if isinstance(one, CallRefused)]
    assert refused(answers, Refusal.NUMBER_LIVE) is not None


@pytest.mark.covers("I2")
async def test_who_is_being_dialed_is_not_called_back_meanwhile(inbound: Inbound) -> None:
    item = await inbound.dial("+39061234567")
    answers = await inbound.commit(inbound.dialed(item))
    assert CallCommitted(call=item.call) in answers
    await inbound.commit(inbound.promised(state="dialing", number=item.number))
    refused(await inbound.commit(inbound.back(number=item.number)), Refusal.NUMBER_LIVE)


# Again, and from any point on


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
        c.SaveQueueCounts(queue_id=inbound.queue.queue_id, bucket=bucket_of(inbound.utc_s), counts=counts),
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


@pytest.mark.covers("I33")
async def test_what_a_store_that_failed_over_has_lost_is_given_back(inbound: Inbound) -> None:
    keeps = day_of(inbound)
    await inbound.commit(*keeps)
    before = picture(await inbound.own())
    await inbound.side.rewind()
    floor = await inbound.own(kept=Kept(fence=inbound.fence, writes=((1, tuple(keeps)),)))
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
    return c.SaveQueueCounts(queue_id=inbound.queue.queue_id, bucket=bucket_of(inbound.utc_s), counts=counts)


def believed_of(came: c.SaveArrival) -> OpenCaller:
    fields = msgspec.structs.asdict(came)
    return OpenCaller(arrived_utc_s=fields.pop("at_utc_s"), state="ringing", **fields)
