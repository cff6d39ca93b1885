"""Answering machines, told from people by the real PBX: by the sound of what they say."""

import asyncio

import pytest

from busyhour.bench.desks import Desks
from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed, wait_over
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.sip_speaker import SipSpeaker

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

LAW_MS = 2_000
TEST = {"calls": 500, "people": 1, "on": "2026-11-20", "note": "listened to five hundred"}


async def test_people_talk_with_the_agent_in_time_and_machines_do_not(
    product: Product, phone_settings: SippSettings
) -> None:
    api, numbers = product.api, [number_of(Behavior.TALK, n) for n in (1, 2)]
    people = {number for number in numbers if int(number[-1]) % 2}
    async with Desks(api) as desks, SipSpeaker() as callees:
        with Phones(phone_settings) as phones:
            [agent_id] = await desks.make([phones.sip_address(0)], prefix="listener")
            trunk = await make_trunk(api, name="network", host=callees.address, capacity=2)
            campaign_id = await make_campaign(
                api,
                [await make_list(api, "two", numbers)],
                name="detects",
                dial_mode="progressive",
                acw_mode="none",
                compliance={"preset": "uk"},
                machines={"detection": True, "test": TEST},
                trunk_ids=[trunk["trunk_id"]],
                agent_ids=[agent_id],
            )
            await desks.open()
            [desk] = desks.desks
            await desk.press("ready")
            run_id = await start_run(api, campaign_id)
            for _ in people:
                await desk.wait(lambda d: d.call is not None and d.call["state"] == "talking", 30)
                await asyncio.sleep(0.5)
                await desk.press("hangup")
                await desk.wait(lambda d: d.call is None, 10)
            await wait_over(api, run_id, timeout_s=30)
            attempts = await wait_closed(api, run_id, timeout_s=20)
    found = {one["number"]: one for one in attempts}
    assert {number for number, one in found.items() if one["outcome"] == "HANDLED"} == people
    assert {number for number, one in found.items() if one["heard"] == "machine"} == set(numbers) - people
    assert all(found[n]["outcome"] == "ANSWERING_MACHINE" for n in set(numbers) - people)
    for number in people:
        one = found[number]
        assert one["heard"] == "human"
        assert 500 < one["analysis_ms"] <= one["wait_after_ms"] < LAW_MS, "the detector's time is part of the wait"
    assert sorted(callees.hung_up) == sorted(number[1:] for number in numbers), "nobody is left on the line"
    [day] = await api.get("/api/compliance/days")
    assert (day["answered"], day["connected"], day["abandoned"], day["machines"]) == (1, 1, 0, 1)
    assert 0 < day["abandoned_share"] < 0.02, "people whom the detector may have hung up on are reckoned with"
    said = await api.get(f"/api/explain/campaigns/{campaign_id}")
    assert any("1 of 500 detected machines" in sentence for sentence in said["law"])
