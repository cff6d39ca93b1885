"""The management interface of the whole product, with both real clients: by HTTP, FIFO, UDP and a UNIX socket. An agent
with a telephone and no desk is logged on by it, and a listener hears so."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from opensips.event import OpenSIPSEventHandler
from opensips.mi import OpenSIPSMI

from busyhour.bench.desks import Desks
from busyhour.bench.product import Product
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.conftest import OFFSET, Starter

EVENT = "E_CALLCENTER_AGENT_REPORT"
UDP_PORT = 8080 + OFFSET
CLI = Path(sys.executable).parent / "opensips-cli"


@pytest.mark.real
@pytest.mark.covers("OC-082", "OC-087", "OC-094", "OC-095", "OC-116", "OC-117", "OC-118", "OC-120", "OC-122", "OC-123")
async def test_real_clients_see_and_steer_the_product(
    started: Starter, tmp_path: Path, phone_settings: SippSettings
) -> None:
    opened = {
        "BUSYHOUR_MI_HTTP": "true",
        "BUSYHOUR_MI_TENANT": "1",
        "BUSYHOUR_MI_FIFO": str(tmp_path / "fifo"),
        "BUSYHOUR_MI_UDP_PORT": str(UDP_PORT),
        "BUSYHOUR_MI_UNIX_SOCKET": str(tmp_path / "mi.sock"),
        "BUSYHOUR_MI_REPLY_FOLDER": str(tmp_path),
    }
    async with started(tmp_path, **opened) as product, Desks(product.api) as desks:
        with Phones(phone_settings) as phones:
            [agent_id] = await desks.make([phones.sip_address(0)], prefix="clerk")
            await product.api.post(
                "/api/queues", {"queue_id": 0, "name": "Front desk", "members": [{"agent_id": agent_id}]}
            )
            assert await asyncio.to_thread(clients(product, tmp_path)[3].execute, "cc_reload") == "OK"
            found = [await agents_by(client) for client in clients(product, tmp_path)]
            assert [len(agents) for agents in found] == [1, 1, 1, 1]
            assert found[0][0]["Loged in"] == "NO"
            await log_on_and_off(clients(product, tmp_path)[1], found[0][0]["id"])
            await by_command_line(product, tmp_path)
        assert (await product.api.get("/health"))["ok"]
    assert not (tmp_path / "fifo").exists()
    assert not (tmp_path / "mi.sock").exists()


def clients(product: Product, folder: Path) -> list[OpenSIPSMI]:
    fifo = str(folder / "fifo")
    return [
        OpenSIPSMI("http", url=url_of(product)),
        OpenSIPSMI("datagram", datagram_ip="127.0.0.1", datagram_port=UDP_PORT, datagram_timeout=5),
        OpenSIPSMI("datagram", datagram_unix_socket=str(folder / "mi.sock"), datagram_timeout=5),
        OpenSIPSMI("fifo", fifo_file=fifo, fifo_file_fallback=fifo, fifo_reply_dir=str(folder)),
    ]


def url_of(product: Product) -> str:
    return f"{product.url}/mi?token={(product.folder / 'cli-token').read_text().strip()}"


async def agents_by(client: OpenSIPSMI) -> list[dict[str, Any]]:
    return list((await asyncio.to_thread(client.execute, "cc_list_agents"))["Agents"])


async def log_on_and_off(client: OpenSIPSMI, agent: str) -> None:
    """The agent's telephone is rung and answers; then they are free, and the flow has an agent."""
    told: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def hear(message: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(told.put_nowait, message["params"]["status"])

    events = OpenSIPSEventHandler(client, "datagram")
    event = await asyncio.to_thread(events.subscribe, EVENT, hear)
    try:
        assert await asyncio.to_thread(client.execute, "cc_agent_login", [agent, "1"]) == "OK"
        async with asyncio.timeout(20):
            assert await told.get() == "free"
        names = ["ccg_free_agents", "ccf_free_agents-Front_desk"]
        await asyncio.sleep(0.5)
        found = await asyncio.to_thread(client.execute, "get_statistics", {"statistics": names})
        assert list(found.values()) == [1, 1]
        assert await asyncio.to_thread(client.execute, "cc_agent_login", [agent, 0]) == "OK"
        async with asyncio.timeout(20):
            assert await told.get() == "offline"
    finally:
        await asyncio.to_thread(event.unsubscribe)


async def by_command_line(product: Product, folder: Path) -> None:
    config = folder / "cli.cfg"
    config.write_text(f"[default]\ncommunication_type: http\nurl: {url_of(product)}\nhistory_file: {folder}/history\n")
    process = await asyncio.create_subprocess_exec(
        str(CLI), "-f", str(config), "-x", "mi", "call_center:list_flows", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert [flow["id"] for flow in json.loads(out)["Flows"]] == ["Front_desk"]
