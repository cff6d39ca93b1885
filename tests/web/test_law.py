"""What the page shows of the law: the gauge of a run, and a campaign's own limit."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import Opener
from tests.web.fake_api import FakeApi
from tests.web.fake_rows import run_view

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
        await expect(law).to_contain_text("have to be kept for 1 year. Busyhour never deletes the records of calls.")
        export = law.get_by_role("link", name="Export the law's daily record (CSV)")
        await expect(export).to_have_attribute("href", "/api/compliance/export?format=csv&campaign_id=1")
        await law.get_by_label("Law of").click()
        await page.get_by_role("option", name="Strict").click()
        await law.get_by_label("Own limit on abandoned calls").fill("0.5")
        await law.get_by_label("Over any so many hours").fill("48")
        await law.get_by_label("Key that asks for no more calls").fill("#")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    [body] = [sent for method, path, sent in fake.asked if (method, path) == ("PUT", "campaigns/1")]
    own = {"preset": "strict", "limit": 0.005, "window_s": 172_800, "opt_out_key": "#", "opt_out_prompt": None}
    assert body["campaign"]["compliance"] == own


async def test_a_campaign_detects_machines_and_says_how_well(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await page.goto("/campaigns/1")
        machines = page.get_by_role("region", name="Answering machines")
        await machines.get_by_label("Detect answering machines").check()
        await expect(machines).to_contain_text("Nobody has tested it")
        await machines.get_by_label("Listen for at most").fill("1.2")
        await machines.get_by_label("Detected machines that were listened to").fill("200")
        await machines.get_by_label("People among them").fill("2")
        await machines.get_by_label("When").fill("2026-11-20")
        await machines.get_by_label("How, and by whom").fill("Ann listened")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    [body] = [sent for method, path, sent in fake.asked if (method, path) == ("PUT", "campaigns/1")]
    sent = body["campaign"]["machines"]
    assert (sent["detection"], sent["listening"]["analysis_max_s"]) == (True, 1.2)
    assert sent["test"] == {"calls": 200, "people": 2, "on": "2026-11-20", "note": "Ann listened"}


@pytest.mark.covers("MZ-099")
async def test_a_campaign_is_told_where_not_to_call_much_and_when_to_stop(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await page.goto("/campaigns/1")
        where = page.get_by_role("region", name="Destinations")
        await where.get_by_role("button", name="Delete destination 1").click()
        await where.get_by_role("button", name="Add a destination").click()
        await where.get_by_label("Country or beginning of the number").fill("IT")
        await where.get_by_label("Calls up at once").fill("2")
        stops = page.get_by_role("region", name="Stop by itself")
        await stops.get_by_label("Answered, at least").fill("7")
        await stops.get_by_label("End the run instead of pausing it").check()
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    [body] = [sent for method, path, sent in fake.asked if (method, path) == ("PUT", "campaigns/1")]
    assert body["campaign"]["destinations"] == [{"prefix": "IT", "calls_max": 2, "per_minute_max": 0}]
    assert (body["campaign"]["watch"]["answered_min"], body["campaign"]["watch"]["removes"]) == (0.07, True)


@pytest.mark.covers("MZ-099")
async def test_a_run_that_stopped_by_itself_says_so(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await page.goto("/live")
        await expect(page.get_by_role("button", name="Pause: Spring offer")).to_be_visible()  # the feed is there
        await expect(page.get_by_role("alert").filter(has_text="Stopped by itself")).to_have_count(0)
        halted = "paused by itself: 3 % of the last 100 attempts were answered"
        await fake.tell("live", ("runs", "1", run_view(state="paused", halted=halted)))
        await expect(page.get_by_role("alert")).to_contain_text("3 % of the last 100 attempts")
