"""Recordings of the whole product: from the caller's word to what Chromium plays, and to its end."""

import asyncio
import io
import os
import time
import wave
from array import array
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from busyhour.bench.desks import Desk, Desks
from busyhour.bench.product import Product
from busyhour.bench.work import make_trunk
from busyhour.sim.sipp.callers import Callers
from busyhour.sim.sipp.media import MediaEnd, tone_share, ulaw_of
from busyhour.sim.sipp.phones import TONE_HZ, Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.conftest import Starter
from tests.web.conftest import FLAGS

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
PHONES, CALLER = 7150 + OFFSET, 7170 + OFFSET
CALLER_HZ = 700.0
RATE_HZ = 8000
DIALED = "4930500"
SEEN_MAX_S = 20.0

PLAYS = """async sound => {
    const audio = new Audio(sound);
    await new Promise((good, bad) => {
        audio.oncanplaythrough = good;
        audio.onerror = () => bad(audio.error.message);
    });
    const bytes = await (await fetch(sound)).arrayBuffer();
    const decoded = await new OfflineAudioContext(2, 8000, 8000).decodeAudioData(bytes);
    return [audio.duration, decoded.numberOfChannels];
}"""


class Center:
    def __init__(self, product: Product, desk: Desk, folder: Path) -> None:
        self.product, self.desk, self._folder, self._calls = product, desk, folder, 0

    def caller(self, **more: Any) -> Callers:
        self._calls += 1
        to = f"127.0.0.1:{self.product.ports.environment()['BUSYHOUR_PBX_SIP_PORT']}"
        given: dict[str, Any] = {"sip_port": CALLER, "to": to, "dialed": DIALED, "media_port": CALLER + 4}
        given |= {"number": f"+493077700{self._calls}", "talk_s": 60.0, **more}
        return Callers(self._folder / f"caller{self._calls}", **given)

    async def shows(self, state: str | None) -> None:
        """At the agent's desk, of the recording of the talk in hand."""

        def is_so(desk: Desk) -> bool:
            call = desk.call
            if call is None or call["state"] not in ("talking", "held"):
                return False
            recording = call["recording"]
            return (recording["state"] if recording else None) == state

        await self.desk.wait(is_so, SEEN_MAX_S)

    async def free(self) -> None:
        await self.desk.wait(lambda desk: bool(desk.agent) and desk.agent["state"] == "available", SEEN_MAX_S)

    async def newest(self, state: str = "kept") -> dict[str, Any]:
        row: dict[str, Any] = {}
        async with asyncio.timeout(SEEN_MAX_S):
            while row.get("state") != state:
                page = await self.product.api.get("/api/recordings", limit=1)
                row = page["rows"][0] if page["rows"] else {}
                await asyncio.sleep(0.2)
        return row

    async def sound(self, row: dict[str, Any]) -> bytes:
        async with self.product.api.http.get(f"/api/recordings/{row['recording']}/sound") as reply:
            assert reply.status == 200
            return await reply.read()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def center(started: Starter, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Center]:
    folder = tmp_path_factory.mktemp("recording")
    phones = Phones(SippSettings(folder=folder, sip_port=PHONES, media_port=PHONES + 6, echo=False))
    with phones:
        async with started(folder) as product, Desks(product.api) as desks, MediaEnd(CALLER + 4, tone_hz=CALLER_HZ):
            [agent] = await desks.make([phones.sip_address(0)], prefix="rec")
            trunk = await make_trunk(product.api, name="callers", host=f"127.0.0.1:{CALLER}", capacity=9)
            queue = {"queue_id": 0, "name": "Recorded", "acw_mode": "none", "recording": "always"}
            queue |= {"members": [{"agent_id": agent}], "trunk_ids": [trunk["trunk_id"]]}
            made = await product.api.post("/api/queues", queue)
            to = [{"kind": "queue", "target": str(made["queue_id"])}]
            await product.api.post("/api/dialed-numbers", {"number_id": 0, "pattern": DIALED, "treatment": {"to": to}})
            await desks.open()
            yield Center(product, desks.desks[0], folder)


def both_sides(sound: bytes) -> "tuple[array[int], array[int]]":
    with wave.open(io.BytesIO(sound)) as read:
        assert (read.getnchannels(), read.getframerate(), read.getsampwidth()) == (2, RATE_HZ, 2)
        samples = array("h", read.readframes(read.getnframes()))
    return samples[0::2], samples[1::2]


def share(samples: "array[int]", hz: float) -> float:
    return tone_share(bytes(ulaw_of(one) for one in samples), hz)


