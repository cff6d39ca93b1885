"""Is it allowed to call at this instant, in this zone; and if not, when next?

Wall-clock rules in local zones, answered on UTC instants, so that a day with 23 or 25 hours needs no special case (D2).
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from busyhour.core.model.campaign import DAY_S, Hours

SEARCH_DAYS = 9  # a week, and a day on each side for zones and daylight saving
ROUNDS_MAX = 64  # alternations between zones before we say "never"
GAP_STEP_S = 900  # when an opening falls into a daylight-saving gap, each quarter of an hour around it is tried
GAP_MAX_S = 2 * 3600


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of this IANA name. Raises `ZoneInfoNotFoundError` for a name that does not exist."""
    return ZoneInfo(name)


def is_open(hours: Hours, zone_name: str, utc_s: float) -> bool:
    """Whether `utc_s` lies within `hours` on the wall clock of the zone (WD-108)."""
    local = datetime.fromtimestamp(utc_s, zone(zone_name))
    second = local.hour * 3600 + local.minute * 60 + local.second
    today = local.isoweekday()
    if hours.from_s < hours.until_s:
        return hours.from_s <= second < hours.until_s and today in hours.days
    yesterday = (today - 2) % 7 + 1
    return (second >= hours.from_s and today in hours.days) or (second < hours.until_s and yesterday in hours.days)


def is_open_everywhere(hours: Hours, zone_names: Iterable[str], utc_s: float) -> bool:
    """Whether it is open in *all* zones: a number that may be in several is called only when each allows it (D3)."""
    return all(is_open(hours, name, utc_s) for name in zone_names)


def next_open(hours: Hours, zone_names: Iterable[str], utc_s: float) -> float | None:
    """The first instant, from `utc_s` on, at which it is open in all the zones; None when that never comes."""
    names = sorted(set(zone_names))
    at = utc_s
    for _ in range(ROUNDS_MAX):
        latest = at
        for name in names:
            opens = _next_open_in(hours, name, latest)
            if opens is None:
                return None
            latest = opens
        if latest == at:
            return at
        at = latest
    return None


def _next_open_in(hours: Hours, zone_name: str, utc_s: float) -> float | None:
    if is_open(hours, zone_name, utc_s):
        return utc_s
    today = datetime.fromtimestamp(utc_s, zone(zone_name)).date()
    for ahead in range(-1, SEARCH_DAYS):
        day = today + timedelta(days=ahead)
        if day.isoweekday() not in hours.days:
            continue
        opens = _first_open_of(hours, zone_name, day)
        if opens is not None and opens >= utc_s:
            return opens
    return None


def _first_open_of(hours: Hours, zone_name: str, day: date) -> float | None:
    wanted = datetime.combine(day, time(), zone(zone_name)) + timedelta(seconds=hours.from_s)
    opens = wanted.timestamp()
    if datetime.fromtimestamp(opens, zone(zone_name)).replace(tzinfo=None) == wanted.replace(tzinfo=None):
        return opens if is_open(hours, zone_name, opens) else None
    around = (opens + step for step in range(-GAP_MAX_S, GAP_MAX_S + 1, GAP_STEP_S))  # that wall time does not exist
    return next((at for at in around if is_open(hours, zone_name, at)), None)


def next_change(hours: Hours, zone_name: str, utc_s: float) -> float:
    """Seconds after which `is_open` is worth asking again: at the next boundary, at the latest in an hour."""
    local = datetime.fromtimestamp(utc_s, zone(zone_name))
    second = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    ahead = [(bound - second) % DAY_S for bound in (hours.from_s, hours.until_s, DAY_S)]
    return min([s for s in ahead if s > 0] + [3600.0])
