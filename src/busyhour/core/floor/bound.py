"""What is counted of a run's calls to one of its destinations; `destinations.py` does it."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bound:
    up: int = 0
    starts_s: deque[float] = field(default_factory=deque)  # within the last minute
