"""A run whose results are bad stops by itself, says why, and is judged anew once somebody lets it go on."""

import pytest

from busyhour.core import events as e
from busyhour.core.model.campaign import Watch
from busyhour.core.model.values import DialMode, EndCause
from tests.core.story import NOON_UTC_S, Story, campaign

MESSAGE = {"dial_mode": DialMode.AGENTLESS, "max_concurrent": 9}
SHOW = ("run",)


def story(**watch: object) -> Story:
    return Story(campaigns=[campaign(**MESSAGE, watch=Watch(**watch))], show=SHOW)


FOUR_BUSY = """
    1 fills 9
      > run 1 running
    1 commits c1
    1 commits c2
    1 commits c3
    1 commits c4
    1 commits c5
    1 commits c6
    1 commits c7
    2 ends c1 busy
    2 ends c2 busy
    2 ends c3 busy
"""


@pytest.mark.covers("MZ-099")
def test_too_few_answers_pause_it_and_the_next_bad_attempt_does_not_pause_it_again() -> None:
    told = story(attempts=3, answered_min=0.5)
    told.check(FOUR_BUSY.replace("2 ends c3 busy", "2 ends c3 busy\n > run 1 paused"))
    run = told.floor.runs[1]
    assert run.halted == "paused by itself: 0 % of the last 3 attempts were answered, less than 50 %"
    assert run.why == run.halted
    told.check("""
        3 ends c4 busy
        3 unpause-run 1
          > run 1 running
    """)
    assert run.halted == ""
    told.check("""
        4 ends c5 busy
        4 ends c6 busy
        5 ends c7 busy
          > run 1 paused
    """)


def test_it_may_be_removed_instead() -> None:
    told = story(attempts=3, answered_min=0.5, removes=True)
    told.check(FOUR_BUSY.replace("2 ends c3 busy", "2 ends c3 busy\n > run 1 removed"))
    assert told.floor.runs[1].halted.startswith("removed by itself: 0 %")


def test_without_thresholds_nothing_stops_it() -> None:
    story(attempts=3).check(FOUR_BUSY)


def test_what_was_never_sent_says_nothing_of_the_results() -> None:
    lost = FOUR_BUSY.replace("2 ends c2 busy", "2 not-sent c2 not_sent")
    story(attempts=3, answered_min=0.5).check(lost)


@pytest.mark.covers("MZ-099")
def test_short_calls_pause_it() -> None:
    """Ten calls, each over a second after its answer."""
    settings = campaign(**MESSAGE | {"max_concurrent": 20}, watch=Watch(attempts=10, short_max=0.9, short_s=2.0))
    told = Story(campaigns=[settings], show=SHOW)
    told.check("1 fills 20\n > run 1 running")
    for fact in ("commits", "answers"):
        for n in range(1, 11):
            told.check(f"2 {fact} c{n}")
    for n in range(1, 10):
        told.check(f"3 ends c{n} normal")
    told.check("3 ends c10 normal\n > run 1 paused")
    assert "100 % of the 10 answered" in told.floor.runs[1].halted


@pytest.mark.covers("MZ-099", "I48")
def test_a_clock_that_is_set_back_makes_no_call_short() -> None:
    """Ten calls of 30 s each, and an hour back in between."""
    settings = campaign(**MESSAGE | {"max_concurrent": 20}, watch=Watch(attempts=10, short_max=0.9, short_s=2.0))
    told = Story(campaigns=[settings], show=SHOW)
    told.check("1 fills 20\n > run 1 running")
    for fact in ("commits", "answers"):
        for n in range(1, 11):
            told.check(f"2 {fact} c{n}")
    utc_s = NOON_UTC_S + 32 - 3600
    for n in range(1, 11):
        ended = e.CallEnded(call=f"c1-{n}", cause=EndCause.NORMAL, at_utc_s=utc_s)
        told.floor.handle(e.Instant(32.0, utc_s), ended)
    assert told.floor.runs[1].halted == ""
    assert len(told.floor.runs[1].results) == 10
