"""The audit log: by page and filter, for administrators only."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]


async def test_the_audit_log_is_filtered_and_paged(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await page.goto("/audit")
        await expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
        await expect(page.get_by_role("row")).to_have_count(21)
        row = page.get_by_role("row").nth(1)
        for words in ("Ann Ames", "Dialed another number of the contact", "+41 445 550 000", "Spring offer"):
            await expect(row).to_contain_text(words)
        for words in ("Bo Boss", "Changed", "queue Sales", "priority: 9 → 3"):
            await expect(page.get_by_role("row").nth(2)).to_contain_text(words)
        async with page.expect_request("**/api/audit*cursor=next*"):
            await page.get_by_role("button", name="Show more").click()
        async with page.expect_request("**/api/audit*what=manual*dial*"):
            await page.get_by_role("combobox", name="What").click()
            await page.get_by_role("option", name="Dialed by hand").click()
        async with page.expect_request("**/api/audit*agent_id=1*"):
            await page.get_by_role("combobox", name="Who").focus()
            await page.keyboard.type("Ann")
            await page.keyboard.press("ArrowDown")
            await page.keyboard.press("Enter")
        async with page.expect_request("**/api/audit*from_utc_s=*"):
            await page.get_by_label("From").fill("2026-01-01T00:00")
        await expect(page.get_by_label("Loading")).to_have_count(0)
        assert await violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_empty_audit_log_says_what_comes_into_it(opened: Opener, fake: FakeApi, scheme: str) -> None:
    fake.empty = True
    async with opened(scheme=scheme) as page:
        await page.goto("/audit")
        await expect(page.get_by_text("Nothing is in the log yet.")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("combobox", name="What").click()
        await page.get_by_role("option", name="Dialed by hand").click()
        await expect(page.get_by_text("Nothing fits these filters.")).to_be_visible()
