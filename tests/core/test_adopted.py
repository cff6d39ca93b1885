"""Stories of an engine that begins while calls are up: living ones are adopted, dead ones closed."""

import pytest
from msgspec.structs import replace

from busyhour.core.events import AgentLinked
from busyhour.core.model.campaign import RetryRule
from busyhour.core.model.pictures import AgentProfile, CallHistory, ChannelPicture, OpenCall, PbxPicture
from busyhour.core.model.values import DialMode, EndCause, Outcome
from tests.core.story import NOON_UTC_S, Story, campaign, item


def stored(n: int, state: str, **changes: object) -> OpenCall:
    usual = {
        "item": item(n),
        "run_id": 1,
        "campaign_id": 1,
        "trunk_id": 1,
        "state": state,
        "intent_utc_s": NOON_UTC_S - 30,
    }
    return OpenCall(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.covers("WD-014", "I15", "I16")
def test_after_a_crash_living_calls_are_adopted_and_dead_ones_closed() -> None:
    ann = AgentProfile(agent_id=1, name="ann", pause_reason=None, session_open=True)
    story = Story(
        agents=[ann],
        campaigns=[campaign(agent_ids=(1,))],
        calls=[
            stored(1, "answered", answered_utc_s=NOON_UTC_S - 20, joined_utc_s=NOON_UTC_S - 20, agent_id=1),
            stored(2, "sent"),
            stored(3, "intent"),
            stored(4, "sent"),
        ],
        pbx=PbxPicture(
            boot="one",
            channels=(
                ChannelPicture(channel="a1-1-6-1", answered=True, bridge="ra1-1-6-1"),
                ChannelPicture(channel="c1-1", answered=True, bridge="ra1-1-6-1"),
                ChannelPicture(channel="c1-2", answered=False, ringing=True),
                ChannelPicture(channel="c1-99", answered=True),
            ),
            histories=(
                CallHistory(channel="c1-4", answered_utc_s=None, ended_utc_s=NOON_UTC_S - 5, cause=EndCause.BUSY),
            ),
        ),
        show=("close", "hang-up", "agent", "hang-up-leg"),
    )
    assert story.first == [
        "close c3 CANCELLED 0 again 90",
        "close c4 BUSY 0",
        "hang-up c153",
        "agent ann on_contact",
    ]
    story.floor.handle(story.floor.now, AgentLinked(agent_id=1, session="tab-ann"))
    assert story.floor.agents[1].leg == "a1-1-6-1", "the leg of before the crash is kept"
    assert story.floor.trunks[1].up == 2
    story.check("""
        4 ends c1 normal
          > close c1 HANDLED 24
          > agent ann acw
    """)


@pytest.mark.covers("I2", "I3")
@pytest.mark.covers("WD-132")
def test_a_clock_that_was_ahead_does_not_shorten_the_delay_after_the_call_before() -> None:
    """The attempt was sent while it was; it never reached the network, and the clock is right again."""
    due_utc_s = NOON_UTC_S + 300
    story = Story(
        campaigns=[campaign(agent_ids=())],
        calls=[stored(3, "intent", item=replace(item(3, attempt_no=2), due_utc_s=due_utc_s))],
        show=("close",),
    )
    assert story.first == [f"close c3 CANCELLED 0 again {due_utc_s - (NOON_UTC_S - 30):g}"]


def test_an_intent_of_just_now_may_be_on_its_way_and_is_looked_for_before_it_counts_as_never_sent() -> None:
    Story(
        calls=[stored(1, "intent", intent_utc_s=NOON_UTC_S - 1)], pbx=PbxPicture(boot="one"), show=("look", "close")
    ).check("""
        0 missing c1
        3 ticks
          > look c1
        3 missing c1
        6 ticks
          > look c1
        6 missing c1
        9 ticks
          > look c1
        9 missing c1
          > close c1 CANCELLED 0 again 60
    """)


def test_an_intent_that_the_pbx_gets_only_after_our_start_is_taken_up() -> None:
    story = Story(
        calls=[stored(1, "intent", intent_utc_s=NOON_UTC_S - 1)],
        pbx=PbxPicture(boot="one"),
        show=("look", "close", "hang-up", "place"),
    )
    assert story.first == ["look c1"]
    assert story.floor.trunks[1].up == 1, "its line is taken meanwhile"
    story.check("""
        0 missing c1
        3 ticks
          > look c1
        3 rings c1
        8 ends c1 busy
          > close c1 BUSY 0
    """)


def test_a_customer_who_answered_while_we_were_away_hears_a_word() -> None:
    story = Story(
        calls=[stored(1, "sent")],
        pbx=PbxPicture(boot="one", channels=(ChannelPicture(channel="c1-1", answered=True, in_app=False),)),
        show=("close", "hang-up", "play"),
    )
    assert story.first == []
    story.check("""
        8 ends c1 normal
          > close c1 ABANDONED 8
    """)


def test_calls_of_a_removed_run_are_adopted_and_not_called_again() -> None:
    story = Story(
        campaigns=[
            campaign(
                dial_mode=DialMode.AGENTLESS, retry_rules=(RetryRule(outcome=Outcome.BUSY, max_attempts=3, delay_s=60),)
            )
        ],
        run_state="removed",
        calls=[stored(1, "answered", answered_utc_s=NOON_UTC_S - 10), stored(2, "sent")],
        pbx=PbxPicture(
            boot="one",
            channels=(ChannelPicture(channel="c1-1", answered=True),),
            histories=(
                CallHistory(channel="c1-2", answered_utc_s=None, ended_utc_s=NOON_UTC_S - 5, cause=EndCause.BUSY),
            ),
        ),
        show=("close", "hang-up", "place"),
    )
    assert story.first == ["close c2 BUSY 0"]
    story.check("""
        2 ends c1 normal
          > close c1 IVR_LEFT 12
    """)
    assert not story.floor.calls


@pytest.mark.covers("AD-065")
def test_an_answer_while_we_were_away_counts_from_when_it_was() -> None:
    channel = ChannelPicture(channel="c1-1", answered=True, answered_utc_s=NOON_UTC_S - 18)
    story = Story(
        campaigns=[campaign(dial_mode=DialMode.AGENTLESS)],
        calls=[stored(1, "sent")],
        pbx=PbxPicture(boot="one", channels=(channel,)),
        show=("close",),
    )
    story.check("""
        2 ends c1 normal
          > close c1 IVR_LEFT 20
    """)


def test_the_lost_end_of_a_message_is_looked_for() -> None:
    agentless = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=1)
    Story(campaigns=[agentless], show=("play", "look-at-prompt", "hang-up", "close")).check("""
        1 fills 1
        1 commits c1
        3 answers c1
          > play c1 hello
        13 ticks
          > look-at-prompt c1
        23 ticks
          > look-at-prompt c1
        23.1 prompt-missing c1
          > hang-up c1
        23.2 ends c1 normal
          > close c1 IVR_LEFT 20.2
    """)


