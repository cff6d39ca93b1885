"""Which agent gets which waiting call: both stand in line, and this says in which order. Pure."""

AgentPlace = tuple[float, int]
CallPlace = tuple[float, str]
QueuedPlace = tuple[float, float, str]


def agent_place(since_s: float, agent_id: int) -> AgentPlace:
    """Where an available agent stands: who has waited longest is first; ties by id, so that the choice never depends on
    the order in which they came."""
    return since_s, agent_id


def call_place(answered_utc_s: float, call: str) -> CallPlace:
    """Where an answered call stands among those of its run: the longest waiting first, ties by name."""
    return answered_utc_s, call


def queued_place(priority: int, since_utc_s: float, call: str, ageing_s: float) -> QueuedPlace:
    """Where a call stands among those of all queues: the more urgent first (lower number), then the longest waiting,
    whichever queue it is in.

    With ageing, `ageing_s` of waiting are worth one step of priority. Everybody ages equally, so the order of two calls
    never changes while they wait: a place is reckoned once. Without (0), a more urgent call always goes first."""
    if ageing_s > 0:
        return 0.0, since_utc_s + priority * ageing_s, call
    return float(priority), since_utc_s, call
