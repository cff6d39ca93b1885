"""The price of an abandoned call: how much risk the next call may carry.

It moves with every answered call, so that what is abandoned meets the aim of the tightest window. What a window has
overdrawn, or saved, moves its aim.
"""

from collections.abc import Iterable
from math import exp, log

from msgspec import Struct

from busyhour.core.dialer.predictive.picture import Window

STEP = 0.1
START = 0.02
LOG_MIN, LOG_MAX = -12.0, -0.11
LOG_MIN_USUAL = -7.0  # lower only where the aim is low: it takes long to come back
AIM_LOW = 0.005
BALANCE_OVER = 500.0  # answers over which a window's balance is to be made good
HASTE_CALLS, HASTE_MOST = 10.0, 1.5  # so many calls of balance move the price by a factor of e at once; the most of it
AIM_LEAST, AIM_MOST = 0.3, 1.6  # of the window's own aim


class Price(Struct, kw_only=True):
    log_price: float = log(START)
    aim: float = 0.0  # at the last look
    haste: float = 0.0  # by which the price is lower, or higher, for what is overdrawn or saved just now
    window: str = ""

    @property
    def value(self) -> float:
        return exp(min(self.log_price + self.haste, LOG_MAX))

    def look(self, windows: Iterable[Window]) -> None:
        """Take the tightest."""
        self.aim, balance, self.window = min((aim_of(window), balance_of(window), window.name) for window in windows)
        self.haste = min(max(balance / HASTE_CALLS, -HASTE_MOST), HASTE_MOST)

    def served(self) -> None:
        self._move(STEP * self.aim / (1.0 - self.aim))

    def abandoned(self) -> None:
        self._move(-STEP)

    def _move(self, by: float) -> None:
        least = LOG_MIN if self.aim < AIM_LOW else LOG_MIN_USUAL
        self.log_price = min(max(self.log_price + by, least), LOG_MAX)


def balance_of(window: Window) -> float:
    """Calls that may still be abandoned by the aim."""
    return window.aim * window.answered - window.abandoned


def aim_of(window: Window) -> float:
    aim = window.aim + balance_of(window) / BALANCE_OVER
    return min(max(aim, AIM_LEAST * window.aim), AIM_MOST * window.aim)
