"""What random worlds are made of: partitions beside all else, and agents who choose whom they call."""

from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from busyhour.adapters.memory.store import MemoryStore
from busyhour.core.model.values import Outcome
from busyhour.sim.furniture import BY_HAND, WITH_AGENT
from busyhour.sim.loop import rest
from busyhour.sim.partitions import COURSES, LINKS, WAYS, MixedWorld
from busyhour.sim.series import plan_of, silence, world_of


def make_store(utc: Callable[[], float]) -> MemoryStore:
    return MemoryStore(clock=utc)


def test_partitions_strike_beside_all_else() -> None:
    silence()
    struck: Counter[str] = Counter()
    for seed in (20, 21, 22):
        plan = plan_of(seed, ("B",), 60)
        world = world_of(replace(plan, weather=replace(plan.weather, partitions_per_h=200.0)), make_store)
        assert isinstance(world, MixedWorld)
        assert world.run().violation is None
        struck.update(word for name, times in world.partitions.items() for word in name.split() * times)
    assert all(struck[word] for word in (*LINKS, *COURSES)), struck


class BrieflyCut(MixedWorld):
    async def _live(self) -> None:
        self.away_before = self.store_away()
        await rest(0.3)
        await self._cut("store", [1], frozenset(WAYS[:3]), 0.4)
        self.away_after = self.store_away()  # an answer that was lost is waited for, though no look fell into the cut
        await super()._live()


def test_a_cut_between_two_looks_counts() -> None:
    silence()
    world = BrieflyCut(plan_of(1, (), 20), make_store)
    assert world.run().violation is None
    assert (world.away_before, world.away_after) == (False, True)


def test_agents_preview_skip_and_dial_by_hand() -> None:
    silence()
    made: Counter[str] = Counter()
    for seed in (1, 3):
        world = world_of(replace(plan_of(seed, (), 120), with_agents=True), make_store)
        assert world.run().violation is None
        for rows in world.store.tenants.values():
            made["skipped"] += len(rows.skipped)
            for attempt in rows.attempts.values():
                made["by hand"] += attempt.placed.by_hand
                made["in a list"] += attempt.placed.by_hand and attempt.placed.campaign_id != BY_HAND
                made["with an agent"] += attempt.placed.campaign_id == WITH_AGENT
                made["handled"] += (
                    attempt.placed.campaign_id == WITH_AGENT and attempt.record.outcome is Outcome.HANDLED
                )
    assert all(made[what] for what in ("skipped", "by hand", "in a list", "with an agent", "handled")), made
