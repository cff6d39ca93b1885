"""How long a caller will wait, by their place in the queue.

While somebody waits, calls leave the queue to agents at some rate: agents at work, times how often each takes a call of
this queue. That rate is measured, over the time in which there was a queue, so agents who serve several queues count
for as much of this one as they really give it; and it follows at once when agents come or go. Of those ahead, some
will give up: the rate at which those who wait do is measured, too. With n ahead, rate r and giving up at rate g each,
the wait is the sum of 1 / (r + i g) for i from 0 to n, which is nearly a logarithm.

Old times weigh less: half after `HALF_LIFE_S`. Before anything was measured, the mean call of the agents decides.
"""

from dataclasses import dataclass
from math import log
from typing import Final

from busyhour.core.acd.figures import NEVER_S

HALF_LIFE_S: Final = 1_800.0
PRIOR_STARTS: Final = 4.0  # what is assumed at first weighs as much as so many calls
PRIOR_CALL_S: Final = 180.0  # call and wrap-up of an agent of whom nothing is known
GIVING_UP_SURE: Final = 5.0  # callers that gave up, before their rate is believed


@dataclass(slots=True)
class WaitEstimate:
    """Of one queue. Tell it of every change of how many wait or work, of every call that goes to an agent, and of
    every caller who gives up."""

    waiting: int = 0
    agents: int = 0  # logged on and not paused, who serve the queue
    starts: float = 0.0  # calls that left to agents while there was a queue
    busy_s: float = 0.0  # agent seconds in which there was a queue
    gave_up: float = 0.0
    waited_s: float = 0.0  # by all who waited
    as_of_s: float = 0.0

    def changed(self, now_s: float, *, waiting: int, agents: int) -> None:
        self._pass(now_s)
        self.waiting, self.agents = waiting, agents

    def started(self, now_s: float) -> None:
        """An agent took one who had waited; who met no queue says nothing about how fast it moves, and is not told."""
        self._pass(now_s)
        self.starts += 1.0

    def left(self, now_s: float) -> None:
        self._pass(now_s)
        self.gave_up += 1.0

    def wait_s(self, ahead: int, call_s: float = PRIOR_CALL_S) -> float:
        """For whoever has so many ahead. `call_s`: the mean call with its wrap-up, as far as known."""
        if not self.agents:
            return NEVER_S
        each = (self.starts + PRIOR_STARTS) / (self.busy_s + PRIOR_STARTS * call_s)
        rate = self.agents * each
        giving_up = self.gave_up / self.waited_s if self.waited_s and self.gave_up >= GIVING_UP_SURE else 0.0
        if giving_up * (ahead + 1) < 0.001 * rate:
            return (ahead + 1) / rate
        # The sum, by the integral from 1/2 below to 1/2 above: for the first term, too, as good as exact.
        low = max(rate - giving_up / 2, rate / 2)
        return log((rate + giving_up * (ahead + 0.5)) / low) / giving_up

    def _pass(self, now_s: float) -> None:
        passed_s = max(0.0, now_s - self.as_of_s)
        self.as_of_s = now_s
        if not passed_s:
            return
        kept = 0.5 ** (passed_s / HALF_LIFE_S)
        self.starts *= kept
        self.gave_up *= kept
        self.busy_s = self.busy_s * kept + (self.agents * passed_s if self.waiting else 0.0)
        self.waited_s = self.waited_s * kept + self.waiting * passed_s
