"""Recordings: found, heard with the keyboard, held, erased; and the agent's pause at the desk."""

import pytest
from playwright.async_api import Page, expect

from tests.web import fake_recordings as recordings
from tests.web import fake_rows as rows
from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi
from tests.web.test_desk import asked
from tests.web.test_pages import visit
from tests.web.test_queues import choose

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_recording_is_heard_without_a_mouse(opened: Opener, fake: FakeApi, scheme: str) -> None:
    async with opened(scheme=scheme) as page:
        await visit(page, "recordings")
        await expect(page.get_by_role("table", name="Recordings").get_by_role("row")).to_have_count(13)
        await page.get_by_role("button", name="Recording:").first.focus()
        await page.keyboard.press("Enter")
        position = page.get_by_role("slider", name="Position")
        await expect(page.locator("svg.waveform")).to_be_visible()
        await expect(page.get_by_role("cell", name="Paused by the agent")).to_be_visible()
        assert await violations(page) == []
        await position.focus()
        await page.keyboard.press("ArrowRight")
        await expect(position).to_have_attribute("aria-valuenow", "5")
        await page.keyboard.press("Space")
        await expect(page.get_by_role("button", name="Stop")).to_be_visible()
        await expect(position).to_have_attribute("aria-valuenow", "7", timeout=10_000)
        await page.keyboard.press("Space")
        await expect(page.get_by_role("button", name="Play")).to_be_visible()
        await page.keyboard.press("End")
        await expect(position).to_have_attribute("aria-valuenow", "12")
        await page.get_by_text("2×").click()
        await expect(page.get_by_role("radio", name="2×")).to_be_checked()
        await position.focus()
        await page.keyboard.press("Home")
        await expect(position).to_have_attribute("aria-valuenow", "0")


async def test_it_is_held_and_erased_only_after_a_question(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await visit(page, "recordings")
        await page.get_by_role("button", name="Recording:").first.click()
        await page.get_by_role("button", name="Hold it").click()
        assert (await asked(fake, 1))[-1] == ("PUT", f"recordings/{recordings.NAME}/held", {"held": True})
        await page.get_by_role("button", name="Erase").click()
        await page.get_by_role("dialog", name="Erase").get_by_role("button", name="Erase").click()
        assert (await asked(fake, 2))[-1][:2] == ("DELETE", f"recordings/{recordings.NAME}")


async def test_the_rule_is_set_and_an_empty_page_says_where(opened: Opener, fake: FakeApi) -> None:
    fake.empty = True
    async with opened() as page:
        await visit(page, "recordings")
        await expect(page.get_by_text("Nothing was recorded yet")).to_be_visible()
        await choose(page, "Which talks are recorded", "When the agent says so")
        await page.get_by_label("Kept for (days)").fill("30")
        await page.get_by_role("button", name="Save").click()
        wanted = {"recording": "on_demand", "recording_days": 30}
        assert (await asked(fake, 1))[-1] == ("PUT", "recordings/rule", wanted)


def recorded(state: str, *may: str, **more: object) -> dict[str, object]:
    view = {"state": state, "policy": "always", "why": "queue Sales records every talk", "fault": "", "remind": False}
    return rows.call_view(7, "talking", agent_id=1, recording=view | {"may": list(may)} | more)


@pytest.mark.covers("CP-048")
async def test_the_desk_says_when_it_is_safe_to_take_a_card(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("on_contact", recorded("on", "pause"))
    status = desk.get_by_role("group", name="Recording of this talk")
    await expect(status.get_by_role("status")).to_have_text("Recording")
    await desk.get_by_role("button", name="Pause for card data").click()
    assert (await asked(agent, 1))[-1] == ("POST", "desk/recording", {"wish": "pause"})
    await agent.set_desk("on_contact", recorded("pausing", "resume"))
    await expect(status).to_contain_text("wait before you take card data")
    await agent.set_desk("on_contact", recorded("paused", "resume", remind=True))
    await expect(status).to_contain_text("Paused: nothing is recorded")
    await expect(status.get_by_role("alert")).to_contain_text("still paused")
    assert await violations(desk) == []
    fault = "A pause was not confirmed in time, so the recording was stopped."
    await agent.set_desk("on_contact", recorded("stopping", fault=fault))
    await expect(status.get_by_role("alert")).to_contain_text("take no card data")
    await agent.set_desk("on_contact", recorded("stopped", fault=fault))
    await expect(status.get_by_role("alert")).to_contain_text("Nothing is recorded now")
