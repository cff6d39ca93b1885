"""Virtual time: an asyncio event loop whose clock jumps to the next timer when nothing is left to do.

No selector, no threads, no wall clock: the same program gives the same history, as fast as the processor goes.
"""

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

CANCELS_MAX = 4


class _NoFiles(selectors.BaseSelector):
    """There is nothing to wait for but time: `select` moves the clock instead of sleeping."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("the simulated world stands still: every task waits and no timer is set")
        self._loop.now_s += max(0.0, timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        raise RuntimeError("no files in the simulated world")

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        raise RuntimeError("no files in the simulated world")

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return {}


class VirtualLoop(asyncio.base_events.BaseEventLoop):
    """Runs coroutines on virtual time, beginning at second 0."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self._selector = _NoFiles(self)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self.now_s

    def _process_events(self, event_list: Any) -> None:
        assert not event_list

    def _write_to_self(self) -> None:
        raise RuntimeError("no threads in the simulated world")


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
