"""Decides how many calls to place now: one more, as long as the chance that it would find no agent is worth its price.

Facts come in as they happen (`ring_ended`, `talk_ended`, `wrap_ended`, `served`, `abandoned`), a picture comes with
each question. `decide` may be asked at any time: once a second is enough where agents are many; up to
`ASK_AT_EVENTS_MAX` agents it should be asked also when an agent gets free and when a call ends, where a second is seen.
"""

from collections.abc import Callable, Iterable
from math import exp, isnan, log

from busyhour.core.dialer.predictive import odds, tables
from busyhour.core.dialer.predictive.learned import RING_BINS, TALK_BIN_S, TALK_BINS, WRAP_BINS, Learned
from busyhour.core.dialer.predictive.picture import Decision, Mode, Picture, Why

ASK_AT_EVENTS_MAX = 25
FACTOR_MIN, FACTOR_MAX = 0.05, 20.0  # of one call's chance; what is no number counts as the most
FACTORS_MAX = 1_000  # rows kept
LEVEL_STEP = 0.03  # chances are told apart in steps of 3 %
LEVEL_MOST = 200
GAP_MAX_S = 5.0  # after a longer silence it is not known what rang meanwhile
HORIZON_MIN, HORIZON_MAX = 3, 20
CANCEL_LOOK_S = 1.5  # an agent who gets free sooner may still take the call
BREACH_MAX = 0.002  # accepted chance that calls on their way break a limit that nothing is left of
CANCEL_MARGIN = 2.5  # how many times the price the risk must be to hang up


class _ByFactor(dict[float, list[float]]):
    """A row by age for each chance factor, made when first looked up."""

    def __init__(self, make: Callable[[float], list[float]]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, factor: float) -> list[float]:
        if len(self) >= FACTORS_MAX:
            self.clear()
        row = self._make(_sound(factor))
        if not isnan(factor):  # what is no number would not be found again
            self[factor] = row
        return row


