"""Facts about agents' desks, phones and legs. Part of `busyhour.core.events`."""

from busyhour.core.model.fact import Fact
from busyhour.core.model.values import EndCause


class AgentLinked(Fact, frozen=True, kw_only=True):
    """A desk of this agent is open. `session` names the browser tab; a new one takes over from an older one."""

    agent_id: int
    session: str


class AgentUnlinked(Fact, frozen=True, kw_only=True):
    agent_id: int
    session: str


class PhoneRegistered(Fact, frozen=True, kw_only=True):
    """The agent's phone can be rung."""

    agent_id: int


class PhoneGone(Fact, frozen=True, kw_only=True):
    agent_id: int


class LegAnswered(Fact, frozen=True, kw_only=True):
    """The agent's phone answered and its leg is in its room."""

    leg: str
    at_utc_s: float


class LegEnded(Fact, frozen=True, kw_only=True):
    leg: str
    cause: EndCause
    at_utc_s: float
