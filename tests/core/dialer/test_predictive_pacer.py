"""The pacer's decisions: what it never does, what slows it down, what it says, and that a restart changes nothing."""

from math import nan
from random import Random
from statistics import median
from time import process_time

import msgspec
import pytest

from busyhour.core.dialer.predictive.learned import Learned
from busyhour.core.dialer.predictive.pacer import Pacer
from busyhour.core.dialer.predictive.picture import Mode, Picture, Rules, Window

WINDOW = Window(name="30 days", aim=0.029, limit=0.03, answered=1_000, abandoned=25)
EMPTY = Picture(free=0, waiting=0, talking=(), wrapping=(), ringing=(), windows=(WINDOW,))


def picture(**changes: object) -> Picture:
    return msgspec.structs.replace(EMPTY, **changes)


def taught(seed: int = 1, calls: int = 4_000, p: float = 0.2) -> Pacer:
    """One that has seen some thousand calls: a fifth answered after about 11 s, the others not within 25."""
    pacer, dice = Pacer(), Random(seed)
    for _ in range(calls):
        live = dice.random() < p
        pacer.ring_ended(0.0, dice.gauss(11, 2) if live else 25.0, live=live)
        if live:
            pacer.talk_ended(dice.expovariate(1 / 120))
            pacer.wrap_ended(dice.expovariate(1 / 20))
    return pacer


def busy(pacer: Pacer, agents: int = 10, now_s: float = 1_000.0) -> Picture:
    dice = Random(2)
    return picture(
        free=1,
        talking=[now_s - dice.uniform(0, 200) for _ in range(agents - 3)],
        wrapping=[now_s - 5.0, now_s - 12.0],
        ringing=[(now_s - age, 1.0) for age in (1.0, 4.0, 9.0)],
    )


@pytest.mark.covers("I12")
def test_no_agents_no_calls() -> None:
    assert Pacer().decide(0.0, EMPTY).start == 0
    assert taught().decide(0.0, EMPTY).start == 0


@pytest.mark.parametrize("pacer", [Pacer(), taught()], ids=["fresh", "taught"])
def test_free_agents_have_at_least_a_call_each(pacer: Pacer) -> None:
    assert pacer.decide(0.0, picture(free=4)).start >= 4


def test_more_calls_than_agents_where_few_answer() -> None:
    start = taught(p=0.2).decide(1.0, picture(free=4)).start
    assert 6 <= start <= 20  # 20 calls have 4 answers on the average


def test_the_likelier_the_answer_the_fewer_the_calls() -> None:
    pacer = taught()
    unlikely, usual, likely = (
        pacer.decide(1.0, picture(free=4, next_chances=[factor] * 100)).start for factor in (0.3, 1.0, 3.0)
    )
    assert unlikely > usual > likely >= 4


def test_calls_on_their_way_count_by_their_own_chance() -> None:
    pacer = taught()

    def start(factor: float) -> int:
        return pacer.decide(1.0, picture(free=5, ringing=[(-3.0, factor)] * 5)).start

    assert start(0.2) > start(1.0) > start(4.0)
    assert start(nan) <= start(4.0)  # what is not known is taken as the likeliest


def test_callers_who_wait_come_first() -> None:
    pacer = taught()
    assert pacer.decide(1.0, picture(free=4, waiting=4)).start == 0


def test_room_is_kept() -> None:
    assert taught().decide(1.0, picture(free=4, room=3)).start == 3
    assert taught().decide(1.0, picture(free=4, room=-1)).start == 0


def test_where_talks_are_short_no_more_is_placed_than_agents_could_take() -> None:
    pacer, dice = Pacer(), Random(3)
    for n in range(4_000):
        pacer.ring_ended(0.0, dice.uniform(1.0, 3.0), live=n % 4 == 0)
        pacer.talk_ended(dice.uniform(3.0, 6.0))
        pacer.wrap_ended(1.0)
    for agents in range(5, 40, 5):
        start = pacer.decide(1.0, picture(talking=[1.0 - dice.uniform(2, 5) for _ in range(agents)], room=10_000)).start
        assert 0 < start < 4 * agents, "a fourth of the calls is answered"


def test_agents_about_to_be_free_are_dialed_for() -> None:
    pacer = taught()
    now_s = 1_000.0
    few = pacer.decide(now_s, picture(talking=[now_s - 60.0] * 9)).start
    many = pacer.decide(now_s, picture(wrapping=[now_s - 20.0] * 9)).start
    assert many > few


