"""The key that a callee presses while our message plays: the number goes on the do-not-call list."""

import pytest

from busyhour.core.model.campaign import Compliance, RetryRule
from busyhour.core.model.pictures import ChannelPicture, OpenCall, PbxPicture
from busyhour.core.model.values import DialMode, Outcome
from tests.core.story import NOON_UTC_S, Story, campaign, item

SHOW = ("opt-out", "play", "hang-up", "close", "close-member", "look-at-prompt")
RULES = tuple(
    RetryRule(outcome=outcome, max_attempts=3, delay_s=60) for outcome in (Outcome.ABANDONED, Outcome.IVR_LEFT)
)
CONFIRMED = Compliance(opt_out_prompt="listed")


def message(compliance: Compliance = CONFIRMED, **changes: object) -> Story:
    settings = {"dial_mode": DialMode.AGENTLESS, "retry_rules": RULES, "compliance": compliance, **changes}
    return Story(campaigns=[campaign(**settings)], show=SHOW)


HEARS = """
    1 fills 1
    1 commits c1
    5 answers c1
      > play c1 hello
"""


@pytest.mark.covers("U-15")
def test_who_was_abandoned_and_presses_the_key_is_listed_told_so_and_not_called_again() -> None:
    story = Story(campaigns=[campaign(retry_rules=RULES, compliance=CONFIRMED)], show=SHOW).working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        2 pauses ann lunch
        5 answers c1
        7 ticks
          > play c1 farewell
        8 presses c1 9
          > opt-out c1
        8.1 opted-out c1
          > play c1 listed
        8.2 prompt-ends c1 farewell
        10 prompt-ends c1 listed
          > hang-up c1
        10 ends c1 normal
          > close c1 ABANDONED 5
    """)


def test_without_a_prompt_that_confirms_the_call_just_ends() -> None:
    message(Compliance()).check(
        HEARS
        + """
        6 presses c1 9
          > opt-out c1
        6.1 opted-out c1
          > hang-up c1
        6.2 ends c1 normal
          > close c1 IVR_LEFT 1.2
    """
    )


def test_the_message_that_was_cut_short_does_not_count_as_heard() -> None:
    message().check(
        HEARS
        + """
        6 presses c1 9
          > opt-out c1
        6.1 opted-out c1
          > play c1 listed
        8 prompt-ends c1 listed
          > hang-up c1
        8 ends c1 normal
          > close c1 IVR_LEFT 3
    """
    )


def test_a_message_that_ends_before_it_is_written_waits_for_that_and_not_for_ever() -> None:
    waits = (
        HEARS
        + """
        6 presses c1 9
          > opt-out c1
        7 prompt-ends c1
    """
    )
    message().check(
        waits
        + """
        8 opted-out c1
          > play c1 listed
    """
    )
    message().check(
        waits
        + """
        11 ticks
          > hang-up c1
        12 opted-out c1
    """
    )


def test_a_message_that_plays_on_while_the_store_is_away_is_heard_out() -> None:
    message().check(
        HEARS
        + """
        6 presses c1 9
          > opt-out c1
        11 ticks
        15 ticks
          > look-at-prompt c1
        16 prompt-ends c1
          > hang-up c1
    """
    )


@pytest.mark.parametrize("press", ["1", "#"])
def test_another_key_does_nothing(press: str) -> None:
    message().check(HEARS + f"6 presses c1 {press}")


def test_the_key_is_the_campaigns_and_an_empty_one_is_none() -> None:
    message(Compliance(opt_out_key="#")).check(HEARS + "6 presses c1 9 \n 6 presses c1 #\n > opt-out c1")
    message(Compliance(opt_out_key="")).check(HEARS + "6 presses c1 9")


def test_the_key_counts_once() -> None:
    message().check(HEARS + "6 presses c1 9\n > opt-out c1\n 6 presses c1 9")


def test_it_does_nothing_in_a_conversation_and_none_when_nobody_knows_the_call() -> None:
    story = Story(show=(*SHOW, "join")).working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        5 answers c1
          > join c1 ann#1
        6 joins c1 ann#1
        7 presses c1 9
        8 presses c7 9
    """)


def test_who_ends_the_call_before_it_is_written_is_listed_all_the_same() -> None:
    message().check(
        HEARS
        + """
        6 presses c1 9
          > opt-out c1
        6 ends c1 normal
          > close c1 IVR_LEFT 1
        6.1 opted-out c1
    """
    )


def test_another_engine_does_not_play_the_message_anew_to_who_has_opted_out() -> None:
    def adopted(mode: DialMode, compliance: Compliance) -> Story:
        stored = OpenCall(
            item=item(1),
            run_id=1,
            campaign_id=1,
            trunk_id=1,
            state="answered",
            intent_utc_s=NOON_UTC_S - 9,
            answered_utc_s=NOON_UTC_S - 5,
            opted_out_utc_s=NOON_UTC_S - 1,
        )
        pbx = PbxPicture(boot="one", channels=(ChannelPicture(channel="c1-1", answered=True),))
        settings = campaign(dial_mode=mode, compliance=compliance, retry_rules=RULES)
        return Story(campaigns=[settings], calls=[stored], pbx=pbx, show=SHOW, run_state="running")

    for mode in (DialMode.AGENTLESS, DialMode.PROGRESSIVE):
        told = adopted(mode, CONFIRMED)
        assert told.first == ["play c1 listed"]
        outcome = "IVR_LEFT" if mode is DialMode.AGENTLESS else "ABANDONED"
        told.check(f"3 prompt-ends c1 listed\n > hang-up c1\n 3 ends c1 normal\n > close c1 {outcome} 8")
        assert adopted(mode, Compliance()).first == ["hang-up c1"]
