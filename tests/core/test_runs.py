"""Stories of runs: hours, pause, retries, the end."""

from random import Random

import pytest

from busyhour.core import events as e
from busyhour.core.model.campaign import Hours, RetryRule, Trunk
from busyhour.core.model.values import DialMode, Outcome
from tests.core.story import Story, campaign


@pytest.mark.covers("WD-137", "WD-138", "WD-142", "AD-038")
def test_a_run_without_numbers_left_completes() -> None:
    Story(show=("run", "place")).working("ann").check("""
        1 fills 1
          > run 1 running
          > place c1
        1 commits c1
        3 ends c1 busy
          > run 1 completed
    """)


@pytest.mark.covers("WD-103", "WD-140")
def test_a_run_that_idles_waits_for_numbers_and_goes_on() -> None:
    Story(campaigns=[campaign(idle_on_termination=True)], show=("run", "fill", "place")).working("ann").check("""
        1 fills 0
          > run 1 running
          > run 1 idle
        9 adds-numbers 1
          > run 1 running
          > fill 1
        9 fills 1
          > place c1
    """)


@pytest.mark.covers("WD-139", "WD-108", "U-35")
def test_outside_its_hours_a_run_waits_and_returns_on_its_own() -> None:
    until_one = Hours(from_s=13 * 3600, until_s=18 * 3600)
    Story(campaigns=[campaign(active_hours=until_one)], show=("run", "place")).working("ann").check("""
        1 fills 3
          > run 1 running
          > run 1 wrong_time
        3600 ticks
          > run 1 running
          > place c1
    """)


@pytest.mark.covers("WD-141", "AD-039", "I7")
def test_a_paused_run_places_nothing_and_its_calls_go_on() -> None:
    Story(show=("run", "place", "join", "ok")).working("ann", "bob").check("""
        1 fills 5
          > run 1 running
          > place c1
          > place c2
        1 commits c1
        1 commits c2
        2 pause-run 1
          > run 1 paused
          > ok
        3 answers c1
          > join c1 ann#1
        3 joins c1 ann#1
        4 ends c2 busy
        9 unpause-run 1
          > run 1 running
          > ok
          > place c3
    """)


@pytest.mark.covers("I33")
def test_a_pause_that_holds_already_is_written_again_before_it_is_acknowledged() -> None:
    """An engine that died unheard may have written it, to a store that forgets it: then nobody can give it back."""
    Story(show=("run", "ok")).working("ann").check("""
        1 fills 5
          > run 1 running
        2 pause-run 1
          > run 1 paused
          > ok
        3 pause-run 1
          > run 1 paused
          > ok
    """)


@pytest.mark.covers("I38")
def test_who_asks_for_a_change_of_a_run_is_kept_with_it() -> None:
    """And nobody of what a run does by itself, nor of what was asked in vain."""
    Story(campaigns=[campaign(idle_on_termination=True)], show=("run", "ok", "refused")).working("ann").check("""
        1 pause-run 1 bo
          > refused run_not_running
        1 fills 0
          > run 1 running
          > run 1 idle
        2 unpause-run 1 bo
          > ok
        3 pause-run 1 bo
          > run 1 paused, audited: run paused by 7 at 10.0.0.7
          > ok
        4 unpause-run 1 cy
          > run 1 running, audited: run unpaused by 8 at 10.0.0.8
          > ok
          > run 1 idle
        5 remove-run 1 cy
          > run 1 removed, audited: run removed by 8 at 10.0.0.8
          > ok
        6 remove-run 1 bo
          > ok
    """)


@pytest.mark.covers("WD-143")
def test_a_removed_run_cannot_be_restarted() -> None:
    Story(show=("run", "place", "ok", "refused")).working("ann").check("""
        1 fills 5
          > run 1 running
          > place c1
        2 remove-run 1
          > run 1 removed
          > ok
        3 unpause-run 1
          > refused run_closed
    """)


