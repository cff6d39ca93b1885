"""How often a password may be wrong: a bounded count of failures for each key (a login, an address).

Counted before the password is looked at, so a hundred guesses at once are no way around it; a right password gives
its count back. The count forgets after `window_s`, and the oldest keys go when there are too many.
"""

from collections import OrderedDict, deque
from typing import Final

KEYS_MAX: Final = 20_000
"""Keys remembered; an attacker who uses more keys than this pays with as many addresses."""


class Throttle:
    def __init__(self, *, tries_max: int, window_s: float) -> None:
        assert tries_max > 0
        assert window_s > 0
        self.tries_max = tries_max
        self.window_s = window_s
        self.tries: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """Seconds until this key may try again; 0 = now."""
        tries = self._fresh(key, now_s)
        if tries is None or len(tries) < self.tries_max:
            return 0.0
        return tries[0] + self.window_s - now_s

    def count(self, key: str, now_s: float) -> None:
        tries = self._fresh(key, now_s)
        if tries is None:
            tries = self.tries[key] = deque(maxlen=self.tries_max)
            if len(self.tries) > KEYS_MAX:
                self.tries.popitem(last=False)
        tries.append(now_s)
        self.tries.move_to_end(key)

    def close(self, key: str, now_s: float) -> None:
        """Let this key wait a whole window: the store knows of more failures than we do."""
        for _ in range(self.tries_max):
            self.count(key, now_s)

    def forgive(self, key: str) -> None:
        self.tries.pop(key, None)

    def forgive_one(self, key: str) -> None:
        tries = self.tries.get(key)
        if tries:
            tries.pop()

    def _fresh(self, key: str, now_s: float) -> deque[float] | None:
        tries = self.tries.get(key)
        if tries is None:
            return None
        while tries and tries[0] + self.window_s <= now_s:
            tries.popleft()
        if not tries:
            del self.tries[key]
            return None
        return tries
