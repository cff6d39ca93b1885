"""The rows of the store in memory."""

from copy import deepcopy
from dataclasses import fields

from busyhour.adapters.memory.callers import CallerRows
from busyhour.adapters.memory.rows import Rows, Run
from busyhour.core.model.values import Outcome


def test_what_is_written_later_is_not_in_a_copy() -> None:
    """A standby that falls behind is such a copy; rows that change are its own, values that do not are shared."""
    rows = Rows(runs={1: Run(1, 1, 0.0)})
    member = rows.add_member(1, "+390212345")
    copied, before = rows.copy(), deepcopy(rows)
    assert copied == rows

    member.count(Outcome.BUSY)
    rows.take(rows.runs[1], 1, 10.0)
    rows.item(1, member)
    rows.wait(member, 20.0)
    rows.add_member(1, "+390212346")
    rows.dnc["+390212345"] = 1.0
    rows.answered.setdefault(1, [])
    assert copied == before
    assert copied != rows


def test_callers_of_later_are_not_in_a_copy() -> None:
    rows = Rows()
    copied = rows.copy()
    for field in fields(CallerRows):
        table = getattr(rows.inbound, field.name)
        if isinstance(table, dict):
            table["later"] = "a row"
    assert copied.inbound == CallerRows()
    assert rows.copy().inbound == rows.inbound
