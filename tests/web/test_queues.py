"""Inbound: queues, numbers, callers and callbacks for supervisors, and the desk with a caller on the line."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web import fake_queues as queues
from tests.web import fake_rows as rows
from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi
from tests.web.test_desk import asked
from tests.web.test_pages import visit

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]


async def choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("combobox", name=label, exact=True).click()
    await page.get_by_role("option", name=option, exact=True).click()


async def test_a_queue_is_made_with_skills_a_rule_and_a_holiday(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await visit(page, "queues/new")
        await expect(page.get_by_text("Nobody serves this queue yet")).to_be_visible()
        await page.get_by_role("textbox", name="Name", exact=True).fill("Night line")
        await page.get_by_role("button", name="Add a skill").click()
        await page.get_by_role("combobox", name="Skill").fill("german")
        await page.get_by_label("Level", exact=True).fill("4")
        await expect(page.get_by_text("Nobody serves this queue yet")).to_have_count(0)
        await page.get_by_role("button", name="Add a holiday").click()
        await page.get_by_label("Day", exact=True).fill("2026-12-25")
        await page.get_by_role("button", name="Add a rule").click()
        rule = page.get_by_role("group", name="Rule 1")
        await choose(page, "When", "the queue is full")
        await choose(page, "Then", "send them on")
        await choose(page, "To", "Agent")
        await choose(page, "Agent", "Ann Ames")
        await expect(rule.get_by_label("More than")).to_have_count(0)  # this trigger has no threshold
        assert await violations(page) == []
        await page.get_by_role("button", name="Save").click()
        method, path, sent = (await asked(fake, 1))[-1]
    assert (method, path, sent["name"]) == ("POST", "queues", "Night line")
    assert sent["skills"] == [{"skill": "german", "level": 4}]
    assert sent["opening"]["holidays"] == [{"day": "2026-12-25", "name": "", "hours": []}]
    [kept] = sent["overflow"]
    assert kept["destination"] == {"kind": "agent", "target": "1"}
    assert (kept["trigger"], kept["action"], kept["threshold"]) == ("full", "transfer", 0)


async def test_a_queue_goes_through_the_form_unchanged(opened: Opener, fake: FakeApi) -> None:
    """What the form does not show, or shows in another unit, is not lost when something else is edited."""
    async with opened() as page:
        await visit(page, "queues/1")
        await expect(page.get_by_role("combobox", name="Skill").first).to_have_value("sales")
        await page.get_by_role("button", name="Save").click()
        assert (await asked(fake, 1))[-1] == ("PUT", "queues/1", queues.QUEUES[0])
        await expect(page.locator("h1")).to_have_text("Queues")  # else its way back to the list crosses the next visit
        await visit(page, "numbers/1")
        await page.get_by_role("button", name="Save").click()
        assert (await asked(fake, 2))[-1] == ("PUT", "dialed-numbers/1", queues.NUMBERS[0])


async def test_the_emergency_switch_and_skills(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await visit(page, "queues")
        await page.get_by_role("switch", name="Emergency: Sales is closed now").click(force=True)
        assert (await asked(fake, 1))[-1] == ("PUT", "queues/1/emergency", {"on": True})
        await visit(page, "users")
        await page.get_by_role("button", name="Edit: agent").click()
        await page.get_by_role("button", name="Remove the skill german").click()
        await page.get_by_role("dialog").get_by_role("button", name="Save").click()
        assert (await asked(fake, 4))[-1] == ("PUT", "agents/1/skills", {"skills": {"sales": 4}})


async def test_the_wallboard_moves_and_acts(opened: Opener, fake: FakeApi) -> None:
    external = {**queues.QUEUES[0], "dispatch": "external"}
    fake.replaced["queues"] = [external, queues.QUEUES[1]]
    async with opened() as page:
        await visit(page, "live")
        card = page.get_by_role("article", name="Sales")
        await expect(card).to_contain_text("27 more wait.")
        await expect(card.get_by_role("img", name="Callers of Sales in the last 6 hours")).to_be_visible()
        one = queues.waiting_view(40, name="Zoe Zimmer")
        await fake.tell("live", ("queues", "1", queues.queue_view(1, waiting=[one], waiting_count=1, closed="hours")))
        await expect(card.get_by_role("row", name="Zoe Zimmer")).to_contain_text("Waiting")
        await expect(card).to_contain_text("Outside hours")
        fake.replaced["queues/1/waiting"] = [{"call": one["entry"], "agent_ids": [6]}]
        await card.get_by_role("button", name="Give to …: +41 445 550 040").click()
        await page.get_by_role("menuitem", name="Agent 6").click()
        assert (await asked(fake, 1))[-1] == ("POST", f"callers/{one['entry']}/assign", {"agent_id": 6})
        promised = queues.waiting_view(41, name="Yan Yilmaz", state="promised", callback=True)
        both = queues.queue_view(1, waiting=[one, promised], waiting_count=2)
        await fake.tell("live", ("queues", "1", both))
        await expect(card.get_by_role("button", name="Give to …: +41 445 550 041")).to_be_visible()
        await expect(card.get_by_role("button", name="Call back: +41 445 550 041")).to_have_count(0)
        await card.get_by_role("button", name="Call back: +41 445 550 040").click()
        await page.get_by_role("dialog").get_by_role("button", name="Call back").click()
        assert (await asked(fake, 2))[-1][1] == f"callers/{one['entry']}/callback"
        await fake.tell("live", ("queues", "1", None))
        await expect(card).to_have_count(0)


async def test_callers_are_filtered_and_shown_and_callbacks_canceled(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await visit(page, "callers")
        await expect(page.get_by_role("table", name="Callers").get_by_role("row")).to_have_count(21)
        await page.get_by_role("button", name="Caller:").nth(1).click()
        await expect(page.get_by_role("dialog")).to_contain_text("rule 2: has waited 120 s")
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        async with page.expect_request("**/api/callers?outcome=ABANDONED*"):
            await choose(page, "Outcome", "Gave up")
        await visit(page, "callbacks")
        await page.get_by_role("button", name="Do not call: +41 445 550 001").click()
        await page.get_by_role("dialog").get_by_role("button", name="Do not call").click()
        assert (await asked(fake, 1))[-1][:2] == ("DELETE", "callbacks/k1-1")


async def test_empty_pages_of_inbound_say_what_comes_first(opened: Opener, fake: FakeApi) -> None:
    fake.empty = True
    async with opened() as page:
        for path, text in {
            "queues": "then let a number lead to it",
            "numbers": "Make a queue first",
            "callers": "Nobody has called yet",
            "callbacks": "Nobody is to be called back",
        }.items():
            await visit(page, path)
            await expect(page.get_by_text(text).first).to_be_visible()


def call(number: int = 7, **more: Any) -> dict[str, Any]:
    came = {"call": f"i1-{number}.1", "campaign_id": 0, "run_id": 0, "contact_id": 0, "contact_name": ""}
    came |= {"agent_id": 1, "joined_utc_s": rows.now_s() - 2, "caller": queues.caller_view(**more)}
    return rows.call_view(number, "talking", **came)


@pytest.mark.covers("MZ-112")
async def test_a_caller_at_the_desk_without_a_mouse(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("available")
    await agent.set_desk("on_contact", call())
    await expect(desk.get_by_role("heading", name="SALES ACME Rockets")).to_be_visible()
    await expect(desk.get_by_role("alert").filter(has_text="connected with SALES ACME Rockets")).to_have_count(1)
    card = desk.get_by_role("region", name="Caller", exact=True)
    await expect(card).to_contain_text("they called · Gave up")
    await expect(card).to_contain_text("Carla Contact 7")
    page = card.get_by_role("link", name="Open crm.example")
    await expect(page).to_have_attribute("href", "https://crm.example/c?number=7")
    await expect(page).to_have_attribute("rel", "noopener noreferrer")
    await desk.keyboard.press("Control+Shift+F")
    await desk.get_by_role("combobox", name="Queue").press("ArrowDown")
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Tab")
    await desk.keyboard.type("wants a price")
    assert await violations(desk) == []
    await desk.keyboard.press("Enter")
    sent = {"kind": "queue", "target": "1", "note": "wants a price"}
    assert await asked(agent, 1) == [("POST", "desk/transfer", sent)]
    await expect(desk.get_by_role("region", name="Transfer")).to_have_count(0)


async def test_what_a_header_says_is_no_way_in(desk: Page, agent: FakeApi) -> None:
    agent.empty = True
    for n, url in enumerate(["javascript:alert(1)", "data:text/html,x", "//crm.example", ""]):
        await agent.set_desk("on_contact", call(n, url=url, callback=True, shown=f"Caller {n}"))
        await expect(desk.get_by_role("heading", name=f"Caller {n}")).to_be_visible()
        card = desk.get_by_role("region", name="Caller", exact=True)
        await expect(card).to_contain_text("This number has not called before")
        await expect(card).to_contain_text("we called back")
        assert await card.get_by_role("link").count() == 0
    await agent.set_desk("on_contact", call(9, transfer_to="+41445550188", note="asked for Ann"))
    await expect(card).to_contain_text("asked for Ann")
    await desk.keyboard.press("2")
    kept = {"call": "i1-9.1", "disposition": "CALL_BACK", "note": "asked for Ann"}
    assert await asked(agent, 1) == [("POST", "desk/disposition", kept)]  # an empty field does not erase it
    await desk.keyboard.press("Control+Shift+F")
    await expect(desk.get_by_role("textbox", name="Number")).to_have_value("+41445550188")


async def test_the_wall_shows_big_figures_that_move_and_nothing_to_click(opened: Opener, fake: FakeApi) -> None:
    async with opened(width=1920, height=1080) as page:
        await visit(page, "live")
        await page.get_by_role("link", name="Full screen for the wall").click()
        board = page.get_by_role("main")
        await expect(board.get_by_role("row", name="Sales")).to_be_visible()
        assert await board.get_by_role("button").count() == 0
        assert await board.get_by_role("link").count() == 0
        one = queues.waiting_view(40)
        await fake.tell("live", ("queues", "1", queues.queue_view(1, waiting=[one], waiting_count=41, closed="hours")))
        row = board.get_by_role("row", name="Sales")
        await expect(row).to_contain_text("41")
        await expect(row).to_contain_text("Outside hours")
        size_px = await row.evaluate("row => parseFloat(getComputedStyle(row).fontSize)")
        assert size_px >= 0.02 * 1920  # 2 cm on a screen one metre wide: read from five metres
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("article", name="Sales")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 1440, 1920])
async def test_who_waits_is_shown_whole_however_narrow_the_card(opened: Opener, width: int) -> None:
    async with opened(width=width) as page:
        await visit(page, "live")
        table = page.get_by_role("region", name="Who waits in Sales")
        await expect(table).to_be_visible()
        hidden_px = await table.evaluate("region => region.scrollWidth - region.clientWidth")
        assert hidden_px <= 0
