"""Where customers are: with the agent whom the floor gave them, or with nobody, by the rooms of the PBX (I19, I23).

What an engine ordered before it died is carried out all the same, perhaps seconds later. Nothing can stop that; but the
floor has to see it and put it right.
"""

from typing import TYPE_CHECKING

from busyhour.core.life.call import CallState
from busyhour.core.model.ids import room_of
from busyhour.sim.ledger import Channel, Violation

if TYPE_CHECKING:
    from busyhour.core.floor.call_live import CallLive
    from busyhour.sim.world import World

TALKING = CallState.TALKING
ASTRAY_MAX_S = 2.0  # the PBX tells of it at once
TAKEN_OUT_MAX_S = 12.0  # it tells nobody who leaves a room: a dead engine's order to hold is seen at the next look
ASTRAY_UNHEARD_MAX_S = 26.0  # when facts are lost: seen at the next look; that look, or the order, may be lost, too


class PlaceChecks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._since_s: dict[str, float] = {}  # customers who are elsewhere
        self._rooms = world.pbx.ledger.rooms
        weather = world.plan.weather
        lossy = weather.event_lost or weather.event_late or weather.silences_per_h or weather.reply_lost
        self._max_s = ASTRAY_UNHEARD_MAX_S if lossy else ASTRAY_MAX_S

    def check_left(self, channel: Channel, leg: str) -> None:
        """I23: a customer whom the next one's coming takes out of a room has left it long ago, as the floor has it."""
        floor = self._world.engines[channel.tenant].floor
        call = floor.call_of(channel.name) if floor is not None else None
        if call is not None and call.state is TALKING and call.leg == leg:
            raise Violation(f"I23: {channel.name} is talking with {leg}, and another one is joined there")

    def look(self, channel: Channel, call: "CallLive | None", now_s: float, healthy_s: float) -> None:
        """I19, I23: a customer is in the room of their agent, and not with another customer. `call`: as the floor has
        it."""
        name = channel.name
        if channel.room is not None:
            at = (call.leg or call.party) if call is not None else None
            astray = channel.room != (room_of(at) if at else None) or self._rooms.get(channel.room) != name
        else:
            astray = call is not None and (call.state is TALKING or bool(call.party))
        if not astray:
            if self._since_s:
                self._since_s.pop(name, None)
            return
        elsewhere_s = now_s - self._since_s.setdefault(name, now_s)
        max_s = max(self._max_s, TAKEN_OUT_MAX_S) if channel.room is None and channel.taken_out else self._max_s
        if min(elsewhere_s, healthy_s) > max_s:
            where = f"{call.state}, with {call.leg}" if call is not None else "nobody's call"
            raise Violation(f"I19: {name} is {where}, and for {elsewhere_s:.1f} s in the room {channel.room}")
