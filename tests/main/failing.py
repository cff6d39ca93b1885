"""What the tests of failing tasks share: methods that fail once, and what was told of it."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import pytest


class Broken(Exception):
    """A fault of ours that nobody has thought of."""


class Stage:
    """One failing task. `told` is what the log has."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, told: list[MutableMapping[str, Any]]) -> None:
        self.monkeypatch, self.folder, self.told = monkeypatch, folder, told
        self._closing: list[Callable[[], Awaitable[Any]]] = []

    def fails_at_first(self, owner: Any, method: str) -> asyncio.Event:
        """The first call of it raises, later ones wait for ever; answers whether there was one."""
        again, failed = asyncio.Event(), False

        async def work(*_: Any, **__: Any) -> None:
            nonlocal failed
            if not failed:
                failed = True
                raise Broken
            again.set()
            await asyncio.Event().wait()

        self.monkeypatch.setattr(owner, method, work)
        return again

    def quietly(self, owner: Any, *methods: str) -> None:
        """These do nothing."""

        async def nothing(*_: Any, **__: Any) -> None:
            pass

        for method in methods:
            is_async = asyncio.iscoroutinefunction(getattr(owner, method))
            self.monkeypatch.setattr(owner, method, nothing if is_async else lambda *_, **__: None)

    def later(self, close: Callable[[], Awaitable[Any]]) -> None:
        self._closing.append(close)

    def task(self, task: "asyncio.Task[Any]") -> None:
        """To be ended with the test."""

        async def end() -> None:
            task.cancel()
            await asyncio.wait([task])

        self.later(end)

    async def end(self) -> None:
        while self._closing:
            await self._closing.pop()()

    def was_told(self, event: str, **more: Any) -> None:
        """Loudly, and with where it came from."""
        found = [one for one in self.told if one["event"] == event]
        assert found, f"{event!r} is not in {[one['event'] for one in self.told]}"
        assert found[0]["log_level"] in ("error", "critical"), found[0]
        assert found[0].get("exc_info"), found[0]
        assert more.items() <= found[0].items(), found[0]


async def until(true: Callable[[], Any], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.05)
