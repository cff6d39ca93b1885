"""Fillings of a hopper that the store is slow to answer: nobody is left taken by an answer that nobody waits for."""

import asyncio
from typing import Any

import pytest

from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.core.model.values import EndCause, Outcome
from busyhour.service.errors import StoreDown
from tests.service.test_engine import agentless, end, outcomes, running, until

pytestmark = pytest.mark.looptime

CONTACTS = 90


class SlowFillings:
    """Of those that the engine asks for, the one with this number waits until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, slow_no: int) -> None:
        self.done: list[int] = []
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()
        fill = MemoryStore.fill_hopper

        async def filled(store: MemoryStore, tenant: int, fence: int, ask: Any, now: Any) -> Any:
            if ask.no == slow_no:
                self.asked.set()
                await self.go_on.wait()
            self.done.append(ask.no)
            return await fill(store, tenant, fence, ask, now)

        monkeypatch.setattr(MemoryStore, "fill_hopper", filled)


async def goes_and_comes_back(store: MemoryStore) -> None:
    store.fault = StoreDown("away")
    await asyncio.sleep(12.0)
    store.fault = None
    await asyncio.sleep(12.0)


async def all_called(store: MemoryStore, pbx: MemoryTelephony) -> None:
    """Everybody is busy, at once."""
    ended = 0
    async with asyncio.timeout(600.0):
        while len(outcomes(store)) < CONTACTS:
            while ended < len(pbx.placed):
                end(pbx, ended, EndCause.BUSY)
                ended += 1
            await asyncio.sleep(0.1)


@pytest.mark.covers("I44")
async def test_a_filling_that_hangs_while_the_store_is_lost_and_back_leaves_nobody_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It hangs at a lock. The next one, which gives back whom the first may have taken, must not come before it."""
    fillings = SlowFillings(monkeypatch, slow_no=1)
    store, pbx = agentless(*(f"+12025550{n:03}" for n in range(CONTACTS))), MemoryTelephony()
    async with running(store, pbx):
        await fillings.asked.wait()
        await goes_and_comes_back(store)
        assert fillings.done == [], "the second waits for the first"
        fillings.go_on.set()
        await all_called(store, pbx)
    assert fillings.done[:2] == [1, 2]
    assert set(outcomes(store)) == {Outcome.BUSY}


@pytest.mark.covers("I44")
async def test_of_fillings_that_waited_only_the_last_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    fillings = SlowFillings(monkeypatch, slow_no=1)
    store, pbx = agentless(*(f"+12025550{n:03}" for n in range(CONTACTS))), MemoryTelephony()
    async with running(store, pbx):
        await fillings.asked.wait()
        await goes_and_comes_back(store)
        await goes_and_comes_back(store)
        fillings.go_on.set()
        await until(lambda: len(fillings.done) > 1)
        assert fillings.done == [1, 3]
        await all_called(store, pbx)
