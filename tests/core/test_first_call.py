"""Stories of calls with agents: from the list to the final record."""

import pytest

from busyhour.core import events as e
from busyhour.core.model.campaign import RetryRule
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import AcwMode, Outcome
from tests.core.story import Story, campaign


@pytest.mark.covers("WD-061", "MZ-019")
def test_a_number_is_dialed_answered_and_joined_to_the_longest_idle_agent() -> None:
    Story().working("ann").check("""
        1 fills 3
          > run 1 running
          > place c1
        1 commits c1
        1 sent c1
        2 rings c1
        5 answers c1
          > progress c1
          > join c1 ann#1
          > agent ann reserved
        5.01 joins c1 ann#1
          > progress c1 ann
          > agent ann on_contact
        65 ends c1 normal
          > close c1 HANDLED 60
          > agent ann acw
        70 wraps-up ann
          > ok
          > agent ann available
          > place c2
    """)


@pytest.mark.covers("WD-049", "I12")
def test_progressive_never_dials_more_than_free_agents() -> None:
    Story(show=("place",)).working("ann", "bob").check("""
        1 fills 9
          > place c1
          > place c2
        1 commits c1
        1 commits c2
        3 ends c1 busy
          > place c3
    """)


@pytest.mark.covers("WD-105", "AD-059")
def test_a_call_that_rings_too_long_is_given_up_as_not_answered() -> None:
    Story(show=("hang-up", "close")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 rings c1
        31 ticks
          > hang-up c1
        31.1 ends c1 normal
          > close c1 NO_ANSWER 0
    """)


@pytest.mark.covers("WD-106")
def test_a_call_longer_than_the_campaign_allows_is_closed() -> None:
    story = Story(campaigns=[campaign(call_max_s=90)], show=("hang-up", "close")).working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        5 answers c1
        5 joins c1 ann#1
        95 ticks
          > hang-up c1
        95 ends c1 normal
          > close c1 MAX_DURATION 90
    """)


@pytest.mark.covers("I18")
def test_answered_without_an_agent_hears_the_message_within_two_seconds() -> None:
    Story(show=("join", "play", "hang-up", "close")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 pauses ann lunch
        5 answers c1
        7 ticks
          > play c1 farewell
        9 prompt-ends c1 farewell
          > hang-up c1
        9.1 ends c1 normal
          > close c1 ABANDONED 4.1
    """)


@pytest.mark.covers("I11")
def test_who_met_nobody_was_abandoned_however_long_the_farewell_was() -> None:
    """As a call of the longest duration it would not count among the abandoned ones."""
    Story(campaigns=[campaign(call_max_s=4)], show=("play", "hang-up", "close")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 pauses ann lunch
        5 answers c1
        7 ticks
          > play c1 farewell
        9 ticks
          > hang-up c1
        9.1 ends c1 normal
          > close c1 ABANDONED 4.1
    """)


