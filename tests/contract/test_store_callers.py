"""Callers in both stores: who is on the line, which place they have, what was promised to them, and how it ended."""

import asyncio
import time

import msgspec
import pytest

from busyhour.core import commands as c
from busyhour.core.events import CallCommitted, CallRefused, Event
from busyhour.core.model.callers import CallbackSource, CallerOutcome, OpenCaller, Served
from busyhour.core.model.campaign import Hours
from busyhour.core.model.queue import CallbackRule, SkillNeed
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.core.model.values import Refusal
from busyhour.service.errors import FenceLost

from .inbound import Inbound, InMemory


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


async def test_who_has_a_caller_after_a_hand_over_is_known_to_the_next_engine(inbound: Inbound) -> None:
    at, call, other = inbound.utc_s, inbound.call(), inbound.side.agent_id + 1
    await inbound.commit(
        inbound.came(),
        c.SaveProgress(call=call, state="answered", answered_utc_s=at + 1),
        c.SaveProgress(call=call, state="answered", joined_utc_s=at + 2, agent_id=inbound.side.agent_id),
        c.SaveProgress(call=call, state="answered", agent_id=other),
    )
    [caller] = (await inbound.own()).callers
    assert (caller.agent_id, caller.joined_utc_s) == (other, at + 2), "joined is when they first had an agent"
    await inbound.commit(c.SaveProgress(call=call, state="answered", joined_utc_s=at + 2, agent_id=other))
    [caller] = (await inbound.own()).callers
    assert caller.agent_id == other


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


async def test_over_which_trunk_a_caller_was_sent_to_which_number_is_known_to_the_next_engine(inbound: Inbound) -> None:
    sent = c.SaveProgress(call=inbound.call(), state="answered", out_trunk_id=1, outside="+39065")
    await inbound.commit(inbound.came(), inbound.came(2), sent)
    await inbound.commit(c.SaveProgress(call=inbound.call(), state="answered", answered_utc_s=inbound.utc_s + 1))
    one, two = (await inbound.own()).callers
    assert (one.out_trunk_id, one.outside) == (1, "+39065")
    assert (two.out_trunk_id, two.outside) == (0, "")


@pytest.mark.covers("OC-109")
async def test_who_had_whom_lately_is_known_to_the_next_engine(inbound: Inbound) -> None:
    inbound.utc_s, agent_id = time.time(), inbound.side.agent_id
    calls = [inbound.call(n) for n in range(1, 5)]
    later = {"at_utc_s": inbound.utc_s + 5}
    await inbound.commit(inbound.came(1), inbound.place_in(calls[0], "queued"), inbound.came(2, "", **later))
    await inbound.commit(inbound.came(3), inbound.came(4))
    await inbound.commit(inbound.talked(calls[0]), inbound.talked(calls[1], joined_utc_s=inbound.utc_s + 9))
    await inbound.commit(inbound.gone(calls[2]))  # nobody had them
    first, second = (await inbound.own()).served
    at_s = inbound.utc_s
    assert first == Served(number="+39061234", queue_id=inbound.queue.queue_id, agent_id=agent_id, at_utc_s=at_s + 4)
    assert second == Served(number="", queue_id=inbound.queue.queue_id, agent_id=agent_id, at_utc_s=at_s + 9)


@pytest.mark.covers("MZ-040", "MZ-215")
async def test_who_was_promised_a_call_today_for_giving_up_is_known_to_the_next_engine(inbound: Inbound) -> None:
    if isinstance(inbound.side, InMemory):
        inbound.side.memory.clock = time.time
    now = time.time()
    lost = {"source": CallbackSource.LOST, "promised_utc_s": now}
    await inbound.commit(
        inbound.promised("k1", number="+39061", **lost),
        inbound.promised("k2", number="+39062", state="given_up", attempts=3, **lost),
        inbound.promised("k3", number="+39063", state="done", attempts=0, **lost),  # called again by themselves
        inbound.promised("k4", number="+39064", state="done", attempts=1, **lost),
        inbound.promised("k5", number="+39065", **lost | {"promised_utc_s": now - 2 * 86_400}),
        inbound.promised("k6", number="+39066", promised_utc_s=now),  # asked for it
    )
    assert (await inbound.own()).lost_lately == dict.fromkeys(("+39061", "+39062", "+39064"), now)


async def test_figures_of_the_last_day_are_there_and_the_last_word_counts(inbound: Inbound) -> None:
    if isinstance(inbound.side, InMemory):
        inbound.side.memory.clock = time.time
    queue_id, bucket = inbound.queue.queue_id, inbound.bucket
    one = QueueCounts(entered=2, answered=1, wait_s=3.5, wait_max_s=3.5, in_time=(1, 1), short=(0, 1))
    two = one + QueueCounts(abandoned=1, abandoned_wait_s=9.0, sent_on=1, talk_s=60.25, entered=1, distributed=5)
    for at, counts in ((bucket, one), (bucket, two), (bucket - 90, one), (bucket - 100, two)):
        await inbound.commit(c.SaveQueueCounts(queue_id=queue_id, bucket=at, counts=counts))
    assert (await inbound.own()).queue_counts == {queue_id: {bucket - 90: one, bucket: two}}


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
