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
AIM_LEAST, AIM_MOST = 0.3, 1.6  # of the window's own aim


class Price(Struct, kw_only=True):
    log_price: float = log(START)
    aim: float = 0.0  # at the last look
    window: str = ""

    @property
    def value(self) -> float:
        return exp(self.log_price)

    def look(self, windows: Iterable[Window]) -> None:
        """Take the tightest."""
        self.aim, self.window = min((aim_of(window), window.name) for window in windows)

    def served(self) -> None:
        self._move(STEP * self.aim / (1.0 - self.aim))

    def abandoned(self) -> None:
        self._move(-STEP)

    def _move(self, by: float) -> None:
        least = LOG_MIN if self.aim < AIM_LOW else LOG_MIN_USUAL
        self.log_price = min(max(self.log_price + by, least), LOG_MAX)


def aim_of(window: Window) -> float:
    balance = (window.aim * window.answered - window.abandoned) / BALANCE_OVER
    return min(max(window.aim + balance, AIM_LEAST * window.aim), AIM_MOST * window.aim)
