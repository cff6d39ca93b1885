"""A clock that is set while calls are up changes no duration (I48, D1)."""

import pytest
from msgspec.structs import replace

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.machine import Floor
from busyhour.core.model.campaign import RetryRule
from busyhour.core.model.pictures import CallHistory, ChannelPicture, OpenCall, PbxPicture, RunPicture
from busyhour.core.model.values import DialMode, EndCause, Outcome
from tests.core.story import NOON_UTC_S, Story, campaign, item


def being_joined() -> Story:
    """A call that was answered at second 2."""
    story = Story().working("ann")
    return story.check("""
        1 fills 1
          > run 1 running
          > place c1
        1 commits c1
        2 answers c1
          > progress c1
          > join c1 ann#1
          > agent ann reserved
    """)


@pytest.mark.covers("I30", "I48")
@pytest.mark.parametrize("set_by_s", [3600.0, -900.0, 0.0])
def test_a_talk_lasts_as_long_as_it_did_though_the_clock_is_set_meanwhile(set_by_s: float) -> None:
    story = being_joined()
    ended = e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 32 + set_by_s)
    commands = story.floor.handle(e.Instant(32.0, NOON_UTC_S + 32 + set_by_s), ended)
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(30.0)


def test_news_of_an_end_that_come_after_the_clock_was_set_do_not_change_the_talk() -> None:
    """The call ended before; its end was heard of 4 s later."""
    story = being_joined()
    ended = e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 32)
    commands = story.floor.handle(e.Instant(36.0, NOON_UTC_S + 36 + 900), ended)
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(30.0)


@pytest.mark.parametrize("set_by_s", [-36.0, 36.0, 12.0])
def test_news_of_an_end_that_come_long_after_it_make_no_talk_longer_than_the_time_that_went_by(set_by_s: float) -> None:
    """Lost, and found out at a look. What the clock was set by meanwhile may lead nearer to that than the truth."""
    story = being_joined()
    story.floor.handle(e.Instant(45.0, NOON_UTC_S + 45 + set_by_s), e.ClockTicked())
    ended = e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 27)
    commands = story.floor.handle(e.Instant(46.0, NOON_UTC_S + 46 + set_by_s), ended)
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(25.0)


@pytest.mark.covers("I30", "I48")
@pytest.mark.parametrize("again_by_s", [180.0, -700.0])
def test_a_clock_set_in_the_call_and_again_before_its_end_is_heard_leaves_the_time_that_went_by(
    again_by_s: float,
) -> None:
    """Neither the recorded times nor what is left of them can be: the one is hours, the other less than nothing."""
    story, set_by_s = being_joined(), -532.0
    ended = e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 10 + set_by_s)
    commands = story.floor.handle(e.Instant(10.0, NOON_UTC_S + 10 + set_by_s + again_by_s), ended)
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(8.0)


@pytest.mark.covers("I30", "I48")
@pytest.mark.parametrize("set_by_s", [384.0, -384.0])
def test_a_clock_set_while_the_news_of_an_answer_are_on_their_way_changes_neither_wait_nor_talk(
    set_by_s: float,
) -> None:
    story = Story().working("ann")
    story.check("""
        1 fills 1
          > run 1 running
          > place c1
        1 commits c1
    """)
    answered = e.CallAnswered(call="c1-1", at_utc_s=NOON_UTC_S + 2)
    commands = story.floor.handle(e.Instant(2.0, NOON_UTC_S + 2 + set_by_s), answered)
    assert any(isinstance(command, c.Join) for command in commands)
    commands = story.floor.handle(e.Instant(2.1, NOON_UTC_S + 2.1 + set_by_s), e.ClockTicked())
    assert commands == [], "they have waited for a tenth of a second, not for minutes"
    ended = e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 10 + set_by_s)
    commands = story.floor.handle(e.Instant(10.0, NOON_UTC_S + 10 + set_by_s), ended)
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(8.0)


@pytest.mark.covers("I30", "I48")
def test_a_call_adopted_while_it_rang_talks_from_its_answer_though_the_clock_was_set_before_that() -> None:
    """Its link was down when it was answered, so only its end told since when."""
    story = Story(
        calls=[
            OpenCall(item=item(1), run_id=1, campaign_id=1, trunk_id=1, state="ringing", intent_utc_s=NOON_UTC_S - 5)
        ],
        pbx=PbxPicture(boot="one", channels=(ChannelPicture(channel="c1-1", answered=False, ringing=True),)),
    )
    told = e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S - 1, answered_utc_s=NOON_UTC_S - 4)
    commands = story.floor.handle(e.Instant(26.0, NOON_UTC_S - 1), told)
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(3.0)


ANSWERED = e.Instant(100.0, NOON_UTC_S + 100)
SET_BY_S = 470.0


def at(mono_s: float) -> e.Instant:
    """After the clock was set."""
    return e.Instant(mono_s, NOON_UTC_S + mono_s + SET_BY_S)


