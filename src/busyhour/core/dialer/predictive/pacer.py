"""Decides how many calls to place now: one more, as long as the chance that it would find no agent is worth its price.

Facts come in as they happen (`ring_ended`, `talk_ended`, `wrap_ended`, `served`, `abandoned`), a picture comes with
each question. `decide` may be asked at any time: once a second is enough where agents are many; up to
`ASK_AT_EVENTS_MAX` agents it should be asked also when an agent gets free and when a call ends, where a second is seen.
"""

from collections.abc import Callable, Collection, Sequence

from busyhour.core.dialer.predictive import burst, odds, tables
from busyhour.core.dialer.predictive.learned import (
    RING_BINS,
    TALK_BIN_S,
    TALK_BINS,
    WRAP_BINS,
    Learned,
    Moment,
    sound,
)
from busyhour.core.dialer.predictive.lookup import SCALES, Levels, Lookup, Tables, level_of
from busyhour.core.dialer.predictive.picture import Decision, Mode, Picture, Why

ASK_AT_EVENTS_MAX = 25
GAP_MAX_S = 5.0  # after a longer silence it is not known what rang meanwhile
BREACH_MAX = 0.002  # accepted chance that calls on their way break a limit that nothing is left of
CANCEL_MARGIN = 2.5  # how many times the price the risk must be to hang up


_Risk = Callable[[float, float], float]


class Pacer:
    def __init__(self, learned: Learned | None = None) -> None:
        self.learned = learned or Learned()  # to be stored with the campaign; a pacer made of it decides the same
        self._last_s: float | None = None
        self._drift = 0  # as a level
        self._levels = Levels()
        self._lookup = Lookup(self.learned)

    # Facts

    def ring_ended(self, now_s: float, rang_s: float, *, live: bool | None, chance: float = 1.0) -> None:
        """`live`: answered by a person; None: hung up by us before anything was known."""
        learned, chance = self.learned, sound(chance)
        learned.live.add(rang_s, live is True, chance)
        learned.dead.add(rang_s, live is False)
        if self._last_s is not None:
            since_look_s = min(rang_s, now_s - self._last_s)
            if 0.0 < since_look_s <= GAP_MAX_S:
                due = _due(learned.hazards.ripe, rang_s - since_look_s, rang_s)
                learned.drift.expect(due * SCALES[self._levels[chance]])
        if live and learned.hazards.ripe[min(int(max(0.0, rang_s)), RING_BINS - 1)]:
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
        known = self._look(now_s, picture)
        on_the_way = len(picture.ringing) + len(picture.others)
        least = max(0, picture.free - picture.waiting - on_the_way)  # as many are never abandoned
        if reason := _why_careful(picture):
            return _decided(picture, Mode.PROGRESSIVE, min(least, max(0, picture.room)), reason)
        return self._weigh(now_s, picture, known, least)

    def _look(self, now_s: float, picture: Picture) -> Tables:
        """Count what has gone on since the last look, and learn anew when that is much."""
        learned = self.learned
        gap_s = now_s - self._last_s if self._last_s is not None else 0.0
        self._last_s = now_s
        if 0.0 < gap_s <= GAP_MAX_S:
            active = len(picture.talking) + len(picture.wrapping) + len(picture.ringing)
            learned.refresh_in_s -= gap_s * active
            learned.drift.expect(gap_s * self._answers_due(now_s - gap_s / 2, picture))
        learned.drift.look()
        known = self._lookup.latest(Moment(now_s, picture), self._levels, self._drift)
        self._drift = level_of(learned.drift.multiplier())
        return known

    def _answers_due(self, at_s: float, picture: Picture) -> float:
        """Per second, by what was learned."""
        ripe, level, scales = self.learned.hazards.ripe, self._levels.__getitem__, SCALES
        return sum([
            ripe[int(at_s - since_s)] * scales[level(factor)]
            for since_s, factor in picture.ringing
            if 0.0 <= at_s - since_s < RING_BINS
        ])  # fmt: skip

    def _weigh(self, now_s: float, picture: Picture, known: Tables, least: int) -> Decision:
        """The marginal test: one more, until its risk is above the price."""
        price = self.learned.price
        price.look(picture.windows, agents=picture.free + len(picture.talking) + len(picture.wrapping))
        accepted = price.value
        levels, drift, rows = self._levels, self._drift, known.answers
        calls = [*picture.ringing, *picture.others]
        soon = _answers(known, levels, drift, now_s + 0.5, calls)
        answers, squares = sum(soon), sum([chance * chance for chance in soon])
        frees = _frees(known, now_s, picture)
        spare = picture.free - picture.waiting
        ahead = picture.next_chances
        short_of = _short(frees)
        risk_of = short_of(spare)
        breach_of = short_of(spare + picture.left + 1) if picture.left is not None else _never
        answers_before = answers
        start, room, held_back = 0, max(0, picture.room), ""
        risk = risk_of(answers, squares)
        while start < room and (start < least or risk <= accepted):
            each = rows[levels[ahead[start] if start < len(ahead) else 1.0] + drift][0]
            if start >= least and breach_of(answers + each, squares + each * each) > BREACH_MAX:
                held_back = "the limit on abandoned calls is near"
                break
            start += 1
            answers += each
            squares += each * each
            risk = risk_of(answers, squares)
        if start > least and burst.is_burst(start, len(calls)):
            late = _short(burst.late_frees(known, frees))(spare)
            start = max(least, burst.most_of(known, levels, drift, now_s + 0.5, calls, ahead, start, late, accepted))
        cancel_from_s = _cancel(known, now_s, picture, accepted) if start == 0 and spare <= 0 else None
        why = Why(
            mode=Mode.PREDICTIVE,
            free=picture.free,
            waiting=picture.waiting,
            ringing=len(picture.ringing),
            talking=len(picture.talking),
            wrapping=len(picture.wrapping),
            horizon_s=float(known.horizon),
            free_expected=sum(frees),
            answers_expected=answers_before,
            answer_chance=rows.ever_of(levels[ahead[0] if ahead else 1.0] + drift)[0],
            answer_drift=SCALES[drift],
            risk=risk,
            price=accepted,
            aim=price.aim,
            window=price.window,
            reason=held_back or ("no room for more" if start == room and risk <= accepted else ""),
        )
        return Decision(start=start, why=why, cancel_from_s=cancel_from_s)


