"""How far the PBX's clock is from ours, by what it says and how long that took (D4), and when one of the two is set
(D1)."""

from datetime import UTC, datetime

import pytest

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk.ari import LinkDown
from busyhour.adapters.asterisk.pbx_clock import PbxClock
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.pictures import CallHistory
from busyhour.core.model.values import EndCause

NOON = 1_790_078_400.0
MEASURED_S = 0.03
"""So far is what a fact or an answer tells of a clock from the truth, at most."""


class TwoMachines:
    """Ours and the PBX's: true time goes on, and either clock can be set."""

    def __init__(self, pbx_ahead_s: float = 0.0) -> None:
        self.now_s = 0.0
        self.ours_s, self.pbx_s = NOON, NOON + pbx_ahead_s
        self.clock = PbxClock(wall=lambda: self.ours_s + self.now_s, steady=lambda: self.now_s)
        self.look()

    def pass_by(self, seconds: float) -> None:
        self.now_s += seconds

    def look(self) -> None:
        self.clock.shows(self.pbx_s + self.now_s, self.ours_s + self.now_s - 0.004, 0.008)

    def tell(self, *, late_s: float = 0.0) -> float:
        """A fact of so long ago comes now. Answers how long ago the floor takes it to have been."""
        heard = self.clock.of_event(answer_at(self.pbx_s + self.now_s - late_s))
        assert isinstance(heard, ari.ChannelStateChange)
        return round(self.clock.now_utc_s() - heard.timestamp.timestamp(), 3)


def answer_at(utc_s: float) -> ari.ChannelStateChange:
    channel = ari.Channel(id="c1-01", state="Up")
    return ari.ChannelStateChange(timestamp=datetime.fromtimestamp(utc_s, UTC), channel=channel)


@pytest.mark.parametrize(
    ("shown", "took_s", "ahead_s"),
    [
        (NOON + 0.004, 0.008, 0.0),  # one machine
        (NOON + 0.001, 0.008, 0.0),
        (NOON + 0.9, 1.0, 0.0),  # a busy one: it may have looked at its clock at the end of that second
        (NOON + 120.004, 0.008, 120.0),
        (NOON - 119.996, 0.008, -120.0),
        (NOON + 0.304, 0.008, 0.3),
    ],
)
def test_a_difference_that_the_way_may_have_taken_is_none(shown: float, took_s: float, ahead_s: float) -> None:
    clock = PbxClock()
    clock.shows(shown, NOON, took_s)
    assert clock.ahead_s == pytest.approx(ahead_s)


def test_a_clock_of_ours_that_was_set_while_we_asked_is_not_the_pbxs() -> None:
    clock = PbxClock()
    clock.shows(NOON + 600.004, NOON, 0.008, set_by_s=600.0)
    assert clock.ahead_s == 0.0


@pytest.mark.parametrize("ahead_s", [0.0, 120.0, -120.0])
def test_what_comes_late_is_told_as_late(ahead_s: float) -> None:
    both = TwoMachines(ahead_s)
    for late_s in (0.01, 3.0, 0.01):
        both.pass_by(5.0)
        assert both.tell(late_s=late_s) == late_s
    both.pass_by(30.0)
    assert both.tell(late_s=20.0) == 20.0, "a line that stood still"


def test_what_comes_before_the_first_look_is_told_as_it_is() -> None:
    """It waits for the picture, which says by how much it is off."""
    clock = PbxClock(wall=lambda: NOON, steady=lambda: 0.0)
    early = answer_at(NOON + 120.0)
    assert clock.of_event(early) == early
    clock.shows(NOON + 120.004, NOON, 0.008)
    assert clock.ahead_s == pytest.approx(120.0)
    assert clock.of_event(early) == early


def test_a_slow_answer_spoils_nothing_that_a_fast_one_has_found() -> None:
    both = TwoMachines(120.0)
    both.pass_by(13.0)
    both.clock.shows(NOON + 132.9, NOON + 10, 3.0)
    assert both.tell(late_s=0.01) == 0.01


@pytest.mark.parametrize("ahead_s", [0.0, 120.0])
@pytest.mark.parametrize("step_s", [120.0, -120.0, 0.8, -7.0])
def test_the_pbxs_clock_is_set_and_the_next_fact_counts_as_of_now(ahead_s: float, step_s: float) -> None:
    """Before the next look, up to ten seconds later: a callee who answers now has not waited for two minutes."""
    both = TwoMachines(ahead_s)
    both.pass_by(5.0)
    assert both.tell(late_s=0.01) == 0.01
    both.pbx_s += step_s
    both.pass_by(0.5)
    assert both.tell(late_s=0.01) == pytest.approx(0.0, abs=0.01)
    assert both.clock.is_doubted(), "it is asked for its time at once"
    both.look()
    for late_s in (0.01, 2.0):
        both.pass_by(3.0)
        assert both.tell(late_s=late_s) == pytest.approx(late_s, abs=MEASURED_S)
    assert both.clock.ahead_s == pytest.approx(ahead_s), "what the floors know stays as they know it"


