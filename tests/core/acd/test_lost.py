"""Who gave up is called back without having asked: each number once a day."""

import pytest

from busyhour.core.acd import lost
from busyhour.core.acd.lost import AGAIN_S, LostCallers


@pytest.mark.covers("MZ-040", "MZ-215")
def test_a_number_is_promised_a_call_once_a_day() -> None:
    one = LostCallers()
    assert one.may_promise("+491", 100.0)
    one.promised("+491", "k-1", 100.0)
    assert not one.may_promise("+491", 100.0 + AGAIN_S - 1)
    assert one.may_promise("+492", 100.0)
    assert one.may_promise("+491", 100.0 + AGAIN_S)


def test_a_clock_set_back_calls_nobody_twice() -> None:
    one = LostCallers()
    one.promised("+491", "k-1", 100_000.0)
    assert not one.may_promise("+491", 10.0)


def test_who_came_back_before_they_were_called_may_be_lost_again() -> None:
    one = LostCallers()
    one.promised("+491", "k-1", 100.0)
    assert one.callback_of("+491") == "k-1"
    one.came_back("+491")
    assert one.callback_of("+491") == ""
    assert one.may_promise("+491", 101.0)


def test_beyond_the_bound_nobody_else_is_promised_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost, "LOST_MAX", 2)
    one = LostCallers()
    one.promised("+491", "k-1", 100.0)
    one.promised("+492", "k-2", 101.0)
    assert not one.may_promise("+493", 102.0)
    assert one.may_promise("+493", 100.0 + AGAIN_S)
