"""The link to ARI when the PBX is old, silent, gone, or taken by another client. The real one: `tests/real`."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from busyhour.adapters.asterisk import ari
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply, carries_rest
from busyhour.adapters.asterisk.ari_events import AriEvent, ChannelDtmfReceived
from tests.adapters.asterisk.no_pbx import NO_PBX

DIGIT = '{"type":"ChannelDtmfReceived","digit":"1","channel":{"id":"c1-00","name":"x"},"unknown":{"a":[1]}}'


class Server:
    """As much of ARI as a link needs, with faults to order."""

    def __init__(self) -> None:
        self.version = "22.10.1"
        self.filter_answered = True
        self.mute = False  # answers nothing, pings neither
        self.forgets = False  # the application is not registered any more
        self.sockets: list[web.WebSocketResponse] = []
        self.by_http: list[str] = []
        self.asked: list[str] = []
        self.port = 0

    async def begin(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/ari/asterisk/info", self.info)
        app.router.add_get("/ari/events", self.events)
        app.router.add_route("*", "/ari/{path:.*}", self.http)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner

    async def info(self, _request: web.Request) -> web.Response:
        return web.json_response({"system": {"version": self.version}, "status": {"startup_time": "boot-1"}})

    async def http(self, request: web.Request) -> web.Response:
        self.by_http.append(f"{request.method} {request.match_info['path']}")
        return web.json_response({"ok": True})

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            if message.type is WSMsgType.PING and not self.mute:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                await self.answer(socket, json.loads(message.data))
        return socket

    async def answer(self, socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        self.asked.append(f"{request['method']} {request['uri']}")
        if (
            self.mute
            or request["uri"] == "silence"
            or (request["uri"].endswith("eventFilter") and not self.filter_answered)
        ):
            return
        status = 404 if self.forgets and request["uri"] == "applications/busyhour" else 200
        await socket.send_json(
            {"type": "RESTResponse", "request_id": request["request_id"], "status_code": status, "message_body": "{}"}
        )


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    fake = Server()
    runner = await fake.begin()
    yield fake
    await runner.cleanup()


class Link:
    """A link with its callbacks as queues."""

    def __init__(self, server: Server) -> None:
        self.events: asyncio.Queue[AriEvent] = asyncio.Queue()
        self.changes: asyncio.Queue[str] = asyncio.Queue()
        self.link = AriLink(
            replace(NO_PBX, ari_url=f"http://127.0.0.1:{server.port}/ari"),
            on_event=self.events.put_nowait,
            on_up=lambda info: self.changes.put_nowait(f"up {info.status.startup_time}"),
            on_down=lambda: self.changes.put_nowait("down"),
        )


@pytest.fixture
async def linked(server: Server) -> AsyncIterator[Callable[[], Link]]:
    tasks = []

    def start() -> Link:
        link = Link(server)
        tasks.append(asyncio.create_task(link.link.run()))
        return link

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_requests_travel_on_the_event_socket(server: Server, linked: Callable[[], Link]) -> None:
    link = linked()
    assert await link.changes.get() == "up boot-1"
    reply = await link.link.ask("POST", "channels/c1-00/play/x~y", {"media": "sound:a b"})
    assert (reply.status, reply.ok) == (200, True)
    assert server.asked[-1] == "POST channels/c1-00/play/x~y?media=sound%3Aa%20b"
    assert server.by_http == []


async def test_an_older_pbx_is_asked_by_http(server: Server, linked: Callable[[], Link]) -> None:
    server.version = "18.26.4"
    link = linked()
    assert await link.changes.get() == "up boot-1"
    assert (await link.link.ask("DELETE", "channels/c1-00", {"reason": "normal"})).ok
    chosen = ["PUT applications/busyhour/eventFilter", "POST applications/busyhour/subscription"]
    assert server.by_http == [*chosen, "DELETE channels/c1-00"]
    assert server.asked == []


@pytest.mark.parametrize("version", ["22.10.1", "18.26.4"])
async def test_requests_keep_their_order(server: Server, linked: Callable[[], Link], version: str) -> None:
    server.version = version
    link = linked()
    await link.changes.get()
    wanted = [f"POST bridges/{n}" for n in range(20)]
    replies = await link.link.ask_in_order(*(("POST", f"bridges/{n}", {}) for n in range(20)))
    assert all(reply.ok for reply in replies)
    assert [asked for asked in (*server.asked, *server.by_http) if "bridges" in asked] == wanted


async def test_messages_that_we_do_not_use_are_counted_and_ignored(server: Server, linked: Callable[[], Link]) -> None:
    link = linked()
    await link.changes.get()
    for text in ('{"type":"DeviceStateChanged"}', "not json", "[]", "{}", '{"type":"StasisStart"}', DIGIT):
        await server.sockets[0].send_str(text)
    assert isinstance(await link.events.get(), ChannelDtmfReceived)
    assert (link.link.statistics().ignored, link.link.statistics().events) == (5, 1)


@pytest.mark.parametrize("how", ["clean close", "cut", "replaced"])
async def test_any_end_of_the_socket_counts_as_down(server: Server, linked: Callable[[], Link], how: str) -> None:
    link = linked()
    await link.changes.get()
    pending = asyncio.create_task(link.link.ask("GET", "silence"))
    while "GET silence" not in server.asked:
        await asyncio.sleep(0)
    if how == "clean close":
        await server.sockets[0].close()
    elif how == "cut":
        assert server.sockets[0]._req is not None
        assert server.sockets[0]._req.transport is not None
        server.sockets[0]._req.transport.abort()  # type: ignore[attr-defined]  # the socket's own: no close frame
    else:
        await server.sockets[0].send_str('{"type":"ApplicationReplaced","application":"busyhour"}')
    assert await link.changes.get() == "down"
    with pytest.raises(NoReply):
        await pending
    assert await link.changes.get() == "up boot-1"


async def test_a_request_without_an_answer_is_given_up(server: Server, linked: Callable[[], Link]) -> None:
    link = linked()
    await link.changes.get()
    with pytest.raises(NoReply):
        await link.link.ask("GET", "silence", wait_max_s=0.05)
    statistics = link.link.statistics()
    assert (statistics.unanswered, statistics.in_flight, statistics.up) == (1, 0, True)


async def test_a_request_that_had_no_place_was_not_sent(
    server: Server, linked: Callable[[], Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ari, "FLIGHT_MAX", 1)
    link = linked()
    await link.changes.get()
    first = asyncio.create_task(link.link.ask("GET", "silence"))
    while "GET silence" not in server.asked:
        await asyncio.sleep(0)
    with pytest.raises(LinkDown):
        await link.link.ask("POST", "channels", wait_max_s=0.05)
    assert "POST channels" not in server.asked
    first.cancel()


async def test_a_silent_line_is_dead(
    server: Server, linked: Callable[[], Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ari, "PING_EVERY_S", 0.05)
    monkeypatch.setattr(ari, "CHECKS_AT_FIRST_S", ())
    monkeypatch.setattr(ari, "SILENCE_MAX_S", 0.3)
    link = linked()
    await link.changes.get()
    await asyncio.wait_for(_unanswered_pings(link), 5)
    server.mute = True
    assert await asyncio.wait_for(link.changes.get(), 5) == "down"


async def _unanswered_pings(link: Link) -> None:
    """Longer than the line may be silent: the answers to our pings keep it up."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(link.changes.get(), 0.6)
    assert link.link.up()


