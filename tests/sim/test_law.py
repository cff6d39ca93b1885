"""The law's live counts in the bent world: whatever goes wrong, they are those that a recount of the records gives."""

import pytest

from busyhour.adapters.memory.compliance import reckon
from busyhour.bench.simulation import make_store
from busyhour.core.floor import pacing
from busyhour.core.life.run import ACTIVE
from busyhour.core.model.counts import NOTHING, Count, ReckoningAsk
from busyhour.sim import furniture
from busyhour.sim.faults import GROUPS, Weather
from busyhour.sim.plan import Plan, Result
from busyhour.sim.world import World


class Recounted(World):
    """Compares, when all has come to rest, each floor's counts with a recount of the store's records."""

    compared = 0
    answered = 0

    def _result(self, violation: str | None) -> Result:
        assert violation is None, violation
        for tenant, engine in self.engines.items():
            assert engine.floor is not None
            for campaign_id, ledger in engine.floor.ledgers.items():
                total = ledger.since(ledger.known_from_utc_s)
                if total is None:
                    active = (run for run in engine.floor.runs.values() if run.state in ACTIVE)
                    assert all(run.campaign.campaign_id != campaign_id for run in active), "never reckoned"
                    continue
                self.compared += 1
                ask = ReckoningAsk(campaign_id=campaign_id, until_utc_s=self.utc() + 1e6, wait_max_s=ledger.wait_max_s)
                found = reckon(self.store.tenants[tenant], ask)
                recount = sum(found.buckets.values(), start=NOTHING)
                assert total.whole == recount, f"{tenant} {campaign_id}"
                self.answered += recount.answered
        return super()._result(violation)


@pytest.mark.covers("I11")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [31, 32, 33])
def test_live_counts_are_those_of_the_records_after_all_kinds_of_faults(seed: int) -> None:
    world = Recounted(Plan(seed=seed, calls=120, weather=Weather.of(GROUPS)), make_store)
    world.run()
    assert world.compared >= 1
    assert world.answered >= 10


@pytest.mark.covers("I11")
@pytest.mark.timeout(300)
def test_a_dialer_that_goes_on_at_the_limit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tenant 2 dials predictively and tenant 3 by a ratio, and nothing is left to them from the beginning. Then the
    floor is made to overlook that."""
    monkeypatch.setattr(furniture, "COUNTED_BEFORE", Count(connected=900, abandoned=100))
    plan = Plan(seed=6, calls=400, weather=Weather.of(()))
    world = World(plan, make_store)
    assert world.run().violation is None
    assert world.checks.law.at_limit > 50, "calls were judged while nothing was left"
    monkeypatch.setattr(pacing, "careful_of", lambda _run: "")
    violation = World(plan, make_store).run().violation
    assert violation is not None
    assert violation.startswith("I11: ")
