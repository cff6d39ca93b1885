"""Golden scenarios: the key that a callee presses while they hear a message. A rule would call each of them again."""

import asyncio

from busyhour.core.model.campaign import Compliance, RetryRule
from busyhour.core.model.values import LegMode, Outcome
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import Callee
from busyhour.sim.golden_scene import MESSAGE, RULES, Scene, agent, campaign, contact, message

AGAIN = (
    *RULES,
    RetryRule(outcome=Outcome.IVR_LEFT, max_attempts=2, delay_s=5),
    RetryRule(outcome=Outcome.ABANDONED, max_attempts=2, delay_s=5),
)
CONFIRMED = Compliance(preset="us", opt_out_prompt="listed")
PRESSES = Callee(1.0, 40.0, presses=True)


async def waits(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    await asyncio.sleep(25.0)


async def nobody_picks_up(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    await asyncio.sleep(25.0)


OPT_OUTS: tuple[Scene, ...] = (
    Scene(
        name="the callee of a message opts out",
        says="The number is listed, a prompt says so, and no rule calls it again.",
        contacts=(contact(PRESSES, campaign_id=MESSAGE),),
        campaigns=(message(compliance=CONFIRMED, retry_rules=AGAIN),),
        outcomes={"IVR_LEFT": 1},
        script=waits,
    ),
    Scene(
        name="an abandoned callee opts out",
        says="There is no prompt that says so: the call ends as soon as the number is listed.",
        contacts=(contact(PRESSES),),
        campaigns=(campaign(retry_rules=AGAIN),),
        agents=(agent(leg_mode=LegMode.PER_CALL),),
        outcomes={"ABANDONED": 1},
        script=nobody_picks_up,
    ),
)
