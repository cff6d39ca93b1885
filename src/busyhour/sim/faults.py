"""What may go wrong, as plain probabilities and rates, by the groups of the fault table.

`Weather.calm()` has none. Everything is drawn from the world's own dice.
"""

from msgspec import Struct

GROUPS = ("A", "B", "C", "E", "F", "G")


class Weather(Struct, frozen=True, kw_only=True):
    """How bad the world is. Rates are per hour of virtual time and engine, probabilities per event or order."""

    # A: engines die
    kills_per_h: float = 0.0
    kill_at_point: float = 0.0  # at each commit and order, before or after it
    # B: the PBX and the way to it
    pbx_restarts_per_h: float = 0.0
    link_cuts_per_h: float = 0.0
    link_cut_s: tuple[float, float] = (0.2, 20.0)
    event_lost: float = 0.0
    event_doubled: float = 0.0
    event_late: float = 0.0
    event_late_s: float = 5.0
    reply_lost: float = 0.0
    # C: the store
    store_outages_per_h: float = 0.0
    store_outage_s: tuple[float, float] = (0.1, 15.0)
    commit_unknown: float = 0.0  # committed, and the answer is lost
    # E: two owners
    pauses_per_h: float = 0.0  # an engine stands still while another takes its shard
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


STORMS: dict[str, dict[str, object]] = {
    "A": {"kills_per_h": 120.0, "kill_at_point": 0.002},
    "B": {
        "pbx_restarts_per_h": 20.0,
        "link_cuts_per_h": 120.0,
        "event_lost": 0.02,
        "event_doubled": 0.05,
        "event_late": 0.05,
        "reply_lost": 0.02,
    },
    "C": {"store_outages_per_h": 120.0, "commit_unknown": 0.002},
    "E": {"pauses_per_h": 40.0},
    "F": {"reloads_per_h": 60.0, "vanishes_per_h": 20.0, "clicks_doubled": 0.1},
    "G": {"admin_acts_per_h": 400.0},
}
