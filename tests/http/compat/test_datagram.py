"""Datagrams, with the real Python client: by UDP and by a UNIX socket."""

import asyncio
import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest
from opensips.event import OpenSIPSEventHandler
from opensips.mi import OpenSIPSMI, OpenSIPSMIException

from busyhour.http.compat.datagram import Datagrams, open_udp, open_unix
from busyhour.service.center_pictures import AgentReport, AgentStatus
from busyhour.service.errors import Unavailable
from tests.http.compat.compat_world import CompatWorld

EVENT = "E_CALLCENTER_AGENT_REPORT"


def free_port() -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def udp(compat: CompatWorld) -> tuple[Datagrams, OpenSIPSMI]:
    port = free_port()
    listening = await open_udp(port, compat.front)
    return listening, OpenSIPSMI("datagram", datagram_ip="127.0.0.1", datagram_port=port, datagram_timeout=2)


@pytest.mark.covers("OC-118")
async def test_the_python_client_by_udp(compat: CompatWorld) -> None:
    listening, mi = await udp(compat)
    calls = await asyncio.to_thread(mi.execute, "call_center:list_queue")
    assert [call["id"] for call in calls["Calls"]] == ["i1-1", "i1-2", "i1-3"]
    with pytest.raises(OpenSIPSMIException, match="-32601: Method not found"):
        await asyncio.to_thread(mi.execute, "no_such")
    listening.close()


@pytest.mark.covers("OC-118")
async def test_the_python_client_by_a_unix_socket(compat: CompatWorld, tmp_path: Path) -> None:
    path = tmp_path / "mi.sock"
    listening = await open_unix(path, compat.front)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    mi = OpenSIPSMI("datagram", datagram_unix_socket=str(path), datagram_timeout=2)
    assert await asyncio.to_thread(mi.execute, "cc_internal_call_dispatching") == {"dispatching": 1}
    listening.close()


@pytest.mark.covers("OC-095", "OC-122", "OC-123")
async def test_the_python_client_hears_events(compat: CompatWorld) -> None:
    listening, mi = await udp(compat)
    told: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    events = OpenSIPSEventHandler(mi, "datagram", ip="127.0.0.1")

    def hear(message: dict[str, object]) -> None:
        loop.call_soon_threadsafe(told.put_nowait, message)

    event = await asyncio.to_thread(events.subscribe, EVENT, hear)
    for status in (AgentStatus.FREE, AgentStatus.INCALL):
        compat.front.report(AgentReport(agent="ada", status=status))
    async with asyncio.timeout(5):
        heard = [await told.get(), await told.get()]
    assert [dict(one["params"])["state"] for one in heard] == ["free", "incall"]  # type: ignore[call-overload]
    assert len(compat.front.subscribers.of(EVENT)) == 1
    await asyncio.to_thread(event.unsubscribe)
    assert compat.front.subscribers.of(EVENT) == []
    listening.close()


async def test_what_is_there_already_is_not_taken(compat: CompatWorld, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(Unavailable, match="no socket"):
        await open_unix(tmp_path / "file", compat.front)
    assert (tmp_path / "file").read_text() == "mine"
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="UDP port"):
            await open_udp(taken.getsockname()[1], compat.front)


async def test_a_sender_without_a_name_is_no_fault(compat: CompatWorld, tmp_path: Path) -> None:
    listening = await open_unix(tmp_path / "mi.sock", compat.front)
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as sender:
        for raw in (b"", b"rubbish", b'{"jsonrpc":"2.0","id":1,"method":"cc_reset_stats"}'):
            sender.sendto(raw, str(tmp_path / "mi.sock"))
    async with asyncio.timeout(2):
        while not compat.center.asked:
            await asyncio.sleep(0.01)
    listening.close()
