"""What is heard on the private PBX's calls, over real RTP: the demo callees' voices, hold music, one's own echo."""

import asyncio
import io
import math
import os
import wave
from array import array
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from busyhour.adapters.asterisk import config
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.speech.nanotts import NanoVoice
from tests.real.private_pbx import BareAri, settings_on_free_ports

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
TRUNK = "t1-1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ari(pbx_cache: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BareAri]:
    os.environ["BUSYHOUR_PBX_CACHE"] = pbx_cache
    settings = settings_on_free_ports(tmp_path_factory.mktemp("pbx"))
    private = PrivatePbx(settings, voice=NanoVoice(config.sounds_folder(settings)), demo=True)
    async with BareAri(await private.start()) as bare:
        await bare.push_trunk(TRUNK)
        yield bare
        log = (settings.data / "pbx/log/messages.log").read_text()  # it may complain of the link's end
    await private.stop()
    assert [line for line in log.splitlines() if " ERROR[" in line or " WARNING[" in line] == []


async def answered(ari: BareAri, number: str) -> str:
    call = await ari.dial(number, TRUNK)
    async with asyncio.timeout(15):
        await call.started.wait()
    return next(name for name, seen in ari.seen.items() if seen is call)


async def heard(ari: BareAri, channel: str, name: str, *, seconds: int) -> float:
    """Loudness (of 32,768) of what comes in on the channel."""
    status, spy = await ari.ask("POST", f"channels/{channel}/snoop", spy="in", app=ari.access.app)
    assert status == 200, spy
    recording = {"name": name, "format": "wav", "maxDurationSeconds": str(seconds)}
    async with asyncio.timeout(5):
        while (told := await ari.ask("POST", f"channels/{spy['id']}/record", **recording))[0] == 409:
            pass  # the spy is made, and not in the application yet
    assert told[0] == 201, told
    async with asyncio.timeout(seconds + 10):
        while (event := await ari.events.get())["type"] not in {"RecordingFinished", "RecordingFailed"}:
            pass
    assert event["type"] == "RecordingFinished", event
    await ari.ask("DELETE", f"channels/{spy['id']}")
    who = aiohttp.encode_basic_auth(ari.access.ari_user, ari.access.ari_password)
    async with (
        aiohttp.ClientSession(headers={"Authorization": who}) as session,
        session.get(f"{ari.access.ari_url}/recordings/stored/{name}/file") as reply,
    ):
        assert reply.status == 200
        with wave.open(io.BytesIO(await reply.read())) as held:
            samples = array("h", held.readframes(held.getnframes()))
    assert len(samples) > 8000 * (seconds - 1)
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


async def play(ari: BareAri, channel: str, media: str) -> None:
    assert (await ari.ask("POST", f"channels/{channel}/play", media=f"sound:{media}"))[0] == 201


async def finished(ari: BareAri, kind: str) -> None:
    async with asyncio.timeout(20):
        while (await ari.events.get())["type"] != kind:
            pass


async def test_a_callee_speaks_and_then_listens(ari: BareAri) -> None:
    channel = await answered(ari, "12125550102")
    assert await heard(ari, channel, "speaks", seconds=5) > 300
    await ari.ask("DELETE", f"channels/{channel}")


async def test_a_newcomer_hears_themself_and_hold_music_plays(ari: BareAri) -> None:
    channel = await answered(ari, "12125550120")
    await play(ari, channel, "busyhour/demo-message")  # as long as the callee's own words, which end first
    await finished(ari, "PlaybackFinished")
    await play(ari, channel, "busyhour/demo-message")
    assert await heard(ari, channel, "echo", seconds=4) > 300
    await finished(ari, "PlaybackFinished")
    assert await heard(ari, channel, "silence", seconds=2) < 30
    assert (await ari.ask("POST", f"channels/{channel}/moh"))[0] == 204
    music = await heard(ari, channel, "music", seconds=4)
    assert 200 < music < 3000
    await ari.ask("DELETE", f"channels/{channel}")
