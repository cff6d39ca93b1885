"""kill -9 of the engine, and of the PBX, with calls up: nothing is lost, doubled or left behind."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import psutil
import pytest

from busyhour.bench.desks import Desk, Desks
from busyhour.bench.judge import judge
from busyhour.bench.product import Api, Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.ledger import times_dialed
from busyhour.sim.sipp.media import MediaEnd
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

TALKERS = 20
AGENTS = 25  # five of them keep taking short calls, so that some calls are on their way at the moment of the kill
LONG = [number_of(Behavior.TALK, n, detail=9) for n in range(TALKERS)]
SHORT = [number_of(Behavior.TALK, n, detail=0) for n in range(40)] + [number_of(Behavior.BUSY, n) for n in range(40)]
GAP_MAX_S = 0.2
LISTEN_S = 3.0  # more than the 100 packets of which a gap is judged
ADOPTED_MAX_S = 3.0
AGENTS_FREE_MAX_S = 10.0


@dataclass
class Scene:
    """Twenty long conversations, and short calls coming and going."""

    product: Product
    carrier: Carrier
    ear: MediaEnd
    desks: Desks
    run_id: int

    def long_dialogs(self) -> int:
        long = {number[1:] for number in LONG}
        return sum(d.number in long and d.answered_s is not None and d.open for d in self.carrier.ledger.dialogs())


@pytest.fixture
async def scene(product: Product, carrier_settings: SippSettings, phone_settings: SippSettings) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        ear = await stack.enter_async_context(MediaEnd(carrier_settings.media_port + 10, tone_hz=700))
        carrier = stack.enter_context(Carrier(carrier_settings, media_elsewhere=ear.port))
        phones = stack.enter_context(Phones(phone_settings))
        desks = await stack.enter_async_context(Desks(product.api))
        agents = await desks.make([phones.sip_address(n) for n in range(AGENTS)], prefix="crash")
        trunk = await make_trunk(product.api, name="network", host=carrier.address, capacity=100)
        campaign_id = await make_campaign(
            product.api,
            [await make_list(product.api, "long and short", LONG + SHORT)],
            name="crash",
            dial_mode="progressive",
            max_concurrent=100,
            acw_mode="none",
            trunk_ids=[trunk["trunk_id"]],
            agent_ids=agents,
        )
        await desks.open()
        run_id = await start_run(product.api, campaign_id)
        scene = Scene(product, carrier, ear, desks, run_id)
        await until(lambda: scene.long_dialogs() == TALKERS and len(ear.talking()) >= TALKERS, 30)
        yield scene


async def until(condition: Any, timeout_s: float) -> float:
    """Looks often, answers how long it took."""
    begin_s = time.monotonic()
    while not condition():
        assert time.monotonic() - begin_s < timeout_s, f"not so within {timeout_s} s"
        await asyncio.sleep(0.02)
    return time.monotonic() - begin_s


async def live_calls(api: Api) -> list[dict[str, Any]]:
    """The calls of a fresh snapshot of the live feed."""
    async with api.http.ws_connect("/api/live", headers={"Origin": api.url}) as socket:
        snapshot = await socket.receive_json(timeout=5)
    return list(snapshot["state"]["calls"].values())


async def test_killed_engine_finds_its_calls_again(scene: Scene) -> None:
    product, ear = scene.product, scene.ear
    ear.restart_gaps()
    assert len(ear.talking()) >= TALKERS
    killed_s = time.monotonic()
    await product.kill_engine()
    await product.wait_ready()
    start_s = time.monotonic() - killed_s
    begin_s = time.monotonic()
    while sum(call["state"] == "talking" for call in await live_calls(product.api)) < TALKERS:
        assert time.monotonic() - begin_s < ADOPTED_MAX_S, await live_calls(product.api)
    adopted_s = time.monotonic() - begin_s
    await asyncio.sleep(LISTEN_S)
    assert scene.long_dialogs() == TALKERS
    quiet = [heard.gap_max_s for heard in ear.talking().values() if heard.packets > 100 and heard.gap_max_s > GAP_MAX_S]
    assert not quiet, f"gaps in the audio: {quiet}"
    assert len(ear.talking()) >= TALKERS
    gap_s = max(heard.gap_max_s for heard in ear.talking().values() if heard.packets > 100)
    print(
        f"started in {start_s:.1f} s, adopted {adopted_s:.2f} s later, longest gap in the audio {gap_s * 1000:.0f} ms"
    )

    again = Desks(product.api)
    again.agents = scene.desks.agents
    async with again:
        await again.open()  # the same tabs: the agents are where they were
        talking = [desk for desk in again.desks if desk.call is not None and desk.call["number"] in LONG]
        assert len(talking) == TALKERS
        await product.api.post(f"/api/runs/{scene.run_id}/remove")
        await asyncio.gather(*(desk.press("hangup") for desk in talking))
        attempts = await wait_closed(product.api, scene.run_id, timeout_s=20)
    found = judge(scene.carrier.ledger.dialogs(), attempts, talk_tolerance_s=1.0)
    assert not found, str(found)
    assert set(times_dialed(scene.carrier.ledger.dialogs()).values()) == {1}
    assert {a["outcome"] for a in attempts if a["number"] in LONG} == {"HANDLED"}


async def test_killed_pbx_closes_its_calls_and_frees_the_agents(scene: Scene) -> None:
    product = scene.product
    await product.api.post(f"/api/runs/{scene.run_id}/pause")
    pbx_of(product).kill()
    begin_s = time.monotonic()

    def free(desk: Desk) -> bool:
        return desk.agent["state"] == "available" and desk.agent["phone"] == "up" and desk.call is None

    await asyncio.gather(*(desk.wait(lambda d: d.call is None, AGENTS_FREE_MAX_S) for desk in scene.desks.desks))
    await scene.desks.wait_all(free, AGENTS_FREE_MAX_S)
    free_s = time.monotonic() - begin_s
    assert free_s < AGENTS_FREE_MAX_S
    print(f"all agents free and their phones up {free_s:.1f} s after the kill")
    attempts = await wait_closed(product.api, scene.run_id, timeout_s=10)
    long = [attempt for attempt in attempts if attempt["number"] in LONG]
    assert len(long) == TALKERS
    assert {attempt["cause"] for attempt in long} == {"pbx_restart"}
    assert all(attempt["outcome"] is not None for attempt in attempts)
    assert set(times_dialed(scene.carrier.ledger.dialogs()).values()) == {1}


def pbx_of(product: Product) -> psutil.Process:
    """The private PBX: the process that was given our configuration of it."""
    config = str(product.folder.resolve() / "pbx" / "etc" / "asterisk.conf")
    (pbx,) = [process for process in product.processes() if config in process.cmdline()]
    return pbx
