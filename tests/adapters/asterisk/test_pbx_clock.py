"""How far the PBX's clock is from ours, by what it says and how long that took (D4)."""

import pytest

from busyhour.adapters.asterisk.pbx_clock import PbxClock

NOON = 1_790_078_400.0


@pytest.mark.parametrize(
    ("told", "took_s", "ahead_s"),
    [
        (NOON + 0.004, 0.008, 0.0),  # one machine
        (NOON + 0.001, 0.008, 0.0),
        (NOON + 0.9, 1.0, 0.0),  # a busy one: it may have looked at its clock at the end of that second
        (NOON + 120.004, 0.008, 120.0),
        (NOON - 119.996, 0.008, -120.0),
        (NOON + 0.304, 0.008, 0.3),
    ],
)
def test_a_difference_that_the_way_may_have_taken_is_none(told: float, took_s: float, ahead_s: float) -> None:
    clock = PbxClock()
    clock.told(told, NOON, took_s)
    assert clock.ahead_s == pytest.approx(ahead_s)


def test_a_slow_answer_spoils_nothing_that_a_fast_one_has_found() -> None:
    clock = PbxClock()
    clock.told(NOON + 120.004, NOON, 0.008)
    clock.told(NOON + 132.9, NOON + 10, 3.0)
    assert clock.ahead_s == pytest.approx(120.0)


def test_a_clock_that_was_put_right_is_ours_again() -> None:
    clock = PbxClock()
    clock.told(NOON + 120.004, NOON, 0.008)
    clock.told(NOON + 10.006, NOON + 10, 0.008)
    assert clock.ahead_s == 0.0


def test_a_clock_of_ours_that_was_set_while_we_asked_is_not_the_pbxs() -> None:
    clock = PbxClock()
    clock.told(NOON + 600.004, NOON, 0.008, set_by_s=600.0)
    assert clock.ahead_s == 0.0
