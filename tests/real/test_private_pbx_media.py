"""Where the private PBX's media ports listen, looked at while calls are up, and that sound flows there."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.core.commands import HangUpCall, HangUpLeg, Join
from busyhour.core.events import CallAnswered, CallEnded, CallJoined
from busyhour.settings import Settings
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.media import MediaEnd, tone_share
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import TONE_HZ, Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.private_pbx import settings_on_free_ports
from tests.real.telephony_watch import Watch

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
TALK_LONG = 9  # detail of a talker who stays


@pytest.fixture
def settings(pbx_cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BUSYHOUR_PBX_CACHE", pbx_cache)
    return settings_on_free_ports(tmp_path)


@pytest.fixture
def phones(phone_settings: SippSettings) -> Iterator[Phones]:
    with Phones(phone_settings) as phones:
        yield phones


def media_sockets(pbx: PrivatePbx, settings: Settings) -> list[str]:
    """The addresses that its media ports listen on."""
    sockets = psutil.Process(pbx.statistics().pid).net_connections("udp")
    ports = range(settings.pbx_rtp_from, settings.pbx_rtp_until + 1)
    return [one.laddr.ip for one in sockets if one.type == socket.SOCK_DGRAM and one.laddr.port in ports]


@pytest.mark.parametrize(
    ("bind", "listening"), [("127.0.0.1", {"127.0.0.1"}), ("0.0.0.0", {"0.0.0.0", "::"})], ids=["loopback", "all"]
)
async def test_media_listens_where_sip_does_and_sound_flows(
    settings: Settings, carrier_settings: SippSettings, phones: Phones, bind: str, listening: set[str]
) -> None:
    """A carrier's call joined with an agent's SIP phone, and a demo call, which has both its ends here."""
    settings = settings.model_copy(update={"pbx_bind": bind})
    pbx = PrivatePbx(settings, demo=True)
    access = await pbx.start()
    try:
        async with MediaEnd(carrier_settings.media_port + 10) as ear, Watch(access) as watch:
            with Carrier(carrier_settings, media_elsewhere=ear.port) as carrier:
                leg = await watch.seat(1, phones.sip_address(1))
                trunk = await watch.set_trunk(carrier.address)
                demo = await watch.set_trunk("", 2, demo=True)
                call = await watch.dial(number_of(Behavior.TALK, 1, detail=TALK_LONG), trunk)
                shown = await watch.dial("12125550120", demo)
                for channel in (call, shown):
                    await watch.of(CallAnswered, channel)
                assert await watch.telephony.act(Join(call=call, leg=leg)) is None
                await watch.of(CallJoined, call)
                addresses = media_sockets(pbx, settings)
                assert len(addresses) >= 4  # trunk, phone, demo trunk, demo carrier
                assert set(addresses) <= listening
                async with asyncio.timeout(15):  # the phone sends a tone
                    while not any(tone_share(heard.sound(0.5), TONE_HZ) > 0.8 for heard in ear.talking().values()):
                        await ear.packet()
                for channel in (call, shown):
                    await watch.telephony.act(HangUpCall(call=channel))
                    await watch.of(CallEnded, channel)
                await watch.telephony.act(HangUpLeg(leg=leg))
    finally:
        await pbx.stop()
