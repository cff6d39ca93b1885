"""Golden scenarios of trunks: their lines, their calls per second, and intents that a slow database holds up."""

import asyncio

from busyhour.core.model.campaign import Trunk
from busyhour.core.model.queue import Destination, DestinationKind
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import answers
from busyhour.sim.golden_queues import comer, number, scene
from busyhour.sim.golden_scene import MESSAGE, TENANT, Contact, Scene, campaign, contact, message
from busyhour.sim.golden_scenes import nobody

SLOW_S = 1.6  # each commit: three more calls are planned meanwhile
AWAY_S = 7.0  # longer than an intent may wait to be sent


def _contacts(count: int, *, stays_s: float = 3.0) -> tuple[Contact, ...]:
    return tuple(contact(answers(0.5, stays_s=stays_s), n=n, campaign_id=MESSAGE) for n in range(count))


def _trunk(capacity: int, calls_per_s_max: int = 0, *, trunk_id: int = 1) -> Trunk:
    return Trunk(trunk_id=trunk_id, name="carrier", endpoint="t", capacity=capacity, calls_per_s_max=calls_per_s_max)


async def store_is_slow(stage: GoldenWorld) -> None:
    stage.store_mood.slow_s = SLOW_S
    await asyncio.sleep(12.0)
    stage.store_mood.slow_s = 0.0


async def store_goes_as_a_call_is_planned(stage: GoldenWorld) -> None:
    """The agent's phone answers a moment after they are ready: then the first call is planned."""
    await stage.at_work()
    await asyncio.sleep(0.1)
    stage.outages += 1
    await asyncio.sleep(AWAY_S)
    stage.outages -= 1
    await asyncio.sleep(3.0)


async def sent_outside_without_a_word(stage: GoldenWorld) -> None:
    """The database is away while the caller is sent on, and until their engine has died."""
    await stage.engine_is_there()
    stage.outages += 1
    stage.comes(comer())
    await asyncio.sleep(1.0)
    stage.kill(stage.processes[TENANT])
    stage.outages -= 1
    await stage.engine_is_there()
    await stage.at_work()
    await asyncio.sleep(14.0)


LINES = (
    scene(
        "sent outside by an engine that has written nothing",
        "They hold the trunk's only line: the campaign's call waits until they are gone.",
        sent_outside_without_a_word,
        {"SENT_ON": 1},
        dialed={"HANDLED": 1},
        numbers=(number(Destination(DestinationKind.NUMBER, "+4930999")),),
        campaigns=(campaign(),),
        contacts=(contact(answers()),),
        trunk=_trunk(1),
    ),
    Scene(
        name="one call per second",
        says="No intent waits for its turn so long that it is too old to be sent.",
        campaigns=(message(max_concurrent=10),),
        agents=(),
        trunk=_trunk(10, 1),
        contacts=_contacts(7),
        outcomes={"IVR_LEFT": 7},
        script=nobody,
    ),
    Scene(
        name="a full trunk beside one that waits its turn",
        says="The full one gets no call, though the campaign has free lines.",
        campaigns=(message(max_concurrent=10, trunk_ids=(1, 2)),),
        agents=(),
        trunk=_trunk(1),
        trunks=(_trunk(2, 1, trunk_id=2),),
        contacts=_contacts(4, stays_s=6.0),
        outcomes={"IVR_LEFT": 4},
        script=nobody,
    ),
    Scene(
        name="the database is slow",
        says="Calls whose intents are written at once leave no faster than the trunk may start them.",
        campaigns=(message(max_concurrent=10),),
        agents=(),
        trunk=_trunk(10, 2),
        contacts=_contacts(5),
        outcomes={"IVR_LEFT": 5},
        script=store_is_slow,
    ),
    Scene(
        name="the database goes as a call is planned",
        says="It is back when the intent is too old: not sent, and dialed again a minute later.",
        contacts=(contact(answers()),),
        outcomes={"CANCELLED": 1, "HANDLED": 1},
        script=store_goes_as_a_call_is_planned,
    ),
)
