"""What is packed comes out the same, whatever is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busyhour.service import records as r
from busyhour.service.packed import COLUMNS, packed

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ZONES = st.lists(st.sampled_from(["Europe/Rome", "America/New_York", "UTC"]), max_size=3).map(tuple)
POINTS = st.lists(st.tuples(st.integers(1, 10**15).map(lambda n: f"+{n}"), ZONES), min_size=1, max_size=4)


@st.composite
def contacts(draw: st.DrawFn) -> r.NewContact:
    points = draw(POINTS)
    return r.NewContact(
        name=draw(TEXT),
        numbers=tuple(number for number, _ in points),
        zones=tuple(zones for _, zones in points),
        attributes=draw(st.dictionaries(TEXT, TEXT, max_size=3)),
        time_zone=draw(st.none() | st.just("Europe/Rome")),
        schedule_utc_s=draw(st.none() | st.floats(0, 1e10)),
        schedule_extension=draw(st.none() | st.just("1101")),
    )


@given(st.lists(contacts(), max_size=5))
def test_what_is_packed_comes_out_the_same(wanted: list[r.NewContact]) -> None:
    made = packed(wanted)
    assert list(made) == wanted
    assert (len(made), made.numbers) == (len(wanted), sum(len(one.numbers) for one in wanted))
    lines = made.text.decode().split("\n")[:-1]
    assert [line.count("\t") for line in lines] == [len(COLUMNS) - 1] * len(wanted)
    assert packed(made) is made


def test_one_of_them_can_be_looked_at() -> None:
    made = packed([r.NewContact(name=name, numbers=("+1",), zones=((),), attributes={}) for name in "ab"])
    assert (made[1].name, [one.name for one in made[:1]]) == ("b", ["a"])
    with pytest.raises(IndexError):
        made[2]
