"""The journal: what was written to the store in the last minute, beside the store, to give it back what it lost (C2).

A database whose standby does not have every commit loses the newest of them when that standby takes over. What people
were told is saved must not go with them, and nobody may be called again for want of the record of the first call. So
each record goes here once the store has acknowledged it, and before anybody hears of it. In memory for an engine that
lives; in files, when it is given some, for one that dies at the same time.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol, TypeGuard, get_args

import msgspec
import structlog

from busyhour.core import commands as c
from busyhour.core.events import CallCommitted, Event
from busyhour.core.life.run import RunState
from busyhour.core.model.supervising import SaveSupervised
from busyhour.service.ports import Clock, Kept

JOURNAL_KEPT_S: Final = 60.0
"""A standby that is further behind loses more than can be given back."""
JOURNAL_RECORDS_MAX: Final = 200_000
"""A list of numbers counts as many as it has, in tens."""
RECORDS = (
    c.PlaceCall
    | c.SaveProgress
    | c.CloseCall
    | c.SaveDisposition
    | c.SkipContact
    | c.EndReservation
    | c.SaveRun
    | c.SaveAgentState
    | c.SaveLearned
    | c.OptOut
    | SaveSupervised
    | c.ListNumbers
    | c.SaveArrival
    | c.SaveEntry
    | c.CloseCaller
    | c.SaveCallback
    | c.SaveQueueCounts
    | c.SaveRecording
    | c.PlaceCallback
)
"""What is given back. Members in a hopper, or before an agent, are taken anew, so nothing of them is kept. Nor is it
kept that a run has come to its end: that is found out again, for its last members may have been closed without a call.
"""

KEPT_TYPES: Final = frozenset(get_args(RECORDS))

log = structlog.get_logger("journal")


class Written(msgspec.Struct, frozen=True):
    """What one transaction wrote, under which fence, and its number."""

    fence: int
    keeps: tuple[RECORDS, ...]
    no: int


class JournalFiles(Protocol):
    """Where a tenant's journal outlives its engine. Neither raises for a disk that fails."""

    def append(self, line: bytes) -> None:
        """Written when this returns, though perhaps not on the disk: the death of the process loses nothing."""

    def lines(self) -> list[bytes]:
        """All that is there of the last `JOURNAL_KEPT_S`, and perhaps older; the last one may be cut short."""


class Journal:
    """One tenant's."""

    def __init__(self, clock: Clock, files: JournalFiles | None = None) -> None:
        self._clock, self._files = clock, files
        self._entries: deque[tuple[float, int, Written]] = deque()  # when, and as how many records it counts
        self._records = 0
        self.no = 0  # of the last write to the shard that was tried
        self.fence = 0  # under which it is written to
        self._encode = msgspec.json.Encoder().encode
        for line in files.lines() if files is not None else ():
            self._take_up(line)

    def note(self, fence: int, no: int, batch: Sequence[c.Keep], answers: Sequence[Event]) -> None:
        """The store has acknowledged this. Calls that it refused were not written."""
        if not batch:
            return
        yes = {answer.call for answer in answers if isinstance(answer, CallCommitted)}
        keeps = tuple([
            one for one in batch if _is_kept(one) and (not isinstance(one, c.Dial) or one.call in yes)
        ])  # fmt: skip
        if keeps:
            self._keep(Written(fence, keeps, no))

    def note_screen(self, keep: c.ListNumbers) -> None:
        """The store has acknowledged to a screen that this is written, beside the shard's own writes. It counts as one
        with the next of these: a store that has that one has this, too."""
        self._keep(Written(self.fence, (keep,), self.no + 1))

    def renew(self) -> None:
        """All of it was given back just now. The store may lose that, too, before its standby has it: it is as young
        as the opening that wrote it."""
        given_back, self._records = [written for _, _, written in self._entries], 0
        self._entries.clear()
        for written in given_back:
            self._keep(written)

    def _keep(self, written: Written) -> None:
        self._add(written)
        if self._files is not None:
            self._files.append(self._encode(written))

    def kept(self, no: int = 0, more: Sequence[c.Keep] = ()) -> Kept | None:
        """What to give back, in order; `more` comes behind it, as write number `no`."""
        if not self._entries and not more:
            return None
        writes = [(written.no, written.keeps) for _, _, written in self._entries]
        writes.append((no, tuple(keep for keep in more if _is_kept(keep))))
        fence = max((written.fence for _, _, written in self._entries), default=self.fence)
        return Kept(fence=fence, writes=tuple(writes))

    def _take_up(self, line: bytes) -> None:
        try:
            written = msgspec.json.decode(line, type=Written)
        except msgspec.DecodeError as fault:  # the process died while it wrote; what was not written was not told
            log.warning("a line of the journal cannot be read", fault=str(fault), length=len(line))
        else:
            self._add(written)
            self.no, self.fence = max(self.no, written.no), max(self.fence, written.fence)

    def _add(self, written: Written) -> None:
        now_s, weight = self._clock.now().mono_s, _weight(written)
        self._entries.append((now_s, weight, written))
        self._records += weight
        while self._entries[0][0] < now_s - JOURNAL_KEPT_S or self._records > JOURNAL_RECORDS_MAX:
            self._records -= self._entries.popleft()[1]


def _weight(written: Written) -> int:
    return len(written.keeps) + sum([len(one.numbers) // 10 for one in written.keeps if type(one) is c.ListNumbers])


def _is_kept(keep: c.Keep) -> TypeGuard[RECORDS]:
    return type(keep) in KEPT_TYPES and not (isinstance(keep, c.SaveRun) and keep.state == RunState.COMPLETED)
