"""Golden scenarios of desks and legs that go and come back."""

import asyncio

from busyhour.core import events as e
from busyhour.core.model.values import LegMode
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import RINGS_ON, answers
from busyhour.sim.golden_scene import MESSAGE, TENANT, Scene, agent, campaign, contact, message
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


async def two_wait_for_one(stage: GoldenWorld) -> None:
    """Both agents pause while two phones ring; then one of them is ready again, and later the other."""
    await stage.at_work()
    await asyncio.sleep(0.8)
    await stage.agent(1).pause()
    await stage.agent(2).pause()
    await asyncio.sleep(3.0)
    await stage.agent(1).ready()
    await asyncio.sleep(1.0)
    await stage.agent(2).ready()
    await asyncio.sleep(3.0)


async def free_in_the_same_instant(stage: GoldenWorld) -> None:
    """The second one's phone answers first, within the same millisecond."""
    await stage.engine_is_there()
    await asyncio.gather(stage.agent(2).begin(), stage.agent(1).begin())
    await asyncio.sleep(4.0)


async def wraps_up_twice(stage: GoldenWorld) -> None:
    """The first wrap-up is ended by a click; within its time the next call comes and ends."""
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(0.8)
    await stage.agent().wrap_up()
    await asyncio.sleep(14.0)


async def phone_refuses(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    await stage.talking()
    stage.drop_legs(TENANT, 1)
    await asyncio.sleep(12.0)


async def clicks_twice(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.agent().ready()
    await stage.talking()
    await stage.agent().hang_up()
    await stage.agent().hang_up()
    await stage.agent().wrap_up()
    await stage.agent().wrap_up()


async def presses_keys(stage: GoldenWorld) -> None:
    """In a conversation the callee's keys decide nothing, and disturb nothing."""
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
        name="two customers wait for one agent",
        says="Each agent gets one of them.",
        campaigns=(campaign(agents=(1, 2), answer_wait_max_s=20.0),),
        agents=(agent(1), agent(2)),
        contacts=(contact(answers(2.0)), contact(answers(2.0), n=2)),
        outcomes={"HANDLED": 2},
        script=two_wait_for_one,
    ),
    Scene(
        name="two agents are free in the same instant",
        says="Each gets one call.",
        campaigns=(campaign(agents=(1, 2)),),
        agents=(agent(1), agent(2)),
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=free_in_the_same_instant,
    ),
    Scene(
        name="two wrap-ups",
        says="The first is ended by a click, and what it was to last does not end the second. Another callee rings.",
        campaigns=(campaign(acw_max_s=6.0), message()),
        contacts=(
            contact(answers(0.5, stays_s=0.5)),
            contact(answers(0.5, stays_s=0.5), n=2),
            contact(RINGS_ON, campaign_id=MESSAGE),
        ),
        outcomes={"HANDLED": 2, "IVR_LEFT": 1, "NO_ANSWER": 1},
        script=wraps_up_twice,
    ),
    Scene(
        name="the agent's phone refuses",
        says="The agent has missed the call, and gets no other before they say that they are ready.",
        agents=(agent(leg_mode=LegMode.PER_CALL),),
        contacts=(contact(STAYS), contact(answers(), n=2)),
        outcomes={"ABANDONED": 1, "HANDLED": 1},
        script=phone_refuses,
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
        says="In a conversation it decides nothing, and disturbs nothing.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 1},
        script=presses_keys,
    ),
)
