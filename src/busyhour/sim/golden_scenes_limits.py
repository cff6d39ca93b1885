"""Golden scenarios of what forbids a call for longer than a play lasts: the run is removed, and nobody was called."""

import asyncio

from busyhour.core.model.campaign import Compliance, RetryRule
from busyhour.core.model.values import Outcome
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import BUSY, answers
from busyhour.sim.golden_scene import MESSAGE, RULES, TENANT, Scene, campaign, contact, message

AGAIN = RetryRule(outcome=Outcome.ABANDONED, max_attempts=3, delay_s=5)


async def removed_later(stage: GoldenWorld) -> None:
    await asyncio.sleep(12.0)
    await stage.remove_run(TENANT, 1)


async def abandoned_and_removed_later(stage: GoldenWorld) -> None:
    """The only agent pauses while it rings."""
    await stage.at_work()
    await asyncio.sleep(1.0)
    await stage.agent().pause()
    await asyncio.sleep(12.0)
    await stage.agent().ready()
    await asyncio.sleep(5.0)
    await stage.remove_run(TENANT, 1)


LIMITS = (
    Scene(
        name="one attempt a day",
        says="A rule asks for another call; the campaign's limit of a day forbids it.",
        campaigns=(message(attempts_per_day_max=1),),
        agents=(),
        contacts=(contact(BUSY, answers(), campaign_id=MESSAGE),),
        outcomes={"BUSY": 1},
        script=removed_later,
    ),
    Scene(
        name="at night, by the law",
        says="The campaign may call at any hour; where the callee is, it is midnight, and the law forbids it.",
        campaigns=(message(),),
        agents=(),
        contacts=(contact(answers(), campaign_id=MESSAGE, zones=("Pacific/Auckland",)),),
        outcomes={},
        script=removed_later,
    ),
    Scene(
        name="not again after an abandoned call",
        says="A rule asks for another call after 5 s; the law wants three days without one.",
        campaigns=(campaign(compliance=Compliance(preset="strict"), retry_rules=(*RULES, AGAIN)),),
        contacts=(contact(answers(2.0, stays_s=30.0), answers()),),
        outcomes={"ABANDONED": 1},
        script=abandoned_and_removed_later,
    ),
)
