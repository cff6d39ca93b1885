"""What is known of a number before it is dialed, as the model of chances takes it."""

from datetime import datetime
from typing import Final

from busyhour.core.dialer.hours import zone, zone_known
from busyhour.core.dialer.predictive.chance import Traits
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.pictures import HopperItem

LINE_TYPE: Final = "line_type"  # a contact's attribute: mobile, fixed, ...
WORD_LENGTH_MAX: Final = 20
SATURDAY: Final = 6


def traits_of(campaign: Campaign, item: HopperItem, utc_s: float) -> Traits:
    """The hour is that of the campaign's zone: where the callee is, the hopper does not know."""
    hour, weekend = None, None
    if zone_known(campaign.time_zone):
        local = datetime.fromtimestamp(utc_s, zone(campaign.time_zone))
        hour, weekend = local.hour, local.isoweekday() >= SATURDAY
    return Traits(
        hour=hour,
        weekend=weekend,
        attempts=item.attempt_no - 1,
        line=str(item.variables.get(LINE_TYPE, ""))[:WORD_LENGTH_MAX],
        last=_last(item.earlier),
    )


def _last(earlier: dict[str, int]) -> str:
    """The outcome of the last attempt, where those before all had the same; in which order others came is not kept."""
    outcomes = [outcome for outcome, count in earlier.items() if count]
    return outcomes[0] if len(outcomes) == 1 else "several" if outcomes else ""
