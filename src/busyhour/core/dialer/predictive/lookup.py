"""All that a decision looks up, made of the hazards of one refresh.

Making it takes several times as long as a decision may, so it is done in parts: one at each decision, which goes by the
old tables until the new ones are whole.
"""

from collections.abc import Generator, Iterable, Sequence
from math import exp, isnan, log
from typing import TypeVar

from busyhour.core.dialer.predictive import tables
from busyhour.core.dialer.predictive.learned import TALK_BIN_S, Fresh, Hazards, Learned, Moment, sound

FACTORS_MAX = 1_000  # whose level is kept
LEVEL_STEP = 0.03  # chances are told apart in steps of 3 %
LEVEL_MOST = 200
HORIZON_MIN, HORIZON_MAX = 3, 20
NEARLY_ALL = 0.95
CANCEL_LOOK_S = 1.5  # an agent who gets free sooner may still take the call
ROWS_AT_ONCE = 4
STEPS_LATE = 4.0  # as much exposure beyond what a refresh waits for, and it is done at once: in the first half minute


def level_of(factor: float) -> int:
    return round(log(factor) / LEVEL_STEP)


SCALES = {level: exp(level * LEVEL_STEP) for level in range(-LEVEL_MOST, LEVEL_MOST + 1)}


class Levels(dict[float, int]):
    """The level of each chance factor, reckoned when first met."""

    def __missing__(self, factor: float) -> int:
        if len(self) >= FACTORS_MAX:
            self.clear()
        level = level_of(sound(factor))
        if not isnan(factor):  # what is no number would not be found again
            self[factor] = level
        return level


class Tables:
    def __init__(self, hazards: Hazards, grace_s: float) -> None:
        self.horizon, self.late_s = _horizons(hazards)
        self.answers = _Answers(hazards, self.horizon)
        self.talk: Sequence[float] = ()
        self.wrap: Sequence[float] = ()
        self.wrap_at_once: Sequence[float] = ()
        self.grace_s = grace_s


class _Answers(dict[int, list[float]]):
    """The chance of an answer within the horizon, by level (the number's and the drift's together), then by age. Made
    when first looked up."""

    def __init__(self, hazards: Hazards, horizon: int) -> None:
        super().__init__()
        self._ever: dict[int, list[float]] = {}
        self._hazards, self._horizon = hazards, horizon

    def __missing__(self, level: int) -> list[float]:
        bounded = max(-LEVEL_MOST, min(LEVEL_MOST, level))
        if bounded != level:
            return self[bounded]
        row = tables.answer_row(self._hazards.live, self._hazards.dead, SCALES[level], self._horizon)
        self[level], self._ever[level] = row.soon, row.ever
        return row.soon

    def ever_of(self, level: int) -> list[float]:
        """The chance of an answer at all, by age."""
        bounded = max(-LEVEL_MOST, min(LEVEL_MOST, level))
        if bounded not in self._ever:
            self[bounded]
        return self._ever[bounded]


class Lookup:
    """The tables in use, and those being made."""

    def __init__(self, learned: Learned) -> None:
        self._learned = learned
        self._tables: Tables | None = None
        self._work: _Work | None = None
        self._step_s = 0.0  # of exposure, from the last refresh to when the next is due

    def latest(self, moment: Moment, levels: Levels, drift: int) -> Tables:
        """After one part of a refresh, if one is due. It is done as a whole where little is known yet: what half a
        minute teaches then may be twice as much."""
        learned, grace_s = self._learned, moment.picture.rules.grace_s
        if self._tables is None or self._tables.grace_s != grace_s:
            self._work = None
            if learned.refresh_in_s >= 0.0:
                self._step_s = learned.refresh_in_s
                self._tables = _finished(_begun(_made(learned.hazards, grace_s, ())), moment)
        if learned.refresh_in_s < -STEPS_LATE * self._step_s:
            self._take(_finished(self._work or _begun(_refreshed(learned, grace_s, (drift,))), moment))
        elif self._work is not None:
            self._do_part(self._work, moment)
        elif learned.refresh_in_s < 0.0:
            ringing = {levels[factor] + drift for _, factor in moment.picture.ringing}
            self._work = _begun(_refreshed(learned, grace_s, sorted({drift, *ringing})))
        assert self._tables is not None
        return self._tables

    def _do_part(self, work: "_Work", moment: Moment) -> None:
        try:
            work.send(moment)
        except StopIteration as done:
            self._take(done.value)

    def _take(self, found: tuple[Fresh, Tables]) -> None:
        fresh, self._tables = found
        self._learned.take(fresh)
        self._step_s, self._work = self._learned.refresh_in_s, None


_Work = Generator[None, Moment, tuple[Fresh, Tables]]
Found = TypeVar("Found")


def _begun(work: Generator[None, Moment, Found]) -> Generator[None, Moment, Found]:
    next(work)
    return work


def _finished(work: Generator[None, Moment, Found], moment: Moment) -> Found:
    try:
        while True:
            work.send(moment)
    except StopIteration as done:
        found: Found = done.value
        return found


def _refreshed(learned: Learned, grace_s: float, levels: Iterable[int]) -> _Work:
    fresh = yield from learned.refreshed()
    yield
    made = yield from _made(fresh.hazards, grace_s, levels)
    return fresh, made


def _made(hazards: Hazards, grace_s: float, levels: Iterable[int]) -> Generator[None, Moment, Tables]:
    """`levels`: of the answer rows that will be wanted at once."""
    found = Tables(hazards, grace_s)
    yield
    soon_s = found.horizon + grace_s
    found.talk = tables.talk_row(hazards.talk, hazards.wrap, TALK_BIN_S, soon_s)
    yield
    found.wrap = tables.wrap_row(hazards.wrap, soon_s)
    found.wrap_at_once = tables.wrap_row(hazards.wrap, CANCEL_LOOK_S)
    for made, level in enumerate(levels):
        if made % ROWS_AT_ONCE == 0:
            yield
        found.answers.ever_of(level)
    return found


def _horizons(hazards: Hazards) -> tuple[int, float]:
    """When a call placed now is answered, if it is: on the average, and nearly always."""
    chances = tables.answered_at(hazards.live, hazards.dead)
    answered, late_s, seen = sum(chances), 0, 0.0
    while seen < NEARLY_ALL * answered:
        seen += chances[late_s]
        late_s += 1
    return max(HORIZON_MIN, min(HORIZON_MAX, round(tables.mean_at_s(chances)))), float(late_s)
