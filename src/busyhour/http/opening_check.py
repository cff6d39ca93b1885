"""The limits of when a queue or a number is open: hours, holidays, the zone that they are meant in."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from busyhour.core.dialer.hours import zone_known
from busyhour.core.model.campaign import Hours
from busyhour.core.model.opening import Holiday, Opening
from busyhour.http.campaigns_check import ZONE_SHOWN_MAX, check_hours
from busyhour.service.errors import Invalid

SPANS_MAX: Final = 50
HOLIDAYS_MAX: Final = 200
HOLIDAY_NAME_MAX: Final = 100
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_opening(opening: Opening, field: str) -> None:
    if not zone_known(opening.time_zone):
        shown = opening.time_zone[:ZONE_SHOWN_MAX]
        raise Invalid(
            f"There is no time zone {shown!r}. Choose one by a name such as Europe/Rome or America/New_York.",
            field=f"{field}.time_zone",
        )
    check_spans(opening.hours, f"{field}.hours")
    if len(opening.holidays) > HOLIDAYS_MAX:
        raise Invalid(f"There are at most {HOLIDAYS_MAX} holidays.", field=f"{field}.holidays")
    if len({holiday.day for holiday in opening.holidays}) != len(opening.holidays):
        raise Invalid("The same day is named twice.", field=f"{field}.holidays")
    for n, holiday in enumerate(opening.holidays):
        check_holiday(holiday, f"{field}.holidays[{n}]")


def check_spans(spans: Sequence[Hours], field: str) -> None:
    """None at all is closed on every day: for that there is the emergency switch, which says so."""
    if not 1 <= len(spans) <= SPANS_MAX:
        raise Invalid(f"Give 1 to {SPANS_MAX} spans of hours.", field=field)
    for n, span in enumerate(spans):
        check_hours(span, f"{field}[{n}]")


def check_holiday(holiday: Holiday, field: str) -> None:
    try:
        good = DAY.fullmatch(holiday.day) is not None and bool(date.fromisoformat(holiday.day))
    except ValueError:
        good = False
    if not good:
        raise Invalid("A holiday is a day such as 2026-12-24.", field=f"{field}.day")
    if len(holiday.name) > HOLIDAY_NAME_MAX or (holiday.name and not holiday.name.isprintable()):
        raise Invalid(f"A holiday's name has at most {HOLIDAY_NAME_MAX} characters.", field=f"{field}.name")
    if len(holiday.hours) > SPANS_MAX:
        raise Invalid(f"Give at most {SPANS_MAX} spans of hours.", field=f"{field}.hours")
    for n, span in enumerate(holiday.hours):
        check_hours(span, f"{field}.hours[{n}]")
