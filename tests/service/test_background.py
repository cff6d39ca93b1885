"""Work beside everything else never ends without a word (A15). On virtual time."""

import asyncio
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from busyhour.service.background import AGAIN_AFTER_S, SETTLED_AFTER_S, for_ever, once

pytestmark = pytest.mark.looptime


async def test_a_loop_that_fails_is_told_and_begun_anew_a_little_later_each_time() -> None:
    begun_s: list[float] = []

    async def work() -> None:
        begun_s.append(asyncio.get_running_loop().time())
        raise ZeroDivisionError

    with capture_logs() as told:
        task = for_ever("divider", work)
        await asyncio.sleep(sum(AGAIN_AFTER_S) + AGAIN_AFTER_S[-1] + 1)
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])
    waits = [round(after - before, 3) for before, after in pairwise(begun_s)]
    assert waits == [*AGAIN_AFTER_S, AGAIN_AFTER_S[-1]]
    failures = [one for one in told if one["event"] == "background task failed"]
    assert len(failures) == len(begun_s)
    assert all(one["task"] == "divider" and one["log_level"] == "error" and one["exc_info"] for one in failures)
    assert task.cancelled()


async def test_one_that_worked_for_long_is_begun_anew_soon() -> None:
    begun_s: list[float] = []

    async def work() -> None:
        begun_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(SETTLED_AFTER_S)
        raise ZeroDivisionError

    task = for_ever("settled", work)
    await asyncio.sleep(4 * SETTLED_AFTER_S)
    task.cancel()
    waits = [after - before - SETTLED_AFTER_S for before, after in pairwise(begun_s)]
    assert waits == pytest.approx([AGAIN_AFTER_S[0]] * 3)


async def test_one_that_ends_well_was_not_told_to() -> None:
    lives = 0

    async def work() -> None:
        nonlocal lives
        lives += 1

    with capture_logs() as told:
        task = for_ever("ender", work)
        await asyncio.sleep(AGAIN_AFTER_S[0] + 0.1)
        task.cancel()
    assert lives == 2
    assert {"event": "background task ended", "log_level": "error", "task": "ender"} in told


async def test_work_that_fails_once_is_told_though_nobody_waits_for_it() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with capture_logs() as told:
        kept = [once("worker", work())]
        await asyncio.sleep(0.01)
    [failure] = told
    assert (failure["event"], failure["task"]) == ("background task failed", "worker")
    assert isinstance(failure["exc_info"], ZeroDivisionError)
    assert kept[0].done()


async def test_what_is_cancelled_did_not_fail() -> None:
    with capture_logs() as told:
        task = once("cancelled", asyncio.sleep(10))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    assert told == []
