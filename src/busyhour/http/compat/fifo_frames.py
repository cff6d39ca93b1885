"""Requests in what was read from a FIFO: `:reply name:{json}`, one after another, with or without a new line (OC-117).

Nothing says how long one is but its JSON. Each client writes at most `FRAME_BYTES_MAX` at once, which the kernel keeps
in one piece only up to 4 KiB: what two larger ones wrote at the same time may be mixed up, and is answered as such.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from busyhour.http.compat.rpc import REQUEST_BYTES_MAX

NAME_LENGTH_MAX: Final = 255  # of a file
FRAME_BYTES_MAX: Final = REQUEST_BYTES_MAX + NAME_LENGTH_MAX + 2
SPACE: Final = b" \t\r\n\0"

COLON: Final = b":"[0]
OPEN: Final = frozenset(b"{[")
TOKEN: Final = re.compile(rb'(?P<text>"(?:[^"\\]|\\.)*(?P<end>")?)|(?P<bracket>[\[\]{}])', re.DOTALL)


class Frame(NamedTuple):
    reply: str  # the name of the FIFO that the answer goes to; empty: none
    body: bytes


@dataclass(slots=True)
class Frames:
    """What has been read and is no whole request yet."""

    rest: bytes = b""

    def feed(self, data: bytes) -> list[Frame]:
        self.rest += data
        found: list[Frame] = []
        while (frame := self._next()) is not None:
            found.append(frame)
        if len(self.rest) > FRAME_BYTES_MAX:
            self.rest = b""
        return found

    def give_up(self) -> Frame | None:
        """No more is coming: what is left is no request, and its sender is told so, if it said where."""
        rest, self.rest = self.rest, b""
        head = head_of(rest)
        return Frame(head[0], rest[head[1] :].strip(SPACE)) if head is not None else None

    def _next(self) -> Frame | None:
        """The first whole request, taken off."""
        while True:
            self.rest = self.rest.lstrip(SPACE)
            if not self.rest:
                return None
            if self.rest[0] == COLON:
                break
            _, _, self.rest = self.rest.partition(b"\n")  # garbage, up to the end of its line
        head = head_of(self.rest)
        if head is None:
            if self.rest.find(b":", 1) >= 0 or len(self.rest) > NAME_LENGTH_MAX + 1:
                _, _, self.rest = self.rest.partition(b"\n")
                return self._next()
            return None
        name, begin = head
        end = end_of_json(self.rest, begin)
        if end is None:
            return None
        body, self.rest = self.rest[begin:end], self.rest[end:]
        return Frame(name, body.strip(SPACE))


def head_of(data: bytes) -> tuple[str, int] | None:
    """The name, and where the JSON begins; None: there is none yet, or it is no name of a file."""
    end = data.find(b":", 1, NAME_LENGTH_MAX + 2)
    if not data.startswith(b":") or end < 0:
        return None
    name = data[1:end].decode("ascii", "replace")
    good = all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in name)
    return (name, end + 1) if good and not name.startswith(".") else None


def end_of_json(data: bytes, begin: int) -> int | None:
    """Where the object or array that begins there ends; of anything else, the end of its line. None: not yet."""
    while begin < len(data) and data[begin] in SPACE:
        begin += 1
    if begin == len(data):
        return None
    if data[begin] not in OPEN:
        line = data.find(b"\n", begin)
        return line + 1 if line >= 0 else None
    depth = 0
    for found in TOKEN.finditer(data, begin):
        if found.lastgroup == "text":
            if found["end"] is None:
                return None
        else:
            depth += 1 if found[0][0] in OPEN else -1
            if depth == 0:
                return found.end()
    return None
