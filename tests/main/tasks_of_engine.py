"""The engine's tasks, each of which fails once (`test_tasks.py`)."""

from collections.abc import Callable
from typing import Any

from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.machine import Floor
from busyhour.core.model.values import EndCause
from busyhour.service.engine import LOOK_EVERY_S, Engine
from busyhour.service.floors import EngineFloors
from tests.main.failing import Broken, Stage, until
from tests.service.test_engine import LoopClock, agentless, answer, end, outcomes


async def begun(stage: Stage, store: MemoryStore, pbx: MemoryTelephony) -> EngineFloors:
    floors = EngineFloors(store=store, telephony=pbx, clock=LoopClock(), owner="test", queue_max=1000)
    stage.later(floors.stop)
    floors.start(1)
    await floors.wait_running(1, 10)
    return floors


def engine_of(floors: EngineFloors) -> Engine:
    return floors._engines[1]


def once(stage: Stage, owner: type, method: str, when: Callable[..., bool] = lambda *_: True) -> list[Any]:
    """The first such call of this class's method raises, all others are as ever. Answers the calls that failed."""
    real, failed = getattr(owner, method), list[Any]()

    def called(self: Any, *arguments: Any) -> Any:
        if not failed and when(*arguments):
            failed.append(arguments)
            raise Broken
        return real(self, *arguments)

    stage.monkeypatch.setattr(owner, method, called)
    return failed


async def look(stage: Stage) -> None:
    """A fact is lost while looks fail: the next one finds it."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    await begun(stage, store, pbx)
    await until(lambda: len(pbx.placed) == 1)
    failed = once(stage, MemoryTelephony, "picture")
    del pbx.channels[pbx.placed[0].item.call]  # it ended, and nobody was told
    await until(lambda: outcomes(store), 4 * LOOK_EVERY_S)
    assert failed
    stage.was_told("a look at the PBX failed; the next one follows", tenant=1)


async def order(stage: Stage) -> None:
    """A message was not begun. The floor asks the PBX what became of it, and the call comes to its end."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    await begun(stage, store, pbx)
    await until(lambda: len(pbx.placed) == 1)
    failed = once(stage, MemoryTelephony, "act", lambda command: isinstance(command, c.PlayPrompt))
    answer(pbx, 0)
    await until(lambda: any(isinstance(act, c.LookAtPrompt) for act in pbx.acts), 30)
    assert failed
    [looked] = [act for act in pbx.acts if isinstance(act, c.LookAtPrompt)]
    pbx.tell(1, e.PromptEnded(call=looked.call, prompt=looked.prompt))
    await until(lambda: any(isinstance(act, c.HangUpCall) for act in pbx.acts))
    end(pbx, 0)
    await until(lambda: outcomes(store))
    stage.was_told("a task of the engine failed", tenant=1)


async def place_and_ask(stage: Stage) -> None:
    """What was sent is looked for; who is to be called next is asked for again."""
    store, pbx = agentless("+12025550001", "+12025550002", "+12025550003"), MemoryTelephony()
    fills, places = once(stage, MemoryStore, "fill_hopper"), once(stage, MemoryTelephony, "place")
    await begun(stage, store, pbx)
    await until(lambda: len(pbx.placed) == 1)
    assert fills
    assert places
    stage.was_told("a question to the store failed", tenant=1)
    stage.was_told("placing a call failed")
    lost = places[0][0].item.call
    await until(lambda: store.tenants[1].attempts[lost].record is not None, 120)
    for n in range(2):
        await until(lambda n=n: len(pbx.placed) > n, 120)  # type: ignore[misc]
        end(pbx, n, EndCause.BUSY)
    await until(lambda: len(outcomes(store)) == 3)
    numbers = [call.item.number for call in pbx.placed]
    assert len(numbers) == len({*numbers}) == 2


async def keeper(stage: Stage) -> None:
    """What is to be written is written by the floor that is begun anew."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    floors = await begun(stage, store, pbx)
    await until(lambda: len(pbx.placed) == 1)
    failed = once(stage, MemoryStore, "commit")
    end(pbx, 0, EndCause.BUSY)
    await until(lambda: outcomes(store))
    assert failed
    stage.was_told("the floor failed and is begun anew", tenant=1)
    await floors.wait_running(1, 10)


async def engine_itself(stage: Stage) -> None:
    """Even what tells of a floor's failure fails: the engine is begun anew, with its call."""
    store, pbx = agentless("+12025550001"), MemoryTelephony()
    floors = await begun(stage, store, pbx)
    await until(lambda: len(pbx.placed) == 1)
    once(stage, Engine, "_recent")
    failed = once(stage, Floor, "handle")
    end(pbx, 0, EndCause.BUSY)
    await until(lambda: failed)
    stage.was_told("an engine failed and is begun anew", tenant=1)
    await until(lambda: engine_of(floors).running)
    await until(lambda: outcomes(store))
