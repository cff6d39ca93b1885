"""Every page in both schemes: no fault that axe can find, nothing that breaks on narrow screens, nothing blocked."""

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

PAGES = [
    "start", "live", "campaigns", "campaigns/new", "campaigns/1", "campaigns/2", "lists", "lists/1", "lists/1/import",
    "contacts/7", "attempts", "users", "trunks", "prompts", "dnc", "dispositions", "pause-reasons", "system", "account",
    "plan", "audit", "queues", "queues/1", "numbers", "numbers/1", "callers", "callbacks", "recordings", "wallboard",
]  # fmt: skip


GO = "path => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate')); }"


async def visit(page: Page, path: str) -> None:
    """As a link in the page would: only the first page is loaded from the beginning."""
    if page.url == "about:blank":
        await page.goto(f"/{path}")
    else:
        await page.evaluate("document.querySelector('h1').remove()")
        await page.evaluate(GO, f"/{path}")
    await expect(page.locator("h1")).to_be_visible()
    await expect(page.get_by_label("Loading")).to_have_count(0)


async def is_wide(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_has_a_fault_that_axe_finds(opened: Opener, scheme: str) -> None:
    faults: dict[str, list[str]] = {}
    async with opened(scheme=scheme) as page:
        for path in PAGES:
            await visit(page, path)
            if found := await violations(page):
                faults[path] = found
    assert faults == {}


async def test_axe_would_find_a_fault(opened: Opener) -> None:
    async with opened() as page:
        await visit(page, "lists")
        await page.evaluate("document.querySelector('h1').style.color = '#ddd'")
        assert any(line.startswith("color-contrast") for line in await violations(page))


async def test_a_screen_of_320_pixels_scrolls_in_one_direction_only(opened: Opener) -> None:
    """Which is also what a zoom of 400 % on 1280 pixels shows; 200 % is 640 pixels."""
    wide = []
    for width in (320, 640):
        async with opened(width=width, height=700) as page:
            for path in PAGES:
                await visit(page, path)
                if await is_wide(page):
                    wide.append((width, path))
    assert wide == []


OUTSIDE = """() => [...document.querySelectorAll('header button, header a')]
  .filter(one => one.offsetParent !== null && one.getBoundingClientRect().right > innerWidth)
  .map(one => one.textContent)"""


async def test_nothing_in_the_header_is_cut_off_on_a_phone(opened: Opener) -> None:
    """It stays where it is, so nobody could scroll to what stands beyond the edge."""
    for width in (320, 390, 640):
        async with opened(width=width, height=700) as page:
            await visit(page, "start")
            assert await page.evaluate(OUTSIDE) == [], width
            badges = page.locator("main .mantine-Badge-label")
            cut = await badges.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length")
            assert (await badges.count() > 0, cut) == (True, 0), width


async def test_log_in_says_what_is_wrong_and_then_lets_in(opened: Opener, fake: FakeApi) -> None:
    fake.role = None
    async with opened() as page:
        await page.goto("/lists")
        await page.locator("input[name=username]").fill("root")
        await page.locator("input[name=password]").fill("wrong")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Wrong login or password")
        assert await violations(page) == []
        await page.locator("input[name=password]").fill("right")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Contact lists")


async def test_an_agent_sees_no_page_of_others(opened: Opener, fake: FakeApi) -> None:
    fake.role = "agent"
    async with opened() as page:
        await page.goto("/users")
        await expect(page.get_by_text("This page is not for your role")).to_be_visible()
        assert await page.get_by_role("link", name="Campaigns").count() == 0


async def test_empty_pages_say_what_to_do(opened: Opener, fake: FakeApi) -> None:
    fake.empty = True
    async with opened() as page:
        for path, text in {
            "lists": "Make one and import a file",
            "campaigns": "it needs a list, a trunk",
            "trunks": "Make one with your carrier",
            "attempts": "Start a campaign",
            "audit": "Who logs in, changes settings",
        }.items():
            await visit(page, path)
            await expect(page.get_by_text(text).first).to_be_visible()


async def test_keys_open_the_palette_and_the_list_of_keys(opened: Opener) -> None:
    async with opened() as page:
        await visit(page, "lists")
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_contain_text("Ctrl + K")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.keyboard.press("Control+k")
        await page.get_by_placeholder("Go to or do").fill("trunk")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Trunks")


async def test_the_skip_link_comes_first(opened: Opener) -> None:
    async with opened() as page:
        await visit(page, "lists")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"


async def test_import_shows_the_file_before_it_is_taken_in(opened: Opener) -> None:
    async with opened() as page:
        await visit(page, "lists/1/import")
        file = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"Name;Number\nAnn;+41445550101\n"}
        await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        await expect(page.get_by_role("columnheader", name="Number number")).to_be_visible()
        await expect(page.get_by_text("Line 3: the number has letters.")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("button", name="Import", exact=True).click()
        await expect(page.get_by_text("3 rows read, 2 contacts added, 1 left out.")).to_be_visible()
        await expect(page.get_by_role("cell", name="The number has letters")).to_be_visible()
        assert await violations(page) == []


async def test_a_run_is_removed_only_after_a_question(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await visit(page, "live")
        await page.get_by_role("button", name="Remove run: Spring offer").click()
        await expect(page.get_by_role("dialog")).to_contain_text("cannot be resumed")
        assert fake.asked == []
        await page.get_by_role("dialog").get_by_role("button", name="Remove run").click()
        await fake.heard.wait()
        assert fake.asked == [("POST", "runs/1/remove", None)]


async def test_the_live_page_moves_by_its_feed_and_mends_a_gap(opened: Opener, fake: FakeApi) -> None:
    async with opened() as page:
        await visit(page, "live")
        await fake.tell("live", ("agents", "99", {**fake.desk_agent, "agent_id": 99, "name": "Newcomer"}))
        await expect(page.get_by_text("Newcomer")).to_be_visible()
        await fake.tell("live", ("agents", "98", {**fake.desk_agent, "name": "Ghost"}), skip=1)
        await expect(page.get_by_text("Newcomer")).to_have_count(0)  # a new snapshot, which has neither
        await expect(page.get_by_text("Ghost")).to_have_count(0)
        await expect(page.get_by_role("region", name="Agents").get_by_text("Agent 12", exact=True)).to_be_visible()
