"""Writes acknowledged by the API must be there at the end (N11): somebody adds do-not-call numbers all the time."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final

import aiohttp

from busyhour.bench.product import Api, ApiError, Product
from busyhour.sim.sipp.numbers import Behavior, number_of

EVERY_S: Final = 0.1
ANSWER_MAX_S: Final = 5.0
DETAIL: Final = 9  # of numbers that no campaign calls


class Writer:
    """`begin`, then `end`, then `lost`."""

    def __init__(self, product: Callable[[], Product]) -> None:
        """`product` answers the one to write to now."""
        self._product, self._url = product, product().url
        self._first = int(time.time() * 10) % 1_000_000
        self._acknowledged: list[str] = []
        self._task: asyncio.Task[None] | None = None

    def move(self, url: str) -> None:
        self._url = url

    def begin(self) -> None:
        self._task = asyncio.create_task(self._write())

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def lost(self) -> tuple[int, list[str]]:
        """How many were acknowledged, and those of them that are not there."""
        missing = []
        for number in self._acknowledged:
            if not await self._product().api.get("/api/dnc", number=number):
                missing.append(number)
        return len(self._acknowledged), missing

    async def _write(self) -> None:
        """Over a connection of its own: the product's own one is closed when the engine is killed."""
        token = (self._product().folder / "cli-token").read_text().strip()
        api, n = Api(self._url, token), self._first
        try:
            while True:
                if api.url != self._url:
                    await api.close()
                    api = Api(self._url, token)
                number, n = number_of(Behavior.DECLINE, n % 1_000_000, detail=DETAIL), n + 1
                with contextlib.suppress(ApiError, aiohttp.ClientError, OSError):
                    async with asyncio.timeout(ANSWER_MAX_S):
                        await api.post("/api/dnc", {"numbers": [number], "source": "drill"})
                        self._acknowledged.append(number)
                await asyncio.sleep(EVERY_S)
        finally:
            await api.close()
