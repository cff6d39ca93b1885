"""Calls in hand in real windows, by keyboard: two agents and a supervisor in Chromium, a caller by SIP. Everybody sends
a tone of their own, so what each of them hears says who is with whom."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from busyhour.bench.desks import PASSWORD
from busyhour.bench.product import Product
from busyhour.bench.work import make_trunk
from busyhour.sim.sipp.callers import Callers
from busyhour.sim.sipp.media import MediaEnd, tone_share
from tests.real.conftest import Starter
from tests.real.desk_browser import browser_page, levels
from tests.real.hearing import is_music

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
CALLER, EAR = 7190 + OFFSET, 7194 + OFFSET  # SIPp takes some more
DIALED = "4930500"
NAMES = {"ann": "Ann Agent", "ben": "Ben Binder", "sue": "Sue Super"}
HZ = {"caller": 430.0, "ann": 610.0, "ben": 910.0, "sue": 1570.0}
"""None is a note of our music, twice another, or what two others make together where a loud conference is cut off at
the top: twice one less the other, and so on."""
HEARD_DB, HEARD_SHARE = -48.0, 0.2
FAINT_DB = 14.0  # below the loudest: people are as loud as each other, what a loud conference adds is 19 below
SHOWN_MAX_S, HEARS_MAX_S = 20.0, 15.0
WINDOW_BYTES = 800


class Scene:
    def __init__(self, product: Product, pages: dict[str, Page], ear: MediaEnd, folder: Path) -> None:
        self.product, self.pages, self.ear, self._folder = product, pages, ear, folder

    @property
    def ann(self) -> Page:
        return self.pages["ann"]

    @property
    def ben(self) -> Page:
        return self.pages["ben"]

    def caller(self) -> Callers:
        to = f"127.0.0.1:{self.product.ports.environment()['BUSYHOUR_PBX_SIP_PORT']}"
        given = {"sip_port": CALLER, "to": to, "dialed": DIALED, "media_port": EAR, "number": "+4930777001"}
        return Callers(self._folder / "caller", **given, talk_s=120.0)  # type: ignore[arg-type]

    async def hear(self, who: str, *whom: str) -> None:
        """Until this one hears these, and no other."""
        deadline_s, heard = time.monotonic() + HEARS_MAX_S, set[str]()
        while time.monotonic() < deadline_s:
            if who == "caller":
                heard = self._in_ear()
                await asyncio.sleep(0.1)
            else:
                found = await levels(self.pages[who], HZ, seconds=0.8)
                heard_db = max(HEARD_DB, max(found.values(), default=HEARD_DB) - FAINT_DB)
                heard = {one for one, db in found.items() if db > heard_db}
            if heard == set(whom):
                return
        raise AssertionError(f"{who} hears {heard}, not {set(whom)}")

    def _in_ear(self) -> set[str]:
        """Of the caller. Microphones play bursts: so the best tenth of a second counts."""
        found = set[str]()
        for sound in (one.sound(0.8) for one in self.ear.talking(0.3).values()):
            windows = [sound[n : n + WINDOW_BYTES] for n in range(0, len(sound), WINDOW_BYTES)]
            found |= {one for one, hz in HZ.items() if max(tone_share(w, hz) for w in windows) > HEARD_SHARE}
            found |= {"music"} if is_music(sound) else set()
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(started: Starter, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("windows")
    async with AsyncExitStack() as all_:
        product = await all_.enter_async_context(started(folder))
        ear = await all_.enter_async_context(MediaEnd(EAR, tone_hz=HZ["caller"]))
        await furnish(product)
        pages = dict[str, Page]()
        for login, hz in HZ.items():
            if login in NAMES:
                (folder / login).mkdir()
                pages[login] = await all_.enter_async_context(browser_page(folder / login, microphone_hz=hz))
                await sit_down(pages[login], product.url, login)
        yield Scene(product, pages, ear, folder)


async def furnish(product: Product) -> None:
    """A queue of Ann's, always recorded; Ben can be asked."""
    agents = dict[str, int]()
    for login, name in NAMES.items():
        body = {"login": login, "name": name, "role": "supervisor" if login == "sue" else "agent"}
        user = (await product.api.post("/api/users", {**body, "password": PASSWORD}))["user"]
        agents[login] = user["agent_id"]
    await make_trunk(product.api, name="callers", host=f"127.0.0.1:{CALLER}", capacity=9)
    members = [{"agent_id": agents["ann"]}]
    queue = {"queue_id": 0, "name": "Orders", "acw_mode": "none", "recording": "always", "members": members}
    to = [{"kind": "queue", "target": str((await product.api.post("/api/queues", queue))["queue_id"])}]
    await product.api.post("/api/dialed-numbers", {"number_id": 0, "pattern": DIALED, "treatment": {"to": to}})


async def sit_down(page: Page, url: str, login: str) -> None:
    """Agents press ready; a supervisor's desk is open, and takes no calls."""
    page.set_default_timeout(SHOWN_MAX_S * 1000)
    await page.goto(f"{url}/desk")
    await page.locator('input[name="username"]').fill(login)
    await page.locator('input[name="password"]').fill(PASSWORD)
    await page.locator('button[type="submit"]').click()
    await expect(page.get_by_role("button", name="Ready", exact=True)).to_be_enabled(timeout=SHOWN_MAX_S * 1000)
    if login != "sue":
        await page.keyboard.press("Control+Shift+R")
        await is_free(page)


async def shows(page: Page, text: str) -> None:
    await expect(page.get_by_text(text).first).to_be_visible(timeout=SHOWN_MAX_S * 1000)


