"""What agents ask for while something is in hand, and what is left of it when the engine dies."""

import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.core.model.campaign import RetryRule
from busyhour.core.model.pictures import AgentProfile, CallHistory, ChannelPicture, OpenCall, PbxPicture
from busyhour.core.model.values import EndCause, LegMode, Outcome
from tests.core.story import NOON_UTC_S, Story, campaign, item

TALKING = PbxPicture(
    boot="one",
    channels=(
        ChannelPicture(channel="a1-1-6-1", answered=True, bridge="ra1-1-6-1"),
        ChannelPicture(channel="c1-1", answered=True, bridge="ra1-1-6-1"),
    ),
)
RULES = (RetryRule(outcome=Outcome.HANDLED, disposition="later", max_attempts=3, delay_s=60),)


def stored(**changes: object) -> OpenCall:
    usual = {
        "item": item(1),
        "run_id": 1,
        "campaign_id": 1,
        "trunk_id": 1,
        "state": "answered",
        "intent_utc_s": NOON_UTC_S - 30,
        "answered_utc_s": NOON_UTC_S - 20,
        "joined_utc_s": NOON_UTC_S - 20,
        "agent_id": 1,
    }
    return OpenCall(**{**usual, **changes})  # type: ignore[arg-type]


def last_kept(story: Story, event: e.Event, at_s: float) -> c.SaveAgentState:
    commands = story.floor.handle(e.Instant(at_s, NOON_UTC_S + at_s), event)
    return [command for command in commands if isinstance(command, c.SaveAgentState)][-1]


def talking() -> Story:
    return (
        Story()
        .working("ann")
        .check("""
        1 fills 1
          > run 1 running
          > place c1
        1 commits c1
        2 answers c1
          > progress c1
          > join c1 ann#1
          > agent ann reserved
        2 joins c1 ann#1
          > progress c1 ann
          > agent ann on_contact
    """)
    )


@pytest.mark.covers("I33")
def test_a_pause_or_a_log_off_asked_for_during_a_call_is_kept_at_once() -> None:
    story = talking()
    assert last_kept(story, e.PauseAsked(agent_id=1, reason="lunch", request="r"), 3.0).pause == "lunch"
    assert last_kept(story, e.LogOffAsked(agent_id=1, request="r"), 4.0).pause == "login"
    assert last_kept(story, e.ReadyAsked(agent_id=1, request="r"), 5.0).pause is None


@pytest.mark.covers("I26", "I33")
def test_a_pause_asked_for_in_a_call_holds_after_it_though_the_engine_died_meanwhile() -> None:
    ann = AgentProfile(agent_id=1, name="ann", pause_reason="lunch", session_open=True)
    story = Story(agents=[ann], calls=[stored()], pbx=TALKING, show=("agent", "close", "place"))
    assert story.first == ["agent ann on_contact"]
    story.check("""
        1 links ann tab
        1 fills 3
        2 ends c1 normal
          > close c1 HANDLED 22
          > agent ann acw
        32 ticks
          > agent ann not_ready lunch
    """)


@pytest.mark.covers("I26")
def test_a_pause_asked_for_during_an_offer_that_comes_to_nothing_holds() -> None:
    ann = AgentProfile(agent_id=1, name="ann", leg_mode=LegMode.PER_CALL)
    Story(agents=[ann], show=("agent", "ring", "join")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 answers c1
          > ring ann#1
          > agent ann reserved
        2.1 pauses ann lunch
          > agent ann reserved
        2.2 ends c1 normal
          > agent ann not_ready lunch
    """)


@pytest.mark.covers("I26")
def test_a_log_off_asked_for_during_an_offer_that_comes_to_nothing_holds() -> None:
    ann = AgentProfile(agent_id=1, name="ann", leg_mode=LegMode.PER_CALL)
    Story(agents=[ann], show=("agent", "play")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 answers c1
          > agent ann reserved
        2.1 logs-off ann
          > agent ann reserved
        4.1 ticks
          > play c1 farewell
          > agent ann offline
    """)


@pytest.mark.covers("I26")
def test_a_desk_s_link_that_was_down_for_a_moment_does_not_undo_a_log_off() -> None:
    story = talking()
    for n, event in enumerate(
        (
            e.LogOffAsked(agent_id=1, request="r"),
            e.AgentUnlinked(agent_id=1, session="tab-ann"),
            e.AgentLinked(agent_id=1, session="tab-ann"),
        )
    ):
        story.floor.handle(e.Instant(3.0 + n, NOON_UTC_S + 3.0 + n), event)
    assert story.floor.agents[1].leaving
    story.floor.handle(e.Instant(7.0, NOON_UTC_S + 7.0), e.AgentLinked(agent_id=1, session="another tab"))
    ann = story.floor.agents[1]
    assert not ann.leaving, "the desk was opened anew"
    assert ann.pause_asked == "login", "and as after any log-in, no call comes before they say that they are ready"
    story.floor.handle(story.floor.now, e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 7.0))
    story.floor.handle(story.floor.now, e.WrapUpEndAsked(agent_id=1, request="r"))
    assert ann.state is AgentState.NOT_READY


