"""Virtual time: an asyncio event loop whose clock jumps to the next timer when nothing is left to do.

No selector, no threads, no wall clock: the same program gives the same history, as fast as the processor goes.

Work belongs to the process in whose context it was begun (`PROCESS`). While a process stands still, as after a
SIGSTOP, its callbacks and timers are held, and run in order when it wakes; those of a dead process never run.
"""

import asyncio
from asyncio.base_events import BaseEventLoop
from asyncio.events import TimerHandle
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, ClassVar, Protocol, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Turn = tuple[Callable[..., object], Sequence[Any], Context, "Timer | None"]
"""What waits for its turn: what to do, with what, in which context; and the timer that it came from. What is of the
world is done as it stands; for all else, the first is `Context.run`, which is told the context among the arguments."""

CANCELS_MAX = 4
CANCELED_MAX = 1_000  # timers that were canceled and still take room: beyond it, and half of all, they are swept


class Freezable(Protocol):
    """What the loop asks of a process."""

    frozen: bool
    held: list[Turn]


PROCESS: ContextVar[Freezable | None] = ContextVar("PROCESS", default=None)

WORLD = Context()
"""For what goes on whatever becomes of the process that began it: a packet under way, a callee, a timer of the PBX."""


_begin = Context.run


class Timer(TimerHandle):
    """What can be taken back: one thing that is to come, or several (`later_unless`). What then happens is in the
    entries of the loop; for debugging there is nothing."""

    __slots__ = ()

    _scheduled: int  # how many entries are to come

    def __init__(self, when: float, loop: "VirtualLoop") -> None:
        self._when, self._loop = when, loop
        self._scheduled, self._cancelled = 1, False

    def cancel(self) -> None:
        if not self._cancelled:
            self._cancelled = True
            if self._scheduled:
                self._loop.note_canceled(self._scheduled)


class _Stopped(BaseException):
    """Said from within the last turn, so that no other has to ask whether it was."""


