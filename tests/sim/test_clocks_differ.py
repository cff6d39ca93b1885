"""Worlds whose PBX, or store, has another clock than the engine (D4): nobody who uses the product can tell.

Everything that the PBX stamps is off by a constant, which its pictures tell; the ledger keeps the true time.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

import pytest
from msgspec import Struct
from msgspec.structs import fields, replace

from busyhour.adapters.memory.store import MemoryStore
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.pictures import PbxPicture
from busyhour.sim.callers import CallersPbx
from busyhour.sim.inbound import InboundMixedWorld
from busyhour.sim.partitions import MixedWorld
from busyhour.sim.pbx import SimPbx
from busyhour.sim.plan import Plan, Result
from busyhour.sim.series import plan_of, seldom_collected, silence
from busyhour.sim.world import World

T = TypeVar("T", bound=Struct)

CONTACTS = 40
ALL_FAULTS = tuple("ABCDEFG")
INBOUND_SEED = 4
PLAIN = plan_of(3, (), CONTACTS)
MEASURED_S = 0.03
"""So far is what the adapter measures from the truth, at most."""


def stamped(fact: T, by_s: float) -> T:
    """All times of this fact, by the other clock. Which they are is told by their names, not by the product's list."""
    names = [field.name for field in fields(fact) if field.name.endswith("utc_s")]
    return replace(fact, **{name: at_s + by_s for name in names if (at_s := getattr(fact, name))})


class WrongClock:
    """Of a simulated PBX."""

    ahead_s = 0.0
    error = Random(4)

    def act(self, command: c.Act, *, late: bool = False) -> e.Event | None:
        fact: e.Event | None = super().act(command, late=late)  # type: ignore[misc]
        return None if fact is None else stamped(fact, self.ahead_s)

    def picture(self, tenant: int, about: Sequence[str]) -> PbxPicture:
        true: PbxPicture = super().picture(tenant, about)  # type: ignore[misc]
        return replace(
            true,
            channels=tuple(stamped(channel, self.ahead_s) for channel in true.channels),
            histories=tuple(stamped(history, self.ahead_s) for history in true.histories),
            ahead_s=self.measured_s(),
        )

    def missed(self, tenant: int, since_utc_s: float) -> tuple[MissedCaller, ...]:
        found: tuple[MissedCaller, ...] = super().missed(tenant, since_utc_s - self.ahead_s)  # type: ignore[misc]
        return tuple(stamped(one, self.ahead_s) for one in found)

    def measured_s(self) -> float:
        return self.ahead_s + self.error.uniform(-MEASURED_S, MEASURED_S) if self.ahead_s else 0.0


class WrongPbx(WrongClock, SimPbx):
    pass


class WrongCallersPbx(WrongClock, CallersPbx):
    pass


class Apart(World):
    """A world whose PBX stands somewhere else, with a clock of its own."""

    ahead_s = 0.0

    def make_pbx(self) -> SimPbx:
        kind = WrongCallersPbx if isinstance(self, InboundMixedWorld) else WrongPbx
        pbx = kind(Random(self.plan.seed + 1), self.utc)
        pbx.ahead_s = self.ahead_s
        return pbx

    def _hear(self, tenant: int, event: e.Event) -> None:
        super()._hear(tenant, stamped(event, self.ahead_s))


class ApartMixed(Apart, MixedWorld):
    pass


class ApartInbound(Apart, InboundMixedWorld):
    pass


def play(plan: Plan, *, pbx_s: float = 0.0, store_s: float = 0.0) -> Result:
    def store_of(clock: Callable[[], float]) -> MemoryStore:
        return MemoryStore(clock=lambda: clock() + store_s)

    silence()
    with seldom_collected():
        world = (ApartInbound if plan.inbound else ApartMixed)(plan, store_of)
        world.ahead_s = world.pbx.ahead_s = pbx_s  # type: ignore[attr-defined]
        result = world.run()
        world.clear()
    return result


@pytest.fixture(scope="module")
def together() -> Result:
    return play(PLAIN)


@pytest.mark.covers("I18", "I30")
@pytest.mark.parametrize(("pbx_s", "store_s"), [(0.5, 0.0), (-5.0, 0.0), (120.0, 120.0), (-120.0, 120.0)])
def test_calls_come_to_the_same_though_the_pbx_and_the_store_have_other_clocks(
    pbx_s: float, store_s: float, together: Result
) -> None:
    """Without faults, but for what a few hundredths of a second change. A PBX that was five seconds behind left nobody
    with an agent: who answered had waited for too long by its clock."""
    apart = play(PLAIN, pbx_s=pbx_s, store_s=store_s)
    assert apart.violation is None
    assert together.outcomes["HANDLED"] > 10
    for outcome in ("HANDLED", "ABANDONED", "NO_ANSWER", "CONGESTION"):
        assert apart.outcomes.get(outcome, 0) == pytest.approx(together.outcomes.get(outcome, 0), abs=4), outcome


@pytest.mark.parametrize(("seed", "pbx_s"), [(2, 120.0), (INBOUND_SEED, -120.0)])
def test_all_kinds_of_faults_break_nothing_with_a_pbx_whose_clock_is_off_by_minutes(seed: int, pbx_s: float) -> None:
    plan = plan_of(seed, ALL_FAULTS, CONTACTS)
    assert plan.inbound is (seed == INBOUND_SEED)
    result = play(plan, pbx_s=pbx_s, store_s=120.0)
    assert result.violation is None, "\n".join(result.history[-20:])