def begun_anew(pbx: PbxPicture, **heard: dict[str, e.Instant]) -> tuple[Floor, list[c.Command]]:
    """At second 110, after a failover of the store, in a process that heard a call answered at second 100. While the
    shard was opened anew, the clock was set."""
    call = OpenCall(
        item=item(1),
        run_id=1,
        campaign_id=1,
        trunk_id=1,
        state="answered",
        intent_utc_s=ANSWERED.utc_s - 5,
        answered_utc_s=ANSWERED.utc_s,
    )
    run = RunPicture(run_id=1, campaign=campaign(call_max_s=60), state="running", started_utc_s=NOON_UTC_S)
    floor = Floor()
    started = e.FloorStarted(
        tenant=1,
        fence=8,
        agents=(),
        trunks=(Story().trunk,),
        runs=(run,),
        calls=(call,),
        pbx=pbx,
        heard_at={"c1-1": ANSWERED},
        **heard,  # type: ignore[arg-type]
    )
    return floor, floor.handle(at(110.0), started)


@pytest.mark.covers("I30", "I48")
def test_a_floor_begun_anew_in_its_process_knows_how_long_calls_are_up_though_the_clock_was_set() -> None:
    up = PbxPicture(boot="one", channels=(ChannelPicture(channel="c1-1", answered=True),))
    floor, commands = begun_anew(up)
    commands += floor.handle(at(112.0), e.ClockTicked())
    assert not [command for command in commands if isinstance(command, c.HangUpCall)], "its 60 s are not over"
    commands = floor.handle(at(121.0), e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=at(121.0).utc_s))
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(21.0)


@pytest.mark.covers("I30", "I48")
def test_a_floor_begun_anew_in_its_process_knows_how_long_a_call_was_that_ended_meanwhile() -> None:
    ended = CallHistory(
        channel="c1-1", answered_utc_s=ANSWERED.utc_s, ended_utc_s=at(109.0).utc_s, cause=EndCause.NORMAL
    )
    _, commands = begun_anew(PbxPicture(boot="one", channels=(), histories=(ended,)))
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(9.0)


@pytest.mark.covers("I30", "I48")
def test_a_call_that_ended_before_the_clock_was_set_again_is_reckoned_from_when_its_end_was_heard() -> None:
    """The clock was set during it, and set otherwise after it, while the shard could not be opened."""
    told_utc_s = NOON_UTC_S + 105 + 3000
    ended = CallHistory(channel="c1-1", answered_utc_s=ANSWERED.utc_s, ended_utc_s=told_utc_s, cause=EndCause.NORMAL)
    pbx = PbxPicture(boot="one", channels=(), histories=(ended,))
    _, commands = begun_anew(pbx, ends_heard_at={"c1-1": e.Instant(105.5, told_utc_s + 0.5)})
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.talk_s == pytest.approx(5.0)


@pytest.mark.covers("I4")
def test_a_skip_brings_nobody_forward_who_was_due_by_a_clock_that_was_ahead() -> None:
    rule = RetryRule(outcome=Outcome.AGENT_SKIPPED, max_attempts=3, delay_s=20)
    floor = Story(campaigns=[campaign(dial_mode=DialMode.PREVIEW, retry_rules=(rule,))]).working("ann").floor
    later = replace(item(1), due_utc_s=NOON_UTC_S + 90)
    filled = e.HopperFilled(run_id=1, items=(later,), fresh_left=False, next_due_utc_s=None)
    floor.handle(e.Instant(1.0, NOON_UTC_S + 280), filled)
    asked = e.SkipAsked(agent_id=1, call=later.call, reason="", any_reason=True, request="r")
    [skip] = [one for one in floor.handle(e.Instant(2.0, NOON_UTC_S + 2), asked) if isinstance(one, c.SkipContact)]
    assert skip.next_due_utc_s == NOON_UTC_S + 90


@pytest.mark.covers("I48")
@pytest.mark.parametrize("set_by_s", [3600.0, -900.0, 0.0])
def test_a_hold_lasts_as_long_as_it_did_though_the_clock_is_set_meanwhile(set_by_s: float) -> None:
    story = being_joined()

    def told(at_s: float, event: e.Event, set_s: float = 0.0) -> list[c.Command]:
        return list(story.floor.handle(e.Instant(at_s, NOON_UTC_S + at_s + set_s), event))

    told(3.0, e.CallJoined(call="c1-1", leg=story.floor.agents[1].leg or "", at_utc_s=NOON_UTC_S + 3))
    told(10.0, e.HoldAsked(agent_id=1, request="hold"))
    told(25.0, e.ResumeAsked(agent_id=1, request="resume"), set_by_s)
    ended = e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 32 + set_by_s)
    [close] = [command for command in told(32.0, ended, set_by_s) if isinstance(command, c.CloseCall)]
    assert sum(part.hold_s for part in close.record.segments) == pytest.approx(15.0)