async def test_an_application_that_was_taken_away_silently_is_noticed(
    server: Server, linked: Callable[[], Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ari, "CHECKS_AT_FIRST_S", (0.01,))
    link = linked()
    server.forgets = True
    assert await link.changes.get() == "up boot-1"
    assert await asyncio.wait_for(link.changes.get(), 5) == "down"
    server.forgets = False
    assert await asyncio.wait_for(link.changes.get(), 5) == "up boot-1"


async def test_without_the_filters_answer_it_is_not_up(server: Server, linked: Callable[[], Link]) -> None:
    server.filter_answered = False
    link = linked()
    while not server.asked:
        await asyncio.sleep(0)
    assert not link.link.up()
    with pytest.raises(LinkDown):
        await link.link.ask("POST", "channels")


async def test_a_pbx_that_is_not_there_yet_is_waited_for(linked: Callable[[], Link], server: Server) -> None:
    port = server.port
    server.port = 9  # nobody listens there
    link = linked()
    while link.link.statistics().tries < 2:
        await asyncio.sleep(0)
    assert link.changes.empty()
    link.link._access = replace(link.link._access, ari_url=f"http://127.0.0.1:{port}/ari")
    assert await asyncio.wait_for(link.changes.get(), 5) == "up boot-1"


async def test_a_dropped_link_is_down_at_once_and_comes_back(server: Server, linked: Callable[[], Link]) -> None:
    link = linked()
    await link.changes.get()
    link.link.drop("for the test")
    assert link.changes.get_nowait() == "down"
    assert await asyncio.wait_for(link.changes.get(), 5) == "up boot-1"
    assert len(server.sockets) == 2


async def test_a_process_that_stood_still_asks_nothing_more_over_its_link(
    server: Server, linked: Callable[[], Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ari, "STILL_MAX_S", 0.3)
    monkeypatch.setattr(ari, "BEAT_EVERY_S", 0.05)
    link = linked()
    assert await link.changes.get() == "up boot-1"
    time.sleep(0.5)
    asked = len(server.asked)
    with pytest.raises(LinkDown):
        await link.link.ask("POST", "bridges/x/addChannel")
    assert await link.changes.get() == "down"
    assert await link.changes.get() == "up boot-1"
    assert not [order for order in server.asked[asked:] if order.startswith("POST bridges")]


async def test_nothing_is_asked_without_a_link(server: Server) -> None:
    link = Link(server).link
    with pytest.raises(LinkDown):
        await link.ask("POST", "channels")
    with pytest.raises(LinkDown):
        await link.read("channels")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("22.10.1+dfsg+~cs6.17", True),
        ("22.3.0", False),
        ("22.4.0", True),
        ("21.8.9", False),
        ("21.9.0", True),
        ("20.13.0", False),
        ("20.14.0", True),
        ("18.26.4", False),
        ("23.0.0", True),
        ("GIT-master", False),
    ],
)
def test_which_versions_take_requests_on_the_socket(version: str, expected: bool) -> None:
    assert carries_rest(version) is expected
