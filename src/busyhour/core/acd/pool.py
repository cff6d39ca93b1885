"""The agents who could take one more contact of a medium, in the order in which each strategy asks them (5.3-11)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from busyhour.core.acd.bits import bits_of
from busyhour.core.acd.choice import agent_place
from busyhour.core.acd.ranked import Ranked
from busyhour.core.model.queue import Strategy

RING_ALL_MAX: Final = 50  # phones that ring for one call: more than that only burden the PBX

PoolPlace = tuple[float, float, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides between agents who may all take a call."""

    since_s: float  # when they became free; for chats, when they were last given one
    calls: int = 0  # how many they have had since they logged on
    ongoing: int = 0  # chats they have now


def _place(strategy: Strategy, standing: Standing, agent_id: int) -> PoolPlace:
    since_s, last = agent_place(standing.since_s, agent_id)
    match strategy:
        case Strategy.LEAST_CALLS:
            return standing.calls, since_s, last
        case Strategy.FILL:
            return -standing.ongoing, 0.0, last
        case _:
            return 0.0, since_s, last


ORDER_OF: Final = {Strategy.RING_ALL: Strategy.LONGEST_IDLE}  # they ring at once; which of too many is asked


@dataclass(slots=True)
class Pool:
    mask: int = 0
    _standings: dict[int, tuple[Standing, int]] = field(default_factory=dict)  # bit -> standing, agent
    _orders: dict[Strategy, Ranked[PoolPlace]] = field(default_factory=dict)  # those that a queue uses

    def use(self, strategies: Iterable[Strategy]) -> None:
        """Keep these orders, and no others: each costs a little at every change."""
        wanted = {ORDER_OF.get(strategy, strategy) for strategy in strategies} - {Strategy.RRMEMORY}
        for strategy in [known for known in self._orders if known not in wanted]:
            del self._orders[strategy]
        for strategy in sorted(wanted - set(self._orders)):
            order = self._orders[strategy] = Ranked()
            for bit, (standing, agent_id) in self._standings.items():
                order.add(bit, _place(strategy, standing, agent_id))

    def add(self, bit: int, agent_id: int, standing: Standing) -> None:
        assert bit not in self._standings
        self._standings[bit] = standing, agent_id
        self.mask |= 1 << bit
        for strategy, order in self._orders.items():
            order.add(bit, _place(strategy, standing, agent_id))

    def remove(self, bit: int) -> None:
        if self._standings.pop(bit, None) is None:
            return
        self.mask ^= 1 << bit
        for order in self._orders.values():
            order.remove(bit)

    def standing(self, bit: int) -> Standing:
        return self._standings[bit][0]

    def pick(self, strategy: Strategy, candidates: int, last_bit: int) -> tuple[int, ...]:
        """Who of the candidates, of whom there is one at least, is asked; several only when all ring.
        `last_bit`: whose turn it was last."""
        assert candidates & ~self.mask == 0, "somebody is asked who is not free"
        if strategy is Strategy.RRMEMORY:
            later = candidates >> (last_bit + 1) << (last_bit + 1)
            return (next(bits_of(later or candidates)),)
        order = self._orders[ORDER_OF.get(strategy, strategy)]
        if strategy is Strategy.RING_ALL:
            return tuple(islice(order.each(candidates), RING_ALL_MAX))
        first = order.first(candidates)
        assert first is not None
        return (first,)