def test_an_agent_who_becomes_free_within_the_limit_gets_the_waiting_customer() -> None:
    Story(show=("join", "play")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 pauses ann lunch
        5 answers c1
        6 ready ann
          > join c1 ann#1
        6.01 joins c1 ann#1
        60 ticks
    """)


def test_a_pause_asked_for_during_a_call_takes_effect_after_it() -> None:
    Story(show=("agent", "place")).working("ann").check("""
        1 fills 2
          > place c1
        1 commits c1
        2 answers c1
          > agent ann reserved
        2 joins c1 ann#1
          > agent ann on_contact
        3 pauses ann lunch
          > agent ann on_contact
        9 ends c1 normal
          > agent ann acw
        39 ticks
          > agent ann not_ready lunch
    """)


def test_wrap_up_of_fixed_length_cannot_be_cut_short() -> None:
    Story(campaigns=[campaign(acw_mode=AcwMode.FIXED, acw_max_s=20)], show=("agent", "refused")).working(
        "ann"
    ).check("""
        1 fills 1
        1 commits c1
        2 answers c1
          > agent ann reserved
        2 joins c1 ann#1
          > agent ann on_contact
        9 ends c1 normal
          > agent ann acw
        10 wraps-up ann
          > refused acw_fixed
        29 ticks
          > agent ann available
    """)


@pytest.mark.covers("OC-026", "OC-027", "OC-031", "U-37")
@pytest.mark.parametrize(("own_s", "usual_s", "seconds"), [(0, 0, 20), (0, 12, 12), (5, 12, 5), (60, 12, 20)])
def test_wrap_up_is_the_agents_own_else_the_usual_one_within_the_campaigns(
    own_s: float, usual_s: float, seconds: float
) -> None:
    one = Story(campaigns=[campaign(acw_mode=AcwMode.FIXED, acw_max_s=20)], show=("refused",))
    one._handle(0.0, e.WrapUpChanged(acw_s=usual_s))
    one._handle(0.0, e.AgentChanged(agent=AgentProfile(agent_id=1, name="ann", acw_s=own_s)))
    one.working("ann").check("""
        1 fills 1
        1 commits c1
        2 answers c1
        2 joins c1 ann#1
        9 ends c1 normal
    """)
    assert one.floor.agents[1].acw_until_s == 9 + seconds


@pytest.mark.covers("WD-129", "WD-131", "U-24")
def test_a_disposition_can_have_the_contact_called_again() -> None:
    rule = RetryRule(outcome=Outcome.HANDLED, disposition="later", max_attempts=3, delay_s=600)
    Story(campaigns=[campaign(retry_rules=(rule,))], show=("close", "disposition", "run")).working("ann").check("""
        1 fills 1
          > run 1 running
        1 commits c1
        2 answers c1
        2 joins c1 ann#1
        9 ends c1 normal
          > close c1 HANDLED 7
        12 says ann c1 later
          > disposition c1 later again
        20 wraps-up ann
    """)


def test_hold_and_resume() -> None:
    Story(show=("hold", "join", "close")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 answers c1
          > join c1 ann#1
        2 joins c1 ann#1
        10 holds ann
          > hold c1
        30 resumes ann
          > join c1 ann#1
        40 ends c1 normal
          > close c1 HANDLED 38
    """)


@pytest.mark.covers("I18", "I23")
def test_reload_in_mid_call_keeps_the_customer_and_brings_the_same_agent_back() -> None:
    """F1: the tab goes, the customer hears music, the new tab's phone is rung, the call goes on."""
    Story(show=("hold", "join", "ring", "hang-up-leg", "play", "agent", "close")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 answers c1
          > join c1 ann#1
          > agent ann reserved
        2 joins c1 ann#1
          > agent ann on_contact
        20 unlinks ann tab-ann
        20.5 links ann tab-2
          > hang-up-leg ann#1
          > hold c1
          > ring ann#2
        21.4 leg-up ann#2
          > join c1 ann#2
        21.5 joins c1 ann#2
        60 ends c1 normal
          > close c1 HANDLED 58
          > agent ann acw
    """)


@pytest.mark.covers("I25")
def test_an_agent_who_does_not_come_back_is_let_go_and_the_customer_hears_a_word() -> None:
    Story(show=("play", "agent", "hang-up", "close")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 answers c1
          > agent ann reserved
        2 joins c1 ann#1
          > agent ann on_contact
        20 unlinks ann tab-ann
        20 leg-down ann#1
        45 ticks
          > play c1 farewell
          > agent ann acw
        48 prompt-ends c1 farewell
          > hang-up c1
        48 ends c1 normal
          > close c1 HANDLED 46
        50 ticks
          > agent ann offline
    """)


def test_a_lost_join_frees_the_agent_and_keeps_the_customer() -> None:
    Story(show=("join", "hang-up-leg", "agent")).working("ann", "bob").check("""
        1 fills 1
        1 commits c1
        2 answers c1
          > join c1 ann#1
          > agent ann reserved
        2.1 join-fails c1 ann#1
          > hang-up-leg ann#1
          > agent ann not_ready phone
          > join c1 bob#2
          > agent bob reserved
    """)
