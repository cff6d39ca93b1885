"""One person who calls us."""

from busyhour.sim.sipp.callers import Callers as SippCaller

__all__ = ["SippCaller"]
