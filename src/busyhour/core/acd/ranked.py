"""Things in order, of which the first is asked for that is also in some set: quickly, though there are thousands.

Each thing has a number, its *bit*; a set of things is an integer with their bits. The order is kept in blocks, each
with the set of those in it, so a whole block is passed over by one `&`. To add, remove and find costs no more for
10,000 than some dozen steps (the issue's bound of a decision), whoever is in the set.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from busyhour.core.acd.bits import set_of

BLOCK_MAX: Final = 128  # things in a block: as long as there are blocks, for 10,000 or so

Key = TypeVar("Key", bound=tuple[Any, ...])  # any that compare with each other, and are different for each thing


@dataclass(slots=True)
class _Block(Generic[Key]):
    keys: list[Key]
    bits: list[int]  # of the keys, in the same order
    mask: int


@dataclass(slots=True)
class Ranked(Generic[Key]):
    mask: int = 0  # all that are in it
    _keys: dict[int, Key] = field(default_factory=dict)
    _blocks: list[_Block[Key]] = field(default_factory=list)
    _lasts: list[Key] = field(default_factory=list)  # the last key of each block

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[int]:
        """All bits, in order."""
        for block in self._blocks:
            yield from block.bits

    def key(self, bit: int) -> Key | None:
        return self._keys.get(bit)

    def first(self, wanted: int) -> int | None:
        """The first in order whose bit is in `wanted`."""
        if not self.mask & wanted:
            return None
        for block in self._blocks:
            hit = block.mask & wanted
            if hit:
                return next(bit for bit in block.bits if hit >> bit & 1)
        raise AssertionError("the blocks do not hold what the whole holds")

    def each(self, wanted: int) -> Iterator[int]:
        """All in order whose bit is in `wanted`."""
        for block in self._blocks:
            hit = block.mask & wanted
            if hit:
                yield from (bit for bit in block.bits if hit >> bit & 1)

    def add(self, bit: int, key: Key) -> None:
        assert bit not in self._keys, "it has a place already"
        self._keys[bit] = key
        self.mask |= 1 << bit
        if not self._blocks:
            self._blocks.append(_Block([key], [bit], 1 << bit))
            self._lasts.append(key)
            return
        at = min(bisect_left(self._lasts, key), len(self._blocks) - 1)
        block = self._blocks[at]
        place = bisect_left(block.keys, key)
        block.keys.insert(place, key)
        block.bits.insert(place, bit)
        block.mask |= 1 << bit
        self._lasts[at] = block.keys[-1]
        if len(block.keys) > BLOCK_MAX:
            self._split(at)

    def remove(self, bit: int) -> None:
        key = self._keys.pop(bit)
        self.mask ^= 1 << bit
        at = bisect_left(self._lasts, key)
        block = self._blocks[at]
        place = bisect_left(block.keys, key)
        assert block.bits[place] == bit
        del block.keys[place], block.bits[place]
        block.mask ^= 1 << bit
        if not block.keys:
            del self._blocks[at], self._lasts[at]
            return
        self._lasts[at] = block.keys[-1]
        if at + 1 < len(self._blocks) and len(block.keys) + len(self._blocks[at + 1].keys) <= BLOCK_MAX // 2:
            self._merge(at)

    def _split(self, at: int) -> None:
        block, half = self._blocks[at], BLOCK_MAX // 2
        low = _Block(block.keys[:half], block.bits[:half], set_of(block.bits[:half]))
        high = _Block(block.keys[half:], block.bits[half:], block.mask ^ low.mask)
        self._blocks[at : at + 1] = [low, high]
        self._lasts[at : at + 1] = [low.keys[-1], high.keys[-1]]

    def _merge(self, at: int) -> None:
        """With the next: blocks that others leave would else become many and nearly empty."""
        low, high = self._blocks[at], self._blocks[at + 1]
        low.keys += high.keys
        low.bits += high.bits
        low.mask |= high.mask
        del self._blocks[at + 1], self._lasts[at]
