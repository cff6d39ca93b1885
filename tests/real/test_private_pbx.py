"""The private PBX, real: what it offers to whom, what its demo carrier does, what it refuses."""

import asyncio
import json
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator

import aiohttp
import psutil
import pytest
import pytest_asyncio

from busyhour.adapters.asterisk import config
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.asterisk.private_process import PbxProcess
from busyhour.adapters.speech.nanotts import NanoVoice
from tests.real.private_pbx import BareAri, Seen, settings_on_free_ports

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
TRUNK = "t1-1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(pbx_cache: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrivatePbx]:
    os.environ["BUSYHOUR_PBX_CACHE"] = pbx_cache
    settings = settings_on_free_ports(tmp_path_factory.mktemp("pbx"))
    voice = NanoVoice(config.sounds_folder(settings))
    private = PrivatePbx(settings, voice=voice, demo=True)
    await private.start()
    yield private
    await private.stop()
    assert PbxProcess.find(settings.data.resolve() / "pbx/etc/asterisk.conf") is None


@pytest_asyncio.fixture(loop_scope="module")
async def ari(pbx: PrivatePbx) -> AsyncIterator[BareAri]:
    async with BareAri(pbx.access) as bare:
        await bare.push_trunk(TRUNK)
        yield bare


async def within(seconds: float, event: asyncio.Event) -> None:
    async with asyncio.timeout(seconds):
        await event.wait()


# What it offers to whom


async def test_it_listens_on_loopback_only(pbx: PrivatePbx) -> None:
    access = pbx.access
    http = int(access.ari_url.removesuffix("/ari").rpartition(":")[2])
    sockets = psutil.Process(pbx.statistics().pid).net_connections("inet")
    streams = {(one.laddr.ip, one.laddr.port) for one in sockets if one.status == psutil.CONN_LISTEN}
    assert streams == {("127.0.0.1", port) for port in (http, access.ami_port, access.sip_port)}
    datagrams = {(one.laddr.ip, one.laddr.port) for one in sockets if one.type == socket.SOCK_DGRAM}
    known = {port for ip, port in datagrams if ip == "127.0.0.1"}
    assert known == {access.sip_port}
    # What is left asks name servers, from a port of the system's choice.
    assert len(datagrams) - len(known) <= 2


async def test_a_carriers_secret_is_pushed_and_never_on_disk(pbx: PrivatePbx, ari: BareAri) -> None:
    secret = uuid.uuid4().hex
    fields = {"auth_type": "userpass", "username": "x", "password": secret}
    body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
    path = "asterisk/config/dynamic/res_pjsip/auth/t9-9"
    assert (await ari.ask("PUT", path, body))[0] == 200
    assert (await ari.ask("GET", path))[0] == 200
    files = [file for file in pbx.access.sounds.parent.parent.rglob("*") if file.is_file() and not file.is_symlink()]
    assert len(files) > 20
    assert [file for file in files if secret.encode() in file.read_bytes()] == []
    assert (await ari.ask("DELETE", path))[0] in {200, 204}
    assert (await ari.ask("GET", path))[0] == 404


AMI_DANGERS = [
    {"Action": "Command", "Command": "core show version"},
    {"Action": "Originate", "Channel": "PJSIP/x@t1-1", "Application": "System", "Data": "id"},
    {"Action": "GetConfig", "Filename": "manager.conf"},
    {"Action": "GetConfigJSON", "Filename": "../../../../etc/passwd"},
    {"Action": "ListCategories", "Filename": "manager.conf"},
    {"Action": "UpdateConfig", "SrcFilename": "manager.conf", "DstFilename": "manager.conf"},
    {"Action": "CreateConfig", "Filename": "x.conf"},
    {"Action": "Reload"},
    {"Action": "ModuleLoad", "LoadType": "load", "Module": "app_system.so"},
    {"Action": "DBPut", "Family": "a", "Key": "b", "Val": "c"},
    {"Action": "DBGet", "Family": "a", "Key": "b"},
    {"Action": "Setvar", "Variable": "x", "Value": "y"},
    {"Action": "Redirect", "Channel": "x", "Context": "y", "Exten": "z", "Priority": "1"},
    {"Action": "Hangup", "Channel": "x"},
    {"Action": "DialplanExtensionAdd", "Context": "a", "Extension": "b", "Priority": "1", "Application": "NoOp"},
    {"Action": "LoggerRotate"},
    {"Action": "BlindTransfer", "Channel": "x", "Context": "y", "Exten": "z"},
]


