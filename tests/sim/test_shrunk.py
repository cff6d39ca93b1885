"""Small worlds that showed a fault once, each day: the product must pass them, and they still show it.

`tools/shrunk.py` makes one for each planted fault that a bent world finds; `simulate --save` writes others.
"""

from pathlib import Path

import msgspec
import pytest

from busyhour.bench.simulation import make_store
from busyhour.sim.plan import Plan
from busyhour.sim.series import run_world
from tools.planted_faults import PLANTED
from tools.shrunk import FOLDER, file_of, shown

PLANS = sorted(FOLDER.glob("*.json"))
EACH_DAY = ("no fence", "hours by the server's clock", "counters drift")
"""Planted again here; `python tools/shrunk.py --again` plants all of them."""


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.stem)
def test_the_product_passes(file: Path) -> None:
    result = run_world(msgspec.json.decode(file.read_bytes(), type=Plan), make_store)
    assert result.violation is None
    assert result.calls


def test_each_of_a_planted_fault_is_there_by_its_name() -> None:
    names = {file_of(fault).name for fault in PLANTED}
    assert {file.name for file in PLANS if not file.name.startswith("seed-")} <= names
    assert len(names) == len(PLANTED)


@pytest.mark.parametrize("why", EACH_DAY)
def test_its_fault_shows_when_it_is_planted_again(why: str) -> None:
    [fault] = [fault for fault in PLANTED if fault.why == why]
    assert shown(fault)