class VirtualLoop(BaseEventLoop):
    """Runs coroutines on virtual time, beginning at second 0."""

    running: "ClassVar[VirtualLoop | None]" = None  # asyncio asks the system which process it is at each look

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.create_future = partial(asyncio.Future, loop=self)  # type: ignore[method-assign]
        self.create_task = partial(asyncio.Task, loop=self)  # type: ignore[method-assign]
        self.get_debug = bool  # type: ignore[method-assign]  # no; each future asks
        self._turns: deque[Turn] = deque()
        self._timers: list[tuple[float, int, Turn]] = []
        self._numbers = count()
        self._canceled = 0
        self.may_hold = False  # some process has stood still, or does
        self.failed: Callable[[Exception], None] = _raise  # told of what a callback raised: nobody waits for it

    def time(self) -> float:
        return self.now_s

    def run_forever(self) -> None:
        before, VirtualLoop.running = VirtualLoop.running, self
        try:
            super().run_forever()
        finally:
            VirtualLoop.running = before

    def call_soon(  # type: ignore[override]
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> None:
        """Each step of each task comes by here. There is no handle: nobody takes one back."""
        if context is None:
            context = copy_context()
        self._turns.append((_begin, (context, callback) + args, context, None))  # noqa: RUF005 - by way of no list

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> TimerHandle:
        return self.call_at(self.now_s + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> TimerHandle:
        timer = Timer(when, self)
        if context is WORLD:
            turn: Turn = callback, args, WORLD, timer
        else:
            if context is None:
                context = copy_context()
            turn = _begin, (context, callback, *args), context, timer
        heappush(self._timers, (when, next(self._numbers), turn))
        return timer

    def later(self, after_s: float, do: Callable[[*Ts], object], *arguments: *Ts) -> None:
        """In the world, and never taken back: most of what is to come."""
        heappush(self._timers, (self.now_s + after_s, next(self._numbers), (do, arguments, WORLD, None)))

    def later_unless(self, canceled: Timer, after_s: float, do: Callable[[*Ts], object], *arguments: *Ts) -> None:
        """`later`, one of several things that are taken back together. Such a timer begins with none (`timer`)."""
        canceled._scheduled += 1
        heappush(self._timers, (self.now_s + after_s, next(self._numbers), (do, arguments, WORLD, canceled)))

    def timer(self) -> Timer:
        """For `later_unless`."""
        timer = Timer(self.now_s, self)
        timer._scheduled = 0
        return timer

    def rest_over(self, after_s: float, over: "asyncio.Future[None]") -> None:
        """`later`, in the process of the one who rests."""
        context = copy_context()
        turn = _begin, (context, _wake_up, over), context, None
        heappush(self._timers, (self.now_s + after_s, next(self._numbers), turn))

    def note_canceled(self, entries: int) -> None:
        """A timer that has not gone off was canceled."""
        self._canceled += entries
        if self._canceled > CANCELED_MAX and 2 * self._canceled > len(self._timers):
            self._timers[:] = [entry for entry in self._timers if not _is_canceled(entry[2])]
            heapify(self._timers)
            self._canceled = 0

    @property
    def timers_set(self) -> int:
        """Those that will go off."""
        return sum(not _is_canceled(turn) for _, _, turn in self._timers)

    def _run_once(self) -> None:
        """All turns, then on to the next timer, until somebody stops the loop."""
        turns, timers, next_turn = self._turns, self._timers, self._turns.popleft
        with suppress(_Stopped):
            while True:
                while turns:
                    do, arguments, context, timer = next_turn()
                    if timer is not None and timer._cancelled:
                        continue
                    if self.may_hold and (process := context.get(PROCESS)) is not None and process.frozen:
                        process.held.append((do, arguments, context, timer))
                        continue
                    try:
                        do(*arguments)
                    except Exception as fault:
                        self.failed(fault)
                if not timers:
                    raise RuntimeError("the simulated world stands still: every task waits and no timer is set")
                if timers[0][0] > self.now_s:  # noqa: PLR1730 - a call less, at each step of time
                    self.now_s = timers[0][0]
                now_s = self.now_s
                while timers and timers[0][0] <= now_s:
                    turn = heappop(timers)[2]
                    timer = turn[3]
                    if timer is not None:
                        timer._scheduled -= 1
                        if timer._cancelled:
                            self._canceled -= 1
                            continue
                    turns.append(turn)

    def stop(self) -> None:
        super().stop()
        raise _Stopped

    def wake(self, process: Freezable) -> None:
        """All that was held while it stood still happens now, in order."""
        held, process.held = process.held, []
        self._turns.extend(held)

    def _write_to_self(self) -> None:
        raise RuntimeError("no threads in the simulated world")


def _is_canceled(turn: Turn) -> bool:
    return turn[3] is not None and turn[3]._cancelled


def _raise(fault: Exception) -> None:
    raise fault


async def rest(seconds: float) -> None:
    """`asyncio.sleep`, for those who sleep all the time."""
    loop = the_loop()
    over = loop.create_future()
    loop.rest_over(seconds, over)
    await over


async def done_within(task: "asyncio.Task[Any]", limit_s: float) -> bool:
    """Wait for it, so long at most; it goes on. `asyncio.wait`, for one."""
    loop = the_loop()
    over = loop.create_future()
    late = loop.call_later(limit_s, _wake_up, over)
    task.add_done_callback(partial(_told, over))
    try:
        await over
    finally:
        late.cancel()
    return task.done()


def _told(over: "asyncio.Future[None]", task: "asyncio.Task[Any]") -> None:
    if not task.cancelled():
        task.exception()  # nobody may wait for this answer any more
    _wake_up(over)


def _wake_up(over: "asyncio.Future[None]") -> None:
    if not over.done():
        over.set_result(None)


def the_loop() -> VirtualLoop:
    """The loop that runs now."""
    loop = VirtualLoop.running
    assert loop is not None, "no world is running"
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
