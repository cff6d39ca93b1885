"""The planted faults of `tools/mutants.py` can be planted; that each is found is shown by `make mutants`."""

from collections import Counter
from pathlib import Path

import pytest

from tools.planted_faults import PLANTED, Fault

SOURCE = Path(__file__).resolve().parents[2] / "src" / "busyhour"


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.why)
def test_its_place_is_there_once(fault: Fault) -> None:
    for edit in fault.edits:
        assert (SOURCE / edit.file).read_text().count(edit.old) == 1
        assert edit.old != edit.new


def test_there_are_enough_and_each_has_its_own_reason() -> None:
    assert len(PLANTED) >= 50
    assert max(Counter(fault.why for fault in PLANTED).values()) == 1
