"""Agents who dial by hand, or are on the line before the callee: told as stories."""

import pytest
from msgspec.structs import replace

from busyhour.core.model.campaign import Pacing
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import DialMode, FirstLeg, LegMode
from tests.core.story import Story, campaign

ANN = AgentProfile(agent_id=1, name="ann", may_dial=True)
BOB = AgentProfile(agent_id=2, name="bob")
PHONE_ANN = AgentProfile(agent_id=1, name="ann", leg_mode=LegMode.PER_CALL, may_dial=True)


def by_hand(*, agents: tuple[AgentProfile, ...] = (ANN, BOB), **settings: object) -> Story:
    story = Story(
        campaigns=[campaign(dial_mode=DialMode.MANUAL, **settings)],
        agents=agents,
        show=("place", "agent", "join", "hang-up", "close", "ok", "refused", "ring", "fill", "run", "return"),
    )
    assert story.first[-1] == "run 1 running"  # a list is not needed
    return story


@pytest.mark.covers("MZ-021", "MZ-111")
def test_a_permitted_agent_dials_by_hand() -> None:
    """In a pause, too; afterwards they are where they were."""
    by_hand().working("ann", "bob").check("""
        5 pauses ann lunch
          > ok
          > agent ann not_ready lunch
        6 dials-by-hand bob c9
          > refused not_permitted
        6 dials-by-hand ann c9
          > place c9
          > agent ann reserved
        6 commits c9
          > ok
        6 sent c9
        7 dials-by-hand ann c8
          > refused busy
        8 answers c9
          > join c9 ann#1
        8 joins c9 ann#1
          > agent ann on_contact
        20 hangs-up ann
          > hang-up c9
          > ok
        20 ends c9 normal
          > close c9 HANDLED 12
          > agent ann acw
        21 dials-by-hand ann c8
          > refused wrap_up
        22 wraps-up ann
          > ok
          > agent ann not_ready lunch
    """)


@pytest.mark.covers("MZ-021")
def test_whether_a_number_could_be_dialed_by_hand_is_said_before_anything_is_made_of_it() -> None:
    """The same refusals as of the dial itself; and to ask begins nothing."""
    by_hand(agents=(ANN, replace(BOB, may_dial=True))).working("ann", "bob").check("""
        6 asks-hands ann c9
          > ok
        6 dials-by-hand ann c9
          > place c9
          > agent ann reserved
        6 asks-hands ann c8
          > refused busy
        6 asks-hands bob c9
          > refused number_live
        7 asks-hands bob c7
          > ok
        8 pbx-lost
        8 asks-hands bob c7
          > refused unavailable
    """)


def test_a_call_by_hand_is_stopped() -> None:
    by_hand().working("ann").check("""
        6 dials-by-hand ann c9
          > place c9
          > agent ann reserved
        6 hangs-up ann
          > ok
        6 commits c9
          > ok
        6 sent c9
          > hang-up c9
        6 ends c9 normal
          > close c9 CANCELLED 0
          > agent ann available
    """)


def test_why_a_number_is_not_dialed_by_hand() -> None:
    story = (
        by_hand()
        .working("ann")
        .check("""
        6 dials-by-hand ann c9
          > place c9
          > agent ann reserved
        6 refuses c9 out_of_hours_callee 3600
          > return 1
          > refused out_of_hours_callee
          > agent ann available
        7 store-lost
        7 dials-by-hand ann c9
          > refused unavailable
        8 store-back
        9 pause-run 1
          > run 1 paused
          > ok
        9 dials-by-hand ann c9
          > refused run_not_running
    """)
    )
    tried = story.floor.agents[1].tried
    assert tried is not None
    assert tried.result == "out_of_hours_callee"


def test_all_lines_are_taken() -> None:
    both = (ANN, AgentProfile(agent_id=2, name="bob", may_dial=True))
    by_hand(agents=both, max_concurrent=1).working("ann", "bob").check("""
        6 dials-by-hand ann c9
          > place c9
          > agent ann reserved
        6 dials-by-hand bob c9
          > refused number_live
        6 dials-by-hand bob c8
          > refused no_line
    """)


# The agent first


def agent_first(agent: AgentProfile = ANN) -> Story:
    return Story(
        campaigns=[campaign(agent_ids=(1,), pacing=Pacing(first_leg=FirstLeg.AGENT))],
        agents=[agent],
        show=("place", "agent", "join", "hang-up", "close", "ring", "hang-up-leg", "return", "play"),
    )


@pytest.mark.covers("WD-057", "WD-062")
def test_the_agent_is_on_the_line_first() -> None:
    agent_first(PHONE_ANN).working("ann").check("""
        1 fills 2
          > ring ann#1
          > agent ann reserved
        3 leg-up ann#1
          > place c1
        3 commits c1
        3 sent c1
        5 answers c1
          > join c1 ann#1
        5 joins c1 ann#1
          > agent ann on_contact
    """)


def test_the_agent_does_not_answer() -> None:
    """Nothing is dialed, and the contact waits for somebody else."""
    agent_first(PHONE_ANN).working("ann").check("""
        1 fills 1
          > ring ann#1
          > agent ann reserved
        21 ticks
          > hang-up-leg ann#1
          > return 1
          > agent ann not_ready missed
    """)


def test_no_other_call_counts_on_a_reserved_agent() -> None:
    """One agent, two numbers: one call."""
    story = (
        agent_first()
        .working("ann")
        .check("""
        1 fills 2
          > place c1
          > agent ann reserved
        1 commits c1
        1 sent c1
        9 ends c1 busy
          > close c1 BUSY 0
          > agent ann available
          > place c2
          > agent ann reserved
    """)
    )
    assert story.floor.runs[1].dialing == 0
    assert story.floor.runs[1].accompanied == 1


@pytest.mark.covers("MZ-111")
def test_whoever_is_dialed_by_hand_comes_to_nobody_else() -> None:
    """Ann dials a number that the hopper has, too: bob looks at the next one, and it comes again later."""
    previews = Story(
        campaigns=[campaign(dial_mode=DialMode.PREVIEW)],
        agents=(ANN, BOB),
        show=("place", "agent", "return", "reserve"),
    )
    previews.working("ann", "bob").check("""
        5 pauses ann lunch
          > agent ann not_ready lunch
        6 fills 3
          > reserve c1 bob
          > agent bob reserved
        7 dials-by-hand ann c2
          > place c2
          > agent ann reserved
        8 skips bob c1 called already
          > agent bob available
          > return 1
          > reserve c3 bob
          > agent bob reserved
    """)
