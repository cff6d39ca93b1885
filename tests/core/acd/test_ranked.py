"""The order in blocks says what a sorted list says (I42)."""

from random import Random

import pytest

from busyhour.core.acd.bits import add_up, bits_of, set_of, with_count, with_most
from busyhour.core.acd.ranked import BLOCK_MAX, Ranked


@pytest.mark.covers("I42")
@pytest.mark.parametrize("seed", range(6))
def test_first_of_a_set_is_what_a_sorted_list_says(seed: int) -> None:
    dice, ranked, known = Random(seed), Ranked[tuple[float, int]](), dict[int, tuple[float, int]]()
    growing = True
    for n in range(1_500):
        growing = not (known and (len(known) > 4 * BLOCK_MAX or (not growing and len(known) > 20)))
        if growing or dice.random() < 0.3:
            bit = next(b for b in iter(lambda: dice.randrange(2_000), None) if b not in known)
            known[bit] = (float(dice.randrange(50)), bit)
            ranked.add(bit, known[bit])
        else:
            bit = dice.choice(list(known)) if dice.random() < 0.5 else min(known, key=known.__getitem__)
            ranked.remove(bit)
            del known[bit]
        if n % 50 == 0:
            in_order = sorted(known, key=known.__getitem__)
            wanted = dice.getrandbits(2_000) & dice.getrandbits(2_000) & dice.getrandbits(2_000)
            assert list(ranked) == in_order
            assert list(ranked.each(wanted)) == [bit for bit in in_order if wanted >> bit & 1]
            assert ranked.first(wanted) == next((bit for bit in in_order if wanted >> bit & 1), None)
            assert ranked.mask == set_of(known)


def test_counts_side_by_side_are_counts() -> None:
    dice, counts, digits = Random(1), [0] * 64, list[int]()
    everybody = set_of(range(64))
    for _ in range(9):
        those = dice.getrandbits(64)
        add_up(digits, those)
        for bit in bits_of(those):
            counts[bit] += 1
    for count in range(12):
        assert list(bits_of(with_count(digits, count, everybody))) == [b for b in range(64) if counts[b] == count]
    assert list(bits_of(with_most(digits, everybody))) == [b for b in range(64) if counts[b] == max(counts)]
