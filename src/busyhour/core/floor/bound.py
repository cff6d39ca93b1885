"""What is counted of a run's calls to its destinations; `destinations.py` does it."""

from collections import deque
from dataclasses import dataclass, field
from math import inf


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
