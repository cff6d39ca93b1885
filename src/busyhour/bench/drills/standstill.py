"""The engine stands still for longer than its ownership lasts, another takes over, and the first one wakes up: the PBX
must not carry out an order of it any more (R10).

Both are `busyhour up` on one data folder, whose locks the drill takes away, as two machines would each have their own.
Each has a proxy of its own to the PBX, which writes down what goes through.
"""

import asyncio
import signal
import time
from typing import Final

import psutil

from busyhour.bench.drills.desk_truth import untrue_desks
from busyhour.bench.drills.fault_proxy import FaultProxy, Order
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.seen import Seen
from busyhour.bench.drills.verdict import Verdict
from busyhour.service.keeping import SURE_S

LIVE_MIN: Final = 20
STEADY_S: Final = 2.0
STILL_MIN_S: Final = SURE_S + 0.5
STILL_MORE_S: Final = 3.0  # a random part of it passes, too
LEAVES_MAX_S: Final = 15.0
WELL_MAX_S: Final = 15.0
REPLACED_CODE: Final = 70  # as the operating guide says
LOCKS: Final = ("lock", "db/owner.lock")
OF_THE_LINK: Final = "applications/"  # what a link asks for itself touches no call


async def stand_still(scene: Scene, times: int) -> tuple[Verdict, Seen]:
    await scene.begin_load(20 + 20 * times)
    seen, told = Seen(), Verdict()
    for _ in range(times):
        await scene.wait_live(LIVE_MIN)
        await asyncio.sleep(scene.random.uniform(0, STEADY_S))
        await _replace(scene, seen, told)
        told.untrue += await untrue_desks(scene, seen)
    verdict = await scene.end_load()
    verdict.add(told)
    return verdict, seen


async def _replace(scene: Scene, seen: Seen, told: Verdict) -> None:
    old, new, proxy = scene.product, scene.other, scene.proxy
    assert new is not None
    assert proxy is not None
    engine = old.engine()
    assert engine is not None
    seen.sample("live_calls", scene.note("standstill").live)
    engine.send_signal(signal.SIGSTOP)
    still_s = time.monotonic()
    for name in LOCKS:
        (old.folder / name).unlink(missing_ok=True)  # the second: of a private database only
    try:
        new.spawn()
        await new.wait_ready()
    except BaseException:
        engine.kill()  # it would not hear that it is to stop
        raise
    await scene.follow(new)
    scene.other, scene.proxy, scene.other_proxy = old, scene.other_proxy, proxy
    left_s = STILL_MIN_S - (time.monotonic() - still_s)
    await asyncio.sleep(max(0.0, left_s) + scene.random.uniform(0, STILL_MORE_S))
    seen.sample("stood_still_s", time.monotonic() - still_s)
    woken_s = time.time()
    engine.send_signal(signal.SIGCONT)
    code = await old.wait_ended(LEAVES_MAX_S)
    seen.sample("left_after_s", time.time() - woken_s)
    if code != REPLACED_CODE:
        told.late.append(
            f"the replaced engine ended with {code}, not with {REPLACED_CODE}, within {LEAVES_MAX_S:.0f} s"
        )
        await old.kill()
    orders = _orders(proxy, woken_s)
    seen.counts["standstills"] += 1
    seen.counts["orders_of_the_replaced"] += len(orders)
    told.obeyed += [f"{order.method} {order.uri}: {order.status}" for order in orders if obeyed(order)]
    await scene.until_well(WELL_MAX_S)
    seen.sample("load", psutil.getloadavg()[0])


def _orders(proxy: FaultProxy, since_s: float) -> list[Order]:
    return [
        order
        for order in proxy.orders
        if order.at_s >= since_s and order.method != "GET" and not order.uri.startswith(OF_THE_LINK)
    ]


def obeyed(order: Order) -> bool:
    """Without an answer, it may have been."""
    return order.status is None or order.status < 300
