"""Since when callers may have come that no engine saw, and which of those that the PBX knows are in the store."""

import time

import pytest

from busyhour.core import commands as c
from busyhour.service.ports import Kept

from .inbound import Inbound, InMemory


@pytest.mark.covers("I16", "I47")
async def test_the_next_engine_asks_since_the_last_write_and_so_does_each_until_one_has_an_answer(
    inbound: Inbound,
) -> None:
    if isinstance(inbound.side, InMemory):
        inbound.side.memory.clock = time.time
    before_s = time.time()
    await inbound.commit(c.SaveMissed(since_utc_s=None), inbound.came())
    since_utc_s = (await inbound.own()).missed_since_utc_s
    assert since_utc_s is not None
    assert before_s - 1 <= since_utc_s <= time.time()
    await inbound.commit(inbound.gone(inbound.call()))
    assert (await inbound.own()).missed_since_utc_s == since_utc_s  # the one before has died over it
    await inbound.commit(c.SaveMissed(since_utc_s=None))
    assert ((await inbound.own()).missed_since_utc_s or 0.0) > since_utc_s


async def test_a_gap_while_an_engine_lived_is_known_to_the_next_one(inbound: Inbound) -> None:
    await inbound.own()
    await inbound.commit(c.SaveMissed(since_utc_s=None), c.SaveMissed(since_utc_s=inbound.utc_s - 70))
    await inbound.commit(inbound.came())
    assert (await inbound.own()).missed_since_utc_s == inbound.utc_s - 70


async def test_which_callers_are_not_in_the_store(inbound: Inbound) -> None:
    await inbound.commit(inbound.came(1), inbound.came(2), inbound.gone(inbound.call(2)))
    asked = [inbound.call(n) for n in (3, 2, 1, 4)]
    assert sorted(await inbound.side.store.unknown(inbound.side.tenant, asked)) == [inbound.call(3), inbound.call(4)]
    assert await inbound.side.store.unknown(inbound.side.tenant, []) == []


async def test_a_store_that_lost_all_of_its_engines_asks_too(inbound: Inbound) -> None:
    kept = Kept(fence=inbound.fence, writes=((inbound.no + 1, (inbound.came(),)),))
    await inbound.side.rewind()
    assert (await inbound.own(kept=kept)).missed_since_utc_s is not None