@pytest.mark.covers("WD-123", "WD-132", "MZ-023", "MZ-043")
def test_a_busy_number_is_called_again_after_the_rule_s_delay() -> None:
    rule = RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=300)
    Story(campaigns=[campaign(retry_rules=(rule,))], show=("close", "fill", "run")).working("ann").check("""
        1 fills 1
          > run 1 running
        1 commits c1
        9 ends c1 busy
          > close c1 BUSY 0 again 300
        309 ticks
          > fill 1
    """)


@pytest.mark.covers("WD-119")
def test_the_lower_priority_number_goes_first() -> None:
    first = campaign(priority=1)
    second = campaign(campaign_id=2, name="Later", priority=10)
    Story(campaigns=[second, first], show=("place",)).working("ann").check("""
        1 fills 3 run=1
          > place c1
        1 commits c1
        2 fills 3 run=2
        5 ends c1 busy
          > place c4
    """)


@pytest.mark.covers("WD-120")
def test_equal_priority_takes_turns() -> None:
    one, two = campaign(), campaign(campaign_id=2, name="Two")
    Story(campaigns=[one, two], show=("place",)).working("ann").check("""
        1 fills 3 run=1
          > place c1
        1 commits c1
        2 fills 3 run=2
        3 ends c1 busy
          > place c4
        3 commits c4
        4 ends c4 busy
          > place c2
    """)


@pytest.mark.covers("WD-035", "I8", "U-29")
def test_a_trunk_s_capacity_counts_all_campaigns() -> None:
    one = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=5)
    two = campaign(campaign_id=2, name="Two", dial_mode=DialMode.AGENTLESS, max_concurrent=5)
    narrow = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=3)
    story = Story(campaigns=[one, two], trunk=narrow, show=("place",)).check("""
        1 fills 5 run=1
          > place c1
          > place c2
          > place c3
        1 fills 5 run=2
        1 commits c1
        2 ends c1 busy
          > place c6
    """)
    assert story.floor.trunks[1].up == 3


@pytest.mark.covers("I8")
def test_calls_per_second_of_a_trunk_are_kept() -> None:
    slow = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=10, calls_per_s_max=2)
    agentless = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=9)
    Story(campaigns=[agentless], trunk=slow, show=("place",)).check("""
        1 fills 5
          > place c1
        1.4 ticks
        1.5 ticks
          > place c2
        2 ticks
          > place c3
    """)


@pytest.mark.covers("WD-009", "AD-066")
def test_an_agentless_campaign_plays_its_message_and_hangs_up() -> None:
    agentless = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=1)
    Story(campaigns=[agentless]).check("""
        1 fills 1
          > run 1 running
          > place c1
        1 commits c1
        3 answers c1
          > progress c1
          > play c1 hello
        12 prompt-ends c1
          > hang-up c1
        12.2 ends c1 normal
          > close c1 IVR_COMPLETED 9.2
          > run 1 completed
    """)


@pytest.mark.covers("I9")
def test_nothing_is_dialed_while_the_pbx_or_the_database_is_out_of_reach() -> None:
    """I9, N12: blind means slower, never faster."""
    agentless = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=1)
    Story(campaigns=[agentless], show=("place",)).check("""
        1 pbx-lost
        2 fills 3
        3 pbx-back one
          > place c1
        3 commits c1
        4 store-lost
        5 ends c1 busy
        6 store-back
          > place c2
    """)


@pytest.mark.covers("I42")
@pytest.mark.parametrize("seed", range(30))
def test_no_deadline_that_has_come_is_set_for_the_same_instant_again(seed: int) -> None:
    """Times that cannot be told exactly must not make a limit ask for the present again and again."""
    settings = campaign(dial_mode=DialMode.AGENTLESS, calls_per_minute_max=2, max_concurrent=9)
    trunk = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=10, calls_per_s_max=3)
    story = Story(campaigns=[settings], trunk=trunk, show=("place",))
    now_s = Random(seed).uniform(2.0, 60.0)
    placed = story._handle(now_s, story._fill(["9"]))
    while len(placed) < 6:
        due_s = story.floor.next_deadline_s()
        assert due_s is not None
        assert due_s > now_s
        now_s = due_s
        placed += story._handle(now_s, e.ClockTicked())
