"""Golden scenarios of callers: in a line, with an agent, elsewhere; and all of it again in another engine."""

import asyncio

from busyhour.core import events as e
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.opening import Closed, Opening
from busyhour.core.model.queue import (
    Announce,
    Destination,
    DestinationKind,
    Dispatch,
    MissRule,
    OverflowAction,
    OverflowTrigger,
    Strategy,
)
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import answers
from busyhour.sim.golden_queues import FIRST, PER_CALL, SECOND, TO_SECOND, comer, number, queue, rule, scene
from busyhour.sim.golden_scene import TENANT, agent, campaign, contact

OUTSIDE = Destination(DestinationKind.NUMBER, "+4930999")
TWO = (agent(1, PER_CALL), agent(2, PER_CALL))
LONG = 30.0


async def one_calls(stage: GoldenWorld) -> None:
    await stage.at_work()
    stage.comes(comer())
    await asyncio.sleep(8.0)


async def waits_for_an_agent(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    stage.comes(comer(patience_s=60.0))
    stage.comes(comer(2, patience_s=60.0, number=""))
    await asyncio.sleep(3.0)
    await stage.at_work()
    await asyncio.sleep(16.0)


async def gives_up(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    stage.comes(comer(patience_s=5.0))
    await asyncio.sleep(9.0)


async def gives_up_while_it_rings(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    stage.comes(comer(patience_s=2.0))
    await asyncio.sleep(6.0)


async def one_lets_it_ring(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    stage.comes(comer())
    await asyncio.sleep(12.0)


async def agent_hangs_up(stage: GoldenWorld) -> None:
    await stage.at_work()
    stage.comes(comer(talk_s=LONG))
    await stage.talking()
    await stage.agent().hold()
    await asyncio.sleep(0.5)
    await stage.agent().resume()
    await asyncio.sleep(0.5)
    await stage.agent().dispose("sale")
    await stage.agent().hang_up()
    await stage.agent().wrap_up()


async def agent_turns_it_down(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    stage.comes(comer())
    await asyncio.sleep(1.5)
    await stage.agent().hang_up()
    await asyncio.sleep(12.0)


async def agent_is_lost(stage: GoldenWorld) -> None:
    """In mid-call, for longer than the caller waits for the same agent."""
    await stage.at_work()
    await stage.agent(2).pause()
    stage.comes(comer(talk_s=60.0))
    await stage.talking()
    await stage.agent(2).ready()
    stage.agent().close_desk()
    await asyncio.sleep(40.0)


async def nobody_is_there(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    stage.comes(comer())
    await asyncio.sleep(14.0)


async def three_at_once(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    for n in (1, 2, 3):
        stage.comes(comer(n, patience_s=12.0))
        await asyncio.sleep(0.5)
    await asyncio.sleep(16.0)


async def nobody_answers_this_number(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    stage.comes(comer(dialed="999"))
    await asyncio.sleep(2.0)


async def queue_is_removed(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    stage.comes(comer())
    await asyncio.sleep(3.0)
    stage.rows.inbound.queues.pop(FIRST, None)
    stage.say(e.QueueRemoved(queue_id=FIRST))
    await asyncio.sleep(12.0)


async def configuration_changes(stage: GoldenWorld) -> None:
    """A queue gets its first agent, and a number is made, while somebody waits."""
    await stage.at_work()
    stage.comes(comer())
    await asyncio.sleep(2.0)
    changed = stage.rows.inbound.queues[FIRST] = queue(priority=3)
    stage.say(e.QueueChanged(queue=changed))
    await asyncio.sleep(8.0)
    stage.rows.inbound.numbers = (number(), number(TO_SECOND))
    stage.say(e.NumbersChanged(numbers=stage.rows.inbound.numbers))
    stage.comes(comer(2))
    await asyncio.sleep(1.0)
    stage.rows.inbound.ageing_s = 30.0
    stage.say(e.AgeingChanged(ageing_s=30.0))
    await asyncio.sleep(12.0)


async def another_program_gives_it(stage: GoldenWorld) -> None:
    await stage.at_work()
    channel = stage.comes(comer())
    await asyncio.sleep(2.0)
    await stage.asks(lambda q: e.AssignAsked(call=channel.name, agent_id=1, request=q))
    await asyncio.sleep(9.0)
    await stage.asks(lambda q: e.AssignAsked(call=channel.name, agent_id=1, request=q))


def sent_to(to: Destination) -> object:
    async def sends_on(stage: GoldenWorld) -> None:
        await stage.at_work()
        stage.comes(comer(talk_s=LONG))
        await stage.talking()
        await asyncio.sleep(1.0)
        await stage.agent().click(lambda q: e.SendOnAsked(agent_id=1, destination=to, note="for you", request=q))
        await asyncio.sleep(14.0)

    return sends_on


async def dies_while_they_wait(stage: GoldenWorld) -> None:
    await stage.engine_is_there()
    stage.comes(comer(1))
    await asyncio.sleep(1.0)
    stage.comes(comer(2))
    await asyncio.sleep(2.0)
    stage.kill(stage.processes[TENANT])
    await stage.at_work()
    await asyncio.sleep(20.0)


async def dies_while_it_rings(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    await stage.at_work()
    stage.comes(comer())
    await asyncio.sleep(1.5)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(2.0)
    stage.agent().picks_up = True
    await asyncio.sleep(16.0)


async def dies_while_they_talk(stage: GoldenWorld) -> None:
    await stage.at_work()
    stage.comes(comer(talk_s=12.0))
    await stage.talking()
    await asyncio.sleep(1.0)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(16.0)


async def dies_as_they_come(stage: GoldenWorld) -> None:
    """Somebody calls while no engine is there; and somebody whose arrival the dead one had heard of."""
    await stage.at_work()
    stage.comes(comer(1))
    await asyncio.sleep(0.002)
    stage.kill(stage.processes[TENANT])
    stage.comes(comer(2))
    await asyncio.sleep(24.0)


async def both_kinds(stage: GoldenWorld) -> None:
    """One agent for callees and for callers."""
    await stage.at_work()
    stage.comes(comer(1))
    await asyncio.sleep(0.3)
    stage.comes(comer(2))
    await asyncio.sleep(20.0)


T, A = OverflowTrigger, OverflowAction

CALLERS = (
    scene("answered and handled", "To the agent at once.", one_calls, {"HANDLED": 1}),
    scene(
        "waits, then handled",
        "Music until the agent is there; the second after the first.",
        waits_for_an_agent,
        {"HANDLED": 2},
    ),
    scene("gives up", "Nobody comes; they hang up.", gives_up, {"ABANDONED": 1}),
    scene(
        "gives up while it rings",
        "The phone of the agent stops ringing.",
        gives_up_while_it_rings,
        {"ABANDONED": 1},
        agents=(agent(1, PER_CALL),),
    ),
    scene(
        "not picked up",
        "The first agent lets it ring; the next one is asked, and the caller keeps their place.",
        one_lets_it_ring,
        {"HANDLED": 1},
        agents=TWO,
        queues=(queue(agents=(1, 2)),),
    ),
    scene(
        "all ring",
        "One picks up and has the caller; the other is let go.",
        one_calls,
        {"HANDLED": 1},
        agents=TWO,
        queues=(queue(agents=(1, 2), strategy=Strategy.RING_ALL),),
    ),
    scene(
        "all ring, and one does not pick up",
        "The other has them.",
        one_lets_it_ring,
        {"HANDLED": 1},
        agents=TWO,
        queues=(queue(agents=(1, 2), strategy=Strategy.RING_ALL),),
    ),
    scene("the agent hangs up", "Held, resumed, disposed, hung up.", agent_hangs_up, {"HANDLED": 1}),
    scene(
        "turned down",
        "The agent presses the key that lets it ring no more; they are asked again after a rest.",
        agent_turns_it_down,
        {"HANDLED": 1},
        agents=(agent(1, PER_CALL),),
        queues=(queue(miss=MissRule(ring_timeout_s=6.0, rest_s=60.0)),),
    ),
    scene(
        "the agent is lost",
        "In mid-call; another one takes them.",
        agent_is_lost,
        {"HANDLED": 1},
        agents=(agent(1), agent(2)),
        queues=(queue(agents=(1, 2)),),
    ),
    scene(
        "welcomed, whispered, told their place",
        "A welcome first; the agent hears which queue it is.",
        waits_for_an_agent,
        {"HANDLED": 2},
        queues=(queue(announce=Announce(welcome="hello", place_every_s=2.0, wait=True, whisper="queue")),),
    ),
    scene(
        "a message, and back to the line",
        "After some seconds a message; then the old place.",
        waits_for_an_agent,
        {"HANDLED": 2},
        queues=(queue(overflow=(rule(T.WAITED, A.ANNOUNCE_THEN_QUEUE, threshold=1.5, prompt="busy"),)),),
    ),
    scene(
        "to another queue",
        "Nobody is logged on who serves the first.",
        one_calls,
        {"HANDLED": 1},
        queues=(
            queue(agents=(), overflow=(rule(T.NO_AGENTS, A.TRANSFER, destination=TO_SECOND),)),
            queue(SECOND),
        ),
    ),
    scene(
        "told to call again",
        "Waited too long: a word, and the end.",
        nobody_is_there,
        {"TURNED_AWAY": 1},
        queues=(queue(overflow=(rule(T.WAITED, A.ANNOUNCE_THEN_HANGUP, threshold=3.0, prompt="later"),)),),
    ),
    scene(
        "the queue is full",
        "One may wait; the others hear that it is busy.",
        three_at_once,
        {"ABANDONED": 1, "TURNED_AWAY": 2},
        queues=(queue(waiting_max=1),),
    ),
    scene(
        "nobody answers this number",
        "Turned away before they are answered.",
        nobody_answers_this_number,
        {"TURNED_AWAY": 1},
    ),
    scene(
        "closed, and sent outside",
        "A message by the reason, then a number outside.",
        nobody_is_there,
        {"SENT_ON": 1},
        numbers=(
            number(opening=Opening(emergency=True), prompts={Closed.EMERGENCY: "closed"}, when_closed=(OUTSIDE,)),
        ),
    ),
    scene(
        "a number that only says something",
        "A message, and no word after it.",
        nobody_is_there,
        {"TURNED_AWAY": 1},
        numbers=(number(Destination(DestinationKind.PROMPT, "when we are open")),),
    ),
    scene(
        "sent outside in turn",
        "The trunk begins one call a second: the others wait for it, in no line.",
        three_at_once,
        {"SENT_ON": 3},
        numbers=(number(opening=Opening(emergency=True), when_closed=(OUTSIDE,)),),
        trunk=Trunk(trunk_id=1, name="carrier", endpoint="t", capacity=10, calls_per_s_max=1),
    ),
    scene("the queue is removed", "Who waits hears the farewell.", queue_is_removed, {"TURNED_AWAY": 1}),
    scene(
        "the queue gets an agent",
        "A change of a queue, and of the numbers, while somebody waits.",
        configuration_changes,
        {"HANDLED": 2},
        queues=(queue(agents=()), queue(SECOND)),
    ),
    scene(
        "another program decides",
        "An external dispatcher gives the call to an agent.",
        another_program_gives_it,
        {"HANDLED": 1},
        queues=(queue(dispatch=Dispatch.EXTERNAL),),
    ),
    scene(
        "sent on to a queue",
        "By the agent, whose wrap-up begins; another agent takes them.",
        sent_to(TO_SECOND),
        {"HANDLED": 1},
        agents=(agent(1), agent(2)),
        queues=(queue(), queue(SECOND, agents=(2,))),
    ),
    scene("sent outside", "By the agent, over a trunk.", sent_to(OUTSIDE), {"HANDLED": 1}),
    scene(
        "sent on to an agent",
        "By the agent, to one whom they name.",
        sent_to(Destination(DestinationKind.AGENT, "2")),
        {"HANDLED": 1},
        agents=(agent(1), agent(2)),
    ),
    scene(
        "the engine dies while they wait",
        "Each has the place and the age from before.",
        dies_while_they_wait,
        {"HANDLED": 2},
    ),
    scene(
        "the engine dies while it rings",
        "The next one asks the agent anew.",
        dies_while_it_rings,
        {"HANDLED": 1},
        agents=(agent(1, PER_CALL),),
    ),
    scene("the engine dies while they talk", "They talk on.", dies_while_they_talk, {"HANDLED": 1}),
    scene("the engine dies as they come", "Nobody is lost.", dies_as_they_come, {"HANDLED": 2}),
    scene(
        "callees, too",
        "One agent for a campaign and a queue.",
        both_kinds,
        {"HANDLED": 2},
        campaigns=(campaign(),),
        contacts=(contact(answers()),),
        dialed={"HANDLED": 1},
    ),
)
