"""The suites in small: that each counts, and passes. `busyhour simulate --suite NAME` runs them to their numbers."""

import pytest

from busyhour.bench.replay import run_replay
from busyhour.bench.simulation import make_store
from busyhour.sim import hours_oracle as oracle
from busyhour.sim.suites import SUITES, run_suite

SMALL = {"r6": 300, "r8": 40_000, "r10": 2, "r12": 3, "inbound": 60}


@pytest.mark.covers("I5", "I14", "I20", "I21", "I22", "I30", "I44")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SUITES)
def test_a_small_part_of_each_suite_passes(name: str) -> None:
    figures = run_suite(name, goal=SMALL[name], seed=1, make_store=make_store, advance=lambda done, of: None)
    assert not figures["violations"], [*figures["history"], *figures["failures"]]
    assert figures[SUITES[name][0]] >= SMALL[name]


@pytest.mark.parametrize(
    ("zone", "utc_s", "offset_s"),
    [
        ("UTC", 0.0, 0),
        ("Europe/Rome", 1_792_889_999.0, 7200),
        ("Europe/Rome", 1_792_890_000.0, 3600),
        ("Asia/Kolkata", 1_792_890_000.0, 19_800),
        ("Australia/Lord_Howe", 1_790_000_000.0, 37_800),
        ("America/New_York", 2_120_000_000.0, -18_000),
    ],
)
def test_the_oracle_knows_what_is_printed_on_walls(zone: str, utc_s: float, offset_s: int) -> None:
    assert oracle.zone_of(zone).offset_s(utc_s) == offset_s


@pytest.mark.covers("I46")
@pytest.mark.timeout(300)
def test_seeds_played_twice_have_one_history() -> None:
    figures = run_replay(seeds=2, first=1, advance=lambda done, of: None)
    assert (figures["same"], figures["violations"]) == (2, 0)
