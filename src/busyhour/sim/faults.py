"""What may go wrong, as plain probabilities and rates, by the groups of the fault table.

`Weather.calm()` has none. Everything is drawn from the world's own dice, through `Luck`, which counts the faults and
can leave out those before or after a given one: so a failing history is shrunk.
"""

from random import Random

from msgspec import Struct
from msgspec.structs import asdict

GROUPS = ("A", "B", "C", "D", "E", "F", "G")


class Weather(Struct, frozen=True, kw_only=True):
    """How bad the world is. Rates are per hour of virtual time, probabilities per event or order."""

    # A: engines die
    kills_per_h: float = 0.0
    kill_at_point: float = 0.0  # at each commit and order, before or after it
    kill_late: float = 0.0  # with an order on its way, which is carried out up to 3 s later
    kill_again: float = 0.0  # within the first second of its successor's life
    # B: the PBX and the way to it
    pbx_restarts_per_h: float = 0.0
    link_cuts_per_h: float = 0.0
    link_cut_s: tuple[float, float] = (0.2, 20.0)
    silences_per_h: float = 0.0  # half open: nothing comes, and nobody says so for a while
    swizzles_per_h: float = 0.0  # some links go down one by one, and come back in another order
    partitions_per_h: float = 0.0  # one direction, or all, once, flapping, or of several tenants in turn
    event_lost: float = 0.0
    event_doubled: float = 0.0
    event_late: float = 0.0
    event_late_s: float = 5.0
    reply_lost: float = 0.0
    picture_lost: float = 0.0  # what the PBX has is asked for in vain; not by chance yet
    # C: the store
    store_outages_per_h: float = 0.0
    store_outage_s: tuple[float, float] = (0.1, 15.0)
    commit_fails: float = 0.0  # once, nothing written
    commit_unknown: float = 0.0  # written, and the answer is lost
    failovers_per_h: float = 0.0  # a standby that is up to 5 s behind takes over; an engine may die with the old one
    # D: clocks
    clock_jumps_per_h: float = 0.0
    clock_jump_s: float = 600.0  # at most, either way
    zones: bool = False  # callees in several zones and in unknown ones, around the end of summer time
    zones_gone_per_h: float = 0.0  # a callee's zone, or a campaign's, is not known for a while
    # E: two owners
    pauses_per_h: float = 0.0  # an engine stands still; for longer than its lease, and another takes its shard
    pause_s: tuple[float, float] = (0.5, 40.0)
    # F: agents' browsers
    reloads_per_h: float = 0.0
    vanishes_per_h: float = 0.0
    clicks_doubled: float = 0.0
    # G: administrators
    admin_acts_per_h: float = 6.0

    @classmethod
    def calm(cls) -> "Weather":
        return cls()

    @classmethod
    def of(cls, groups: tuple[str, ...] = GROUPS) -> "Weather":
        """All faults of these groups."""
        chosen: dict[str, object] = {}
        for group in groups:
            chosen |= STORMS[group]
        return cls(**chosen)  # type: ignore[arg-type]

    def scaled(self, factor: float) -> "Weather":
        """The same kinds of faults, more or less often."""
        often = {
            name: value * factor
            for name, value in asdict(self).items()
            if isinstance(value, float) and not name.endswith("_s")
        }
        return Weather(**{**asdict(self), **often})


STORMS: dict[str, dict[str, object]] = {
    "A": {"kills_per_h": 120.0, "kill_at_point": 0.002, "kill_late": 0.002, "kill_again": 0.2},
    "B": {
        "pbx_restarts_per_h": 20.0,
        "link_cuts_per_h": 120.0,
        "silences_per_h": 40.0,
        "swizzles_per_h": 40.0,
        "partitions_per_h": 40.0,
        "commit_unknown": 1e-12,  # the answer of the store may be lost in a partition
        "event_lost": 0.02,
        "event_doubled": 0.05,
        "event_late": 0.05,
        "reply_lost": 0.02,
    },
    "C": {"store_outages_per_h": 120.0, "commit_fails": 0.002, "commit_unknown": 0.002, "failovers_per_h": 40.0},
    "D": {"clock_jumps_per_h": 90.0, "zones": True, "zones_gone_per_h": 60.0},
    "E": {"pauses_per_h": 180.0},
    "F": {"reloads_per_h": 60.0, "vanishes_per_h": 20.0, "clicks_doubled": 0.1},
    "G": {"admin_acts_per_h": 400.0},
}


class Luck:
    """Whether a fault strikes. Only those after `first` until `last` do, in the order in which the dice call them, and
    not those of the numbers `out`."""

    def __init__(self, dice: Random, first: int = 0, last: int | None = None, out: tuple[int, ...] = ()) -> None:
        self.called = self.struck = 0
        self.over = False  # the faults have stopped
        self._dice, self._first, self._last, self._out = dice, first, last, frozenset(out)

    def chance(self, probability: float) -> bool:
        return probability > 0 and not self.over and self._dice.random() < probability and self.strikes()

    def strikes(self) -> bool:
        if self.over:
            return False
        self.called += 1
        if self.called <= self._first or (self._last is not None and self.called > self._last):
            return False
        if self.called in self._out:
            return False
        self.struck += 1
        return True
