"""Golden scenarios of previews: agents who see a contact before the call."""

import asyncio
from typing import Any

from busyhour.core import events as e
from busyhour.core.model.campaign import Campaign, Preview, RetryRule
from busyhour.core.model.values import DialMode, LegMode, Outcome, PreviewEnd
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import RINGS_ON, answers
from busyhour.sim.golden_scene import RULES, TENANT, Scene, agent, campaign, contact

AGAIN = (*RULES, RetryRule(outcome=Outcome.AGENT_SKIPPED, disposition="not now", max_attempts=2, delay_s=5))
CANCELLED = RetryRule(outcome=Outcome.CANCELLED, max_attempts=2, delay_s=5)
LOOK_S = 0.1


def preview(**changes: Any) -> Campaign:
    settings = {"dial_mode": DialMode.PREVIEW, "preview": Preview(timeout_s=20.0)}
    return campaign(**{**settings, **changes})


PER_CALL = (agent(1, LegMode.PER_CALL),)


async def contact_comes(stage: GoldenWorld, agent_id: int = 1) -> None:
    """Until this agent has a contact to look at; or go on without."""
    for _ in range(150):
        if stage.looked_at(TENANT, agent_id) is not None:
            return
        await asyncio.sleep(LOOK_S)


async def dials(stage: GoldenWorld) -> None:
    await stage.at_work()
    await contact_comes(stage)
    await asyncio.sleep(1.0)
    await stage.agent().dial()
    await asyncio.sleep(5.0)


async def skips(stage: GoldenWorld) -> None:
    """The first one for good, the second one for now."""
    await stage.at_work()
    for reason in ("called already", "not now"):
        await contact_comes(stage)
        await stage.agent().skip(reason)
    await contact_comes(stage)
    await stage.agent().dial()
    await asyncio.sleep(3.0)


