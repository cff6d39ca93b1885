"""Where events are to be sent: `udp:host:port`, `unix:path`, `tcp:host:port[/method]` (OC-122), and what is allowed.

Who may ask for events could have us send to any address. So they go to this machine, to whoever asks, and to the
networks that the settings name; and to sockets in one folder.
"""

import asyncio
import ipaddress
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from busyhour.http.compat.rpc import RpcFault

NET: Final = re.compile(
    r"(udp|tcp):(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253}):([0-9]{1,5})(?:/([A-Za-z0-9_.:-]{1,64}))?"
)
PATH_LENGTH_MAX: Final = 107  # of a socket, on Linux
LOOK_UP_S: Final = 2.0
BAD: Final = "Bad parameter value"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Target:
    """`text` as it was asked for; `method`: what the event is called there, when not by its name."""

    text: str
    kind: str  # udp | unix | tcp
    host: str = ""
    port: int = 0
    path: str = ""
    method: str = ""

    @property
    def family(self) -> socket.AddressFamily:
        if self.kind == "unix":
            return socket.AF_UNIX
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    @property
    def address(self) -> str | tuple[str, int]:
        return self.path if self.kind == "unix" else (self.host, self.port)


@dataclass(frozen=True, slots=True)
class Allowed:
    folder: Path
    networks: tuple[Network, ...] = ()


def parse(text: str) -> Target:
    """Raises `RpcFault`. A path alone is a UNIX socket: one of the clients says it so."""
    kind, _, rest = text.partition(":")
    path = rest if kind == "unix" else text if text.startswith("/") else ""
    if path:
        if not path.startswith("/") or "\0" in path or len(path.encode()) > PATH_LENGTH_MAX:
            raise RpcFault(400, BAD)
        return Target(text, "unix", path=path)
    found = NET.fullmatch(text)
    if found is None or not 1 <= int(found[3]) <= 65535 or (found[4] and found[1] == "udp"):
        raise RpcFault(400, BAD)
    return Target(text, found[1], host=found[2].strip("[]"), port=int(found[3]), method=found[4] or "")


async def allowed(target: Target, rule: Allowed, asker: str | None) -> Target:
    """The same with its address looked up. Raises `RpcFault` when nothing may be sent there."""
    if target.kind == "unix":
        if not is_inside(target.path, rule.folder):
            raise RpcFault(400, BAD, f"only sockets in {rule.folder} are told")
        return target
    host = await looked_up(target.host)
    address = ipaddress.ip_address(host)
    if host != asker and not is_ours(host) and not any(address in network for network in rule.networks):
        raise RpcFault(400, BAD, "events go to this machine, to who asks, and to networks of mi_event_networks")
    return Target(target.text, target.kind, host=host, port=target.port, method=target.method)


def is_inside(path: str, folder: Path) -> bool:
    return Path(path).resolve().is_relative_to(folder.resolve())


async def looked_up(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        async with asyncio.timeout(LOOK_UP_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):  # a timeout is an OSError
        raise RpcFault(400, BAD, "the host is not known") from None
    return str(found[0][4][0])


def is_ours(host: str) -> bool:
    """Whether it is an address of this machine: then a socket can have it."""
    address = ipaddress.ip_address(host)
    if address.is_multicast or address.is_unspecified:
        return False
    with socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True
