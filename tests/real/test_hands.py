"""Calls in hand on the whole product, by real SIP: a colleague or somebody outside is asked first and given the caller,
all three confer and one leaves, a caller is parked and taken up. What each agent did is read from the records."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from busyhour.bench.desks import PASSWORD, Desk, Desks
from busyhour.bench.work import make_trunk
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.conftest import Starter
from tests.real.test_inbound import CALLERS, PHONES, SEEN_MAX_S, Center, number_last

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

OUTSIDE = "+12125550196"  # the phones answer for everybody outside, too, and stay
BREATH_S = 1.0


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    folder = tmp_path_factory.mktemp("phones")
    with Phones(SippSettings(folder=folder, sip_port=PHONES, media_port=PHONES + 10, echo=False)) as phones:
        yield phones


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def center(started: Starter, phones: Phones, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Center]:
    folder = tmp_path_factory.mktemp("hands")
    async with started(folder) as product, Desks(product.api) as desks:
        made = Center(product, desks, folder)
        made.agents = await desks.make([phones.sip_address(0), phones.sip_address(1)], prefix="in")
        for agent_id in made.agents:
            await product.api.patch(f"/api/agents/{agent_id}", {"may_dial": True})
        for n in range(4):
            host = f"127.0.0.1:{CALLERS + 12 * n}"
            trunk = await make_trunk(product.api, name=f"callers {n}", host=host, capacity=9)
            made.trunk_ids.append(trunk["trunk_id"])
        outside = await make_trunk(product.api, name="outside", host=f"127.0.0.1:{PHONES}", capacity=9)
        made.outside = outside["trunk_id"]
        await desks.open()
        yield made


async def is_so(desk: Desk, condition: Callable[[dict[str, Any]], bool]) -> None:
    await desk.wait(lambda one: condition(one.agent), SEEN_MAX_S)


async def consults(desk: Desk, state: str) -> None:
    await is_so(desk, lambda agent: agent["consult"] is not None and agent["consult"]["state"] == state)


async def talking(center: Center) -> Desk:
    """The first agent has the caller."""
    desk = center.desk(0)
    await is_so(desk, lambda agent: agent["state"] == "on_contact")
    await asyncio.sleep(BREATH_S)
    return desk


async def own_queue(center: Center, name: str) -> tuple[int, str]:
    """Served by the first agent alone; calls outside go over the carrier."""
    queue = await center.queue(name=name, members=[{"agent_id": center.agents[0]}], trunk_ids=[center.outside])
    return queue, await center.number(queue)


async def counted(center: Center, queue: int) -> tuple[int, int, int]:
    counts = (await center.api.get("/api/reports/queues", queue_id=queue))["totals"][0]["counts"]
    return counts["entered"], counts["answered"], counts["abandoned"]


def figures(desk: Desk) -> tuple[int, float]:
    return desk.agent["answered"], desk.agent["caller_talk_s"]


@pytest.mark.covers("CP-048")
async def test_a_colleague_is_asked_first_and_given_the_caller(center: Center) -> None:
    queue, dialed = await own_queue(center, "asked")
    with center.caller(dialed, talk_s=9.0):
        first, second = await talking(center), center.desk(1)
        await first.press("consult", kind="agent", target=str(center.agents[1]), note="wants a price")
        await consults(first, "talking")
        assert second.agent["consult"]["note"] == "wants a price"
        assert (second.agent["consult"]["asker"], second.agent["call"]) == (False, None)
        await asyncio.sleep(BREATH_S)
        await first.press("consult/swap")
        await consults(first, "aside")
        await first.press("consult/swap")
        await consults(first, "talking")
        await first.press("consult/complete")
        await is_so(second, lambda agent: agent["call"] is not None and agent["consult"] is None)
        await is_so(first, lambda agent: agent["state"] == "available")
        row = await center.row(number_last(center), outcome="HANDLED")
    await is_so(second, lambda agent: agent["state"] == "available")
    assert (row["queue_name"], row["agent_name"]) == ("asked", "Agent 1")
    assert await counted(center, queue) == (1, 1, 0)
    (one, one_s), (other, other_s) = figures(first), figures(second)
    assert (one, other) == (1, 1)
    assert one_s > 2.0
    assert other_s > 1.0
    assert one_s + other_s == pytest.approx(row["talk_s"], abs=0.5)


@pytest.mark.covers("CP-048")
async def test_somebody_outside_is_asked_first_and_given_the_caller(center: Center, phones: Phones) -> None:
    queue, dialed = await own_queue(center, "outside")
    before = up(phones)
    with center.caller(dialed, talk_s=10.0) as caller:
        first = await talking(center)
        await first.press("consult", kind="number", target=OUTSIDE)
        await consults(first, "talking")
        assert up(phones) == before + 1
        await asyncio.sleep(BREATH_S)
        await first.press("consult/complete")
        await is_so(first, lambda agent: agent["state"] == "available" and agent["consult"] is None)
        await asyncio.sleep(BREATH_S)
        assert (await caller.dialog(lambda one: one.answered_s is not None)).open  # they talk without us
        assert up(phones) == before + 1
        row = await center.row(number_last(center), outcome="HANDLED")
    assert (row["queue_name"], row["agent_name"]) == ("outside", "Agent 0")
    assert await counted(center, queue) == (1, 1, 0)
    async with asyncio.timeout(SEEN_MAX_S):
        while up(phones) != before:
            await asyncio.sleep(0.1)


def up(phones: Phones) -> int:
    """How many of them are on the line."""
    return sum(dialog.open for dialog in phones.ledger.dialogs())


@pytest.mark.covers("CP-048")
async def test_all_three_confer_one_leaves_and_the_caller_is_parked_and_taken_up(center: Center) -> None:
    _, dialed = await own_queue(center, "conference")
    with center.caller(dialed, talk_s=12.0):
        first, second = await talking(center), center.desk(1)
        await first.press("consult", kind="agent", target=str(center.agents[1]))
        await consults(first, "talking")
        await first.press("consult/conference")
        await consults(second, "conference")
        await asyncio.sleep(BREATH_S)
        await first.press("consult/leave")
        await is_so(second, lambda agent: agent["call"] is not None and agent["consult"] is None)
        await is_so(first, lambda agent: agent["state"] == "available")
        await second.press("park")
        await is_so(second, lambda agent: agent["state"] == "available")
        (parked,) = await second.read("parked")
        assert (parked["parked_by"], parked["mine"]) == ("Agent 1", True)
        await first.press("parked/pickup", slot=parked["slot"])
        await is_so(first, lambda agent: agent["state"] == "on_contact")
        assert await second.read("parked") == []
        row = await center.row(number_last(center), outcome="HANDLED")
    assert row["agent_name"] == "Agent 0"


@pytest.mark.covers("CP-015")
async def test_a_supervisor_listens_whispers_and_takes_the_call_over(center: Center, phones: Phones) -> None:
    queue, dialed = await own_queue(center, "supervised")
    sue = await supervisor(center, phones)
    try:
        with center.caller(dialed, talk_s=9.0):
            first = await talking(center)
            for mode in ("listen", "whisper"):
                await sue.post(f"supervision/agents/{center.agents[0]}", mode=mode)
                await is_so(sue, lambda agent, mode=mode: hears(agent, mode))  # type: ignore[misc]
            await is_so(first, lambda agent: agent["supervised_by"] == "Sue")
            await sue.post("supervision/takeover")
            await is_so(sue, lambda agent: agent["state"] == "on_contact" and agent["supervises"] is None)
            await is_so(first, lambda agent: agent["state"] == "available")
            row = await center.row(number_last(center), outcome="HANDLED")
    finally:
        await sue.close()
    assert (row["queue_name"], row["agent_name"]) == ("supervised", "Sue")
    assert await counted(center, queue) == (1, 1, 0)
    entries = (await center.api.get("/api/audit", limit=50))["rows"]
    acts = [(one["what"], one["agent_name"]) for one in reversed(entries) if one["call"] == row["call"]]
    assert acts == [("listened", "Sue"), ("whispered", "Sue"), ("took over", "Sue"), ("supervised", "Sue")]
    ended = next(one for one in entries if one["what"] == "supervised")
    assert re.fullmatch(r"Agent 0, [0-9]+ s", ended["subject"])


def hears(agent: dict[str, Any], mode: str) -> bool:
    on = agent["supervises"]
    return on is not None and (on["mode"], on["state"]) == (mode, "on")


async def supervisor(center: Center, phones: Phones) -> Desk:
    """Sue, at her desk with a phone of her own, in the pause of the log-in."""
    body = {"login": "sue", "name": "Sue", "role": "supervisor", "password": PASSWORD}
    user = (await center.api.post("/api/users", body))["user"]
    phone = {"phone_kind": "sip", "sip_address": phones.sip_address(2)}
    await center.api.patch(f"/api/agents/{user['agent_id']}", phone)
    return await Desk(center.api.url, "sue", tab="sue").open()