async def does_nothing(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(24.0)


async def pauses(stage: GoldenWorld) -> None:
    await stage.at_work()
    await contact_comes(stage)
    await stage.agent().pause()
    await asyncio.sleep(5.0)


async def logs_off(stage: GoldenWorld) -> None:
    await stage.at_work()
    await contact_comes(stage)
    await stage.agent().log_off()
    await asyncio.sleep(5.0)


async def vanishes(stage: GoldenWorld) -> None:
    await stage.at_work()
    await contact_comes(stage)
    stage.agent().close_desk()
    await asyncio.sleep(40.0)


async def reloads(stage: GoldenWorld) -> None:
    await stage.at_work()
    await contact_comes(stage)
    await stage.agent().reload(2.0)
    await asyncio.sleep(4.0)
    await stage.agent().dial()
    await asyncio.sleep(5.0)


async def engine_dies(stage: GoldenWorld) -> None:
    """The next engine shows the same contact."""
    await stage.at_work()
    await contact_comes(stage)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(3.0)
    await contact_comes(stage)
    await stage.agent().dial()
    await asyncio.sleep(5.0)


async def engine_dies_while_it_rings(stage: GoldenWorld) -> None:
    await dials_for_long(stage)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(8.0)


async def dials_for_long(stage: GoldenWorld) -> None:
    await stage.at_work()
    await contact_comes(stage)
    await stage.agent().dial()
    await asyncio.sleep(1.0)


async def is_listed(stage: GoldenWorld) -> None:
    await stage.at_work()
    await contact_comes(stage)
    number = stage.scene.contacts[0].number
    stage.add_dnc(TENANT, number)
    stage.say(e.NumbersListed(numbers=(number,)))
    await asyncio.sleep(3.0)


async def is_listed_unheard(stage: GoldenWorld) -> None:
    """By somebody of whom the engine hears nothing: the store says no."""
    await stage.at_work()
    await contact_comes(stage)
    stage.add_dnc(TENANT, stage.scene.contacts[0].number)
    await stage.agent().dial()
    await asyncio.sleep(3.0)


async def run_is_paused(stage: GoldenWorld) -> None:
    await stage.at_work()
    await contact_comes(stage)
    await stage.pause_run(TENANT, 1)
    await asyncio.sleep(3.0)
    await stage.unpause_run(TENANT, 1)


async def leg_drops_while_it_rings(stage: GoldenWorld) -> None:
    await dials_for_long(stage)
    stage.drop_legs(TENANT, 1)
    await asyncio.sleep(12.0)


async def hangs_up_while_it_rings(stage: GoldenWorld) -> None:
    await dials_for_long(stage)
    await stage.agent().hang_up()
    await asyncio.sleep(3.0)


async def phone_is_dead(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    await contact_comes(stage)
    await stage.agent().dial()
    await asyncio.sleep(26.0)


LATE = answers(4.0)
ONE, TWO = contact(answers()), contact(answers(), n=2)

PREVIEWS = (
    Scene(
        name="a preview is dialed",
        says="The agent looks, dials, and talks; then the next one.",
        campaigns=(preview(),),
        contacts=(ONE, TWO),
        outcomes={"HANDLED": 2},
        script=dials,
    ),
    Scene(
        name="previews are skipped",
        says="One for good, one for now: a rule asks for it again.",
        campaigns=(preview(retry_rules=AGAIN),),
        contacts=(ONE, TWO, contact(answers(), n=3)),
        outcomes={"AGENT_SKIPPED": 2, "HANDLED": 2},
        script=skips,
    ),
    Scene(
        name="the time for a preview ends",
        says="It is given back, and the agent is paused.",
        campaigns=(preview(),),
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=does_nothing,
    ),
    Scene(
        name="the time for a preview ends, and it is dialed",
        says="By itself, as the campaign says.",
        campaigns=(preview(preview=Preview(timeout_s=5.0, timeout_action=PreviewEnd.DIAL)),),
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=does_nothing,
    ),
    Scene(
        name="a pause in a preview",
        says="Another agent has the contact.",
        campaigns=(preview(agents=(1, 2)),),
        agents=(agent(1), agent(2)),
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=pauses,
    ),
    Scene(
        name="a log-off in a preview",
        says="The contact waits for the next who is there.",
        campaigns=(preview(),),
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=logs_off,
    ),
    Scene(
        name="a desk that vanishes in a preview",
        says="After a while the contact is given back.",
        campaigns=(preview(),),
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=vanishes,
    ),
    Scene(
        name="a reload in a preview",
        says="The same contact is there; the dial waits for the phone.",
        campaigns=(preview(),),
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=reloads,
    ),
    Scene(
        name="the engine dies in a preview",
        says="The next one shows the same contact.",
        campaigns=(preview(),),
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=engine_dies,
    ),
    Scene(
        name="the engine dies while a previewed call rings",
        says="The next one takes it over with its agent.",
        campaigns=(preview(),),
        contacts=(contact(LATE),),
        outcomes={"HANDLED": 1},
        script=engine_dies_while_it_rings,
    ),
    Scene(
        name="do not call, in a preview",
        says="The contact leaves the desk.",
        campaigns=(preview(),),
        contacts=(ONE, TWO),
        outcomes={"HANDLED": 1},
        script=is_listed,
    ),
    Scene(
        name="do not call, unheard of",
        says="The store refuses the dial.",
        campaigns=(preview(),),
        contacts=(ONE, TWO),
        outcomes={"HANDLED": 1},
        script=is_listed_unheard,
    ),
    Scene(
        name="a run is paused in a preview",
        says="The contact is given back, and comes again.",
        campaigns=(preview(),),
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=run_is_paused,
    ),
    Scene(
        name="the leg is lost while a previewed call rings",
        says="It is given up: nobody could talk.",
        campaigns=(preview(retry_rules=(*RULES, CANCELLED)),),
        contacts=(contact(RINGS_ON, answers()),),
        outcomes={"CANCELLED": 1, "HANDLED": 1},
        script=leg_drops_while_it_rings,
    ),
    Scene(
        name="the agent hangs up while it rings",
        says="It is given up.",
        campaigns=(preview(),),
        contacts=(contact(RINGS_ON),),
        outcomes={"CANCELLED": 1},
        script=hangs_up_while_it_rings,
    ),
    Scene(
        name="a preview without a phone",
        says="The agent's phone is rung, and nothing is dialed before it answers.",
        campaigns=(preview(preview=Preview(timeout_s=60.0)),),
        agents=PER_CALL,
        contacts=(ONE,),
        outcomes={"HANDLED": 1},
        script=phone_is_dead,
    ),
)
