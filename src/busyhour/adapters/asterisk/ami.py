"""Our link to one PBX's AMI: log in, listen, ask, and come back after any end.

A message is lines of `Key: value`, ended by an empty line. Nothing that we send can hold a line break: keys come from a
grammar, values are refused with one (a break would let a value add lines, even whole actions). Bounds are the
constants below. Looking only: the user that the private PBX gives us has no right to do more.
"""

import asyncio
import itertools
import random
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import structlog
from msgspec import Struct

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.service.background import once

REPLY_MAX_S: Final = 5.0
CONNECT_MAX_S: Final = 5.0
PING_EVERY_S: Final = 5.0
SILENCE_MAX_S: Final = 15.0
BACKOFF_MIN_S: Final = 0.1
BACKOFF_MAX_S: Final = 5.0
STEADY_S: Final = 10.0
MESSAGE_BYTES_MAX: Final = 256 * 1024
"""One message; a longer one is not AMI."""
FLIGHT_MAX: Final = 64
ACTION_BYTES_MAX: Final = 1024
"""A longer line is cut by Asterisk, which would make it another one."""

KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

log = structlog.get_logger(__name__)


class AmiDown(Exception):
    """There is no link, or it ended before the answer came."""


class AmiMessage(Struct, frozen=True):
    """An event or an answer. A key that comes several times (`Variable`) keeps its last value."""

    fields: dict[str, str]

    @property
    def event(self) -> str:
        return self.fields.get("Event", "")

    @property
    def ok(self) -> bool:
        return self.fields.get("Response") == "Success"


class AmiStatistics(Struct, frozen=True, kw_only=True):
    up: bool
    version: str
    connects: int
    events: int
    actions: int
    in_flight: int


class AmiLink:
    """`run` keeps the link. Callbacks are called in order and must not block. `classes` says which events the PBX is
    to send: reading them all costs the loop more than anything else at 150 calls a second."""

    def __init__(
        self,
        access: PbxAccess,
        *,
        on_event: Callable[[AmiMessage], None] | None = None,
        on_change: Callable[[bool], None] = lambda _up: None,
        classes: str = "on",
    ) -> None:
        """`classes`: of events, with commas between, or `on` for all; none are sent without `on_event`."""
        self._access = access
        self._on_event, self._on_change = on_event, on_change
        self._classes = "off" if on_event is None else classes
        self._ids = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[AmiMessage]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._up = False
        self._version = ""
        self._connects = self._events = self._actions = 0

    def up(self) -> bool:
        return self._up

    def statistics(self) -> AmiStatistics:
        return AmiStatistics(
            up=self._up,
            version=self._version,
            connects=self._connects,
            events=self._events,
            actions=self._actions,
            in_flight=len(self._waiting),
        )

    async def ask(self, action: str, fields: Mapping[str, str] | None = None) -> AmiMessage:
        """The answer to one action. Raises `AmiDown` without a link or an answer in time."""
        if self._writer is None or len(self._waiting) >= FLIGHT_MAX:
            raise AmiDown
        number = f"bh{next(self._ids)}"
        packet = encode(action, {**(fields or {}), "ActionID": number})
        waiting: asyncio.Future[AmiMessage] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        self._actions += 1
        try:
            async with asyncio.timeout(REPLY_MAX_S):
                self._writer.write(packet)
                await self._writer.drain()
                return await waiting
        except (TimeoutError, OSError) as fault:
            raise AmiDown from fault
        finally:
            self._waiting.pop(number, None)

    async def run(self) -> None:
        """Until cancelled: connect, log in, read, and after any end do it again."""
        clock = asyncio.get_running_loop().time
        backoff_s = BACKOFF_MIN_S
        while True:
            began_s = clock()
            why = await self._one_life()
            if clock() - began_s >= STEADY_S:
                backoff_s = BACKOFF_MIN_S
            log.warning("ami link down", why=why)
            await asyncio.sleep(backoff_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads clients, guards nothing
            backoff_s = min(backoff_s * 2, BACKOFF_MAX_S)

    async def _one_life(self) -> str:
        try:
            async with asyncio.timeout(CONNECT_MAX_S):
                reader, writer = await asyncio.open_connection(
                    self._access.ami_host, self._access.ami_port, limit=MESSAGE_BYTES_MAX
                )
        except (TimeoutError, OSError) as fault:
            return f"cannot connect: {type(fault).__name__}"
        self._writer = writer
        self._connects += 1
        beside = once("ami-beside", self._serve())
        try:
            return await self._read(reader)
        finally:
            beside.cancel()
            self._lost()
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_MAX_S):
                    await writer.wait_closed()

    async def _serve(self) -> None:
        """Log in, then keep the line awake. A refused log-in closes the link, and `run` tries again."""
        try:
            with suppress(AmiDown):
                await self._log_in_and_ping()
        finally:  # whatever ended it: a link that nobody keeps awake is none
            if self._writer is not None:
                self._writer.close()

    async def _log_in_and_ping(self) -> None:
        login = {
            "Username": self._access.ami_user,
            "Secret": self._access.ami_password,
            "Events": self._classes,
        }
        if (await self.ask("Login", login)).ok:
            self._up = True
            log.info("ami link up", version=self._version)
            self._on_change(True)
            while True:
                await asyncio.sleep(PING_EVERY_S)
                await self.ask("Ping")
        log.error("ami log-in refused")

    def _lost(self) -> None:
        self._writer = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(AmiDown())
        self._waiting.clear()
        if self._up:
            self._up = False
            self._on_change(False)

    async def _read(self, reader: asyncio.StreamReader) -> str:
        try:
            async with asyncio.timeout(CONNECT_MAX_S):
                greeting = await reader.readline()
            self._version = greeting.decode("utf-8", "replace").strip()[:100]
            if not self._version.startswith("Asterisk Call Manager"):
                return "this is not AMI"
            while True:
                async with asyncio.timeout(SILENCE_MAX_S):
                    packet = await reader.readuntil(b"\r\n\r\n")
                self._take(decode(packet))
        except TimeoutError:
            return f"silent for {SILENCE_MAX_S:.0f} s"
        except asyncio.LimitOverrunError:
            return "a message without an end"
        except (asyncio.IncompleteReadError, OSError, ValueError):
            return "closed"

    def _take(self, message: AmiMessage) -> None:
        if message.event:
            self._events += 1
            if self._on_event is not None:
                try:
                    self._on_event(message)
                except Exception:  # one event less (A15)
                    log.exception("an event of AMI could not be taken", kind=message.event)
        elif (waiting := self._waiting.pop(message.fields.get("ActionID", ""), None)) and not waiting.done():
            waiting.set_result(message)


def encode(action: str, fields: Mapping[str, str]) -> bytes:
    """Raises `ValueError` for what would not be one action of these fields exactly."""
    lines = []
    for key, value in {"Action": action, **fields}.items():
        line = f"{key}: {value}"
        if not KEY.fullmatch(key) or re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", value):
            raise ValueError(f"not a field of an action: {key!r}")
        if len(line.encode()) > ACTION_BYTES_MAX:
            raise ValueError(f"a field too long: {key!r}")
        lines.append(line)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def decode(packet: bytes) -> AmiMessage:
    """Whatever came, as fields; lines that are none are left out."""
    fields = {}
    for line in packet.decode("utf-8", "replace").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon:
            fields[key.strip()] = value.strip()
    return AmiMessage(fields)
