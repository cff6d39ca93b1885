"""Golden scenarios of links and processes that fail by themselves, with a call up."""

import asyncio
from contextlib import suppress

from busyhour.core import events as e
from busyhour.core.model.values import EndCause
from busyhour.sim.faults import Weather
from busyhour.sim.golden import TALK_WAIT_S, GoldenWorld
from busyhour.sim.golden_cast import BUSY, answers
from busyhour.sim.golden_scene import MESSAGE, TENANT, Scene, campaign, contact, message
from busyhour.sim.golden_scenes import STAYS
from busyhour.sim.mishaps import LEASE_S

LONG = answers(1.0, stays_s=12.0)
LOSSY = Weather(link_cuts_per_h=1.0, event_lost=1.0, event_late=1.0)


async def engine_dies(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(1.0)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(8.0)


async def engine_dies_twice(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    stage.kill(stage.processes[TENANT])
    for _ in range(300):
        await asyncio.sleep(0.01)
        if not stage.processes[TENANT].dead:
            break
    await asyncio.sleep(0.004)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(8.0)


async def engine_dies_in_the_wrap_up(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(4.5)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(6.0)


async def engine_dies_in_a_pause(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await stage.agent().pause()
    await asyncio.sleep(8.5)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(9.0)


async def engine_dies_as_they_are_joined(stage: GoldenWorld) -> None:
    """Nobody wrote that they were; the successor sees it, and dies as the customer hangs up."""
    await stage.at_work()
    with suppress(TimeoutError):
        async with asyncio.timeout(TALK_WAIT_S):
            await stage.stage_pbx.joined.wait()
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(6.0)
    for channel in stage.customers():
        stage.kill(stage.processes[TENANT])
        stage.pbx.end(channel, EndCause.NORMAL)
    await asyncio.sleep(6.0)


async def agent_vanishes_while_no_engine_is_there(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(1.0)
    stage.kill(stage.processes[TENANT])
    stage.agent().close_desk()
    for channel in list(stage.pbx.ledger.live.values()):
        if not channel.number:
            stage.pbx.end(channel, EndCause.NORMAL)
    await asyncio.sleep(32.0)


async def all_is_told_twice(stage: GoldenWorld) -> None:
    stage.again_s = 0.7
    await stage.at_work()
    await asyncio.sleep(14.0)


async def answer_is_not_heard_of(stage: GoldenWorld) -> None:
    stage.unheard = (e.CallAnswered,)
    await stage.at_work()
    await asyncio.sleep(5.0)
    stage.unheard = ()


async def answers_of_the_store_are_lost(stage: GoldenWorld) -> None:
    """As the intent is written, and as the record is."""
    await stage.at_work()
    await asyncio.sleep(0.1)
    stage.store_mood.answers_lost = True
    await asyncio.sleep(1.2)
    stage.store_mood.answers_lost = False
    await stage.talking()
    await asyncio.sleep(3.0)
    stage.store_mood.answers_lost = True
    await asyncio.sleep(2.5)
    stage.store_mood.answers_lost = False
    await asyncio.sleep(3.0)


async def engine_stands_still(stage: GoldenWorld) -> None:
    """Longer than its lease, while another takes over; then it wakes."""
    await stage.at_work()
    await stage.talking()
    old = stage.processes[TENANT]
    old.frozen = True
    await asyncio.sleep(LEASE_S)
    stage.start_engine(TENANT)
    await asyncio.sleep(3.0)
    stage.wake_replaced(old)
    await asyncio.sleep(5.0)


async def pbx_restarts(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(1.0)
    stage.mishaps.restart_pbx()
    await asyncio.sleep(10.0)


async def link_is_lost(stage: GoldenWorld) -> None:
    """The customer hangs up meanwhile."""
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(2.0)
    await stage.lines[TENANT].cut(4.0)
    await asyncio.sleep(3.0)


async def link_is_lost_before_a_retry(stage: GoldenWorld) -> None:
    await asyncio.sleep(3.0)
    await stage.lines[TENANT].cut(8.0)
    await asyncio.sleep(3.0)


async def link_is_half_open(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(2.0)
    await stage.lines[TENANT].fall_silent(5.0)
    await asyncio.sleep(3.0)


async def store_is_away(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    stage.outages += 1
    await asyncio.sleep(6.0)
    stage.outages -= 1
    await asyncio.sleep(3.0)


LINKS = (
    Scene(
        name="the engine dies in the call",
        says="They talk on; its successor has the call.",
        contacts=(contact(LONG), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=engine_dies,
    ),
    Scene(
        name="the engine dies, and its successor too",
        says="In the middle of the recovery.",
        contacts=(contact(LONG),),
        outcomes={"HANDLED": 1},
        script=engine_dies_twice,
    ),
    Scene(
        name="the engine dies in the wrap-up",
        says="The wrap-up ends when it would have.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=engine_dies_in_the_wrap_up,
    ),
    Scene(
        name="the engine dies in a pause",
        says="The agent still pauses; the next contact waits.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=engine_dies_in_a_pause,
    ),
    Scene(
        name="the engine dies as they are joined, and its successor at the end",
        says="What the successor saw is kept: the record says that they talked.",
        contacts=(contact(STAYS),),
        outcomes={"HANDLED": 1},
        script=engine_dies_as_they_are_joined,
    ),
    Scene(
        name="the agent vanishes while no engine is there",
        says="The successor gives the customer music, then a word and the end.",
        contacts=(contact(STAYS),),
        outcomes={"HANDLED": 1},
        script=agent_vanishes_while_no_engine_is_there,
    ),
    Scene(
        name="all is told twice",
        says="Each fact of the PBX comes again 0.7 s later; the second one changes nothing.",
        campaigns=(campaign(), message()),
        contacts=(contact(BUSY, answers()), contact(answers(1.0, stays_s=30.0), campaign_id=MESSAGE)),
        outcomes={"BUSY": 1, "HANDLED": 1, "IVR_COMPLETED": 1},
        script=all_is_told_twice,
    ),
    Scene(
        name="the answer is not heard of",
        says="The callee hangs up soon; the end says that they had answered, and so does the record.",
        contacts=(contact(answers(1.0, stays_s=1.0)),),
        outcomes={"ABANDONED": 1},
        script=answer_is_not_heard_of,
        weather=LOSSY,
    ),
    Scene(
        name="the database's answers are lost",
        says="What was written is written again, and is there once.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 1},
        script=answers_of_the_store_are_lost,
        weather=Weather(commit_unknown=1.0),
    ),
    Scene(
        name="the engine stands still",
        says="Another takes its shard; when it wakes, it does nothing any more.",
        contacts=(contact(answers(1.0, stays_s=20.0)), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=engine_stands_still,
    ),
    Scene(
        name="the PBX restarts in the call",
        says="All calls are gone, and not all is known of them.",
        contacts=(contact(LONG, answers()),),
        outcomes={"HANDLED": 1},
        script=pbx_restarts,
        weather=LOSSY,
    ),
    Scene(
        name="the link is lost in the call",
        says="The customer hangs up meanwhile; the record is as if it had been heard.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=link_is_lost,
        weather=LOSSY,
    ),
    Scene(
        name="the link is lost when a retry is due",
        says="Nothing is dialed before it is back.",
        campaigns=(message(),),
        agents=(),
        contacts=(contact(BUSY, answers(), campaign_id=MESSAGE),),
        outcomes={"BUSY": 1, "IVR_LEFT": 1},
        script=link_is_lost_before_a_retry,
        weather=LOSSY,
    ),
    Scene(
        name="the link is half open in the call",
        says="Nobody knows for a while.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=link_is_half_open,
        weather=LOSSY,
    ),
    Scene(
        name="the database is away in the call",
        says="The call goes on, and its record is written later.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=store_is_away,
    ),
)
