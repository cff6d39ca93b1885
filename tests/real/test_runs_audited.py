"""Who starts, pauses, goes on with and removes a run, by page and by command line, as the audit log tells it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from busyhour.bench.desks import PASSWORD
from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_trunk
from tests.real.conftest import Starter
from tests.real.desk_browser import browser_page

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
CARRIER = 7190 + OFFSET  # nobody answers there: the campaign is dialed by hand, and nobody dials
CAMPAIGN = "Spring sale"
SHOWN_MAX_S = 20.0
NAMES = {"sue": "Sue Super", "amy": "Amy Admin"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(started: Starter, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with AsyncExitStack() as all_:
        product = await all_.enter_async_context(started(tmp_path_factory.mktemp("runs")))
        for login, role in (("sue", "supervisor"), ("amy", "administrator")):
            body = {"login": login, "name": NAMES[login], "role": role, "password": PASSWORD}
            await product.api.post("/api/users", body)
        trunk = await make_trunk(product.api, name="carrier", host=f"127.0.0.1:{CARRIER}", capacity=2)
        agents = [one["agent_id"] for one in await product.api.get("/api/agents")]
        plain = {"trunk_ids": [trunk["trunk_id"]], "agent_ids": agents, "dial_countries": ["DE"]}
        await make_campaign(product.api, [], name=CAMPAIGN, dial_mode="manual", **plain)
        yield product


async def open_as(page: Page, product: Product, login: str, path: str) -> None:
    page.set_default_timeout(SHOWN_MAX_S * 1000)
    await page.goto(f"{product.url}{path}")
    await page.locator('input[name="username"]').fill(login)
    await page.locator('input[name="password"]').fill(PASSWORD)
    await page.locator('button[type="submit"]').click()


async def press(page: Page, button: str, then: str) -> None:
    """Its button; then the next one is there."""
    await page.get_by_role("button", name=f"{button}: {CAMPAIGN}").click()
    await expect(page.get_by_role("button", name=f"{then}: {CAMPAIGN}")).to_be_visible(timeout=SHOWN_MAX_S * 1000)


async def commanded(product: Product, *words: str) -> str:
    environment = os.environ | {"BUSYHOUR_DATA": str(product.folder), "COLUMNS": "200"}
    busyhour = Path(sys.executable).parent / "busyhour"
    run = await asyncio.create_subprocess_exec(
        busyhour, *words, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await asyncio.wait_for(run.communicate(), SHOWN_MAX_S)
    assert run.returncode == 0, told.decode()
    return told.decode()


@pytest.mark.covers("I38")
async def test_whoever_steers_a_run_stands_in_the_audit_log(product: Product, tmp_path: Path) -> None:
    async with browser_page(tmp_path, microphone_hz=430.0) as page:
        await open_as(page, product, "sue", "/campaigns")
        await press(page, "Start", "Pause")
        await press(page, "Pause", "Go on")
    [run] = await product.api.get("/api/runs")
    await commanded(product, "campaign", "unpause", CAMPAIGN)
    await commanded(product, "campaign", "remove", CAMPAIGN)
    rows = [row for row in (await product.api.get("/api/audit"))["rows"] if row["what"].startswith("run ")]
    assert {(row["subject"], row["campaign_name"], row["address"]) for row in rows} == {
        (f"run {run['run_id']}", CAMPAIGN, "127.0.0.1")
    }
    steps = [(row["what"], row["user_name"] == NAMES["sue"]) for row in reversed(rows)]
    assert steps == [("run started", True), ("run paused", True), ("run unpaused", False), ("run removed", False)]
    assert all(row["user_name"] for row in rows), "the command line acts as the administrator whose token it has"
    shown = await commanded(product, "audit", "--what", "run paused")
    assert all(text in shown for text in (NAMES["sue"], "run paused", f"run {run['run_id']}", CAMPAIGN))
    (tmp_path / "amy").mkdir()
    async with browser_page(tmp_path / "amy", microphone_hz=430.0) as page:
        await open_as(page, product, "amy", "/audit")
        for text in ("Started a run", "Paused a run", "Went on with a run", "Removed a run", f"run {run['run_id']}"):
            await expect(page.get_by_role("table").get_by_text(text).first).to_be_visible(timeout=SHOWN_MAX_S * 1000)
        await expect(page.get_by_role("link", name=CAMPAIGN).first).to_be_visible()
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=Path(os.environ.get("BUSYHOUR_TEST_PICTURES", tmp_path)) / f"{scheme}.png")
