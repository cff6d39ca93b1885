"""How an agent's phone takes part, on the real PBX: rung for each call, hold and resume, nobody there."""

import asyncio

import pytest

from busyhour.bench.desks import Desks
from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed, wait_over
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.media import RATE_HZ, MediaEnd, sample_of, tone_share
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

WAIT_MAX_S = 2.0
CALLEE_HZ = 700
AUDIBLE = 100.0


async def test_agents_whose_phones_are_rung_for_each_call(
    product: Product, carrier_settings: SippSettings, phone_settings: SippSettings
) -> None:
    """Per-call legs: every customer is joined, and no leg outlives its call."""
    api = product.api
    async with Desks(api) as desks:
        with Carrier(carrier_settings) as carrier, Phones(phone_settings) as phones:
            agents = await desks.make([phones.sip_address(n) for n in range(3)], prefix="percall")
            for agent_id in agents:
                await api.patch(f"/api/agents/{agent_id}", {"leg_mode": "per_call"})
            trunk = await make_trunk(api, name="network", host=carrier.address, capacity=5)
            campaign_id = await make_campaign(
                api,
                [await make_list(api, "people", [number_of(Behavior.TALK, n, detail=n % 7) for n in range(12)])],
                name="per call",
                dial_mode="progressive",
                acw_mode="none",
                trunk_ids=[trunk["trunk_id"]],
                agent_ids=agents,
            )
            await desks.open()
            run_id = await start_run(api, campaign_id)
            await wait_over(api, run_id, timeout_s=120)
            attempts = await wait_closed(api, run_id, timeout_s=20)
            dialogs = carrier.ledger.dialogs()
    assert [attempt["outcome"] for attempt in attempts] == ["HANDLED"] * 12
    assert len(dialogs) == 12
    for attempt in attempts:
        assert attempt["joined_utc_s"] - attempt["answered_utc_s"] < WAIT_MAX_S


async def test_a_held_customer_hears_music_and_comes_back(
    product: Product, carrier_settings: SippSettings, phone_settings: SippSettings
) -> None:
    api = product.api
    async with MediaEnd(carrier_settings.media_port + 10, tone_hz=CALLEE_HZ) as ear, Desks(api) as desks:
        with Carrier(carrier_settings, media_elsewhere=ear.port) as carrier, Phones(phone_settings) as phones:
            agents = await desks.make([phones.sip_address(0)], prefix="hold")
            trunk = await make_trunk(api, name="network", host=carrier.address, capacity=2)
            campaign_id = await make_campaign(
                api,
                [await make_list(api, "one", [number_of(Behavior.TALK, 1, detail=9)])],
                name="hold",
                dial_mode="progressive",
                acw_mode="none",
                trunk_ids=[trunk["trunk_id"]],
                agent_ids=agents,
            )
            await desks.open()
            run_id = await start_run(api, campaign_id)
            (desk,) = desks.desks
            await desk.wait(lambda d: d.call is not None and d.call["state"] == "talking", 20)
            await desk.press("hold")
            await desk.wait(lambda d: d.call is not None and d.call["held"], 5)
            await music(ear)
            await desk.press("resume")
            await desk.wait(lambda d: d.call is not None and not d.call["held"], 5)
            await desk.press("hangup")
            (attempt,) = await wait_closed(api, run_id, timeout_s=20)
            (dialog,) = carrier.ledger.dialogs()
    assert attempt["outcome"] == "HANDLED"
    assert dialog.ended_by == "caller"


async def music(ear: MediaEnd) -> None:
    """Within a few seconds the held customer's line carries a second of sound, and not the callee's own tone."""
    async with asyncio.timeout(10):
        while loudness(ear) < AUDIBLE:
            await ear.packet()
    sound = b"".join(heard.sound(1.0) for heard in ear.talking().values())
    assert tone_share(sound, CALLEE_HZ) < 0.5, "our own tone does not come back"


def loudness(ear: MediaEnd) -> float:
    """Root mean square of the last second, in 16-bit steps."""
    samples = [sample_of(code) for heard in ear.talking().values() for code in heard.sound(1.0)]
    return (sum(s * s for s in samples) / len(samples)) ** 0.5 if len(samples) >= RATE_HZ // 2 else 0.0


async def test_answered_and_no_agent_hears_the_message_and_is_counted(
    product: Product, carrier_settings: SippSettings
) -> None:
    """The agent's phone is at an address where nobody answers: 2 seconds, then the message, then the end (N5)."""
    api = product.api
    async with Desks(api) as desks:
        with Carrier(carrier_settings) as carrier:
            agents = await desks.make([f"sip:nobody@127.0.0.1:{carrier_settings.sip_port + 7}"], prefix="nobody")
            await api.patch(f"/api/agents/{agents[0]}", {"leg_mode": "per_call"})
            prompt = {"name": "sorry", "text": "Sorry, nobody is free.", "language": "en-US"}
            media = (await api.post("/api/prompts", prompt))["media"]
            trunk = await make_trunk(api, name="network", host=carrier.address, capacity=1)
            campaign_id = await make_campaign(
                api,
                [await make_list(api, "one", [number_of(Behavior.TALK, 1, detail=9)])],
                name="nobody",
                dial_mode="progressive",
                abandon_prompt=media,
                trunk_ids=[trunk["trunk_id"]],
                agent_ids=agents,
            )
            await desks.open()
            run_id = await start_run(api, campaign_id)
            await wait_over(api, run_id, timeout_s=60)
            (attempt,) = await wait_closed(api, run_id, timeout_s=20)
            (dialog,) = carrier.ledger.dialogs()
    assert attempt["outcome"] == "ABANDONED"
    assert dialog.ended_by == "caller", "we hung up, after the message"
    assert dialog.talk_s is not None
    assert WAIT_MAX_S < dialog.talk_s < WAIT_MAX_S + 6, "the wait and the message"
