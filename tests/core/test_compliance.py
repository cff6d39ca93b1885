"""The law's windows against a slow oracle that keeps every call and counts anew each time it is asked."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busyhour.core.dialer.compliance.budget import Rules, alpha_of, as_law_counts, budget_of, left_of
from busyhour.core.dialer.compliance.counts import count_of
from busyhour.core.dialer.compliance.ledger import BUCKETS_MAX, Ledger, start_of
from busyhour.core.dialer.compliance.presets import (
    CANADA,
    DAY_S,
    PRESETS,
    STRICT,
    UK,
    US,
    Preset,
    Span,
    Window,
    preset_of,
)
from busyhour.core.model.counts import BUCKET_S, KEPT_S, NOTHING, Count, Reckoning, ReckoningAsk, bucket_of
from busyhour.core.model.values import Outcome

NOON_UTC_S = 1_800_014_400.0  # Friday 2027-01-15, 12:00 UTC
DAY = Window(span=Span.ROLLING, limit=0.03)

Call = tuple[float, Count]


def loaded(calls: list[Call], now_utc_s: float, *, first_utc_s: float | None = None) -> Ledger:
    """A ledger that was reckoned before these calls ended, and saw each of them end."""
    ledger = Ledger()
    ask = ReckoningAsk(campaign_id=1, until_utc_s=now_utc_s, wait_max_s=2.0)
    ledger.ask(ask, 0.0)
    ledger.load(answer(ask, [], first_utc_s))
    for at_utc_s, count in calls:
        ledger.add(at_utc_s, count)
    return ledger


def answer(ask: ReckoningAsk, calls: list[Call], first_utc_s: float | None = None) -> Reckoning:
    buckets: dict[int, Count] = {}
    for at_utc_s, count in calls:
        if at_utc_s >= ask.from_utc_s:
            bucket = bucket_of(at_utc_s)
            buckets[bucket] = buckets.get(bucket, NOTHING) + count
    return Reckoning(
        campaign_id=ask.campaign_id,
        from_utc_s=ask.from_utc_s,
        until_utc_s=ask.until_utc_s,
        buckets=buckets,
        first_utc_s=first_utc_s,
    )


def exactly(calls: list[Call], from_utc_s: float) -> Count:
    total = NOTHING
    for at_utc_s, count in calls:
        if at_utc_s >= from_utc_s:
            total += count
    return total


counts = st.builds(
    lambda people, machines, abandoned, detected: Count(people + machines, abandoned, machines, detected),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(0, 2),
    st.integers(0, 3),
)
ages = st.one_of(st.integers(0, 40 * DAY_S), st.integers(0, 3 * DAY_S)).map(float)
windows = st.one_of(
    st.builds(
        Window,
        span=st.sampled_from((Span.ROLLING, Span.CAMPAIGN)),
        limit=st.sampled_from((0.01, 0.03, 0.05)),
        length_s=st.integers(1, 30 * 24).map(lambda hours: hours * 3600.0),
    ),
    st.just(Window(span=Span.MONTH, limit=0.05)),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.tuples(ages, counts), max_size=40), windows, st.integers(0, 31 * DAY_S), st.integers(0, 90 * DAY_S))
def test_a_window_is_never_better_than_the_exact_count_and_worse_by_one_bucket_at_most(
    aged: list[tuple[float, Count]], window: Window, later: int, begun: int
) -> None:
    begin_utc_s = NOON_UTC_S + later
    calls = [(begin_utc_s + KEPT_S + 10 * DAY_S - age, count) for age, count in aged]
    now_utc_s = begin_utc_s + KEPT_S + 10 * DAY_S
    first_utc_s = now_utc_s - begun
    ledger = loaded(calls, begin_utc_s + KEPT_S, first_utc_s=first_utc_s)
    start_utc_s = start_of(window, now_utc_s, first_utc_s)
    found = ledger.since(start_utc_s)
    assert found is not None
    assert ledger.size <= BUCKETS_MAX
    exact = exactly(calls, start_utc_s)
    worst, most = found.worst, exactly(calls, bucket_of(start_utc_s) * BUCKET_S)
    assert worst.abandoned == most.abandoned >= exact.abandoned
    assert worst.detected == most.detected >= exact.detected
    assert exactly(calls, (bucket_of(start_utc_s) + 1) * BUCKET_S).connected <= worst.connected <= exact.connected
    if start_utc_s % BUCKET_S == 0:
        assert worst == exact, "nothing is cut, so nothing is guessed"
    for preset in (UK, US):
        for detection in (False, True):
            rules = Rules(preset=preset, own=(window,), detection=detection, false_machines=0.5)
            live, abandoned = as_law_counts(rules, exact)
            rate = abandoned / live if live else 0.0
            ours = budget_of(rules, ledger, now_utc_s).standings[-1].rate
            assert ours is not None
            assert ours >= rate - 1e-12


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(
        st.one_of(st.tuples(st.integers(0, 4 * DAY_S), counts), st.sampled_from(("ask", "answer", "old"))), max_size=40
    )
)
def test_the_records_and_the_calls_counted_as_they_end_never_disagree(story: list[object]) -> None:
    """Asked at any time and answered at any later time, with calls ending between: no call lost, none twice."""
    ledger = Ledger()
    written: list[Call] = []
    asked: list[tuple[ReckoningAsk, Reckoning]] = []
    now_utc_s = NOON_UTC_S + 5 * DAY_S
    known = False
    for step, what in enumerate(story):
        if what == "ask":
            ask = ReckoningAsk(campaign_id=1, until_utc_s=now_utc_s + step, wait_max_s=2.0)
            ledger.ask(ask, 0.0)
            asked.append((ask, answer(ask, written)))  # the records as they were, however late the answer comes
        elif what == "answer" and asked:
            ledger.load(asked[-1][1])
            known = True
        elif what == "old" and len(asked) > 1:
            before = ledger.since(NOON_UTC_S)
            ledger.load(asked[-2][1])
            assert ledger.since(NOON_UTC_S) == before, "an answer to an older question is not taken"
        elif isinstance(what, tuple):
            at_utc_s, count = NOON_UTC_S + what[0], what[1]
            written.append((at_utc_s, count))
            ledger.add(at_utc_s, count)
        found = ledger.since(NOON_UTC_S)
        assert (found is not None) is known
        if found is not None:
            assert found.whole + found.cut == exactly(written, NOON_UTC_S)


def test_the_records_are_asked_anew_when_it_is_time() -> None:
    ledger = Ledger()
    often = {"every_s": 3600.0, "again_s": 60.0}
    assert ledger.is_due(0.0, 2.0, **often)
    ask = ReckoningAsk(campaign_id=1, until_utc_s=NOON_UTC_S, wait_max_s=2.0)
    ledger.ask(ask, 0.0)
    assert [ledger.is_due(s, 2.0, **often) for s in (0.0, 59.0, 60.0)] == [False, False, True], "no answer came"
    ledger.load(answer(ask, []))
    assert [ledger.is_due(s, 2.0, **often) for s in (60.0, 3599.0, 3600.0)] == [False, False, True]
    assert ledger.is_due(1.0, 3.0, **often), "another law counts other calls as too late"


def test_sums_that_are_remembered_follow_each_call() -> None:
    ledger = loaded([], NOON_UTC_S)
    starts = [NOON_UTC_S - days * DAY_S - 7 for days in range(1, 12)]  # more than are remembered
    calls: list[Call] = []
    for n in range(50):
        call = (NOON_UTC_S - n * 19_000.0, Count(1, n % 2))
        calls.append(call)
        ledger.add(*call)
        for start_utc_s in starts:
            found = ledger.since(start_utc_s)
            assert found is not None
            assert found.whole + found.cut == exactly(calls, bucket_of(start_utc_s) * BUCKET_S)


def test_memory_stays_bounded_in_two_months() -> None:
    ledger = loaded([], NOON_UTC_S)
    for hour in range(60 * 24):
        for quarter in range(4):
            ledger.add(NOON_UTC_S + hour * 3600 + quarter * BUCKET_S, Count(1))
    now_utc_s = NOON_UTC_S + 60 * DAY_S
    assert ledger.size <= BUCKETS_MAX
    found = ledger.since(now_utc_s - 30 * DAY_S)
    assert found is not None
    assert found.worst == Count(30 * 24 * 4)
    assert ledger.since(NOON_UTC_S) is None, "what is forgotten is not known"


# What counts


@pytest.mark.covers("U-40")
@pytest.mark.parametrize(
    ("outcome", "answered_s", "joined_s", "counts_as"),
    [
        (Outcome.HANDLED, 10.0, 11.9, Count(connected=1)),
        (Outcome.HANDLED, 10.0, 12.5, Count(abandoned=1)),  # an agent, but too late
        (Outcome.MAX_DURATION, 10.0, 11.0, Count(connected=1)),
        (Outcome.ABANDONED, 10.0, None, Count(abandoned=1)),
        (Outcome.IVR_COMPLETED, 10.0, None, Count(connected=1)),
        (Outcome.IVR_LEFT, 10.0, None, Count(connected=1)),
        (Outcome.NO_ANSWER, None, None, NOTHING),
        (Outcome.BUSY, None, None, NOTHING),
        (Outcome.LOST, None, None, NOTHING),
        (Outcome.DNC, None, None, NOTHING),
    ],
)
def test_an_answered_call_is_connected_or_abandoned(
    outcome: Outcome, answered_s: float | None, joined_s: float | None, counts_as: Count
) -> None:
    found = count_of(outcome=outcome, answered_utc_s=answered_s, joined_utc_s=joined_s, wait_max_s=2.0)
    assert found == counts_as


# The laws' formulas: connected abandoned machines detected -> people who answered, abandoned


@pytest.mark.parametrize(
    ("preset", "detection", "count", "live", "abandoned"),
    [
        (UK, False, Count(970, 30), 1000, 30),
        (UK, False, Count(600, 40, 300), 320, 20),  # half of the connected were machines: so were half of the abandoned
        (UK, True, Count(970, 10, 0, 200), 1000, 30),  # a tenth of 200 detected were people
        (US, False, Count(600, 40, 300), 340, 40),  # nothing is taken off the abandoned
        (US, True, Count(970, 10, 0, 200), 1000, 30),
        (STRICT, False, Count(0, 0, 5), 0, 0),  # more machines than connected calls: nobody
    ],
)
def test_each_law_counts_in_its_own_way(
    preset: Preset, detection: bool, count: Count, live: float, abandoned: float
) -> None:
    rules = Rules(preset=preset, detection=detection, false_machines=0.1)
    assert as_law_counts(rules, count) == pytest.approx((live, abandoned))


def test_a_detector_that_was_never_measured_is_taken_to_be_always_wrong() -> None:
    ledger = loaded([(NOON_UTC_S, Count(1000, 0, 0, 50))], NOON_UTC_S)
    budget = budget_of(Rules(preset=UK, detection=True), ledger, NOON_UTC_S)
    assert budget.abandoned == 50
    assert budget.progressive


@given(st.sampled_from((0.0025, 0.01, 0.03, 0.05)), st.integers(0, 100_000), st.integers(0, 4_000))
def test_what_is_left_is_the_most_that_stays_within_the_limit(limit: float, live: int, abandoned: int) -> None:
    abandoned = min(abandoned, live)
    left = left_of(limit, live, abandoned)
    if left:
        assert abandoned + left <= limit * (live + left) + 1e-6
    assert abandoned + left + 1 > limit * (live + left + 1) - 1e-6


def test_the_pacer_aims_below_the_limit_and_makes_room_for_the_detectors_mistakes() -> None:
    assert alpha_of(DAY, 0.0) == pytest.approx(0.025)
    assert alpha_of(Window(span=Span.ROLLING, limit=0.03, length_s=30 * DAY_S), 0.0) == pytest.approx(0.029)
    assert alpha_of(CANADA.windows[0], 0.0) == pytest.approx(0.05 * 29 / 30)
    assert alpha_of(DAY, 0.02) == pytest.approx(0.005 / 0.98), "2 % of mistakes leave 0.5 % of a 2.5 % aim"
    assert alpha_of(DAY, 0.03) == 0.0


# What the dialer is told


def test_without_counts_nothing_is_left() -> None:
    budget = budget_of(Rules(preset=US), Ledger(), NOON_UTC_S)
    assert (budget.progressive, budget.alpha, budget.left) == (True, 0.0, 0)
    assert budget.why == (
        "the calls of the campaign's current 30 days are not counted yet (limit 3 %): progressive until they are"
    )


def test_a_window_that_reaches_back_further_than_the_counts_is_not_known() -> None:
    long_ago = Window(span=Span.ROLLING, limit=0.03, length_s=40 * DAY_S)
    budget = budget_of(Rules(preset=UK, own=(long_ago,)), loaded([(NOON_UTC_S, Count(1000))], NOON_UTC_S), NOON_UTC_S)
    assert budget.progressive
    assert budget.limit == 0.03
    assert "last 40 days are not counted" in budget.why


def test_nobody_may_be_abandoned_before_enough_were_connected() -> None:
    """A first abandoned call among ten would be 10 %, whatever comes after."""
    ledger = loaded([], NOON_UTC_S)
    progressive = []
    for n in range(120):
        progressive.append(budget_of(Rules(preset=UK), ledger, NOON_UTC_S).progressive)
        ledger.add(NOON_UTC_S - n, Count(1))
    assert progressive.index(False) == 33, "one of 34 is less than 3 %"
    assert not any(progressive[33:])


def test_at_the_limit_it_falls_back_and_says_so_and_comes_back() -> None:
    ledger = loaded([(NOON_UTC_S - 60, Count(970, 30))], NOON_UTC_S)
    budget = budget_of(Rules(preset=UK), ledger, NOON_UTC_S)
    assert budget.progressive
    assert budget.used == pytest.approx(1.0)
    assert budget.why == (
        "3 % of 3 % abandoned in the last 24 hours (30 of 1000 answered), 0 left: "
        "progressive until more people have answered, or older calls no longer count"
    )
    ledger.add(NOON_UTC_S, Count(33))
    assert not budget_of(Rules(preset=UK), ledger, NOON_UTC_S).progressive
    a_day_later = budget_of(Rules(preset=UK), ledger, NOON_UTC_S + DAY_S + BUCKET_S)
    assert a_day_later.live == 0


def test_the_tightest_window_decides() -> None:
    """30 of 1,000 are too many for a day, however good the month was; the strict own limit beats both."""
    ledger = loaded([(NOON_UTC_S - 60, Count(970, 30)), (NOON_UTC_S - 3 * DAY_S, Count(10_000))], NOON_UTC_S)
    month = Window(span=Span.ROLLING, limit=0.03, length_s=30 * DAY_S)
    assert not budget_of(
        Rules(preset=UK, own=(month,)), loaded([(NOON_UTC_S, Count(999, 1))], NOON_UTC_S), NOON_UTC_S
    ).progressive
    assert budget_of(Rules(preset=UK, own=(month,)), ledger, NOON_UTC_S).progressive
    ledger.add(NOON_UTC_S, Count(500))
    budget = budget_of(Rules(preset=UK, own=(month,)), ledger, NOON_UTC_S)
    assert budget.left == 15, "the day leaves 15, the month 300"
    assert budget.alpha == pytest.approx(0.025)
    own = Window(span=Span.ROLLING, limit=0.001, length_s=7 * DAY_S)
    assert budget_of(Rules(preset=UK, own=(own,)), ledger, NOON_UTC_S).progressive


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2027-01-31T23:59:59", "2027-01-01"),
        ("2027-02-01T00:00:00", "2027-02-01"),
        ("2028-02-29T12:00:00", "2028-02-01"),
        ("2028-03-01T00:00:00", "2028-03-01"),
        ("2027-12-31T23:59:59", "2027-12-01"),
        ("2028-01-01T00:00:00", "2028-01-01"),
    ],
)
def test_a_month_begins_with_its_first_day(now: str, start: str) -> None:
    assert start_of(CANADA.windows[0], utc(now), None) == utc(start)


def test_a_campaigns_periods_follow_each_other_from_its_first_call() -> None:
    first = utc("2027-01-15T12:00:00")
    [window] = US.windows
    for days, start in ((0, 0), (29.99, 0), (30, 30), (59.99, 30), (60, 60), (365, 360)):
        assert start_of(window, first + days * DAY_S, first) == first + start * DAY_S
    assert start_of(window, first - 5, first) == first - 5, "a clock that was set back"
    ledger = loaded([(first + 60, Count(0, 3)), (first + 29 * DAY_S, Count(100))], first, first_utc_s=first)
    assert budget_of(Rules(preset=US), ledger, first + 29.9 * DAY_S).abandoned == 3
    fresh = budget_of(Rules(preset=US), ledger, first + 30 * DAY_S + BUCKET_S)
    assert (fresh.abandoned, fresh.progressive) == (0, True)


def test_the_first_call_is_remembered_before_the_records_know_it() -> None:
    ledger = loaded([], NOON_UTC_S)
    ledger.began("c1-1", NOON_UTC_S + 5)
    ledger.began("c1-2", NOON_UTC_S + 9)
    assert ledger.first_utc_s == NOON_UTC_S + 5


# Presets


def test_the_strict_preset_is_as_tight_as_any_other() -> None:
    for preset in PRESETS.values():
        assert preset.source
        assert preset.key == preset_of(preset.key).key
        assert STRICT.windows[0].limit <= min(window.limit for window in preset.windows)
        assert STRICT.ring_min_s >= preset.ring_min_s
        assert STRICT.wait_max_s <= preset.wait_max_s
        assert STRICT.abandoned_again_s >= preset.abandoned_again_s
        assert STRICT.machine_again_s >= preset.machine_again_s
        assert STRICT.kept_days >= preset.kept_days
        assert not STRICT.machines_deducted
        for window in preset.windows:
            assert window.length_s <= KEPT_S, "a window must fit into what is kept"
    assert preset_of("one of next year") is STRICT


def test_a_month_of_daylight_saving_has_whole_buckets() -> None:
    """Buckets are counted in UTC: the hour that a local clock skips or repeats is an hour like any other."""
    start = datetime(2027, 3, 1, tzinfo=UTC)
    days = [(start + timedelta(days=n)).timestamp() for n in range(31)]
    assert all(later - earlier == DAY_S for earlier, later in pairwise(days))
    ledger = loaded([(day + 3600, Count(1)) for day in days], days[0])
    found = ledger.since(start_of(CANADA.windows[0], days[-1] + 3600, None))
    assert found is not None
    assert found.worst == Count(31)
