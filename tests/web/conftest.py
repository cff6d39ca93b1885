"""The built page in a real Chromium, against a fake API that the test moves."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.web.fake_api import FakeApi

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
Opener = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture
async def fake() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    async with TestServer(fake.app()) as server:
        fake.origin = str(server.make_url("")).rstrip("/")
        yield fake


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def opened(browser: Browser, fake: FakeApi) -> Opener:
    """`async with opened(scheme="dark") as page`: a page whose every error fails the test."""

    @asynccontextmanager
    async def opener(*, scheme: Any = "light", width: int = 1280, height: int = 900) -> AsyncIterator[Page]:
        context = await browser.new_context(
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            permissions=["microphone"],
            locale="en-GB",
            base_url=fake.origin,
            bypass_csp=False,
        )
        page = await context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
        try:
            yield page
            assert errors == []
        finally:
            await context.close()

    return opener


FADES_ENDED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const running = () => document.getAnimations().filter(a => a.effect?.getComputedTiming().endTime !== Infinity);
  await frame(); await frame();
  while (running().length > 0) {
    await Promise.all(running().map(a => a.finished.catch(() => null)));
    await frame();
  }
}"""


async def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, one line each; after all fades, for in one no color is final."""
    await page.evaluate(FADES_ENDED)
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        f"{one['id']}: {node['html'][:160]} :: {(node['any'] or node['all'] or node['none'])[0]['message'][:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture
def agent(fake: FakeApi) -> FakeApi:
    fake.role = "agent"
    return fake


@pytest.fixture
async def desk(opened: Opener, agent: FakeApi) -> AsyncIterator[Page]:
    async with opened() as page:
        await page.goto("/desk")
        await expect(page.get_by_role("button", name="Ready", exact=True)).to_be_enabled()
        yield page
