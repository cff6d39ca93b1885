"""Figures of a queue: formulas by hand, and kept step by step what a recount says."""

from random import Random

import pytest

from busyhour.core.acd.arrival import Arrival, arrival_of, headers_of, shown_name
from busyhour.core.acd.figures import (
    ENTERED,
    NEVER_S,
    SENT_ON,
    LevelFormula,
    QueueCounts,
    abandoned,
    answered,
    load_percent,
    service_level,
    simple_wait_s,
    talked,
    total,
)
from busyhour.core.model.queue import SkillNeed

LEVEL_S = (20.0, 60.0)


@pytest.mark.covers("OC-076")
def test_the_mean_of_waits_is_theirs_after_each_call() -> None:
    waits_s, counts = [3.0, 9.0, 27.0, 1.0], QueueCounts()
    for n, wait_s in enumerate(waits_s, 1):
        counts += answered(wait_s, LEVEL_S)
        assert counts.answer_wait_mean_s == pytest.approx(sum(waits_s[:n]) / n)


@pytest.mark.covers("OC-078")
def test_the_plain_estimate() -> None:
    assert simple_wait_s(call_s=120.0, waiting=6, logged=4) == 180.0
    assert simple_wait_s(call_s=120.0, waiting=6, logged=0) == 0.0
    assert simple_wait_s(call_s=120.0, waiting=6, logged=0, nobody_s=NEVER_S) == 2_147_483_647.0


@pytest.mark.covers("OC-079")
@pytest.mark.parametrize(
    ("waiting", "logged", "free", "load"), [(0, 4, 4, 0), (0, 3, 2, 33), (5, 4, 0, 225), (9, 0, 0, 0)]
)
def test_load(waiting: int, logged: int, free: int, load: int) -> None:
    assert load_percent(waiting=waiting, logged=logged, free=free) == load


@pytest.mark.parametrize(
    ("formula", "first", "second"),
    [
        (LevelFormula.ALL_OFFERED, 2 / 6, 3 / 6),
        (LevelFormula.LESS_SHORT, 2 / 5, 3 / 4),
        (LevelFormula.SHORT_AS_GOOD, 3 / 6, 5 / 6),
        (LevelFormula.ANSWERED, 2 / 4, 3 / 4),
    ],
)
def test_four_formulas_of_the_service_level_by_hand(formula: LevelFormula, first: float, second: float) -> None:
    waits = [answered(s, LEVEL_S) for s in (5.0, 20.0, 60.0, 61.0)] + [abandoned(s, LEVEL_S) for s in (4.0, 30.0)]
    counts = total([ENTERED] * 6 + waits)
    assert service_level(counts, 0, formula) == pytest.approx(first)
    assert service_level(counts, 1, formula) == pytest.approx(second)
    assert (counts.answer_wait_mean_s, counts.wait_max_s) == (146.0 / 4, 61.0)
    assert counts.abandoned_share == pytest.approx(2 / 6)


def test_without_callers_there_is_no_level() -> None:
    assert {service_level(QueueCounts(), n, formula) for n in (0, 1) for formula in LevelFormula} == {None}


def test_kept_step_by_step_is_what_a_recount_says() -> None:
    dice, kept = Random(1), QueueCounts()
    calls = [(dice.choice("aaabs"), dice.expovariate(1 / 40)) for _ in range(500)]
    for what, wait_s in calls:
        end = {"a": answered(wait_s, LEVEL_S), "b": abandoned(wait_s, LEVEL_S), "s": SENT_ON}[what]
        kept = kept + ENTERED + end + talked(wait_s)
    in_time = [(what, wait_s) for what, wait_s in calls if wait_s <= 20.0]
    good, short = (sum(what == which for what, _ in in_time) for which in "ab")
    ended = sum(what in "ab" for what, _ in calls)
    assert service_level(kept, 0) == pytest.approx(good / (ended - short))
    assert kept.entered == kept.answered + kept.abandoned + kept.sent_on == 500
    assert kept.talk_s == pytest.approx(sum(wait_s for _, wait_s in calls))


@pytest.mark.covers("CP-046")
def test_headers_say_who_calls_and_for_what() -> None:
    found = arrival_of(
        {"DNIS": "+4930", "x-ani": "+4940", "X-CallerID": "Ada", "callerid": "Ada Adler", "Skills": "DE, tech:3"}
        | {"X-Record": "Y", "Subject": "else", "CallCenter": "sip:other", "Transfer": "+1\r\nEvil: 1"}
    )
    assert found == Arrival(
        dialed="+4930",
        number="+4940",
        name="Ada Adler",
        overflow_to="sip:other",
        transfer_to="+1Evil: 1",
        skills=(SkillNeed("de"), SkillNeed("tech", 3)),
        record=True,
    )
    assert arrival_of(headers_of(found)) == found
    assert arrival_of({}) == Arrival()


@pytest.mark.covers("OC-016")
def test_the_agent_sees_the_queue_and_the_caller_in_64_characters() -> None:
    assert shown_name("[Sales]", "Ada", "+4930") == "[Sales] Ada"
    assert shown_name("[Sales]", "", "+4930") == "[Sales] +4930"
    assert shown_name("", "", "+4930") == "+4930"
    assert len(shown_name("[Sales]", "A" * 90, "")) == 64
