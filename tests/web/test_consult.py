"""A colleague who is asked while the customer waits, and customers who are parked, as the desk shows them."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web import fake_rows as rows
from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi
from tests.web.test_desk import asked

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]


def consult(state: str, **more: Any) -> dict[str, Any]:
    view = {"call": f"c1-{7:032x}", "state": state, "asker": True, "with_name": "Ben Bauer"}
    return view | {"customer": "Carla Contact 7", "note": "wants a price", "since_utc_s": rows.now_s() - 9} | more


def call(state: str = "talking", **more: Any) -> dict[str, Any]:
    return rows.call_view(7, state, agent_id=1, joined_utc_s=rows.now_s() - 60, **more)


def parked(slot: int, **more: Any) -> dict[str, Any]:
    one = {"slot": slot, "call": f"i1-{slot}.1", "number": f"+4144555020{slot}", "name": "", "parked_by": "Ben Bauer"}
    return one | {"until_utc_s": rows.now_s() + 80, "mine": False} | more


async def test_a_whole_consultation_without_a_mouse(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("on_contact", call())
    await expect(desk.get_by_role("heading", name="Carla Contact 7")).to_be_visible()
    await desk.keyboard.press("Control+Shift+F")
    await expect(desk.get_by_role("button", name="Send on", exact=True)).to_have_count(0)  # only callers are
    await desk.get_by_role("radio", name="Queue").press("ArrowRight")
    await desk.get_by_role("combobox", name="Agent").press("ArrowDown")
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Tab")
    await desk.keyboard.type("wants a price")
    assert await violations(desk) == []
    await desk.keyboard.press("Enter")
    method, path, body = (await asked(agent, 1))[-1]
    assert (method, path, body["kind"], body["note"]) == ("POST", "desk/consult", "agent", "wants a price")

    await agent.set_desk("on_contact", call("held", held=True), consult=consult("ringing"))
    card = desk.get_by_role("region", name="Asking a colleague")
    await expect(card).to_contain_text("You ask Ben Bauer")
    await expect(card.get_by_role("button")).to_have_count(1)
    await agent.set_desk("on_contact", call("held", held=True), consult=consult("talking"))
    await expect(card.get_by_role("status")).to_have_text("You talk with Ben Bauer. The customer hears music.")
    for count, (keys, step) in enumerate([("S", "swap"), ("G", "conference"), ("F", "complete"), ("X", "cancel")], 2):
        await desk.keyboard.press(f"Control+Shift+{keys}")
        assert (await asked(agent, count))[-1][1] == f"desk/consult/{step}"
    await agent.set_desk("on_contact", call(), consult=consult("conference"))
    await expect(card.get_by_role("status")).to_have_text("All three of you hear each other.")
    await desk.keyboard.press("Control+Shift+L")
    assert (await asked(agent, 6))[-1][1] == "desk/consult/leave"
    await agent.set_desk("acw", call("talking"), deadline_utc_s=rows.now_s() + 30)
    await expect(card).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault_whoever_asks_and_whoever_is_parked(
    opened: Opener, agent: FakeApi, scheme: str
) -> None:
    agent.parked = [parked(1), parked(2, name="Carla Contact 9", mine=True)]
    faults: dict[str, list[str]] = {}
    async with opened(scheme=scheme) as page:
        await page.goto("/desk")
        await expect(page.get_by_role("button", name="Pick up Carla Contact 9 from place 2")).to_be_enabled()
        faults["parked"] = await violations(page)
        for state in ("ringing", "talking", "aside", "conference"):
            await agent.set_desk("on_contact", call("held"), consult=consult(state))
            await expect(page.get_by_role("region", name="Asking a colleague")).to_be_visible()
            faults[f"asker, {state}"] = await violations(page)
        await agent.set_desk("on_contact", None, consult=consult("talking", asker=False, with_name="Ann"))
        await expect(page.get_by_text("Ann asks you")).to_be_visible()
        await expect(page.get_by_text("About Carla Contact 7")).to_be_visible()
        await expect(page.get_by_role("button", name="Hang up")).to_be_enabled()
        faults["asked"] = await violations(page)
    assert {state: found for state, found in faults.items() if found} == {}


async def test_a_customer_is_parked_by_a_key_and_taken_up_by_a_click(desk: Page, agent: FakeApi) -> None:
    await agent.set_desk("on_contact", call())
    await expect(desk.get_by_role("heading", name="Carla Contact 7")).to_be_visible()
    await desk.keyboard.press("Control+Shift+Y")
    assert (await asked(agent, 1))[-1][1] == "desk/park"
    agent.parked = [parked(3, name="Carla Contact 7", mine=True)]
    pick_up = desk.get_by_role("button", name="Pick up Carla Contact 7 from place 3")
    await expect(pick_up).to_be_disabled()  # with a call in hand
    await agent.set_desk("acw", call("parked"), deadline_utc_s=rows.now_s() + 30)
    await agent.set_desk("available")
    await pick_up.click()
    assert (await asked(agent, 2))[-1] == ("POST", "desk/parked/pickup", {"slot": 3})
    agent.parked = []
    await expect(pick_up).to_have_count(0, timeout=10_000)
