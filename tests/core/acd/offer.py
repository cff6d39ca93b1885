"""The floor's part in the tests' center: one caller offered to one agent, or to all that are free; one wins (I27)."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Offer:
    call: str
    ringing: dict[int, None] = field(default_factory=dict)
    winner: int | None = None

    @classmethod
    def to(cls, call: str, agent_ids: Iterable[int]) -> "Offer":
        return cls(call, dict.fromkeys(agent_ids))

    def answered(self, agent_id: int) -> bool:
        """Whether this agent gets the caller. The others are to be let go (`losers`); who answers later has lost, also
        if their phone answered in the same moment."""
        if self.winner is not None or agent_id not in self.ringing:
            return False
        self.winner = agent_id
        return True

    def missed(self, agent_id: int) -> bool:
        """This agent will not answer. Whether that was the last one: the caller goes back to their place."""
        if agent_id == self.winner or agent_id not in self.ringing:
            return False
        del self.ringing[agent_id]
        return not self.ringing

    @property
    def losers(self) -> tuple[int, ...]:
        return tuple(agent_id for agent_id in self.ringing if agent_id != self.winner)
