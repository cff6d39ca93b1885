"""What each country's preset asks, by the figures of its law; a wrong one would be kept faithfully."""

import pytest

from busyhour.core.dialer.compliance.hours import is_lawful_hour
from busyhour.core.dialer.compliance.presets import PRESETS, Span, preset_of
from busyhour.core.model.campaign import Campaign, Compliance
from busyhour.core.model.values import DialMode

DAY_S, HOUR_S = 86_400.0, 3_600.0
TUESDAY_UTC_S = 1_789_430_400.0  # 2026-09-15 00:00 UTC
SATURDAY_UTC_S, SUNDAY_UTC_S = TUESDAY_UTC_S + 4 * DAY_S, TUESDAY_UTC_S + 5 * DAY_S


@pytest.mark.parametrize(
    ("key", "span", "limit", "length_s"),
    [
        ("strict", Span.ROLLING, 0.01, DAY_S),
        ("us", Span.CAMPAIGN, 0.03, 30 * DAY_S),
        ("uk", Span.ROLLING, 0.03, DAY_S),
        ("canada", Span.MONTH, 0.05, None),
        ("australia", Span.ROLLING, 0.01, DAY_S),
        ("germany", Span.ROLLING, 0.01, DAY_S),
        ("own", Span.ROLLING, 0.03, DAY_S),
    ],
)
def test_the_share_that_may_be_abandoned(key: str, span: Span, limit: float, length_s: float | None) -> None:
    [window] = preset_of(key).windows
    assert (window.span, window.limit) == (span, limit)
    assert length_s in (None, window.length_s)


@pytest.mark.parametrize("key", [key for key in PRESETS if key != "own"])
def test_every_law_asks_for_two_seconds_fifteen_seconds_a_message_and_a_key(key: str) -> None:
    preset = preset_of(key)
    assert (preset.wait_max_s, preset.ring_min_s) == (2.0, 15.0)
    assert preset.message
    assert preset.opt_out_key


@pytest.mark.parametrize(
    ("key", "hours"), [("strict", 72), ("uk", 72), ("australia", 72), ("germany", 72), ("us", 0), ("canada", 0)]
)
def test_whom_nobody_met_is_left_alone(key: str, hours: int) -> None:
    assert preset_of(key).abandoned_again_s == hours * HOUR_S


@pytest.mark.covers("I5")
@pytest.mark.parametrize(
    ("key", "day_utc_s", "opens_h", "closes_h"),
    [
        ("us", TUESDAY_UTC_S, 8.0, 21.0),
        ("us", SUNDAY_UTC_S, 8.0, 21.0),
        ("canada", TUESDAY_UTC_S, 9.0, 21.5),
        ("canada", SATURDAY_UTC_S, 10.0, 18.0),
        ("australia", TUESDAY_UTC_S, 9.0, 20.0),
        ("australia", SATURDAY_UTC_S, 9.0, 17.0),
    ],
)
def test_the_laws_hours_on_the_callees_clock(key: str, day_utc_s: float, opens_h: float, closes_h: float) -> None:
    campaign = Campaign(campaign_id=1, name="x", dial_mode=DialMode.PREDICTIVE, compliance=Compliance(preset=key))

    def lawful(hour: float, second: float = 0.0) -> bool:
        return is_lawful_hour(campaign, ("UTC",), day_utc_s + hour * HOUR_S + second)

    assert [lawful(opens_h, -1.0), lawful(opens_h), lawful(closes_h, -1.0), lawful(closes_h)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.covers("I5")
def test_nobody_in_australia_is_called_on_a_sunday() -> None:
    compliance = Compliance(preset="australia")
    campaign = Campaign(campaign_id=1, name="x", dial_mode=DialMode.PREDICTIVE, compliance=compliance)
    assert not any(is_lawful_hour(campaign, ("UTC",), SUNDAY_UTC_S + h * HOUR_S) for h in range(24))
