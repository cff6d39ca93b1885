"""How fast calls may leave towards a trunk: a promise about what is sent, not about what was planned.

The floor spaces the calls it plans; but intents can wait for the database, and then all be written at once.
"""

import asyncio
from collections import deque

from busyhour.core.model.campaign import Trunk
from busyhour.service.ports import Clock

SECOND_S = 1.0
WAIT_MIN_S = 0.001


class Rates:
    """What was sent to each trunk within the last second, of one tenant."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent_s: dict[int, deque[float]] = {}  # by trunk: no more of them than its calls per second

    async def turn(self, trunk: Trunk) -> None:
        """Wait until another call may be sent to this trunk."""
        if not trunk.calls_per_s_max:
            return
        sent_s = self._sent_s.setdefault(trunk.trunk_id, deque())
        while True:
            now_s = self._clock.now().mono_s
            while sent_s and sent_s[0] + SECOND_S <= now_s:
                sent_s.popleft()
            if len(sent_s) < trunk.calls_per_s_max:
                sent_s.append(now_s)
                return
            await asyncio.sleep(max(WAIT_MIN_S, sent_s[0] + SECOND_S - now_s))
