"""Callers who hung up while they waited, and the places that they had: who calls again soon has the old one.

A place is given back once, to the same number, in the same queue.
"""

from dataclasses import dataclass, field
from typing import Final

LEAVERS_MAX: Final = 10_000  # remembered; the oldest are forgotten first


@dataclass(slots=True)
class Leavers:
    keep_s: float  # how long a place is kept; 0 = not at all
    _left: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)  # -> since, left; oldest first

    def __len__(self) -> int:
        return len(self._left)

    def left(self, queue_id: int, number: str, since_utc_s: float, now_utc_s: float) -> None:
        """This caller gave up. Who withholds their number cannot be known again."""
        if not self.keep_s or not number:
            return
        self._left.pop((queue_id, number), None)
        self._left[queue_id, number] = since_utc_s, now_utc_s
        self._forget(now_utc_s)

    def place_of(self, queue_id: int, number: str, now_utc_s: float) -> float | None:
        """Since when this caller's place counts, if they have one from before. They were away for some of that time;
        it counts like waiting, as the place was kept."""
        found = self._left.pop((queue_id, number), None)
        if found is None or now_utc_s - found[1] > self.keep_s:
            return None
        return min(found[0], now_utc_s)  # a clock set back must not put anybody before their time

    def _forget(self, now_utc_s: float) -> None:
        while self._left:
            oldest = next(iter(self._left))
            if len(self._left) <= LEAVERS_MAX and now_utc_s - self._left[oldest][1] <= self.keep_s:
                return
            del self._left[oldest]