@pytest.mark.parametrize("danger", AMI_DANGERS, ids=lambda action: action["Action"])
async def test_the_manager_login_may_do_nothing_dangerous(pbx: PrivatePbx, danger: dict[str, str]) -> None:
    access = pbx.access
    reader, writer = await asyncio.open_connection(access.ami_host, access.ami_port)
    login = {"Action": "Login", "Username": access.ami_user, "Secret": access.ami_password, "Events": "off"}
    try:
        replies = []
        for action in (login, danger):
            writer.write(("".join(f"{key}: {value}\r\n" for key, value in action.items()) + "\r\n").encode())
            async with asyncio.timeout(5):
                replies.append((await reader.readuntil(b"\r\n\r\n")).decode())
    finally:
        writer.close()
    assert "Success" in replies[0]
    assert "Permission denied" in replies[1]


async def test_ari_runs_no_program_by_a_variable(ari: BareAri) -> None:
    for function in ("SHELL(id)", "FILE(/etc/passwd)", "ENV(PATH)", "CURL(http://127.0.0.1)"):
        status, reply = await ari.ask("GET", "asterisk/variable", variable=function)
        assert status != 200 or not reply["value"], f"{function} answered {reply}"


@pytest.mark.parametrize("user", ["nobody", "anonymous", "demo-carrier", "t1-1"])
@pytest.mark.parametrize("method", ["INVITE", "REGISTER", "MESSAGE"])
async def test_a_stranger_is_refused_before_the_dialplan(pbx: PrivatePbx, ari: BareAri, user: str, method: str) -> None:
    while not ari.events.empty():
        ari.events.get_nowait()
    status = await first_answer(pbx.access, method, user)
    assert status in {401, 403}
    _, channels = await ari.ask("GET", "channels")  # and after this round trip, no event of a channel has come
    assert channels == []
    events = [ari.events.get_nowait() for _ in range(ari.events.qsize())]
    assert [event for event in events if "channel" in event] == []


