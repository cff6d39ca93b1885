"""Callers who come when they come: an open loop. Nobody waits with calling until somebody else was served.

All of them stand ready in one SIPp process from its start, each with a moment of their own from a file, so that neither
the product's answers nor a limit of calls at once change when the next one calls.
"""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from busyhour.sim.sipp.callers import Callers

READY_S: Final = 2.0  # SIPp needs so long, at the most, until all stand ready
MOMENTS: Final = "moments.csv"
BEGIN: Final = '<scenario name="caller">'
STAND_READY: Final = """
<nop><action>
  <assignstr assign_to="moment" value="[field0]"/>
  <todouble assign_to="moment_ms" variable="moment"/>
</action></nop>
<pause variable="moment_ms"/>
"""


def moments(per_s: float, for_s: float, dice: Random) -> list[float]:
    """When callers come who know nothing of each other: exponential gaps. Seconds from the begin, in order."""
    found: list[float] = []
    at_s = dice.expovariate(per_s)
    while at_s < for_s:
        found.append(at_s)
        at_s += dice.expovariate(per_s)
    return found


class Arrivals(Callers):
    """`with` they come at these moments, counted from `READY_S` after the start."""

    def __init__(self, folder: Path, moments_s: Sequence[float], **more: Any) -> None:
        super().__init__(folder, calls=len(moments_s), **more)
        self.moments_s = moments_s
        self._folder = folder
        assert BEGIN in self._scenario
        self._scenario = self._scenario.replace(BEGIN, BEGIN + STAND_READY, 1)

    def start(self) -> "Arrivals":
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{(READY_S + moment_s) * 1000:.0f};" for moment_s in self.moments_s]
        (self._folder / MOMENTS).write_text("\n".join(["SEQUENTIAL", *lines, ""]))
        super().start()
        return self

    def _command(self) -> list[str]:
        return [*super()._command(), "-inf", MOMENTS]
