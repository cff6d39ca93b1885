"""Golden scenarios of recordings: what is recorded, what is not, and a pause that must be one."""

import asyncio

from busyhour.core.model.recording_facts import RecordingDecided, RecordingRoomChanged, RecordingRuleChanged
from busyhour.core.model.recordings import RecordingPolicy, RecordWish
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import answers
from busyhour.sim.golden_queues import PER_CALL, comer, number, queue
from busyhour.sim.golden_scene import Scene, agent, campaign, contact


async def pauses_for_a_card(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(1.0)
    await stage.agent().record(RecordWish.PAUSE)
    await asyncio.sleep(4.0)
    await stage.agent().record(RecordWish.RESUME)
    await asyncio.sleep(1.0)
    await stage.agent().hold()
    await asyncio.sleep(0.5)
    await stage.agent().record(RecordWish.PAUSE)
    await stage.agent().resume()
    await asyncio.sleep(3.0)


async def says_when(stage: GoldenWorld) -> None:
    await stage.at_work()
    stage.comes(comer(talk_s=8.0))
    await stage.talking()
    await asyncio.sleep(0.5)
    await stage.agent().record(RecordWish.START)
    await asyncio.sleep(1.0)
    await stage.agent().record(RecordWish.STOP)
    await asyncio.sleep(0.5)
    await stage.agent().record(RecordWish.START)
    await asyncio.sleep(8.0)


async def brings_a_header(stage: GoldenWorld) -> None:
    await stage.at_work()
    stage.say(RecordingRuleChanged(policy=RecordingPolicy.NEVER))
    stage.comes(comer(talk_s=3.0, headers={"X-Record": "Y"}))
    await asyncio.sleep(9.0)
    stage.comes(comer(2, talk_s=2.0))
    await asyncio.sleep(9.0)


async def program_says(stage: GoldenWorld) -> None:
    await stage.at_work()
    first = stage.comes(comer(talk_s=6.0))
    first.says_record = True
    await stage.asks(lambda request: RecordingDecided(call=first.name, record=True, request=request))
    await stage.talking()
    await asyncio.sleep(2.0)
    await stage.asks(lambda request: RecordingDecided(call=first.name, record=False, request=request))
    await asyncio.sleep(9.0)
    stage.comes(comer(2, talk_s=2.0))
    await asyncio.sleep(9.0)


async def has_no_room(stage: GoldenWorld) -> None:
    await stage.at_work()
    stage.say(RecordingRoomChanged(room=False))
    await stage.talking()
    await asyncio.sleep(6.0)
    stage.say(RecordingRoomChanged(room=True))
    stage.pbx.recorders.broken = True
    await asyncio.sleep(12.0)


RECORDINGS: tuple[Scene, ...] = (
    Scene(
        name="a recorded talk with pauses",
        says="Nothing of the pauses is recorded, nor of the time on hold; each is a gap between parts.",
        contacts=(contact(answers(stays_s=15.0)),),
        outcomes={"HANDLED": 1},
        script=pauses_for_a_card,
        campaigns=(campaign(recording=RecordingPolicy.ALWAYS),),
    ),
    Scene(
        name="recorded when the agent says so",
        says="Two recordings of one talk, for it was stopped in between.",
        contacts=(),
        outcomes={"caller HANDLED": 1},
        campaigns=(),
        script=says_when,
        agents=(agent(1, PER_CALL),),
        queues=(queue(recording=RecordingPolicy.ON_DEMAND),),
        numbers=(number(),),
    ),
    Scene(
        name="recorded because the call says so",
        says="The caller with the header is recorded, the one without is not.",
        contacts=(),
        outcomes={"caller HANDLED": 2},
        campaigns=(),
        script=brings_a_header,
        agents=(agent(1, PER_CALL),),
        queues=(queue(recording=RecordingPolicy.BY_HOOK),),
        numbers=(number(),),
        recording_rule=RecordingPolicy.ALWAYS,
    ),
    Scene(
        name="recorded because a program says so",
        says="It says yes before the talk and no in it; of the next caller it says nothing, who is not recorded.",
        contacts=(),
        outcomes={"caller HANDLED": 2},
        campaigns=(),
        script=program_says,
        agents=(agent(1, PER_CALL),),
        queues=(queue(recording=RecordingPolicy.BY_HOOK),),
        numbers=(number(),),
        recording_rule=RecordingPolicy.ALWAYS,
    ),
    Scene(
        name="what cannot be recorded is talked about all the same",
        says="A full disk and a recorder that fails are noted; the calls go on.",
        contacts=(contact(answers(stays_s=4.0)), contact(answers(after_s=5.0, stays_s=6.0), n=2)),
        outcomes={"HANDLED": 2},
        script=has_no_room,
        recording_rule=RecordingPolicy.ALWAYS,
    ),
)
