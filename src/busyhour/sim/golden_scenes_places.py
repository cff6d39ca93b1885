"""Golden scenarios of customers who are where the floor has not put them: an order came late, or came to nothing."""

import asyncio
from typing import Any

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.ids import leg_in
from busyhour.core.model.queue import Destination, DestinationKind
from busyhour.sim.faults import Weather
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import answers
from busyhour.sim.golden_queues import FIRST, comer, scene
from busyhour.sim.golden_scene import TENANT, Scene, agent, campaign, contact
from busyhour.sim.ledger import Channel


async def with_customers(stage: GoldenWorld) -> list[Channel]:
    """Both agents talk, if nothing went wrong; and their engine is dead."""
    await stage.at_work()
    for agent_id in (1, 2):
        await stage.talking(agent_id)
    await asyncio.sleep(0.5)
    stage.kill(stage.processes[TENANT])
    return [one for one in stage.customers() if one.room is not None]


async def second_customer(stage: GoldenWorld) -> None:
    """When the next engine has taken over."""
    talking = await with_customers(stage)
    await stage.engine_is_there()
    await asyncio.sleep(1.0)
    _join_to_the_first(stage, talking)
    await asyncio.sleep(6.0)


async def second_customer_before_the_next_engine(stage: GoldenWorld) -> None:
    _join_to_the_first(stage, await with_customers(stage))
    await asyncio.sleep(6.0)


def _join_to_the_first(stage: GoldenWorld, talking: list[Channel]) -> None:
    if len(talking) == 2 and talking[0].room is not None:
        stage.pbx.act(c.Join(call=talking[1].name, leg=leg_in(talking[0].room)), late=True)


async def customer_is_taken_out(stage: GoldenWorld) -> None:
    """Nobody tells of it."""
    talking = await with_customers(stage)
    await stage.engine_is_there()
    await asyncio.sleep(1.0)
    for channel in talking[:1]:
        stage.pbx.act(c.Hold(call=channel.name, leg=leg_in(channel.room or "")), late=True)
    await asyncio.sleep(14.0)


async def order_to_leave_is_swallowed(stage: GoldenWorld) -> None:
    """The agent has sent the caller on, and takes the next one at once, before anybody can have looked."""
    await stage.at_work()
    stage.comes(comer(1, talk_s=20.0))
    await stage.talking()
    stage.comes(comer(2, talk_s=4.0))
    await asyncio.sleep(0.5)
    stage.lines[TENANT].mute = True
    await stage.agent().click(lambda q: e.SendOnAsked(agent_id=1, destination=TO_CALLBACK, note="", request=q))
    await asyncio.sleep(0.5)
    stage.lines[TENANT].mute = False
    await stage.agent().wrap_up()
    await asyncio.sleep(34.0)


def _two(stays_s: float) -> dict[str, Any]:
    """Each agent has a customer for this long."""
    return {
        "campaigns": (campaign(agents=(1, 2)),),
        "agents": (agent(1), agent(2)),
        "contacts": tuple(contact(answers(1.0, stays_s=stays_s), n=n) for n in (1, 2)),
        "outcomes": {"HANDLED": 2},
    }


TO_CALLBACK = Destination(DestinationKind.CALLBACK, str(FIRST))

PLACES = (
    scene(
        "the order to leave the agent's room is swallowed",
        "Whoever comes next is alone with the agent: the one before is taken out first.",
        order_to_leave_is_swallowed,
        {"HANDLED": 3},
        weather=Weather(reply_lost=1.0),
    ),
    Scene(
        name="a dead engine's order joins a second customer",
        says="Who belongs to another agent goes back to them.",
        script=second_customer,
        **_two(20.0),
    ),
    Scene(
        name="a dead engine's order joins a second customer before the next engine begins",
        says="The one whom the agent had stays; the other one hears music, and is taken care of.",
        script=second_customer_before_the_next_engine,
        **_two(20.0),
    ),
    Scene(
        name="a dead engine's order takes a customer out of the room",
        says="The next look at the PBX finds it, and they are joined again.",
        script=customer_is_taken_out,
        weather=Weather(reply_lost=1.0),
        **_two(40.0),
    ),
)
