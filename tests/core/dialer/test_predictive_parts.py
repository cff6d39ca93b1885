"""What the pacer is made of: hazards, drift, odds, and the chance of each number."""

from itertools import product
from math import comb, prod
from random import Random

import pytest

from busyhour.core.dialer.predictive import odds, tables
from busyhour.core.dialer.predictive.chance import TRAITS_MAX, Chances, Traits
from busyhour.core.dialer.predictive.drift import Drift
from busyhour.core.dialer.predictive.hazards import EVENTS_MAX, Ends, chained_hazards, hazards

# Hazards


def test_what_is_still_going_on_counts_as_exposure() -> None:
    """300 conversations of 120 s on the average, ten seconds old: the few that ended were short, the others are not."""
    dice, ends, active = Random(1), Ends.fresh(100, 3.0), []
    for _ in range(300):
        lasts_s = dice.expovariate(1 / 120)
        if lasts_s < 10.0:
            ends.add(lasts_s, True)
        else:
            active.append((10.0, 1.0))
    learned = chained_hazards(ends.events, ends.exposures(active), [1 / 180] * 100)
    assert all(1 / 300 < hazard < 1 / 70 for hazard in learned)


def test_silence_at_first_says_nothing_of_later() -> None:
    """A burst of 600 calls, three seconds old: nobody has answered, for nobody answers so soon."""
    ends, prior = Ends.fresh(30, 1.0), [0.07] * 30
    learned = hazards(ends.events, ends.exposures([(3.0, 1.0)] * 600), prior)
    assert learned[3:] == prior[3:]
    assert max(learned[:3]) < 0.002


def test_answers_first_and_the_rest_later_is_no_high_chance() -> None:
    """The same burst, 12 seconds old: 60 have answered, 540 ring on. A share of what has ended would say 100 %."""
    ends = Ends.fresh(30, 1.0)
    for n in range(60):
        ends.add(6.0 + n / 10, True)
    learned = hazards(ends.events, ends.exposures([(12.0, 1.0)] * 540), [0.07] * 30)
    row = tables.answer_row(learned[:12] + [0.0001] * 18, [0.001] * 30, 1.0, 11)
    assert 0.08 < row.ever[0] < 0.13


def test_exposure_is_exact() -> None:
    ends = Ends.fresh(4, 2.0)
    ends.add(3.0, True)
    ends.add(5.0, False, weight=2.0)
    assert ends.exposures([(1.0, 1.0), (100.0, 1.0)]) == [2 + 4 + 1 + 2, 1 + 4 + 2, 2 + 2, 2]
    assert ends.events == [0, 1, 0, 0]


def test_old_events_fade() -> None:
    ends = Ends.fresh(4, 1.0)
    for _ in range(3 * int(EVENTS_MAX)):
        ends.add(1.5, True)
    assert EVENTS_MAX / 2 < ends.total <= EVENTS_MAX
    assert hazards(ends.events, ends.exposures([]), [0.1] * 4)[1] == pytest.approx(2.0, rel=0.01)


def test_talk_and_wrap_follow_each_other() -> None:
    """Both certain within a second: free within the horizon; wrap-up endless: never."""
    quick, never = [9.0] * 500, [1e-9] * 180
    assert tables.talk_row(quick, [9.0] * 180, 3.0, 13.0)[0] > 0.99
    assert tables.talk_row(quick, never, 3.0, 13.0)[0] < 0.001
    assert len(tables.talk_row(quick, never, 3.0, 13.0)) == 500


# Drift


def drifted(answers_per_expected: float, seconds: int, seed: int = 1) -> Drift:
    dice, drift = Random(seed), Drift()
    for second in range(4_000 + seconds):
        drift.expect(0.2)
        if dice.random() < 0.2 * (answers_per_expected if second >= 4_000 else 1.0):
            drift.answered()
        drift.look()
    return drift


def test_without_drift_nothing_is_said() -> None:
    calm = [0.8 < drifted(1.0, seconds).multiplier() < 1.25 for seconds in range(0, 400, 10)]
    assert sum(calm) >= 36


def test_twice_the_answers_are_noticed_within_some_twenty() -> None:
    noticed = [drifted(2.0, 60, seed).multiplier() > 1.3 for seed in range(20)]  # 12 expected, 24 came
    assert sum(noticed) >= 14


def test_half_the_answers_are_believed_slowly() -> None:
    assert drifted(0.5, 60).multiplier() > 0.7
    assert drifted(0.5, 1_500).multiplier() < 0.75


def test_a_start_in_silence_is_not_believed() -> None:
    drift = Drift()
    drift.expect(50.0)
    drift.look()
    assert drift.multiplier() == 1.0


