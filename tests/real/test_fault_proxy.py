"""The fault proxy does what each fault says, to a server and a client of our own."""

import asyncio
import json
import random
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from busyhour.bench.drills.fault_proxy import Fault, FaultProxy
from tests.real.conftest import OFFSET

PORT = 8492 + OFFSET
MESSAGES = 200
QUIET_S = 0.5


class Pbx:
    """Says what it is told to say, and counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.socket: web.WebSocketResponse | None = None

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        self.socket = web.WebSocketResponse()
        await self.socket.prepare(request)
        async for message in self.socket:
            self.asked += 1
            await self.socket.send_json({"type": "RESTResponse", "request_id": message.json()["request_id"]})
        return self.socket

    async def info(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.json_response({"by": request.query.get("by")})

    async def say(self, count: int) -> None:
        assert self.socket is not None
        for n in range(count):
            await self.socket.send_json({"type": "Event", "n": n})


@pytest.fixture
async def pbx() -> AsyncIterator[Pbx]:
    made, app = Pbx(), web.Application()
    app.add_routes([web.get("/ari/events", made.events), web.get("/ari/asterisk/info", made.info)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", PORT).start()
    yield made
    await runner.cleanup()


@pytest.fixture
async def proxy(pbx: Pbx) -> AsyncIterator[FaultProxy]:
    async with FaultProxy(PORT + 1, f"http://127.0.0.1:{PORT}", random.Random(1)) as made:
        yield made


@pytest.fixture
async def http(proxy: FaultProxy) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{PORT + 1}") as made:
        yield made


async def heard(socket: aiohttp.ClientWebSocketResponse) -> list[int]:
    """The numbers of the events, until it is quiet for a while or the socket ends."""
    found = []
    while True:
        try:
            message = await socket.receive(timeout=QUIET_S)
        except TimeoutError:
            return found
        if message.type is not aiohttp.WSMsgType.TEXT:
            return found
        found.append(json.loads(message.data).get("n", -1))


async def test_without_a_fault_all_passes_in_order(http: aiohttp.ClientSession, pbx: Pbx, proxy: FaultProxy) -> None:
    async with http.get("/ari/asterisk/info?by=me") as reply:
        assert (reply.status, await reply.json()) == (200, {"by": "me"})
    async with http.ws_connect("/ari/events?app=x") as socket:
        await socket.send_json({"request_id": "1"})
        assert (await socket.receive_json(timeout=5))["request_id"] == "1"
        await pbx.say(MESSAGES)
        assert await heard(socket) == list(range(MESSAGES))
    assert proxy.harmed == 0


@pytest.mark.parametrize("fault", [Fault.LOSE_EVENTS, Fault.DOUBLE])
async def test_some_events_are_lost_or_doubled(
    http: aiohttp.ClientSession, pbx: Pbx, proxy: FaultProxy, fault: Fault
) -> None:
    async with http.ws_connect("/ari/events?app=x") as socket, proxy.misbehaving(fault):
        await pbx.say(MESSAGES)
        got = await heard(socket)
    assert proxy.harmed > 5
    assert len(got) == MESSAGES + (proxy.harmed if fault is Fault.DOUBLE else -proxy.harmed)
    assert got == sorted(got)


async def test_late_events_all_come_and_are_overtaken(http: aiohttp.ClientSession, pbx: Pbx, proxy: FaultProxy) -> None:
    async with http.ws_connect("/ari/events?app=x") as socket:
        async with proxy.misbehaving(Fault.REORDER):
            await pbx.say(MESSAGES)
            got = await heard(socket)
        async with asyncio.timeout(10):
            while len(got) < MESSAGES:
                got += await heard(socket)
    assert sorted(got) == list(range(MESSAGES))
    assert got != sorted(got)


async def test_a_swallowed_reply_was_carried_out(http: aiohttp.ClientSession, pbx: Pbx, proxy: FaultProxy) -> None:
    async with http.ws_connect("/ari/events?app=x") as socket, proxy.misbehaving(Fault.SWALLOW_REPLIES):
        for n in range(100):
            await socket.send_json({"request_id": str(n)})
        got = await heard(socket)
    assert pbx.asked == 100
    assert len(got) == 100 - proxy.harmed < 90


async def test_half_open_says_nothing_and_a_cut_ends_the_socket(
    http: aiohttp.ClientSession, pbx: Pbx, proxy: FaultProxy
) -> None:
    async with http.ws_connect("/ari/events?app=x") as socket:
        async with proxy.misbehaving(Fault.HALF_OPEN):
            await pbx.say(5)
            assert await heard(socket) == []
            assert not socket.closed
        async with asyncio.timeout(5):
            await heard(socket)
            assert socket.closed
    async with http.ws_connect("/ari/events?app=x") as socket, proxy.misbehaving(Fault.CUT):
        async with asyncio.timeout(5):
            await heard(socket)
            assert socket.closed
        with pytest.raises(aiohttp.ClientError):
            await http.get("/ari/asterisk/info")