class Pacer:
    def __init__(self, learned: Learned | None = None) -> None:
        self.learned = learned or Learned()  # to be stored with the campaign; a pacer made of it decides the same
        self._last_s: float | None = None
        self._grace_s = -1.0
        self._horizon = 0
        self._level = 0
        self._rows: dict[int, tables.AnswerRow] = {}
        self._soon = _ByFactor(lambda factor: self._answer_row(factor).soon)
        self._expected = _ByFactor(self._expected_row)
        self._talk_row: list[float] = []
        self._wrap_row: list[float] = []
        self._wrap_soon_row: list[float] = []

    # Facts

    def ring_ended(self, now_s: float, rang_s: float, *, live: bool | None, chance: float = 1.0) -> None:
        """`live`: answered by a person; None: hung up by us before anything was known."""
        learned, chance = self.learned, _sound(chance)
        learned.live.add(rang_s, live is True, chance)
        learned.dead.add(rang_s, live is False)
        if self._last_s is not None:
            since_look_s = min(rang_s, now_s - self._last_s)
            if 0.0 < since_look_s <= GAP_MAX_S:
                learned.drift.expect(self._expected[chance][min(int(rang_s), RING_BINS)] * since_look_s)
        if live and learned.ripe_hazard[min(int(max(0.0, rang_s)), RING_BINS - 1)]:
            learned.drift.answered()

    def talk_ended(self, talked_s: float) -> None:
        self.learned.talk.add(talked_s, True)

    def wrap_ended(self, wrapped_s: float) -> None:
        self.learned.wrap.add(wrapped_s, True)

    def served(self) -> None:
        """A person who answered got an agent in time."""
        self.learned.price.served()

    def abandoned(self) -> None:
        self.learned.price.abandoned()

    # Decisions

    def decide(self, now_s: float, picture: Picture) -> Decision:
        if picture.blind:
            self._last_s = None
            return _decided(picture, Mode.BLIND, 0, "what is going on cannot be seen: nothing is dialed")
        self._look(now_s, picture)
        on_the_way = len(picture.ringing) + len(picture.others)
        least = max(0, picture.free - picture.waiting - on_the_way)  # as many are never abandoned
        if reason := _why_careful(picture):
            return _decided(picture, Mode.PROGRESSIVE, min(least, max(0, picture.room)), reason)
        return self._weigh(now_s, picture, least)

    def _look(self, now_s: float, picture: Picture) -> None:
        """Count what has gone on since the last look, and learn anew when that is much."""
        learned = self.learned
        gap_s = now_s - self._last_s if self._last_s is not None else 0.0
        self._last_s = now_s
        if 0.0 < gap_s <= GAP_MAX_S:
            active = len(picture.talking) + len(picture.wrapping) + len(picture.ringing)
            learned.refresh_in_s -= gap_s * active
            learned.drift.expect(gap_s * sum(_look_up(self._expected, now_s - gap_s / 2, picture.ringing)))
        learned.drift.look()
        if learned.refresh_in_s < 0.0:
            learned.refresh(
                [(now_s - since_s, 1.0) for since_s in picture.talking],
                [(now_s - since_s, 1.0) for since_s in picture.wrapping],
                [(now_s - since_s, _sound(factor)) for since_s, factor in picture.ringing],
            )
            self._make_tables(picture.rules.grace_s)
        elif picture.rules.grace_s != self._grace_s:
            self._make_tables(picture.rules.grace_s)
        level = round(log(learned.drift.multiplier()) / LEVEL_STEP)
        if level != self._level:
            self._level = level
            self._soon.clear()

    def _weigh(self, now_s: float, picture: Picture, least: int) -> Decision:
        """The marginal test: one more, until its risk is above the price."""
        price = self.learned.price
        price.look(picture.windows)
        accepted = price.value
        soon = _look_up(self._soon, now_s + 0.5, [*picture.ringing, *picture.others])
        answers, squares = sum(soon), sum([chance * chance for chance in soon])
        frees = self._frees(now_s, picture)
        free_expected = sum(frees)
        spare = picture.free - picture.waiting
        ahead, soon_of = picture.next_chances, self._soon
        risk_of = _risk(spare, frees)
        breach_of = _risk(spare + picture.left + 1, frees) if picture.left is not None else _never
        answers_before = answers
        start, room, held_back = 0, max(0, picture.room), ""
        risk = risk_of(answers, squares)
        while start < room and (start < least or risk <= accepted):
            each = soon_of[ahead[start] if start < len(ahead) else 1.0][0]
            if start >= least and breach_of(answers + each, squares + each * each) > BREACH_MAX:
                held_back = "the limit on abandoned calls is near"
                break
            start += 1
            answers += each
            squares += each * each
            risk = risk_of(answers, squares)
        cancel_from_s = self._cancel(now_s, picture, accepted) if start == 0 and spare <= 0 else None
        why = Why(
            mode=Mode.PREDICTIVE,
            free=picture.free,
            waiting=picture.waiting,
            ringing=len(picture.ringing),
            talking=len(picture.talking),
            wrapping=len(picture.wrapping),
            horizon_s=float(self._horizon),
            free_expected=free_expected,
            answers_expected=answers_before,
            answer_chance=self._answer_row(_sound(ahead[0]) if ahead else 1.0).ever,
            answer_drift=exp(self._level * LEVEL_STEP),
            risk=risk,
            price=accepted,
            aim=price.aim,
            window=price.window,
            reason=held_back or ("no room for more" if start == room and risk <= accepted else ""),
        )
        return Decision(start=start, why=why, cancel_from_s=cancel_from_s)

    def _frees(self, now_s: float, picture: Picture) -> list[float]:
        """The chance of each busy agent to get free before a call placed now, if it is answered, is given up."""
        talk, wrap = self._talk_row, self._wrap_row
        per_s, talk_last, wrap_last = 1.0 / TALK_BIN_S, TALK_BINS - 1, WRAP_BINS - 1
        chances = [talk[min(int(max(0.0, now_s - since_s) * per_s), talk_last)] for since_s in picture.talking]
        chances += [wrap[min(int(max(0.0, now_s - since_s)), wrap_last)] for since_s in picture.wrapping]
        return chances

    def _cancel(self, now_s: float, picture: Picture, accepted: float) -> float | None:
        """Nobody is free or about to be, and calls have rung as long as the law asks: their answer would be lost."""
        rules = picture.rules
        if not rules.late_cancel or not picture.ringing:
            return None
        oldest_s = now_s - min([since_s for since_s, _ in picture.ringing])
        if oldest_s < rules.ring_min_s:
            return None
        row, last = self._wrap_soon_row, WRAP_BINS - 1
        about_free = sum([row[min(int(max(0.0, now_s - since_s)), last)] for since_s in picture.wrapping])
        return rules.ring_min_s if 1.0 - about_free > CANCEL_MARGIN * accepted else None

    # Tables

    def _make_tables(self, grace_s: float) -> None:
        learned = self.learned
        self._grace_s = grace_s
        self._rows.clear()
        self._soon.clear()
        self._expected.clear()
        self._horizon = _horizon(learned)
        soon_s = self._horizon + grace_s
        self._talk_row = tables.talk_row(learned.talk_hazard, learned.wrap_hazard, TALK_BIN_S, soon_s)
        self._wrap_row = tables.wrap_row(learned.wrap_hazard, soon_s)
        self._wrap_soon_row = tables.wrap_row(learned.wrap_hazard, CANCEL_LOOK_S)

    def _answer_row(self, factor: float) -> tables.AnswerRow:
        level = max(-LEVEL_MOST, min(LEVEL_MOST, self._level + round(log(factor) / LEVEL_STEP)))
        row = self._rows.get(level)
        if row is None:
            learned = self.learned
            scale = exp(level * LEVEL_STEP)
            row = tables.answer_row(learned.live_hazard, learned.dead_hazard, scale, self._horizon)
            self._rows[level] = row
        return row

    def _expected_row(self, factor: float) -> list[float]:
        hazard = self.learned.ripe_hazard
        return [factor * each for each in hazard] + [0.0] * (tables.ROW_S - len(hazard))


