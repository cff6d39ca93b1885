"""Supervisors' ears on the simulated PBX: who hears whom, and what becomes of them when a leg ends."""

from collections.abc import Callable
from dataclasses import dataclass, field

from busyhour.core import events as e
from busyhour.core.model import supervising as sv
from busyhour.core.model.ids import room_of
from busyhour.core.model.pictures import ChannelPicture
from busyhour.sim.ledger import Channel, Ledger

OPENS_S = 0.05


@dataclass(slots=True)
class Ears:
    """One at most for each order; they go with the agent's leg."""

    open: dict[str, sv.OpenEar] = field(default_factory=dict)
    ever: dict[str, None] = field(default_factory=dict)  # legs that heard something by one

    def act(self, ledger: Ledger, order: sv.OpenEar | sv.CloseEar, later: "Later", hear: "Hear") -> e.Event | None:
        if isinstance(order, sv.CloseEar):
            gone = self.open.pop(order.ear, None)
            return sv.EarClosed(ear=order.ear) if gone is not None else None
        about, leg = ledger.live.get(order.about), ledger.live.get(order.leg)
        if order.ear in self.open:
            return None
        if about is None or leg is None or about.answered_utc_s is None or leg.answered_utc_s is None:
            return sv.EarClosed(ear=order.ear)
        self.open[order.ear] = order
        self.ever[order.leg] = None
        later(about, OPENS_S, self._opened, order.ear, about.tenant, hear)
        return None

    def _opened(self, ear: str, tenant: int, hear: "Hear") -> None:
        if ear in self.open:
            hear(tenant, sv.EarOpened(ear=ear))

    def leg_ended(self, leg: Channel, hear: "Hear") -> None:
        """What an agent's leg was heard by goes with it; the supervisor's own end leaves it in no room, and open."""
        for ear in [ear for ear, order in self.open.items() if order.about == leg.name]:
            del self.open[ear]
            hear(leg.tenant, sv.EarClosed(ear=ear))

    def pictured(self, tenant: int) -> list[ChannelPicture]:
        mine = [order for order in self.open.values() if order.ear.startswith(f"s{tenant}-")]
        return [ChannelPicture(channel=order.ear, answered=True, bridge=room_of(order.leg)) for order in mine]


Hear = Callable[[int, e.Event], None]
Later = Callable[..., None]
