"""By what a carrier's own calls are known as those of a trunk: the address they come from.

On this machine itself an address says nothing, so there the port counts too. The demo carrier sends from the same port
as we do; it shows a word that nobody can guess. Names are resolved here, not by the PBX: it would stand still for as
long as the answer takes.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from busyhour.service.background import for_ever

DEMO_HEADER: Final = "X-Busyhour-Demo"
ADDRESSES_MAX: Final = 16
"""Of one name."""
RESOLVE_MAX_S: Final = 5.0
RESOLVE_EVERY_S: Final = 300.0

log = structlog.get_logger(__name__)

Identity = dict[str, str]


@dataclass(slots=True)
class _Door:
    place: str  # the endpoint on the PBX
    host: str
    demo: bool
    addresses: tuple[str, ...] = ()
    pushed: Identity | None = None  # None: not known yet


class Doors:
    """All trunks that callers may come in by. Of two with one address, the older one has its callers: which of both a
    call is meant for, nothing in it says."""

    def __init__(self, push: Callable[[str, Identity], Awaitable[None]]) -> None:
        """`push`: an identity under this name; an empty one takes it away."""
        self._push = push
        self._doors: dict[str, _Door] = {}  # trunk endpoint -> door
        self._turn = asyncio.Lock()
        self._resolving: asyncio.Task[None] | None = None

    async def open(self, trunk: str, *, place: str, host: str, demo: bool) -> None:
        before = self._doors.get(trunk)
        door = self._doors[trunk] = _Door(place=place, host=host, demo=demo)
        if before is not None:
            door.pushed = before.pushed
            door.addresses = before.addresses if before.host == host else ()
        address = fixed_address(host)
        if address is not None:
            door.addresses = (address,)
        elif not demo:
            self._resolve_soon()
        await self._settle()

    async def close(self, trunk: str) -> None:
        door = self._doors.pop(trunk, None)
        if door is not None:
            await self._push(door.place, {})
            await self._settle()

    def end(self) -> None:
        if self._resolving is not None:
            self._resolving.cancel()

    async def _settle(self) -> None:
        """Give each address to the oldest trunk that has it."""
        async with self._turn:
            taken: dict[str, str] = {}
            for trunk, door in sorted(self._doors.items(), key=lambda item: _age(item[0])):
                mine = [address for address in door.addresses if taken.setdefault(address, trunk) == trunk]
                wanted = identity(door.place, mine, demo=door.demo)
                if door.pushed == wanted:
                    continue
                if shared := set(door.addresses) - set(mine):
                    text = "its callers cannot be told from those of the older trunk, which gets them"
                    log.warning("trunks share an address", trunk=trunk, addresses=sorted(shared), text=text)
                await self._push(door.place, wanted)
                door.pushed = wanted

    # Names

    def _resolve_soon(self) -> None:
        if self._resolving is not None:
            self._resolving.cancel()
        self._resolving = for_ever("trunk-names", self._resolve_all)

    async def _resolve_all(self) -> None:
        """Now, and again and again: carriers move. Who cannot be resolved keeps the addresses that it had."""
        while True:
            for trunk, door in tuple(self._doors.items()):
                if not door.demo and fixed_address(door.host) is None:
                    await self._resolve(trunk, door)
            await self._settle()
            await asyncio.sleep(RESOLVE_EVERY_S)

    async def _resolve(self, trunk: str, door: _Door) -> None:
        name, port = parts_of(door.host)
        try:
            async with asyncio.timeout(RESOLVE_MAX_S):
                found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_DGRAM)
        except (OSError, TimeoutError, UnicodeError) as fault:
            log.warning("trunk's name cannot be resolved", trunk=trunk, host=door.host, fault=type(fault).__name__)
            return
        numbers = sorted({str(one[4][0]).partition("%")[0] for one in found})[:ADDRESSES_MAX]
        door.addresses = tuple(match_of(ipaddress.ip_address(number), port) for number in numbers)


def identity(place: str, addresses: list[str], *, demo: bool) -> Identity:
    if demo:
        return {"endpoint": place, "match_header": f"{DEMO_HEADER}: {place}"}
    return {"endpoint": place, "match": ",".join(addresses)} if addresses else {}


def fixed_address(host: str) -> str | None:
    """Of a host that is no name."""
    name, port = parts_of(host)
    try:
        return match_of(ipaddress.ip_address(name), port)
    except ValueError:
        return None


def parts_of(host: str) -> tuple[str, str]:
    """Name and port of `name`, `name:port`, `[address]` or `[address]:port`."""
    if host.startswith("["):
        name, _, port = host[1:].partition("]")
        return name, port.removeprefix(":")
    name, _, port = host.partition(":")
    return name, port


def match_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: str) -> str:
    if not address.is_loopback:
        return str(address)
    return f"[{address}]:{port or 5060}" if address.version == 6 else f"{address}:{port or 5060}"


def _age(trunk: str) -> tuple[int, ...]:
    """Trunks are numbered as they are made, of all tenants together."""
    tenant, _, number = trunk.removeprefix("t").partition("-")
    return int(number), int(tenant)
