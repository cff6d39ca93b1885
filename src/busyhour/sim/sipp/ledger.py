"""What the telephone network saw: one record for each dialog, read from SIPp's short message trace.

The trace has a line for every SIP message, whatever the scenario: date, time, epoch, R or S, Call-ID, CSeq, start
line. It is the judge of the product's own records, so nothing of the product is used to read it.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DIALOGS_MAX: Final = 500_000
"""More than this is not a test but a mistake."""
LOOK_EVERY_S: Final = 0.02

_NUMBER: Final = re.compile(r"INVITE sips?:([^@;>\s]+)")
_STATUS: Final = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})")


@dataclass(slots=True)
class Dialog:
    """One call as the network saw it. Times are epoch seconds of the network's clock; None = it did not happen."""

    call_id: str
    number: str  # digits as dialed
    invited_s: float
    invites: int = 1  # with retransmissions
    ringing_s: float | None = None
    answered_s: float | None = None
    acked_s: float | None = None
    cancelled_s: float | None = None
    ended_s: float | None = None  # final answer that is no 2xx, or BYE
    ended_by: str | None = None  # caller | callee; a judge may add pbx: the caller died
    status: int | None = None  # final answer to the INVITE

    @property
    def talk_s(self) -> float | None:
        """From the answer to the BYE."""
        if self.answered_s is None or self.ended_s is None:
            return None
        return self.ended_s - self.answered_s

    @property
    def open(self) -> bool:
        return self.ended_s is None


class Ledger:
    """Follows a trace file while it grows. `read` takes what is new; lines still being written wait."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace
        self._offset = 0
        self._dialogs: dict[str, Dialog] = {}

    def read(self) -> dict[str, Dialog]:
        """All dialogs by Call-ID, as of now."""
        if self._trace.exists():
            with self._trace.open("rb") as file:
                file.seek(self._offset)
                chunk = file.read()
            whole = chunk.rfind(b"\n") + 1
            self._offset += whole
            for line in chunk[:whole].decode("utf-8", "replace").splitlines():
                self._take(line)
        return self._dialogs

    def dialogs(self) -> list[Dialog]:
        """In order of their INVITEs."""
        return sorted(self.read().values(), key=lambda dialog: dialog.invited_s)

    async def wait(self, call_id: str, condition: Callable[[Dialog], bool], *, timeout_s: float = 2.0) -> Dialog:
        """Until the dialog is so: SIPp writes down a message shortly after it was sent."""
        async with asyncio.timeout(timeout_s):
            while True:
                dialog = self.read().get(call_id)
                if dialog is not None and condition(dialog):
                    return dialog
                await asyncio.sleep(LOOK_EVERY_S)

    def _take(self, line: str) -> None:
        fields = line.split("\t")
        if len(fields) < 7:
            return  # SIPp writes no such line; a foreign one is not a message
        at_s, received, call_id, cseq, start = float(fields[2]), fields[3] == "R", fields[4], fields[5], fields[6]
        found = _STATUS.match(start)
        if found:
            self._answer(call_id, cseq.rpartition(" ")[2], int(found[1]), at_s)
        else:
            self._request(call_id, start, received, at_s)

    def _request(self, call_id: str, start: str, received: bool, at_s: float) -> None:
        dialog = self._dialogs.get(call_id)
        method = start.partition(" ")[0]
        if dialog is None:
            number = _NUMBER.match(start)
            if method == "INVITE" and number is not None:
                assert len(self._dialogs) < DIALOGS_MAX
                self._dialogs[call_id] = Dialog(call_id, number[1].removeprefix("+"), at_s)
        elif method == "INVITE":
            dialog.invites += 1
        elif method == "ACK":
            dialog.acked_s = dialog.acked_s or at_s
        elif method == "CANCEL":
            dialog.cancelled_s = dialog.cancelled_s or at_s
        elif method == "BYE" and dialog.ended_s is None:
            dialog.ended_s, dialog.ended_by = at_s, "caller" if received else "callee"

    def _answer(self, call_id: str, method: str, status: int, at_s: float) -> None:
        dialog = self._dialogs.get(call_id)
        if dialog is None or method != "INVITE" or dialog.status is not None:
            return
        if status < 200:
            if status >= 180:
                dialog.ringing_s = dialog.ringing_s or at_s
            return
        dialog.status = status
        if status < 300:
            dialog.answered_s = at_s
        else:
            dialog.ended_s = at_s
            dialog.ended_by = "caller" if dialog.cancelled_s is not None else "callee"


def peak(dialogs: Iterable[Dialog], *, unanswered_s: float, until_s: float) -> int:
    """Most calls up at once. A call that the network never answered is up for `unanswered_s`, or until the caller's
    CANCEL; calls still open are up `until_s`."""
    steps: list[tuple[float, int]] = []
    for begin, end in _spans(dialogs, unanswered_s, until_s):
        steps += [(begin, 1), (end, -1)]
    up = most = 0
    for _at, change in sorted(steps):  # at the same instant an end (-1) counts before a begin
        up += change
        most = max(most, up)
    return most


def _spans(dialogs: Iterable[Dialog], unanswered_s: float, until_s: float) -> Iterator[tuple[float, float]]:
    for dialog in dialogs:
        ends = [at for at in (dialog.ended_s, dialog.cancelled_s) if at is not None]
        if ends:
            yield dialog.invited_s, min(ends)
        elif dialog.status is None:
            yield dialog.invited_s, dialog.invited_s + unanswered_s
        else:
            yield dialog.invited_s, until_s


def times_dialed(dialogs: Iterable[Dialog]) -> Counter[str]:
    """How often each number was dialed."""
    return Counter(dialog.number for dialog in dialogs)


def doubled(dialogs: Iterable[Dialog]) -> list[tuple[Dialog, Dialog]]:
    """Pairs of dialogs to one number of which the second began before the first had ended (N1)."""
    last: dict[str, Dialog] = {}
    pairs = []
    for dialog in sorted(dialogs, key=lambda d: d.invited_s):
        earlier = last.get(dialog.number)
        if earlier is not None and _still_up(earlier, dialog.invited_s):
            pairs.append((earlier, dialog))
        last[dialog.number] = dialog
    return pairs


def _still_up(dialog: Dialog, at_s: float) -> bool:
    if dialog.cancelled_s is not None and dialog.cancelled_s <= at_s:
        return False
    if dialog.status is None and dialog.ended_s is None:
        return False  # never answered: its end is known to the caller only
    return dialog.ended_s is None or dialog.ended_s > at_s