def test_a_small_step_back_is_not_seen_by_a_fact_but_has_it_asked_at_once() -> None:
    both = TwoMachines()
    both.pass_by(5.0)
    assert both.tell(late_s=0.01) == 0.01
    both.pbx_s -= 3.0
    both.pass_by(0.5)
    assert both.tell(late_s=0.01) == 3.01, "it may have come late"
    assert both.clock.is_doubted()
    both.look()
    assert both.tell(late_s=0.01) == 0.01


def test_it_is_asked_out_of_turn_once_a_second_at_most() -> None:
    both = TwoMachines()
    link = NoLink()
    both.pass_by(5.0)
    both.tell()
    both.tell(late_s=3.0)
    assert both.clock.is_doubted()
    with pytest.raises(StopIteration):
        both.clock.look(link).send(None)  # type: ignore[arg-type]
    both.tell(late_s=3.0)
    assert not both.clock.is_doubted()
    both.pass_by(1.5)
    both.tell(late_s=4.5)
    assert both.clock.is_doubted()


class NoLink:
    async def read(self, _path: str) -> ari.Info:
        raise LinkDown("none")


@pytest.mark.parametrize("step_s", [120.0, -120.0])
@pytest.mark.parametrize("pbx_too", [False, True], ids=["ours", "the machine's"])
def test_our_own_clock_is_set_and_facts_are_told_by_ours_of_now(step_s: float, pbx_too: bool) -> None:
    both = TwoMachines()
    both.pass_by(5.0)
    assert both.tell(late_s=0.01) == 0.01
    both.ours_s += step_s
    both.pbx_s += step_s if pbx_too else 0.0
    both.pass_by(0.5)
    assert both.tell(late_s=0.01) == pytest.approx(0.0, abs=0.011)
    both.look()
    for late_s in (0.01, 2.0):
        both.pass_by(3.0)
        assert both.tell(late_s=late_s) == pytest.approx(late_s, abs=MEASURED_S)


def test_small_steps_of_ours_are_seen_at_the_next_look_and_counted_once() -> None:
    both = TwoMachines()
    for _ in range(3):
        both.ours_s += 0.2
        both.pass_by(5.0)
        both.look()
        both.pass_by(0.5)
        assert both.tell(late_s=0.01) == pytest.approx(0.01, abs=MEASURED_S)


def test_a_clock_that_was_set_is_set_right_again() -> None:
    both = TwoMachines()
    for step_s in (120.0, -120.0, -3600.0, 3600.0):
        both.pbx_s += step_s
        both.pass_by(11.0)
        both.look()
        assert both.tell(late_s=0.01) == 0.01


def test_records_and_channels_are_told_by_the_clock_of_now_and_looked_for_by_the_pbxs() -> None:
    both = TwoMachines()
    both.pbx_s -= 120.0
    both.look()
    shown = both.pbx_s + 60.0
    ended = CallHistory(channel="c1-01", answered_utc_s=None, ended_utc_s=shown, cause=EndCause.NORMAL)
    missed = MissedCaller(
        call="i1-1", dialed="5", number="", arrived_utc_s=shown, ended_utc_s=shown + 9, cause=EndCause.NORMAL
    )
    assert both.clock.of_history(ended).ended_utc_s == pytest.approx(NOON + 60.0)
    assert both.clock.of_history(ended).answered_utc_s is None
    assert both.clock.of_missed(missed).arrived_utc_s == pytest.approx(NOON + 60.0)
    assert both.clock.of_missed(missed).ended_utc_s == pytest.approx(NOON + 69.0)
    assert both.clock.stamped(NOON + 60.0) == pytest.approx(shown)


def test_who_arrives_after_it_was_set_has_not_waited_since_before() -> None:
    both = TwoMachines()
    both.tell()
    both.pbx_s -= 120.0
    both.look()
    both.pass_by(1.0)
    came = datetime.fromtimestamp(both.pbx_s + 1.0, UTC)
    start = ari.StasisStart(timestamp=came, channel=ari.Channel(id="17.1", creationtime=came))
    heard = both.clock.of_event(start)
    assert isinstance(heard, ari.StasisStart)
    assert heard.channel.creationtime == heard.timestamp == datetime.fromtimestamp(NOON + 1.0, UTC)


def test_a_clock_set_ahead_and_back_between_two_facts_is_known_by_what_it_showed_between() -> None:
    """Found by worlds in which it is set every few seconds (`tests/sim/test_clock_steps.py`)."""
    both = TwoMachines()
    both.pass_by(5.0)
    assert both.tell(late_s=0.01) == 0.01
    both.pbx_s += 550.0
    both.pass_by(5.0)
    both.look()
    both.pbx_s -= 550.0
    both.pass_by(5.0)
    assert both.tell(late_s=0.01) == pytest.approx(0.0, abs=0.01)
    assert both.clock.is_doubted()


def test_what_waited_while_we_stood_still_is_told_as_late_though_a_look_came_before_it() -> None:
    both = TwoMachines()
    both.pass_by(30.0)
    both.look()
    for late_s in (25.0, 15.0, 0.01):
        assert both.tell(late_s=late_s) == late_s