def _why_careful(picture: Picture) -> str:
    if picture.careful:
        return picture.careful
    if not picture.windows:
        return "it is not known how many calls were abandoned"
    full = [window.name for window in picture.windows if window.is_full]
    return f"the limit on abandoned calls is used up ({', '.join(full)})" if full else ""


def _decided(picture: Picture, mode: Mode, start: int, reason: str) -> Decision:
    why = Why(
        mode=mode,
        free=picture.free,
        waiting=picture.waiting,
        ringing=len(picture.ringing),
        talking=len(picture.talking),
        wrapping=len(picture.wrapping),
        reason=reason,
    )
    return Decision(start=start, why=why)


def _never(_mean: float, _squares: float) -> float:
    return 0.0


def _risk(spare: int, frees: list[float]) -> Callable[[float, float], float]:
    """P(no agent for one more answer), as a function of the other answers' mean and sum of squares."""
    if len(frees) <= odds.EXACT_AGENTS_MAX:
        free = odds.free_exactly(frees)
        return lambda mean, squares: odds.short_exactly(spare, free, mean, squares)
    free_mean, free_squares = sum(frees), sum([chance * chance for chance in frees])
    return lambda mean, squares: odds.short_nearly(spare, free_mean, free_squares, mean, squares)


def _look_up(rows: _ByFactor, at_s: float, ringing: Iterable[tuple[float, float]]) -> list[float]:
    try:
        return [rows[factor][int(at_s - since_s)] for since_s, factor in ringing]
    except IndexError:  # a call that rings longer than any should, or one from the future
        last = tables.ROW_S - 1
        return [rows[factor][min(int(max(0.0, at_s - since_s)), last)] for since_s, factor in ringing]


def _sound(factor: float) -> float:
    return min(max(factor, FACTOR_MIN), FACTOR_MAX) if not isnan(factor) else FACTOR_MAX


def _horizon(learned: Learned) -> int:
    """When a call placed now is answered, if it is, on the average."""
    rising, falling, before = 0.0, 1.0, 0.0
    for second, (live, dead) in enumerate(zip(learned.live_hazard, learned.dead_hazard, strict=True)):
        ends = falling * (1.0 - exp(-live - dead))
        rising += ends * live / (live + dead)
        before += (second + 0.5) * ends * live / (live + dead)
        falling -= ends
    mean_s = before / rising if rising > 0.0 else 0.0
    return max(HORIZON_MIN, min(HORIZON_MAX, round(mean_s)))
