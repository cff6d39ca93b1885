"""Agents who see a contact first: told as stories."""

import pytest
from msgspec.structs import replace

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import CallState
from busyhour.core.model.campaign import Preview, RetryRule
from busyhour.core.model.pictures import AgentProfile, ChannelPicture, OpenCall, PbxPicture, Reservation
from busyhour.core.model.values import Audited, DialMode, LegMode, Outcome, PreviewEnd
from tests.core.story import NOON_UTC_S, Story, campaign, item, leg

ANN = AgentProfile(agent_id=1, name="ann", may_dial=True)
BOB = AgentProfile(agent_id=2, name="bob")
PHONE_ANN = AgentProfile(agent_id=1, name="ann", leg_mode=LegMode.PER_CALL, may_dial=True)

SHOWN = ("place", "reserve", "unreserve", "return", "skip", "agent", "join", "hang-up", "ring", "close")
SHOWN += ("close-member", "ok", "refused", "play")


def previews(*, agents: tuple[AgentProfile, ...] = (ANN, BOB), **settings: object) -> Story:
    return Story(
        campaigns=[campaign(dial_mode=DialMode.PREVIEW, **settings)],
        agents=agents,
        show=SHOWN,
    )


def looking(**settings: object) -> Story:
    """Ann looks at c1."""
    return (
        previews(**settings)
        .working("ann")
        .check("""
        1 fills 1
          > reserve c1 ann
          > agent ann reserved
    """)
    )


def test_a_preview_is_dialed() -> None:
    looking().check("""
        9 dials ann c1
          > unreserve c1
          > place c1
        9 dials ann c1
          > ok
        9 commits c1
          > ok
        9 sent c1
        10 rings c1
        12 answers c1
          > join c1 ann#1
        12 joins c1 ann#1
          > agent ann on_contact
        20 ends c1 normal
          > close c1 HANDLED 8
          > agent ann acw
    """)


def test_another_number_of_the_contact_is_dialed() -> None:
    story = looking()
    story._handle(9.0, e.PreviewDialAsked(agent_id=1, call="c1-1", number="+4930777", request="r"))
    [placed] = [command for command in story.floor.out if isinstance(command, c.PlaceCall)]
    assert (placed.item.number, placed.item.member_id, placed.audit) == ("+4930777", 101, Audited.OTHER_NUMBER)
    assert placed.leg == leg("ann#1"), "who hears it ring"
    assert placed.why == "preview: ann dialed another number of the contact"
    story.check("""
        9 refuses c1 dnc
          > return 1
          > refused dnc
          > agent ann available
    """)
    tried = story.floor.agents[1].tried
    assert tried is not None
    assert (tried.number, tried.contact_id, tried.result) == ("+4930777", 1, "dnc")


@pytest.mark.covers("WD-064", "WD-066", "WD-173")
def test_a_preview_is_skipped() -> None:
    """With a reason of the campaign's; the next contact comes by itself."""
    previews(
        retry_rules=(RetryRule(outcome=Outcome.AGENT_SKIPPED, disposition="not now", max_attempts=2, delay_s=60),)
    ).working("ann").check("""
        1 fills 2
          > reserve c1 ann
          > agent ann reserved
        3 skips ann c1 nonsense
          > refused unknown_reason
        4 skips ann c1 not now
          > skip c1 not now again
          > unreserve c1
          > ok
          > agent ann available
          > reserve c2 ann
          > agent ann reserved
        5 skips ann c1
          > refused preview_gone
        6 skips ann c2 called already
          > skip c2 called already
          > unreserve c2
          > ok
          > agent ann available
    """)


def test_the_time_ends_and_it_is_given_back() -> None:
    looking(preview=Preview(timeout_s=30.0)).check("""
        30 ticks
        31 ticks
          > return 1
          > unreserve c1
          > agent ann not_ready missed
    """)


def test_the_time_ends_and_it_is_dialed() -> None:
    looking(preview=Preview(timeout_s=30.0, timeout_action=PreviewEnd.DIAL)).check("""
        31 ticks
          > unreserve c1
          > place c1
    """)


def test_the_time_ends_while_the_desk_is_away() -> None:
    """Nobody is there to talk: it is given back."""
    looking(preview=Preview(timeout_s=30.0, timeout_action=PreviewEnd.DIAL)).check("""
        20 unlinks ann tab-ann
        31 ticks
          > return 1
          > unreserve c1
          > agent ann not_ready missed
    """)


@pytest.mark.parametrize("leaves", ["pauses ann lunch", "logs-off ann"])
def test_an_agent_leaves(leaves: str) -> None:
    state = "not_ready lunch" if "lunch" in leaves else "offline"
    looking().check(f"""
        5 {leaves}
          > return 1
          > unreserve c1
          > ok
          > agent ann {state}
    """)


