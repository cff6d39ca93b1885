"""All tenants' engines of this process (the port `Floors`)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from busyhour.core.commands import ListNumbers
from busyhour.core.events import Event
from busyhour.service.background import once
from busyhour.service.engine import Engine
from busyhour.service.errors import NotFound, Unavailable
from busyhour.service.journal import Journal
from busyhour.service.live import Subscription
from busyhour.service.ports import Clock, Store, Telephony

TENANTS_MAX = 1_000
AGAIN_S = 1.0  # until an engine that failed is begun anew

log = structlog.get_logger("engine")


class EngineFloors:
    """Starts an engine for each tenant, and passes on what is said to it."""

    def __init__(
        self,
        *,
        store: Store,
        telephony: Telephony,
        clock: Clock,
        owner: str,
        queue_max: int,
        on_replaced: Callable[[], None] | None = None,
        journal_of: Callable[[int], Journal] | None = None,
    ) -> None:
        """`on_replaced`: another engine owns a tenant of ours now. `journal_of`: the journal of a tenant, when it is to
        outlive its engine."""
        self._store, self._telephony, self._clock = store, telephony, clock
        self._on_replaced, self._journal_of = on_replaced, journal_of
        self._owner, self._queue_max = owner, queue_max
        self._engines: dict[int, Engine] = {}
        self._journals: dict[int, Journal] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, tenant: int) -> None:
        """Begin this tenant's engine, if it is not running already."""
        if tenant in self._engines:
            return
        assert len(self._engines) < TENANTS_MAX
        journal = self._journal_of(tenant) if self._journal_of is not None else Journal(self._clock)
        self._journals[tenant] = journal
        engine = Engine(
            tenant,
            store=self._store,
            telephony=self._telephony,
            clock=self._clock,
            owner=self._owner,
            queue_max=self._queue_max,
            journal=journal,
        )
        self._engines[tenant] = engine
        self._tasks[tenant] = once(f"engine-{tenant}", self._run(engine))

    async def _run(self, engine: Engine) -> None:
        while True:
            try:
                await engine.run()  # ends by itself only when another owns the tenant
                break
            except Exception:  # it mends what it can itself; what is left must not end it either (A15)
                log.critical("an engine failed and is begun anew", tenant=engine.tenant, exc_info=True)
            await asyncio.sleep(AGAIN_S)
        if self._on_replaced is not None:
            self._on_replaced()

    async def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        for task in self._tasks.values():
            with suppress(asyncio.CancelledError):
                await task
        self._engines.clear()
        self._journals.clear()
        self._tasks.clear()

    async def leave(self) -> None:
        """Stop for a successor that takes over at once: what was decided is done and written first."""
        for engine in self._engines.values():
            engine.leaving = True
        await self.stop()

    def _engine(self, tenant: int) -> Engine:
        if tenant not in self._engines:
            raise NotFound("No engine runs for this tenant.")
        return self._engines[tenant]

    async def wait_running(self, tenant: int, timeout_s: float) -> None:
        """Until the floor has been rebuilt. Raises `Unavailable` after `timeout_s`."""
        deadline = self._clock.now().mono_s + timeout_s
        while not self._engine(tenant).running:
            if self._clock.now().mono_s > deadline:
                raise Unavailable("The engine did not begin in time; see the log.")
            await asyncio.sleep(0.02)

    async def ask(self, tenant: int, make: Callable[[str], Event]) -> None:
        await self._engine(tenant).ask(make)

    def tell(self, tenant: int, event: Event) -> None:
        self._engine(tenant).tell(event)

    def note_written(self, tenant: int, keep: ListNumbers) -> None:
        if tenant in self._journals:
            self._journals[tenant].note_screen(keep)

    def subscribe(self, tenant: int, agent_id: int | None = None, *, at_once: bool = False) -> Subscription:
        return Subscription(self._engine(tenant).live, agent_id, at_once=at_once)

    def snapshot(self, tenant: int, agent_id: int | None = None) -> bytes:
        return self._engine(tenant).live.snapshot(agent_id)

    def statistics(self) -> dict[str, Any]:
        return {str(tenant): engine.statistics() for tenant, engine in self._engines.items()}
