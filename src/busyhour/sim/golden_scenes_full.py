"""Golden scenarios of callers who come to a queue from another one, or to one that has no room."""

import asyncio

from busyhour.core.model.queue import OverflowAction, OverflowTrigger
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_queues import SECOND, TO_SECOND, comer, queue, rule, scene

LATE = rule(OverflowTrigger.WAITED, OverflowAction.TRANSFER, threshold=3.0, destination=TO_SECOND)


async def one_waits(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    stage.comes(comer(patience_s=10.0))
    await asyncio.sleep(14.0)


FULL = (
    scene(
        "moved to another queue while they wait",
        "By a rule; screens show them there.",
        one_waits,
        {"ABANDONED": 1},
        queues=(queue(agents=(), overflow=(LATE,)), queue(SECOND, agents=())),
    ),
)
