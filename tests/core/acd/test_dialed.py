"""Which number leads where, and when it is closed (MZ-038, MZ-039, MZ-213, U-35)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from busyhour.core.acd.dialed import (
    CallbackHandling,
    callback_destinations,
    destinations,
    fits,
    is_pattern,
    treatment_of,
)
from busyhour.core.acd.opening import closed, next_opening
from busyhour.core.model.campaign import Hours
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.opening import Closed, Holiday, Opening
from busyhour.core.model.queue import Destination, DestinationKind

WEEK = Hours(from_s=9 * 3600, until_s=17 * 3600, days=(1, 2, 3, 4, 5))
NIGHT = Hours(from_s=22 * 3600, until_s=2 * 3600, days=(4,))
BERLIN = Opening(hours=(WEEK, NIGHT), time_zone="Europe/Berlin")


def to(queue_id: int) -> Treatment:
    return Treatment(to=(Destination(DestinationKind.QUEUE, str(queue_id)),))


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("dialed", "queue_id"),
    [
        ("+4930123456", 1),
        ("4930123456", 1),
        ("+4930123457", 2),
        ("+493012345", 3),
        ("+49301", 3),
        ("+4940", 4),
        ("+4", None),
        ("+33123", None),
        ("anonymous", None),
    ],
)
def test_the_most_precise_pattern_decides(dialed: str, queue_id: int | None) -> None:
    patterns = ("+4930123456", "+493012345X", "+4930*", "+49*")
    numbers = [DialedNumber(pattern=pattern, treatment=to(n)) for n, pattern in enumerate(patterns, 1)]
    for order in (numbers, numbers[::-1]):
        assert treatment_of(order, dialed) == (None if queue_id is None else to(queue_id))


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789", min_size=1, max_size=12), st.data())
def test_a_number_fits_itself_each_beginning_of_it_and_any_digit(number: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(number)))
    assert fits(number, number)
    assert fits(f"{number[:cut]}*", "+" + number)
    assert fits("X" * len(number), number)
    assert not fits(number, number + "0")
    assert not fits(number + "0*", number)


def test_what_is_no_pattern() -> None:
    assert [is_pattern(text) for text in ("+49*", "X*", "*", "", "4*9", "+49a", "1" * 33)] == [True] * 3 + [False] * 4


@pytest.mark.covers("MZ-213")
@pytest.mark.parametrize(
    ("handling", "kinds"),
    [(0, ""), (1, "number"), (2, "queue"), (3, "queue number"), (4, "number queue")],
)
def test_a_callback_number_reaches_whom_the_setting_says(handling: int, kinds: str) -> None:
    found = callback_destinations(CallbackHandling(handling), 7, "+4930999")
    assert " ".join(destination.kind for destination in found) == kinds


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("2026-12-23T09:00:00+01:00", None),  # a Wednesday
        ("2026-12-23T08:59:59+01:00", Closed.HOURS),
        ("2026-12-23T17:00:00+01:00", Closed.HOURS),
        ("2026-12-24T10:00:00+01:00", Closed.HOLIDAY),  # a Thursday, open from 12
        ("2026-12-24T12:00:00+01:00", None),
        ("2026-12-24T23:00:00+01:00", Closed.HOLIDAY),  # its own hours only
        ("2026-12-25T10:00:00+01:00", Closed.HOLIDAY),
        ("2026-12-26T10:00:00+01:00", Closed.HOURS),  # a Saturday
        ("2026-12-18T01:59:59+01:00", None),  # the night that began on Thursday
        ("2026-12-18T02:00:00+01:00", Closed.HOURS),
    ],
)
def test_weekly_hours_and_holidays(when: str, why: Closed | None) -> None:
    noon = Hours(from_s=12 * 3600, until_s=14 * 3600)
    days = (Holiday(day="2026-12-24", hours=(noon,)), Holiday(day="2026-12-25", name="Christmas"))
    assert closed(replace(BERLIN, holidays=days), at(when)) == why


def test_the_night_before_a_holiday_is_worked_to_its_end() -> None:
    opening = replace(BERLIN, holidays=(Holiday(day="2026-12-18"),))
    assert closed(opening, at("2026-12-18T01:00:00+01:00")) is None


def test_closed_says_so_and_leads_elsewhere() -> None:
    treatment = Treatment(
        to=(Destination(DestinationKind.QUEUE, "1"),),
        opening=BERLIN,
        when_closed=(Destination(DestinationKind.NUMBER, "+4930999"),),
        prompts={Closed.HOURS: "we are closed", Closed.EMERGENCY: "no service today"},
    )
    noon, night = at("2026-12-23T12:00:00+01:00"), at("2026-12-23T20:00:00+01:00")

    def told(treatment: Treatment, utc_s: float) -> list[str]:
        return [destination.target for destination in destinations(treatment, utc_s)]

    assert told(treatment, noon) == ["1"]
    assert told(treatment, night) == ["we are closed", "+4930999"]
    emergency = replace(treatment, opening=replace(BERLIN, emergency=True))
    assert told(emergency, noon) == ["no service today", "+4930999"]


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ("2026-12-23T12:00:00+01:00", "2026-12-23T12:00:00+01:00"),
        ("2026-12-23T18:00:00+01:00", "2026-12-28T09:00:00+01:00"),  # two holidays, a weekend
        ("2026-12-17T21:00:00+01:00", "2026-12-17T22:00:00+01:00"),
    ],
)
def test_when_it_opens_next(when: str, opens: str) -> None:
    days = (Holiday(day="2026-12-24"), Holiday(day="2026-12-25"))
    assert next_opening(replace(BERLIN, holidays=days), at(when)) == at(opens)


@pytest.mark.parametrize("zone", ["Etc/Unknown", "no such zone"])
def test_a_zone_that_nobody_knows_is_open_only_for_hours_that_never_close(zone: str) -> None:
    assert closed(replace(BERLIN, time_zone=zone), 0.0) is Closed.HOURS
    assert next_opening(replace(BERLIN, time_zone=zone), 0.0) is None
    assert closed(Opening(time_zone=zone), 0.0) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 366 * 24 * 12))
def test_it_is_open_when_it_says_that_it_opens_and_not_before(five_minutes: int) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=5 * five_minutes)
    utc_s = begin.timestamp()
    days = (Holiday(day="2026-03-30"), Holiday(day="2026-10-26", hours=(WEEK,)))
    opening = replace(BERLIN, holidays=days)
    opens = next_opening(opening, utc_s)
    assert opens is not None
    assert closed(opening, opens) is None
    between = [utc_s + 300 * n for n in range(int((opens - utc_s) // 300) + 1)]
    assert all(closed(opening, instant) is not None for instant in between if instant < opens)
