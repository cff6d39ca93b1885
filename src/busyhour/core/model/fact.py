"""What all facts have in common, the instant that is passed beside each, and who may have asked for what."""

from msgspec import Struct


class Instant(Struct, frozen=True):
    """Now, on two clocks: deadlines use `mono_s`, records and legal hours use `utc_s` (I48)."""

    mono_s: float
    utc_s: float


class Asker(Struct, frozen=True):
    """A person who asks for what the audit log keeps (I38)."""

    user_id: int
    address: str  # from where they ask


class Fact(Struct, frozen=True, kw_only=True, tag=True):
    """Base of all events."""
