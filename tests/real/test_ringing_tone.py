"""What an agent hears on the real PBX between the dial and the answer, measured at their phone."""

import asyncio
from collections.abc import Callable

import pytest

from busyhour.bench.desks import Desk, Desks
from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.media import MediaEnd, sample_of, tone_share
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

RING_HZ = (440, 480)  # the tone of the private PBX's country
CALLEE_HZ, AGENT_HZ = 700, 1000
RINGS_LONG = 6  # detail of a talker who rings for 3.3 s, then talks for 6 s
RING_TIMEOUT_S = 5.0  # shorter than the laws of countries allow, for the sake of the test
AUDIBLE = 100.0
QUIET_S = 5.0  # the tone itself pauses for 4 s


async def test_an_agent_who_is_first_hears_it_ring_until_it_is_answered_or_over(
    product: Product, carrier_settings: SippSettings, phone_settings: SippSettings
) -> None:
    api = product.api
    ports = carrier_settings.media_port + 10, carrier_settings.media_port + 12
    async with (
        MediaEnd(ports[0], tone_hz=CALLEE_HZ) as callee,
        MediaEnd(ports[1], tone_hz=AGENT_HZ) as ear,
        Desks(api) as desks,
    ):
        with (
            Carrier(carrier_settings, media_elsewhere=callee.port, ring_apart=True) as carrier,
            Phones(phone_settings, media_elsewhere=ear.port) as phones,
        ):
            agents = await desks.make([phones.sip_address(0)], prefix="tone")
            trunk = await make_trunk(api, name="network", host=carrier.address, capacity=1)
            people = [number_of(Behavior.TALK, 1, detail=RINGS_LONG), number_of(Behavior.RING_OUT, 2)]
            campaign_id = await make_campaign(
                api,
                [await make_list(api, "tones", people)],
                name="tone",
                dial_mode="progressive",
                pacing={"first_leg": "agent"},
                ring_timeout_s=RING_TIMEOUT_S,
                compliance={"preset": "own"},
                acw_mode="none",
                trunk_ids=[trunk["trunk_id"]],
                agent_ids=agents,
            )
            await desks.open()
            [desk] = desks.desks
            assert loudness(ear) < AUDIBLE, "nothing is dialed yet"
            run_id = await start_run(api, campaign_id)
            await in_state(desk, "dialing")
            assert await heard(ear, ring_share) > 0.8
            await in_state(desk, "talking")
            assert await heard(ear, callee_share) > 0.8
            await desk.wait(lambda d: d.call is not None and d.call["number"] == people[1], 15)
            assert await heard(ear, ring_share) > 0.8
            await desk.wait(lambda d: d.call is None, 15)
            await asyncio.sleep(1.0)
            for _ in range(round(QUIET_S)):
                assert loudness(ear) < AUDIBLE, "it rings no more"
                await asyncio.sleep(1.0)
            attempts = await wait_closed(api, run_id, timeout_s=20)
    outcomes = {attempt["number"]: attempt["outcome"] for attempt in attempts}
    assert outcomes == dict(zip(people, ("HANDLED", "NO_ANSWER"), strict=True))


async def in_state(desk: Desk, state: str) -> None:
    await desk.wait(lambda d: d.call is not None and d.call["state"] == state, 15)


async def heard(ear: MediaEnd, share: Callable[[bytes], float]) -> float:
    """The most of it in any half second of the next 3 seconds."""
    most, until_s = 0.0, asyncio.get_running_loop().time() + 3.0
    while asyncio.get_running_loop().time() < until_s and most <= 0.8:
        await asyncio.sleep(0.1)
        most = max(most, share(newest(ear)))
    return most


def newest(ear: MediaEnd, last_s: float = 0.5) -> bytes:
    return b"".join(one.sound(last_s) for one in ear.talking().values())


def ring_share(sound: bytes) -> float:
    return sum(tone_share(sound, hz) for hz in RING_HZ)


def callee_share(sound: bytes) -> float:
    return tone_share(sound, CALLEE_HZ)


def loudness(ear: MediaEnd) -> float:
    """Root mean square of the newest sound, in 16-bit steps; of none, 0."""
    samples = [sample_of(code) for code in newest(ear)]
    return (sum(s * s for s in samples) / len(samples)) ** 0.5 if samples else 0.0
