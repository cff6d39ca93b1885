"""What the pacer looks at, and what it answers."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from msgspec import Struct

RING_MIN_S = 15.0  # before a call is given up late, where the law names no least ringing time


class Window(Struct, frozen=True, kw_only=True):
    """One rule on abandoned calls, over its own stretch of time: what is aimed at, what is allowed, what came so far.

    `aim` steers the price all along. Beyond `limit`, by more than `slack` calls, only as many calls are placed as
    agents are free.
    """

    name: str
    aim: float  # abandoned / answered by a person
    limit: float
    answered: int = 0
    abandoned: float = 0.0  # not whole: estimates of calls that were wrongly taken for machines are counted in
    slack: float = 20.0  # calls; one abandoned among the first five answers is no breach yet

    @property
    def is_full(self) -> bool:
        return self.abandoned > self.limit * self.answered + self.slack


class Rules(Struct, frozen=True, kw_only=True):
    """What a campaign sets."""

    grace_s: float = 2.0  # how long a person who answered waits for an agent before it counts as abandoned
    ring_min_s: float = RING_MIN_S  # the law: a call rings at least so long before we hang up
    late_cancel: bool = True


class Picture(Struct, frozen=True, kw_only=True):
    """One campaign at this instant. Times are on the clock of `decide`; the collections may be live views.

    An agent who is known to leave after the present call (paused, logging out) is not among `talking` and `wrapping`.
    """

    free: int  # agents who could take a call now
    waiting: int  # answered by a person, no agent yet
    talking: Collection[float]  # since when, for each agent in a conversation
    wrapping: Collection[float]  # since when, for each agent in wrap-up
    ringing: Collection[tuple[float, float]]  # (since when, chance factor) of each call on its way; 1.0 = as any other
    windows: tuple[Window, ...]
    rules: Rules = Rules()
    room: int = 1_000_000  # what lines, hopper and rates still allow
    next_chances: Sequence[float] = ()  # chance factors of the numbers to be dialed next, in order; beyond them 1.0
    others: Collection[tuple[float, float]] = ()  # as `ringing`: calls of other campaigns that need the same agents
    left: int | None = None  # abandoned calls that still fit all windows; None: they have slack
    careful: str = ""  # why no call may be placed without a free agent, as the law's counts say
    blind: bool = False  # what is above may not be so: a link is down, or counts are missing


class Mode(StrEnum):
    PREDICTIVE = "predictive"
    PROGRESSIVE = "progressive"  # no more calls than free agents
    BLIND = "blind"  # none at all


class Why(Struct, frozen=True, kw_only=True):
    """What stood behind a decision, for the live page, the record and `explain`."""

    mode: Mode
    free: int
    waiting: int
    ringing: int
    talking: int = 0
    wrapping: int = 0
    horizon_s: float = 0.0  # a call placed now is answered, if it is, in about this time
    free_expected: float = 0.0  # of the busy agents, within the horizon and the grace
    answers_expected: float = 0.0  # of the calls on their way, by then
    answer_chance: float = 0.0  # of a number dialed now, ever
    answer_drift: float = 1.0  # answers against what was learned: 1.3 = lately 30 % more
    risk: float = 0.0  # chance that one more call than decided would find no agent
    price: float = 0.0  # the most of it that is paid
    aim: float = 0.0  # of the tightest window, corrected by its balance
    window: str = ""  # which one that is
    window_use: str = ""  # how it stands, in words
    reason: str = ""  # why not predictive, or what held it back

    def words(self) -> str:
        """One line for people."""
        head = f"{self.mode}: {self.free} free, {self.waiting} waiting, {self.ringing} ringing"
        if self.mode is Mode.PREDICTIVE:
            head += (
                f"; within {self.horizon_s:.0f} s about {self.free_expected:.1f} agents get free and "
                f"{self.answers_expected:.1f} calls are answered, each number with chance "
                f"{100 * self.answer_chance:.0f} %; one more would find nobody with chance "
                f"{100 * self.risk:.1f} %, {100 * self.price:.1f} % is accepted"
            )
            if self.window_use:
                head += f"; {self.window_use}"
        return f"{head}; {self.reason}" if self.reason else head


class Decision(Struct, frozen=True, kw_only=True):
    start: int
    why: Why
    cancel_from_s: float | None = None  # hang up every call that has been ringing for so long or longer