def _due(ripe: Sequence[float], from_s: float, until_s: float) -> float:
    """Answers expected of a call that rang from one age to the other. Each bin by the time spent in it: where all that
    still rings is about to be answered, the last bin's hazard is several a second, and holds for a moment only."""
    due, at_s = 0.0, from_s
    while at_s < until_s and (second := int(at_s)) < RING_BINS:
        next_s = min(second + 1.0, until_s)
        due += ripe[second] * (next_s - at_s)
        at_s = next_s
    return due


def _answers(
    known: Tables, levels: Levels, drift: int, at_s: float, calls: Collection[tuple[float, float]]
) -> list[float]:
    """The chance of each ringing call to be answered before one placed now would be."""
    row, level = known.answers.__getitem__, levels.__getitem__  # a class of dicts gets to its own by a detour
    try:
        return [row(level(factor) + drift)[int(at_s - since_s)] for since_s, factor in calls]
    except IndexError:  # a call that rings longer than any should, or one from the future
        last = tables.ROW_S - 1
        return [row(level(factor) + drift)[min(int(max(0.0, at_s - since_s)), last)] for since_s, factor in calls]


def _frees(known: Tables, now_s: float, picture: Picture) -> list[float]:
    """The chance of each busy agent to get free before a call placed now, if it is answered, is given up."""
    talk, wrap = known.talk, known.wrap
    per_s, talk_last, wrap_last = 1.0 / TALK_BIN_S, TALK_BINS - 1, WRAP_BINS - 1
    chances = [talk[min(int(max(0.0, now_s - since_s) * per_s), talk_last)] for since_s in picture.talking]
    chances += [wrap[min(int(max(0.0, now_s - since_s)), wrap_last)] for since_s in picture.wrapping]
    return chances


def _cancel(known: Tables, now_s: float, picture: Picture, accepted: float) -> float | None:
    """Nobody is free or about to be, and calls have rung as long as the law asks: their answer would be lost."""
    rules = picture.rules
    if not rules.late_cancel or not picture.ringing:
        return None
    oldest_s = now_s - min([since_s for since_s, _ in picture.ringing])
    if oldest_s < rules.ring_min_s:
        return None
    row, last = known.wrap_at_once, WRAP_BINS - 1
    about_free = sum([row[min(int(max(0.0, now_s - since_s)), last)] for since_s in picture.wrapping])
    return rules.ring_min_s if 1.0 - about_free > CANCEL_MARGIN * accepted else None


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


def _short(frees: list[float]) -> Callable[[int], _Risk]:
    """P(no agent for one more answer): with so many to spare, a function of the other answers' mean and sum of
    squares."""
    if len(frees) <= odds.EXACT_AGENTS_MAX:
        free = odds.free_exactly(frees)
        return lambda spare: lambda mean, squares: odds.short_exactly(spare, free, mean, squares)
    free_mean, free_squares = sum(frees), sum([chance * chance for chance in frees])
    return lambda spare: lambda mean, squares: odds.short_nearly(spare, free_mean, free_squares, mean, squares)
