"""What golden scenarios of callers have in common: a number, a queue, its agents, and people who call."""

from typing import Any

from busyhour.core.model.campaign import Hours
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.queue import (
    CallbackRule,
    Destination,
    DestinationKind,
    MissRule,
    OverflowAction,
    OverflowRule,
    OverflowTrigger,
    Queue,
    QueueMember,
)
from busyhour.core.model.values import LegMode
from busyhour.sim.callers import Comer
from busyhour.sim.golden_scene import Scene, agent

DIALED = "5551"
FIRST, SECOND = 1, 2  # queues
TO_FIRST = Destination(DestinationKind.QUEUE, str(FIRST))
TO_SECOND = Destination(DestinationKind.QUEUE, str(SECOND))
PER_CALL = LegMode.PER_CALL
BACK = CallbackRule(hours=Hours(), attempts_max=2, retry_s=6.0, expires_s=120.0)


def queue(queue_id: int = FIRST, *, agents: tuple[int, ...] = (1,), **changes: Any) -> Queue:
    settings: dict[str, Any] = {
        "name": f"queue {queue_id}",
        "members": tuple(QueueMember(agent_id) for agent_id in agents),
        "acw_max_s": 3.0,
        "miss": MissRule(ring_timeout_s=3.0, rest_s=4.0, pause_after=3),
        "callback": BACK,
        "trunk_ids": (1,),
        "caller_id": "+4930555",
    }
    return Queue(queue_id=queue_id, **{**settings, **changes})


def number(*to: Destination, **changes: Any) -> DialedNumber:
    return DialedNumber(pattern=DIALED, treatment=Treatment(to=to or (TO_FIRST,), **changes))


def comer(n: int = 1, **changes: Any) -> Comer:
    return Comer(**{"number": number_of(n), "dialed": DIALED, "patience_s": 40.0, "talk_s": 4.0, **changes})


def number_of(n: int) -> str:
    return f"+49409{n:06d}"


def rule(trigger: OverflowTrigger, action: OverflowAction, **changes: Any) -> OverflowRule:
    return OverflowRule(trigger=trigger, action=action, **changes)


def scene(name: str, says: str, script: Any, outcomes: dict[str, int], **changes: Any) -> Scene:
    """Of callers alone. `outcomes` without the word that tells their records from others."""
    settings: dict[str, Any] = {
        "contacts": (),
        "campaigns": (),
        "queues": (queue(),),
        "numbers": (number(),),
        "agents": (agent(),),
    }
    told = {f"caller {outcome}": times for outcome, times in outcomes.items()}
    told |= changes.pop("dialed", {})
    return Scene(name=f"callers: {name}", says=says, script=script, outcomes=told, **{**settings, **changes})
