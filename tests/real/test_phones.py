"""Places of agents' phones on a real Asterisk: who may register, what is told, what a restart leaves; and AMI."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from busyhour.adapters.asterisk.ami import AmiLink, AmiMessage
from busyhour.adapters.asterisk.demo import BEHAVIORS
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.speech.nanotts import NanoVoice
from busyhour.core.commands import RingAgent
from busyhour.core.events import CallEnded, LegEnded, PhoneGone, PhoneRegistered, TelephonyBack
from busyhour.core.model.values import EndCause, PhoneKind
from busyhour.service.errors import Invalid
from busyhour.service.ports import SipAccess
from tests.real.private_pbx import settings_on_free_ports
from tests.real.telephony_watch import Watch
from tests.real.ws_phone import WsPhone

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


TURNS = 100


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(pbx_cache: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrivatePbx]:
    os.environ["BUSYHOUR_PBX_CACHE"] = pbx_cache
    settings = settings_on_free_ports(tmp_path_factory.mktemp("pbx"))
    private = PrivatePbx(settings, voice=NanoVoice(settings.data / "pbx/share/sounds"), demo=True)
    await private.start()
    yield private
    await private.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def watch(pbx: PrivatePbx) -> AsyncIterator[Watch]:
    async with Watch(pbx.access) as watch:
        yield watch


def _phone(watch: Watch, access: SipAccess, *, secret: str | None = None) -> WsPhone:
    return WsPhone(watch.access.ws_url, user=access.user, secret=secret or access.secret, realm=access.realm)


async def test_registered_as_long_as_its_socket_is_open(watch: Watch) -> None:
    access = await watch.telephony.phones.admit(1, 5, 600)
    async with _phone(watch, access) as phone:
        assert await phone.register() == 200
        await watch.until(lambda event: event.agent_id == 5, PhoneRegistered)
        since = len(watch.told)
    await watch.until(lambda event: event.agent_id == 5, PhoneGone, since=since)


async def test_a_new_secret_ends_the_old_one(watch: Watch) -> None:
    old = await watch.telephony.phones.admit(1, 6, 600)
    new = await watch.telephony.phones.admit(1, 6, 600)
    async with _phone(watch, old) as phone:
        assert await phone.register() == 401
    async with _phone(watch, new) as phone:
        assert await phone.register() == 200


async def test_a_secret_expires(watch: Watch) -> None:
    phones = watch.telephony.phones
    access = await phones.admit(1, 7, 0.05)
    async with _phone(watch, access) as phone:
        async with asyncio.timeout(10):
            while await phone.register() != 401:
                pass


async def test_a_stranger_cannot_tell_a_known_name_from_an_unknown_one(watch: Watch) -> None:
    known = await watch.telephony.phones.admit(1, 8, 600)
    unknown = SipAccess(user="g1-999", secret="x", realm=known.realm, expires_utc_s=0.0)
    answers = []
    for access in (known, unknown):
        async with _phone(watch, access, secret="wrong") as phone:
            answers.append((await phone.register(), await phone.challenge()))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


async def test_a_dismissed_phone_is_gone_and_cannot_come_back(watch: Watch) -> None:
    access = await watch.telephony.phones.admit(1, 9, 600)
    async with _phone(watch, access) as phone:
        assert await phone.register() == 200
        since = len(watch.told)
        await watch.telephony.phones.dismiss(1, 9)
        await watch.until(lambda event: event.agent_id == 9, PhoneGone, since=since)
        assert await phone.register() == 401


async def test_a_phone_that_is_not_there_cannot_be_rung(watch: Watch) -> None:
    await watch.telephony.phones.admit(1, 10, 600)
    ring = RingAgent(
        agent_id=10, leg="a1-10-1-1", phone_kind=PhoneKind.BROWSER, sip_address="", caller_id="", ring_timeout_s=5
    )
    ended = await watch.telephony.act(ring)
    assert isinstance(ended, LegEnded)
    assert ended.cause is EndCause.UNREACHABLE


async def test_what_is_no_sip_address_is_refused(watch: Watch) -> None:
    with pytest.raises(Invalid, match="Example"):
        await watch.telephony.phones.set_phone(1, 11, "sip:a@h\r\nX: y")


async def test_a_new_engine_learns_which_phones_are_there(watch: Watch, pbx: PrivatePbx) -> None:
    access = await watch.telephony.phones.admit(1, 12, 600)
    async with _phone(watch, access) as phone:
        assert await phone.register() == 200
        await watch.disconnect()
        async with Watch(pbx.access) as other:
            await other.until(lambda event: event.agent_id == 12, PhoneRegistered)
        await watch.connect()


async def test_engines_come_and_go_while_phones_do(watch: Watch, pbx: PrivatePbx) -> None:
    """The end of an engine's socket while a phone's news is on its way has killed Asterisk, once in some 60 turns."""
    pid = pbx.statistics().pid
    for turn in range(TURNS):
        access = await watch.telephony.phones.admit(1, 12, 600)
        async with _phone(watch, access) as phone:
            assert await phone.register() == 200
            await (watch.disconnect() if turn % 2 else _cut(watch))
        await watch.connect()
    assert pbx.statistics().pid == pid


async def _cut(watch: Watch) -> None:
    """Its socket dies as a killed engine's does: without a word."""
    watch.telephony.link.drop("cut by the test")
    await watch.disconnect()