def test_a_desk_that_does_not_come_back_loses_its_contact() -> None:
    looking().check("""
        5 unlinks ann tab-ann
        34 ticks
        35 ticks
          > return 1
          > unreserve c1
          > agent ann offline
    """)


def test_a_reload_keeps_the_contact() -> None:
    """The leg goes with the tab, and is rung anew; the dial waits for it."""
    looking().check("""
        5 unlinks ann tab-ann
        5 leg-down ann#1
        6 links ann tab-two
        7 phone ann
          > ring ann#2
        7.1 dials ann c1
          > ok
        8 leg-up ann#2
          > unreserve c1
          > place c1
    """)


def test_the_phone_is_not_answered() -> None:
    """It rings once the agent has decided; nothing was dialed."""
    previews(agents=(PHONE_ANN, BOB)).working("ann").check("""
        1 fills 1
          > reserve c1 ann
          > agent ann reserved
        5 dials ann c1
          > ok
          > ring ann#1
        26 ticks
          > return 1
          > unreserve c1
          > agent ann not_ready missed
    """)


def test_the_number_is_listed_meanwhile() -> None:
    looking().check("""
        5 lists c1
          > close-member 101 DNC
          > unreserve c1
          > agent ann available
    """)


def test_the_store_refuses() -> None:
    """A list of which the floor was not told."""
    looking().check("""
        5 dials ann c1
          > unreserve c1
          > place c1
        5 refuses c1 dnc
          > close-member 101 DNC
          > refused dnc
          > agent ann available
    """)


def test_the_run_is_paused() -> None:
    looking().check("""
        5 pause-run 1
          > return 1
          > unreserve c1
          > ok
          > agent ann available
    """)


@pytest.mark.covers("I27")
def test_two_agents_never_have_one_contact() -> None:
    story = previews().working("ann", "bob")
    story.check("""
        1 fills 2
          > reserve c1 ann
          > reserve c2 bob
          > agent ann reserved
          > agent bob reserved
    """)
    assert [call.agent_id for call in story.floor.calls.values()] == [1, 2]


def test_the_leg_is_lost_while_it_rings() -> None:
    """Nobody could take the call: it is given up, and does not find a person without an agent."""
    looking().check("""
        5 dials ann c1
          > unreserve c1
          > place c1
        5 commits c1
          > ok
        5 sent c1
        6 leg-down ann#1
          > hang-up c1
        6 ends c1 normal
          > close c1 CANCELLED 0
          > agent ann not_ready phone
    """)


def test_a_reservation_survives_the_engine() -> None:
    kept = Reservation(item=item(1), run_id=1, agent_id=1, until_utc_s=NOON_UTC_S + 40.0)
    here = AgentProfile(agent_id=1, name="ann", pause_reason=None, session_open=True)
    story = Story(
        campaigns=[campaign(dial_mode=DialMode.PREVIEW)], agents=[here, BOB], reservations=[kept], run_state="running"
    )
    assert story.floor.agents[1].state is AgentState.RESERVED
    assert story.floor.calls["c1-1"].state is CallState.RESERVED
    story.show = ("return", "unreserve", "place")
    story.check("""
        1 links ann tab-ann
        39 ticks
        41 ticks
          > return 1
          > unreserve c1
    """)


def test_a_reservation_of_somebody_who_is_gone_is_given_back() -> None:
    kept = Reservation(item=item(1), run_id=1, agent_id=1, until_utc_s=NOON_UTC_S + 40.0)
    story = Story(
        campaigns=[campaign(dial_mode=DialMode.PREVIEW)],
        agents=[ANN, BOB],
        reservations=[kept],
        run_state="running",
        show=("return", "unreserve"),
    )
    assert story.first == ["return 1", "unreserve c1"]


# The engine dies while it rings

LEG = ChannelPicture(channel="a1-1-6-1", answered=True, bridge="ra1-1-6-1")
LEG_OF_BOB = ChannelPicture(channel="a1-2-6-1", answered=True, bridge="ra1-2-6-1")
HERE = AgentProfile(agent_id=1, name="ann", pause_reason=None, session_open=True, call="c1-1")
BOB_HERE = AgentProfile(agent_id=2, name="bob", pause_reason=None, session_open=True, call="c1-1")
RINGING = OpenCall(
    item=item(1), run_id=1, campaign_id=1, trunk_id=1, state="ringing", intent_utc_s=NOON_UTC_S - 5, agent_id=1
)


def taken_over(*channels: ChannelPicture) -> Story:
    return Story(
        campaigns=[campaign(dial_mode=DialMode.PREVIEW)],
        agents=[HERE],
        calls=[RINGING],
        pbx=PbxPicture(boot="one", channels=channels),
        run_state="running",
        show=("join", "hang-up", "agent", "close", "play"),
    )


