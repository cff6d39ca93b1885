"""An agent talks in a browser: audio both ways, and after a reload of the page in mid-call again."""

import time
from pathlib import Path

import pytest
from playwright.async_api import expect

from busyhour.bench.product import Product
from busyhour.sim.sipp.process import SippSettings
from tests.real.browser_talk import browser_talk

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

BACK_MAX_S = 10.0


async def test_agent_talks_in_the_browser_and_reloads_in_mid_call(
    product: Product, carrier_settings: SippSettings, tmp_path: Path
) -> None:
    async with browser_talk(product, carrier_settings, tmp_path) as talk:
        begin_s = time.monotonic()
        await talk.page.reload()
        await expect(talk.hang_up).to_be_enabled(timeout=BACK_MAX_S * 1000)
        talk.ear.heard.clear()
        await talk.hear_each_other()
        back_s = time.monotonic() - begin_s
        print(f"heard each other {back_s:.1f} s after the reload")
        assert back_s < BACK_MAX_S
        await talk.is_still_the_same_call()
        await talk.end()
