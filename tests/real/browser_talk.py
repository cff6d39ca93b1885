"""An agent in a browser and a callee on the phone, who hear each other: the scene of the browser's tests."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.async_api import Locator, Page, expect

from busyhour.bench.desks import PASSWORD
from busyhour.bench.product import Api, Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.media import RATE_HZ, MediaEnd, tone_share
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.process import SippSettings
from tests.real.desk_browser import browser_page, listen

CALLEE_HZ, AGENT_HZ = 700, 1200
HEARD_MAX_S = 10.0
HEARD_MIN_DB, TONE_OFF_MAX_HZ = -60.0, 15.0
SHOWN_MAX_S = 20.0
CLOSED_MAX_S = 15.0
BEAT_S = 0.02
WINDOW_BYTES = RATE_HZ // 10


@dataclass
class BrowserTalk:
    product: Product
    page: Page
    ear: MediaEnd  # the callee's
    carrier: Carrier
    run_id: int
    call: str

    @property
    def hang_up(self) -> Locator:
        return self.page.get_by_role("button", name="Hang up")

    async def hear_each_other(self) -> None:
        """The callee's tone is in the browser, and the microphone's at the callee. A browser plays the first moments of
        a sound at another pace, until it has enough of it in store."""
        heard: dict[str, Any] = {"db": -200, "hz": 0}
        deadline_s = time.monotonic() + HEARD_MAX_S
        while not is_tone(heard, CALLEE_HZ) and time.monotonic() < deadline_s:
            heard = await listen(self.page, seconds=1)
        assert is_tone(heard, CALLEE_HZ), heard
        async with asyncio.timeout(HEARD_MAX_S):
            while loudest_share(self.ear, AGENT_HZ) < 0.8:
                await self.ear.packet()

    async def is_still_the_same_call(self) -> None:
        assert (await only_call(self.product.api, self.run_id))["call"] == self.call

    async def end(self) -> None:
        """The agent hangs up, and what is recorded of the call is what the carrier saw of it."""
        await self.hang_up.click()
        (attempt,) = await wait_closed(self.product.api, self.run_id, timeout_s=CLOSED_MAX_S)
        (dialog,) = self.carrier.ledger.dialogs()
        assert (attempt["outcome"], attempt["agent_name"]) == ("HANDLED", "Ann Agent")
        assert dialog.ended_by == "caller"
        assert abs(attempt["talk_ms"] / 1000 - dialog.talk_s) < 0.5


class Beat:
    """Wakes every 20 ms, as sound does, while in use; `late_max_s`: by how much this machine was too late for it. What
    a busy machine swallows of the sound is not the product's fault."""

    late_max_s = 0.0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            begin_s = time.monotonic()
            await asyncio.sleep(BEAT_S)
            self.late_max_s = max(self.late_max_s, time.monotonic() - begin_s - BEAT_S)


@asynccontextmanager
async def browser_talk(product: Product, settings: SippSettings, folder: Path) -> AsyncIterator[BrowserTalk]:
    api = product.api
    await api.post("/api/users", {"login": "ann", "name": "Ann Agent", "role": "agent", "password": PASSWORD})
    (agent,) = [a for a in await api.get("/api/agents") if a["login"] == "ann"]
    async with MediaEnd(settings.media_port + 10, tone_hz=CALLEE_HZ) as ear:
        with Carrier(settings, media_elsewhere=ear.port) as carrier:
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
            async with browser_page(folder, microphone_hz=AGENT_HZ) as page:
                await sit_down(page, product.url)
                talk = BrowserTalk(product, page, ear, carrier, await start_run(api, campaign_id), "")
                await expect(talk.hang_up).to_be_enabled(timeout=SHOWN_MAX_S * 1000)
                talk.call = (await only_call(api, talk.run_id))["call"]
                await talk.hear_each_other()
                yield talk


async def sit_down(page: Page, url: str) -> None:
    """Log in, allow the microphone, press ready."""
    await page.goto(f"{url}/desk")
    await page.locator('input[name="username"]').fill("ann")
    await page.locator('input[name="password"]').fill(PASSWORD)
    await page.locator('button[type="submit"]').click()
    ready = page.get_by_role("button", name="Ready", exact=True)
    await expect(ready).to_be_enabled(timeout=SHOWN_MAX_S * 1000)
    await ready.click()
    await expect(page.get_by_text("Available").first).to_be_visible(timeout=SHOWN_MAX_S * 1000)


async def only_call(api: Api, run_id: int) -> dict[str, Any]:
    (attempt,) = (await api.get("/api/attempts", run_id=run_id))["rows"]
    return dict(attempt)


def is_tone(heard: dict[str, Any], hz: float) -> bool:
    return bool(heard["db"] > HEARD_MIN_DB and abs(heard["hz"] - hz) < TONE_OFF_MAX_HZ)


def loudest_share(ear: MediaEnd, hz: float) -> float:
    """The best tenth of a second: the microphone plays bursts."""
    sound = b"".join(heard.sound(1.0) for heard in ear.talking().values())
    windows = [sound[n : n + WINDOW_BYTES] for n in range(0, len(sound), WINDOW_BYTES)]
    return max((tone_share(window, hz) for window in windows), default=0.0)
