"""What a desk shows an agent of the floor: people act by that, and by nothing else."""

from busyhour.core.floor.machine import Floor


def screen(floor: Floor | None, agent_id: int) -> str:
    """What the agent is: ready | not ready | logged off."""
    agent = floor.agents.get(agent_id) if floor is not None else None
    if agent is None or not agent.session_open:
        return "logged off"
    return "ready" if agent.pause_asked is None else "not ready"


def call_in_hand(floor: Floor | None, agent_id: int) -> tuple[str, bool] | None:
    """The call on the screen, and whether it is over."""
    agent = floor.agents.get(agent_id) if floor is not None else None
    if agent is None:
        return None
    if agent.acw_call is not None:
        return agent.acw_call, True
    return (agent.call, False) if agent.call is not None else None
