"""Runs that pacing does not look at anew: what it would have found."""

import pytest
from msgspec.structs import replace

from busyhour.bench.simulation import make_store
from busyhour.core.dialer.pacing import Pace
from busyhour.core.floor import pacing
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import FloorState
from busyhour.sim.faults import GROUPS
from busyhour.sim.series import plan_of, run_world

CONTACTS = 60
SKIPPED_MIN = 50


@pytest.mark.parametrize(("seed", "groups"), [(4, ()), (7, ()), (4, GROUPS)])
def test_a_run_that_is_passed_over_would_be_paced_as_before(
    monkeypatch: pytest.MonkeyPatch, seed: int, groups: tuple[str, ...]
) -> None:
    is_same = pacing.is_same
    found: list[tuple[Pace, Pace]] = []

    def judged(f: FloorState, run: RunLive) -> bool:
        same = is_same(f, run)
        if same and run.paced is not None:
            found.append((timeless(run.paced), timeless(pacing.pace_of(f, run))))
        return same

    monkeypatch.setattr(pacing, "is_same", judged)
    result = run_world(plan_of(seed, groups, CONTACTS), make_store)
    assert result.violation is None
    assert len(found) > SKIPPED_MIN
    assert [pair for pair in found if pair[0] != pair[1]] == []


def timeless(pace: Pace) -> Pace:
    return replace(pace, picture=replace(pace.picture, at_utc_s=0.0))