@pytest.mark.covers("I33")
def test_a_disposition_chosen_during_the_call_is_kept_at_once_and_decides_also_after_a_crash() -> None:
    story = talking()
    said = e.DispositionChosen(agent_id=1, call="c1-1", disposition="later", note="after ten", request="r")
    [kept] = [x for x in story.floor.handle(story.floor.now, said) if isinstance(x, c.SaveDisposition)]
    assert (kept.disposition, kept.note, kept.keeps_member) == ("later", "after ten", True)

    ann = AgentProfile(agent_id=1, name="ann", pause_reason=None, session_open=True)
    after = Story(
        agents=[ann],
        campaigns=[campaign(retry_rules=RULES)],
        calls=[stored(disposition="later", note="after ten")],
        pbx=TALKING,
        show=("close", "disposition"),
    )
    after.check("""
        4 ends c1 normal
          > close c1 HANDLED 24 again 60
          > disposition c1 later again
    """)


@pytest.mark.covers("I4", "I33")
def test_a_disposition_corrected_after_a_crash_still_decides_about_the_contact() -> None:
    """The engine died during wrap-up: `later` was said before, `sale` after it. Nobody is to be called again."""
    ann = AgentProfile(
        agent_id=1,
        name="ann",
        pause_reason=None,
        acw_until_utc_s=NOON_UTC_S + 20,
        acw_call="c1-1",
        session_open=True,
    )
    over = stored(state="final", outcome=Outcome.HANDLED, disposition="later", ended_utc_s=NOON_UTC_S - 5)
    story = Story(
        agents=[ann], campaigns=[campaign(retry_rules=RULES)], calls=[over], show=("disposition", "agent", "close")
    )
    assert story.first == ["agent ann acw"]
    assert story.floor.runs[1].live == 0
    commands = story.floor.handle(
        story.floor.now, e.DispositionChosen(agent_id=1, call="c1-1", disposition="sale", note="", request="r")
    )
    [kept] = [command for command in commands if isinstance(command, c.SaveDisposition)]
    assert (kept.next_due_utc_s, kept.keeps_member) == (None, False)
    story.check("""
        20 ticks
          > agent ann not_ready lagged
    """)
    assert not story.floor.calls, "let go with the end of the wrap-up"


@pytest.mark.covers("I4", "I33")
@pytest.mark.parametrize("last_agent_id", [1, 2])
def test_a_disposition_chosen_for_a_call_that_ended_while_no_engine_was_there_still_decides_about_the_contact(
    last_agent_id: int,
) -> None:
    """Ann was let go of her customer, and wraps up while they hear the farewell or talk with Bob; its end was never
    written."""
    ann = AgentProfile(
        agent_id=1,
        name="ann",
        pause_reason="lagged",
        acw_until_utc_s=NOON_UTC_S + 20,
        acw_call="c1-1",
        session_open=True,
    )
    ended = CallHistory(
        channel="c1-1", answered_utc_s=NOON_UTC_S - 20, ended_utc_s=NOON_UTC_S - 1, cause=EndCause.NORMAL
    )
    story = Story(
        agents=[ann, AgentProfile(agent_id=2, name="bob")],
        campaigns=[campaign(retry_rules=RULES)],
        calls=[stored(disposition="later", agent_id=last_agent_id)],
        pbx=PbxPicture(boot="one", channels=(), histories=(ended,)),
        show=("close", "disposition"),
    )
    assert story.first == ["close c1 HANDLED 19 again 60"]
    commands = story.floor.handle(
        story.floor.now, e.DispositionChosen(agent_id=1, call="c1-1", disposition="sale", note="", request="r")
    )
    [kept] = [command for command in commands if isinstance(command, c.SaveDisposition)]
    assert (kept.next_due_utc_s, kept.keeps_member) == (None, False)
    assert story.floor.runs[1].live == 0
    story.check("20 ticks")
    assert not story.floor.calls, "let go with the end of the wrap-up"


def test_an_agent_who_was_let_go_of_a_call_before_a_crash_is_not_given_it_again() -> None:
    """Ann did not come back to her customer, who heard the farewell; then the engine died."""
    ann = AgentProfile(
        agent_id=1,
        name="ann",
        pause_reason="lagged",
        acw_until_utc_s=NOON_UTC_S + 20,
        acw_call="c1-1",
        session_open=True,
    )
    alone = PbxPicture(boot="one", channels=(ChannelPicture(channel="c1-1", answered=True),))
    story = Story(agents=[ann], calls=[stored()], pbx=alone, show=("agent", "play", "close"))
    assert story.first == ["agent ann acw"]
    story.check("""
        0 ticks
          > play c1 farewell
        8 ends c1 normal
          > close c1 HANDLED 28
    """)
    assert story.floor.agents[1].call is None


@pytest.mark.covers("I25", "I48")
@pytest.mark.parametrize("set_back_s", [0.0, 300.0])
def test_a_wrap_up_lasts_no_longer_after_a_crash_though_the_clock_was_set_back(set_back_s: float) -> None:
    """It was to end 20 s from now; the clock that says so may have been put right meanwhile."""
    ann = AgentProfile(
        agent_id=1,
        name="ann",
        pause_reason=None,
        acw_until_utc_s=NOON_UTC_S + 20 + set_back_s,
        acw_call="c1-1",
        session_open=True,
    )
    over = stored(state="final", outcome=Outcome.HANDLED, ended_utc_s=NOON_UTC_S - 5 + set_back_s)
    story = Story(agents=[ann], campaigns=[campaign(acw_max_s=25.0)], calls=[over], show=("agent",))
    assert story.first == ["agent ann acw"]
    story.check("19 ticks")
    story.check(f"{20 if not set_back_s else 25} ticks\n > agent ann not_ready lagged")
