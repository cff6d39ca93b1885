"""A supervisor on an agent's call: asked for by a click, changed by keys, in sight on the live page and on the desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web import fake_rows as rows
from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi
from tests.web.test_desk import asked, talking

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]


def own(**more: Any) -> tuple[str, str, Any]:
    view = rows.agent_view(rows.SUPERVISOR, "not_ready", name="Sue Sand", reason="supervising", **more)
    return ("agents", str(rows.SUPERVISOR), view)


def supervises(mode: str, state: str = "on") -> dict[str, Any]:
    one = {"agent_id": 1, "name": "Ann Ames", "mode": mode, "state": state, "since_utc_s": rows.now_s() - 5}
    return {"supervises": one}


@asynccontextmanager
async def live(opened: Opener, fake: FakeApi, scheme: str = "light") -> AsyncIterator[Page]:
    """The supervisor sees that Ann talks."""
    fake.role = "supervisor"
    call = talking()
    async with opened(scheme=scheme) as page:
        await page.goto("/live")
        await expect(page.get_by_role("heading", name="Agents")).to_be_visible()
        ann = rows.agent_view(1, "on_contact", name="Ann Ames", call=call["call"])
        await fake.tell("live", ("calls", call["call"], call), ("agents", "1", ann), own())
        yield page


@pytest.mark.covers("CP-015")
async def test_listen_by_a_click_and_all_else_by_keys(opened: Opener, fake: FakeApi) -> None:
    async with live(opened, fake) as page:
        await page.get_by_role("button", name="Listen to Ann Ames").click()
        assert await asked(fake, 1) == [("POST", "supervision/agents/1", {"mode": "listen"})]
        await fake.tell("live", own(**supervises("listen")))
        bar = page.get_by_role("region", name="Supervising a call")
        await expect(bar.get_by_role("status")).to_have_text("Listening to Ann Ames: nobody hears you")
        await expect(page.get_by_role("button", name="Listen to Ann Ames")).to_have_count(0)
        for count, (key, mode) in enumerate([("w", "whisper"), ("b", "barge"), ("l", "listen")], 2):
            await page.keyboard.press(key)
            assert (await asked(fake, count))[-1] == ("POST", "supervision/agents/1", {"mode": mode})
        await fake.tell("live", own(**supervises("whisper")))
        await expect(bar.get_by_role("status")).to_have_text("Whispering: only Ann Ames hears you")
        await page.keyboard.press("t")
        assert (await asked(fake, 5))[-1][1] == "supervision/takeover"
        await page.keyboard.press("x")
        assert (await asked(fake, 6))[-1][1] == "supervision/end"
        await fake.tell("live", own(supervises=None))
        await expect(bar).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault_while_a_call_is_supervised(opened: Opener, fake: FakeApi, scheme: str) -> None:
    async with live(opened, fake, scheme) as page:
        for mode, state in (("listen", "calling"), ("whisper", "on"), ("barge", "on")):
            await fake.tell("live", own(**supervises(mode, state)))
            await expect(page.get_by_role("region", name="Supervising a call")).to_be_visible()
            assert await violations(page) == []


async def test_the_agent_sees_who_is_on_the_call(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("on_contact", talking(), supervised_by="Sue Sand")
    await expect(desk.get_by_text("Sue Sand is on this call")).to_be_visible()
    assert await violations(desk) == []
