"""Stories with a PBX whose clock is minutes off (D4): what it stamps is told in our time; nobody waits by its clock."""

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import fields, replace

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.missed import GIVEN_S, SLACK_S
from busyhour.core.model.pictures import CallHistory, ChannelPicture, PbxPicture
from busyhour.core.model.values import EndCause, Outcome
from tests.core.inbound import number, queue
from tests.core.story import NOON_UTC_S, Story, campaign
from tests.core.test_adopted import stored
from tests.core.test_callers_missed import asks, missed, record_of

AHEAD = [120.0, -120.0, 5.0, -5.0]


@dataclass
class Apart(Story):
    """All that the PBX tells is stamped by its own clock."""

    ahead_s: float = 0.0

    def __post_init__(self) -> None:
        pbx = self.pbx
        self.pbx = replace(
            pbx,
            ahead_s=self.ahead_s,
            channels=tuple(self.stamped(one) for one in pbx.channels),
            histories=tuple(self.stamped(one) for one in pbx.histories),
        )
        super().__post_init__()

    def stamped(self, fact: Any) -> Any:
        names = [one.name for one in fields(fact) if one.name.endswith("utc_s") and getattr(fact, one.name)]
        return replace(fact, **{name: getattr(fact, name) + self.ahead_s for name in names})

    def _event(self, at_s: float, verb: str, words: list[str]) -> e.Event:
        event: e.Event = self.stamped(super()._event(at_s, verb, words))
        return event

    def records(self, at_s: float, event: e.Event) -> list[Any]:
        commands = self.floor.handle(e.Instant(at_s, NOON_UTC_S + at_s), event)
        return [command.record for command in commands if isinstance(command, c.CloseCall)]


@pytest.mark.covers("I30", "I48")
@pytest.mark.parametrize("ahead_s", AHEAD)
def test_a_customer_waits_for_an_agent_by_our_clock(ahead_s: float) -> None:
    """With a PBX that was five seconds behind, everybody who answered was told at once that nobody was there."""
    story = Apart(ahead_s=ahead_s, show=("join", "play", "hang-up")).working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        1.5 pauses ann lunch
        2 answers c1
        3.9 ticks
        4 ticks
          > play c1 farewell
    """)


@pytest.mark.covers("I30")
@pytest.mark.parametrize("ahead_s", AHEAD)
def test_a_record_is_in_our_time(ahead_s: float) -> None:
    story = Apart(ahead_s=ahead_s, show=("join",)).working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        2 rings c1
        4 answers c1
          > join c1 ann#1
        4 joins c1 ann#1
    """)
    [record] = story.records(
        34, story.stamped(e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 34))
    )
    times = (record.ringing_utc_s, record.answered_utc_s, record.joined_utc_s, record.ended_utc_s)
    assert times == pytest.approx([NOON_UTC_S + at_s for at_s in (2, 4, 4, 34)])
    assert record.talk_s == pytest.approx(30.0)


@pytest.mark.parametrize("measured_wrong_by_s", [0.03, -0.03])
def test_a_call_that_we_hung_up_is_not_said_to_have_ended_before(measured_wrong_by_s: float) -> None:
    """What was first is known by what we heard first: by the clocks its end was a moment before our order."""
    pbx = PbxPicture(boot="one", ahead_s=120.0 + measured_wrong_by_s)
    story = Story(campaigns=[campaign(ring_timeout_s=20.0)], pbx=pbx, show=("hang-up",)).working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        21 ticks
          > hang-up c1
    """)
    ended = e.CallEnded(call="c1-1", cause=EndCause.NORMAL, at_utc_s=NOON_UTC_S + 21.004 + 120)
    commands = story.floor.handle(e.Instant(21.006, NOON_UTC_S + 21.006), ended)
    [close] = [command for command in commands if isinstance(command, c.CloseCall)]
    assert close.record.outcome is Outcome.NO_ANSWER


@pytest.mark.covers("I15")
@pytest.mark.parametrize("ahead_s", AHEAD)
def test_an_adopted_call_is_as_old_as_it_is(ahead_s: float) -> None:
    """Answered a second before the engine began: half of its wait is left."""
    answered = ChannelPicture(channel="c1-1", answered=True, answered_utc_s=NOON_UTC_S - 1)
    busy = CallHistory(channel="c1-4", answered_utc_s=None, ended_utc_s=NOON_UTC_S - 5, cause=EndCause.BUSY)
    story = Apart(
        ahead_s=ahead_s,
        campaigns=[campaign(answer_wait_max_s=2.0)],
        calls=[stored(1, "sent"), stored(4, "sent")],
        pbx=PbxPicture(boot="one", channels=(answered,), histories=(busy,)),
        show=("play",),
    )
    story.check("""
        0.9 ticks
        1 ticks
          > play c1 farewell
    """)
    assert story.floor.calls["c1-1"].answered_utc_s == pytest.approx(NOON_UTC_S - 1)


@pytest.mark.parametrize("ahead_s", AHEAD)
def test_a_call_that_ended_while_no_engine_was_there_ended_by_our_clock(ahead_s: float) -> None:
    busy = CallHistory(channel="c1-4", answered_utc_s=None, ended_utc_s=NOON_UTC_S - 5, cause=EndCause.BUSY)
    story = Apart(ahead_s=ahead_s)
    seen = PbxPicture(boot="one", histories=(story.stamped(busy),), ahead_s=ahead_s)
    started = e.FloorStarted(
        tenant=1, fence=8, agents=(), trunks=(story.trunk,), runs=(), calls=(stored(4, "sent"),), pbx=seen
    )
    [record] = story.records(0.0, started)
    assert record.ended_utc_s == pytest.approx(NOON_UTC_S - 5)


@pytest.mark.covers("I20")
@pytest.mark.parametrize("ahead_s", AHEAD)
def test_callers_came_and_were_missed_when_our_clock_says_so(ahead_s: float) -> None:
    story = Apart(
        ahead_s=ahead_s, queues=[queue()], numbers=[number()], missed_since_utc_s=NOON_UTC_S - 600, show=("arrival",)
    )
    [ask] = asks(story, GIVEN_S + 1)
    assert ask.since_utc_s == pytest.approx(NOON_UTC_S - 600 - SLACK_S + ahead_s), "of its records, by its clock"
    told = e.CallersMissed(no=ask.no, callers=(story.stamped(missed(ago_s=300.0, lasted_s=12.0)),))
    record = record_of(story.floor.handle(e.Instant(GIVEN_S + 1, NOON_UTC_S + GIVEN_S + 1), told))
    assert record.arrived_utc_s == pytest.approx(NOON_UTC_S - 300)
    assert record.wait_s == pytest.approx(12.0)


def test_a_clock_that_is_put_right_is_believed_from_the_next_look_on() -> None:
    story = Apart(ahead_s=-120.0, show=("join",)).working("ann")
    seen = e.PbxSeen(pbx=PbxPicture(boot="one"), asked_mono_s=0.0)
    story.floor.handle(e.Instant(0.5, NOON_UTC_S + 0.5), seen)
    story.ahead_s = 0.0
    story.working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        2 rings c1
    """)
    assert story.floor.calls["c1-1"].rang_utc_s == pytest.approx(NOON_UTC_S + 2)
