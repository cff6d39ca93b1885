"""The key that a callee presses in the message, on the real PBX: in the media and by SIP INFO."""

import pytest

from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed, wait_over
from busyhour.sim.sipp.numbers import Behavior, number_of
from tests.real.sip_presser import SipPresser

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

KEY = "9"
AGAIN = {"outcome": "IVR_LEFT", "max_attempts": 2, "delay_s": 1}


@pytest.mark.covers("U-15")
async def test_who_presses_the_key_is_listed_told_so_and_not_called_again(product: Product) -> None:
    api, numbers = product.api, [number_of(Behavior.TALK, n) for n in (1, 2)]
    said = {
        name: (await api.post("/api/prompts", {"name": name, "text": text, "language": "en-US"}))["media"]
        for name, text in (("news", "Here is some news. " * 9), ("listed", "You will not be called again."))
    }
    async with SipPresser(KEY) as callees:
        trunk = await make_trunk(api, name="network", host=callees.address, capacity=2)
        campaign_id = await make_campaign(
            api,
            [await make_list(api, "two", numbers)],
            name="news",
            dial_mode="agentless",
            message_prompt=said["news"],
            compliance={"preset": "strict", "opt_out_key": KEY, "opt_out_prompt": said["listed"]},
            retry_rules=[AGAIN],
            trunk_ids=[trunk["trunk_id"]],
            agent_ids=[],
        )
        run_id = await start_run(api, campaign_id)
        await wait_over(api, run_id, timeout_s=40)
        attempts = await wait_closed(api, run_id, timeout_s=20)
    assert sorted(callees.dialed) == sorted(callees.hung_up) == [number.removeprefix("+") for number in numbers]
    assert [attempt["outcome"] for attempt in attempts] == ["IVR_LEFT", "IVR_LEFT"]
    assert all(one["answered_utc_s"] < one["opted_out_utc_s"] < one["ended_utc_s"] for one in attempts)
    assert all(one["message_ms"] < 2000 for one in attempts)
    assert all("asked by key" in one["retry_why"] for one in attempts)
    entries = await api.get("/api/dnc")
    assert {entry["number"] for entry in entries} == set(numbers)
    [day] = await api.get("/api/compliance/days")
    assert (day["answered"], day["opted_out"]) == (2, 2)
