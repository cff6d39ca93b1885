"""Supervisors: whom they hear is the customer on whose call they are, and no ear is open of which the floor does not
know (I23). What they are in the middle of comes to an end (I43)."""

from typing import TYPE_CHECKING

from busyhour.core.floor.machine import Floor
from busyhour.core.floor.supervising import OPEN_MAX_S, TAKE_MAX_S
from busyhour.core.floor.supervision import Supervision
from busyhour.core.life.supervision import SupervisionState
from busyhour.core.model import supervising as sv
from busyhour.core.model.ids import agent_of, room_of, tenant_of
from busyhour.sim.ledger import Violation

if TYPE_CHECKING:
    from busyhour.sim.world import World

ASTRAY_MAX_S = 12.0  # an order of a dead engine: seen at the next look
ASTRAY_UNHEARD_MAX_S = 26.0  # that look, or what it leads to, may be lost, too
LATE_S = 1.0

Middle = tuple[int, int, int, float, str, str | None]
"""What a supervision is in the middle of: tenant, supervisor, about whom, since when, its state, the ear to come."""


class EarChecks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._since_s: dict[str, float] = {}  # ears that hear whom they should not
        self._state_s: dict[Middle, float] = {}  # since when
        weather = world.plan.weather
        lossy = weather.event_lost or weather.event_late or weather.silences_per_h or weather.reply_lost
        self._max_s = ASTRAY_UNHEARD_MAX_S if lossy else ASTRAY_MAX_S

    def look(self, now_s: float, healthy: dict[int, float]) -> None:
        opened = self._world.pbx.ears.open
        if self._since_s:
            for gone in [ear for ear in self._since_s if ear not in opened]:
                del self._since_s[gone]
        for ear, order in opened.items():
            self._ear(ear, order, now_s, healthy[tenant_of(order.leg) or 0])
        before, self._state_s = self._state_s, {}
        for tenant, healthy_s in healthy.items():
            floor = self._world.engines[tenant].floor
            if floor is None or not floor.supervisions:
                continue
            for one in floor.supervisions.values():
                self._consistent(floor, one)
                middle = tenant, one.agent_id, one.about_id, one.since_utc_s, one.state, one.next_ear
                self._state_s[middle] = since_s = before.get(middle, now_s)
                self._in_time(floor, one, now_s - since_s, healthy_s)

    def _ear(self, ear: str, order: sv.OpenEar, now_s: float, healthy_s: float) -> None:
        wrong = self._wrong(ear, order)
        if not wrong:
            self._since_s.pop(ear, None)
        elif min(now_s - self._since_s.setdefault(ear, now_s), healthy_s) > self._max_s:
            raise Violation(f"I23: {ear} is open, {wrong}, for {now_s - self._since_s[ear]:.1f} s")

    def _wrong(self, ear: str, order: sv.OpenEar) -> str:
        """By the PBX's own rooms; empty: nothing."""
        floor = self._world.engines[tenant_of(order.leg) or 0].floor
        one = floor.supervisions.get(agent_of(order.leg)) if floor is not None else None
        if one is None or ear not in (one.ear, one.next_ear):
            return "and nobody's"
        heard = self._world.pbx.ledger.rooms.get(room_of(order.about))
        return f"and hears {heard}, not {one.call}" if heard not in (None, one.call) else ""

    def _consistent(self, floor: Floor, one: Supervision) -> None:
        about, supervisor = floor.agents[one.about_id], floor.agents[one.agent_id]
        if about.call != one.call or supervisor.call or supervisor.consult or about is supervisor:
            who = _who(floor, one)
            raise Violation(f"I27: {who} has {supervisor.call}, and that one has {about.call}, not {one.call}")
        if len(floor.supervisions) > 1 and sum(other.call == one.call for other in floor.supervisions.values()) > 1:
            raise Violation(f"I27: {_who(floor, one)} is not alone on {one.call}")

    def _in_time(self, floor: Floor, one: Supervision, lasts_s: float, healthy_s: float) -> None:
        taking = one.state is SupervisionState.TAKING
        limit_s = (TAKE_MAX_S if taking else OPEN_MAX_S) + LATE_S
        if (taking or one.next_ear is not None) and min(lasts_s, healthy_s) > limit_s:
            middle = f"{one.state} {one.next_ear or ''}"
            raise Violation(f"I43: {_who(floor, one)} is {middle} for {lasts_s:.1f} s")


def _who(floor: Floor, one: Supervision) -> str:
    return f"agent {one.agent_id} of {floor.tenant}, on the call of agent {one.about_id} since {one.since_utc_s:.3f},"
