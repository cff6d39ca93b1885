"""Stories of callers who came and went while no engine saw them."""

from typing import Any

import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.missed import AGAIN_S, GIVEN_S, NOBODY, SLACK_S
from busyhour.core.model.callers import CallerOutcome, CallerRecord, MissedCaller, Served
from busyhour.core.model.counts import bucket_of
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.opening import Opening
from busyhour.core.model.pictures import PbxPicture
from busyhour.core.model.queue import CallbackRule
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.core.model.values import EndCause
from tests.core.inbound import number, queue, story
from tests.core.story import NOON_UTC_S, Story

GONE_S = 600.0  # since the engine before wrote last
LOST = CallbackRule(lost=True)


def missed(n: int = 1, *, ago_s: float = 300.0, lasted_s: float = 12.0, **changes: Any) -> MissedCaller:
    usual: dict[str, Any] = {
        "call": f"i1-{n}",
        "dialed": "5551",
        "number": f"+4930{n}",
        "arrived_utc_s": NOON_UTC_S - ago_s,
        "ended_utc_s": NOON_UTC_S - ago_s + lasted_s,
        "cause": EndCause.NORMAL,
    }
    return MissedCaller(**{**usual, **changes})


def begun(**changes: Any) -> Story:
    """An engine that begins so long after the one before has written last."""
    return story(queue(**changes.pop("queue", {})), missed_since_utc_s=NOON_UTC_S - GONE_S, show=(), **changes)


def handle(one: Story, at_s: float, event: e.Event) -> list[c.Command]:
    return one.floor.handle(e.Instant(at_s, one.utc_s + at_s), event)


def asks(one: Story, at_s: float) -> list[c.FindMissed]:
    return [command for command in handle(one, at_s, e.ClockTicked()) if isinstance(command, c.FindMissed)]


def found(one: Story, *callers: MissedCaller, at_s: float = GIVEN_S + 1) -> list[c.Command]:
    """Asked, and answered."""
    [ask] = asks(one, at_s)
    return handle(one, at_s, e.CallersMissed(no=ask.no, callers=callers))


def record_of(commands: list[c.Command]) -> CallerRecord:
    [close] = [command for command in commands if isinstance(command, c.CloseCaller)]
    return close.record


def figures_of(commands: list[c.Command]) -> dict[int, QueueCounts]:
    return {one.bucket: one.counts for one in commands if isinstance(one, c.SaveQueueCounts)}


@pytest.mark.covers("I16", "I29")
def test_who_came_and_went_has_a_record_and_counts_in_the_quarter_in_which_they_came() -> None:
    commands = found(begun(), missed(name="Ada"))
    [arrival] = [command for command in commands if isinstance(command, c.SaveArrival)]
    assert (arrival.call, arrival.dialed, arrival.number, arrival.name) == ("i1-1", "5551", "+49301", "Ada")
    assert arrival.at_utc_s == NOON_UTC_S - 300
    record = record_of(commands)
    assert (record.outcome, record.queue_id, record.wait_s, record.why) == (CallerOutcome.ABANDONED, 1, 12.0, NOBODY)
    assert (record.arrived_utc_s, record.ended_utc_s) == (NOON_UTC_S - 300, NOON_UTC_S - 288)
    [(bucket, counts)] = figures_of(commands).items()
    assert bucket == bucket_of(NOON_UTC_S - 300)
    assert (counts.entered, counts.abandoned, counts.abandoned_wait_s) == (1, 1, 12.0)
    assert commands.index(arrival) < [isinstance(command, c.CloseCaller) for command in commands].index(True)
    assert c.SaveMissed(since_utc_s=None) in commands


@pytest.mark.covers("I47")
def test_the_question_is_open_until_its_last_answer_and_asked_again_without_one() -> None:
    one = begun()
    assert asks(one, GIVEN_S - 1) == []
    [first] = asks(one, GIVEN_S)
    assert first.since_utc_s == NOON_UTC_S - GONE_S - SLACK_S
    [second] = asks(one, GIVEN_S + AGAIN_S)
    late = handle(one, GIVEN_S + AGAIN_S, e.CallersMissed(no=first.no, callers=(missed(),)))
    assert late == []  # what is not known yet is asked for by the second
    told = e.CallersMissed(no=second.no, callers=(missed(),))
    assert record_of(handle(one, GIVEN_S + AGAIN_S + 1, told)).call == "i1-1"
    assert handle(one, GIVEN_S + AGAIN_S + 2, told) == []
    assert asks(one, 10 * AGAIN_S) == []


def test_the_first_engine_and_one_without_callers_ask_nothing() -> None:
    assert asks(story(queue()), GIVEN_S) == []
    assert asks(Story(missed_since_utc_s=NOON_UTC_S - GONE_S), GIVEN_S) == []


@pytest.mark.covers("I16")
def test_while_the_link_is_lost_callers_may_come_unseen_too() -> None:
    one = story(queue())
    assert c.SaveMissed(since_utc_s=NOON_UTC_S + 10) in handle(one, 10, e.TelephonyLost())
    assert asks(one, 60) == []  # not before the PBX is seen
    handle(one, 70, e.TelephonyBack(pbx=PbxPicture(boot="one")))
    [ask] = asks(one, 70 + GIVEN_S)
    assert ask.since_utc_s == NOON_UTC_S + 10 - SLACK_S
    handle(one, 80, e.TelephonyLost())
    assert handle(one, 81, e.CallersMissed(no=ask.no, callers=())) == []  # there is a newer gap
    handle(one, 82, e.TelephonyBack(pbx=PbxPicture(boot="one")))
    assert len(asks(one, 82 + GIVEN_S)) == 1


