"""Where agents' legs and parties outside are: at home, or in the room where a consultation has them (I19, I23).

So nobody hears whom they should not. And nobody outside is kept on the line by nobody.
"""

from typing import TYPE_CHECKING

from busyhour.core.floor.consulting import place_of
from busyhour.core.floor.machine import Floor
from busyhour.sim.ledger import Channel, Violation

if TYPE_CHECKING:
    from busyhour.sim.world import World

ASTRAY_MAX_S = 12.0  # an order of a dead engine: seen at the next look
ASTRAY_UNHEARD_MAX_S = 26.0  # that look, or what it leads to, may be lost, too
RINGS_MAX_S = 45.0  # somebody outside, to the end of a consultation that nobody answered


class SeatChecks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._since_s: dict[str, float] = {}
        weather = world.plan.weather
        lossy = weather.event_lost or weather.event_late or weather.silences_per_h or weather.reply_lost
        self._max_s = ASTRAY_UNHEARD_MAX_S if lossy else ASTRAY_MAX_S

    def look(self, leg: Channel, floor: Floor | None, now_s: float, healthy_s: float) -> None:
        if floor is None or leg.answered_s is None:
            return
        decided = seat_of(floor, leg.name)
        found = "aside" if leg.aside else leg.seat or ("aside" if leg.party else leg.name)
        if found == decided:
            if self._since_s:
                self._since_s.pop(leg.name, None)
            return
        elsewhere_s = now_s - self._since_s.setdefault(leg.name, now_s)
        max_s = RINGS_MAX_S if decided == "gone" else self._max_s
        if min(elsewhere_s, healthy_s) > max_s:
            raise Violation(f"I23: {leg.name} is {found} for {elsewhere_s:.1f} s, and belongs {decided}")


def seat_of(floor: Floor, leg: str) -> str:
    """As the floor has decided: whose room, aside, or gone."""
    agent = floor.agents.get(floor.legs.get(leg, 0))
    party = floor.parties.get(leg) if floor.parties else None
    if agent is not None and party is None and agent.consult is None:
        return leg
    name = agent.consult if agent is not None else party.call if party is not None else None
    consult = floor.consults.get(name or "")
    if consult is not None and consult.leg == leg:
        return place_of(floor, consult) or "aside"
    call = floor.call_of(party.call) if party is not None else None
    if call is not None and call.party == leg:
        return leg
    return leg if agent is not None else "gone"
