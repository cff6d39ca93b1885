"""Golden scenarios of callers who are called back: promised by key or by a desk, dialed, reached or not, once."""

import asyncio

from msgspec.structs import replace

from busyhour.core import events as e
from busyhour.core.model.queue import Announce, Destination, DestinationKind, OverflowAction, OverflowTrigger
from busyhour.core.model.values import EndCause
from busyhour.sim.callers import Comer
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import BUSY, Callee, answers, fails
from busyhour.sim.golden_queues import (
    BACK,
    FIRST,
    PER_CALL,
    SECOND,
    TO_SECOND,
    comer,
    number,
    number_of,
    queue,
    rule,
    scene,
)
from busyhour.sim.golden_scene import TENANT, agent
from busyhour.sim.ledger import Channel

KEY = "1"
BY_KEY = queue(callback_key=KEY)
REACHED = answers(1.0, stays_s=4.0)


def expects(stage: GoldenWorld, *callees: Callee, n: int = 1) -> None:
    """What whoever is called back does."""
    stage.stage_pbx.callees_of[number_of(n)] = list(callees)


async def comes_early(stage: GoldenWorld, who: Comer, *callees: Callee, for_s: float = 12.0) -> Channel:
    """Somebody calls while no agent is at work yet; so long later whatever they do then is done."""
    if callees:
        expects(stage, *callees)
    await stage.engine_is_there()
    channel = stage.comes(who)
    await asyncio.sleep(for_s)
    return channel


async def work_begins(stage: GoldenWorld, for_s: float) -> None:
    await stage.at_work()
    await asyncio.sleep(for_s)


def asks_by_key(*callees: Callee, then_s: float = 12.0) -> object:
    async def script(stage: GoldenWorld) -> None:
        await comes_early(stage, comer(key=KEY), *callees)
        await work_begins(stage, then_s)

    return script


async def asks_while_it_rings(stage: GoldenWorld) -> None:
    """Too late for a callback: an agent is being rung."""
    stage.agent().picks_up = False
    await stage.at_work()
    stage.comes(comer(key=KEY, key_after_s=0.5, patience_s=2.5))
    await asyncio.sleep(8.0)


async def a_desk_asks(stage: GoldenWorld) -> None:
    channel = await comes_early(stage, comer(), REACHED, for_s=2.0)
    await stage.asks(lambda q: e.CallbackAsked(call=channel.name, number="", request=q))
    await asyncio.sleep(9.0)
    await work_begins(stage, 14.0)


async def is_cancelled(stage: GoldenWorld) -> None:
    channel = await comes_early(stage, comer(key=KEY))
    await stage.asks(lambda q: e.CallbackCancelAsked(callback=f"k-{channel.name}", request=q))
    await work_begins(stage, 4.0)


def calls_again(number: str = number_of(1)) -> object:
    """By themselves: then nobody need call them."""

    async def script(stage: GoldenWorld) -> None:
        await comes_early(stage, comer(key=KEY))
        stage.comes(comer(number=number))
        await asyncio.sleep(1.0)
        await work_begins(stage, 12.0)

    return script


async def must_not_be_called(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(key=KEY))
    stage.add_dnc(TENANT, number_of(1))
    await work_begins(stage, 6.0)


async def agent_does_not_pick_up(stage: GoldenWorld) -> None:
    """Nobody is dialed without an agent on the line."""
    await comes_early(stage, comer(key=KEY), REACHED)
    stage.agent().picks_up = False
    await work_begins(stage, 30.0)


async def dies_with_a_promise(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(key=KEY), REACHED, for_s=3.5)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(10.0)
    await work_begins(stage, 12.0)


async def dies_while_it_is_dialed(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(key=KEY), answers(3.0, stays_s=8.0))
    await work_begins(stage, 1.0)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(24.0)


async def queue_is_removed(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(key=KEY))
    stage.rows.inbound.queues.pop(FIRST, None)
    stage.say(e.QueueRemoved(queue_id=FIRST))
    await work_begins(stage, 4.0)


async def one_calls(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(key=KEY, key_after_s=5.0), REACHED, for_s=14.0)
    await work_begins(stage, 14.0)


async def gives_up(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(patience_s=4.0), REACHED, REACHED, for_s=8.0)
    await work_begins(stage, 14.0)


async def gives_up_twice(stage: GoldenWorld) -> None:
    """Once a day: the second time they are left alone."""
    await gives_up(stage)
    await gives_up_again(stage)


async def gives_up_again(stage: GoldenWorld) -> None:
    stage.agent().picks_up = False
    stage.comes(comer(patience_s=1.0))
    await asyncio.sleep(6.0)
    stage.agent().picks_up = True
    await asyncio.sleep(14.0)


async def gives_up_and_calls_again(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(patience_s=3.0), REACHED, for_s=6.0)
    stage.comes(comer())
    await asyncio.sleep(2.0)
    await work_begins(stage, 14.0)


async def gives_up_and_reaches_another(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(patience_s=3.0), REACHED, for_s=6.0)
    await stage.agent(2).begin()
    stage.comes(comer(dialed=OTHER))
    await asyncio.sleep(9.0)
    await work_begins(stage, 8.0)


async def gives_up_and_the_engine_dies(stage: GoldenWorld) -> None:
    await comes_early(stage, comer(patience_s=3.0), REACHED, REACHED, for_s=5.0)
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(4.0)
    await work_begins(stage, 12.0)
    stage.agent().picks_up = False
    stage.kill(stage.processes[TENANT])
    await asyncio.sleep(4.0)
    await gives_up_again(stage)