def test_a_second_with_more_answers_than_the_fast_count_keeps_is_no_drift() -> None:
    drift = Drift()
    for _ in range(60):
        drift.expect(30.0)
        for _ in range(30):
            drift.answered()
        drift.look()
    assert drift.multiplier() == pytest.approx(1.0, abs=0.05)


# Odds


def by_hand(spare: int, frees: list[float], answers: list[float]) -> float:
    """P(spare + freed - answered <= 0), over every way the coins can fall."""
    total = 0.0
    for freed in product((0, 1), repeat=len(frees)):
        for answered in product((0, 1), repeat=len(answers)):
            if spare + sum(freed) - sum(answered) <= 0:
                coins = [*zip(frees, freed, strict=True), *zip(answers, answered, strict=True)]
                total += prod(chance if up else 1 - chance for chance, up in coins)
    return total


@pytest.mark.parametrize("spare", [-1, 0, 1, 2, 5])
def test_exact_odds_are_those_of_all_cases(spare: int) -> None:
    frees, answers = [0.1, 0.5, 0.3], [0.2] * 6
    found = odds.short_exactly(spare, odds.free_exactly(frees), sum(answers), sum(a * a for a in answers))
    assert found == pytest.approx(by_hand(spare, frees, answers), abs=1e-9)


def test_nothing_is_lost_where_most_agents_are_about_to_get_free() -> None:
    """Where conversations are short. What was lost of the risk once let the dialer place calls without end."""
    free = odds.free_exactly([0.8] * 30)
    assert sum(free) == pytest.approx(1.0, abs=1e-9)
    assert free[24] == pytest.approx(comb(30, 24) * 0.8**24 * 0.2**6)
    assert odds.short_exactly(0, free, 60.0, 30.0) == pytest.approx(1.0, abs=1e-6)


def test_unequal_answers_are_near() -> None:
    frees, answers = [0.1, 0.5], [0.05, 0.1, 0.3, 0.2, 0.15]
    found = odds.short_exactly(1, odds.free_exactly(frees), sum(answers), sum(a * a for a in answers))
    assert found == pytest.approx(by_hand(1, frees, answers), abs=0.01)


def test_no_calls_no_risk_beyond_the_agents() -> None:
    assert odds.short_exactly(1, [0.5, 0.5], 0.0, 0.0) == 0.0
    assert odds.short_exactly(0, [0.5, 0.5], 0.0, 0.0) == 0.5
    assert odds.short_nearly(1, 0.0, 0.0, 0.0, 0.0) == 0.0


def test_the_normal_law_meets_the_exact_one() -> None:
    frees, answers = [0.1] * 30, [0.2] * 40
    mean, squares = sum(answers), sum(a * a for a in answers)
    for spare in (0, 4, 8):
        exact = odds.short_exactly(spare, odds.free_exactly(frees), mean, squares)
        near = odds.short_nearly(spare, sum(frees), sum(f * f for f in frees), mean, squares)
        assert near == pytest.approx(exact, abs=0.02)


# The chance of each number

LINES = {"mobile": 0.3, "fixed": 0.08}
HOURS = {10: 0.7, 18: 1.5}


def learned(attempts: int = 6_000) -> Chances:
    dice, chances = Random(7), Chances()
    for _ in range(attempts):
        line, hour = dice.choice(list(LINES)), dice.choice(list(HOURS))
        chances.learn(Traits(line=line, hour=hour), dice.random() < LINES[line] * HOURS[hour])
    return chances


def test_what_it_says_is_what_comes() -> None:
    chances = learned()
    for (line, p), (hour, part) in product(LINES.items(), HOURS.items()):
        assert chances.chance(Traits(line=line, hour=hour)) == pytest.approx(p * part, rel=0.2, abs=0.01)


def test_the_factor_is_beside_the_usual_number() -> None:
    chances = learned()
    likely, unlikely = (chances.factor(Traits(line=line)) for line in LINES)
    assert likely > 1.5
    assert unlikely < 0.7
    assert Chances().factor(Traits(line="mobile", hour=3, attempts=2, last="busy")) == 1.0


def test_a_trait_seen_once_is_not_believed() -> None:
    chances = learned()
    before = chances.factor(Traits(line="mobile"))
    chances.learn(Traits(line="mobile", last="rare"), True)
    assert chances.factor(Traits(line="mobile", last="rare")) < 1.35 * before


def test_traits_are_bounded() -> None:
    chances = Chances()
    for n in range(2 * TRAITS_MAX):
        chances.learn(Traits(line=f"kind {n}"), False)
    assert len(chances.weights) == TRAITS_MAX
