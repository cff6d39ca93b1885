"""Recorders on a real Asterisk: each side in its own channel, and nothing at all once a stop was confirmed."""

import asyncio
import os
import time
from array import array
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from busyhour.adapters.asterisk.config import folders_of
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.asterisk.recording import file_of
from busyhour.core.commands import AnswerCall, HangUpCall, Hold, Join, StartRecording, StopRecording
from busyhour.core.events import CallAnswered, CallArrived, CallEnded, CallJoined
from busyhour.core.model.recording_facts import RecordingEnded, RecordingFailed, RecordingStarted
from busyhour.core.model.recordings import recording_of
from busyhour.settings import Settings
from busyhour.sim.sipp.media import MediaEnd, tone_share, ulaw_of
from busyhour.sim.sipp.phones import TONE_HZ, Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.sipp_caller import SippCaller
from tests.real.telephony_watch import Watch

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
PHONE_PORT, CALLER_PORT = 7110 + OFFSET, 7130 + OFFSET
CALLER_HZ = 700.0
RATE_HZ = 8000


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    folder = tmp_path_factory.mktemp("phones")
    with Phones(SippSettings(folder=folder, sip_port=PHONE_PORT, media_port=PHONE_PORT + 4, echo=False)) as phones:
        yield phones


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watch(module_pbx: PrivatePbx) -> AsyncIterator[Watch]:
    async with Watch(module_pbx.access) as watch:
        await watch.set_trunk(f"127.0.0.1:{CALLER_PORT}", 7)
        yield watch


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def leg(watch: Watch, phones: Phones) -> str:
    return await watch.seat(1, phones.sip_address(0))


def both_sides(file: Path) -> "tuple[array[int], array[int]]":
    """Customer, agent."""
    samples = array("h", file.read_bytes())
    return samples[0::2], samples[1::2]


def share(samples: "array[int]", hz: float) -> float:
    """Of the tone in all but the first 0.3 s: whoever speaks first is heard a little later."""
    return tone_share(bytes(ulaw_of(one) for one in samples[RATE_HZ * 3 // 10 :]), hz)


class Talk:
    """A caller and an agent who talk."""

    def __init__(self, watch: Watch, folder: Path, call: str, leg: str) -> None:
        self.watch, self.folder, self.call, self.leg = watch, folder, call, leg
        self.recording = recording_of(call=call, fence=1, n=1)

    def file(self, part: int = 1) -> Path:
        return self.folder / file_of(self.recording, part)

    async def start(self, part: int = 1) -> None:
        order = StartRecording(call=self.call, recording=self.recording, part=part)
        told = await self.watch.telephony.act(order)
        assert told == RecordingStarted(call=self.call, recording=self.recording, part=part)

    async def stop(self, part: int = 1) -> None:
        order = StopRecording(call=self.call, recording=self.recording, part=part)
        told = await self.watch.telephony.act(order)
        assert told == RecordingEnded(call=self.call, recording=self.recording, part=part)

    async def join(self) -> None:
        since = len(self.watch.told)
        assert await self.watch.telephony.act(Join(call=self.call, leg=self.leg)) is None
        await self.watch.of(CallJoined, self.call, since=since)


@pytest_asyncio.fixture(loop_scope="module")
async def talk(watch: Watch, leg: str, pbx_settings: Settings, tmp_path: Path) -> AsyncIterator[Talk]:
    to = f"127.0.0.1:{pbx_settings.pbx_sip_port}"
    given = {"sip_port": CALLER_PORT, "to": to, "dialed": "4930100", "media_port": CALLER_PORT + 4}
    async with MediaEnd(CALLER_PORT + 4, tone_hz=CALLER_HZ):
        with SippCaller(tmp_path / "caller", **given):  # type: ignore[arg-type]
            call = (await watch.until(lambda _event: True, CallArrived, since=len(watch.told))).call
            await watch.telephony.act(AnswerCall(call=call, call_max_s=60.0))
            await watch.of(CallAnswered, call)
            made = Talk(watch, folders_of(pbx_settings).recorded, call, leg)
            await made.join()
            yield made
            await watch.telephony.act(HangUpCall(call=call))
            await watch.of(CallEnded, call)


@pytest.mark.covers("MZ-010")
async def test_each_side_is_in_its_own_channel(talk: Talk) -> None:
    began_s = time.monotonic()
    await talk.start()
    await asyncio.sleep(2.0)
    await talk.stop()
    lasted_s = time.monotonic() - began_s
    customer, agent = both_sides(talk.file())
    assert len(customer) / RATE_HZ == pytest.approx(lasted_s, abs=0.25)
    assert share(customer, CALLER_HZ) > 0.9
    assert share(customer, TONE_HZ) < 0.02
    assert share(agent, TONE_HZ) > 0.9
    assert share(agent, CALLER_HZ) < 0.02


@pytest.mark.covers("I36")
async def test_nothing_is_written_once_a_stop_was_confirmed_nor_on_hold(talk: Talk) -> None:
    await talk.start()
    await asyncio.sleep(0.5)
    await talk.stop()
    size = talk.file().stat().st_size
    await asyncio.sleep(0.5)
    assert talk.file().stat().st_size == size > 0
    await talk.stop()  # again: nothing is recorded, and that is what it says
    await talk.start(2)
    await talk.start(2)  # the order came twice: one recorder, one file, and what it had is kept
    await talk.watch.telephony.act(Hold(call=talk.call, leg=talk.leg))
    await asyncio.sleep(0.3)
    held = talk.file(2).stat().st_size
    await asyncio.sleep(0.5)
    assert talk.file(2).stat().st_size == held
    await talk.join()
    await asyncio.sleep(0.7)
    await talk.stop(2)
    assert talk.file(2).stat().st_size > held
    assert talk.file().stat().st_size == size


async def test_it_goes_on_while_nobody_looks_and_is_stopped_by_whoever_comes(talk: Talk) -> None:
    began_s = time.monotonic()
    await talk.start()
    await talk.watch.disconnect()
    await asyncio.sleep(2.0)
    assert talk.file().stat().st_size > 0  # Asterisk writes 32 kB at a time: a second of sound
    await talk.watch.connect()
    await asyncio.sleep(0.3)  # its second link, for recorders, is up as soon
    await talk.start()  # taken up: the same part
    await asyncio.sleep(0.3)
    await talk.stop()
    customer, _ = both_sides(talk.file())
    assert len(customer) / RATE_HZ == pytest.approx(time.monotonic() - began_s, abs=0.3)


async def test_who_is_gone_cannot_be_recorded_and_is_not(watch: Watch) -> None:
    name = recording_of(call="c1-abc", fence=1, n=1)
    told = await watch.telephony.act(StartRecording(call="c1-abc", recording=name, part=1))
    assert isinstance(told, RecordingFailed)
    over = await watch.telephony.act(StopRecording(call="c1-abc", recording=name, part=1))
    assert isinstance(over, RecordingEnded)
