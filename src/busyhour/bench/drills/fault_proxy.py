"""Stands between the engine and the PBX's ARI and misbehaves as told: slow, cut, half open, mute, double, out of order.

Every request and every WebSocket message passes through here. Without a fault set, both pass unchanged and in order.
"""

import asyncio
import contextlib
import json
import random
import re
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

import aiohttp
from aiohttp import web

BODY_BYTES_MAX: Final = 64 * 1024 * 1024
SLOW_MAX_S: Final = 2.0
ORDERS_MAX: Final = 100_000
HEAD_CHARS: Final = 200  # a message says its type there
LATE_MAX_S: Final = 5.0  # how far a message may be overtaken
LOOK_S: Final = 0.1
SHARE: Final = 0.1  # of messages that are lost, doubled or late
REPLY_SHARE: Final = 0.3  # of replies that are swallowed
CLOSE_MAX_S: Final = 0.2
STAMPED: Final = re.compile(r'(?P<key>timestamp\\?"\s*:\s*\\?")(?P<stamp>[0-9T:.+-]{20,32})')
HOP_HEADERS: Final = frozenset(
    {"host", "connection", "upgrade", "transfer-encoding", "content-length", "content-encoding", "keep-alive"}
)


class Fault(StrEnum):
    """What can be wrong with the link. Those of `ONE_WAY` are partitions: one direction, or one kind, is gone."""

    DELAY = "delay"  # every message and request takes up to two seconds longer
    CUT = "cut"  # the socket ends at once, and again whenever it is made anew within the next second
    HALF_OPEN = "half-open"  # nothing passes in either direction, and nobody is told
    SWALLOW_REPLIES = "swallow-replies"  # carried out, and the answer is lost
    LOSE_EVENTS = "lose-events"
    DOUBLE = "double"
    REORDER = "reorder"
    NO_EVENTS = "no-events"
    NO_COMMANDS = "no-commands"  # requests do not arrive
    NO_REPLIES = "no-replies"  # requests are carried out, none is answered
    FLAP = "flap"  # up for a second, cut for a second


ONE_WAY: Final = (Fault.NO_EVENTS, Fault.NO_COMMANDS, Fault.NO_REPLIES, Fault.FLAP)
FLAP_S: Final = 1.0


@dataclass(slots=True)
class Order:
    """A request that went through to the PBX."""

    at_s: float
    method: str
    uri: str
    status: int | None = None  # none: no answer was seen


Link = tuple[web.WebSocketResponse, aiohttp.ClientWebSocketResponse]


