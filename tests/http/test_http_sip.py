"""The relay of the browser phones, through a real server and a real WebSocket on each side; and what may pass it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import uvicorn
from aiohttp import web

from busyhour.core.model.values import Role
from busyhour.http.sip_message import fault_of
from tests.http.http_world import Person, Tenant, World

REGISTER = (
    "REGISTER sip:busyhour SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bK1\r\n"
    "From: <sip:{from_}@busyhour>;tag=1\r\nTo: {to}\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
)


def register(from_: str, to: str | None = None) -> str:
    return REGISTER.format(from_=from_, to=f"<sip:{to or from_}@busyhour>")


class Pbx:
    """Takes SIP over WebSocket, keeps what it gets, and answers each frame."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.closed = asyncio.Event()
        self.runner: web.AppRunner | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_get("/ws", self._talk)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        host, port = self.runner.addresses[0]
        return f"ws://{host}:{port}/ws"

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        async for message in socket:
            self.got.append(message.data)
            await socket.send_str("SIP/2.0 200 OK\r\n\r\n")
        self.closed.set()
        return socket


class Site:
    """The world behind a real server."""

    def __init__(self, world: World, pbx: Pbx, url: str, server: uvicorn.Server, client: aiohttp.ClientSession) -> None:
        self.world, self.pbx, self.url, self.server, self.client = world, pbx, url, server, client

    def sip(self, person: Person, protocols: tuple[str, ...] = ("sip",)) -> "aiohttp.client._WSRequestContextManager":
        headers = person.cookie | {"Origin": self.url}
        return self.client.ws_connect(f"{self.url}/sip", headers=headers, protocols=protocols)

    async def desk(self, person: Person) -> str:
        async with self.client.get(f"{self.url}/api/desk", headers=person.cookie) as answer:
            user: str = (await answer.json())["sip"]["user"]
            return user


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    pbx = Pbx()
    world = World(tmp_path, pbx_ws_url=await pbx.start())
    config = uvicorn.Config(world.app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.suppress(asyncio.CancelledError))
        task = asyncio.create_task(server._serve())
        while not server.started:  # uvicorn has no event for this
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
            yield Site(world, pbx, f"http://127.0.0.1:{port}", server, client)
        server.should_exit = True
        await asyncio.wait_for(task, 10)
    assert pbx.runner is not None
    await pbx.runner.cleanup()


@pytest.fixture
async def agent(site: Site) -> Person:
    tenant: Tenant = await site.world.add_tenant("here")
    return tenant.people[Role.AGENT]


async def test_frames_go_through_both_ways(site: Site, agent: Person) -> None:
    user = await site.desk(agent)
    async with site.sip(agent) as socket:
        assert socket.protocol == "sip"
        await socket.send_str(register(user))
        assert (await socket.receive(5)).data == "SIP/2.0 200 OK\r\n\r\n"
    assert site.pbx.got == [register(user)]
    await asyncio.wait_for(site.pbx.closed.wait(), 5)


async def test_a_phone_cannot_speak_for_another_agent(site: Site, agent: Person) -> None:
    await site.desk(agent)
    async with site.sip(agent) as socket:
        await socket.send_str(register("a1-999"))
        assert (await socket.receive(5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4403
    assert site.pbx.got == []


async def test_a_phone_comes_back_through_a_server_that_was_restarted(site: Site, agent: Person) -> None:
    """The relay remembers nothing: the page's secret still opens the PBX, which asks for it."""
    user = f"a1-{agent.user.agent_id}"
    async with site.sip(agent) as socket:
        await socket.send_str(register(user))
        assert (await socket.receive(5)).data == "SIP/2.0 200 OK\r\n\r\n"


async def test_only_the_subprotocol_sip_is_relayed(site: Site, agent: Person) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await site.sip(agent, protocols=())
    assert refused.value.status == 403


async def test_a_log_out_ends_the_relay(site: Site, agent: Person) -> None:
    await site.desk(agent)
    async with site.sip(agent) as socket:
        async with site.client.delete(f"{site.url}/api/session", headers=agent.headers) as answer:
            assert answer.status == 204
        assert (await socket.receive(5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4401
    await asyncio.wait_for(site.pbx.closed.wait(), 5)


async def test_a_frame_too_large_ends_the_relay(site: Site, agent: Person) -> None:
    user = await site.desk(agent)
    async with site.sip(agent) as socket:
        await socket.send_str(register(user) + "x" * 70_000)
        assert (await socket.receive(5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4009
    assert site.pbx.got == []


async def test_a_pbx_that_is_gone_is_said_at_once(site: Site, agent: Person) -> None:
    await site.desk(agent)
    assert site.pbx.runner is not None
    await site.pbx.runner.cleanup()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await site.sip(agent)


async def test_the_server_stops_though_sockets_are_open(site: Site, agent: Person) -> None:
    """The server must not wait for a handler that waits for its own queue."""
    headers = agent.cookie | {"Origin": site.url}
    async with site.client.ws_connect(f"{site.url}/api/desk/socket?tab=t", headers=headers) as socket:
        await socket.receive(5)
        site.server.should_exit = True
        ended = await socket.receive(8)
        assert ended.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        assert socket.close_code == 1012
    # the fixture now awaits the end of the server


@pytest.mark.parametrize(
    "text",
    [
        register("me"),
        "\r\n\r\n",
        "SIP/2.0 200 OK\r\nFrom: <sip:other@x>;tag=1\r\n\r\n",
        register("me").replace("From: <sip:me@busyhour>", "f: sip:me@busyhour").replace("REGISTER", "INVITE"),
        # inside a dialog, From is what the PBX gave
        "BYE sip:x SIP/2.0\r\nFrom: <sip:r4nd0m@x.invalid>;tag=1\r\nTo: <sip:pbx@x>;tag=2\r\n\r\n",
    ],
)
def test_what_may_pass(text: str) -> None:
    assert fault_of(text, "me") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "GET / HTTP/1.1\r\n\r\n",
        register("other"),
        register("me", to="other"),
        register("other").replace("REGISTER", "INVITE"),
        register("me").replace("From: ", "From: <sip:other@x>;tag=9\r\nFrom: "),
        register("me").replace("From: ", "From : <sip:other@x>;tag=9\r\nFrom: "),
        register("me").replace("From: ", "f: <sip:other@x>;tag=9\r\nFrom: "),
        register("me").replace("From: ", "FROM: <sip:other@x>;tag=9\r\nX: "),
        register("me").replace("To: ", "X: y\r\n To: "),
        register("me").replace("To: ", "X: y\nTo: <sip:a@b>;tag=1\r\nTo: "),
        register("me").replace("To: <", "To: <sip:other@x>\r\nX: <"),
        register("me").replace("From: <sip:me@", 'From: "<sip:me@x>" <sip:other@'),
        register("other").replace("To: <sip:other@busyhour>", 'To: ";tag=1" <sip:other@busyhour>'),
        register("other").replace("To: <sip:other@busyhour>", "To: <sip:other@busyhour;tag=1>"),
        "INVITE sip:x SIP/2.0\r\n\r\n",
    ],
)
def test_what_may_not_pass(text: str) -> None:
    assert fault_of(text, "me") is not None
