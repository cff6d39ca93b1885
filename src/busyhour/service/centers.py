"""The contact centers of all tenants that are asked about (`center.py`)."""

import asyncio
from contextlib import suppress
from typing import Final

from busyhour.service.background import for_ever
from busyhour.service.center import Center
from busyhour.service.errors import StoreDown
from busyhour.service.ports import Clock, Directory, Floors, Queues

CENTRES_MAX: Final = 1_000


class Centers:
    def __init__(self, *, floors: Floors, queues: Queues, directory: Directory, clock: Clock) -> None:
        self._floors, self._queues, self._directory, self._clock = floors, queues, directory, clock
        self._running: dict[int, tuple[Center, asyncio.Task[None]]] = {}

    def of(self, tenant: int) -> Center:
        """From the first time on, it follows what happens there."""
        if tenant not in self._running:
            assert len(self._running) < CENTRES_MAX
            center = Center(
                tenant, floors=self._floors, queues=self._queues, directory=self._directory, clock=self._clock
            )
            self._running[tenant] = center, for_ever(f"center-{tenant}", center.run)
        return self._running[tenant][0]

    async def follow_all(self) -> None:
        """A tenant that is not found now is followed from when it is asked about."""
        with suppress(StoreDown):
            for tenant in await self._directory.tenants():
                self.of(tenant.tenant_id)

    async def stop(self) -> None:
        for _, task in self._running.values():
            task.cancel()
        for _, task in self._running.values():
            with suppress(asyncio.CancelledError):
                await task
        self._running.clear()
