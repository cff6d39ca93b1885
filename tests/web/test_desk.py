"""The agent's desk: a call from beginning to end without a mouse, told to eyes and ears, and back after a break."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web import fake_rows as rows
from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]


async def asked(fake: FakeApi, count: int) -> list[tuple[str, str, Any]]:
    """What the page sent, once it is this much."""
    while len(fake.asked) < count:
        fake.heard.clear()
        await fake.heard.wait()
    return fake.asked


def talking() -> dict[str, Any]:
    return rows.call_view(7, "talking", agent_id=1, joined_utc_s=rows.now_s() - 2)


@pytest.mark.covers("MZ-112")
async def test_a_whole_call_without_a_mouse(desk: Page, agent: FakeApi) -> None:
    await desk.keyboard.press("Control+Shift+R")
    assert (await asked(agent, 1))[-1][1] == "desk/ready"
    await agent.set_desk("available")
    await expect(desk.get_by_role("heading", name="Waiting for the next call")).to_be_visible()

    await agent.set_desk("on_contact", talking())
    await expect(desk.get_by_role("heading", name="Carla Contact 7")).to_be_visible()
    await expect(desk.get_by_role("alert").filter(has_text="You are connected with Carla Contact 7")).to_have_count(1)
    await expect(desk).to_have_title("☎ Carla Contact 7 · Busyhour")
    await desk.keyboard.press("Control+Shift+H")
    assert (await asked(agent, 2))[-1][1] == "desk/hold"
    await agent.set_desk("on_contact", {**talking(), "held": True})
    await expect(desk.get_by_role("button", name="Resume")).to_be_visible()
    await desk.keyboard.press("Control+Shift+H")
    assert (await asked(agent, 3))[-1][1] == "desk/resume"
    await desk.keyboard.press("Control+Shift+E")
    assert (await asked(agent, 4))[-1][1] == "desk/hangup"

    ended = rows.call_view(7, "ended", agent_id=1, outcome="HANDLED")
    await agent.set_desk("acw", ended, deadline_utc_s=rows.now_s() + 30)
    await expect(desk.get_by_text("Outcome: Talked")).to_be_visible()
    await desk.keyboard.press("2")
    choice = {"call": ended["call"], "disposition": "CALL_BACK", "note": ""}
    assert (await asked(agent, 5))[-1] == ("POST", "desk/disposition", choice)
    await desk.keyboard.press("Control+Shift+D")
    assert (await asked(agent, 6))[-1][1] == "desk/wrapup/end"


async def test_keys_do_not_act_while_a_note_is_written(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("acw", rows.call_view(7, "ended", agent_id=1), deadline_utc_s=rows.now_s() + 30)
    note = desk.get_by_label("Note")
    await note.focus()
    await desk.keyboard.type("call 2 times?")
    await expect(note).to_have_value("call 2 times?")
    assert agent.asked == []
    await desk.keyboard.press("Control+Shift+D")
    await expect(desk.get_by_role("alert").filter(has_text="Choose a disposition")).to_be_visible()
    await desk.get_by_role("button", name="Sale").click()
    assert (await asked(agent, 1))[-1][2]["note"] == "call 2 times?"


@pytest.mark.covers("MZ-112")
async def test_the_keypad_takes_the_digits_while_it_has_the_focus(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("on_contact", talking())
    await expect(desk.get_by_role("heading", name="Carla Contact 7")).to_be_visible()
    await desk.keyboard.press("Control+Shift+K")
    keypad = desk.get_by_role("group", name="Keypad")
    await expect(keypad.get_by_role("button", name="1")).to_be_focused()
    await desk.keyboard.type("42#")
    await expect(keypad).to_contain_text("42#")
    assert agent.asked == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault_in_any_state(opened: Opener, agent: FakeApi, scheme: str) -> None:
    faults: dict[str, list[str]] = {}
    async with opened(scheme=scheme) as page:
        await page.goto("/desk")
        await expect(page.get_by_text("Not ready · just logged in")).to_be_visible()
        faults["not ready"] = await violations(page)
        await agent.set_desk("on_contact", talking(), next_pause="Lunch")
        await expect(page.get_by_text("Previous").or_(page.get_by_text("Wants a letter"))).to_be_visible()
        faults["talking"] = await violations(page)
        await agent.set_desk("acw", rows.call_view(7, "ended", outcome="HANDLED"), deadline_utc_s=rows.now_s() + 30)
        await expect(page.get_by_role("button", name="Done")).to_be_enabled()
        faults["wrap-up"] = await violations(page)
    assert {state: found for state, found in faults.items() if found} == {}


async def test_the_desk_fits_a_narrow_screen(opened: Opener, agent: FakeApi) -> None:
    async with opened(width=320, height=640) as page:
        await page.goto("/desk")
        await expect(page.get_by_role("button", name="Ready", exact=True)).to_be_enabled()
        await agent.set_desk("on_contact", talking())
        await expect(page.get_by_role("heading", name="Carla Contact 7")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


async def test_a_lost_connection_is_told_and_mended(desk: Page, agent: FakeApi) -> None:
    agent.refuses = True
    await agent.cut("desk")
    await expect(desk.get_by_text("Connection lost")).to_be_visible()
    assert await violations(desk) == []
    agent.refuses = False
    await agent.set_desk("available")  # told to nobody: it comes with the next snapshot
    await expect(desk.get_by_role("heading", name="Waiting for the next call")).to_be_visible(timeout=15_000)
    await expect(desk.get_by_text("Connection lost")).to_have_count(0)


async def test_a_second_tab_asks_before_it_takes_the_phone(desk: Page) -> None:
    second = await desk.context.new_page()
    await second.goto("/desk")
    await expect(second.get_by_text("Your desk is open in another tab")).to_be_visible()
    await second.get_by_role("button", name="Use it here").click()
    await expect(second.get_by_role("button", name="Ready", exact=True)).to_be_visible()
    await expect(desk.get_by_text("Your desk is open in another tab")).to_be_visible()


async def test_without_a_microphone_it_says_what_to_do(desk: Page, agent: FakeApi) -> None:
    await desk.context.clear_permissions()
    await desk.reload()
    await desk.get_by_role("button", name="Ready", exact=True).click()
    await expect(desk.get_by_text("does not let this page use the microphone")).to_be_visible()
    assert agent.asked == []
    assert await violations(desk) == []
