"""Simulated stores that fail over and lose their newest commits (C2): engines make it good, and it shows when not."""

import pytest

from busyhour.adapters.memory.store import MemoryStore
from busyhour.service.journal import Journal
from busyhour.service.ports import Kept
from busyhour.sim.faults import Weather
from busyhour.sim.loop import WORLD, rest, the_loop
from busyhour.sim.plan import Plan, Result
from busyhour.sim.process import Process
from busyhour.sim.series import silence
from busyhour.sim.world import World


def lived(seed: int) -> tuple[World, Result]:
    silence()
    plan = Plan(seed=seed, calls=60, tenants=2, agents=4, weather=Weather(failovers_per_h=300.0))
    world = World(plan, lambda clock: MemoryStore(clock=clock))
    return world, world.run()


@pytest.mark.covers("I3", "I29", "I33")
def test_what_was_lost_is_made_good() -> None:
    lost = failovers = 0
    for seed in (1, 2, 3):
        world, result = lived(seed)
        assert result.violation is None, result.violation
        lost, failovers = lost + world.failover.lost, failovers + world.store.history
    assert failovers >= 3
    assert lost >= 20


def test_an_engine_that_gives_back_half_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Journal.kept

    def half(self: Journal, *_waiting: object) -> Kept | None:
        kept = whole(self)
        return None if kept is None else Kept(fence=kept.fence, writes=kept.writes[: len(kept.writes) // 2])

    monkeypatch.setattr(Journal, "kept", half)
    assert any(lived(seed)[1].violation is not None for seed in (1, 2, 3))


class ReplacedTwice(World):
    """An engine that was replaced wakes while the store fails over, which loses the opening of its successor. That one
    stands still, and is replaced as well."""

    async def _live(self) -> None:
        first, its_engine = self.processes[1], self.engines[1]
        await rest(2.0)
        first.frozen = True
        self.failover.happen(6.0, 2.0, ())
        await rest(1.0)
        self.start_engine(1)
        second = self.processes[1]
        await rest(4.5)
        self.owners_seen = [self.checks.owners[1] is second]
        second.frozen = True
        await rest(1.5)  # the store is away
        self.wake(first)
        await rest(3.0)
        self.first_ended = not its_engine.running
        self.owners_seen.append(self.checks.owners[1] is second)
        self.start_engine(1)
        await super()._live()


@pytest.mark.covers("I13")
def test_who_was_replaced_ends_when_it_wakes_though_the_failover_lost_its_successors_opening() -> None:
    silence()
    plan = Plan(seed=1, calls=30, tenants=1, agents=4, weather=Weather())
    world = ReplacedTwice(plan, lambda clock: MemoryStore(clock=clock))
    assert world.run().violation is None
    assert world.owners_seen == [True, True]
    assert world.first_ended


class DiesOpening(World):
    """A failover; the store is away, and records wait. They are written with the next opening, whose engine dies
    unheard; then the store fails over once more, and has lost them."""

    dying = False

    def opened(self, process: Process) -> None:
        super().opened(process)
        if self.dying:
            the_loop().call_soon(self.kill, process, context=WORLD)

    async def _live(self) -> None:
        await rest(10.0)
        self.failover.happen(0.0, 0.1, ())
        self.outages += 1
        await rest(6.0)
        known = set(self.checks.first_records)
        self.failover.happen(2.0, 0.5, ())
        self.dying = True
        self.outages -= 1
        await rest(1.0)
        self.unheard = set(self.checks.first_records) - known
        await rest(1.5)
        self.dying = False
        await super()._live()


def test_records_that_an_opening_wrote_unheard_may_be_lost() -> None:
    silence()
    plan = Plan(seed=1, calls=30, tenants=1, agents=4, weather=Weather())
    world = DiesOpening(plan, lambda clock: MemoryStore(clock=clock))
    assert world.run().violation is None
    assert world.unheard
