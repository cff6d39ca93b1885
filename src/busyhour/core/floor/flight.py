"""Orders to dial that the engine before us may have sent just now, over a link that is slow."""

from math import ceil

from busyhour.core.floor import calls, endings
from busyhour.core.floor.state import FloorState

IN_FLIGHT_S = 9.0
"""An order that was sent reaches the PBX within this, or its connection has failed: no engine sends an intent that is
older than 5.5 s, and the operating system has given the data of a dead process to the PBX long before."""


def may_be_under_way(f: FloorState, intent_utc_s: float) -> bool:
    return endings.age_s(f, intent_utc_s) < IN_FLIGHT_S


def looks_made(f: FloorState, intent_utc_s: float) -> int:
    """As if so often had been looked already: the last look comes when nothing can be on its way any more, and only
    then it was never sent (A2)."""
    left_s = IN_FLIGHT_S - endings.age_s(f, intent_utc_s)
    return max(0, calls.LOOKS_MAX - 1 - ceil(left_s / calls.LOOK_S))
