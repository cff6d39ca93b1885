"""Stories of a campaign's settings: each is what the floor goes by."""

import pytest

from busyhour.core.model.campaign import Preview
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import AcwMode, DialMode
from tests.core.story import Story, campaign

BOTH = (AgentProfile(agent_id=1, name="ann"), AgentProfile(agent_id=2, name="bob"))


@pytest.mark.covers("MZ-041", "MZ-203", "AD-030")
@pytest.mark.parametrize("ring_s", [12, 45])
def test_a_call_rings_as_long_as_its_campaign_says(ring_s: int) -> None:
    Story(campaigns=[campaign(ring_timeout_s=ring_s)], show=("hang-up", "close")).working("ann").check(f"""
        1 fills 1
        1 commits c1
        2 rings c1
        {ring_s} ticks
        {ring_s + 1} ticks
          > hang-up c1
        {ring_s + 1.1} ends c1 normal
          > close c1 NO_ANSWER 0
    """)


@pytest.mark.covers("MZ-042")
@pytest.mark.parametrize("acw_s", [5, 40])
def test_when_the_wrap_up_is_over_the_next_call_is_placed_by_itself(acw_s: int) -> None:
    settings = campaign(acw_mode=AcwMode.MAX, acw_max_s=acw_s)
    Story(campaigns=[settings], show=("agent", "place")).working("ann").check(f"""
        1 fills 2
          > place c1
        1 commits c1
        2 answers c1
          > agent ann reserved
        2 joins c1 ann#1
          > agent ann on_contact
        9 ends c1 normal
          > agent ann acw
        {9 + acw_s - 1} ticks
        {9 + acw_s} ticks
          > agent ann available
          > place c2
    """)


@pytest.mark.covers("AD-028")
def test_an_agentless_campaign_keeps_as_many_calls_up_as_it_says() -> None:
    Story(campaigns=[campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=2)], show=("place", "run")).check("""
        1 fills 4
          > run 1 running
          > place c1
          > place c2
        1 commits c1
        1 commits c2
        3 ends c1 busy
          > place c3
        3 commits c3
        4 ends c2 busy
          > place c4
        4 commits c4
        5 ends c3 busy
        6 ends c4 busy
          > run 1 completed
    """)


@pytest.mark.covers("I20")
def test_who_has_waited_longest_is_joined_first() -> None:
    Story(campaigns=[campaign(answer_wait_max_s=60.0)], show=("join",)).working("ann", "bob").check("""
        1 fills 2
        1 commits c1
        1 commits c2
        2 pauses ann lunch
        2 pauses bob lunch
        3 answers c2
        4 answers c1
        9 ready bob
          > join c2 bob#2
        9 joins c2 bob#2
        10 ready ann
          > join c1 ann#1
    """)


@pytest.mark.covers("WD-069")
def test_only_who_is_free_gets_a_contact_to_look_at() -> None:
    """Not who is in a pause, nor who wraps up."""
    previews = campaign(dial_mode=DialMode.PREVIEW, preview=Preview(timeout_s=600.0))
    Story(campaigns=[previews], agents=BOTH, show=("reserve",)).working("ann", "bob").check("""
        1 pauses bob lunch
        2 fills 3
          > reserve c1 ann
        3 dials ann c1
        3 commits c1
        3 sent c1
        5 answers c1
        5 joins c1 ann#1
        9 ends c1 normal
        12 ready bob
          > reserve c2 bob
        20 wraps-up ann
          > reserve c3 ann
    """)
