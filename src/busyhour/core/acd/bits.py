"""Sets as integers: thing number n is in it when bit n is set. `&`, `|` and `~` are then one step for thousands."""

from collections.abc import Iterable, Iterator


def set_of(bits: Iterable[int]) -> int:
    found = 0
    for bit in bits:
        found |= 1 << bit
    return found


def bits_of(mask: int) -> Iterator[int]:
    """The bits of a set, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def add_up(digits: list[int], those: int) -> None:
    """Count one more for each of `those`. The counts of all things are kept side by side: `digits[n]` is the set of
    things whose count has the binary digit n."""
    n = 0
    while those:
        if n == len(digits):
            digits.append(0)
        digits[n], those = digits[n] ^ those, digits[n] & those
        n += 1


def with_count(digits: list[int], count: int, of: int) -> int:
    """Those of `of` who were counted so often."""
    if count >> len(digits):
        return 0
    for n, digit in enumerate(digits):
        of &= digit if count >> n & 1 else ~digit
    return of


def with_most(digits: list[int], of: int) -> int:
    """Those of `of` who were counted most often."""
    for digit in reversed(digits):
        of = of & digit or of
    return of
