"""Golden scenarios of calls that agents dial by hand, and of agents who are on the line before the callee."""

import asyncio
from typing import Any

import msgspec

from busyhour.core.model.campaign import Campaign, Pacing, RetryRule
from busyhour.core.model.values import DialMode, FirstLeg, LegMode, Outcome
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import RINGS_ON, answers
from busyhour.sim.golden_scene import AGENTS, RULES, TENANT, Scene, agent, campaign, contact

CANCELLED = RetryRule(outcome=Outcome.CANCELLED, max_attempts=2, delay_s=5)
NEW_NUMBER = "+4930777001"


def first_leg_agent(**changes: Any) -> Campaign:
    return campaign(**{"pacing": Pacing(first_leg=FirstLeg.AGENT), **changes})


MANUAL = campaign(dial_mode=DialMode.MANUAL)
DIALS = (msgspec.structs.replace(agent(), may_dial=True),)
PER_CALL = (agent(1, LegMode.PER_CALL),)


async def dials_by_hand(stage: GoldenWorld, number: str = NEW_NUMBER) -> None:
    rows = stage.rows
    await stage.agent().dial_by_hand(1, rows.item_by_hand(TENANT, rows.by_hand(1, number)))


async def by_hand(stage: GoldenWorld) -> None:
    """In a pause; then the day is over."""
    await stage.at_work()
    await asyncio.sleep(0.5)
    await stage.agent().pause()
    await dials_by_hand(stage)
    await asyncio.sleep(7.0)
    await stage.agent().wrap_up()
    await asyncio.sleep(3.0)
    await stage.remove_run(TENANT, 1)


async def by_hand_refused(stage: GoldenWorld) -> None:
    """On the do-not-call list."""
    await stage.at_work()
    await asyncio.sleep(0.5)
    stage.add_dnc(TENANT, NEW_NUMBER)
    await dials_by_hand(stage)
    await asyncio.sleep(3.0)
    await stage.remove_run(TENANT, 1)


async def by_hand_beside_the_dialer(stage: GoldenWorld) -> None:
    """A contact that waits in the hopper: it is called once."""
    await stage.at_work()
    await stage.agent().pause()
    await dials_by_hand(stage, stage.scene.contacts[0].number)
    await asyncio.sleep(8.0)


# The agent first


async def at_work(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(6.0)


async def does_not_pick_up(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    await asyncio.sleep(26.0)


async def leg_is_lost(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(2.0)
    stage.drop_legs(TENANT, 1)
    await asyncio.sleep(12.0)


ONE, TWO = contact(answers()), contact(answers(), n=2)

BY_HAND = (
    Scene(
        name="dialed by hand",
        says="In a pause, a number that is in no list.",
        campaigns=(MANUAL,),
        agents=DIALS,
        contacts=(),
        outcomes={"HANDLED": 1},
        script=by_hand,
    ),
    Scene(
        name="dialed by hand, and refused",
        says="The number is on the do-not-call list.",
        campaigns=(MANUAL,),
        agents=DIALS,
        contacts=(),
        outcomes={},
        script=by_hand_refused,
    ),
    Scene(
        name="dialed by hand beside the dialer",
        says="The contact is in the hopper already; it is called once.",
        agents=DIALS,
        contacts=(contact(answers(), n=1, campaign_id=AGENTS),),
        outcomes={"HANDLED": 1},
        script=by_hand_beside_the_dialer,
    ),
    Scene(
        name="the agent first",
        says="Their phone answers, then the number is dialed.",
        campaigns=(first_leg_agent(),),
        agents=PER_CALL,
        contacts=(ONE, TWO),
        outcomes={"HANDLED": 2},
        script=at_work,
    ),
    Scene(
        name="the agent first, on a lasting leg",
        says="Dialed at once, and for nobody else.",
        campaigns=(first_leg_agent(agents=(1, 2)),),
        agents=(agent(1), agent(2)),
        contacts=(ONE, TWO, contact(answers(), n=3)),
        outcomes={"HANDLED": 3},
        script=at_work,
    ),
    Scene(
        name="the agent first, who does not answer",
        says="Nothing is dialed.",
        campaigns=(first_leg_agent(),),
        agents=PER_CALL,
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=does_not_pick_up,
    ),
    Scene(
        name="the agent first, whose leg is lost",
        says="While it rings: it is given up.",
        campaigns=(first_leg_agent(retry_rules=(*RULES, CANCELLED)),),
        contacts=(contact(RINGS_ON, answers()),),
        outcomes={"CANCELLED": 1, "HANDLED": 1},
        script=leg_is_lost,
    ),
)
