"""Golden scenarios of how long agents work after a call, where nobody says that they are done."""

import asyncio

from busyhour.core import events as e
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_queues import comer, queue, scene

USUAL_S = 2.0


async def usual_time_is_set(stage: GoldenWorld) -> None:
    """While the first caller talks; the second one has no patience for the queue's longest."""
    await stage.at_work()
    stage.comes(comer(1))
    await stage.talking()
    stage.rows.inbound.acw_s = USUAL_S
    stage.say(e.WrapUpChanged(acw_s=USUAL_S))
    await asyncio.sleep(4.5)
    stage.comes(comer(2, patience_s=8.0))
    await asyncio.sleep(14.0)


WRAP_UP = (
    scene(
        "the usual wrap-up time is made shorter",
        "From the next call's end on, the agent has the next caller as soon as it is over.",
        usual_time_is_set,
        {"HANDLED": 2},
        queues=(queue(acw_max_s=60.0),),
    ),
)
