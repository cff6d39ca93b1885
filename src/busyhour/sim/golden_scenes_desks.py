"""Golden scenarios of desks and legs that go and come back."""

import asyncio

from busyhour.core import events as e
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import answers
from busyhour.sim.golden_scene import TENANT, Scene, contact
from busyhour.sim.golden_scenes import STAYS

LONG = answers(1.0, stays_s=12.0)


async def leg_drops_in_the_call(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(1.0)
    stage.drop_legs(TENANT, 1)
    await asyncio.sleep(6.0)


async def leg_drops_while_idle(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(0.8)
    stage.drop_legs(TENANT, 1)
    await asyncio.sleep(6.0)


async def reloads_in_the_call(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(1.0)
    await stage.agent().reload(2.0)
    await asyncio.sleep(3.0)


async def vanishes_in_the_call(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    stage.agent().close_desk()
    await asyncio.sleep(45.0)


async def opens_a_second_tab(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(1.0)
    stage.agent().second_tab()
    await asyncio.sleep(5.0)


async def clicks_twice(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.agent().ready()
    await stage.talking()
    await stage.agent().hang_up()
    await stage.agent().hang_up()
    await stage.agent().wrap_up()
    await stage.agent().wrap_up()


async def presses_keys(stage: GoldenWorld) -> None:
    """The callee's keys decide nothing yet, and disturb nothing."""
    await stage.at_work()
    await stage.talking()
    for channel in list(stage.pbx.ledger.live.values()):
        if channel.number:
            stage.pbx.hear(TENANT, e.DigitPressed(call=channel.name, digit="9"))


DESKS = (
    Scene(
        name="the agent's leg drops in the call",
        says="Music for the customer; the leg is rung again, and they talk on.",
        contacts=(contact(LONG),),
        outcomes={"HANDLED": 1},
        script=leg_drops_in_the_call,
    ),
    Scene(
        name="the agent's leg drops while idle",
        says="It is rung again.",
        contacts=(contact(answers(3.0)),),
        outcomes={"HANDLED": 1},
        script=leg_drops_while_idle,
    ),
    Scene(
        name="the agent reloads in the call",
        says="The same agent has the customer again.",
        contacts=(contact(LONG),),
        outcomes={"HANDLED": 1},
        script=reloads_in_the_call,
    ),
    Scene(
        name="the agent vanishes in the call",
        says="Music for a while, then a word and the end; the agent is logged off.",
        contacts=(contact(STAYS),),
        outcomes={"HANDLED": 1},
        script=vanishes_in_the_call,
    ),
    Scene(
        name="a second tab",
        says="It takes over; the first one's leg is dead.",
        contacts=(contact(LONG),),
        outcomes={"HANDLED": 1},
        script=opens_a_second_tab,
    ),
    Scene(
        name="clicks come twice",
        says="Each has one effect.",
        contacts=(contact(STAYS),),
        outcomes={"HANDLED": 1},
        script=clicks_twice,
    ),
    Scene(
        name="the callee presses a key",
        says="It decides nothing yet, and disturbs nothing.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 1},
        script=presses_keys,
    ),
)