def test_who_hears_the_pbx_say_good_bye_hears_it_to_the_end() -> None:
    """Answered while no engine was there: a message could not be played to them now, and nobody cuts them off."""
    channel = ChannelPicture(channel="c1-1", answered=True, answered_utc_s=NOON_UTC_S - 1, in_app=False)
    story = Story(
        campaigns=[campaign(dial_mode=DialMode.AGENTLESS)],
        calls=[stored(1, "answered", answered_utc_s=NOON_UTC_S - 1)],
        pbx=PbxPicture(boot="one", channels=(channel,)),
        show=("play", "look-at-prompt", "hang-up", "close"),
    )
    story.check("""
        6 ends c1 normal
          > close c1 ABANDONED 7
    """)


def test_who_hangs_up_in_the_message_has_not_heard_it() -> None:
    """The PBX tells that the prompt broke off just before it tells that the call ended."""
    agentless = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=1)
    Story(campaigns=[agentless], show=("play", "hang-up", "close")).check("""
        1 fills 1
        1 commits c1
        3 answers c1
          > play c1 hello
        7.5 prompt-breaks-off c1
        7.5 ends c1 normal
          > close c1 IVR_LEFT 4.5
    """)


def test_a_call_whose_message_cannot_be_played_is_not_kept() -> None:
    agentless = campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=1)
    Story(campaigns=[agentless], show=("play", "hang-up", "close")).check("""
        1 fills 1
        1 commits c1
        3 answers c1
          > play c1 hello
        3 prompt-breaks-off c1
        3.3 ticks
          > hang-up c1
        3.4 ends c1 normal
          > close c1 IVR_LEFT 0.4
    """)


@pytest.mark.parametrize(
    ("message_heard", "cause", "outcome"),
    [
        (True, EndCause.NORMAL, "IVR_COMPLETED"),
        (False, EndCause.NORMAL, "IVR_LEFT"),
        (False, EndCause.TIMEOUT, "MAX_DURATION"),
    ],
)
def test_what_was_heard_before_the_engine_died_is_known_to_the_next_one(
    message_heard: bool, cause: EndCause, outcome: str
) -> None:
    """It let the caller go after the message, and died before it heard of the end."""
    ended = CallHistory(
        channel="c1-1",
        answered_utc_s=NOON_UTC_S - 10,
        ended_utc_s=NOON_UTC_S - 3,
        cause=cause,
        message_heard=message_heard,
    )
    story = Story(
        campaigns=[campaign(dial_mode=DialMode.AGENTLESS)],
        calls=[stored(1, "answered", answered_utc_s=NOON_UTC_S - 10)],
        pbx=PbxPicture(boot="one", histories=(ended,)),
        show=("close",),
    )
    assert story.first == [f"close c1 {outcome} 7"]


@pytest.mark.covers("I18")
def test_who_answered_while_no_engine_was_there_hears_the_message_after_all() -> None:
    """I18: the engine died between the answer and the order to play."""
    channel = ChannelPicture(channel="c1-1", answered=True, answered_utc_s=NOON_UTC_S - 2)
    story = Story(
        campaigns=[campaign(dial_mode=DialMode.AGENTLESS)],
        calls=[stored(1, "answered", answered_utc_s=NOON_UTC_S - 2)],
        pbx=PbxPicture(boot="one", channels=(channel,)),
        show=("play", "look-at-prompt", "hang-up"),
    )
    story.check("""
        0 ticks
          > look-at-prompt c1
        0.1 prompt-missing c1
          > play c1 hello
        8 prompt-ends c1
          > hang-up c1
    """)


@pytest.mark.covers("I47")
@pytest.mark.parametrize("mode", list(DialMode))
def test_recovery_twice_gives_the_same_floor(mode: DialMode) -> None:
    """I47."""

    def floor() -> object:
        story = Story(
            campaigns=[campaign(dial_mode=mode)],
            calls=[stored(1, "answered", answered_utc_s=NOON_UTC_S - 1), stored(2, "sent")],
            pbx=PbxPicture(
                boot="one",
                channels=(
                    ChannelPicture(channel="c1-1", answered=True),
                    ChannelPicture(channel="c1-2", answered=False),
                ),
            ),
        )
        return story.first, story.floor.calls, story.floor.agents, story.floor.trunks

    assert floor() == floor()
