"""The planted faults of `tools/mutants.py` can be planted, and some are hunted each day; `make mutants` hunts all."""

from collections import Counter
from pathlib import Path

import pytest

from tools.mutants import Found, confirmed, hunt
from tools.planted_faults import PLANTED, Fault

SOURCE = Path(__file__).resolve().parents[2] / "src"
EACH_DAY = {
    "no fence": "the engine stands still",
    "do-not-call from a cache": "a number is put on the do-not-call list",
    "one-way release: the agent keeps a call that was taken from them": "the agent's phone is not picked up",
}
"""Planted faults, and the scenarios in which they are hunted."""


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.why)
def test_its_place_is_there_once(fault: Fault) -> None:
    for edit in fault.edits:
        assert (SOURCE / "busyhour" / edit.file).read_text().count(edit.old) == 1
        assert edit.old != edit.new


def test_there_are_enough_and_each_has_its_own_reason() -> None:
    assert len(PLANTED) >= 50
    assert max(Counter(fault.why for fault in PLANTED).values()) == 1


def test_some_are_found_and_the_product_passes_what_found_them() -> None:
    chosen = [fault for fault in PLANTED if fault.why in EACH_DAY]
    assert len(chosen) == len(EACH_DAY)
    found = [hunt(fault, SOURCE, worlds=0, scenes=EACH_DAY[fault.why], calls_max=10) for fault in chosen]
    assert all(one.found and one.play for one in confirmed(found, SOURCE)), found


def test_what_the_product_does_not_pass_has_found_nothing() -> None:
    """A play that breaks without a planted fault, too, shows a fault of the product."""
    broken = Found("a fault", found=True, how="it was seen", calls=1, seconds=1.0, play=["a play that is not there"])
    [one] = confirmed([broken], SOURCE)
    assert not one.found
    assert "does not pass" in one.how
