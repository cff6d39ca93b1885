"""What has happened in a world, line by line: the last lines for people, and a hash of all of them as its trace."""

import hashlib
from collections import deque

HISTORY_SHOWN = 200
HASHED_AT_ONCE = 100


class History:
    def __init__(self) -> None:
        self._recent: deque[str] = deque(maxlen=HISTORY_SHOWN)
        self._unhashed: list[str] = []
        self._hash = hashlib.sha256()

    def note(self, line: str) -> None:
        self._unhashed.append(line)
        if len(self._unhashed) >= HASHED_AT_ONCE:
            self._take_in()

    def recent(self) -> tuple[str, ...]:
        self._take_in()
        return tuple(self._recent)

    def trace_sha256(self) -> str:
        self._take_in()
        return self._hash.hexdigest()

    def _take_in(self) -> None:
        self._hash.update("".join(self._unhashed).encode())
        self._recent.extend(self._unhashed)
        self._unhashed.clear()
