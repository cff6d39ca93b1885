"""Events reach real sockets, and only those that may be told."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busyhour.http.compat.rpc import RpcFault
from busyhour.http.compat.sockets import Allowed, Target, allowed, parse
from busyhour.service.center_pictures import AgentReport, AgentStatus
from tests.http.compat.compat_world import CompatWorld

EVENT = "E_CALLCENTER_AGENT_REPORT"
FREE = AgentReport(agent="ada", status=AgentStatus.FREE)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(2.0)
        yield listening


def name_of(listening: socket.socket) -> str:
    return "udp:{}:{}".format(*listening.getsockname())


def heard(listening: socket.socket) -> Any:
    return json.loads(listening.recv(65_535))


@pytest.mark.covers("OC-095", "OC-096", "OC-097", "OC-122", "OC-123")
@pytest.mark.parametrize("method", ["event_subscribe", "evi:subscribe"])
@pytest.mark.parametrize(
    ("report", "params"),
    [
        (FREE, {"agent_id": "ada", "state": "free", "status": "free"}),
        (
            AgentReport(agent="ada", status=AgentStatus.OFFLINE),
            {"agent_id": "ada", "state": "offline", "status": "offline"},
        ),
        (
            AgentReport(agent="ada", status=AgentStatus.INCALL, flow="support"),
            {"agent_id": "ada", "state": "incall", "status": "incall", "flow_id": "support"},
        ),
        (
            AgentReport(agent="ada", status=AgentStatus.WRAPUP, wrapup_ends_utc_s=1_790_000_030.9),
            {"agent_id": "ada", "state": "wrapup", "status": "wrapup", "wrapup_ends": 1_790_000_030},
        ),
        (
            AgentReport(agent="ada", status=AgentStatus.INCHAT, flow="chat", chats=2),
            {"agent_id": "ada", "state": "inchat", "status": "inchat", "flow_id": "chat", "ongoing_sessions": 2},
        ),
    ],
)
async def test_a_udp_subscriber_is_told(
    compat: CompatWorld, listener: socket.socket, method: str, report: AgentReport, params: dict[str, Any]
) -> None:
    assert await compat.result(method, [EVENT, name_of(listener)]) == "OK"
    compat.front.report(report)
    assert heard(listener) == {"jsonrpc": "2.0", "method": EVENT, "params": params}


@pytest.mark.covers("OC-122")
async def test_a_subscription_ends_when_it_is_over(compat: CompatWorld, listener: socket.socket) -> None:
    listener.setblocking(False)
    assert await compat.result("event_subscribe", [EVENT, name_of(listener), "60"]) == "OK"
    compat.clock.pass_s(59)
    compat.front.report(FREE)
    assert heard(listener)["params"]["status"] == "free"
    compat.clock.pass_s(1)
    compat.front.report(FREE)
    with pytest.raises(BlockingIOError):
        listener.recv(100)


@pytest.mark.covers("OC-122")
async def test_zero_ends_it_at_once_and_less_is_wrong(compat: CompatWorld, listener: socket.socket) -> None:
    listener.setblocking(False)
    assert await compat.result("event_subscribe", [EVENT, name_of(listener), 3600]) == "OK"
    assert await compat.error("event_subscribe", [EVENT, name_of(listener), -1]) == (-32602, "Invalid params")
    assert await compat.result("event_subscribe", [EVENT, name_of(listener), "0"]) == "OK"
    compat.front.report(FREE)
    with pytest.raises(BlockingIOError):
        listener.recv(100)


@pytest.mark.covers("OC-122")
@pytest.mark.parametrize("prefix", ["unix:", ""])
async def test_a_unix_socket_is_told(compat: CompatWorld, tmp_path: Path, prefix: str) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listening:
        listening.bind(str(tmp_path / "told"))
        assert await compat.result("event_subscribe", [EVENT, f"{prefix}{tmp_path / 'told'}"]) == "OK"
        compat.front.report(FREE)
        listening.settimeout(2.0)
        assert heard(listening)["params"]["agent_id"] == "ada"


@pytest.mark.covers("OC-122", "OC-123")
@pytest.mark.parametrize(("method", "name"), [("", EVENT), ("/agents.changed", "agents.changed")])
@pytest.mark.parametrize("closes", [True, False], ids=["closes after each", "reads on"])
async def test_a_stream_is_told_each_event_once(compat: CompatWorld, method: str, name: str, closes: bool) -> None:
    told: list[Any] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        decoder = json.JSONDecoder()
        rest = ""
        while data := await reader.read(65_536):
            rest += data.decode()
            while rest:
                one, end = decoder.raw_decode(rest)
                told.append(one)
                rest = rest[end:]
            if closes:
                break
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await compat.result("event_subscribe", [EVENT, f"tcp:127.0.0.1:{port}{method}"]) == "OK"
        for status in (AgentStatus.FREE, AgentStatus.INCALL, AgentStatus.WRAPUP):
            compat.front.report(AgentReport(agent="ada", status=status))
        async with asyncio.timeout(5):
            while len(told) < 3:
                await asyncio.sleep(0.01)
        assert [(one["method"], one["params"]["status"]) for one in told] == [
            (name, "free"),
            (name, "incall"),
            (name, "wrapup"),
        ]
        compat.front.close()


async def test_a_stream_that_nobody_hears_is_no_fault(compat: CompatWorld) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    assert await compat.result("event_subscribe", [EVENT, f"tcp:127.0.0.1:{port}"]) == "OK"
    for _ in range(300):
        compat.front.report(FREE)
    assert compat.front.subscribers.dropped == 100
    await asyncio.sleep(0.05)
    compat.front.report(FREE)
    compat.front.close()


@pytest.mark.covers("OC-122")
@pytest.mark.parametrize(
    "to",
    ["", "udp:", "udp:127.0.0.1", "udp:127.0.0.1:0", "udp:127.0.0.1:70000", "udp:127.0.0.1:9/x", "sms:1", "unix:x"],
)
async def test_a_socket_that_is_none_is_refused(compat: CompatWorld, to: str) -> None:
    assert await compat.error("event_subscribe", [EVENT, to]) == (400, "Bad parameter value")


@pytest.mark.parametrize(
    "to", ["udp:192.0.2.1:9", "tcp:192.0.2.1:9", "udp:0.0.0.0:9", "udp:224.0.0.1:9", "unix:/run/other"]
)
async def test_nobody_elsewhere_is_told(compat: CompatWorld, to: str) -> None:
    assert await compat.error("event_subscribe", [EVENT, to]) == (400, "Bad parameter value")


async def test_who_asks_and_named_networks_may_be_told(tmp_path: Path) -> None:
    assert (await allowed(parse("udp:192.0.2.1:9"), Allowed(tmp_path), "192.0.2.1")).host == "192.0.2.1"
    named = Allowed(tmp_path, (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")))  # type: ignore[arg-type]
    assert (await allowed(parse("udp:[2001:db8::1]:9"), named, None)).address == ("2001:db8::1", 9)
    assert (await allowed(parse("udp:localhost:9"), Allowed(tmp_path), None)).host in {"127.0.0.1", "::1"}


async def test_a_link_out_of_the_folder_is_not_followed(compat: CompatWorld, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/run")
    assert await compat.error("event_subscribe", [EVENT, f"unix:{tmp_path}/out/x"]) == (400, "Bad parameter value")


async def test_there_are_not_more_subscribers_than_so_many(compat: CompatWorld) -> None:
    for port in range(1, 65):
        assert await compat.result("event_subscribe", [EVENT, f"udp:127.0.0.1:{port}"]) == "OK"
    assert await compat.error("event_subscribe", [EVENT, "udp:127.0.0.1:65"]) == (400, "Too many subscribers")
    assert await compat.result("event_subscribe", [EVENT, "udp:127.0.0.1:64"]) == "OK"


@pytest.mark.covers("OC-121")
@pytest.mark.parametrize("subscribers", ["subscribers_list", "evi:subscribers"])
async def test_who_is_told_can_be_listed(compat: CompatWorld, listener: socket.socket, subscribers: str) -> None:
    assert await compat.result(subscribers) == {"Events": []}
    assert await compat.result(subscribers, [EVENT]) == {"Event": {}}
    await compat.result("event_subscribe", [EVENT, name_of(listener), 60])
    shown = {"socket": name_of(listener), "expire": 60}
    assert await compat.result(subscribers) == {"Events": [{"name": EVENT, "id": 0, "Subscribers": [shown]}]}
    assert await compat.result(subscribers, [EVENT]) == {"Event": {"name": EVENT, "id": 0, "Subscribers": [shown]}}
    one = await compat.result(subscribers, {"event": EVENT, "socket": name_of(listener)})
    assert one == {"Event": {"name": EVENT, "id": 0, "Subscriber": shown}}
    assert await compat.error(subscribers, [EVENT, "udp:127.0.0.1:9"]) == (404, "Subscriber does not exist")
    assert await compat.error(subscribers, ["E_OTHER"]) == (404, "Event not published")
    assert await compat.error("event_subscribe", ["E_OTHER", name_of(listener)]) == (404, "Event not published")


@pytest.mark.covers("OC-121")
@pytest.mark.parametrize("method", ["raise_event", "evi:raise"])
async def test_an_event_is_raised_by_hand(compat: CompatWorld, listener: socket.socket, method: str) -> None:
    assert await compat.error(method, ["E_OTHER"]) == (404, "Event not registered")
    assert await compat.error(method, [EVENT]) == (480, "Temporarily Unavailable")
    await compat.result("event_subscribe", [EVENT, name_of(listener)])
    for params, told in ((["a", "b"], ["a", "b"]), ('{"agent_id": "x"}', {"agent_id": "x"})):
        assert await compat.result(method, [EVENT, params]) == "OK"
        assert heard(listener) == {
            "jsonrpc": "2.0",
            "method": EVENT,
            "params": params if isinstance(params, list) else told,
        }
    assert await compat.error(method, [EVENT, "[1]"]) == (400, "Bad Params")


@settings(max_examples=40, deadline=None)
@given(st.tuples(st.sampled_from(["udp:", "tcp:", "unix:", "/", ""]), st.text(max_size=30)).map("".join))
def test_no_socket_is_too_odd_to_be_refused(text: str) -> None:
    target = or_none(text)
    if target is not None:
        assert target.path.startswith("/") if target.kind == "unix" else 1 <= target.port <= 65_535


def or_none(text: str) -> Target | None:
    try:
        return parse(text)
    except RpcFault:
        return None
