"""Callers of the whole product, by real SIP: skills, order, overflow at each threshold, callbacks, transfers, and an
agent who is not there. What happened is read from the product's records and from what the callers themselves saw."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from busyhour.bench.desks import Desk, Desks
from busyhour.bench.product import Product
from busyhour.bench.work import make_trunk
from busyhour.sim.sipp.callers import Callers
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.media import MediaEnd
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.adapters.speech.test_sound_file import tone
from tests.real.conftest import Starter
from tests.real.hearing import hears, is_of

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
PHONES, CARRIER, CALLERS = 6810 + OFFSET, 6830 + OFFSET, 6850 + OFFSET
SEEN_MAX_S = 15.0


class Center:
    """A running product with three agents, and people who call it one after the other."""

    def __init__(self, product: Product, desks: Desks, folder: Path) -> None:
        self.product, self.api, self.desks, self._folder = product, product.api, desks, folder
        self.agents: list[int] = []
        self.trunk_ids: list[int] = []
        self.outside = 0  # the trunk to those who are called back
        self._callers = 0
        self._numbers = 0

    def desk(self, n: int) -> Desk:
        return self.desks.desks[n]

    async def queue(self, **settings: Any) -> int:
        usual = {"queue_id": 0, "acw_mode": "none", "sticky": {"window_s": 0.0}, "trunk_ids": self.trunk_ids}
        queue = await self.api.post("/api/queues", {**usual, "name": f"queue {self._numbers}", **settings})
        return int(queue["queue_id"])

    async def number(self, *queues: int, **treatment: Any) -> str:
        """A new number that leads to these queues."""
        self._numbers += 1
        dialed = f"49305{self._numbers:03d}"
        to = [{"kind": "queue", "target": str(queue_id)} for queue_id in queues]
        body = {"number_id": 0, "pattern": dialed, "treatment": {"to": to, **treatment}}
        await self.api.post("/api/dialed-numbers", body)
        return dialed

    async def sound(self, name: str, tone_hz: float) -> str:
        """A prompt of a file as a music program writes it."""
        form = aiohttp.FormData({"name": name})
        form.add_field("file", tone(tone_hz, tone_hz, rate_hz=44_100, length_s=2.0), filename=f"{name}.wav")
        return str((await self.api.ask("POST", "/api/prompts/file", data=form))["media"])

    def caller(self, dialed: str, **more: Any) -> Callers:
        """`with` they call. The trunk is known by the port that they call from, so one at a time has it."""
        n = self._callers
        self._callers += 1
        port = CALLERS + 12 * (n % len(self.trunk_ids))
        to = f"127.0.0.1:{self.product.ports.environment()['BUSYHOUR_PBX_SIP_PORT']}"
        given: dict[str, Any] = {"sip_port": port, "to": to, "dialed": dialed, "media_port": port + 7}
        given |= {"number": f"+4930777{n:03d}", "talk_s": 20.0, **more}
        return Callers(self._folder / f"caller{n}", **given)

    async def row(self, number: str, **want: Any) -> dict[str, Any]:
        """The record of the caller with this number, as soon as it is so."""
        row: dict[str, Any] = {}
        async with asyncio.timeout(SEEN_MAX_S):
            while not row or any(row[name] != value for name, value in want.items()):
                page = await self.api.get("/api/callers", number=number.removeprefix("+"), limit=1)
                row = page["rows"][0] if page["rows"] else {}
                await asyncio.sleep(0.1)
        return row

    async def waits(self, queue_id: int, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(SEEN_MAX_S):
            while len(offers := await self.api.get(f"/api/queues/{queue_id}/waiting")) != count:
                await asyncio.sleep(0.1)
        found: list[dict[str, Any]] = offers
        return found


async def pause_reason(product: Product) -> str:
    reasons = await product.api.get("/api/pause-reasons")
    return str(reasons[0]["name"])


def number_last(center: Center, back: int = 1) -> str:
    return f"+4930777{center._callers - back:03d}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def center(started: Starter, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Center]:
    folder = tmp_path_factory.mktemp("inbound")
    phones = Phones(SippSettings(folder=folder, sip_port=PHONES, media_port=PHONES + 10, echo=False))
    carrier = Carrier(SippSettings(folder=folder, sip_port=CARRIER, media_port=CARRIER + 10))
    with phones, carrier, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", PHONES + 9))  # the third agent's phone: it rings, and nobody is there
        async with started(folder) as product, Desks(product.api) as desks:
            made = Center(product, desks, folder)
            nobody = f"sip:nobody@127.0.0.1:{PHONES + 9}"
            made.agents = await desks.make([phones.sip_address(0), phones.sip_address(1), nobody], prefix="in")
            await product.api.patch(f"/api/agents/{made.agents[2]}", {"leg_mode": "per_call"})
            for n in range(4):
                trunk = await make_trunk(
                    product.api, name=f"callers {n}", host=f"127.0.0.1:{CALLERS + 12 * n}", capacity=9
                )
                made.trunk_ids.append(trunk["trunk_id"])
            outside = await make_trunk(product.api, name="outside", host=carrier.address, capacity=9)
            made.outside = outside["trunk_id"]
            await desks.open()
            await desks.desks[2].press("pause", reason=await pause_reason(product))
            yield made


async def skilled(center: Center, n: int, **skills: int) -> None:
    await center.api.put(f"/api/agents/{center.agents[n]}/skills", {"skills": skills})


@pytest.mark.covers("OC-010", "CP-049")
async def test_the_agent_with_the_skills_of_queue_and_call_gets_the_caller(center: Center) -> None:
    await skilled(center, 0, sales=1)
    await skilled(center, 1, sales=1, dutch=3)
    queue = await center.queue(name="sales", skills=[{"skill": "sales", "level": 1}])
    with center.caller(await center.number(queue), headers={"X-Skills": "dutch:2"}, talk_s=2.0):
        row = await center.row(number_last(center), outcome="HANDLED")
    assert (row["queue_name"], row["agent_name"]) == ("sales", "Agent 1")
    assert row["wait_s"] < 1.0


@pytest.mark.covers("OC-017", "OC-018", "MZ-038")
async def test_callers_hear_the_sounds_that_were_uploaded(center: Center) -> None:
    said = {"welcome": await center.sound("welcome", 1000.0), "music": await center.sound("music", 700.0)}
    queue = await center.queue(name="ours", skills=[{"skill": "nobody has it", "level": 1}], announce=said)
    async with MediaEnd(CALLERS + 50) as ear:
        with center.caller(await center.number(queue), media_port=ear.port, talk_s=7.0):
            await hears(ear, is_of(1000.0))
            await hears(ear, is_of(700.0))
            row = await center.row(number_last(center), outcome="ABANDONED")
    assert row["queue_name"] == "ours"


@pytest.mark.covers("OC-011")
async def test_the_more_urgent_queue_is_served_first_then_the_longest_wait(center: Center) -> None:
    members = [{"agent_id": center.agents[0]}]
    plain, urgent = await center.queue(name="plain", members=members), 0
    urgent = await center.queue(name="urgent", members=members, priority=10)
    plain_number, urgent_number = await center.number(plain), await center.number(urgent)
    with center.caller(plain_number):
        await center.desk(0).wait(lambda desk: desk.agent["state"] == "on_contact", SEEN_MAX_S)
        with center.caller(plain_number), center.caller(urgent_number):
            await center.waits(plain, 1)
            await center.waits(urgent, 1)
            await center.desk(0).press("hangup")
            await center.row(number_last(center, 1), agent_name="Agent 0")
            assert len(await center.waits(plain, 1)) == 1, "who came first, but less urgent, waits on"
            await center.desk(0).press("hangup")
            await center.row(number_last(center, 2), agent_name="Agent 0")
            await center.desk(0).press("hangup")


def rule(trigger: str, action: str, **more: Any) -> dict[str, Any]:
    return {"trigger": trigger, "action": action, **more}


@pytest.mark.covers("OC-012", "OC-015")
@pytest.mark.parametrize(
    ("settings", "before", "status"),
    [
        ({"overflow": [rule("no_agents", "reject")], "skills": [{"skill": "klingon", "level": 1}]}, 0, 486),
        ({"overflow": [rule("size", "reject", threshold=1)]}, 1, 486),
        ({"overflow": [rule("full", "reject")], "waiting_max": 1}, 1, 486),
        ({"overflow": [rule("ewt", "reject", threshold=5)]}, 0, 486),
        ({"overflow": [rule("closed", "reject")], "opening": {"emergency": True}}, 0, 486),
    ],
    ids=["no agents", "size", "full", "estimated wait", "closed"],
)
async def test_an_overloaded_queue_turns_callers_away_before_they_are_answered(
    center: Center, settings: dict[str, Any], before: int, status: int
) -> None:
    """Its one agent has no phone that answers, so whoever is in it waits."""
    members = [] if "skills" in settings else [{"agent_id": center.agents[2]}]
    queue = await center.queue(name=f"overflow {center._numbers}", members=members, **settings)
    dialed = await center.number(queue)
    if before:
        with center.caller(dialed, talk_s=5.0) as first:
            await center.waits(queue, 1)
            with center.caller(dialed) as second:
                assert await second.refused() == status
                row = await center.row(number_last(center), outcome="TURNED_AWAY")
            await first.dialog(lambda dialog: not dialog.open)  # else they would wait on for this agent
    else:
        with center.caller(dialed) as only:
            assert await only.refused() == status
            row = await center.row(number_last(center), outcome="TURNED_AWAY")
    assert row["answered_utc_s"] is None
    assert row["why"]


@pytest.mark.covers("OC-012", "OC-015")
async def test_who_has_waited_too_long_goes_to_another_queue(center: Center) -> None:
    second = await center.queue(name="second", members=[{"agent_id": center.agents[1]}])
    destination = {"kind": "queue", "target": str(second)}
    waited = rule("waited", "transfer", threshold=2.0, destination=destination)
    first = await center.queue(name="first", members=[{"agent_id": center.agents[2]}], overflow=[waited])
    with center.caller(await center.number(first), talk_s=5.0):
        row = await center.row(number_last(center), outcome="HANDLED")
    assert (row["queue_name"], row["agent_name"]) == ("second", "Agent 1")
    assert 1.9 <= row["wait_s"] < 4.0


@pytest.mark.covers("OC-101", "I20")
async def test_an_agent_who_is_not_there_costs_the_caller_no_place(center: Center) -> None:
    """The phone of the one who is asked first never answers."""
    queue = await center.queue(
        name="two",
        members=[{"agent_id": center.agents[2]}],
        miss={"ring_timeout_s": 5.0, "rest_s": 30.0, "pause_after": 2},
        relax=[],
    )
    await center.desk(2).press("ready")
    await center.desk(2).wait(lambda desk: desk.agent["state"] == "available", SEEN_MAX_S)
    with center.caller(await center.number(queue), talk_s=12.0):
        await center.desk(2).wait(lambda desk: desk.agent["state"] == "reserved", SEEN_MAX_S)
        await center.desk(2).wait(lambda desk: desk.agent["reason"] == "resting", SEEN_MAX_S)
        members = [{"agent_id": agent_id} for agent_id in center.agents[1:]]
        found = await center.api.get(f"/api/queues/{queue}")
        await center.api.put(f"/api/queues/{queue}", {**found, "members": members})
        row = await center.row(number_last(center), agent_name="Agent 1")
        row = await center.row(number_last(center), outcome="HANDLED")
    assert 4.5 < row["wait_s"] < 10.0


@pytest.mark.covers("I22")
async def test_a_callback_keeps_its_place_and_is_dialed_once(center: Center) -> None:
    queue = await center.queue(
        name="callback",
        members=[{"agent_id": center.agents[0]}],
        callback={"hours": {"from_s": 0, "until_s": 86400}, "attempts_max": 2, "retry_s": 60.0},
        trunk_ids=[center.outside],
    )
    dialed, back = await center.number(queue), number_of(Behavior.TALK, 4711, detail=0)
    with center.caller(dialed, talk_s=6.0):
        await center.desk(0).wait(lambda desk: desk.agent["state"] == "on_contact", SEEN_MAX_S)
        with center.caller(dialed, talk_s=30.0):
            [offer] = await center.waits(queue, 1)
            await center.api.post(f"/api/callers/{offer['call']}/callback", {"number": back})
            row = await center.row(number_last(center), outcome="CALLED_BACK")
            assert row["joined_utc_s"] is None
            with center.caller(dialed, talk_s=20.0):
                row = await center.row(back, outcome="HANDLED")
                assert row["callback"]
                assert row["agent_name"] == "Agent 0"
                later = await center.row(number_last(center), agent_name="Agent 0")
                assert later["joined_utc_s"] > row["joined_utc_s"], "who came later is served later"
                await center.desk(0).press("hangup")
    assert await center.api.get("/api/callbacks") == []
    assert len((await center.api.get("/api/callers", number=back.removeprefix("+")))["rows"]) == 1


async def test_a_transfer_to_another_queue_counts_in_both(center: Center) -> None:
    first = await center.queue(name="from", members=[{"agent_id": center.agents[0]}])
    second = await center.queue(name="to", members=[{"agent_id": center.agents[1]}])
    with center.caller(await center.number(first), talk_s=6.0):
        await center.row(number_last(center), agent_name="Agent 0")
        await center.desk(0).wait(lambda desk: desk.agent["state"] == "on_contact", SEEN_MAX_S)
        await asyncio.sleep(1.0)
        await center.desk(0).press("transfer", kind="queue", target=str(second))
        await center.desk(0).wait(lambda desk: desk.agent["state"] == "available", SEEN_MAX_S)
        row = await center.row(number_last(center), outcome="HANDLED")
    assert (row["queue_name"], row["agent_name"]) == ("to", "Agent 1")
    for queue in (first, second):
        report = await center.api.get("/api/reports/queues", queue_id=queue)
        counts = report["totals"][0]["counts"]
        assert (counts["entered"], counts["answered"], counts["abandoned"]) == (1, 1, 0)
