"""Over HTTP: who may, which status, and both real clients as their users have them."""

import asyncio
import base64
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from opensips.mi import OpenSIPSMI, OpenSIPSMIException

from busyhour.core import events as e
from busyhour.core.model.values import Role
from busyhour.service import secrets
from busyhour.service.errors import Conflict
from tests.http.http_world import Tenant, World

CLI = Path(sys.executable).parent / "opensips-cli"
WHICH = {"jsonrpc": "2.0", "id": "1", "method": "cc_list_agents"}


async def token_of(world: World, tenant: Tenant, role: Role = Role.SUPERVISOR) -> str:
    person = tenant.people[role]
    session = await world.directory.find_session(secrets.token_hash(person.token))
    assert session is not None
    token, _ = await world.accounts.create_token(session, name="dispatcher", expires_utc_s=None)
    return token


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.covers("OC-116")
async def test_status_and_type(world: World, here: Tenant) -> None:
    bearer = {"Authorization": f"Bearer {await token_of(world, here)}", "Content-Type": "application/json"}
    async with world.client() as client:
        good = await client.post("/mi", json=WHICH, headers=bearer)
        assert (good.status_code, good.headers["content-type"]) == (200, "application/json")
        assert [agent["id"] for agent in good.json()["result"]["Agents"]] == ["supervisor@here", "agent@here"]
        fault = await client.post("/mi", json=WHICH | {"method": "no_such"}, headers=bearer)
        assert (fault.status_code, fault.json()["error"]["code"]) == (200, -32601)
        rubbish = await client.post("/mi", content=b"rubbish", headers=bearer)
        assert (rubbish.status_code, rubbish.json()["error"]["code"]) == (200, -32700)
        told = await client.post("/mi", json={"jsonrpc": "2.0", "method": "cc_reset_stats"}, headers=bearer)
        assert (told.status_code, told.content) == (202, b"")
        assert (await client.post("/mi", content=b" ", headers=bearer)).status_code == 400
        for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD"):
            assert (await client.request(method, "/mi", headers=bearer)).status_code == 405


async def test_the_token_comes_in_any_of_four_ways(world: World, here: Tenant) -> None:
    token = await token_of(world, here)
    async with world.client() as client:
        for headers in ({"Authorization": f"Bearer {token}"}, basic("anybody", token), basic(token, "")):
            assert (await client.post("/mi", json=WHICH, headers=headers)).status_code == 200
        assert (await client.post(f"/mi?token={token}", json=WHICH)).status_code == 200
        # Nowhere else, so that no link to another route can carry it.
        assert (await client.get("/api/session", headers=basic("anybody", token))).status_code == 401
        assert (await client.get(f"/api/session?token={token}")).status_code == 401


@pytest.mark.parametrize("headers", [basic("a", "bh_no"), basic("a", ""), {"Authorization": "Basic !"}, {}])
@pytest.mark.parametrize("query", ["", "?token=bh_no", "?token="])
async def test_without_a_good_token_nobody_is_answered(
    world: World, here: Tenant, headers: dict[str, str], query: str
) -> None:
    async with world.client() as client:
        assert (await client.post(f"/mi{query}", json=WHICH, headers=headers)).status_code == 401


async def test_a_session_in_the_address_is_no_token(world: World, here: Tenant) -> None:
    person = here.people[Role.ADMINISTRATOR]
    async with world.client() as client:
        assert (await client.post(f"/mi?token={person.token}", json=WHICH)).status_code == 401


async def test_agents_may_not(world: World, here: Tenant) -> None:
    async with world.client() as client:
        token = await token_of(world, here, Role.AGENT)
        assert (await client.post(f"/mi?token={token}", json=WHICH)).status_code == 403


async def test_each_token_shows_its_own_tenant(world: World, here: Tenant, there: Tenant) -> None:
    async with world.client() as client:
        said = await client.post(f"/mi?token={await token_of(world, there)}", json=WHICH)
        assert [agent["id"] for agent in said.json()["result"]["Agents"]] == ["supervisor@there", "agent@there"]
        login = {"jsonrpc": "2.0", "id": 1, "method": "cc_agent_login", "params": ["agent@here", 1]}
        said = await client.post(f"/mi?token={await token_of(world, there)}", json=login)
        assert said.json()["error"] == {"code": 404, "message": "Agent not found"}


