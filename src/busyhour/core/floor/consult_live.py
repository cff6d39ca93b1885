"""A consultation as it is now, and the channels of parties outside."""

from dataclasses import dataclass

from busyhour.core.life.agent import AgentState
from busyhour.core.life.consultation import ConsultState


@dataclass(slots=True, kw_only=True)
class Consult:
    """Of the agent who has `call`: with a colleague, or with somebody outside."""

    call: str
    asker_id: int
    colleague_id: int | None  # None: somebody outside
    number: str  # outside
    note: str
    since_utc_s: float
    leg: str = ""  # the colleague's, or the party's; empty: not up yet
    state: ConsultState = ConsultState.RINGING
    changed_s: float = 0.0  # monotonic: the last move

    @property
    def of_colleague(self) -> AgentState:
        """What they are, who are asked."""
        return AgentState.RESERVED if self.state is ConsultState.RINGING else AgentState.ON_CONTACT


@dataclass(slots=True)
class Party:
    """Somebody outside, on a channel of ours: it has its line until its end is known."""

    trunk_id: int
    since_s: float  # monotonic
    call: str = ""  # with whose customer it is, or is to be
    bound: bool = False  # the customer is with them: seen
