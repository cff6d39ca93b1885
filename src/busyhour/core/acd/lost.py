"""Who gave up, and is called back without having asked (MZ-040): each number once a day, whatever it does.

Who called again by themselves before we could is not counted: nobody has called them.
"""

from dataclasses import dataclass, field
from typing import Final

AGAIN_S: Final = 86_400.0
LOST_MAX: Final = 10_000  # numbers remembered; beyond it nobody else is promised a call


@dataclass(slots=True)
class LostCallers:
    _promised: dict[str, tuple[str, float]] = field(default_factory=dict)  # number -> callback, when; oldest first

    def may_promise(self, number: str, now_utc_s: float) -> bool:
        self._forget_old(now_utc_s)
        return number not in self._promised and len(self._promised) < LOST_MAX

    def promised(self, number: str, callback: str, at_utc_s: float) -> None:
        self._promised.pop(number, None)
        self._promised[number] = callback, at_utc_s

    def callback_of(self, number: str) -> str:
        """The promise that was made to them last; empty: none, within a day."""
        return self._promised.get(number, ("", 0.0))[0]

    def came_back(self, number: str) -> None:
        self._promised.pop(number, None)

    def _forget_old(self, now_utc_s: float) -> None:
        while self._promised:
            number, (_, at_utc_s) = next(iter(self._promised.items()))
            if now_utc_s - at_utc_s < AGAIN_S:
                return
            del self._promised[number]