OTHER = "5552"
CALLS_BACK = queue(callback=replace(BACK, lost=True))
OFFERED = rule(OverflowTrigger.WAITED, OverflowAction.OFFER_CALLBACK, threshold=2.0, prompt="callback")
TO_CALLBACK = Destination(DestinationKind.CALLBACK, str(FIRST))

CALLBACKS = (
    scene(
        "gave up, and is called back",
        "Without having asked: the queue calls back whom it has lost.",
        gives_up,
        {"ABANDONED": 1, "HANDLED": 1},
        queues=(CALLS_BACK,),
    ),
    scene(
        "gave up twice on one day",
        "Called back once.",
        gives_up_twice,
        {"ABANDONED": 2, "HANDLED": 1},
        queues=(CALLS_BACK,),
        agents=(agent(1, PER_CALL),),
    ),
    scene(
        "gave up, and called again",
        "Nobody need call them.",
        gives_up_and_calls_again,
        {"ABANDONED": 1, "HANDLED": 1},
        queues=(CALLS_BACK,),
    ),
    scene(
        "gave up, and another queue had them",
        "Nobody need call them either.",
        gives_up_and_reaches_another,
        {"ABANDONED": 1, "HANDLED": 1},
        queues=(CALLS_BACK, queue(SECOND, agents=(2,))),
        numbers=(number(), replace(number(TO_SECOND), pattern=OTHER)),
        agents=(agent(1), agent(2)),
    ),
    scene(
        "gave up, and the engine dies, twice",
        "Before the call back, and after it: they are called once.",
        gives_up_and_the_engine_dies,
        {"ABANDONED": 2, "HANDLED": 1},
        queues=(CALLS_BACK,),
        agents=(agent(1, PER_CALL),),
    ),
    scene(
        "called back by key",
        "Promised; dialed with the agent on the line; reached.",
        asks_by_key(REACHED),
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(BY_KEY,),
    ),
    scene(
        "called back with a leg for each call",
        "The agent's phone rings first.",
        asks_by_key(REACHED),
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(queue(callback_key=KEY, announce=Announce(callback="promised")),),
        agents=(agent(1, PER_CALL),),
    ),
    scene(
        "called back before an agent is on the line",
        "Dialed when one is free for them; who answers waits at their place for whoever is free then.",
        asks_by_key(answers(1.0, stays_s=8.0)),
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(queue(callback_key=KEY, callback=replace(BACK, agent_first=False)),),
    ),
    scene(
        "called back, busy, called back",
        "Once more, after the rule's delay.",
        asks_by_key(BUSY, REACHED, then_s=20.0),
        {"CALLED_BACK": 1, "HANDLED": 1, "UNREACHED": 1},
        queues=(BY_KEY,),
    ),
    scene(
        "called back in vain",
        "Busy, then an invalid number: no third time.",
        asks_by_key(BUSY, fails(EndCause.INVALID_NUMBER), answers(), then_s=20.0),
        {"CALLED_BACK": 1, "UNREACHED": 2},
        queues=(BY_KEY,),
    ),
    scene(
        "a key while it rings",
        "An agent is being rung: no callback.",
        asks_while_it_rings,
        {"ABANDONED": 1},
        queues=(BY_KEY,),
        agents=(agent(1, PER_CALL),),
    ),
    scene("a desk asks for a callback", "For somebody who waits.", a_desk_asks, {"CALLED_BACK": 1, "HANDLED": 1}),
    scene("a callback is cancelled", "Nobody is dialed.", is_cancelled, {"CALLED_BACK": 1}, queues=(BY_KEY,)),
    scene(
        "promised, and calls again",
        "At the old place, and not called back.",
        calls_again(),
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(BY_KEY,),
    ),
    scene(
        "promised, and calls again, spelled otherwise",
        "The carrier leaves out the country: they are the same person.",
        calls_again(number_of(1).replace("+49", "0")),
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(BY_KEY,),
        country="DE",
    ),
    scene(
        "promised, and must not be called",
        "On the do-not-call list since.",
        must_not_be_called,
        {"CALLED_BACK": 1},
        queues=(BY_KEY,),
    ),
    scene(
        "the agent is not there for a callback",
        "They do not pick up; later they do.",
        agent_does_not_pick_up,
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(BY_KEY,),
        agents=(agent(1, PER_CALL),),
    ),
    scene(
        "the engine dies with a promise",
        "It is kept all the same.",
        dies_with_a_promise,
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(BY_KEY,),
    ),
    scene(
        "the engine dies while it calls back",
        "They are dialed once.",
        dies_while_it_is_dialed,
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(BY_KEY,),
    ),
    scene(
        "a queue is removed with a promise in it",
        "Nobody is called back.",
        queue_is_removed,
        {"CALLED_BACK": 1},
        queues=(BY_KEY,),
    ),
    scene(
        "a callback is offered",
        "By a message, after a while; taken by key.",
        one_calls,
        {"CALLED_BACK": 1, "HANDLED": 1},
        queues=(queue(callback_key=KEY, overflow=(OFFERED,)),),
    ),
    scene(
        "a number that calls back",
        "Nobody waits at this number: who calls is promised a call.",
        one_calls,
        {"CALLED_BACK": 1, "HANDLED": 1},
        numbers=(number(TO_CALLBACK),),
    ),
)
