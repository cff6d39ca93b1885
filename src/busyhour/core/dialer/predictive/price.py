"""The price of an abandoned call: how much risk the next call may carry.

It moves with every answered call, so that what is abandoned meets the aim of the tightest window. What a window has
overdrawn, or saved, moves its aim. Its limit is not to be touched: bad luck takes several calls at once, so that many
are kept in reserve. A month is soon beyond that; an hour, or a campaign's first day, is not.
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
RESERVE_CALLS, RESERVE_PER_AGENT = 4.0, 0.1  # abandoned calls below the limit, with few answers
RESERVE_MOST = 0.5  # of what the limit allows so far


class Price(Struct, kw_only=True):
    log_price: float = log(START)
    aim: float = 0.0  # at the last look
    haste: float = 0.0  # by which the price is lower, or higher, for what is overdrawn or saved just now
    window: str = ""

    @property
    def value(self) -> float:
        return exp(min(self.log_price + self.haste, LOG_MAX))

    def look(self, windows: Iterable[Window], agents: int) -> None:
        """Take the tightest."""
        self.aim, balance, self.window = min(_stands(window, reserve_of(window, agents)) for window in windows)
        self.haste = min(max(balance / HASTE_CALLS, -HASTE_MOST), HASTE_MOST)

    def served(self) -> None:
        self._move(STEP * self.aim / (1.0 - self.aim))

    def abandoned(self) -> None:
        self._move(-STEP)

    def _move(self, by: float) -> None:
        least = LOG_MIN if self.aim < AIM_LOW else LOG_MIN_USUAL
        self.log_price = min(max(self.log_price + by, least), LOG_MAX)


def _stands(window: Window, reserve: float) -> tuple[float, float, str]:
    balance = balance_of(window, reserve)
    return aim_of(window, balance), balance, window.name


def reserve_of(window: Window, agents: int) -> float:
    """Calls to stay below the limit: what chance takes at once grows with the calls on their way."""
    return min(RESERVE_CALLS + RESERVE_PER_AGENT * agents, RESERVE_MOST * window.limit * window.answered)


def balance_of(window: Window, reserve: float) -> float:
    """Calls that may still be abandoned by the aim, and by the limit less what is kept in reserve."""
    return min(window.aim * window.answered, window.limit * window.answered - reserve) - window.abandoned


def aim_of(window: Window, balance: float) -> float:
    aim = window.aim + balance / BALANCE_OVER
    return min(max(aim, AIM_LEAST * window.aim), AIM_MOST * window.aim)
