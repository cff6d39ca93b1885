"""Golden scenarios of calls in hand: somebody is asked while the customer waits; hand-overs, parked customers."""

import asyncio
from collections.abc import Awaitable, Callable

from busyhour.core import events as e
from busyhour.core.events import ConsultStep
from busyhour.core.floor.parking import PARK_S
from busyhour.core.model.queue import DestinationKind
from busyhour.sim.faults import Weather
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import answers
from busyhour.sim.golden_queues import PER_CALL, SECOND, comer, queue, scene
from busyhour.sim.golden_scene import Scene, agent, campaign, contact
from busyhour.sim.parties import BUSY

OUTSIDE = "+49309990"
TWO = (agent(1), agent(2))
BOTH = (queue(agents=(1, 2)),)
Script = Callable[[GoldenWorld], Awaitable[None]]


async def first_talks(stage: GoldenWorld, talk_s: float = 14.0) -> None:
    """The first agent has a caller, the second one is free."""
    await stage.at_work()
    await stage.agent(2).pause()
    stage.comes(comer(talk_s=talk_s))
    await stage.talking()
    await asyncio.sleep(0.5)  # until their phone is up
    await stage.agent(2).ready()


def steps(kind: DestinationKind, target: str, *wanted: ConsultStep, wait_s: float = 1.0) -> Script:
    async def script(stage: GoldenWorld) -> None:
        await first_talks(stage)
        await stage.agent().consult(kind, target)
        await asyncio.sleep(wait_s)
        for step in wanted:
            await stage.agent().step(step)
            await asyncio.sleep(1.0)
        await asyncio.sleep(12.0)

    return script


async def colleague_hangs_up(stage: GoldenWorld) -> None:
    """Then somebody outside is busy; then the one who asks goes back to the customer."""
    await first_talks(stage)
    await stage.agent().consult(DestinationKind.AGENT, "2")
    await asyncio.sleep(0.5)
    await stage.agent(2).hang_up()
    await stage.agent().consult(DestinationKind.NUMBER, OUTSIDE[:-1] + BUSY)
    await asyncio.sleep(2.0)
    await stage.agent().consult(DestinationKind.QUEUE, str(SECOND))
    await stage.agent().hold()
    await stage.agent().resume()
    await stage.agent().step(ConsultStep.CANCEL)
    await asyncio.sleep(10.0)


async def asker_is_gone(stage: GoldenWorld) -> None:
    await first_talks(stage)
    await stage.agent().consult(DestinationKind.AGENT, "2")
    await asyncio.sleep(1.0)
    stage.agent().close_desk()
    await asyncio.sleep(14.0)


async def colleague_is_gone(stage: GoldenWorld) -> None:
    """And nobody has heard of it: the PBX cannot seat them."""
    await first_talks(stage)
    stage.unheard = (e.LegEnded,)
    stage.drop_legs(1, 2)
    await asyncio.sleep(0.5)
    stage.unheard = ()
    await stage.agent().consult(DestinationKind.AGENT, "2")
    await asyncio.sleep(14.0)


async def engine_dies(stage: GoldenWorld) -> None:
    """In a conference with somebody outside; the first one who asked has the customer still."""
    await first_talks(stage, 20.0)
    await stage.agent().consult(DestinationKind.NUMBER, OUTSIDE)
    await asyncio.sleep(2.5)
    await stage.agent().step(ConsultStep.CONFERENCE)
    stage.kill(stage.processes[1])
    await asyncio.sleep(20.0)


async def parked_and_taken_up(stage: GoldenWorld) -> None:
    await first_talks(stage)
    await stage.agent().park()
    await asyncio.sleep(2.0)
    await stage.agent(2).take_up()
    await asyncio.sleep(12.0)


async def parked_when_it_dies(stage: GoldenWorld) -> None:
    """The next engine has them in the same place, for as long as is left of it."""
    await first_talks(stage, 30.0)
    await stage.agent().park()
    await asyncio.sleep(1.0)
    stage.kill(stage.processes[1])
    await asyncio.sleep(7.0)
    await stage.agent(2).take_up()
    await asyncio.sleep(30.0)


async def nobody_takes_them_up(stage: GoldenWorld) -> None:
    """Until they are back with who parked them."""
    await first_talks(stage, PARK_S + 16.0)
    await stage.agent().park()
    await asyncio.sleep(4.0)
    await stage.agent().wrap_up()
    await asyncio.sleep(PARK_S + 12.0)


async def contact_is_handed_over(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await stage.agent().consult(DestinationKind.AGENT, "2")
    await asyncio.sleep(1.0)
    await stage.agent().step(ConsultStep.COMPLETE)
    await asyncio.sleep(1.0)
    await stage.agent(2).park()
    await asyncio.sleep(1.0)
    await stage.agent().wrap_up()
    await stage.agent().take_up()
    await asyncio.sleep(12.0)


def hands(name: str, says: str, script: Script, **changes: object) -> Scene:
    settings: dict[str, object] = {"agents": TWO, "queues": BOTH, **changes}
    return scene(f"in hand: {name}", says, script, {"HANDLED": 1}, **settings)


STEP, AGENT, NUMBER = ConsultStep, DestinationKind.AGENT, DestinationKind.NUMBER

HANDS: tuple[Scene, ...] = (
    hands(
        "handed over to a colleague",
        "Who was asked first; both agents wrap up.",
        steps(AGENT, "2", STEP.SWAP, STEP.SWAP, STEP.COMPLETE),
    ),
    hands(
        "a colleague on a phone is rung",
        "All three confer, and who asked leaves.",
        steps(AGENT, "2", STEP.CONFERENCE, STEP.LEAVE),
        agents=(agent(1, PER_CALL), agent(2, PER_CALL)),
    ),
    hands(
        "handed over to somebody outside",
        "They talk without us, and their end is the caller's.",
        steps(NUMBER, OUTSIDE, STEP.CONFERENCE, STEP.LEAVE, wait_s=2.5),
    ),
    hands("nobody helps", "A colleague hangs up, a number is busy, a queue is empty.", colleague_hangs_up),
    hands("who asked is gone", "The colleague has the caller.", asker_is_gone),
    hands("who is asked is gone", "The PBX cannot seat them.", colleague_is_gone, weather=Weather(event_lost=1.0)),
    hands("the engine dies in a conference", "Who asked has the caller, the party is let go.", engine_dies),
    hands("parked and taken up", "By another agent, by the number of the place.", parked_and_taken_up),
    hands("parked when the engine dies", "They keep their place, and a colleague takes them up.", parked_when_it_dies),
    hands("nobody takes them up", "Who parked them has them again.", nobody_takes_them_up),
    scene(
        "in hand: a contact whom we dialed",
        "Handed over, parked by the second agent, taken up by the first.",
        contact_is_handed_over,
        {},
        agents=TWO,
        campaigns=(campaign(agents=(1,)),),
        contacts=(contact(answers(stays_s=14.0)),),
        dialed={"HANDLED": 1},
    ),
)