def test_whom_this_engine_has_had_is_not_written_again_and_late_news_of_the_missed_are_not_heard() -> None:
    one = begun()
    one.check("1 arrives i1 5551 +49301\n> arrival i1\n> answer i1\n2 ends i1 normal\n> close i1 ABANDONED 0 waited 0")
    one.check("2 arrives i2 5551 +49302\n> arrival i2\n> answer i2")
    commands = found(one, missed(1), missed(2), missed(3))
    assert record_of(commands).call == "i1-3"
    late = e.CallArrived(call="i1-3", dialed="5551", number="+49303", at_utc_s=NOON_UTC_S)
    assert handle(one, GIVEN_S + 2, late) == []


@pytest.mark.covers("MZ-040", "MZ-215")
def test_they_are_called_back_where_the_queue_wants_that_once() -> None:
    one = begun(queue={"callback": LOST})
    commands = found(one, missed(1), missed(2, ago_s=200.0, number="+49301"))
    [promise] = one.floor.entries.promises.callbacks.values()
    assert (promise.number, promise.callback) == ("+49301", "k-i1-1")
    assert len([command for command in commands if isinstance(command, c.CloseCaller)]) == 2


@pytest.mark.covers("MZ-040")
@pytest.mark.parametrize(
    ("caller", "changes"),
    [
        (missed(number=""), {}),
        (missed(), {"queue": {"callback": CallbackRule()}}),
        (missed(), {"served": [Served(number="+49301", queue_id=1, agent_id=1, at_utc_s=NOON_UTC_S - 100)]}),
        (missed(), {"lost_lately": {"+49301": -1000.0}}),
        (missed(ago_s=7_200.0), {"queue": {"callback": CallbackRule(lost=True, expires_s=3_600.0)}}),
        (missed(dialed="999"), {}),
        (missed(), {"numbers": [number(opening=Opening(emergency=True))]}),
        (missed(), {"queue": {"callback": LOST, "opening": Opening(emergency=True)}}),
    ],
    ids=["withheld", "not wanted", "served since", "promised today", "long ago", "no number", "closed", "queue closed"],
)
def test_nobody_is_called_back_who_should_not_be(caller: MissedCaller, changes: dict[str, Any]) -> None:
    one = begun(**{"queue": {"callback": LOST}, **changes})
    assert record_of(found(one, caller)).call == "i1-1"
    assert not one.floor.entries.promises.callbacks


@pytest.mark.covers("MZ-040")
def test_who_is_on_the_line_again_is_not_called() -> None:
    one = begun(queue={"callback": LOST})
    handle(one, 1, e.CallArrived(call="i1-9", dialed="5551", number="+49301", at_utc_s=NOON_UTC_S))
    found(one, missed(1))
    assert not one.floor.entries.promises.callbacks


@pytest.mark.covers("I21")
def test_who_calls_again_soon_has_the_place_from_when_they_called_first() -> None:
    one = begun()
    found(one, missed(1, ago_s=60.0))
    handle(one, 10, e.CallArrived(call="i1-8", dialed="5551", number="+49308", at_utc_s=NOON_UTC_S + 1))
    handle(one, 10, e.CallAnswered(call="i1-8", at_utc_s=NOON_UTC_S + 10))
    handle(one, 11, e.CallArrived(call="i1-9", dialed="5551", number="+49301", at_utc_s=NOON_UTC_S + 11))
    handle(one, 11, e.CallAnswered(call="i1-9", at_utc_s=NOON_UTC_S + 11))
    assert list(one.floor.entries.routing.line_of(1)) == ["i1-9", "i1-8"]


@pytest.mark.parametrize(
    ("numbers", "changes", "outcome"),
    [
        ([number(opening=Opening(emergency=True))], {}, CallerOutcome.TURNED_AWAY),
        ([], {}, CallerOutcome.TURNED_AWAY),
        ([number()], {"cause": EndCause.PBX_RESTART}, CallerOutcome.LOST),
        ([number()], {"answered_utc_s": NOON_UTC_S - 290}, CallerOutcome.ABANDONED),
    ],
    ids=["closed", "no number", "the PBX died", "the PBX said that nobody is there"],
)
def test_what_became_of_them(numbers: list[DialedNumber], changes: dict[str, Any], outcome: CallerOutcome) -> None:
    assert record_of(found(begun(numbers=numbers), missed(**changes))).outcome is outcome


def test_what_is_older_than_the_figures_at_hand_has_its_record_only() -> None:
    commands = found(begun(), missed(ago_s=2 * 86_400.0))
    assert record_of(commands).queue_id == 1
    assert figures_of(commands) == {}


def test_a_clock_that_was_set_back_makes_no_negative_wait() -> None:
    record = record_of(found(begun(), missed(ago_s=-900.0)))
    assert record.arrived_utc_s <= NOON_UTC_S + GIVEN_S + 1
    assert record.wait_s >= 0
