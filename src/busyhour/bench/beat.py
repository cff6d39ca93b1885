"""How late a process is that does next to nothing: such a standstill is the machine's, not the product's."""

import multiprocessing
import time
from multiprocessing.sharedctypes import Synchronized
from types import TracebackType
from typing import Final, Self

BEAT_S: Final = 0.02


class Beat:
    """Use as a context. A process of its own, so that the work of the one that measures does not count."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._most: Synchronized[float] = context.Value("d", 0.0)
        self._process = context.Process(target=_beat, args=(self._most,), daemon=True)

    def late_s_max(self) -> float:
        """Since it was asked last."""
        with self._most.get_lock():
            most, self._most.value = self._most.value, 0.0
        return most

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.join()


def _beat(most: "Synchronized[float]") -> None:
    while True:
        begin_s = time.monotonic()
        time.sleep(BEAT_S)
        late_s = time.monotonic() - begin_s - BEAT_S
        if late_s > most.value:
            with most.get_lock():
                most.value = late_s
