"""The process that one engine runs in: it can be killed, and it can stand still while others go on.

What it does is seen from outside only: orders on the wire, commits in the store.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context, copy_context
from dataclasses import fields
from typing import Any, Protocol, TypeVar

from busyhour.core.commands import Keep
from busyhour.core.events import Event
from busyhour.service.engine import Engine
from busyhour.sim.failover import Failover
from busyhour.sim.ledger import Violation
from busyhour.sim.loop import PROCESS, Turn, the_loop

T = TypeVar("T")


class Watch(Protocol):
    """Who looks at what processes do (`world.World`)."""

    failover: Failover

    def chance(self, probability: float) -> bool:
        """Whether a fault of this probability strikes now."""

    def note(self, text: str) -> None: ...

    def broken(self, found: Violation) -> None:
        """The other side of a port saw what must not be."""

    def kill(self, process: "Process") -> None: ...

    def opened(self, process: "Process") -> None:
        """It has the shard now."""

    def before_order(self, process: "Process", order: object) -> None: ...

    def after_batch(self, process: "Process", fence: int, batch: Sequence[Keep], answers: Sequence[Event]) -> None: ...


class Process:
    """Dead: neither acts nor hears. Frozen: its callbacks are held until it wakes."""

    def __init__(self, watch: Watch, tenant: int, kill_at_point: float) -> None:
        self.tenant, self.watch = tenant, watch
        self.dead = self._frozen = False
        self.held: list[Turn] = []
        self.fence = 0  # the highest that it was given
        self._kill_at_point = kill_at_point
        self.context: Context = copy_context()
        self.context.run(PROCESS.set, self)

    @property
    def frozen(self) -> bool:
        return self._frozen

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        self._frozen = frozen
        if frozen:
            the_loop().may_hold = True

    def begin(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """A task of this process."""
        return the_loop().create_task(work, context=self.context)

    async def over_the_wire(self, after_s: float, do: Callable[[], T]) -> T:
        """The other side does it, whatever becomes of the process that asked; the answer reaches only a living one."""
        return await self.sent(after_s, do)

    def sent(self, after_s: float, do: Callable[[], T]) -> "asyncio.Future[T]":
        """`over_the_wire`, for those who wait for the answer at once. Nobody keeps it: a fault keeps the frames that it
        came through, and the answer the fault: without end, else."""
        loop = the_loop()
        answer: asyncio.Future[T] = loop.create_future()
        loop.later(after_s, self._do, do, answer)
        return answer

    def _do(self, do: Callable[[], T], answer: "asyncio.Future[T]") -> None:
        try:
            result = do()
        except Exception as fault:
            if isinstance(fault, Violation):  # the ledger's word is for the world, not for the one who asked
                self.watch.broken(fault)
            if not answer.done():
                answer.set_exception(fault)
            del answer  # which has the fault, and that this frame
            return
        if not answer.done():
            answer.set_result(result)

    def soon(self, do: Callable[..., None], *arguments: object) -> None:
        """What comes in from outside; held while the process stands still."""
        the_loop().call_soon(do, *arguments, context=self.context)

    def point(self, where: str) -> None:
        """A place where the process may be killed."""
        if self._kill_at_point and not self.dead and self.watch.chance(self._kill_at_point):
            self.watch.note(f"killed {where}")
            self.watch.kill(self)

    async def alive(self) -> None:
        """Goes on only in a living process."""
        if self.dead:
            await the_loop().create_future()


def forget(process: Process | None, engine: Engine | None) -> None:
    """What a dead process had in memory is gone at once. The collector would have to find its cycles, which costs more
    than to let go of it, and there are hundreds of them in a world."""
    if process is None or engine is None or not process.dead:
        return
    engine._history.clear()
    engine._queue.clear()
    if engine.floor is not None:
        for table in fields(engine.floor):
            if isinstance(held := getattr(engine.floor, table.name), dict | list | deque):
                held.clear()


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited")