async def test_after_a_restart_the_places_are_there_again(watch: Watch, pbx: PrivatePbx) -> None:
    access = await watch.telephony.phones.admit(1, 13, 600)
    since = len(watch.told)
    pid = pbx.statistics().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await watch.until(lambda _event: True, TelephonyBack, since=since, max_s=30)
    async with _phone(watch, access) as phone:
        assert await phone.register() == 200
        await watch.until(lambda event: event.agent_id == 13, PhoneRegistered, since=since)


async def test_the_demo_trunk_reaches_the_demo_carrier(watch: Watch) -> None:
    """Our trunk shows the carrier's own name and password; the number's last digits say busy."""
    trunk = await watch.set_trunk("", demo=True)
    busy = next(behavior for behavior in BEHAVIORS if behavior.cause is EndCause.BUSY)
    call = await watch.dial(f"+49301234{busy.first:02}", trunk)
    assert (await watch.of(CallEnded, call)).cause is EndCause.BUSY


async def test_a_trunk_loses_its_password_and_goes(watch: Watch) -> None:
    name = watch.access.secret_name("t1-30")

    async def auth_of_trunk() -> str | None:
        reply = await watch.telephony.link.ask("GET", f"asterisk/config/dynamic/res_pjsip/endpoint/{name}")
        fields = reply.read(list[dict[str, str]]) if reply.ok else []
        return next((field["value"] for field in fields if field["attribute"] == "outbound_auth"), None)

    await watch.set_trunk("192.0.2.1", 30, login="me", password="secret")
    assert await auth_of_trunk() == name
    await watch.set_trunk("192.0.2.1", 30)
    assert await auth_of_trunk() == ""
    await watch.telephony.phones.drop_trunk(1, 30)
    assert await auth_of_trunk() is None


async def test_ami_answers_and_refuses_what_we_need_not(pbx: PrivatePbx) -> None:
    up = asyncio.Event()
    events: list[AmiMessage] = []
    link = AmiLink(pbx.access, on_event=events.append, on_change=lambda is_up: up.set() if is_up else up.clear())
    run = asyncio.create_task(link.run())
    async with asyncio.timeout(10):
        await up.wait()
    assert (await link.ask("Ping")).fields["Ping"] == "Pong"
    assert not (await link.ask("Command", {"Command": "core show version"})).ok
    assert not (await link.ask("Originate", {"Channel": "PJSIP/1@t1-1", "Application": "Wait"})).ok
    run.cancel()