async def is_free(page: Page) -> None:
    await shows(page, "Available")


async def by_palette(page: Page, typed: str, found: str) -> None:
    await page.keyboard.press("Control+K")
    palette = page.get_by_role("dialog")
    await expect(palette).to_be_visible()
    await page.keyboard.type(typed)
    await expect(palette.get_by_text(found)).to_be_visible()
    await page.keyboard.press("Enter")


async def ask_ben(page: Page, note: str) -> None:
    """With the keyboard alone: the form, the kind, whom, a note."""
    await page.keyboard.press("Control+Shift+F")
    form = page.get_by_role("region", name="Transfer")
    await expect(form.get_by_role("combobox", name="Queue")).to_be_focused(timeout=SHOWN_MAX_S * 1000)
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Ben")
    await expect(page.get_by_role("option", name="Ben Binder")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type(note)
    ask = form.get_by_role("button", name="Ask first")
    await expect(ask).to_be_enabled()
    await ask.focus()
    await page.keyboard.press("Enter")


@pytest.mark.covers("CP-048", "CP-015", "MZ-011")
async def test_all_that_is_done_with_a_call_in_hand_is_done_by_keys_in_real_windows(scene: Scene) -> None:
    with scene.caller():
        await hold_and_pause(scene)
        await consult_confer_leave(scene)
        await park_and_pick_up(scene)
        await listen_whisper_take_over(scene)


async def hold_and_pause(scene: Scene) -> None:
    ann = scene.ann
    await scene.hear("ann", "caller")
    await scene.hear("caller", "ann")
    await ann.keyboard.press("Control+Shift+H")
    await scene.hear("caller", "music")
    await ann.keyboard.press("Control+Shift+H")
    await ann.get_by_role("button", name="Pause for card data").focus()
    await ann.keyboard.press("Enter")
    await shows(ann, "Paused: nothing is recorded")
    await by_palette(ann, "go on", "Go on recording")
    await shows(ann, "Pause for card data")
    await scene.hear("caller", "ann")


async def consult_confer_leave(scene: Scene) -> None:
    ann, ben = scene.ann, scene.ben
    await ask_ben(ann, "wants a price")
    await shows(ann, "You talk with Ben Binder")
    await shows(ben, "wants a price")
    await scene.hear("ann", "ben")
    await scene.hear("caller", "music")
    await ann.keyboard.press("Control+Shift+S")
    await scene.hear("caller", "ann")
    await ann.keyboard.press("Control+Shift+G")
    await scene.hear("caller", "ann", "ben")
    await scene.hear("ben", "caller", "ann")
    await ann.keyboard.press("Control+Shift+L")
    await is_free(ann)
    await scene.hear("caller", "ben")


async def park_and_pick_up(scene: Scene) -> None:
    ann, ben = scene.ann, scene.ben
    await ben.keyboard.press("Control+Shift+Y")
    await scene.hear("caller", "music")
    await is_free(ben)
    await shows(ann, "Parked customers")
    await by_palette(ann, "pick up", "from place 1")
    await scene.hear("caller", "ann")


async def listen_whisper_take_over(scene: Scene) -> None:
    sue = scene.pages["sue"]
    live = await sue.context.new_page()
    await live.goto(f"{scene.product.url}/live")
    await live.get_by_role("button", name="Listen to Ann Agent").focus(timeout=SHOWN_MAX_S * 1000)
    await live.keyboard.press("Enter")
    await shows(live, "Listening to Ann Agent: nobody hears you")
    await shows(scene.ann, "Sue Super is on this call")
    await scene.hear("sue", "caller", "ann")
    await live.keyboard.press("w")
    await scene.hear("ann", "caller", "sue")
    await scene.hear("caller", "ann")
    await live.keyboard.press("b")
    await scene.hear("caller", "ann", "sue")
    await live.keyboard.press("t")
    await scene.hear("caller", "sue")
    await is_free(scene.ann)
    await sue.keyboard.press("Control+Shift+E")


@pytest.mark.covers("MZ-010")
async def test_what_was_said_is_found_seen_and_heard_in_the_page(scene: Scene) -> None:
    """After the test before: Ann twice, Ben, Sue; each talk is a recording of the queue."""
    page = await scene.pages["sue"].context.new_page()
    async with asyncio.timeout(SHOWN_MAX_S):
        rows = list[dict[str, object]]()
        while [row["state"] for row in rows] != ["kept"] * 4:
            rows = (await scene.product.api.get("/api/recordings"))["rows"]
            await asyncio.sleep(0.2)
    assert [row["agent_name"] for row in rows] == ["Sue Super", "Ann Agent", "Ben Binder", "Ann Agent"]
    assert {row["queue_name"] for row in rows} == {"Orders"}
    assert {row["fault"] for row in rows} == {""}
    await page.goto(f"{scene.product.url}/recordings")
    await page.get_by_role("button", name="Recording: ").last.focus(timeout=SHOWN_MAX_S * 1000)
    await page.keyboard.press("Enter")
    player = page.get_by_role("slider")
    await expect(player.first).to_be_visible()
    await player.first.focus()
    await page.keyboard.press("Space")
    await expect(player.first).to_have_attribute("aria-valuenow", re.compile("[1-9]"))  # it moves
    entries = (await scene.product.api.get("/api/audit", limit=50))["rows"]
    told = [one["what"] for one in reversed(entries)]
    acts = [what for what in told if what in ("listened", "whispered", "barged in", "took over", "recording heard")]
    assert acts == ["listened", "whispered", "barged in", "took over", "recording heard"]