@pytest.mark.covers("I9")
def test_blind_it_dials_nothing_and_says_so() -> None:
    decision = taught().decide(1.0, picture(free=9, blind=True))
    assert (decision.start, decision.cancel_from_s, decision.why.mode) == (0, None, Mode.BLIND)
    assert "nothing is dialed" in decision.why.words()


def test_without_counts_of_abandoned_calls_it_is_progressive() -> None:
    decision = taught().decide(1.0, picture(free=9, windows=()))
    assert (decision.start, decision.why.mode) == (9, Mode.PROGRESSIVE)


def test_at_the_limit_it_falls_back_to_progressive_and_says_which() -> None:
    full = Window(name="24 hours", aim=0.025, limit=0.03, answered=1_000, abandoned=51)
    decision = taught().decide(1.0, picture(free=9, windows=(WINDOW, full), ringing=[(0.0, 1.0)]))
    assert (decision.start, decision.why.mode) == (8, Mode.PROGRESSIVE)
    assert "24 hours" in decision.why.words()


def test_the_tightest_window_steers() -> None:
    pacer = taught()
    tight = Window(name="own", aim=0.01, limit=0.012, answered=1_000, abandoned=10)
    assert pacer.decide(1.0, picture(free=2, windows=(WINDOW, tight))).why.window == "own"
    for _ in range(300):
        pacer.served()
    slow = pacer.learned.price.value
    pacer = taught()
    pacer.decide(1.0, picture(free=2))
    for _ in range(300):
        pacer.served()
    assert pacer.learned.price.value > slow


def test_each_abandoned_call_makes_it_more_careful() -> None:
    pacer = taught()
    before = pacer.decide(1.0, picture(free=10)).start
    for _ in range(20):
        pacer.abandoned()
    after = pacer.decide(2.0, picture(free=10))
    assert after.start < before
    assert after.why.price < 0.02


def test_what_a_window_has_overdrawn_or_saved_counts_at_once() -> None:
    pacer = taught()
    pacer.decide(0.0, EMPTY)

    def price(abandoned: int) -> float:
        window = Window(name="day", aim=0.03, limit=0.05, answered=1_000, abandoned=abandoned)
        return pacer.decide(1.0, picture(free=4, windows=(window,))).why.price

    assert price(20) > 2 * price(30)
    assert price(30) > 2 * price(40)
    assert price(40) > 0


def test_some_calls_are_kept_below_the_limit_and_more_of_them_with_more_agents() -> None:
    """Bad luck takes several at once: with few answers the aim is too near the limit, and that counts."""

    def price(agents: int, answered: int) -> float:
        pacer = taught()
        pacer.decide(0.0, EMPTY)
        window = Window(name="30 days", aim=0.029, limit=0.03, answered=answered, abandoned=round(0.029 * answered))
        return pacer.decide(1.0, picture(free=2, talking=[-30.0] * agents, windows=(window,))).why.price

    assert price(10, 100_000) == pytest.approx(price(100, 100_000))
    assert price(10, 2_000) < 0.8 * price(10, 100_000)
    assert price(100, 2_000) < 0.8 * price(10, 2_000)


def test_calls_are_hung_up_late_and_only_then() -> None:
    pacer = taught()
    now_s = 1_000.0

    def cancel(rang_s: float, **changes: object) -> float | None:
        shown = picture(talking=[now_s - 30.0] * 5, ringing=[(now_s - rang_s, 1.0)] * 4, **changes)
        return pacer.decide(now_s, shown).cancel_from_s

    assert cancel(14.9) is None
    assert cancel(15.0) == 15.0
    assert cancel(15.0, rules=Rules(late_cancel=False)) is None
    assert cancel(19.9, rules=Rules(ring_min_s=20.0)) is None
    assert cancel(20.0, rules=Rules(ring_min_s=20.0)) == 20.0
    assert cancel(16.0, free=1) is None
    assert cancel(16.0, wrapping=[now_s - 30.0] * 30) is None  # somebody will be free in time


