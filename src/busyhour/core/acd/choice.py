"""Which agent gets which waiting call: both stand in line, and this says in which order. Pure."""

AgentPlace = tuple[float, int]
CallPlace = tuple[float, str]


def agent_place(since_s: float, agent_id: int) -> AgentPlace:
    """Where an available agent stands: who has waited longest is first; ties by id, so that the choice never depends on
    the order in which they came."""
    return since_s, agent_id


def call_place(answered_utc_s: float, call: str) -> CallPlace:
    """Where an answered call stands among those of its run: the longest waiting first, ties by name."""
    return answered_utc_s, call
