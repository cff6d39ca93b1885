"""The engine is killed while an agent talks in the browser: they go on talking, and the desk finds its way back."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from busyhour.bench.desks import PASSWORD
from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.media import MediaEnd
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.process import SippSettings
from tests.real.desk_browser import browser_page
from tests.real.test_browser_call import AGENT_HZ, CALLEE_HZ, hang_up, hear_each_other, only_call, sit_down

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

GAP_MAX_S = 0.25


@pytest.mark.covers("WD-014")
async def test_a_browser_call_outlives_a_killed_engine(
    product: Product, carrier_settings: SippSettings, tmp_path: Path
) -> None:
    api = product.api
    await api.post("/api/users", {"login": "ann", "name": "Ann Agent", "role": "agent", "password": PASSWORD})
    (agent,) = [a for a in await api.get("/api/agents") if a["login"] == "ann"]
    async with MediaEnd(carrier_settings.media_port + 10, tone_hz=CALLEE_HZ) as ear:
        with Carrier(carrier_settings, media_elsewhere=ear.port) as carrier:
            trunk = await make_trunk(api, name="network", host=carrier.address, capacity=5)
            campaign_id = await make_campaign(
                api,
                [await make_list(api, "callees", [number_of(Behavior.TALK, 1, detail=9)])],
                name="talk",
                dial_mode="progressive",
                acw_mode="none",
                trunk_ids=[trunk["trunk_id"]],
                agent_ids=[agent["agent_id"]],
            )
            async with browser_page(tmp_path, microphone_hz=AGENT_HZ) as page:
                await sit_down(page, product.url)
                run_id = await start_run(api, campaign_id)
                await expect(hang_up(page)).to_be_enabled(timeout=20_000)
                before = await only_call(api, run_id)
                await hear_each_other(page, ear)
                ear.restart_gaps()
                await product.kill()
                await product.start()
                gap_s = max(heard.gap_max_s for heard in ear.talking().values())
                await hear_each_other(page, ear)
                await expect(hang_up(page)).to_be_enabled(timeout=20_000)
                assert (await only_call(product.api, run_id))["call"] == before["call"]
                await expect(page.get_by_text("Phone up")).to_be_visible(timeout=20_000)
                await hang_up(page).click()
                (attempt,) = await wait_closed(product.api, run_id, timeout_s=15)
            (dialog,) = carrier.ledger.dialogs()
    assert gap_s < GAP_MAX_S, f"a gap of {gap_s:.2f} s in the sound"
    assert (attempt["outcome"], attempt["agent_name"]) == ("HANDLED", "Ann Agent")
    assert dialog.ended_by == "caller"
    assert abs(attempt["talk_ms"] / 1000 - dialog.talk_s) < 0.5