def test_the_reasons_are_told() -> None:
    pacer = taught()
    now_s = 1_000.0
    why = pacer.decide(now_s, busy(pacer)).why
    assert (why.mode, why.free, why.ringing, why.window) == (Mode.PREDICTIVE, 1, 3, "30 days")
    assert 0.15 < why.answer_chance < 0.3
    assert 8 <= why.horizon_s <= 13
    assert 0.5 < why.free_expected < 4
    assert why.risk > why.price > 0
    assert "1 free, 0 waiting, 3 ringing" in why.words()


def test_a_restart_changes_no_decision() -> None:
    first = taught()
    first.decide(999.0, busy(first))
    second = Pacer(msgspec.json.decode(msgspec.json.encode(first.learned), type=Learned))
    dice = Random(3)
    now_s = 999.0
    for _ in range(200):
        assert first.decide(now_s, busy(first, now_s=now_s)) == second.decide(now_s, busy(second, now_s=now_s))
        live, rang_s = dice.random() < 0.3, dice.uniform(1.0, 25.0)
        for pacer in (first, second):
            pacer.ring_ended(now_s, rang_s, live=live)
            pacer.served() if live else pacer.talk_ended(rang_s)
        now_s += 1.0


def test_what_is_learned_and_what_is_made_of_it_stays_small() -> None:
    pacer = taught(calls=50_000)
    for n in range(5_000):
        pacer.decide(1.0 + n, picture(free=2, ringing=[(float(n), 1.0 + n / 1_000)]))
    assert len(msgspec.json.encode(pacer.learned)) < 60_000
    assert len(pacer._levels) <= 1_000
    known = pacer._lookup._tables
    assert known is not None
    assert len(known.answers) <= 401


def test_a_decision_for_300_agents_costs_less_than_a_millisecond() -> None:
    pacer, dice, now_s = taught(), Random(4), 10_000.0
    pacer.decide(now_s - 1.0, EMPTY)
    shown = picture(
        free=2,
        talking=[now_s - dice.uniform(0, 300) for _ in range(250)],
        wrapping=[now_s - dice.uniform(0, 40) for _ in range(48)],
        ringing=[(now_s - dice.uniform(0, 25), dice.choice((0.5, 1.0, 1.5))) for _ in range(400)],
    )
    costs = []
    for n in range(200):
        began_s = process_time()
        pacer.decide(now_s + n * 0.001, shown)
        costs.append(process_time() - began_s)
    assert median(costs) < 0.001


def test_the_tables_are_made_in_parts_beside_decisions() -> None:
    """The old hazards are in use until all parts are done; then the new ones are, at once."""
    pacer, now_s = taught(), 1_000.0
    pacer.decide(now_s, busy(pacer))
    before = pacer.learned.hazards
    for _ in range(2_000):
        pacer.ring_ended(now_s, 25.0, live=False)
    pacer.learned.refresh_in_s = -1.0
    decisions = 0
    while pacer.learned.hazards is before:
        now_s += 1.0
        pacer.decide(now_s, busy(pacer, now_s=now_s))
        decisions += 1
    assert 5 <= decisions <= 12
    assert pacer.learned.hazards.dead[25] > before.dead[25]
    assert pacer.learned.refresh_in_s > 0.0


def test_the_last_answers_before_no_answer_are_no_drift() -> None:
    """Who rings longer than 25 s is about to be answered: that bin's hazard is several a second, for a moment."""
    pacer, dice = Pacer(), Random(3)
    ends: list[tuple[float, float, bool]] = []  # when, since when, live
    for second in range(900):
        for end_s, since_s, live in [each for each in ends if each[0] <= second]:
            pacer.ring_ended(end_s, end_s - since_s, live=live)
        ends = [each for each in ends if each[0] > second]
        pacer.decide(float(second), picture(talking=(0.0,), ringing=[(since_s, 1.0) for _, since_s, _ in ends]))
        live = [dice.random() < 0.3 for _ in range(2)]
        ends += [(second + (dice.uniform(20.0, 25.4) if each else 25.0), float(second), each) for each in live]
    assert pacer.learned.drift.multiplier() == pytest.approx(1.0, abs=0.1)


def test_a_burst_is_held_to_its_last_answers() -> None:
    """A hundred free agents, every fifth call answered: five hundred calls, and not as many as would be answered by a
    hundred until the mean time of an answer."""
    pacer = taught(p=0.2)
    start = pacer.decide(1.0, picture(free=100)).start
    assert 350 <= start <= 500
    ringing = [(1.0, 1.0)] * start
    assert pacer.decide(2.0, picture(free=100, ringing=ringing)).start <= 25
