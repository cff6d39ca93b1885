"""Work beside everything else, begun by name: none of it ends without a word (A15).

`for_ever` is for loops that are meant to run until they are cancelled: one that fails is told in the log and begun
anew. `once` is for work that ends by itself: its failure is told in the log, at once. A task that neither of them began
is in `tests/main/test_tasks.py` with what its failure comes to; that test finds those that were forgotten.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import structlog

AGAIN_AFTER_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""By how many lives in a row were short. The last one goes on for ever."""
SETTLED_AFTER_S: Final = 60.0
"""A life of this length was not a short one."""

T = TypeVar("T")

log = structlog.get_logger("background")


def for_ever(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> "asyncio.Task[None]":
    """Until it is cancelled."""
    return asyncio.create_task(kept_up(name, work), name=name)


async def kept_up(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """`work`, again and again: one that ends well was not told to end either. Raises nothing but cancellations."""
    clock, short_lives = asyncio.get_running_loop().time, 0
    while True:
        begun_s = clock()
        try:
            await work()
        except Exception:
            log.exception("background task failed", task=name)
        else:
            log.error("background task ended", task=name)
        short_lives = 0 if clock() - begun_s >= SETTLED_AFTER_S else short_lives + 1
        again_s = AGAIN_AFTER_S[min(max(short_lives - 1, 0), len(AGAIN_AFTER_S) - 1)]
        log.warning("background task is begun anew", task=name, again_in_s=again_s)
        await asyncio.sleep(again_s)


def once(name: str, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """Whoever keeps the task may wait for it; its failure is told even when nobody does."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell)
    return task


def _tell(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("background task failed", task=task.get_name(), exc_info=fault)
