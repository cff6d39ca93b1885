"""What a desk shows an agent of the floor: people act by that, and by nothing else."""

from busyhour.core.floor.machine import Floor
from busyhour.core.life.call import CallState
from busyhour.service.engine import Engine


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


def looked_at(floor: Floor | None, agent_id: int) -> str | None:
    """The contact on the screen that waits for the agent to dial it or to skip it."""
    agent = floor.agents.get(agent_id) if floor is not None else None
    call = floor.calls.get(agent.call or "") if floor is not None and agent is not None else None
    return call.call if call is not None and call.state is CallState.RESERVED and not call.approved else None


def consults(floor: Floor | None, agent_id: int) -> bool | None:
    """Whether this agent asked; False: they are asked; None: there is no consultation on the screen."""
    agent = floor.agents.get(agent_id) if floor is not None else None
    if floor is None or agent is None:
        return None
    if agent.consult is not None:
        return False
    return True if agent.call in floor.consults else None


class Desks:
    """What the desks of a world show."""

    engines: dict[int, Engine]
    incarnations: dict[int, int]  # of engines

    def incarnation(self, tenant: int) -> int:
        return self.incarnations[tenant]

    def screen(self, tenant: int, agent_id: int) -> str:
        return screen(self.engines[tenant].floor, agent_id)

    def looked_at(self, tenant: int, agent_id: int) -> str | None:
        return looked_at(self.engines[tenant].floor, agent_id)

    def call_in_hand(self, tenant: int, agent_id: int) -> tuple[str, bool] | None:
        return call_in_hand(self.engines[tenant].floor, agent_id)

    def consults(self, tenant: int, agent_id: int) -> bool | None:
        return consults(self.engines[tenant].floor, agent_id)

    def parked(self, tenant: int) -> list[int]:
        floor = self.engines[tenant].floor
        return sorted(floor.parked) if floor is not None else []
