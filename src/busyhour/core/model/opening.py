"""When a number or a queue is open: weekly hours, holidays, and the emergency switch (U-35)."""

from enum import StrEnum

from msgspec import Struct

from busyhour.core.model.campaign import Hours


class Holiday(Struct, frozen=True, kw_only=True):
    """`day` is ISO, `2026-12-24`. Without hours it is closed all day; the weekdays of its hours mean nothing."""

    day: str
    name: str = ""
    hours: tuple[Hours, ...] = ()


class Opening(Struct, frozen=True, kw_only=True):
    hours: tuple[Hours, ...] = (Hours(),)
    holidays: tuple[Holiday, ...] = ()
    time_zone: str = "UTC"
    emergency: bool = False  # closed from now on, whatever the hours say


class Closed(StrEnum):
    """Why it is closed: each has its own message."""

    EMERGENCY = "emergency"
    HOLIDAY = "holiday"
    HOURS = "hours"
