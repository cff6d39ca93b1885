"""The alarm of the loops that wait at every event: rung, or the limit has come, whichever is first."""

import asyncio

import pytest

from busyhour.service.alarm import Alarm
from busyhour.sim.loop import run_virtually, the_loop

Waits = list[tuple[float | None, float]]


def ringing(waits: Waits, rings_s: list[float]) -> list[float]:
    """When each of these waits (limit, and the time at which it begins) is over, when it is rung at `rings_s`."""

    async def play() -> list[float]:
        alarm, over = Alarm(), []
        for at_s in rings_s:
            the_loop().call_at(at_s, alarm.ring)
        for limit_s, begins_s in waits:
            await asyncio.sleep(begins_s - the_loop().now_s)
            alarm.hush()
            await alarm.heard(limit_s)
            over.append(the_loop().now_s)
        return over

    return run_virtually(play())


@pytest.mark.parametrize(
    ("waits", "rings_s", "over_s"),
    [
        ([(5.0, 0.0)], [], [5.0]),
        ([(5.0, 0.0)], [2.0], [2.0]),
        ([(None, 0.0)], [100.0], [100.0]),
        ([(5.0, 0.0), (5.0, 1.0)], [1.0], [1.0, 6.0]),  # the first timer goes off early and is set again
        ([(50.0, 0.0), (2.0, 1.0)], [1.0], [1.0, 3.0]),  # the first timer would be too late
        ([(5.0, 0.0), (None, 1.0)], [1.0, 20.0], [1.0, 20.0]),  # a timer of before rings nothing
        ([(5.0, 0.0), (1.0, 8.0)], [1.0], [1.0, 9.0]),  # it went off while nobody waited
    ],
)
def test_a_wait_ends_when_it_is_rung_or_its_limit_has_come(
    waits: Waits, rings_s: list[float], over_s: list[float]
) -> None:
    assert ringing(waits, rings_s) == over_s


def test_what_rang_before_the_wait_is_heard_at_once_until_it_is_hushed() -> None:
    async def play() -> float:
        alarm = Alarm()
        alarm.ring()
        await alarm.heard(5.0)
        await alarm.heard(5.0)
        return the_loop().now_s

    assert run_virtually(play()) == 0.0


def test_a_wait_that_is_cancelled_leaves_no_timer() -> None:
    async def play() -> None:
        alarm = Alarm()
        task = asyncio.create_task(alarm.heard(5.0))
        await asyncio.sleep(1.0)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(0.0)
        assert not the_loop().timers_set

    run_virtually(play())
