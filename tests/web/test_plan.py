"""What if, as a page; and why this many calls are placed now."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_plan_is_asked_for_by_keys_and_drawn(opened: Opener, fake: FakeApi, scheme: str) -> None:
    async with opened(scheme=scheme) as page:
        await page.goto("/plan")
        await expect(page.get_by_text("Then press Play it.")).to_be_visible()  # what to do first
        await expect(page.get_by_role("button", name="Play it")).to_be_disabled()
        await page.get_by_label("Answered by a person").focus()
        await page.keyboard.type("20")
        await page.get_by_label("Agents", exact=True).fill("5, 20")
        await page.get_by_label("Limits on abandoned calls, %").fill("3, 1")
        await page.keyboard.press("Enter")
        figures = page.get_by_role("region", name="Figures")
        await expect(figures.get_by_role("row")).to_have_count(7)
        await expect(page.get_by_text("20% answer, after 11 s")).to_be_visible()
        plot = page.get_by_role("img", name="Agents busy, by number of agents")
        await expect(plot.locator("polyline")).to_have_count(3)
        inks = await plot.locator("polyline").evaluate_all("lines => lines.map(line => getComputedStyle(line).stroke)")
        assert len(set(inks)) == 3
        assert "none" not in inks
        await page.get_by_role("radio", name="Agents busy").focus()
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("img", name="Agents wait, s, by number of agents")).to_be_visible()
        assert await violations(page) == []
    [asked] = [sent for method, path, sent in fake.asked if path == "plan"]
    assert (asked["agents"], asked["limits"], asked["answer_chance"]) == ([5, 20], [0.03, 0.01], 0.2)
    assert (asked["campaign_id"], asked["modes"]) == (None, ["predictive", "progressive"])


async def test_a_campaigns_own_people_are_taken(opened: Opener, fake: FakeApi) -> None:
    async with opened(width=640, height=800) as page:
        await page.goto("/plan")
        await page.get_by_role("combobox", name="Campaign").click()
        await page.get_by_role("option", name="Spring offer").click()
        await page.get_by_label("Agents", exact=True).fill("5, many")
        await expect(page.get_by_text("Give numbers with commas between")).to_be_visible()
        await page.get_by_label("Agents", exact=True).fill("5")
        await page.get_by_text("Ratio", exact=True).click()
        await page.get_by_role("button", name="Play it").click()
        await expect(page.get_by_text("learned from “Spring offer”")).to_be_visible()
    [asked] = [sent for method, path, sent in fake.asked if path == "plan"]
    assert (asked["campaign_id"], asked["answer_chance"], asked["ratio"]) == (1, None, 2)
    assert asked["modes"] == ["predictive", "ratio", "progressive"]


async def test_why_this_many_calls_now(opened: Opener) -> None:
    async with opened() as page:
        await page.goto("/live")
        why = page.get_by_role("region", name="Why this many calls now: Spring offer").first
        await expect(why).to_contain_text("3 calls are placed now")
        for words in ("As the campaign asks: predictive.", "More free within 11 s", "1.4", "21%", "3.2%", "× 1.1"):
            await expect(why).to_contain_text(words)
        await expect(why).to_contain_text("Over the last 24 hours the aim is 2.5%, where 3% are allowed.")
        await why.get_by_role("button").focus()
        await page.keyboard.press("Enter")
        await expect(why.get_by_text("More free within 11 s")).to_be_hidden()
        assert await violations(page) == []
