"""The contact centres of all tenants that are asked about (`centre.py`)."""

import asyncio
from contextlib import suppress
from typing import Final

from busyhour.service.centre import Centre
from busyhour.service.errors import StoreDown
from busyhour.service.ports import Clock, Directory, Floors, Queues

CENTRES_MAX: Final = 1_000


class Centres:
    def __init__(self, *, floors: Floors, queues: Queues, directory: Directory, clock: Clock) -> None:
        self._floors, self._queues, self._directory, self._clock = floors, queues, directory, clock
        self._running: dict[int, tuple[Centre, asyncio.Task[None]]] = {}

    def of(self, tenant: int) -> Centre:
        """From the first time on, it follows what happens there."""
        if tenant not in self._running:
            assert len(self._running) < CENTRES_MAX
            centre = Centre(
                tenant, floors=self._floors, queues=self._queues, directory=self._directory, clock=self._clock
            )
            self._running[tenant] = centre, asyncio.create_task(centre.run(), name=f"centre-{tenant}")
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
