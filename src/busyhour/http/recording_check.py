"""For how long recordings may be kept, wherever it is said."""

from busyhour.service.errors import Invalid
from busyhour.service.recording_records import DAYS_MAX


def check_days(days: int | None, field: str) -> None:
    if days is not None and not 1 <= days <= DAYS_MAX:
        raise Invalid(f"Recordings are kept for 1 to {DAYS_MAX} days.", field=field)
