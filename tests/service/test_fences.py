"""Fences: which number the next owner of a shard gets, and who may write."""

import pytest

from busyhour.service import fences
from busyhour.service.errors import FenceLost, StoreRewound


@pytest.mark.covers("I13")
def test_no_fence_is_given_out_twice_though_two_fail_overs_follow_each_other() -> None:
    first = fences.next_fence(0, history_no=1, same_history=False)
    after_one = fences.next_fence(first, history_no=2, same_history=False)
    opening_lost = fences.next_fence(first, history_no=3, same_history=False)
    assert first < after_one < opening_lost, "the second standby knows nothing of the opening after the first"


def test_a_store_that_counts_its_histories_anew_gives_out_no_older_fence() -> None:
    """Restored from a dump, a database begins with its first timeline."""
    before = fences.next_fence(0, history_no=9, same_history=False)
    assert fences.next_fence(before, history_no=1, same_history=False) > before


def test_on_the_same_history_the_next_owner_gets_the_next_number() -> None:
    assert fences.next_fence(7, history_no=1, same_history=True) == 8


@pytest.mark.covers("I13")
def test_only_the_last_owner_writes_and_only_on_the_history_of_the_opening() -> None:
    fences.hold(8, 8, same_history=True)
    with pytest.raises(FenceLost):
        fences.hold(7, 8, same_history=True)
    with pytest.raises(FenceLost):
        fences.hold(7, 8, same_history=False)
    with pytest.raises(StoreRewound):
        fences.hold(8, 7, same_history=False)
