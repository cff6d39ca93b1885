"""Is it allowed to call at this instant, in this zone; and if not, when next?

Wall-clock rules in local zones, answered on UTC instants, so that a day with 23 or 25 hours needs no special case (D2).

A zone that this machine does not know may be anywhere (D3): it is open only for hours that never close. So nobody is
called at night by a guess, and nothing fails when a zone's name goes with newer time zone data.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import floor
from typing import Final
from zoneinfo import ZoneInfo

from busyhour.core.model.campaign import DAY_S, Hours

SEARCH_DAYS = 9  # a week, and a day on each side for zones and daylight saving
ROUNDS_MAX = 64  # alternations between zones before we say "never"
EVERY_DAY: Final = frozenset(range(1, 8))
LONGEST_DAY_S = 27 * 3600  # with the clock put back, and an hour to spare


NOWHERE: Final = "Etc/Unknown"
"""The zone of a number that may ring anywhere on earth. It is in no zone data, on purpose."""
NO_PLACES: Final = frozenset({NOWHERE, "Factory", "localtime", "posixrules"})
"""Names that say nothing of a place, though some machines have files for them."""
ZONE_AGAIN_S: Final = 3_600.0  # who cannot be called for want of a zone is looked at again after this


@lru_cache(maxsize=1024)
def _known(name: str) -> ZoneInfo | None:
    """Read once in a process: newer time zone data count from the next start on."""
    if name in NO_PLACES:
        return None
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # no such name; not a name at all; a folder of names
        return None


def zone_known(name: str) -> bool:
    """Whether this machine knows the zone of this IANA name."""
    return _known(name) is not None


def zone(name: str) -> ZoneInfo:
    """Of a known name."""
    found = _known(name)
    assert found is not None, f"an unknown zone: {name!r}"
    return found


def zones_of(own: str | None, possible: Iterable[str]) -> tuple[str, ...]:
    """The contact's own zone, else every zone that the number may be in, else anywhere. A name that is not known stays:
    the contact may be there."""
    return (own,) if own else tuple(possible) or (NOWHERE,)


def is_always(hours: Hours) -> bool:
    return hours.from_s == 0 and hours.until_s == DAY_S and EVERY_DAY.issubset(hours.days)


def is_open(hours: Hours, zone_name: str, utc_s: float) -> bool:
    """Whether `utc_s` lies within `hours` on the wall clock of the zone (WD-108)."""
    if is_always(hours):
        return True
    if not zone_known(zone_name):
        return False
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
    if not zone_known(zone_name):
        return None
    today = datetime.fromtimestamp(utc_s, zone(zone_name)).date()
    for ahead in range(-1, SEARCH_DAYS):
        openings = _openings_of(hours, zone_name, today + timedelta(days=ahead))
        opens = [at for at in openings if at >= utc_s and is_open(hours, zone_name, at)]
        if opens:
            return min(opens)
    return None


@lru_cache(maxsize=4_096)
def _openings_of(hours: Hours, zone_name: str, day: date) -> tuple[float, ...]:
    """When it may open on this day: at its hour, which a clock that is put back shows twice, and one that is put
    forward perhaps never; and when the clock is put into its hours."""
    wall = datetime.combine(day, time(), zone(zone_name)) + timedelta(seconds=hours.from_s)
    openings = wall.replace(fold=0).timestamp(), wall.replace(fold=1).timestamp()
    change = _clock_change(zone_name, day)
    return openings if change is None else (*openings, change)


def _clock_change(zone_name: str, day: date) -> float | None:
    """When the zone's offset from UTC changes on this day, to the second."""
    begins = datetime.combine(day, time(), zone(zone_name)).timestamp()
    low, high = floor(begins) - 1, floor(begins) + LONGEST_DAY_S
    before = _offset(zone_name, low)
    if _offset(zone_name, high) == before:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone_name, middle) == before:
            low = middle
        else:
            high = middle
    return float(high)


def _offset(zone_name: str, utc_s: float) -> timedelta | None:
    return datetime.fromtimestamp(utc_s, zone(zone_name)).utcoffset()


def next_change(hours: Hours, zone_name: str, utc_s: float) -> float:
    """Seconds after which `is_open` is worth asking again: at the next boundary, at the latest in an hour."""
    if not zone_known(zone_name):
        return 3600.0
    local = datetime.fromtimestamp(utc_s, zone(zone_name))
    second = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    ahead = [(bound - second) % DAY_S for bound in (hours.from_s, hours.until_s, DAY_S)]
    return min([s for s in ahead if s > 0] + [3600.0])
