"""The journal of one tenant on disk: what the database acknowledged in the last minute, a line a transaction.

Segments of a minute each, the last two kept. A line is handed to the operating system before anybody hears of what it
says, and is not forced to the disk: the death of the process loses nothing, that of the machine the last seconds. For
readers it is JSON; it holds what the database holds, so it is for the server's user only.
"""

import os
import time
from pathlib import Path
from typing import Final

import structlog

from busyhour.service.journal import JOURNAL_KEPT_S

SEGMENTS_MAX: Final = 100
"""An engine that dies again and again begins one each time."""

log = structlog.get_logger("journal")


class JournalSegments:
    """Implements `service.journal.JournalFiles`. One process at a time: it has the data folder's lock."""

    def __init__(self, folder: Path, tenant: int) -> None:
        self._folder, self._tenant = folder, tenant
        self._out: int | None = None
        self._begun_s = 0.0
        self._failing = False

    def lines(self) -> list[bytes]:
        try:
            return [line for path in self._segments() for line in path.read_bytes().splitlines()]
        except OSError as fault:
            self._fail(fault)
            return []

    def append(self, line: bytes) -> None:
        try:
            if self._out is None or time.monotonic() - self._begun_s > JOURNAL_KEPT_S:
                self._begin()
            assert self._out is not None
            done = os.write(self._out, line + b"\n")
        except OSError as fault:
            self._fail(fault)
        else:
            if done <= len(line):
                self._fail(OSError("only a part of a line was written"))
            self._failing = done <= len(line)

    def _segments(self) -> list[Path]:
        found = self._folder.glob(f"{self._tenant}.*.jsonl")
        return sorted(found, key=lambda path: int(path.name.split(".")[1]))

    def _begin(self) -> None:
        """A new segment; those that ended a minute before the newest are of no use any more."""
        self._close()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        older = self._segments()
        ended_s = [path.stat().st_mtime for path in older]
        for at, path in enumerate(older):
            if ended_s[at] < max(ended_s) - JOURNAL_KEPT_S or at < len(older) - SEGMENTS_MAX:
                path.unlink()
        number = int(older[-1].name.split(".")[1]) + 1 if older else 1
        path = self._folder / f"{self._tenant}.{number}.jsonl"
        self._out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._begun_s = time.monotonic()

    def _close(self) -> None:
        if self._out is not None:
            os.close(self._out)
            self._out = None

    def _fail(self, fault: OSError) -> None:
        """The engine has its journal in memory; the next line tries another segment."""
        self._close()
        if not self._failing:
            log.error(
                "the journal cannot be written: should the database fail over as this engine dies, records are lost",
                tenant=self._tenant,
                folder=str(self._folder),
                fault=str(fault),
            )
        self._failing = True
