"""The management interface by datagrams (OC-118): one request in each, by UDP on this machine or by a UNIX socket; the
answer goes to the sender."""

import asyncio
import socket
import stat
from pathlib import Path
from typing import Any, Final

import structlog

from busyhour.http.compat.front import Front
from busyhour.http.compat.rpc import REQUEST_BYTES_MAX
from busyhour.service.background import once
from busyhour.service.errors import Unavailable

AT_ONCE_MAX: Final = 32  # requests that are being answered; more are dropped, as datagrams are

log = structlog.get_logger("management")


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, front: Front) -> None:
        self.front = front
        self._out: asyncio.DatagramTransport
        self._answering: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        self._out = transport

    def datagram_received(self, data: bytes, sender: Any) -> None:
        if len(self._answering) >= AT_ONCE_MAX or len(data) > REQUEST_BYTES_MAX or not data:
            return
        task = once("datagram-answer", self._answer(data, sender))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    def error_received(self, fault: Exception) -> None:
        log.info("management answer not taken", fault=str(fault))

    async def _answer(self, data: bytes, sender: Any) -> None:
        said = await self.front.answer_anyway(data)
        if said is not None and sender:  # a UNIX socket without a name cannot be answered
            self._out.sendto(said, sender)

    def close(self) -> None:
        for task in self._answering:
            task.cancel()
        self._out.close()


async def open_udp(port: int, front: Front) -> Datagrams:
    """On this machine only: datagrams carry no password. Raises `Unavailable`."""
    loop = asyncio.get_running_loop()
    try:
        _, made = await loop.create_datagram_endpoint(lambda: Datagrams(front), local_addr=("127.0.0.1", port))
    except OSError as fault:
        raise Unavailable(
            f"UDP port {port} cannot be used ({fault.strerror}): name another with mi_udp_port."
        ) from fault
    return made


async def open_unix(path: Path, front: Front) -> Datagrams:
    """Raises `Unavailable`."""
    out = bound(path)
    _, made = await asyncio.get_running_loop().create_datagram_endpoint(lambda: Datagrams(front), sock=out)
    return made


def bound(path: Path) -> socket.socket:
    """A socket of that name; one that an earlier run left is replaced, anything else is not."""
    if path.exists() and not stat.S_ISSOCK(path.lstat().st_mode):
        raise Unavailable(f"{path} is there already and is no socket: name another with mi_unix_socket.")
    out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    out.setblocking(False)
    try:
        path.unlink(missing_ok=True)
        out.bind(str(path))
        path.chmod(0o600)
    except OSError as fault:
        out.close()
        raise Unavailable(f"The socket {path} cannot be made ({fault.strerror}).") from fault
    return out
