"""Golden scenarios of callers who come to a queue from another one, or to one that has no room."""

import asyncio

from busyhour.core import events as e
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.queue import Announce, OverflowAction, OverflowTrigger
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_queues import SECOND, TO_SECOND, comer, number, queue, rule, scene
from busyhour.sim.golden_scene import TENANT

OTHER = "5552"
LATE = rule(OverflowTrigger.WAITED, OverflowAction.TRANSFER, threshold=3.0, destination=TO_SECOND)
NUMBERS = (number(), DialedNumber(pattern=OTHER, treatment=Treatment(to=(TO_SECOND,))))


async def comes_to_a_full_queue(stage: GoldenWorld) -> None:
    """One waits in the second queue. The agent of the first cannot send theirs there; a rule sends on who waits."""
    await stage.at_work()
    stage.comes(comer(1, dialed=OTHER, patience_s=12.0))
    stage.comes(comer(2, talk_s=9.0))
    await stage.talking()
    stage.comes(comer(3))
    await asyncio.sleep(1.0)
    await stage.agent().click(lambda q: e.SendOnAsked(agent_id=1, destination=TO_SECOND, note="", request=q))
    await asyncio.sleep(18.0)


async def one_waits(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    stage.comes(comer(patience_s=10.0))
    await asyncio.sleep(14.0)


async def dies_while_they_are_welcomed(stage: GoldenWorld) -> None:
    """Two for one free agent and one place; then the agent is away, and so is the engine that let both in."""
    await stage.at_work()
    await asyncio.sleep(0.5)
    stage.comes(comer(1))
    stage.comes(comer(2))
    await asyncio.sleep(1.0)
    await stage.agent().pause()
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(6.0)
    await stage.engine_is_there()
    stage.comes(comer(3))
    await asyncio.sleep(1.0)
    await stage.agent().ready()
    await asyncio.sleep(20.0)


FULL = (
    scene(
        "sent to a queue that is full",
        "The agent is told so and keeps theirs; whom a rule sends there hears a good-bye.",
        comes_to_a_full_queue,
        {"HANDLED": 1, "TURNED_AWAY": 1, "ABANDONED": 1},
        queues=(
            queue(overflow=(LATE,)),
            queue(SECOND, agents=(), waiting_max=1),
        ),
        numbers=NUMBERS,
    ),
    scene(
        "moved to another queue while they wait",
        "By a rule; screens show them there.",
        one_waits,
        {"ABANDONED": 1},
        queues=(queue(agents=(), overflow=(LATE,)), queue(SECOND, agents=())),
    ),
    scene(
        "the engine dies while they are welcomed, and the queue is full",
        "Who was let in has a place in the next engine, too; who comes then hears busy.",
        dies_while_they_are_welcomed,
        {"HANDLED": 2, "TURNED_AWAY": 1},
        queues=(queue(waiting_max=1, announce=Announce(welcome="hello")),),
    ),
)
