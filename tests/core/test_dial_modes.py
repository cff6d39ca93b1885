"""The one formula of all dial modes, and the agents it counts: as the catalogues of requirements say it."""

from typing import Any

import pytest

from busyhour.core.dialer.pacing import PacingPicture, calls_to_start
from busyhour.core.dialer.predictive.picture import Decision, Mode, Why
from busyhour.core.model.campaign import Campaign, Pacing, Preview
from busyhour.core.model.values import DialMode
from tests.core.story import Story, campaign

ROOMY: dict[str, Any] = {"hopper": 1_000, "trunk_free": 1_000, "minute_left": 1_000, "planned": 0}


WHY = Why(mode=Mode.PREDICTIVE, free=1, waiting=0, ringing=0, talking=0, wrapping=0)


def started(settings: Campaign, **counts: Any) -> int:
    usual = {"agents_free": 0, "dialing": 0, "waiting": 0, "live": counts.get("dialing", 0)}
    return calls_to_start(PacingPicture(campaign=settings, **{**ROOMY, **usual, **counts})).start


@pytest.mark.covers("U-18", "WD-050", "WD-055", "MZ-096")
@pytest.mark.parametrize(
    ("mode", "settings", "counts", "calls"),
    [
        (DialMode.MANUAL, {}, {}, 0),
        (DialMode.AGENTLESS, {"max_concurrent": 10}, {"live": 4, "dialing": 4}, 6),
        (DialMode.AGENTLESS, {"max_concurrent": 10}, {"live": 12}, 0),
        (DialMode.PROGRESSIVE, {}, {"agents_free": 4, "dialing": 1}, 3),
        (DialMode.PROGRESSIVE, {}, {"agents_free": 4, "dialing": 1, "waiting": 3}, 0),
        (DialMode.RATIO, {"pacing": Pacing(ratio=1.5)}, {"agents_free": 4}, 6),
        (DialMode.RATIO, {"pacing": Pacing(ratio=1.3)}, {"agents_free": 7}, 9),
        (DialMode.RATIO, {"pacing": Pacing(ratio=1.3)}, {"agents_free": 7, "dialing": 3, "waiting": 2}, 4),
        (DialMode.RATIO, {"pacing": Pacing(ratio=1.3)}, {"agents_free": 7, "careful": "nothing is left"}, 7),
        (DialMode.PREDICTIVE, {}, {"agents_free": 1, "allowed": 5}, 5),
    ],
)
def test_each_mode_asks_for_its_calls(
    mode: DialMode, settings: dict[str, Any], counts: dict[str, Any], calls: int
) -> None:
    decision = Decision(start=5, why=WHY)
    usual = {"max_concurrent": 100, "dial_mode": mode}
    assert started(campaign(**{**usual, **settings}), decision=decision, **counts) == calls


@pytest.mark.covers("MZ-096", "WD-009")
def test_agentless_calls_are_kept_at_a_fixed_number() -> None:
    agentless = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=2)
    Story(campaigns=[agentless], show=("place",)).check("""
        1 fills 4
          > place c1
          > place c2
        1 commits c1
        1 commits c2
        3 ends c1 busy
          > place c3
        4 answers c2
        9 ends c2 normal
          > place c4
    """)


@pytest.mark.covers("WD-047", "WD-048", "MZ-094")
def test_only_agents_count_who_are_logged_on_not_paused_and_without_a_call_and_at_once() -> None:
    Story(show=("place",)).check("""
        1 fills 9
        2 links ann tab-ann
        2 phone ann
        3 ready ann
        3 leg-up ann#1
          > place c1
        3 commits c1
        4 ends c1 busy
          > place c2
        4 commits c2
        5 answers c2
        5 joins c2 ann#1
        6 ends c2 normal
        7 pauses ann lunch
        20 ready ann
          > place c3
        20 commits c3
        21 ends c3 busy
          > place c4
        21 commits c4
        22 pauses ann lunch
        23 ends c4 busy
    """)


@pytest.mark.covers("WD-052", "WD-059")
def test_more_answers_than_agents_wait_and_are_served_as_agents_get_free() -> None:
    """Two agents, calls for two; one of the agents goes to lunch meanwhile."""
    Story(show=("place", "join", "hold")).working("ann", "bob").check("""
        1 fills 2
          > place c1
          > place c2
        1 commits c1
        1 commits c2
        2 pauses bob lunch
        5 answers c1
          > join c1 ann#1
        5 joins c1 ann#1
        5.5 answers c2
        6.5 ready bob
          > join c2 bob#2
    """)


@pytest.mark.covers("WD-065")
def test_a_reservation_may_last_ten_minutes_and_then_goes_back() -> None:
    look = campaign(dial_mode=DialMode.PREVIEW, preview=Preview(timeout_s=600.0))
    story = Story(campaigns=[look], show=("reserve", "return", "unreserve")).working("ann")
    story.check("""
        1 fills 1
          > reserve c1 ann
        600 ticks
        601.1 ticks
          > return 1
          > unreserve c1
    """)
