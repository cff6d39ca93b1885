"""One of the two links to the PBX is down, the other is up (B4). Calls need ARI alone. AMI tells of phones at once, and
starts recorders: without it phones are asked for at the next look, and a recorder is not said to run."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.core.commands import HangUpCall, Join, StartRecording, StopRecording
from busyhour.core.events import (
    CallAnswered,
    CallEnded,
    CallJoined,
    CallNotSent,
    PhoneGone,
    PhoneRegistered,
    TelephonyBack,
    TelephonyLost,
)
from busyhour.core.model.recording_facts import RecordingEnded, RecordingStarted
from busyhour.core.model.recordings import recording_of
from busyhour.core.model.values import EndCause
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.telephony_watch import Watch
from tests.real.ws_phone import WsPhone

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
NET_PORT, PHONE_PORT = 7150 + OFFSET, 7170 + OFFSET
BACK_MAX_S = 15.0


class Cable:
    """A line to a port of this machine that can be pulled out and put in again."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._in = True
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.close()
        self.pull()

    def pull(self) -> None:
        self._in = False
        for writer in self._writers:
            writer.close()

    def plug(self) -> None:
        self._in = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._in:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self._writers -= {writer, far_writer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()


@pytest_asyncio.fixture(loop_scope="module")
async def ami(module_pbx: PrivatePbx) -> AsyncIterator[Cable]:
    async with Cable(module_pbx.access.ami_port) as cable:
        yield cable


@pytest_asyncio.fixture(loop_scope="module")
async def ari(module_pbx: PrivatePbx) -> AsyncIterator[Cable]:
    port = urlsplit(module_pbx.access.ari_url).port
    assert port is not None
    async with Cable(port) as cable:
        yield cable


@pytest_asyncio.fixture(loop_scope="module")
async def watch(module_pbx: PrivatePbx, ami: Cable, ari: Cable) -> AsyncIterator[Watch]:
    access = module_pbx.access
    url = access.ari_url.replace(str(urlsplit(access.ari_url).port), str(ari.port))
    async with Watch(replace(access, ami_port=ami.port, ari_url=url)) as watch:
        await until(lambda: watch.telephony.ami.up() and watch.telephony._recorders.ami.up())
        yield watch


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    folder = tmp_path_factory.mktemp("net")
    with Carrier(SippSettings(folder=folder, sip_port=NET_PORT, media_port=NET_PORT + 10)) as carrier:
        yield carrier


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    folder = tmp_path_factory.mktemp("phones")
    with Phones(SippSettings(folder=folder, sip_port=PHONE_PORT, media_port=PHONE_PORT + 10, echo=False)) as phones:
        yield phones


async def until(condition: Callable[[], bool], max_s: float = BACK_MAX_S) -> None:
    async with asyncio.timeout(max_s):
        while not condition():
            await asyncio.sleep(0.02)


async def test_without_ami_calls_go_on_and_nothing_is_said_to_be_recorded(
    watch: Watch, ami: Cable, net: Carrier, phones: Phones
) -> None:
    trunk = await watch.set_trunk(net.address, 31)
    leg = await watch.seat(3, phones.sip_address(0))
    ami.pull()
    await until(lambda: not (watch.telephony.ami.up() or watch.telephony._recorders.ami.up()))
    call = await watch.dial(number_of(Behavior.TALK, 1, detail=6), trunk)
    await watch.of(CallAnswered, call)
    assert await watch.telephony.act(Join(call=call, leg=leg)) is None
    await watch.of(CallJoined, call)
    assert watch.telephony.up()
    recording = recording_of(call=call, fence=1, n=1)
    start = StartRecording(call=call, recording=recording, part=1)
    began_s = time.monotonic()
    assert await watch.telephony.act(start) is None, (
        "not known; the floor asks again, then says that it is not recorded"
    )
    assert await watch.telephony.act(StopRecording(call=call, recording=recording, part=1)) is None, (
        "nor is a pause sure"
    )
    assert time.monotonic() - began_s < 4.0, "the call does not wait for it"
    ami.plug()
    await until(watch.telephony._recorders.ami.up)
    assert await watch.telephony.act(start) == RecordingStarted(call=call, recording=recording, part=1)
    ended = await watch.telephony.act(StopRecording(call=call, recording=recording, part=1))
    assert ended == RecordingEnded(call=call, recording=recording, part=1)
    await watch.telephony.act(HangUpCall(call=call))
    assert (await watch.of(CallEnded, call)).cause is EndCause.NORMAL


async def test_a_phone_that_goes_or_comes_while_ami_is_down_is_told_when_it_is_back(watch: Watch, ami: Cable) -> None:
    going, coming = [await watch.telephony.phones.admit(1, agent_id, 600) for agent_id in (41, 42)]
    async with WsPhone(watch.access.ws_url, user=going.user, secret=going.secret, realm=going.realm) as phone:
        assert await phone.register() == 200
        await watch.until(lambda event: event.agent_id == 41, PhoneRegistered)
        since = len(watch.told)
        ami.pull()
        await until(lambda: not watch.telephony.ami.up())
    async with WsPhone(watch.access.ws_url, user=coming.user, secret=coming.secret, realm=coming.realm) as phone:
        assert await phone.register() == 200
        ami.plug()
        await watch.until(lambda event: event.agent_id == 41, PhoneGone, since=since)
        await watch.until(lambda event: event.agent_id == 42, PhoneRegistered, since=since)


async def test_without_ari_nothing_is_dialed_though_ami_is_up(watch: Watch, ari: Cable, net: Carrier) -> None:
    trunk = await watch.set_trunk(net.address, 32)
    since = len(watch.told)
    ari.pull()
    await watch.until(lambda _event: True, TelephonyLost, since=since)
    assert watch.telephony.ami.up()
    assert not watch.telephony.up()
    call = watch.call(number_of(Behavior.TALK, 2), trunk)
    assert await watch.telephony.place(call) == CallNotSent(call=call.item.call, cause=EndCause.NOT_SENT)
    ari.plug()
    await watch.until(lambda _event: True, TelephonyBack, since=since)
    dialed = await watch.dial(number_of(Behavior.BRIEF, 3), trunk)
    await watch.of(CallEnded, dialed)
