"""Work done in turn: what has the same key one after another; different keys do not wait for each other."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Task = asyncio.Task[None]


class Turns:
    def __init__(self, begin: Callable[[Coroutine[Any, Any, None]], Task]) -> None:
        self._begin = begin
        self.last: dict[str, Task] = {}

    def take(self, key: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begun when what came before it has ended, however it did."""
        before = self.last.get(key)
        self.last[key] = task = self._begin(_after(before, work))
        task.add_done_callback(lambda done: self._over(key, done))

    def is_last(self, key: str) -> bool:
        """Whether nothing was asked for by this key after the work that asks."""
        return self.last.get(key) is asyncio.current_task()

    def _over(self, key: str, task: Task) -> None:
        if self.last.get(key) is task:
            del self.last[key]


async def _after(before: Task | None, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    if before is not None and not before.done():
        await asyncio.wait([before])
    await work()
