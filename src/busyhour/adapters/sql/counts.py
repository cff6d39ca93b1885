"""A run's counters, gathered over a whole commit: its row is written once, not once for each call."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from busyhour.adapters.sql.database import Driver
from busyhour.core.events import RunCounted

ADD = """
UPDATE run SET placed = placed + $2, finished = finished + $3, answered = answered + $4, abandoned = abandoned + $5
WHERE run_id = $1 RETURNING run_id, placed, finished, answered, abandoned
"""


class RunCounts:
    """What a commit adds to the runs that it touches."""

    def __init__(self) -> None:
        self._changes: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        self._asked: set[int] = set()

    def ask(self, run_id: int) -> None:
        """Tell its counts, though this commit may change none: a filling of the hopper may have."""
        self._changes[run_id]
        self._asked.add(run_id)

    def place(self, run_id: int) -> None:
        self._changes[run_id][0] += 1

    def note(self, answer: Mapping[str, Any]) -> None:
        """What a statement answered: `change` in members finished, and of a call whether it was answered, abandoned."""
        changes = self._changes[answer["run_id"]]
        changes[1] += answer["change"]
        changes[2] += answer.get("answered", 0)
        changes[3] += answer.get("abandoned", 0)

    async def write(self, driver: Driver) -> list[RunCounted]:
        rows = [
            (run_id, *changes)
            for run_id, changes in sorted(self._changes.items())  # in order: two commits cannot lock
            if any(changes) or run_id in self._asked
        ]
        return [RunCounted(**row) for row in await driver.fetchmany(ADD, rows)] if rows else []
