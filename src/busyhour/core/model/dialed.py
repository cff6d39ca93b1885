"""Numbers that callers dial, and where each leads (MZ-038)."""

from msgspec import Struct

from busyhour.core.model.opening import Closed, Opening
from busyhour.core.model.queue import Destination


class Treatment(Struct, frozen=True, kw_only=True):
    """Where a call goes: the first destination that takes it. `prompts`: what a closed number says, by the reason."""

    to: tuple[Destination, ...]
    opening: Opening = Opening()
    when_closed: tuple[Destination, ...] = ()
    prompts: dict[Closed, str] = {}


class DialedNumber(Struct, frozen=True, kw_only=True):
    pattern: str
    treatment: Treatment
