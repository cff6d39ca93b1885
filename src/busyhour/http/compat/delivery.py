"""Events on their way to subscribers (OC-123). What cannot be sent at once is dropped: nobody waits for a listener."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from busyhour.http.compat.sockets import Target
from busyhour.service.background import once

DATAGRAM_BYTES_MAX: Final = 65_457
BACKLOG_MAX: Final = 200  # events that wait for one stream
CONNECT_S: Final = 2.0
SEND_S: Final = 2.0

log = structlog.get_logger("management")


def send_datagram(target: Target, message: bytes) -> bool:
    """Whether it went out. A listener that is gone is nothing to us: subscriptions end by themselves."""
    if len(message) > DATAGRAM_BYTES_MAX:
        return False
    with socket.socket(target.family, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        try:
            out.sendto(message, target.address)
        except OSError:
            return False
    return True


@dataclass(eq=False)
class Stream:
    """A TCP connection to one subscriber, made when there is something to say, and made anew when it was closed."""

    target: Target
    waiting: "asyncio.Queue[bytes]" = field(default_factory=lambda: asyncio.Queue(BACKLOG_MAX))
    task: "asyncio.Task[None] | None" = None

    def send(self, message: bytes) -> bool:
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            return False
        if self.task is None or self.task.done():
            self.task = once("event-stream", self._run())
        return True

    async def _run(self) -> None:
        """Ends when all is said, or the other side is gone."""
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(self.target.host, self.target.port)
        except OSError:
            self._forget()
            return
        try:
            while not self.waiting.empty() and not reader.at_eof():
                writer.write(self.waiting.get_nowait())
                async with asyncio.timeout(SEND_S):
                    await writer.drain()
                # Who listens closes after each event, or reads on; a moment shows which, before the next is said.
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1), 0.05)
        except OSError:
            self._forget()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        if not self.waiting.empty():
            self.task = once("event-stream", self._run())

    def _forget(self) -> None:
        while not self.waiting.empty():
            self.waiting.get_nowait()

    def close(self) -> None:
        if self.task is not None:
            self.task.cancel()


def sender_of(target: Target) -> tuple[Callable[[bytes], bool], Callable[[], None]]:
    """How to send there, and how to end it."""
    if target.kind == "tcp":
        stream = Stream(target)
        return stream.send, stream.close
    return (lambda message: send_datagram(target, message)), lambda: None
