"""Golden scenarios of single calls: how they begin, what the callee does, what the agent does."""

import asyncio

from busyhour.core.model.values import AcwMode, EndCause, LegMode
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import BUSY, RINGS_ON, SILENT, answers, fails
from busyhour.sim.golden_scene import MESSAGE, Scene, agent, campaign, contact, message

STAYS = answers(1.0, stays_s=50.0)


async def at_work(stage: GoldenWorld) -> None:
    await stage.at_work()


async def nobody(stage: GoldenWorld) -> None:
    """Nobody is there, or needed."""
    await asyncio.sleep(1.0)


async def agent_hangs_up(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(2.0)
    await stage.agent().hang_up()
    await stage.agent().wrap_up()


async def phone_is_not_picked_up(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(3.0)


async def rings_on(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(9.0)


async def holds(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(0.5)
    await stage.agent().hold()
    await asyncio.sleep(1.0)
    await stage.agent().resume()


async def pauses_while_it_rings(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(1.0)
    await stage.agent().pause()
    await asyncio.sleep(8.0)


async def pauses_in_the_call(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(0.5)
    await stage.agent().pause()
    await asyncio.sleep(12.0)


async def logs_off_while_it_rings(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(1.0)
    await stage.agent().log_off()
    await asyncio.sleep(8.0)


async def logs_off_in_the_call(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await stage.agent().log_off()
    await asyncio.sleep(8.0)
    stage.agent().close_desk()


async def disposes_in_the_call(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(0.5)
    await stage.agent().dispose("later")
    await asyncio.sleep(4.0)


async def disposes_after_the_call(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(4.5)
    await stage.agent().dispose("later")
    await stage.agent().wrap_up()


async def changes_the_disposition(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await stage.agent().dispose("later")
    await asyncio.sleep(4.5)
    await stage.agent().dispose("sale")
    await stage.agent().wrap_up()


async def waits_for_the_ceiling(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(9.0)


async def asks_to_end_a_fixed_wrap_up(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await asyncio.sleep(4.5)
    await stage.agent().wrap_up()
    await asyncio.sleep(4.0)


PER_CALL = agent(leg_mode=LegMode.PER_CALL)

CALLS = (
    Scene(
        name="answered and handled",
        says="A callee answers, talks with the agent, and hangs up.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 1},
        script=at_work,
    ),
    Scene(
        name="the agent hangs up",
        says="The agent ends the conversation, and the wrap-up.",
        contacts=(contact(STAYS),),
        outcomes={"HANDLED": 1},
        script=agent_hangs_up,
    ),
    Scene(
        name="busy, then answered",
        says="Busy; called again after the rule's delay.",
        contacts=(contact(BUSY, answers()),),
        outcomes={"BUSY": 1, "HANDLED": 1},
        script=at_work,
    ),
    Scene(
        name="no answer, three times",
        says="Rings until the ring time is over, three times; the rules are used up.",
        contacts=(contact(RINGS_ON, RINGS_ON, RINGS_ON),),
        outcomes={"NO_ANSWER": 3},
        script=rings_on,
    ),
    Scene(
        name="the carrier says nothing",
        says="Neither ringing nor an end: the ring time ends it.",
        contacts=(contact(SILENT),),
        outcomes={"HANDLED": 1, "NO_ANSWER": 1},
        script=rings_on,
    ),
    Scene(
        name="an invalid number",
        says="The network does not know the number; it is final.",
        contacts=(contact(fails(EndCause.INVALID_NUMBER)),),
        outcomes={"INVALID_NUMBER": 1},
        script=at_work,
    ),
    Scene(
        name="congestion",
        says="The network refuses; no rule is for it.",
        contacts=(contact(fails(EndCause.CONGESTION)),),
        outcomes={"CONGESTION": 1},
        script=at_work,
    ),
    Scene(
        name="the answer crosses the end of the ring time",
        says="The callee answers in the millisecond in which we give up.",
        contacts=(contact(answers(5.999, stays_s=20.0)),),
        outcomes={"ABANDONED": 1},
        script=rings_on,
    ),
    Scene(
        name="a leg for each call",
        says="The agent's phone rings for the call only.",
        agents=(PER_CALL,),
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 1},
        script=at_work,
    ),
    Scene(
        name="the agent's phone is not picked up",
        says="A leg for each call, and nobody picks up: the customer hears a word, and the end.",
        agents=(PER_CALL,),
        contacts=(contact(STAYS),),
        outcomes={"ABANDONED": 1},
        script=phone_is_not_picked_up,
    ),
    Scene(
        name="the customer hangs up while the agent's phone rings",
        says="Nobody is to be joined any more.",
        agents=(PER_CALL,),
        contacts=(contact(answers(1.0, stays_s=0.15)),),
        outcomes={"ABANDONED": 1},
        script=at_work,
    ),
    Scene(
        name="held and resumed",
        says="Music, then the same agent again.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 1},
        script=holds,
    ),
    Scene(
        name="nobody is free",
        says="The agent pauses while it rings: the customer hears the farewell in time.",
        contacts=(contact(answers(2.0, stays_s=30.0)),),
        outcomes={"ABANDONED": 1},
        script=pauses_while_it_rings,
    ),
    Scene(
        name="a pause asked for in the call",
        says="It takes effect after the wrap-up; the next contact waits for the end of the pause.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=pauses_in_the_call,
    ),
    Scene(
        name="logged off while it rings",
        says="The callee answers, and the agent has gone.",
        contacts=(contact(answers(2.0, stays_s=30.0)),),
        outcomes={"ABANDONED": 1},
        script=logs_off_while_it_rings,
    ),
    Scene(
        name="logged off in the call",
        says="It takes effect after the call.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 1},
        script=logs_off_in_the_call,
    ),
    Scene(
        name="a disposition in the call",
        says="Said while talking: call again later; called again.",
        contacts=(contact(answers(), answers()),),
        outcomes={"HANDLED": 2},
        script=disposes_in_the_call,
    ),
    Scene(
        name="a disposition after the call",
        says="Said in the wrap-up: call again later; called again.",
        contacts=(contact(answers(), answers()),),
        outcomes={"HANDLED": 2},
        script=disposes_after_the_call,
    ),
    Scene(
        name="a disposition changed",
        says="First later, then a sale: not called again.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 1},
        script=changes_the_disposition,
    ),
    Scene(
        name="the wrap-up's ceiling",
        says="The agent does nothing; the wrap-up ends by itself.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=waits_for_the_ceiling,
    ),
    Scene(
        name="a fixed wrap-up",
        says="The agent wants to end it, and may not.",
        campaigns=(campaign(acw_mode=AcwMode.FIXED),),
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=asks_to_end_a_fixed_wrap_up,
    ),
    Scene(
        name="no wrap-up",
        says="Free at once after the call.",
        campaigns=(campaign(acw_mode=AcwMode.NONE),),
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=at_work,
    ),
    Scene(
        name="the message is heard",
        says="No agent: the callee hears the message to its end.",
        campaigns=(message(),),
        contacts=(contact(answers(1.0, stays_s=30.0), campaign_id=MESSAGE),),
        outcomes={"IVR_COMPLETED": 1},
        script=nobody,
    ),
    Scene(
        name="the message is left",
        says="The callee hangs up in the middle of the message.",
        campaigns=(message(),),
        contacts=(contact(answers(1.0, stays_s=3.0), campaign_id=MESSAGE),),
        outcomes={"IVR_LEFT": 1},
        script=nobody,
    ),
    Scene(
        name="longer than allowed",
        says="The campaign's longest call ends it.",
        campaigns=(campaign(call_max_s=5.0),),
        contacts=(contact(STAYS),),
        outcomes={"MAX_DURATION": 1},
        script=at_work,
    ),
)
