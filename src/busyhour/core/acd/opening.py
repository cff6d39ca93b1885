"""When a number or a queue is open: weekly hours, holidays, and the emergency switch (U-35).

A span that crosses midnight belongs to the day on which it starts, so the night before a holiday is worked to its end.
"""

from datetime import date, datetime, timedelta
from typing import Final

from busyhour.core.dialer import hours
from busyhour.core.model.campaign import DAY_S, Hours
from busyhour.core.model.opening import Closed, Holiday, Opening

SEARCH_DAYS: Final = 400  # a year, and a month of holidays: then "never"


def closed(opening: Opening, utc_s: float) -> Closed | None:
    """Why it is closed at this instant; None = open. A zone that nobody knows may be anywhere: then only hours that
    never close are open (as for dialing, `dialer/hours.py`)."""
    if opening.emergency:
        return Closed.EMERGENCY
    if not hours.zone_known(opening.time_zone):
        return None if any(map(hours.is_always, opening.hours)) else Closed.HOURS
    local = datetime.fromtimestamp(utc_s, hours.zone(opening.time_zone))
    second = local.hour * 3600 + local.minute * 60 + local.second
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    if any(_from(span) <= second < _until(span) for span in _spans_of(opening, today)):
        return None
    if any(span.from_s >= span.until_s > second for span in _spans_of(opening, yesterday)):
        return None
    return Closed.HOLIDAY if _holiday(opening, today) is not None else Closed.HOURS


def _from(span: Hours) -> int:
    return span.from_s


def _until(span: Hours) -> int:
    """On the day on which it starts."""
    return DAY_S if span.from_s >= span.until_s else span.until_s


def _spans_of(opening: Opening, day: date) -> tuple[Hours, ...]:
    """Those that start on this day."""
    holiday = _holiday(opening, day)
    if holiday is not None:
        return holiday.hours
    return tuple(span for span in opening.hours if day.isoweekday() in span.days)


def _holiday(opening: Opening, day: date) -> Holiday | None:
    name = day.isoformat()
    return next((holiday for holiday in opening.holidays if holiday.day == name), None)


def next_opening(opening: Opening, utc_s: float) -> float | None:
    """The first instant from `utc_s` on at which it is open; None: not within a year, or nobody can say."""
    if closed(opening, utc_s) is None:
        return utc_s
    if opening.emergency or not hours.zone_known(opening.time_zone):
        return None
    first = datetime.fromtimestamp(utc_s, hours.zone(opening.time_zone)).date()
    for ahead in range(-1, SEARCH_DAYS):
        day = first + timedelta(days=ahead)
        begins = (_begins(span, opening.time_zone, day, utc_s) for span in _spans_of(opening, day))
        found = [at for at in begins if at is not None and closed(opening, at) is None]
        if found:
            return min(found)
    return None


def _begins(span: Hours, time_zone: str, day: date, utc_s: float) -> float | None:
    """When a span of this day begins, clocks that are set on it included (`hours.next_open`); None: it has begun."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=hours.zone(time_zone)).timestamp()
    on_this_day = Hours(from_s=span.from_s, until_s=span.until_s, days=(day.isoweekday(),))
    begins = hours.next_open(on_this_day, (time_zone,), max(midnight, utc_s))
    return begins if begins is not None and begins < midnight + 2 * DAY_S else None  # else it is next week's
