"""Golden scenarios of calls that nobody asked for, and of orders that come from an engine that is not the owner."""

import asyncio

from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import RINGS_ON, answers
from busyhour.sim.golden_scene import TENANT, Scene, contact
from busyhour.sim.mishaps import LEASE_S

LONG = answers(1.0, stays_s=12.0)


async def stranger_answers(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    stage.stage_pbx.strange_call(TENANT, answers(0.5, stays_s=40.0))
    await asyncio.sleep(8.0)


async def stranger_rings(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    stage.stage_pbx.strange_call(TENANT, RINGS_ON)
    await asyncio.sleep(30.0)


async def stranger_is_there_at_a_start(stage: GoldenWorld) -> None:
    """It answers while the engine stands still, which dies before it hears of it."""
    await stage.at_work()
    await stage.talking()
    process = stage.processes[TENANT]
    process.frozen = not process.dead
    stage.stage_pbx.strange_call(TENANT, answers(0.3, stays_s=40.0))
    await asyncio.sleep(0.6)
    stage.kill(process)
    await asyncio.sleep(12.0)


async def engine_stands_still_while_it_rings(stage: GoldenWorld) -> None:
    """Its ring time is over when it wakes; but another engine has the call."""
    await stage.at_work()
    await asyncio.sleep(1.5)
    old = stage.processes[TENANT]
    old.frozen = not old.dead
    await asyncio.sleep(LEASE_S)
    if old is stage.processes[TENANT] and not old.dead:
        stage.start_engine(TENANT)
    await asyncio.sleep(3.0)
    stage.wake_replaced(old)
    await asyncio.sleep(5.0)


STRANGERS = (
    Scene(
        name="a call that nobody knows is answered",
        says="It is hung up at once: no person is left in silence.",
        contacts=(contact(LONG),),
        outcomes={"HANDLED": 1},
        script=stranger_answers,
    ),
    Scene(
        name="a call that nobody knows rings",
        says="It is hung up when it is seen.",
        contacts=(contact(LONG),),
        outcomes={"HANDLED": 1},
        script=stranger_rings,
    ),
    Scene(
        name="a call that nobody knows, when an engine begins",
        says="It is hung up at once, not at the next look.",
        contacts=(contact(LONG),),
        outcomes={"HANDLED": 1},
        script=stranger_is_there_at_a_start,
    ),
    Scene(
        name="the engine stands still while it rings",
        says="What was due meanwhile is done by the new owner; the old one orders nothing when it wakes.",
        contacts=(contact(RINGS_ON, answers()),),
        outcomes={"HANDLED": 1, "NO_ANSWER": 1},
        script=engine_stands_still_while_it_rings,
    ),
)
