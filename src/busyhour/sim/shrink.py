"""A failing history made small: fewest kinds of faults, then fewest contacts, then a short stretch of the faults, and
of that stretch the fewest.

Each step keeps a smaller plan only when it still fails, by whatever invariant: one fault of ours often breaks several.
But what broke an invariant is not the same as what ended a task.
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from busyhour.sim.faults import STORMS, Weather
from busyhour.sim.plan import Plan, Result
from busyhour.sim.series import MakeStore, run_world

TRIES_MAX = 200

INVARIANT = re.compile(r"I\d+:")


class Shrinker:
    def __init__(self, plan: Plan, result: Result, make_store: MakeStore, say: Callable[[str], None]) -> None:
        self.plan, self.result = plan, result
        self._make_store, self._say, self._tries = make_store, say, 0

    def shrink(self) -> None:
        """`plan` and `result` become the smallest failing ones found."""
        self._all_of(self._with_fewer_kinds)
        self._all_of(self._with_fewer_contacts)
        self._stretch()
        self._thin()

    def _all_of(self, smaller: Callable[[], Iterator[Plan]]) -> None:
        while any(self._fails(plan) for plan in smaller()):
            pass

    def _fails(self, plan: Plan) -> bool:
        if self._tries >= TRIES_MAX:
            return False
        self._tries += 1
        result = run_world(plan, self._make_store)
        if result.violation is None or _is_invariant(result) != _is_invariant(self.result):
            return False
        self.plan, self.result = plan, result
        self._say(f"{result.calls} calls, {result.faults} faults: {result.violation}")
        return True

    def _with_fewer_kinds(self) -> Iterator[Plan]:
        calm, weather = msgspec.structs.asdict(Weather.calm()), msgspec.structs.asdict(self.plan.weather)
        for names in STORMS.values():
            changed = {name: calm[name] for name in names}
            if any(weather[name] != calm[name] for name in names):
                yield msgspec.structs.replace(self.plan, weather=Weather(**{**weather, **changed}))

    def _with_fewer_contacts(self) -> Iterator[Plan]:
        for calls in (self.plan.calls // 10, self.plan.calls // 2):
            if calls >= 2:
                yield msgspec.structs.replace(self.plan, calls=calls)
        if self.plan.tenants > 1:
            yield msgspec.structs.replace(self.plan, tenants=1)
        if self.plan.agents > 1:
            yield msgspec.structs.replace(self.plan, agents=self.plan.agents // 2)

    def _stretch(self) -> None:
        """Leave out the faults after the last that is needed, then those before the first."""
        low, high = 0, self.result.faults_called
        while low < high:
            middle = (low + high) // 2
            if self._fails(msgspec.structs.replace(self.plan, faults_last=middle)):
                high = middle
            else:
                low = middle + 1
        low, high = 0, self.plan.faults_last or 0
        while low < high:
            middle = (low + high + 1) // 2
            if self._fails(msgspec.structs.replace(self.plan, faults_first=middle)):
                low = middle
            else:
                high = middle - 1

    def _thin(self) -> None:
        """Leave out half of what is left, then quarters, and so on, down to single faults, wherever it still fails."""
        last = self.plan.faults_last if self.plan.faults_last is not None else self.result.faults_called
        left = list(range(self.plan.faults_first + 1, last + 1))
        size = len(left) // 2
        while size >= 1:
            for begin in range(0, len(left), size):
                without = (*self.plan.faults_out, *left[begin : begin + size])
                if left[begin] not in self.plan.faults_out:
                    self._fails(msgspec.structs.replace(self.plan, faults_out=without))
            left = [number for number in left if number not in self.plan.faults_out]
            size //= 2


def _is_invariant(result: Result) -> bool:
    return INVARIANT.match(result.violation or "") is not None
