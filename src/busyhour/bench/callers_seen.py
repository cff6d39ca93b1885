"""Looks on at the PBX's rooms: which caller was with which agent, from when to when, by the PBX's own clock."""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from busyhour.bench.observer import SOURCES
from busyhour.core.model.ids import is_leg, leg_in

APP: Final = "onlooker"


@dataclass(slots=True)
class Stay:
    """Of a caller in an agent's room."""

    number: str  # digits
    leg: str
    from_s: float
    until_s: float | None = None


class Rooms:
    """Use as an async context."""

    def __init__(self, ari_url: str, user: str, password: str) -> None:
        self._ari_url = ari_url
        self._auth = aiohttp.encode_basic_auth(user, password)
        self.stays: list[Stay] = []
        self.legs_s: dict[str, float] = {}  # when each agent's leg came into its room
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

    def of_number(self) -> dict[str, list[Stay]]:
        found: dict[str, list[Stay]] = defaultdict(list)
        for stay in self.stays:
            found[stay.number].append(stay)
        return found

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
            self.legs_s.setdefault(leg, at_s)
        elif event["type"] == "ChannelEnteredBridge":
            stay = self._open[channel["id"]] = Stay(channel["caller"]["number"].removeprefix("+"), leg, at_s)
            self.stays.append(stay)
        elif channel["id"] in self._open:
            self._open.pop(channel["id"]).until_s = at_s
