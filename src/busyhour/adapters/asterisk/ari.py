"""Our link to one PBX's ARI: one WebSocket that brings events and carries our requests, watched and rebuilt for ever.

Requests travel on the event socket (`RESTRequest` / `RESTResponse`, Asterisk 20.14, 21.9, 22.4 and newer): no
connection to make, and one order for all that we ask. The PBX handles them one after the other, so long reads
(`read`) go by plain HTTP beside it, as does everything on an older PBX.

Whatever ends the socket, a clean close too, means that the PBX cannot be seen: `on_down` is called at once, and the
link comes back with `on_up`. Bounds are the constants below.
"""

import asyncio
import itertools
import json
import random
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
import structlog
from msgspec import Struct

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari_events import (
    DECODER,
    EVENT_TYPES,
    ApplicationReplaced,
    AriEvent,
    Info,
    RESTResponse,
)
from busyhour.service.background import once

SOURCES: Final = "channel:,bridge:"
"""All of these, whoever made them. Not `endpoint:`: Asterisk can die when a socket ends while news of an endpoint is on
its way (`phone_watch.py`). Not `subscribeAll`, which brings these and device states too: then it can lock up for good
in the same way (its issue 2170; seen here within minutes of reconnecting)."""
FLIGHT_MAX: Final = 256
"""Requests under way at once; a further one waits, within its own time limit."""
REPLY_MAX_S: Final = 5.0
PING_EVERY_S: Final = 5.0
SILENCE_MAX_S: Final = 15.0
CONNECT_MAX_S: Final = 5.0
FILTER_MAX_S: Final = 1.0
"""Without an answer to our first request so soon, the application is not ours (see `_ping`): try again."""
CHECKS_AT_FIRST_S: Final = (0.3, 0.7, 2.0)
CLOSE_MAX_S: Final = 0.5
BACKOFF_MIN_S: Final = 0.1
BACKOFF_MAX_S: Final = 5.0
STEADY_S: Final = 10.0
"""A link that lived so long was a good one. Two engines that take the application from each other never get there,
so they slow down instead of fighting ten times a second."""
BEAT_EVERY_S: Final = 0.5
STILL_MAX_S: Final = 5.0
"""A process that stood still for so long may have been replaced meanwhile. What was under way then, such as the second
half of a join, is not sent: the link is given up, and with the next one the PBX is looked at anew."""
MESSAGE_BYTES_MAX: Final = 64 * 1024 * 1024
"""A list of some 50,000 channels in one answer."""

log = structlog.get_logger(__name__)

T = TypeVar("T")
Scalar = str | int | float | bool
Request = tuple[str, str, dict[str, Scalar]]
"""Method, path, query."""


class LinkDown(Exception):
    """The request was not sent: there is no link."""


class NoReply(Exception):
    """The request was sent, and no answer came: it may or may not have been carried out."""


class Reply(Struct, frozen=True):
    status: int
    body: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def read(self, type_: type[T]) -> T:
        return msgspec.json.decode(self.body, type=type_)


class LinkStatistics(Struct, frozen=True, kw_only=True):
    up: bool
    tries: int
    connects: int
    events: int
    ignored: int  # messages of types that we do not use
    requests: int
    unanswered: int
    in_flight: int


