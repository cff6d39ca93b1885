"""The palette behind Ctrl+K: typed without looking, by somebody who is faster than the page."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import Opener, violations

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

TYPED_AT_ONCE = """text => {
  const press = (key, more) => document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { key, code: 'Key' + key.toUpperCase(), bubbles: true, cancelable: true, ...more }));
  press('k', { ctrlKey: true });
  return new Promise(done => queueMicrotask(() => queueMicrotask(() => {
    document.execCommand('insertText', false, text);
    done(document.activeElement.getAttribute('aria-label'));
  })));
}"""
"""Nothing may pass between the keys: neither a frame nor a timer."""


async def slowly_drawn(page: Page) -> None:
    """A processor with other work."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": 8})


async def test_what_is_typed_right_behind_the_keys_of_the_palette_is_in_the_palette(opened: Opener) -> None:
    async with opened() as page:
        await page.goto("/")
        await expect(page.locator("h1")).to_be_visible()
        await slowly_drawn(page)
        assert await page.evaluate(TYPED_AT_ONCE, "recordings") == "Go to or do …"
        search = page.get_by_role("dialog").get_by_role("textbox")
        await expect(search).to_have_value("recordings")
        await expect(search).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/recordings$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_palette_gives_the_focus_back_and_has_no_fault(opened: Opener, scheme: str) -> None:
    async with opened(scheme=scheme) as page:
        await page.goto("/lists")
        link = page.get_by_role("link", name="Busyhour")
        await link.focus()
        await page.keyboard.press("Control+K")
        await page.keyboard.type("rec")
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(link).to_be_focused()
        await page.keyboard.press("Control+K")
        await expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_value("")