async def first_answer(access: PbxAccess, method: str, user: str) -> int:
    loop = asyncio.get_running_loop()
    with socket.socket(type=socket.SOCK_DGRAM) as wire:
        wire.setblocking(False)
        wire.bind(("127.0.0.1", 0))
        await loop.sock_connect(wire, (access.sip_host, access.sip_port))
        port = wire.getsockname()[1]
        lines = [
            f"{method} sip:2125550105@127.0.0.1:{access.sip_port} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{uuid.uuid4().hex};rport",
            f"From: <sip:{user}@127.0.0.1>;tag={uuid.uuid4().hex}",
            f"To: <sip:{user}@127.0.0.1>" if method == "REGISTER" else "To: <sip:2125550105@127.0.0.1>",
            f"Call-ID: {uuid.uuid4().hex}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:{user}@127.0.0.1:{port}>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        await loop.sock_sendall(wire, ("\r\n".join(lines) + "\r\n\r\n").encode())
        async with asyncio.timeout(5):
            return int((await loop.sock_recv(wire, 4096)).split()[1])


@pytest.mark.parametrize("user", ["nobody", "demo-carrier"])
async def test_a_stranger_is_refused_on_the_browsers_door(pbx: PrivatePbx, user: str) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(pbx.access.ws_url, protocols=("sip",)) as wire:
        for method, wanted in (("REGISTER", {401}), ("INVITE", {401})):
            lines = [
                f"{method} sip:2125550105@127.0.0.1 SIP/2.0",
                f"Via: SIP/2.0/WS x.invalid;branch=z9hG4bK{uuid.uuid4().hex}",
                f"From: <sip:{user}@127.0.0.1>;tag={uuid.uuid4().hex}",
                f"To: <sip:{user}@127.0.0.1>",
                f"Call-ID: {uuid.uuid4().hex}",
                f"CSeq: 1 {method}",
                f"Contact: <sip:{user}@x.invalid;transport=ws>",
                "Max-Forwards: 70",
                "Content-Length: 0",
            ]
            await wire.send_str("\r\n".join(lines) + "\r\n\r\n")
            answer = await wire.receive_str(timeout=5)
            assert int(answer.split()[1]) in wanted


# The demo carrier

FINAL_CAUSE = {"150": 17, "180": 1, "185": 28, "190": 34, "195": 21}
UNANSWERED_CAUSE = {"160": 19, "198": 19}  # what a caller that gave up by itself is told


async def test_the_demo_carrier_refuses_as_networks_do(ari: BareAri) -> None:
    calls = {ending: await ari.dial(f"12125550{ending}", TRUNK) for ending in FINAL_CAUSE}
    for call in calls.values():
        await within(5, call.ended)
    assert {ending: call.cause for ending, call in calls.items()} == FINAL_CAUSE
    assert all(call.started_s is None for call in calls.values())


async def test_the_demo_carrier_lets_calls_ring_or_hang(ari: BareAri) -> None:
    calls = {ending: await ari.dial(f"+12125550{ending}", TRUNK, timeout_s=3) for ending in UNANSWERED_CAUSE}
    for call in calls.values():
        await within(8, call.ended)
    assert {ending: call.cause for ending, call in calls.items()} == UNANSWERED_CAUSE


async def test_the_demo_carrier_answers_and_ends_calls(ari: BareAri) -> None:
    begun_s = time.monotonic()
    short, at_once, machine, late = [await ari.dial(f"12125550{end}", TRUNK) for end in ("105", "187", "170", "140")]
    await within(10, at_once.ended)
    assert at_once.started_s is not None
    assert (at_once.ended_s or 0) - at_once.started_s < 2
    await within(15, late.started)
    assert 11 < (late.started_s or 0) - begun_s < 14
    assert machine.started_s is not None
    await within(25, short.ended)
    assert short.started_s is not None
    assert 12 < (short.ended_s or 0) - short.started_s < 22
    assert (at_once.cause, short.cause) == (16, 16)
    await hang_up_all(ari, machine, late)


async def hang_up_all(ari: BareAri, *calls: Seen) -> None:
    for channel in (await ari.ask("GET", "channels"))[1]:
        await ari.ask("DELETE", f"channels/{channel['id']}")
    for call in calls:
        await within(5, call.ended)


# What people hear


async def test_a_prompt_is_played_to_its_end(ari: BareAri) -> None:
    call = await ari.dial("12125550130", TRUNK)
    await within(10, call.started)
    channel = next(name for name, seen in ari.seen.items() if seen is call)
    begun_s = time.monotonic()
    status, _ = await ari.ask("POST", f"channels/{channel}/play", {"media": "sound:busyhour/demo-message"})
    assert status == 201
    async with asyncio.timeout(20):
        while (event := await ari.events.get())["type"] != "PlaybackFinished":
            pass
    assert event["playback"]["state"] == "done"
    assert time.monotonic() - begun_s > 4
    await hang_up_all(ari, call)


async def test_who_answers_while_no_engine_is_there_hears_the_farewell(pbx: PrivatePbx) -> None:
    """Never silence, never a call without an owner."""
    async with BareAri(pbx.access) as ari:
        await ari.push_trunk(TRUNK)
        await ari.dial("12125550130", TRUNK)
        channel = next(iter(ari.seen))
        await ari.close_socket()
        assert await dialplan_step(ari, channel, lambda step: step is not None and step["app_name"] == "Playback") == {
            "app_name": "Playback",
            "app_data": "busyhour/farewell",
        }
        assert await dialplan_step(ari, channel, lambda step: step is None) is None  # hung up
    ended: list[list[str]] = []
    async with asyncio.timeout(10):
        while not any(line[0] == "HANGUP" for line in ended):  # the records are written a moment after it is gone
            await asyncio.to_thread(os.sched_yield)
            ended = [line.split(",") for line in pbx.access.cel_file.read_text().splitlines() if channel in line]
    times = {line[0]: float(line[1]) for line in ended}
    assert 3 < times["HANGUP"] - times["ANSWER"] < 12
    assert json.loads(
        ",".join(next(line for line in ended if line[0] == "HANGUP")[4:])[1:-1].replace('""', '"')
    )["hangupcause"] == 16  # fmt: skip


async def dialplan_step(ari: BareAri, channel: str, wanted) -> dict[str, str] | None:  # type: ignore[no-untyped-def]
    """Looks until the channel is where it is wanted; None = it is gone."""
    async with asyncio.timeout(20):
        while True:
            status, reply = await ari.ask("GET", f"channels/{channel}")
            place = reply["dialplan"] if status == 200 else None
            step = place and {key: place[key] for key in ("app_name", "app_data")}
            if wanted(step):
                return step