class AriLink:
    """One PBX. `run` keeps the link; the callbacks are called from it, in order, and must not block."""

    def __init__(
        self,
        access: PbxAccess,
        *,
        on_event: Callable[[AriEvent], None],
        on_up: Callable[[Info], None],
        on_down: Callable[[], None],
    ) -> None:
        self._access = access
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._rest_on_socket = False
        self._ids = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self._flight = asyncio.Semaphore(FLIGHT_MAX)
        self._up = False
        self._beat_s = 0.0
        self._tries = self._connects = self._events = self._ignored = self._requests = self._unanswered = 0

    def up(self) -> bool:
        return self._up

    def statistics(self) -> LinkStatistics:
        return LinkStatistics(
            up=self._up,
            tries=self._tries,
            connects=self._connects,
            events=self._events,
            ignored=self._ignored,
            requests=self._requests,
            unanswered=self._unanswered,
            in_flight=len(self._waiting),
        )

    # The link

    async def run(self) -> None:
        """Until cancelled: connect, read, and after any end connect again."""
        clock = asyncio.get_running_loop().time
        who = {"Authorization": aiohttp.encode_basic_auth(self._access.ari_user, self._access.ari_password)}
        backoff_s = BACKOFF_MIN_S
        async with aiohttp.ClientSession(headers=who, timeout=aiohttp.ClientTimeout(total=REPLY_MAX_S)) as http:
            self._http = http
            try:
                while True:
                    began_s = clock()
                    why = await self._one_life(http)
                    if clock() - began_s >= STEADY_S:
                        backoff_s = BACKOFF_MIN_S
                    wait_s = backoff_s * random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients, guards nothing
                    log.warning("pbx link down", why=why, again_in_s=round(wait_s, 2))
                    await asyncio.sleep(wait_s)
                    backoff_s = min(backoff_s * 2, BACKOFF_MAX_S)
            finally:
                self._http = None

    def drop(self, why: str) -> None:
        """Give this connection up, because what it brought could not be used; `run` makes a new one."""
        log.warning("pbx link dropped", why=why)
        self._lost()
        if self._socket is not None and (transport := self._socket.get_extra_info("socket")) is not None:
            transport.shutdown(2)  # both ways: the reader sees the end

    async def _one_life(self, http: aiohttp.ClientSession) -> str:
        """One connection from its beginning to its end. Answers why it ended."""
        self._tries += 1
        try:
            async with asyncio.timeout(CONNECT_MAX_S):
                info = (await self._ask_http("GET", "asterisk/info", {}, None, REPLY_MAX_S)).read(Info)
                socket = await http.ws_connect(
                    f"{self._access.ari_url}/events?app={self._access.app}",
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_MAX_S),
                    autoping=False,
                    max_msg_size=MESSAGE_BYTES_MAX,
                )
        except (TimeoutError, aiohttp.ClientError, OSError, LinkDown, NoReply, msgspec.MsgspecError) as fault:
            return f"cannot connect: {type(fault).__name__}"
        self._socket, self._rest_on_socket = socket, carries_rest(info.system.version)
        self._connects += 1
        self._beat_s = asyncio.get_running_loop().time()
        beside = [
            once("ari-beside", self._kept(work)) for work in (self._ping(socket), self._beat(), self._begin(info))
        ]
        try:
            return await self._read(socket)
        finally:
            self._lost()
            for task in beside:
                task.cancel()
            self._socket = None
            await socket.close()

    async def _kept(self, work: Coroutine[Any, Any, None]) -> None:
        """A link without one of these would look well and be none (A15)."""
        try:
            await work
        except Exception:
            self.drop("a task beside it failed")
            raise

    async def _begin(self, info: Info) -> None:
        """Ask for our kinds of events only, then say that the link is up."""
        try:
            chosen = await self.ask(
                "PUT",
                f"applications/{self._access.app}/eventFilter",
                body={"allowed": [{"type": name} for name in EVENT_TYPES]},
                wait_max_s=FILTER_MAX_S,
                connecting=True,
            )
            path = f"applications/{self._access.app}/subscription"
            subscribed = await self.ask("POST", path, {"eventSource": SOURCES}, connecting=True)
        except (LinkDown, NoReply):
            return self.drop("no answer to the choice of events")
        if not (chosen.ok and subscribed.ok):
            return self.drop(f"choice of events refused: {chosen.status}, {subscribed.status}")
        self._up = True
        log.info("pbx link up", version=info.system.version, boot=info.status.startup_time)
        self._on_up(info)
        return None

    def _lost(self) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(NoReply("link lost"))
        self._waiting.clear()
        if self._up:
            self._up = False
            self._on_down()

    async def _beat(self) -> None:
        while not self._stood_still():
            self._beat_s = asyncio.get_running_loop().time()
            await asyncio.sleep(BEAT_EVERY_S)
        self.drop("we stood still")

    def _stood_still(self) -> bool:
        return asyncio.get_running_loop().time() - self._beat_s > STILL_MAX_S

    async def _ping(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Keep the line awake, and see that the application is still ours. Asterisk may take it away with the end of
        an earlier socket, a moment after ours began: then this socket stays open and brings nothing, for ever."""
        for wait_s in itertools.chain(CHECKS_AT_FIRST_S, itertools.repeat(PING_EVERY_S)):
            await asyncio.sleep(wait_s)
            try:
                await socket.ping()
                if self._up and not (await self.ask("GET", f"applications/{self._access.app}")).ok:
                    return self.drop("the PBX has forgotten our application")
            except NoReply:
                return self.drop("the PBX does not answer")
            except (LinkDown, ConnectionError, aiohttp.ClientError):
                return None  # the reader sees the end too
        return None

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        while True:
            try:
                message = await socket.receive(timeout=SILENCE_MAX_S)
            except TimeoutError:
                return f"silent for {SILENCE_MAX_S:.0f} s"
            if message.type is aiohttp.WSMsgType.TEXT:
                if self._take(message.data):
                    return "application taken by another client"
            elif message.type is aiohttp.WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is not aiohttp.WSMsgType.PONG:
                return f"closed ({message.type.name.lower()})"

    def _take(self, text: str) -> bool:
        """Hand one message on. True: the application was taken from us."""
        try:
            message = DECODER.decode(text)
        except msgspec.MsgspecError:
            self._ignored += 1
            return False
        if type(message) is RESTResponse:
            waiting = self._waiting.pop(message.request_id, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(Reply(message.status_code, message.message_body or ""))
        elif type(message) is ApplicationReplaced:
            return True
        else:
            self._events += 1
            try:
                self._on_event(message)
            except Exception:  # one event less; the next look at the PBX makes it good (A15)
                log.exception("an event of the PBX could not be taken", kind=type(message).__name__)
        return False

    # Requests

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, Scalar] | None = None,
        body: Any = None,
        *,
        wait_max_s: float = REPLY_MAX_S,
        connecting: bool = False,
    ) -> Reply:
        """Carry out a request. Requests begun one after the other are carried out in that order.
        Raises `LinkDown` (not sent) or `NoReply` (sent, outcome unknown)."""
        if self._socket is None or not (self._up or connecting) or self._stood_still():
            raise LinkDown
        self._requests += 1
        if not self._rest_on_socket:
            return await self._ask_http(method, path, query or {}, body, wait_max_s)
        return await self._ask_socket(method, path, query or {}, body, wait_max_s)

    async def ask_in_order(self, *requests: Request, wait_max_s: float = REPLY_MAX_S) -> list[Reply]:
        """Several, of which none overtakes another. On the socket they are sent at once; HTTP keeps no order."""
        if self._rest_on_socket and len(requests) > 1:
            return await asyncio.gather(*(self.ask(*request, wait_max_s=wait_max_s) for request in requests))
        return [await self.ask(*request, wait_max_s=wait_max_s) for request in requests]

    async def read(self, path: str, *, wait_max_s: float = REPLY_MAX_S) -> Reply:
        """A read that may be long: beside the socket, so that no command waits for it."""
        if not self._up:
            raise LinkDown
        self._requests += 1
        return await self._ask_http("GET", path, {}, None, wait_max_s)

    async def _ask_socket(
        self, method: str, path: str, query: Mapping[str, Scalar], body: Any, wait_max_s: float
    ) -> Reply:
        number = str(next(self._ids))
        request = {"type": "RESTRequest", "request_id": number, "method": method, "uri": with_query(path, query)}
        if body is not None:
            request |= {"content_type": "application/json", "message_body": json.dumps(body)}
        text = msgspec.json.encode(request).decode()
        sent = False
        try:
            async with asyncio.timeout(wait_max_s), self._flight:
                if (socket := self._socket) is None:
                    raise LinkDown
                waiting: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
                self._waiting[number] = waiting
                sent = True
                await socket.send_str(text)
                return await waiting
        except (TimeoutError, ConnectionError, aiohttp.ClientError) as fault:
            if not sent:
                raise LinkDown from fault
            self._unanswered += 1
            raise NoReply(f"{method} {path}") from fault
        finally:
            self._waiting.pop(number, None)

    async def _ask_http(
        self, method: str, path: str, query: Mapping[str, Scalar], body: Any, wait_max_s: float
    ) -> Reply:
        if self._http is None:
            raise LinkDown
        url = f"{self._access.ari_url}/{with_query(path, query)}"
        try:
            async with (
                asyncio.timeout(wait_max_s),
                self._flight,
                self._http.request(method, url, json=body) as answer,
            ):
                return Reply(answer.status, await answer.text())
        except aiohttp.ClientConnectorError as fault:
            raise LinkDown from fault
        except (TimeoutError, aiohttp.ClientError, OSError) as fault:
            self._unanswered += 1
            raise NoReply(f"{method} {path}") from fault


def with_query(path: str, query: Mapping[str, Scalar]) -> str:
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


def carries_rest(version: str) -> bool:
    """Whether this PBX takes requests on the event socket."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    first_minor = {20: 14, 21: 9, 22: 4}
    return major >= 23 or minor >= first_minor.get(major, 10**6)
