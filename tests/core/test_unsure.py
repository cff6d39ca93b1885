"""Stories of what the world may do: no reply, late news, restarts."""

import pytest

from busyhour.core.commands import PlaceCall
from busyhour.core.events import AgentLinked, ClockTicked, Instant
from busyhour.core.model.campaign import RetryRule, Trunk
from busyhour.core.model.pictures import AgentProfile, CallHistory, ChannelPicture, OpenCall, PbxPicture
from busyhour.core.model.values import DialMode, EndCause, Outcome
from tests.core.story import NOON_UTC_S, Story, campaign, item


def test_no_reply_is_ambiguous_and_looked_for_never_failed() -> None:
    Story(show=("look", "close", "join")).working("ann").check("""
        1 fills 1
        1 commits c1
        6 no-reply c1
          > look c1
        6.1 rings c1
        9 answers c1
          > join c1 ann#1
    """)


def test_no_reply_and_no_trace_counts_as_an_attempt() -> None:
    Story(show=("close", "place")).working("ann").check("""
        1 fills 1
          > place c1
        1 commits c1
        6 no-reply c1
        6.1 missing c1 busy
          > close c1 BUSY 0
    """)


def test_a_call_that_the_pbx_never_had_is_lost_not_unanswered() -> None:
    Story(show=("close",)).working("ann").check("""
        1 fills 1
        1 commits c1
        6 no-reply c1
        31 ticks
        33 missing c1
        36 ticks
        39 ticks
        42 ticks
        45 ticks
        48 ticks
        51 ticks
        54 ticks
        57 ticks
        60 missing c1
          > close c1 LOST 0
    """)


@pytest.mark.covers("I4")
def test_a_call_that_surely_was_not_sent_is_dialed_again_and_is_no_error() -> None:
    """The PBX was out of reach when the intent was committed: no rule has to ask for another attempt."""
    Story(show=("close", "run", "fill")).working("ann").check("""
        1 fills 1
          > run 1 running
        1 commits c1
        1 not-sent c1 not_sent
          > close c1 CANCELLED 0 again 60
        61 ticks
          > fill 1
    """)


def test_a_call_that_was_not_sent_did_not_ring_in_vain() -> None:
    """Its request waited for longer than the ring time, and then was too old to be sent (I29)."""
    Story(show=("close", "hang-up")).working("ann").check("""
        1 fills 1
        1 commits c1
        31 ticks
          > hang-up c1
        32 not-sent c1 not_sent
          > close c1 CANCELLED 0 again 60
    """)


def test_hangup_heard_twice_closes_once() -> None:
    Story(show=("close",)).working("ann").check("""
        1 fills 1
        1 commits c1
        2 ends c1 busy
          > close c1 BUSY 0
        2 ends c1 busy
        3 answers c1
    """)


def test_answer_before_the_reply_to_our_request_is_taken() -> None:
    Story(show=("join", "close")).working("ann").check("""
        1 fills 1
        1 answers c1
          > join c1 ann#1
        1 commits c1
        1 sent c1
        1 rings c1
    """)


def test_an_answer_that_crosses_our_hang_up_is_hung_up_and_counted() -> None:
    Story(show=("hang-up", "join", "close")).working("ann").check("""
        1 fills 1
        1 commits c1
        31 ticks
          > hang-up c1
        31 answers c1
          > hang-up c1
        31.2 ends c1 normal
          > close c1 ABANDONED 0.2
    """)


def test_do_not_call_found_at_the_last_moment_closes_the_member_undialed() -> None:
    Story(show=("close-member", "close", "place", "run")).working("ann").check("""
        1 fills 1
          > run 1 running
          > place c1
        1 refuses c1 dnc
          > close-member 101 DNC
          > run 1 completed
    """)


def test_a_number_out_of_its_hours_goes_back_and_waits() -> None:
    Story(show=("return", "place", "fill")).working("ann").check("""
        1 fills 1
          > place c1
        1 refuses c1 out_of_hours_callee 3600
          > return 1
        3601 ticks
          > fill 1
    """)


def test_a_restarted_pbx_ends_its_calls_and_frees_the_agents() -> None:
    Story(show=("close", "agent", "ring")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 sent c1
        2 answers c1
          > agent ann reserved
        2 joins c1 ann#1
          > agent ann on_contact
        10 pbx-lost
        12 pbx-back two
          > close c1 HANDLED 10
          > agent ann acw
        42 ticks
          > agent ann not_ready phone
        43 phone ann
          > ring ann#2
    """)


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


def test_a_trunk_never_starts_more_calls_a_second_than_it_may_however_time_is_rounded() -> None:
    """I8: x > y - 1 and x + 1 - y = 0 can both hold of floating-point numbers."""
    trunk = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=90, calls_per_s_max=3)
    for at_s in (1.9948195629497427, 1.027444857090819, 1.3800149219007116):
        story = Story(campaigns=[campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=90)], trunk=trunk)
        story.check(f"""
            {at_s!r} fills 30
              > run 1 running
              > place c1
        """)
        later_s = at_s + 1.0
        assert at_s > later_s - 1.0
        placed_s = [at_s]
        while (due_s := story.floor.next_deadline_s()) is not None and due_s <= at_s + 5.0:
            commands = story.floor.handle(Instant(due_s, NOON_UTC_S + due_s), ClockTicked())
            placed_s += [due_s for command in commands if isinstance(command, PlaceCall)]
        assert all(first + 1.0 <= fourth for first, fourth in zip(placed_s, placed_s[3:], strict=False))
        assert 12 <= len(placed_s) <= 16, "evenly, and no slower than it may"


def test_an_agent_who_is_offered_a_customer_too_late_is_let_go() -> None:
    """The customer had talked with ann, whose leg died; bob was chosen, and the wait was over before he was joined. The
    PBX may still join them: bob's next customer is not put into that leg (I23)."""
    story = Story(show=("join", "play", "agent", "close")).working("ann", "bob")
    story.check("""
        1 fills 1
        1 commits c1
        3 answers c1
          > join c1 ann#1
          > agent ann reserved
        3.1 joins c1 ann#1
          > agent ann on_contact
        8 leg-down ann#1
        12 leg-up ann#3
          > join c1 ann#3
        12.1 join-fails c1 ann#3
          > agent ann not_ready phone
          > join c1 bob#2
          > agent bob reserved
        12.2 ticks
          > play c1 farewell
          > agent bob not_ready phone
        20 ends c1 normal
          > close c1 HANDLED 17
    """)
    assert all(agent.call is None for agent in story.floor.agents.values())


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
