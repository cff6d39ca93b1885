"""Legal hours in zones, by cases that people know and by an oracle that walks minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busyhour.core.dialer.hours import (
    NOWHERE,
    ZONE_AGAIN_S,
    is_open,
    is_open_everywhere,
    next_change,
    next_open,
    zone_known,
    zones_of,
)
from busyhour.core.dialer.may_dial import DialPicture, may_dial
from busyhour.core.model.campaign import DAY_S, Compliance, Hours
from busyhour.core.model.values import Refusal
from tests.core.story import NOON_UTC_S, campaign

LEGAL = Hours(from_s=8 * 3600, until_s=21 * 3600)
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.covers("WD-108")
def test_open_from_its_first_second_and_closed_from_its_last() -> None:
    zone = "America/New_York"
    assert not is_open(LEGAL, zone, at("2026-07-01 07:59:59", zone))
    assert is_open(LEGAL, zone, at("2026-07-01 08:00:00", zone))
    assert is_open(LEGAL, zone, at("2026-07-01 20:59:59", zone))
    assert not is_open(LEGAL, zone, at("2026-07-01 21:00:00", zone))


@pytest.mark.covers("WD-099")
def test_only_on_its_days() -> None:
    weekdays = Hours(from_s=8 * 3600, until_s=20 * 3600, days=(1, 2, 3, 4, 5))
    saturday = at("2026-07-04 12:00")
    assert not is_open(weekdays, "UTC", saturday)
    assert next_open(weekdays, ["UTC"], saturday) == at("2026-07-06 08:00")


def test_a_span_over_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    night = Hours(from_s=22 * 3600, until_s=2 * 3600, days=(5,))
    assert is_open(night, "UTC", at("2026-07-03 23:00"))
    assert is_open(night, "UTC", at("2026-07-04 01:59"))
    assert not is_open(night, "UTC", at("2026-07-03 01:00"))


def test_a_number_that_may_be_in_several_zones_is_called_only_when_all_are_open() -> None:
    coasts = ["America/New_York", "America/Los_Angeles"]
    assert not is_open_everywhere(LEGAL, coasts, at("2026-07-01 09:00", "America/New_York"))
    opens = next_open(LEGAL, coasts, at("2026-07-01 09:00", "America/New_York"))
    assert opens == at("2026-07-01 08:00", "America/Los_Angeles")


def test_hours_that_never_meet_are_never() -> None:
    morning = Hours(from_s=8 * 3600, until_s=9 * 3600)
    assert next_open(morning, ["Europe/Berlin", "Asia/Tokyo"], NOON_UTC_S) is None
    assert next_open(Hours(days=()), ["UTC"], NOON_UTC_S) is None


def test_an_opening_that_falls_into_a_daylight_saving_gap_comes_after_it() -> None:
    zone = "Europe/Berlin"  # 2026-03-29: 02:00 becomes 03:00
    opens = next_open(Hours(from_s=2 * 3600 + 1800, until_s=6 * 3600), [zone], at("2026-03-29 01:59:00", zone))
    assert opens == at("2026-03-29 03:00:00", zone)


hours = st.builds(
    Hours,
    from_s=st.integers(0, 95).map(lambda n: n * 900),
    until_s=st.integers(1, 96).map(lambda n: n * 900),
    days=st.lists(st.integers(1, 7), min_size=1, unique=True).map(lambda d: tuple(sorted(d))),
).filter(lambda h: h.from_s != h.until_s)


@settings(max_examples=150, deadline=None)
@given(hours=hours, zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=2), minutes=st.integers(0, 525_600))
def test_next_open_is_the_first_open_quarter_of_an_hour(hours: Hours, zones: list[str], minutes: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes - minutes % 15)
    steps = ((start + timedelta(minutes=15 * n)).timestamp() for n in range(9 * 96))
    first = next((s for s in steps if is_open_everywhere(hours, zones, s)), None)
    if first is not None and first - start.timestamp() < 7 * DAY_S:
        assert next_open(hours, zones, start.timestamp()) == first


@settings(max_examples=200, deadline=None)
@given(hours=hours, zone=st.sampled_from(ZONES), second=st.integers(0, 31_536_000))
def test_nothing_changes_before_the_next_change(hours: Hours, zone: str, second: int) -> None:
    start = at("2026-01-01") + second
    ahead = next_change(hours, zone, start)
    assert 0 < ahead <= 3600
    now = is_open(hours, zone, start)
    assert all(is_open(hours, zone, start + s) == now for s in range(0, int(ahead), 60))


def picture(**changes: object) -> DialPicture:
    usual: dict[str, object] = {
        "utc_s": NOON_UTC_S,
        "campaign": campaign(callee_hours=LEGAL),
        "run_running": True,
        "member_open": True,
        "on_dnc": False,
        "zones": ("Europe/Berlin",),
        "number_live": False,
        "attempts_24h": 0,
    }
    return DialPicture(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.covers("WD-092", "WD-134")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"on_dnc": True}, Refusal.DNC),
        ({"member_open": False}, Refusal.CONTACT_CLOSED),
        ({"run_running": False}, Refusal.RUN_NOT_RUNNING),
        ({"number_live": True}, Refusal.NUMBER_LIVE),
        ({"due_utc_s": 4e9}, Refusal.NOT_DUE),
        ({"zones": ("America/Los_Angeles",)}, Refusal.OUT_OF_HOURS_CALLEE),
        ({"campaign": campaign(active_hours=Hours(until_s=3600))}, Refusal.OUT_OF_HOURS_CAMPAIGN),
        ({"campaign": campaign(attempts_per_day_max=3), "attempts_24h": 3}, Refusal.NUMBER_CAP),
        ({"zones": ()}, Refusal.ZONE_UNKNOWN),
    ],
)
def test_each_reason_forbids_the_call(changes: dict[str, object], refusal: Refusal | None) -> None:
    assert may_dial(picture(**changes)).refusal is refusal


UNKNOWN = ["Mars/Olympus", NOWHERE, "Factory", "localtime", "posixrules", "", "Europe", "../x", "/etc/passwd", "a\0b"]


@pytest.mark.covers("I5")
@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_zone_is_open_only_for_hours_that_never_close(name: str) -> None:
    assert not zone_known(name)
    assert is_open(Hours(), name, NOON_UTC_S)
    weekdays = Hours(days=(1, 2, 3, 4, 5))
    for hours in (LEGAL, weekdays, Hours(until_s=DAY_S - 1), Hours(from_s=1)):
        assert not is_open(hours, name, NOON_UTC_S)
        assert not is_open_everywhere(hours, ["UTC", name], NOON_UTC_S)
        assert next_open(hours, ["UTC", name], NOON_UTC_S) is None
        assert 0 < next_change(hours, name, NOON_UTC_S) <= 3600


@pytest.mark.covers("I5")
@pytest.mark.parametrize("zones", [(), ("Mars/Olympus",), ("Europe/Berlin", "Mars/Olympus")])
def test_a_callee_who_may_be_anywhere_is_not_called_within_hours(zones: tuple[str, ...]) -> None:
    verdict = may_dial(picture(zones=zones))
    assert (verdict.refusal, verdict.due_utc_s) == (Refusal.ZONE_UNKNOWN, NOON_UTC_S + ZONE_AGAIN_S)
    assert may_dial(picture(zones=zones, campaign=campaign(callee_hours=Hours()))).refusal is None
    law = campaign(callee_hours=Hours(), compliance=Compliance(preset="us"))
    assert may_dial(picture(zones=zones, campaign=law)).refusal is Refusal.ZONE_UNKNOWN


def test_a_campaign_whose_zone_is_gone_waits_unless_it_is_always_open() -> None:
    gone = campaign(time_zone="Mars/Olympus")
    assert may_dial(picture(campaign=gone)).refusal is None
    part = msgspec.structs.replace(gone, active_hours=LEGAL)
    assert may_dial(picture(campaign=part)).refusal is Refusal.ZONE_UNKNOWN


def test_a_contact_s_own_zone_comes_before_those_of_its_number_even_when_it_is_not_known() -> None:
    assert zones_of("Asia/Tokyo", ["Europe/Rome"]) == ("Asia/Tokyo",)
    assert zones_of("Mars/Olympus", ["Europe/Rome"]) == ("Mars/Olympus",)
    assert zones_of(None, ["Europe/Rome", "UTC"]) == ("Europe/Rome", "UTC")
    assert zones_of("", []) == (NOWHERE,)


@pytest.mark.covers("I5")
def test_an_opening_that_a_clock_put_back_shows_twice_is_found_both_times() -> None:
    """America/Denver, 1988-10-30: 01:47 is there twice."""
    hours = Hours(from_s=6420, until_s=57060)
    after_first = 594201601.0  # 01:00:01 for the second time
    opens = next_open(hours, ["America/Denver"], after_first)
    assert opens == 594201600 + 47 * 60


@pytest.mark.covers("I5")
def test_a_clock_put_back_into_the_hours_opens_them() -> None:
    """Europe/Luxembourg, 2024-10-27: the night's hours end at 02:15 and are there again when it is 02:00 again."""
    hours = Hours(from_s=12600, until_s=8100)
    assert next_open(hours, ["Europe/Luxembourg"], 1729990799.0) == 1729990800.0
