"""The engine is killed while an agent talks in the browser: they go on talking, and the desk finds its way back."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from busyhour.bench.product import Product
from busyhour.sim.sipp.process import SippSettings
from tests.real.browser_talk import SHOWN_MAX_S, Beat, browser_talk

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

GAP_MAX_S = 1.0
"""The sound goes on. Not less than this, because the browser and the PBX wait for a processor while the product starts
beside them: gaps of 0.2 to 0.9 s at a load of 11 to 19 on two processors."""


@pytest.mark.covers("WD-014")
async def test_a_browser_call_outlives_a_killed_engine(
    product: Product, carrier_settings: SippSettings, tmp_path: Path
) -> None:
    async with browser_talk(product, carrier_settings, tmp_path) as talk:
        async with Beat() as beat:
            talk.ear.restart_gaps()
            await product.kill()
            await product.start()
            gap_s = max(heard.gap_max_s for heard in talk.ear.talking().values())
        await talk.hear_each_other()
        await expect(talk.hang_up).to_be_enabled(timeout=SHOWN_MAX_S * 1000)
        await talk.is_still_the_same_call()
        await expect(talk.page.get_by_text("Phone up")).to_be_visible(timeout=SHOWN_MAX_S * 1000)
        await talk.end()
    late_s = beat.late_max_s
    print(f"a gap of {gap_s:.3f} s in the sound, on a machine that was {late_s:.3f} s late")
    assert gap_s - late_s < GAP_MAX_S
