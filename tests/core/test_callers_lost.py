"""Stories of callers who gave up, and are called back without having asked."""

import pytest

from busyhour.core.model.callers import CallbackSource
from busyhour.core.model.queue import Announce, CallbackRule
from tests.core.inbound import queue, story

LOST = CallbackRule(lost=True)


@pytest.mark.covers("MZ-040", "MZ-215")
def test_who_gave_up_is_called_back_behind_those_who_wait_and_once_a_day() -> None:
    one = story(queue(callback=LOST), show=("callback", "call-back", "close", "entry")).check("""
        1 arrives i1 5551 +491
        1 answers i1
            > entry i1 queued
        2 arrives i2 5551 +492
        2 answers i2
            > entry i2 queued
        5 ends i1 normal
            > entry i1 left
            > close i1 ABANDONED 0 waited 4
            > callback i1 waiting
            > entry k:i1 promised
    """)
    [promise] = one.floor.entries.promises.callbacks.values()
    assert promise.source is CallbackSource.LOST
    assert [name[0] for name in one.floor.entries.routing.line_of(1)] == ["i", "k"]
    one.check("""
        6 arrives i3 5551 +491
        6 answers i3
            > callback i1 done
            > entry k:i1 left
            > entry i3 queued
        7 ends i3 normal
            > entry i3 left
            > close i3 ABANDONED 0 waited 1
            > callback i3 waiting
            > entry k:i3 promised
    """)


@pytest.mark.covers("MZ-040")
def test_the_engine_after_the_next_knows_who_was_called_back_today() -> None:
    one = story(queue(callback=LOST), lost_lately={"+491": 0.0}, show=("callback", "close")).check("""
        1 arrives i1 5551 +491
        1 answers i1
        3 ends i1 normal
            > close i1 ABANDONED 0 waited 2
    """)
    assert not one.floor.entries.promises.callbacks


def test_who_gave_up_during_the_welcome_is_called_back_too() -> None:
    story(queue(callback=LOST, announce=Announce(welcome="hello")), show=("callback", "close")).check("""
        1 arrives i1 5551 +491
        1 answers i1
        3 ends i1 normal
            > close i1 ABANDONED 0 waited 0
            > callback i1 waiting
    """)


@pytest.mark.parametrize("number", ["", " alice"])
def test_who_has_no_number_that_could_be_dialed_is_not_called_back(number: str) -> None:
    story(queue(callback=LOST), show=("callback", "close")).check(f"""
        1 arrives i1 5551{number}
        1 answers i1
        3 ends i1 normal
            > close i1 ABANDONED 0 waited 2
    """)


def test_nobody_is_called_back_unless_the_queue_wants_it() -> None:
    story(queue(), show=("callback", "close")).check("""
        1 arrives i1 5551 +491
        1 answers i1
        3 ends i1 normal
            > close i1 ABANDONED 0 waited 2
    """)
