"""Waiting with a limit, for loops that wait at every event.

`asyncio.timeout` cancels, and even a timer that is set and canceled at each wait is a good part of what an event costs.
This alarm keeps its timer from one wait to the next: one that goes off too early is set again for the rest.
"""

import asyncio
from math import inf


class Alarm:
    """Rung by others, or by itself when the limit has come. One task waits for it."""

    __slots__ = ("_due_s", "_loop", "_rung", "_timer", "_waiter")

    def __init__(self) -> None:
        self._rung = False
        self._due_s = inf  # of the loop's clock
        self._timer: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None  # of the one who waits

    def ring(self) -> None:
        self._rung = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def hush(self) -> None:
        """What has rung until now was heard."""
        self._rung = False

    async def heard(self, limit_s: float | None) -> None:
        """Until it rings; when the limit has come, it does. `limit_s` None = no limit."""
        if self._rung:
            return
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        self._due_s = inf if limit_s is None else loop.time() + limit_s
        self._set(loop)
        self._waiter = loop.create_future()
        try:
            await self._waiter
        except asyncio.CancelledError:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            raise
        finally:
            self._waiter = None

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._due_s == inf or (self._timer is not None and self._timer.when() <= self._due_s):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(self._due_s, self._over)

    def _over(self) -> None:
        self._timer = None
        loop = self._loop
        if self._waiter is None or loop is None:
            return
        if loop.time() < self._due_s:
            self._set(loop)
        else:
            self.ring()
