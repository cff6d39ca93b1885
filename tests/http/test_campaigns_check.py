"""What a campaign's settings may be: each that cannot be is named by its field."""

from typing import Any

import msgspec
import pytest

from busyhour.core.model.campaign import Campaign, Hours, Pacing, Preview, RetryRule
from busyhour.core.model.values import DialMode, FirstLeg, Outcome
from busyhour.http.campaigns_check import COUNTRIES_MAX, LINKS_MAX, RULES_MAX, check_campaign
from busyhour.service.errors import Invalid

GOOD = Campaign(campaign_id=1, name="spring", dial_mode=DialMode.PREDICTIVE)
RULE = RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=60)


def test_the_defaults_are_allowed() -> None:
    check_campaign(GOOD, "runnable")
    check_campaign(
        msgspec.structs.replace(
            GOOD,
            dial_mode=DialMode.PROGRESSIVE,
            pacing=Pacing(first_leg=FirstLeg.AGENT, waiting_max=0),
            dial_countries=("DE", "IT"),
            retry_rules=(RULE,) * RULES_MAX,
            caller_id="+49${area}900",
        ),
        "hidden",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_concurrent", -1),
        ("ring_timeout_s", 10_000.0),
        ("caller_id", "+39 06"),
        ("caller_id", "1234567890123456"),
        ("caller_id", "${a\r\nb}"),
        ("caller_id", "${a}" * 5),
        ("caller_id", "${a"),
        ("time_zone", "Mars/Olympus"),
        ("pacing.ratio", 0.0),
        ("pacing.ratio", 20.5),
        ("pacing.waiting_max", -1),
        ("pacing.at_once_max", 1001),
        ("pacing.per_agent_max", -0.5),
        ("pacing.first_leg", FirstLeg.AGENT),
        ("preview.timeout_s", 4.0),
        ("preview.timeout_s", 3601.0),
        ("preview.skip_reasons", ()),
        ("preview.skip_reasons", ("not now", "not now")),
        ("preview.skip_reasons", ("a\nb",)),
        ("preview.skip_reasons", ("x" * 61,)),
        ("dial_countries", ("DE",) * (COUNTRIES_MAX + 1)),
        ("active_hours", Hours(from_s=-1, until_s=60)),
        ("retry_rules", (RULE,) * (RULES_MAX + 1)),
    ],
)
def test_a_setting_that_cannot_be_is_named(field: str, value: Any) -> None:
    part, _, inner = field.partition(".")
    changed = msgspec.structs.replace(getattr(GOOD, part), **{inner: value}) if inner else value
    with pytest.raises(Invalid) as fault:
        check_campaign(msgspec.structs.replace(GOOD, **{part: changed}), "runnable")
    assert fault.value.field == f"campaign.{field}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"dial_countries": ("XX",)},
        {"trunk_ids": tuple(range(LINKS_MAX + 1))},
        {"name": ""},
        {"preview": Preview(skip_reasons=tuple(f"reason {n}" for n in range(21)))},
    ],
)
def test_what_else_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_campaign(msgspec.structs.replace(GOOD, **wrong), "runnable")


def test_a_status_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="status"):
        check_campaign(GOOD, "asleep")
