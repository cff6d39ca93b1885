"""Golden scenarios of callers who come and go while no engine sees them: each has a record in the end, once."""

import asyncio

from msgspec.structs import replace

from busyhour.core.model.opening import Opening
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import answers
from busyhour.sim.golden_queues import BACK, comer, number, number_of, queue, scene
from busyhour.sim.golden_scene import TENANT

AT_ONCE_S = 0.1  # before another engine is there
BACK_S = 6.0  # then one is there, and has asked
LOST = queue(callback=replace(BACK, lost=True))


def dies(stage: GoldenWorld) -> None:
    stage.kill(stage.processes[TENANT])


async def one_goes_and_one_stays(stage: GoldenWorld) -> None:
    await stage.at_work()
    dies(stage)
    stage.comes(comer(1, patience_s=AT_ONCE_S))
    stage.comes(comer(2))
    await asyncio.sleep(20.0)


async def is_called_back(stage: GoldenWorld) -> None:
    stage.stage_pbx.callees_of[number_of(1)] = [answers(1.0, stays_s=4.0)]
    await stage.engine_is_there()
    dies(stage)
    stage.comes(comer(1, patience_s=AT_ONCE_S))
    await asyncio.sleep(BACK_S)
    await stage.at_work()
    await asyncio.sleep(14.0)


async def calls_again(stage: GoldenWorld) -> None:
    """Twice while no engine is there, and then stays: nobody need call them."""
    await stage.engine_is_there()
    dies(stage)
    stage.comes(comer(1, patience_s=AT_ONCE_S))
    await asyncio.sleep(2 * AT_ONCE_S)
    stage.comes(comer(1))
    await asyncio.sleep(BACK_S)
    await stage.at_work()
    await asyncio.sleep(12.0)


async def link_is_lost(stage: GoldenWorld) -> None:
    await stage.at_work()
    stage.spawn(stage.lines[TENANT].cut(3.0))
    await asyncio.sleep(0.5)
    stage.comes(comer(1, patience_s=1.0))
    await asyncio.sleep(BACK_S)


async def successor_dies_too(stage: GoldenWorld) -> None:
    await stage.at_work()
    dies(stage)
    stage.comes(comer(1, patience_s=AT_ONCE_S))
    await asyncio.sleep(2 * AT_ONCE_S)
    await stage.engine_is_there()
    dies(stage)
    stage.comes(comer(2, patience_s=AT_ONCE_S))
    await asyncio.sleep(BACK_S)


MISSED = (
    scene(
        "came and went while no engine was there",
        "One hung up before the next engine was there; the other is taken by it.",
        one_goes_and_one_stays,
        {"ABANDONED": 1, "HANDLED": 1},
    ),
    scene(
        "came and went, and is called back",
        "The queue calls back who gave up, also whom no engine saw.",
        is_called_back,
        {"ABANDONED": 1, "HANDLED": 1},
        queues=(LOST,),
    ),
    scene(
        "came and went, and called again",
        "They are on the line by themselves when the next engine finds that they had called before.",
        calls_again,
        {"ABANDONED": 1, "HANDLED": 1},
        queues=(LOST,),
    ),
    scene(
        "came and went while the link was lost",
        "The engine lives, and asks when the PBX is seen again.",
        link_is_lost,
        {"ABANDONED": 1},
    ),
    scene(
        "came and went, and the next engine died, too",
        "Before it had asked, or after: each caller has one record.",
        successor_dies_too,
        {"ABANDONED": 2},
    ),
    scene(
        "came and went at a closed number",
        "With nobody there to say so.",
        one_goes_and_one_stays,
        {"TURNED_AWAY": 2},
        numbers=(number(opening=Opening(emergency=True)),),
    ),
)
