"""Looks on at the PBX while the product works: when was each call answered, when was it joined to an agent?

An ARI application of its own that follows channels and bridges and controls nothing. All times are the PBX's clock.
"""

import asyncio
import json
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from busyhour.core.model.ids import is_call

APP: Final = "observer"
SOURCES: Final = "channel:,bridge:"
"""Not `subscribeAll`: with device states Asterisk can lock up when a socket ends (its issue 2170)."""
CALLS_MAX: Final = 100_000
BEAT_S: Final = 0.02


class Observer:
    """Use as an async context. `joined_ms` grows by one figure for each call that was joined. `late_ms_max` is by how
    much the onlooker itself, which does next to nothing, was ever late: such a standstill is the machine's."""

    def __init__(self, ari_url: str, user: str, password: str) -> None:
        self._ari_url = ari_url
        self._auth = aiohttp.encode_basic_auth(user, password)
        self._answered: dict[str, float] = {}
        self.joined_ms: list[float] = []
        self.late_ms_max = 0.0

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers={"Authorization": self._auth})
        self._socket = await self._http.ws_connect(f"{self._ari_url}/events?app={APP}")
        subscription = f"{self._ari_url}/applications/{APP}/subscription"
        async with self._http.post(subscription, params={"eventSource": SOURCES}, raise_for_status=True):
            pass
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await self._socket.close()
        await self._http.close()

    async def _beat(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            begin_s = clock()
            await asyncio.sleep(BEAT_S)
            self.late_ms_max = max(self.late_ms_max, (clock() - begin_s - BEAT_S) * 1000)

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._see(json.loads(message.data))

    def _see(self, event: dict[str, Any]) -> None:
        channel = event.get("channel", {}).get("id", "")
        if not is_call(channel):
            return
        match event["type"]:
            case "ChannelStateChange" if event["channel"]["state"] == "Up":
                assert len(self._answered) < CALLS_MAX
                self._answered[channel] = _at_s(event)
            case "ChannelEnteredBridge" if len(event["bridge"]["channels"]) >= 2:
                answered_s = self._answered.pop(channel, None)
                if answered_s is not None:
                    self.joined_ms.append((_at_s(event) - answered_s) * 1000)
            case "ChannelDestroyed":
                self._answered.pop(channel, None)


def _at_s(event: dict[str, Any]) -> float:
    return datetime.strptime(event["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