@pytest.mark.covers("MZ-010", "U-44", "I35", "I36")
async def test_each_side_in_its_channel_the_pause_missing_and_chromium_plays_it(center: Center) -> None:
    await center.free()
    with center.caller():
        await center.shows("on")
        began_s = time.monotonic()
        await asyncio.sleep(2.5)
        await center.desk.press("recording", wish="pause")
        await center.shows("paused")
        paused_s = time.monotonic()
        files = list((center.product.folder / "pbx/spool/monitor").iterdir())
        sizes = [file.stat().st_size for file in files]
        await asyncio.sleep(3.0)
        assert sizes == [file.stat().st_size for file in files]
        resumed_s = time.monotonic()
        await center.desk.press("recording", wish="resume")
        await center.shows("on")
        await asyncio.sleep(2.0)
        ended_s = time.monotonic()
        await center.desk.press("hangup")
    row = await center.newest()
    assert row["fault"] == ""
    [mark] = row["marks"]
    assert mark["kind"] == "pause"
    assert mark["missing_s"] == pytest.approx(resumed_s - paused_s, abs=0.8)
    assert row["length_s"] == pytest.approx((paused_s - began_s) + (ended_s - resumed_s), abs=0.8)
    sound = await center.sound(row)
    customer, agent = both_sides(sound)
    for side, own, other in ((customer, CALLER_HZ, TONE_HZ), (agent, TONE_HZ, CALLER_HZ)):
        middle = side[RATE_HZ : 2 * RATE_HZ]
        assert share(middle, own) > 0.9
        assert share(middle, other) < 0.02
    assert not list((center.product.folder / "pbx/spool/monitor").iterdir()), "parts are dropped once they are kept"
    await plays_in_chromium(center.product, row, row["length_s"])


async def plays_in_chromium(product: Product, row: dict[str, Any], length_s: float) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = await browser.new_page(base_url=product.url, extra_http_headers=dict(product.api.http.headers))
        await page.goto("/")
        duration_s, channels = await page.evaluate(PLAYS, f"/api/recordings/{row['recording']}/sound")
        await browser.close()
    assert duration_s == pytest.approx(length_s, abs=0.05)
    assert channels == 2


async def test_it_goes_on_when_the_engine_is_killed(center: Center) -> None:
    await center.free()
    with center.caller():
        await center.shows("on")
        began_s = time.monotonic()
        await asyncio.sleep(1.5)
        await center.product.kill_engine()
        await center.product.wait_ready()
        await center.desk.open()
        await center.shows("on")
        await asyncio.sleep(1.0)
        ended_s = time.monotonic()
        await center.desk.press("hangup")
    row = await center.newest()
    assert row["fault"] == ""
    assert row["length_s"] == pytest.approx(ended_s - began_s, abs=1.5)


async def test_a_program_decides_before_the_talk_and_in_it(center: Center) -> None:
    [queue] = await center.product.api.get("/api/queues")
    await center.product.api.put(f"/api/queues/{queue['queue_id']}", queue | {"recording": "by_hook"})
    await center.free()
    with center.caller():
        await center.shows(None)
        call = center.desk.call
        assert call is not None
        await center.product.api.put(f"/api/calls/{call['call']}/recording", {"record": True})
        await center.shows("on")
        await asyncio.sleep(1.0)
        await center.product.api.put(f"/api/calls/{call['call']}/recording", {"record": False})
        await center.shows(None)
        await asyncio.sleep(1.0)
        await center.desk.press("hangup")
    row = await center.newest()
    assert "a program said so" in row["why"]
    assert row["length_s"] == pytest.approx(1.0, abs=0.8)


@pytest.mark.covers("CP-044")
async def test_a_header_decides_and_what_is_erased_is_gone(center: Center) -> None:
    [queue] = await center.product.api.get("/api/queues")
    await center.product.api.put(f"/api/queues/{queue['queue_id']}", queue | {"recording": "by_hook"})
    await center.free()
    before = len((await center.product.api.get("/api/recordings"))["rows"])
    with center.caller():
        await center.shows(None)
        await asyncio.sleep(0.5)
        await center.desk.press("hangup")
    await center.free()
    with center.caller(headers={"X-Record": "Y"}):
        await center.shows("on")
        await asyncio.sleep(1.0)
        await center.desk.press("hangup")
    row = await center.newest()
    assert len((await center.product.api.get("/api/recordings"))["rows"]) == before + 1
    assert "Record=Y" in row["why"]
    [file] = (center.product.folder / "recordings").rglob(f"{row['recording']}.wav")
    await center.sound(row)
    await center.product.api.ask("DELETE", f"/api/recordings/{row['recording']}")
    async with asyncio.timeout(SEEN_MAX_S):
        while file.exists():
            await asyncio.sleep(0.2)
    assert (await center.newest("erased"))["length_s"] == row["length_s"]
    entries = (await center.product.api.get("/api/audit", limit=20))["rows"]
    told = [entry["what"] for entry in entries if entry["subject"] == f"recording {row['recording']}"]
    assert told == ["recording erased", "recording heard"]