async def test_it_is_off_unless_asked_for(world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.services.settings, "mi_http", False)
    async with world.client() as client:
        said = await client.post(f"/mi?token={await token_of(world, here)}", json=WHICH)
        assert (said.status_code, "BUSYHOUR_MI_HTTP" in said.json()["error"]["text"]) == (404, True)


async def test_too_many_requests(world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busyhour.http.compat.front.REQUESTS_PER_S_MAX", 3)
    token = await token_of(world, here)
    async with world.client() as client:
        found = [(await client.post(f"/mi?token={token}", json=WHICH | {"method": "ps"})).status_code for _ in range(4)]
    assert found == [200] * 3 + [429]


# The real clients


@pytest.fixture
async def url(world: World, here: Tenant) -> AsyncIterator[str]:
    """Of a real server, with a token, as it stands in a client's configuration."""
    config = uvicorn.Config(world.app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/mi?token={await token_of(world, here)}"
    server.should_exit = True
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def agent_there(world: World, here: Tenant, **more: Any) -> int:
    """The tenant's agent, as the live state shows them."""
    agent_id = int(here.ids["agent_id"])
    world.floors.state["agents"][str(agent_id)] = {"agent_id": agent_id, "state": "offline"} | more
    return agent_id


@pytest.mark.covers("OC-082", "OC-116")
async def test_the_python_client(world: World, here: Tenant, url: str) -> None:
    agent_id = agent_there(world, here)
    mi = OpenSIPSMI("http", url=url)
    assert await asyncio.to_thread(mi.valid) == (True, None)
    assert await asyncio.to_thread(mi.execute, "cc_agent_login", ["agent@here", "1"]) == "OK"
    assert world.floors.told == [(here.tenant_id, e.AgentLinked(agent_id=agent_id, session="management"))]
    assert world.floors.asked == [(here.tenant_id, e.ReadyAsked(agent_id=agent_id, request="request-1"))]
    found = await asyncio.to_thread(mi.execute, "get_statistics", {"statistics": ["call_center:"]})
    assert found["call_center:ccg_incalls"] == 0
    with pytest.raises(OpenSIPSMIException, match="404: Agent not found"):
        await asyncio.to_thread(mi.execute, "cc_agent_login", ["nobody", "1"])


async def run_cli(url: str, folder: Path, *words: str) -> tuple[str, str]:
    config = folder / "cli.cfg"
    config.write_text(f"[default]\ncommunication_type: http\nurl: {url}\nhistory_file: {folder}/history\n")
    process = await asyncio.create_subprocess_exec(
        str(CLI), "-f", str(config), "-x", "mi", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return out.decode(), err.decode()


@pytest.mark.real
@pytest.mark.covers("OC-094", "OC-116", "OC-119")
async def test_the_command_line(world: World, here: Tenant, url: str, tmp_path: Path) -> None:
    agent_there(world, here, state="available")
    out, err = await run_cli(url, tmp_path, "cc_list_agents")
    assert (json.loads(out), err) == (
        {
            "Agents": [
                {"id": "supervisor@here", "Ref": 0, "Loged in": "NO"},
                {"id": "agent@here", "Ref": 0, "Loged in": "YES", "State": "free"},
            ]
        },
        "",
    )


@pytest.mark.real
@pytest.mark.covers("OC-091", "OC-094", "OC-112", "OC-120")
async def test_the_command_line_asks_and_is_refused(world: World, here: Tenant, url: str, tmp_path: Path) -> None:
    agent_id = agent_there(world, here, state="available")
    out, _ = await run_cli(url, tmp_path, "cc_agent_login", "agent_id=agent@here", "state=0")
    assert json.loads(out) == "OK"
    assert world.floors.asked == [(here.tenant_id, e.LogOffAsked(agent_id=agent_id, request="request-1"))]
    out, _ = await run_cli(url, tmp_path, "get_statistics", "ccg_incalls", "ccg_load")
    assert json.loads(out) == {"call_center:ccg_incalls": 0, "call_center:ccg_load": 0}
    out, _ = await run_cli(url, tmp_path, "call_center:internal_call_dispatching", "0")
    assert json.loads(out) == {"dispatching": 0}
    world.floors.refusal = Conflict("no", code="call_unknown")
    out, err = await run_cli(url, tmp_path, "cc_dispatch_call_to_agent", "B2B452.dee2.33", "agent@here")
    assert "404: Call not found" in out + err