class FaultProxy:
    """Use as an async context. Set a fault with `async with proxy.misbehaving(fault)`."""

    def __init__(self, port: int, upstream: str, rng: random.Random) -> None:
        self._port, self._upstream, self._random = port, upstream, rng
        self._fault: Fault | None = None
        self._links: set[Link] = set()
        self._late: set[asyncio.Task[None]] = set()
        self.orders: deque[Order] = deque(maxlen=ORDERS_MAX)
        self.clock_s = 0.0
        """By how much the PBX's clock was set: it stamps so from here on. When a channel came to be, and when the PBX
        was started, it has noted before."""
        self.harmed = 0
        """Messages, requests and sockets that came to harm."""

    @asynccontextmanager
    async def misbehaving(self, fault: Fault) -> AsyncIterator[None]:
        self._fault = fault
        if fault is Fault.CUT:
            self.cut()
        flapping = asyncio.create_task(self._flap()) if fault is Fault.FLAP else None
        try:
            yield
        finally:
            if flapping is not None:
                flapping.cancel()
            self._fault = None
            if fault is Fault.HALF_OPEN:
                self.cut()  # a link on which a part was lost does not heal; routers forget it

    async def _flap(self) -> None:
        while True:
            self._fault = Fault.CUT
            self.cut()
            await asyncio.sleep(FLAP_S)
            self._fault = Fault.FLAP
            await asyncio.sleep(FLAP_S)

    def cut(self) -> None:
        """Without a good-bye, as a dead machine would."""
        for below, above in tuple(self._links):
            self.harmed += 1
            for end in (below, above):
                if (transport := _transport_of(end)) is not None:
                    transport.abort()

    async def __aenter__(self) -> Self:
        limit = aiohttp.ClientTimeout(total=None, sock_connect=5)
        self._http = aiohttp.ClientSession(self._upstream, timeout=limit, auto_decompress=False)
        app = web.Application(client_max_size=BODY_BYTES_MAX)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_MAX_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for task in tuple(self._late):
            task.cancel()
        self.cut()
        await self._runner.cleanup()
        await self._http.close()

    # Requests

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        await self._hold_up()
        if self._fault is Fault.CUT:
            assert request.transport is not None
            request.transport.abort()
            self.harmed += 1
            return web.Response(status=503)
        try:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._pass_socket(request)
            return await self._pass_request(request)
        except aiohttp.ClientError:
            return web.Response(status=503)

    async def _hold_up(self) -> None:
        if self._fault is Fault.DELAY:
            self.harmed += 1
            await asyncio.sleep(self._random.uniform(0, SLOW_MAX_S))
        while self._fault is Fault.HALF_OPEN:  # noqa: ASYNC110 a fault has no event
            await asyncio.sleep(LOOK_S)

    async def _pass_request(self, request: web.Request) -> web.Response:
        headers = {name: text for name, text in request.headers.items() if name.lower() not in HOP_HEADERS}
        body = await request.read()
        await self._lose_while(Fault.NO_COMMANDS, request)
        order = self._passed(request.method, str(request.rel_url))
        async with self._http.request(request.method, request.rel_url, headers=headers, data=body or None) as reply:
            content = await reply.read()
        if self.clock_s:
            content = _set(content.decode(), self.clock_s).encode()
        order.status = reply.status
        await self._lose_while(Fault.NO_REPLIES, request)
        if self._fault is Fault.SWALLOW_REPLIES and self._random.random() < REPLY_SHARE:
            self.harmed += 1
            assert request.transport is not None
            request.transport.abort()
        kept = {name: text for name, text in reply.headers.items() if name.lower() not in HOP_HEADERS}
        return web.Response(status=reply.status, body=content, headers=kept)

    async def _lose_while(self, fault: Fault, request: web.Request) -> None:
        """A request or answer that is lost: its connection stands still, and is gone when the fault is over."""
        if self._fault is not fault:
            return
        self.harmed += 1
        while self._fault is fault:  # noqa: ASYNC110 a fault has no event
            await asyncio.sleep(LOOK_S)
        if request.transport is not None:
            request.transport.abort()
        raise aiohttp.ClientConnectionError

    def _passed(self, method: str, uri: str) -> Order:
        order = Order(time.time(), method, uri.removeprefix("/ari/"))
        self.orders.append(order)
        return order

    # The socket

    async def _pass_socket(self, request: web.Request) -> web.WebSocketResponse:
        headers = {name: request.headers[name] for name in ("Authorization",) if name in request.headers}
        above = await self._http.ws_connect(
            request.rel_url, headers=headers, autoping=False, autoclose=False, max_msg_size=BODY_BYTES_MAX
        )
        below = web.WebSocketResponse(autoping=False, autoclose=False, max_msg_size=BODY_BYTES_MAX, timeout=CLOSE_MAX_S)
        await below.prepare(request)
        link = below, above
        self._links.add(link)
        asked: dict[str, Order] = {}
        pumps = [
            asyncio.create_task(self._down(above, below, asked)),
            asyncio.create_task(self._up(below, above, asked)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for end in link:
                if (transport := _transport_of(end)) is not None:
                    transport.abort()
        return below

    async def _up(
        self, below: web.WebSocketResponse, above: aiohttp.ClientWebSocketResponse, asked: dict[str, Order]
    ) -> None:
        async for message in below:
            await self._hold_up()
            if message.type is aiohttp.WSMsgType.TEXT:
                if self._fault is Fault.NO_COMMANDS:
                    self.harmed += 1
                    continue
                request = json.loads(message.data)
                asked[request["request_id"]] = self._passed(request.get("method", ""), request.get("uri", ""))
            await _send(above, message)

    async def _down(
        self, above: aiohttp.ClientWebSocketResponse, below: web.WebSocketResponse, asked: dict[str, Order]
    ) -> None:
        async for message in above:
            await self._hold_up()
            reply = message.type is aiohttp.WSMsgType.TEXT and '"RESTResponse"' in message.data[:HEAD_CHARS]
            if reply:
                answer = json.loads(message.data)
                if (order := asked.pop(answer["request_id"], None)) is not None:
                    order.status = answer.get("status_code")
            stamped = message
            if self.clock_s and message.type is aiohttp.WSMsgType.TEXT:
                stamped = message._replace(data=_set(message.data, self.clock_s))
                self.harmed += 1
            for _ in range(self._copies(stamped, reply=reply)):
                await _send(below, stamped)

    def _copies(self, message: aiohttp.WSMessage, *, reply: bool) -> int:
        """How often this message goes down now; a late one goes by itself later."""
        if message.type is not aiohttp.WSMsgType.TEXT or self._fault is None:
            return 1
        chance = self._random.random()
        if reply:
            swallowed = self._fault is Fault.NO_REPLIES
            swallowed = swallowed or (self._fault is Fault.SWALLOW_REPLIES and chance < REPLY_SHARE)
            self.harmed += swallowed
            return 0 if swallowed else 1
        harmed = self._fault is Fault.NO_EVENTS
        harmed = harmed or (chance < SHARE and self._fault in (Fault.LOSE_EVENTS, Fault.DOUBLE, Fault.REORDER))
        if not harmed:
            return 1
        self.harmed += 1
        if self._fault is Fault.REORDER:
            self._later(message)
        return 2 if self._fault is Fault.DOUBLE else 0

    def _later(self, message: aiohttp.WSMessage) -> None:
        task = asyncio.create_task(self._send_later(message, self._random.uniform(0, LATE_MAX_S)))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _send_later(self, message: aiohttp.WSMessage, wait_s: float) -> None:
        links = tuple(self._links)
        await asyncio.sleep(wait_s)
        for link in links:
            if link in self._links:  # a message never outlives its connection
                await _send(link[0], message)


def _set(text: str, by_s: float) -> str:
    """All stamps in it, also in the body of an answer that is itself in a message."""

    def moved(found: re.Match[str]) -> str:
        stamp = datetime.fromisoformat(found["stamp"]) + timedelta(seconds=by_s)
        return found["key"] + stamp.isoformat(timespec="milliseconds")

    return STAMPED.sub(moved, text)


async def _send(to: web.WebSocketResponse | aiohttp.ClientWebSocketResponse, message: aiohttp.WSMessage) -> None:
    with contextlib.suppress(ConnectionError, aiohttp.ClientError, RuntimeError):
        match message.type:
            case aiohttp.WSMsgType.TEXT:
                await to.send_str(message.data)
            case aiohttp.WSMsgType.BINARY:
                await to.send_bytes(message.data)
            case aiohttp.WSMsgType.PING:
                await to.ping(message.data)
            case aiohttp.WSMsgType.PONG:
                await to.pong(message.data)
            case _:
                pass


def _transport_of(end: web.WebSocketResponse | aiohttp.ClientWebSocketResponse) -> asyncio.Transport | None:
    """There is no public way to a hard end."""
    if isinstance(end, web.WebSocketResponse):
        found = end._req.transport if end._req is not None else None
    else:
        found = end._response.connection.transport if end._response.connection is not None else None
    return found if isinstance(found, asyncio.Transport) else None
