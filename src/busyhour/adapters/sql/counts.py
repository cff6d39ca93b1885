"""A run's counters, gathered over a whole commit: its row is written once, not once for each call."""

from collections import defaultdict

from busyhour.adapters.sql.database import Driver

ADD = "UPDATE run SET placed = placed + $2, finished = finished + $3 WHERE run_id = $1"


class RunCounts:
    """What a commit adds to the runs that it touches."""

    def __init__(self) -> None:
        self._placed: defaultdict[int, int] = defaultdict(int)
        self._finished: defaultdict[int, int] = defaultdict(int)

    def place(self, run_id: int) -> None:
        self._placed[run_id] += 1

    def finish(self, run_id: int, members: int) -> None:
        self._finished[run_id] += members

    async def write(self, driver: Driver) -> None:
        rows = [
            (run_id, self._placed[run_id], self._finished[run_id])
            for run_id in sorted(self._placed.keys() | self._finished.keys())  # in order: two commits cannot lock
        ]
        if rows := [row for row in rows if row[1] or row[2]]:
            await driver.executemany(ADD, rows)
