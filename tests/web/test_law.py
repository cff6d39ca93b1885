"""What the page shows of the law: the gauge of a run, and a campaign's own limit."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import Opener
from tests.web.fake_api import FakeApi

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


async def test_a_run_shows_each_window_and_what_is_left(opened: Opener) -> None:
    async with opened() as page:
        await page.goto("/live")
        gauge = page.get_by_role("group", name="Abandoned calls against the law").first
        await expect(gauge).to_contain_text("2.1% of at most 3% in the last 24 hours (21 of 1,000 answered)")
        await expect(gauge).to_contain_text("9 left")
        await expect(gauge).to_contain_text("The calls of the last 7 days are not counted yet (limit 1%)")
        await expect(gauge).to_contain_text("Nothing is left: no call is placed without a free agent.")
        day, week = await gauge.get_by_role("progressbar").all()
        await expect(day).to_have_attribute("aria-valuenow", "70")
        await expect(week).to_have_attribute("aria-valuenow", "0")


async def test_a_campaign_is_given_a_law_and_a_limit_of_its_own(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await page.goto("/campaigns/1")
        law = page.get_by_role("region", name="The law")
        await expect(law).to_contain_text("Nobody who was abandoned is called again for 72 hours.")
        await law.get_by_label("Law of").click()
        await page.get_by_role("option", name="Strict").click()
        await law.get_by_label("Own limit on abandoned calls").fill("0.5")
        await law.get_by_label("Over any so many hours").fill("48")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    [body] = [sent for method, path, sent in fake.asked if (method, path) == ("PUT", "campaigns/1")]
    assert body["campaign"]["compliance"] == {"preset": "strict", "limit": 0.005, "window_s": 172_800}