def test_a_call_that_rings_is_taken_over_with_its_agent() -> None:
    story = taken_over(LEG, ChannelPicture(channel="c1-1", answered=False, ringing=True))
    assert story.first == ["agent ann reserved"]
    story._handle(1.0, e.CallAnswered(call="c1-1", at_utc_s=NOON_UTC_S + 1))
    assert story.floor.calls["c1-1"].state is CallState.OFFERED


def test_a_call_that_was_answered_meanwhile_is_joined() -> None:
    story = taken_over(LEG, ChannelPicture(channel="c1-1", answered=True))
    assert story.first == ["join c1 ann#1", "agent ann reserved"]


def test_a_call_whose_agent_is_gone_is_given_up() -> None:
    story = taken_over(ChannelPicture(channel="c1-1", answered=False, ringing=True))
    assert story.first[0] == "hang-up c1"


@pytest.mark.covers("WD-255")
def test_a_program_skips_with_a_word_of_its_own_that_steers_the_rules() -> None:
    rule = RetryRule(outcome=Outcome.AGENT_SKIPPED, disposition="LATER", max_attempts=3, delay_s=60)
    plain = RetryRule(outcome=Outcome.AGENT_SKIPPED, max_attempts=3, delay_s=600)
    for word, again_s in (("LATER", 60.0), ("", 600.0), ("NEVER", None)):
        story = Story(campaigns=[campaign(dial_mode=DialMode.PREVIEW, retry_rules=(rule, plain))]).working("ann")
        floor = story.floor
        item_ = item(1)
        floor.handle(
            e.Instant(1.0, NOON_UTC_S + 1),
            e.HopperFilled(run_id=1, items=(item_,), fresh_left=False, next_due_utc_s=None),
        )
        asked = e.SkipAsked(agent_id=1, call=item_.call, reason=word, any_reason=True, request="r")
        [skip] = [one for one in floor.handle(e.Instant(2.0, NOON_UTC_S + 2), asked) if isinstance(one, c.SkipContact)]
        due = None if skip.next_due_utc_s is None else skip.next_due_utc_s - NOON_UTC_S - 2
        assert (skip.reason, due) == (word, again_s)


@pytest.mark.covers("I26", "I27")
def test_a_reservation_of_which_nobody_heard_that_it_ended() -> None:
    """The store failed over: its agent has paused since, or the contact is another one's. It is given back."""
    kept = Reservation(item=item(1), run_id=1, agent_id=1, until_utc_s=NOON_UTC_S + 40.0)
    paused = AgentProfile(agent_id=1, name="ann", pause_reason="lunch", session_open=True)
    rung = replace(RINGING, agent_id=2)
    channels = (ChannelPicture(channel="c1-1", answered=False, ringing=True), LEG_OF_BOB)
    for agents, calls, up in (([paused, BOB], [], ()), ([HERE, BOB_HERE], [rung], channels)):
        story = Story(
            campaigns=[campaign(dial_mode=DialMode.PREVIEW)],
            agents=agents,
            calls=calls,
            reservations=[kept],
            pbx=PbxPicture(boot="one", channels=up),
            run_state="running",
            show=("return", "unreserve"),
        )
        assert story.first == ["return 1", "unreserve c1"]
        assert story.floor.agents[1].call is None


@pytest.mark.covers("I27")
def test_an_older_call_that_may_never_have_been_sent_takes_no_agent() -> None:
    """Two intents of a dead engine name ann: an old one of which nothing is known, and the one that rings for her."""
    old = replace(RINGING, item=item(2), state="intent")
    story = Story(
        campaigns=[campaign(dial_mode=DialMode.PREVIEW)],
        agents=[HERE],
        calls=[old, RINGING],
        pbx=PbxPicture(boot="one", channels=(LEG, ChannelPicture(channel="c1-1", answered=False, ringing=True))),
        run_state="running",
        show=("hang-up", "agent"),
    )
    assert story.first == ["agent ann reserved"]
    assert story.floor.agents[1].call == "c1-1"


@pytest.mark.covers("I26")
def test_an_agent_whom_the_engine_before_let_go_of_a_call_is_not_given_it_again() -> None:
    """Their leg was lost, so the callee waits for anybody; and they may have paused since."""
    for pause in (None, "lunch"):
        story = Story(
            campaigns=[campaign(dial_mode=DialMode.PREVIEW)],
            agents=[replace(HERE, call=None, pause_reason=pause)],
            calls=[replace(RINGING, state="answered", answered_utc_s=NOON_UTC_S - 1)],
            pbx=PbxPicture(boot="one", channels=(LEG, ChannelPicture(channel="c1-1", answered=True))),
            run_state="running",
            show=("join",),
        )
        assert story.first == []
        assert story.floor.calls["c1-1"].state is CallState.WAITING
