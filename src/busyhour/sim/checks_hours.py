"""I5 by arithmetic of its own: local time is UTC and the zone's offset at that instant; or any offset on earth."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from busyhour.core.model.campaign import Campaign

DAY_S = 86_400.0
OFFSETS_S = range(-12 * 3600, 14 * 3600 + 1, 900)  # of all places on earth, today


def wrong_hour(campaign: Campaign, zones: tuple[str, ...], utc_s: float) -> str | None:
    """Where, and how late, it is when no call is allowed: for the callee, or for the campaign."""
    for hours, names in (
        (campaign.callee_hours, zones or ("no zone",)),
        (campaign.active_hours, (campaign.time_zone,)),
    ):
        if (hours.from_s, hours.until_s, len(hours.days)) == (0, DAY_S, 7):
            continue
        for name in names:
            for local_s in _local_times_s(name, utc_s):
                second, weekday = local_s % DAY_S, (int(local_s // DAY_S) + 3) % 7 + 1
                if not (hours.from_s <= second < hours.until_s and weekday in hours.days):
                    return f"at {second:.0f} s of the day in {name}"
    return None


def _local_times_s(name: str, utc_s: float) -> Iterator[float]:
    try:
        offset = datetime.fromtimestamp(utc_s, UTC).astimezone(ZoneInfo(name)).utcoffset()
    except (LookupError, ValueError, OSError):
        yield from (utc_s + offset_s for offset_s in OFFSETS_S)
    else:
        assert offset is not None
        yield utc_s + offset.total_seconds()
