"""Forty working days under the law of the United Kingdom: at most 3 % of the live calls of any 24 hours.

The pacer gets what it gets in a running floor: the windows, what is left of them, and the word to be careful, all from
the same counting (`core/dialer/compliance`). Each morning begins with a pacer made anew of what was learned before.
"""

from collections import deque
from collections.abc import Mapping

from msgspec import Struct, field

from busyhour.bench.pacing.scenarios import Cell
from busyhour.core.dialer.compliance.budget import Budget, budget_of
from busyhour.core.dialer.compliance.budget import Rules as Law
from busyhour.core.dialer.compliance.ledger import Ledger
from busyhour.core.dialer.compliance.presets import DAY_S, UK
from busyhour.core.dialer.predictive.pacer import Pacer
from busyhour.core.dialer.predictive.picture import Picture
from busyhour.core.floor.law import windows_of
from busyhour.core.model.counts import ABANDONED, CONNECTED, Count, Reckoning, ReckoningAsk
from busyhour.sim.pacing import leads
from busyhour.sim.pacing.methods import Model
from busyhour.sim.pacing.world import Shape, Tally, World

DAYS, DAYS_QUICK = 40, 4
OPENS_S, OPEN_S = 9 * 3600.0, 8 * 3600.0
FIRST_DAY_UTC_S = 20_000.0 * DAY_S
LOOK_EVERY_S = 5.0  # old calls leave the window too
LIMIT = UK.windows[0].limit


class Day(Struct):
    answered: int = 0
    abandoned: int = 0

    @property
    def rate(self) -> float:
        return self.abandoned / self.answered if self.answered else 0.0


class Days(Struct, kw_only=True):
    """What came of it."""

    tally: Tally
    days: list[Day] = field(default_factory=list)
    window_most: float = 0.0  # of any 24 hours, exactly

    @property
    def hours(self) -> float:
        return len(self.days) * OPEN_S / 3600.0

    def judged(self) -> Mapping[str, object]:
        return {
            "days": len(self.days),
            "days_over": sum(day.rate > LIMIT for day in self.days),
            "day_most": round(max(day.rate for day in self.days), 5),
            "window_most": round(self.window_most, 5),
        }


class UnderLaw(Model):
    """The production pacer with the production's counts of the law."""

    def __init__(self, agents: int, *, late_cancel: bool, grace_s: float = 2.0) -> None:
        super().__init__(agents, late_cancel=late_cancel, grace_s=grace_s)
        self.opens_utc_s = FIRST_DAY_UTC_S + OPENS_S
        self.law = Law(preset=UK)
        self.answers: list[tuple[float, bool]] = []  # when, and whether abandoned
        self._ledger = Ledger()
        self._budget: Budget | None = None  # until something counts
        self._looked_utc_s = 0.0
        ask = ReckoningAsk(campaign_id=1, until_utc_s=self.opens_utc_s, wait_max_s=UK.wait_max_s)
        self._ledger.ask(ask, 0.0)
        self._ledger.load(
            Reckoning(
                campaign_id=1, from_utc_s=ask.from_utc_s, until_utc_s=ask.until_utc_s, buckets={}, first_utc_s=None
            )
        )

    def next_morning(self) -> None:
        self.opens_utc_s += DAY_S
        self.pacer = Pacer(self.pacer.learned)

    def served(self, now_s: float) -> None:
        super().served(now_s)
        self._counts(now_s, CONNECTED)

    def abandoned(self, now_s: float) -> None:
        super().abandoned(now_s)
        self._counts(now_s, ABANDONED)

    def _counts(self, now_s: float, count: Count) -> None:
        self.answers.append((self.note(now_s, count), count is ABANDONED))

    def note(self, now_s: float, count: Count) -> float:
        at_utc_s = self.opens_utc_s + now_s
        self._ledger.add(at_utc_s, count)
        self._budget = None
        return at_utc_s

    def picture(self, now_s: float, world: World) -> Picture:
        at_utc_s = self.opens_utc_s + now_s
        if self._budget is None or at_utc_s - self._looked_utc_s >= LOOK_EVERY_S:
            self._looked_utc_s, self._budget = at_utc_s, budget_of(self.law, self._ledger, at_utc_s)
        budget = self._budget
        return self.pictured(
            world,
            windows=windows_of(budget),
            left=budget.left,
            careful=budget.why if budget.progressive else "",
        )


def run_days(cell: Cell, *, late_cancel: bool) -> Days:
    method = UnderLaw(cell.n, late_cancel=late_cancel)
    next_lead = leads.usual(cell.seed, lambda now_s: cell.p)
    found = Days(tally=Tally(after=[]))
    for _ in range(DAYS_QUICK if cell.quick else DAYS):
        world = World(Shape(agents=cell.n, length_s=OPEN_S, warm_up_s=0.0), next_lead, method)
        first = len(method.answers)
        found.tally.add(world.run())
        today = [lost for _, lost in method.answers[first:]]
        found.days.append(Day(len(today), sum(today)))
        method.next_morning()
    found.window_most = worst_window(method.answers)
    return found


def worst_window(answers: list[tuple[float, bool]]) -> float:
    """The highest share of any 24 hours that end with an answer, once there were 24 hours."""
    window: deque[tuple[float, bool]] = deque()
    lost, most = 0, 0.0
    for at_utc_s, was_lost in answers:
        window.append((at_utc_s, was_lost))
        lost += was_lost
        while window[0][0] <= at_utc_s - DAY_S:
            lost -= window.popleft()[1]
        if at_utc_s - answers[0][0] >= DAY_S:
            most = max(most, lost / len(window))
    return most
