"""Golden scenarios: the PBX listens who has answered. Persons talk with the agent, machines never do."""

import asyncio

from busyhour.core.model.campaign import DetectorTest, Machines, RetryRule
from busyhour.core.model.values import Heard, MachineAction, Outcome
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import Callee
from busyhour.sim.golden_scene import RULES, Scene, campaign, contact

AGAIN = (*RULES, RetryRule(outcome=Outcome.ANSWERING_MACHINE, max_attempts=2, delay_s=5))
TESTED = DetectorTest(calls=1_000, people=5, on="2026-09-01", note="listened to a thousand")
DETECTS = Machines(detection=True, test=TESTED)
MACHINE = Callee(1.0, 30.0, heard=Heard.MACHINE, listen_s=1.2)
PERSON = Callee(1.0, 4.0, heard=Heard.HUMAN, listen_s=0.8)
HESITANT = Callee(1.0, 4.0, heard=Heard.UNSURE, listen_s=1.5)


async def works(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(25.0)


MACHINES: tuple[Scene, ...] = (
    Scene(
        name="a machine is hung up on, and a person answers later",
        says="The rule of the outcome calls again; the second time somebody is at home.",
        contacts=(contact(MACHINE, PERSON),),
        campaigns=(campaign(machines=DETECTS, retry_rules=AGAIN),),
        outcomes={"ANSWERING_MACHINE": 1, "HANDLED": 1},
        script=works,
    ),
    Scene(
        name="a machine hears a message, and who is not surely one a person",
        says="The message is played to the machine; the callee who says nothing gets the agent.",
        contacts=(contact(MACHINE), contact(HESITANT, n=2)),
        campaigns=(
            campaign(
                machines=Machines(detection=True, action=MachineAction.MESSAGE, message_prompt="call-us", test=TESTED),
            ),
        ),
        outcomes={"ANSWERING_MACHINE": 1, "HANDLED": 1},
        script=works,
    ),
)
