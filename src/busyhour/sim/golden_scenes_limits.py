"""Golden scenarios of what forbids a call: for longer than a play lasts, or until another one is over; and of a run
that stops by itself."""

import asyncio

from busyhour.core.model.campaign import Compliance, Destination, RetryRule, Watch
from busyhour.core.model.values import Outcome
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import BUSY, answers
from busyhour.sim.golden_scene import MESSAGE, RULES, TENANT, Scene, campaign, contact, message

HEARS = answers(1.0, stays_s=15.0)
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


async def goes_on_after_a_look(stage: GoldenWorld) -> None:
    await asyncio.sleep(8.0)
    await stage.unpause_run(TENANT, 1)
    await asyncio.sleep(15.0)


async def waits(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    await asyncio.sleep(12.0)


LIMITS = (
    Scene(
        name="bad results pause the run",
        says="Two attempts without an answer; somebody looks, and it goes on.",
        campaigns=(message(watch=Watch(attempts=2, answered_min=0.5), max_concurrent=1, retry_rules=()),),
        agents=(),
        contacts=(*(contact(BUSY, n=n, campaign_id=MESSAGE) for n in (1, 2)), contact(HEARS, n=3, campaign_id=MESSAGE)),
        outcomes={"BUSY": 2, "IVR_COMPLETED": 1},
        script=goes_on_after_a_look,
    ),
    Scene(
        name="one call at a time to a destination",
        says="Two numbers of one area go one after the other; one elsewhere does not wait for them.",
        campaigns=(message(destinations=(Destination(prefix="+4930200000", calls_max=1, per_minute_max=5),)),),
        agents=(),
        contacts=(
            *(contact(HEARS, n=n, campaign_id=MESSAGE) for n in (1, 2)),
            contact(HEARS, n=100, campaign_id=MESSAGE),
        ),
        outcomes={"IVR_COMPLETED": 3},
        script=waits,
    ),
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
