"""Virtual time: an asyncio event loop whose clock jumps to the next timer when nothing is left to do.

No selector, no threads, no wall clock: the same program gives the same history, as fast as the processor goes.

Work belongs to the process in whose context it was begun (`PROCESS`). While a process stands still, as after a
SIGSTOP, its callbacks and timers are held, and run in order when it wakes; those of a dead process never run.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context, ContextVar, copy_context
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Protocol, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

CANCELS_MAX = 4
CANCELED_MAX = 1_000  # timers that were canceled and still take room: beyond it, and half of all, they are swept


class Freezable(Protocol):
    """What the loop asks of a process."""

    frozen: bool
    held: list[asyncio.Handle]


PROCESS: ContextVar[Freezable | None] = ContextVar("PROCESS", default=None)

WORLD = Context()
"""For what goes on whatever becomes of the process that began it: a packet under way, a callee, a timer of the PBX."""


class Turn(asyncio.Handle):
    """A callback that waits for its turn. One is made for each step of each task: it has nothing that only debugging
    needs."""

    __slots__ = ()

    def __init__(
        self, do: Callable[..., object], arguments: Sequence[Any], loop: "VirtualLoop", context: Context
    ) -> None:
        self._callback, self._args, self._loop, self._context = do, arguments, loop, context
        self._cancelled, self._repr, self._source_traceback = False, None, None


class Timer(Turn, asyncio.TimerHandle):
    """The same, at a time of its own."""

    __slots__ = ()


class VirtualLoop(asyncio.base_events.BaseEventLoop):
    """Runs coroutines on virtual time, beginning at second 0."""

    _ready: deque[asyncio.Handle]

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._turns = count()
        self._canceled = 0

    def time(self) -> float:
        return self.now_s

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        turn = Turn(callback, args, self, context if context is not None else copy_context())
        self._ready.append(turn)
        return turn

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.now_s + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = Timer(callback, args, self, context if context is not None else copy_context())
        timer._when, timer._scheduled = when, True  # type: ignore[attr-defined]
        heappush(self._timers, (when, next(self._turns), timer))
        return timer

    def _timer_handle_cancelled(self, _handle: asyncio.TimerHandle) -> None:
        self._canceled += 1
        if self._canceled > CANCELED_MAX and 2 * self._canceled > len(self._timers):
            self._timers = [entry for entry in self._timers if not entry[2].cancelled()]
            heapify(self._timers)
            self._canceled = 0

    def _run_once(self) -> None:
        ready, timers = self._ready, self._timers
        if not ready and not self._stopping:  # type: ignore[attr-defined]
            while timers and timers[0][2].cancelled():
                heappop(timers)
            if not timers:
                raise RuntimeError("the simulated world stands still: every task waits and no timer is set")
            self.now_s = max(self.now_s, timers[0][0])
        while timers and timers[0][0] <= self.now_s:
            ready.append(heappop(timers)[2])
        for _ in range(len(ready)):
            turn = ready.popleft()
            if turn._cancelled:
                continue
            process = turn._context.get(PROCESS)  # type: ignore[attr-defined]
            if process is not None and process.frozen:
                process.held.append(turn)
            else:
                turn._run()

    def wake(self, process: Freezable) -> None:
        """All that was held while it stood still happens now, in order."""
        held, process.held = process.held, []
        self._ready.extend(held)

    def _write_to_self(self) -> None:
        raise RuntimeError("no threads in the simulated world")


def the_loop() -> VirtualLoop:
    """The loop that runs now."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on virtual time. Whatever is left over then is cancelled."""
    loop = VirtualLoop()
    try:
        asyncio.set_event_loop(loop)
        result = loop.run_until_complete(main)
        for _ in range(CANCELS_MAX):  # one that waits for ever in its own clean-up needs a second one
            left = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left, timeout=1.0))
        return result
    finally:
        asyncio.set_event_loop(None)
        loop.close()
