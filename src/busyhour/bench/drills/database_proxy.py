"""Stands between the engine and PostgreSQL and misbehaves as told: slow, cut, half open, or cut exactly when a COMMIT
is answered, so that nobody on our side knows whether it was done.

It knows as much of the protocol as it needs to see a COMMIT go by.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

CHUNK_BYTES: Final = 64 * 1024
SLOW_MAX_S: Final = 0.3
COMMIT_SHARE: Final = 0.3  # of the COMMITs whose answer is cut off
LOOK_S: Final = 0.05
HEAD_BYTES: Final = 5  # of a message: its kind, and four bytes that say how long the rest and they are
TLS_WANTED: Final = (80877103).to_bytes(4, "big")  # asked before the first message
QUERY: Final = b"Q"
COMMIT: Final = b"COMMIT"


class DatabaseFault(StrEnum):
    """What can be wrong with the link to the database."""

    DELAY = "db-delay"
    CUT = "db-cut"  # every connection ends, and none can be made
    HALF_OPEN = "db-half-open"  # nothing passes in either direction, and nobody is told
    CUT_ON_COMMIT = "db-cut-on-commit"  # it was carried out, and the connection ends before the answer


class DatabaseProxy:
    """Use as an async context. Set a fault with `async with proxy.misbehaving(fault)`."""

    def __init__(self, port: int, socket: str, rng: random.Random) -> None:
        self._port, self._random = port, rng
        self.socket = socket
        """Where the server is; it may move."""
        self._fault: DatabaseFault | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.harmed = 0

    @asynccontextmanager
    async def misbehaving(self, fault: DatabaseFault) -> AsyncIterator[None]:
        self._fault = fault
        if fault is DatabaseFault.CUT:
            self._cut()
        try:
            yield
        finally:
            self._fault = None
            if fault is DatabaseFault.HALF_OPEN:
                self._cut()  # a link on which a part was lost does not heal; routers forget it

    def _cut(self) -> None:
        for writer in tuple(self._writers):
            self.harmed += 1
            writer.transport.abort()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pass(self, below_in: asyncio.StreamReader, below: asyncio.StreamWriter) -> None:
        if self._fault is DatabaseFault.CUT:
            self.harmed += 1
            below.transport.abort()
            return
        above_in, above = await asyncio.open_unix_connection(self.socket)
        ends, commits = {below, above}, Commits()
        self._writers |= ends
        pumps = [
            asyncio.create_task(self._up(below_in, above, commits)),
            asyncio.create_task(self._down(above_in, below, commits)),
        ]
        self._tasks.update(pumps)
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._tasks.difference_update(pumps)
            self._writers -= ends
            for end in ends:
                end.transport.abort()

    async def _up(self, come: asyncio.StreamReader, go: asyncio.StreamWriter, commits: "Commits") -> None:
        with suppress(ConnectionError):
            while chunk := await come.read(CHUNK_BYTES):
                await self._hold_up()
                if commits.take(chunk) and self._fault is DatabaseFault.CUT_ON_COMMIT:
                    commits.doomed = self._random.random() < COMMIT_SHARE
                go.write(chunk)
                await go.drain()

    async def _down(self, come: asyncio.StreamReader, go: asyncio.StreamWriter, commits: "Commits") -> None:
        with suppress(ConnectionError):
            while chunk := await come.read(CHUNK_BYTES):
                await self._hold_up()
                if commits.doomed:
                    self.harmed += 1
                    return
                go.write(chunk)
                await go.drain()

    async def _hold_up(self) -> None:
        if self._fault is DatabaseFault.DELAY:
            self.harmed += 1
            await asyncio.sleep(self._random.uniform(0, SLOW_MAX_S))
        while self._fault is DatabaseFault.HALF_OPEN:  # noqa: ASYNC110 a fault has no event
            await asyncio.sleep(LOOK_S)


class Commits:
    """Sees a COMMIT go by in what one client sends, however it is cut into chunks."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._begun = False  # what is said before, and the first message itself, has no kind
        self.doomed = False
        """The next answer is that of a COMMIT, and is not to arrive."""

    def take(self, chunk: bytes) -> bool:
        """True: the last message of these is a COMMIT, so what comes next is its answer."""
        self._kept += chunk
        found = False
        while (message := self._next()) is not None:
            found = message[:1] == QUERY and message[HEAD_BYTES : HEAD_BYTES + len(COMMIT)].upper() == COMMIT
        return found

    def _next(self) -> bytes | None:
        first = 0 if self._begun else 1
        head = HEAD_BYTES - first
        if len(self._kept) < head:
            return None
        length = int.from_bytes(self._kept[1 - first : head], "big") + 1 - first
        if len(self._kept) < length:
            return None
        message = bytes(self._kept[:length])
        del self._kept[:length]
        self._begun = self._begun or message[4:8] != TLS_WANTED
        return message
