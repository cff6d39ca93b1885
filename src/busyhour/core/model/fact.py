"""What all facts have in common, and the instant that is passed beside each."""

from msgspec import Struct


class Instant(Struct, frozen=True):
    """Now, on two clocks: deadlines use `mono_s`, records and legal hours use `utc_s` (I48)."""

    mono_s: float
    utc_s: float


class Fact(Struct, frozen=True, kw_only=True, tag=True):
    """Base of all events."""
