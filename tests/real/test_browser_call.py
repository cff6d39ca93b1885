"""An agent talks in a browser: audio both ways, and after a reload of the page in mid-call again."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from busyhour.bench.desks import PASSWORD
from busyhour.bench.product import Api, Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.media import RATE_HZ, MediaEnd, tone_share
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.process import SippSettings
from tests.real.desk_browser import browser_page, listen

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

CALLEE_HZ, AGENT_HZ = 700, 1200
BACK_MAX_S = 10.0
WINDOW_BYTES = RATE_HZ // 10


async def test_agent_talks_in_the_browser_and_reloads_in_mid_call(
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

                begin_s = time.monotonic()
                await page.reload()
                await expect(hang_up(page)).to_be_enabled(timeout=BACK_MAX_S * 1000)
                ear.heard.clear()
                await hear_each_other(page, ear)
                back_s = time.monotonic() - begin_s
                print(f"heard each other {back_s:.1f} s after the reload")
                assert back_s < BACK_MAX_S
                assert (await only_call(api, run_id))["call"] == before["call"]

                await hang_up(page).click()
                (attempt,) = await wait_closed(api, run_id, timeout_s=10)
            (dialog,) = carrier.ledger.dialogs()
    assert (attempt["outcome"], attempt["agent_name"]) == ("HANDLED", "Ann Agent")
    assert dialog.ended_by == "caller"
    assert abs(attempt["talk_ms"] / 1000 - dialog.talk_s) < 0.5


async def sit_down(page: Page, url: str) -> None:
    """Log in, allow the microphone, press ready."""
    await page.goto(f"{url}/desk")
    await page.locator('input[name="username"]').fill("ann")
    await page.locator('input[name="password"]').fill(PASSWORD)
    await page.locator('button[type="submit"]').click()
    ready = page.get_by_role("button", name="Ready", exact=True)
    await expect(ready).to_be_enabled(timeout=20_000)
    await ready.click()
    await expect(page.get_by_text("Available").first).to_be_visible(timeout=20_000)


def hang_up(page: Page) -> Any:
    return page.get_by_role("button", name="Hang up")


async def only_call(api: Api, run_id: int) -> dict[str, Any]:
    (attempt,) = (await api.get("/api/attempts", run_id=run_id))["rows"]
    return dict(attempt)


async def hear_each_other(page: Page, ear: MediaEnd, *, within_s: float = BACK_MAX_S) -> None:
    """The callee's tone is in the browser, and the microphone's at the callee."""
    heard: dict[str, Any] = {"db": -200}
    deadline_s = time.monotonic() + within_s
    while heard["db"] < -60 and time.monotonic() < deadline_s:
        heard = await listen(page, seconds=1)
    assert heard["db"] > -60, heard
    assert heard["hz"] == pytest.approx(CALLEE_HZ, abs=15), heard
    async with asyncio.timeout(within_s):
        while loudest_share(ear, AGENT_HZ) < 0.8:
            await ear.packet()


def loudest_share(ear: MediaEnd, hz: float) -> float:
    """The best tenth of a second: the microphone plays bursts."""
    sound = b"".join(heard.sound(1.0) for heard in ear.talking().values())
    windows = [sound[n : n + WINDOW_BYTES] for n in range(0, len(sound), WINDOW_BYTES)]
    return max((tone_share(window, hz) for window in windows), default=0.0)
