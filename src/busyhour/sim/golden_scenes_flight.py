"""Golden scenarios of what is on its way when something else happens: questions to the records, and plans."""

import asyncio

from busyhour.core import commands as c
from busyhour.core.model.values import EndCause
from busyhour.sim.faults import Weather
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import Callee, answers
from busyhour.sim.golden_scene import MESSAGE, TENANT, Scene, contact, message
from busyhour.sim.golden_scenes import STAYS

SLOW_S = 2.0  # each use of the store


async def reply_is_lost(stage: GoldenWorld) -> None:
    stage.fates.orders[c.PlaceCall] = "reply lost"
    await stage.at_work()
    await asyncio.sleep(4.0)
    stage.fates.orders.clear()


async def music_is_refused(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    stage.fates.orders[c.Hold] = "refused"
    stage.agent().close_desk()
    await asyncio.sleep(4.0)
    stage.fates.orders.clear()
    await asyncio.sleep(32.0)


async def call_ends_while_records_are_reckoned(stage: GoldenWorld) -> None:
    """A new engine asks the records what counts; the answer leaves out the call that is up, which ends meanwhile."""
    await stage.at_work()
    await stage.talking()
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(0.2)
    stage.store_mood.slow_s = SLOW_S
    await stage.engine_is_there()
    await asyncio.sleep(0.5)
    for channel in stage.customers():
        stage.pbx.end(channel, EndCause.NORMAL)
    for _ in range(8):
        stage.disturbed(TENANT)  # a write that fails is written again by a store as slow: nothing is prompt meanwhile
        await asyncio.sleep(1.0)
    stage.store_mood.slow_s = 0.0


async def store_is_away_between_two_calls(stage: GoldenWorld) -> None:
    """The first call ends while the database is away, for longer than an intent may wait."""
    await asyncio.sleep(2.5)
    stage.outages += 1
    await asyncio.sleep(9.0)
    stage.outages -= 1
    await asyncio.sleep(3.0)


FLIGHT = (
    Scene(
        name="the reply to a call is lost",
        says="Nobody knows whether it was sent until it is looked for; it was, and is answered.",
        contacts=(contact(Callee(answers_s=5.5, stays_s=4.0, rings=False)),),
        outcomes={"HANDLED": 1},
        script=reply_is_lost,
        weather=Weather(reply_lost=1.0),
    ),
    Scene(
        name="the hold music is refused",
        says="It is asked for again; the agent does not come back.",
        contacts=(contact(STAYS),),
        outcomes={"HANDLED": 1},
        script=music_is_refused,
        weather=Weather(reply_lost=1.0),
    ),
    Scene(
        name="a call ends while the records are reckoned",
        says="It counts, and once.",
        contacts=(contact(STAYS),),
        outcomes={"HANDLED": 1},
        script=call_ends_while_records_are_reckoned,
    ),
    Scene(
        name="the database is away between two calls",
        says="Nothing is planned before it is back.",
        campaigns=(message(max_concurrent=1),),
        agents=(),
        contacts=tuple(contact(answers(0.5, stays_s=3.0), n=n, campaign_id=MESSAGE) for n in range(2)),
        outcomes={"IVR_LEFT": 2},
        script=store_is_away_between_two_calls,
    ),
)
