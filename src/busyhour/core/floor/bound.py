"""What is counted of a run's calls to its destinations; `destinations.py` does it."""

from collections import deque
from dataclasses import dataclass, field
from math import inf

from busyhour.core.dialer.destinations import destination_of
from busyhour.core.model.campaign import Destination

KNOWN_MAX = 2_000  # numbers whose destination is remembered: two full hoppers


@dataclass(slots=True)
class Bound:
    """Of one destination."""

    up: int = 0
    starts_s: deque[float] = field(default_factory=deque)  # within the last minute


@dataclass(slots=True)
class Bounds:
    """Of all destinations of a run, by prefix. Times are monotonic."""

    to: dict[str, Bound] = field(default_factory=dict)
    look_s: float = -inf  # when one of them may have room again, as the floor's deadline says
    cleared_s: float = -inf  # when the hopper was last emptied, for all in it had to wait
    _known: dict[str, Destination | None] = field(default_factory=dict)  # by number; it is asked for at each look
    _settings: tuple[Destination, ...] = ()  # that those were found in

    def destination(self, number: str, settings: tuple[Destination, ...]) -> Destination | None:
        """Which of these destinations counts this number."""
        if settings is not self._settings or len(self._known) > KNOWN_MAX:
            self._settings, self._known = settings, {}
        known = self._known
        if number not in known:
            known[number] = destination_of(number, settings)
        return known[number]
