"""Golden scenarios of supervisors on agents' calls: they come and go, take a call over, and harm nobody by dying."""

import asyncio

from busyhour.core import commands as c
from busyhour.core.floor.supervising import OPEN_MAX_S
from busyhour.core.model import supervising as sv
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import answers
from busyhour.sim.golden_scene import TENANT, Scene, Script, agent, campaign, contact

SUPERVISOR = 2
BREATH_S = 0.8


async def on_the_call(stage: GoldenWorld, mode: sv.Mode = sv.Mode.LISTEN) -> None:
    """The agent talks; the supervisor sits at the desk, in the pause of the log-in, and listens."""
    await stage.engine_is_there()
    await stage.agent(1).begin()
    stage.agent(SUPERVISOR).open_desk()
    await stage.talking(1)
    await asyncio.sleep(BREATH_S)
    await supervise(stage, mode)


async def supervise(stage: GoldenWorld, mode: sv.Mode) -> None:
    await stage.asks(lambda q: sv.SuperviseAsked(agent_id=SUPERVISOR, about_id=1, mode=mode, request=q))
    await asyncio.sleep(BREATH_S)


async def listens_whispers_barges_leaves(stage: GoldenWorld) -> None:
    await on_the_call(stage)
    stage.say(sv.ListeningShownChanged(shown=False))
    await supervise(stage, sv.Mode.WHISPER)
    await supervise(stage, sv.Mode.BARGE)
    await stage.asks(lambda q: sv.SuperviseEndAsked(agent_id=SUPERVISOR, request=q))
    await asyncio.sleep(3.0)


async def takes_over(stage: GoldenWorld) -> None:
    await on_the_call(stage)
    await take_over(stage)
    await stage.agent(1).wrap_up()
    await stage.agent(SUPERVISOR).hang_up()
    await asyncio.sleep(2.0)


async def take_over(stage: GoldenWorld) -> None:
    await stage.asks(lambda q: sv.TakeOverAsked(agent_id=SUPERVISOR, request=q))
    await asyncio.sleep(BREATH_S)


async def takes_over_in_vain(stage: GoldenWorld) -> None:
    """They do not come within the time of an order, and in that time the one of an ear is over, of which nobody heard
    that it was open."""
    await on_the_call(stage)
    stage.fates.events[sv.EarOpened] = "lost"
    await supervise(stage, sv.Mode.WHISPER)
    await asyncio.sleep(OPEN_MAX_S - 2 * BREATH_S)
    stage.fates.orders[c.Join] = "too late"
    await take_over(stage)
    stage.fates.orders.clear()
    stage.fates.events.clear()
    await asyncio.sleep(12.0)


async def takes_over_from_hold(stage: GoldenWorld) -> None:
    await on_the_call(stage)
    await stage.agent(1).hold()
    await asyncio.sleep(BREATH_S)
    await take_over(stage)
    await asyncio.sleep(3.0)


async def supervisor_vanishes(stage: GoldenWorld) -> None:
    await on_the_call(stage, sv.Mode.BARGE)
    stage.drop_legs(TENANT, SUPERVISOR)
    await asyncio.sleep(3.0)


async def agents_phone_goes(stage: GoldenWorld) -> None:
    await on_the_call(stage, sv.Mode.BARGE)
    stage.drop_legs(TENANT, 1)
    await asyncio.sleep(6.0)


async def engine_dies(stage: GoldenWorld) -> None:
    await on_the_call(stage, sv.Mode.WHISPER)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(1.0)
    await stage.engine_is_there()
    await asyncio.sleep(3.0)


def scene(name: str, says: str, script: Script, *, stays_s: float = 12.0) -> Scene:
    return Scene(
        name=name,
        says=says,
        contacts=(contact(answers(1.0, stays_s=stays_s)),),
        outcomes={"HANDLED": 1},
        campaigns=(campaign(agents=(1,)),),
        agents=(agent(1), agent(SUPERVISOR)),
        script=script,
    )


SUPERVISING = (
    scene("supervised", "a supervisor listens, whispers, barges in, and leaves", listens_whispers_barges_leaves),
    scene("supervised, taken over", "the supervisor has the call; the agent wraps up", takes_over),
    scene("supervised, taken over in vain", "the customer stays with the agent", takes_over_in_vain, stays_s=24.0),
    scene("supervised, taken over from hold", "out of the music", takes_over_from_hold),
    scene("supervised, supervisor gone", "their phone is gone; the call goes on", supervisor_vanishes),
    scene("supervised, agent's phone gone", "the customer hears music, and the same agent again", agents_phone_goes),
    scene("supervised, engine dies", "the next one closes the ear, and the call goes on", engine_dies),
)
