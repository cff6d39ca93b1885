"""The ways in that the settings open, and that nothing is open without them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from opensips.mi import OpenSIPSMI

from busyhour.http.compat.listeners import Management
from busyhour.service.centers import Centers
from busyhour.service.errors import Invalid, StoreDown
from busyhour.settings import Settings
from tests.http.compat.test_datagram import free_port
from tests.http.http_world import Tenant, World


def management(world: World, **settings: Any) -> Management:
    centers = Centers(floors=world.floors, queues=world.queues, directory=world.directory, clock=world.clock)  # type: ignore[arg-type]
    return Management(Settings(**settings), centers, world.clock)


async def test_all_ways_lead_to_one_tenant(world: World, here: Tenant, there: Tenant, tmp_path: Path) -> None:
    port, fifo, path = free_port(), tmp_path / "fifo", tmp_path / "mi.sock"
    opened = management(
        world,
        mi_tenant=there.tenant_id,
        mi_fifo=fifo,
        mi_udp_port=port,
        mi_unix_socket=path,
        mi_reply_folder=tmp_path,
    )
    await opened.open()
    clients = [
        OpenSIPSMI("fifo", fifo_file=str(fifo), fifo_file_fallback=str(fifo), fifo_reply_dir=str(tmp_path)),
        OpenSIPSMI("datagram", datagram_ip="127.0.0.1", datagram_port=port, datagram_timeout=2),
        OpenSIPSMI("datagram", datagram_unix_socket=str(path), datagram_timeout=2),
    ]
    for client in clients:
        agents = await asyncio.to_thread(client.execute, "cc_list_agents")
        assert [agent["id"] for agent in agents["Agents"]] == ["supervisor@there", "agent@there"]
    await opened.close()
    assert not fifo.exists()
    assert not path.exists()


async def test_nothing_is_open_by_itself(world: World, here: Tenant) -> None:
    opened = management(world)
    await opened.open()
    assert (opened.settings.mi_http, opened._fifo, opened._datagrams, opened._fronts) == (False, None, [], {})
    await opened.close()


@pytest.mark.parametrize("way", [{"mi_udp_port": 1}, {"mi_fifo": "/tmp/x"}, {"mi_unix_socket": "/tmp/x"}])
async def test_whose_it_is_must_be_said(world: World, way: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="mi_tenant"):
        await management(world, **way).open()


async def test_all_tenants_are_followed_from_the_start(
    world: World, here: Tenant, there: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = management(world, mi_http=True)
    await opened.open()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert {feed.tenant for feed in world.floors.feeds} == {here.tenant_id, there.tenant_id}
    await opened.close()
    assert world.floors.feeds == []

    async def down() -> list[Any]:
        raise StoreDown

    monkeypatch.setattr(world.directory, "tenants", down)
    again = management(world, mi_http=True)
    await again.open()  # they are followed from when they are asked about
    await again.close()
