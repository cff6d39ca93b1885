"""Desks that come back by themselves after the server was gone, as the page does."""

import asyncio
import contextlib
from typing import Final, Self

import aiohttp

from busyhour.bench.desks import PASSWORD, Shown, ping
from busyhour.bench.product import Api

AGAIN_S: Final = 0.2
CLOSE_AT_ONCE: Final = aiohttp.ClientWSTimeout(ws_close=0.5)


class LastingDesk(Shown):
    """One agent at their desk, for as long as the drill lasts."""

    def __init__(self, url: str, login: str) -> None:
        super().__init__()
        self._api = Api(url)
        self.login = login
        self._task: asyncio.Task[None] | None = None
        self.linked = False

    async def open(self) -> Self:
        await self._api.log_in(self.login, PASSWORD)
        self._task = asyncio.create_task(self._stay())
        return self

    async def move(self, url: str) -> None:
        """The server is elsewhere now; the one of before may hang, and is not waited for."""
        await self._leave()
        before, self._api = self._api, self._api.elsewhere(url)
        await before.close()
        self._task = asyncio.create_task(self._stay())

    async def ready(self) -> None:
        await self._api.post("/api/desk/ready")

    async def hang_up(self) -> None:
        await self._api.post("/api/desk/hangup")

    async def close(self) -> None:
        await self._leave()
        await self._api.close()

    async def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self.linked = False

    async def _stay(self) -> None:
        """The session's cookie outlives the engine; the socket is made anew."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                headers, path = {"Origin": self._api.url}, f"/api/desk/socket?tab=tab-{self.login}"
                async with self._api.http.ws_connect(path, headers=headers, timeout=CLOSE_AT_ONCE) as socket:
                    await self._follow(socket)
            self.linked = False
            await asyncio.sleep(AGAIN_S)

    async def _follow(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        pinging = asyncio.create_task(ping(socket))
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    told = message.json()
                    self.take(told)
                    self.linked = self.linked or told["type"] == "snapshot"
        finally:
            pinging.cancel()
