"""Every method by its name: how it is made, and what of it is tuned to a cell."""

from collections.abc import Callable, Sequence
from itertools import product

from msgspec import Struct

from busyhour.bench.pacing.detector import UnderDetector
from busyhour.bench.pacing.peers import Boost, Mizu, MizuByHand, Multiplier, ProportionalIntegral, Window
from busyhour.bench.pacing.peers_vicidial import Adapt, Setting, Vicidial
from busyhour.bench.pacing.scenarios import AMD_LAW, Cell
from busyhour.sim.pacing.methods import Model, Progressive
from busyhour.sim.pacing.world import Method

GUARDED = "model-guarded"  # with the guard that the floor has: at no moment above the limit
OURS = ("model", "model-no-cancel", GUARDED)
LINES = "model-lines"  # knows which numbers are likelier; in the world where they are not alike
OPTIMUM = "optimum"  # no method: the exact bound of the memoryless world

Setter = float | Setting


class Dial(Struct, frozen=True):
    """One figure, turned until abandonment is what is allowed."""

    low: float
    high: float
    make: Callable[[float], Method]


class Choice(Struct, frozen=True):
    """Settings to try, one by one."""

    settings: Sequence[Setter]
    make: Callable[[Setter], Method]


def _vicidial(adapt: Adapt) -> Choice:
    levels = (1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0, 13.0, 17.0, 24.0)
    settings = [
        Setting(level_most=level, intensity=intensity, available_only=ready)
        for level, (ready, intensity) in product(levels, ((False, 0), (True, 0), (True, -40)))
    ]

    def make(setting: Setter) -> Method:
        assert isinstance(setting, Setting)
        return Vicidial(adapt, setting)

    return Choice(settings, make)


FIXED: dict[str, Callable[[], Method]] = {
    "progressive": Progressive,
    "vici-defaults": lambda: Vicidial(Adapt.TAPERED, Setting()),
}
DIALS: dict[str, Dial] = {
    "ads": Dial(1.0, 60.0, Multiplier),
    "wombat": Dial(1.0, 60.0, Boost),
    "mizu": Dial(0.002, 0.3, Mizu),
    "mizu-by-hand": Dial(0.1, 4.0, MizuByHand),
    "unicom": Dial(0.002, 0.3, ProportionalIntegral),
    "eis": Dial(0.1, 2.0, Window),
}
CHOICES: dict[str, Choice] = {
    "vici-hard-limit": _vicidial(Adapt.HARD_LIMIT),
    "vici-average": _vicidial(Adapt.AVERAGE),
    "vici-tapered": _vicidial(Adapt.TAPERED),
}


def ours(name: str, cell: Cell) -> Model:
    if cell.scenario == AMD_LAW:
        return UnderDetector(cell.n, late_cancel=name != "model-no-cancel")
    return Model(
        cell.n,
        late_cancel=name != "model-no-cancel",
        grace_s=cell.grace_s,
        knows_lines=name == LINES,
        guarded=name == GUARDED,
    )


def is_tuned(name: str) -> bool:
    return name in DIALS or name in CHOICES


def with_setting(name: str, setting: Setter) -> Method:
    if name in DIALS:
        assert isinstance(setting, float | int)
        return DIALS[name].make(float(setting))
    return CHOICES[name].make(setting)
