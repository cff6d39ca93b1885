"""What a long run tells on its way: how far it is, and how long it will take."""

from collections.abc import Callable
from time import monotonic
from typing import Final, NamedTuple

SAY_EVERY_S: Final = 60.0  # lines in a log


class Told(NamedTuple):
    """`advance(done, total)` moves a bar, `note` stands beside it, `say` is a line that stays."""

    advance: Callable[[float, float], None]
    note: Callable[[str], None]
    say: Callable[[str], None]


def nobody() -> Told:
    return Told(lambda done, total: None, lambda text: None, lambda text: None)


class Stage:
    """A number of pieces of work that are much alike."""

    def __init__(self, told: Told, what: str, total: int) -> None:
        self._told, self._what, self._total = told, what, total
        self._began_s = self._said_s = monotonic()
        self._done = 0

    def one_done(self) -> None:
        self._done += 1
        now_s = monotonic()
        left_s = (now_s - self._began_s) / self._done * (self._total - self._done)
        self._told.advance(self._done, self._total)
        words = f"{self._done} of {self._total} {self._what}, about {in_words(left_s)} left"
        self._told.note(words if self._done < self._total else f"{self._total} {self._what}")
        if now_s - self._said_s >= SAY_EVERY_S:
            self._said_s = now_s
            self._told.say(words)


def in_words(seconds: float) -> str:
    minutes = round(seconds / 60.0)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
