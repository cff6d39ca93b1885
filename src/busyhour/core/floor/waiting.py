"""Answered calls of one run that wait for an agent, in line: who is next is known without a search."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from busyhour.core.acd.choice import CallPlace, call_place


@dataclass(slots=True)
class WaitingCalls:
    line: list[CallPlace] = field(default_factory=list)  # those who may be given to an agent
    _places: dict[str, CallPlace] = field(default_factory=dict)  # all of them, in the order in which they came

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def add(self, call: str, answered_utc_s: float) -> None:
        place = self._places[call] = call_place(answered_utc_s, call)
        insort(self.line, place)

    def remove(self, call: str) -> None:
        place = self._places.pop(call)
        at = bisect_left(self.line, place)
        if at < len(self.line) and self.line[at] == place:
            del self.line[at]

    def step_out(self, call: str) -> None:
        """It goes on waiting, but not for an agent: it is being hung up."""
        at = bisect_left(self.line, self._places[call])
        del self.line[at]
