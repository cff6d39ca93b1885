"""Worlds whose PBX's clock alone is set again and again while calls go on (D1): nobody who uses the product can tell.

Between the simulated PBX and each engine stands the adapter's own `PbxClock`, which asks for the PBX's time as it does
with a real one. The ledger keeps the true time.

Left out is what is known not to be made good (docs/subsystems/reliability.md): a step of less than 16 s may count until
the answer, some milliseconds later; and an engine that begins after a step takes a channel, or a record, from before
it for older or younger. So here no engine dies and no fact is lost; they come late and twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from msgspec import Struct
from msgspec.structs import fields, replace

from busyhour.adapters.asterisk.ari import LinkDown
from busyhour.adapters.asterisk.pbx_clock import BACK_SURE_S, PbxClock, Pong
from busyhour.adapters.memory.store import MemoryStore
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.pictures import PbxPicture
from busyhour.sim.deaf import DeafLine
from busyhour.sim.faults import Weather
from busyhour.sim.line import REPLY_S, Line
from busyhour.sim.partitions import MixedWorld
from busyhour.sim.pbx import now_s
from busyhour.sim.plan import Plan, Result
from busyhour.sim.process import Process
from busyhour.sim.series import plan_of, seldom_collected, silence

T = TypeVar("T", bound=Struct)

CONTACTS = 40
SET_BY_S = 900.0  # at most, to either side
SET_MIN_S = BACK_SURE_S + 10.0  # the time between two looks, in which it may tell nothing
STEPS_S = (0.5, 8.0)  # from one step to the next
NOTHING_LOST = replace(Weather.of(("C", "F", "G")), failovers_per_h=0.0, event_doubled=0.05, event_late=0.05)
"""Of all groups what kills no engine and loses no fact."""


class Stamp(Struct, frozen=True):
    """A message of the PBX, of which its clock knows the time only."""

    timestamp: datetime


class Seen:
    """The PBX as an adapter tells of it to one engine: by `PbxClock`, and with what it remembers of before a step."""

    def __init__(self, world: "SteppedWorld", process: Process) -> None:
        self.world, self.process, self.line = world, process, None
        self.born_utc_s = world.utc()
        self.clock = PbxClock(wall=world.utc, steady=now_s)

    async def read(self, _path: str) -> Any:
        """`AriLink.read("asterisk/ping")`."""
        line = self.world.lines[self.process.tenant]
        await asyncio.sleep(REPLY_S / 2)
        if not line.up() or line.mute or line.deaf:
            raise LinkDown
        pong = Pong(timestamp=datetime.fromtimestamp(self.world.pbx_utc_s(), UTC))
        await asyncio.sleep(REPLY_S / 2)
        return SimpleNamespace(ok=True, read=lambda kind: pong)

    def told(self, fact: T) -> T:
        """Its stamps: those of which it heard in its time it remembers as it told them, the others are of the PBX."""
        names = [field.name for field in fields(fact) if field.name.endswith("utc_s")]
        return replace(fact, **{name: self._stamp(at_s) for name in names if (at_s := getattr(fact, name))})

    def _stamp(self, true_utc_s: float) -> float:
        if true_utc_s >= self.born_utc_s:
            return true_utc_s + self.clock.ahead_s
        return self.clock.told(true_utc_s + self.world.off_s(true_utc_s))

    def event(self, event: e.Event) -> e.Event:
        """As it comes from the link, now."""
        told = self.told(event)
        if (at_utc_s := getattr(event, "at_utc_s", None)) is None:
            return told
        stamp = Stamp(datetime.fromtimestamp(at_utc_s + self.world.off_s(at_utc_s), UTC))
        heard: Any = self.clock.of_event(stamp)  # type: ignore[arg-type]
        if self.clock.is_doubted():
            self.world.spawn(self.clock.look(self))  # type: ignore[arg-type]
        return replace(told, at_utc_s=heard.timestamp.timestamp())

    # What a line asks the PBX

    def place(self, call: c.Dial) -> None:
        self.world.pbx.place(call)

    def act(self, command: c.Act, *, late: bool = False) -> e.Event | None:
        fact = self.world.pbx.act(command, late=late)
        return None if fact is None else self.told(fact)

    def picture(self, tenant: int, about: Sequence[str]) -> PbxPicture:
        shown_s = self.world.pbx_utc_s()
        self.clock.shows(shown_s, self.world.utc() - REPLY_S / 2, REPLY_S)
        true = self.world.pbx.picture(tenant, about)
        return replace(
            true,
            channels=tuple(self.told(channel) for channel in true.channels),
            histories=tuple(self.told(history) for history in true.histories),
            ahead_s=self.clock.ahead_s,
        )

    def missed(self, tenant: int, since_utc_s: float) -> tuple[Any, ...]:
        return self.world.pbx.missed(tenant, since_utc_s)


class SteppedLine(DeafLine):
    def __init__(self, seen: Seen, process: Process, weather: Weather, dice: Random) -> None:
        super().__init__(seen, process, weather, dice)
        self.eyes = seen

    def attach(self, tenant: int, sink: Callable[[e.Event], None]) -> None:
        heard = self.eyes.event

        def corrected(event: e.Event) -> None:
            stamped = getattr(event, "at_utc_s", None) is not None
            sink(heard(event) if stamped else event)

        super().attach(tenant, corrected)


class SteppedWorld(MixedWorld):
    steps = 0

    def __init__(self, *arguments: Any) -> None:
        self.set_at: list[tuple[float, float]] = []  # from when, by the true time, its clock is off by how much
        self._steps_dice = Random("steps of the PBX's clock")
        super().__init__(*arguments)

    def off_s(self, true_utc_s: float) -> float:
        return next((off_s for at_utc_s, off_s in reversed(self.set_at) if at_utc_s <= true_utc_s), 0.0)

    def pbx_utc_s(self) -> float:
        return self.utc() + self.off_s(self.utc())

    def make_line(self, process: Process) -> Line:
        return SteppedLine(Seen(self, process), process, self.plan.weather, Random(self.dice.random()))

    def start_engine(self, tenant: int) -> None:
        super().start_engine(tenant)
        if not self.set_at:
            self.set_at.append((0.0, 0.0))
            self.spawn(self._step_now_and_then())

    async def _step_now_and_then(self) -> None:
        while not self.luck.over:
            await asyncio.sleep(self._steps_dice.uniform(*STEPS_S))
            off_s = self._steps_dice.choice([0.0, self._steps_dice.uniform(-SET_BY_S, SET_BY_S)])
            if abs(off_s - self.set_at[-1][1]) < SET_MIN_S:
                continue
            self.set_at.append((self.utc(), off_s))
            self.note(f"the clock of the PBX is set to {off_s:+.1f}")
            self.steps += 1


class Unheard(SteppedWorld):
    """With what the adapter did once: stamps tell nothing of a step, only the looks do."""

    def make_line(self, process: Process) -> Line:
        line = super().make_line(process)
        clock: PbxClock = line.eyes.clock  # type: ignore[attr-defined]
        clock._hear = lambda pbx_utc_s: None  # type: ignore[method-assign]
        return line


def play(plan: Plan, kind: type[SteppedWorld] = SteppedWorld) -> tuple[Result, int]:
    silence()
    with seldom_collected():
        world = kind(plan, lambda clock: MemoryStore(clock=clock))
        result = world.run()
        steps = world.steps
        world.clear()
    return result, steps


def plan(seed: int, weather: Weather) -> Plan:
    return replace(plan_of(seed, (), CONTACTS), weather=weather)


@pytest.mark.covers("I18", "I30", "I48")
@pytest.mark.parametrize("seed", range(1, 5))
def test_a_clock_of_the_pbx_that_is_set_every_few_seconds_changes_nothing(seed: int) -> None:
    result, steps = play(plan(seed, Weather.calm()))
    assert result.violation is None, "\n".join(result.history[-20:])
    assert steps >= 3
    assert result.outcomes["HANDLED"] >= 8


@pytest.mark.parametrize("seed", range(5, 10))
def test_nor_beside_other_faults(seed: int) -> None:
    result, steps = play(plan(seed, NOTHING_LOST))
    assert result.violation is None, "\n".join(result.history[-20:])
    assert steps >= 3


def test_these_worlds_show_an_adapter_that_hears_no_step_in_what_is_stamped() -> None:
    result, _ = play(plan(1, Weather.calm()), Unheard)
    assert result.violation is not None
