"""The desk before a call: a contact to look at, dialed or skipped by key, and numbers dialed by hand."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web import fake_rows as rows
from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi, fault
from tests.web.test_desk import asked

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]


def looked_at(number: int = 7) -> dict[str, Any]:
    return rows.call_view(number, "reserved", agent_id=1, answered_utc_s=None, decide_until_utc_s=rows.now_s() + 65)


async def shot(page: Page, name: str) -> None:
    """For people to look at, when they name a folder."""
    if folder := os.environ.get("BUSYHOUR_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def test_a_preview_is_dialed_and_skipped_by_key(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("reserved", looked_at())
    await expect(desk.get_by_role("heading", name="Carla Contact 7")).to_be_visible()
    await expect(desk.get_by_role("status").filter(has_text="Next contact: Carla Contact 7")).to_have_count(1)
    await expect(desk.get_by_text("until it is dialed by itself")).to_be_visible()
    await expect(desk.get_by_role("button", name="Hang up")).to_be_disabled()
    await desk.keyboard.press("2")
    call = looked_at()["call"]
    assert (await asked(agent, 1))[-1] == ("POST", "desk/preview/skip", {"call": call, "reason": "not now"})
    await agent.set_desk("reserved", looked_at(8))
    await expect(desk.get_by_role("heading", name="Carla Contact 8")).to_be_visible()
    await desk.keyboard.press("Control+Shift+C")
    assert (await asked(agent, 2))[-1] == ("POST", "desk/preview/dial", {"call": looked_at(8)["call"]})

    await agent.set_desk("reserved", {**looked_at(8), "state": "dialing", "decide_until_utc_s": None})
    await expect(desk.get_by_text("Dialing")).to_be_visible()
    await desk.keyboard.press("Control+Shift+E")
    assert (await asked(agent, 3))[-1][1] == "desk/hangup"
    tried = {"number": "+41445550008", "name": "Carla Contact 8", "result": "BUSY", "at_utc_s": rows.now_s()}
    await agent.set_desk("available", None, tried=tried | {"contact_id": 8, "campaign_id": 1})
    await expect(desk.get_by_text("Carla Contact 8,")).to_contain_text("Busy")


async def test_another_number_of_the_contact_is_dialed(desk: Page, agent: FakeApi) -> None:
    """Reached by Tab from the dial button, and from the palette; later by hand, when nobody answered."""
    await agent.set_desk("reserved", looked_at())
    other = desk.get_by_role("group", name="Another number:").get_by_role("button")
    await expect(other).to_have_text("+1 202 555 0123")
    await desk.get_by_role("button", name="Dial", exact=True).focus()
    await desk.keyboard.press("Tab")
    await expect(other).to_be_focused()
    await desk.keyboard.press("Enter")
    call = looked_at()["call"]
    chosen = ("POST", "desk/preview/dial", {"call": call, "number": "+12025550123"})
    assert (await asked(agent, 1))[-1] == chosen
    await desk.keyboard.press("Control+k")
    await desk.get_by_placeholder("Go to or do").fill("dial +1 202")
    await desk.keyboard.press("Enter")
    assert (await asked(agent, 2))[-1] == chosen

    tried = {"number": "+41445550008", "name": "Carla Contact 8", "result": "BUSY", "at_utc_s": rows.now_s()}
    await agent.set_desk("available", None, tried=tried | {"contact_id": 8, "campaign_id": 1})
    await desk.get_by_role("group", name="Other numbers of Carla Contact 8:").get_by_role("button").click()
    by_hand = {"campaign_id": 1, "contact_id": 8, "number": "+12025550123"}
    assert (await asked(agent, 3))[-1] == ("POST", "desk/dial", by_hand)
    assert await violations(desk) == []


async def test_a_number_is_dialed_by_hand(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("not_ready", None, reason="Lunch")
    await desk.get_by_role("textbox", name="Number").fill("044 555 01 02")
    agent.refusal = fault(
        409, "dnc", "This number is on the do-not-call list, so it is not dialed. Choose another one."
    )
    await desk.keyboard.press("Enter")
    assert (await asked(agent, 1))[-1] == ("POST", "desk/dial", {"campaign_id": 1, "number": "044 555 01 02"})
    await expect(desk.get_by_role("alert").filter(has_text="do-not-call")).to_be_visible()
    agent.refusal = None
    await desk.get_by_role("button", name="Dial", exact=True).click()
    await asked(agent, 2)
    await agent.set_desk("reserved", rows.call_view(9, "dialing", agent_id=1, by_hand=True))
    await expect(desk.get_by_role("textbox", name="Number")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_it(opened: Opener, agent: FakeApi, scheme: str) -> None:
    async with opened(scheme=scheme) as page:
        await page.goto("/desk")
        await expect(page.get_by_role("button", name="Ready", exact=True)).to_be_enabled()
        await expect(page.get_by_role("textbox", name="Number")).to_be_visible()
        assert await violations(page) == []
        await shot(page, f"manual-{scheme}")
        await agent.set_desk("reserved", looked_at())
        await expect(page.get_by_role("button", name="called already")).to_be_visible()
        assert await violations(page) == []
        await shot(page, f"preview-{scheme}")


async def test_there_is_nothing_to_dial_for(opened: Opener, agent: FakeApi) -> None:
    agent.empty = True
    async with opened() as page:
        await page.goto("/desk")
        await expect(page.get_by_text("None of your campaigns is running.")).to_be_visible()
        await shot(page, "manual-empty")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_campaign_is_set_to_preview(opened: Opener, fake: FakeApi, scheme: str) -> None:
    async with opened(scheme=scheme) as page:
        await page.goto("/campaigns/1")
        await page.get_by_role("radio", name="Preview").check()
        await page.get_by_label("Time for a look").fill("45")
        await page.get_by_role("radio", name="Dial by itself").check()
        assert await violations(page) == []
        await shot(page, f"campaign-{scheme}")
        await page.get_by_role("button", name="Save", exact=True).click()
        saved = (await asked(fake, 1))[-1][2]["campaign"]
        assert saved["dial_mode"] == "preview"
        assert (saved["preview"]["timeout_s"], saved["preview"]["timeout_action"]) == (45, "dial")
