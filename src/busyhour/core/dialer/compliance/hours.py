"""The hours in which a law allows calls, on the callee's clock. The campaign's own hours hold besides."""

from collections.abc import Collection

from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.dialer.hours import is_open, next_open
from busyhour.core.model.campaign import Campaign

LATER_S = 3_600.0  # when each zone has hours, but none in common is found: looked at again after this


def is_lawful_hour(campaign: Campaign, zones: Collection[str], utc_s: float) -> bool:
    """Within any of the law's spans, in every zone where the number may be. A law without hours allows all."""
    spans = preset_of(campaign.compliance.preset).hours
    return not spans or all(any(is_open(span, zone, utc_s) for span in spans) for zone in zones)


def next_lawful_hour(campaign: Campaign, zones: Collection[str], utc_s: float) -> float:
    """When it is worth asking again."""
    spans = preset_of(campaign.compliance.preset).hours
    opens = [at for span in spans if (at := next_open(span, zones, utc_s)) is not None and at > utc_s]
    return min(opens, default=utc_s + LATER_S)
