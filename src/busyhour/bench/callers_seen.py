"""Looks on at the PBX's rooms: which caller was with which agent, from when to when, by the PBX's own clock."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from busyhour.bench.observer import SOURCES
from busyhour.core.model.ids import is_leg, leg_in, tenant_of

APP: Final = "onlooker"


@dataclass(slots=True)
class Stay:
    """Of a caller in an agent's room."""

    number: str  # digits
    leg: str
    from_s: float
    until_s: float | None = None


@dataclass(slots=True)
class Leg:
    """Of an agent: for how long it was in its room, where callers are brought to it."""

    from_s: float
    until_s: float | None = None


@dataclass(frozen=True)
class Seen:
    """All that was seen so far, or a part of it."""

    stays: Sequence[Stay]
    legs: Mapping[str, Leg]

    def of_number(self) -> dict[str, list[Stay]]:
        found: dict[str, list[Stay]] = defaultdict(list)
        for stay in self.stays:
            found[stay.number].append(stay)
        return found

    def of_tenant(self, tenant: int, *, since_s: float = 0.0) -> "Seen":
        """One company's rooms; of the callers those who came into a room since then."""
        stays = [stay for stay in self.stays if tenant_of(stay.leg) == tenant and stay.from_s >= since_s]
        return Seen(stays, {name: leg for name, leg in self.legs.items() if tenant_of(name) == tenant})


class Rooms:
    """Use as an async context."""

    def __init__(self, ari_url: str, user: str, password: str) -> None:
        self._ari_url = ari_url
        self._auth = aiohttp.encode_basic_auth(user, password)
        self._stays: list[Stay] = []
        self._legs: dict[str, Leg] = {}
        self._open: dict[str, Stay] = {}

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers={"Authorization": self._auth})
        self._socket = await self._http.ws_connect(f"{self._ari_url}/events?app={APP}")
        subscription = f"{self._ari_url}/applications/{APP}/subscription"
        async with self._http.post(subscription, params={"eventSource": SOURCES}, raise_for_status=True):
            pass
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._task.cancel()
        await self._socket.close()
        await self._http.close()

    def seen(self) -> Seen:
        return Seen(list(self._stays), dict(self._legs))

    async def callers_left(self) -> list[str]:
        """Channels of customers that the PBX has now."""
        async with self._http.get(f"{self._ari_url}/channels", raise_for_status=True) as reply:
            channels = await reply.json()
        return [f"{one['id']} from {one['caller']['number']}" for one in channels if not is_leg(one["id"])]

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._see(json.loads(message.data))

    def _see(self, event: dict[str, Any]) -> None:
        if event["type"] not in ("ChannelEnteredBridge", "ChannelLeftBridge"):
            return
        channel, leg = event["channel"], leg_in(event["bridge"]["id"])
        if not is_leg(leg):
            return
        at_s = datetime.strptime(event["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
        if is_leg(channel["id"]):
            of_leg = self._legs.setdefault(leg, Leg(at_s))
            of_leg.until_s = at_s if event["type"] == "ChannelLeftBridge" else None
        elif event["type"] == "ChannelEnteredBridge":
            stay = self._open[channel["id"]] = Stay(channel["caller"]["number"].removeprefix("+"), leg, at_s)
            self._stays.append(stay)
        elif channel["id"] in self._open:
            self._open.pop(channel["id"]).until_s = at_s
