"""Gives each peer the best setting for each cell, on seeds of its own: most utilisation with at most 3 % abandoned.

What was found stands in `tuned.json` beside this file, so that a run need not look again; what is missing there is
looked for.
"""

from collections.abc import Callable
from contextlib import suppress
from math import exp, log
from pathlib import Path
from statistics import mean

import msgspec

from busyhour.bench.pacing.cells import Result, run_cell
from busyhour.bench.pacing.peers_vicidial import Setting
from busyhour.bench.pacing.roster import CHOICES, DIALS, Setter
from busyhour.bench.pacing.scenarios import STATIC, Cell

SEEDS = (101, 102)
ALLOWED, AIM, NEAR = 0.03, 0.0292, 0.0006
ROUNDS = 9
QUICK_BEST = 4  # of many settings, tried shortly first, so many are then tried in full
STORED = Path(__file__).with_name("tuned.json")

Tuned = dict[str, dict[str, float | Setting]]


def stored() -> Tuned:
    return msgspec.json.decode(STORED.read_bytes(), type=Tuned) if STORED.exists() else {}


def store(tuned: Tuned) -> None:
    ordered = {name: dict(sorted(cells.items())) for name, cells in sorted(tuned.items())}
    with suppress(PermissionError):  # where the product is installed read-only it is found anew each time
        STORED.write_bytes(msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n")


def key_of(n: int, p: float) -> str:
    return f"{n}/{p:g}"


def tune(name: str, n: int, p: float) -> Setter:
    """In the static world, whatever the scenario: a peer's users would not tune it anew each hour."""
    if name in DIALS:
        return _turn(name, n, p)
    return _choose(name, n, p)


def _turn(name: str, n: int, p: float) -> Setter:
    low, high = log(DIALS[name].low), log(DIALS[name].high)
    best, best_utilisation = exp(low), -1.0
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        utilisation, abandonment = _tried(name, n, p, exp(middle))
        if abandonment <= ALLOWED and utilisation > best_utilisation:
            best, best_utilisation = exp(middle), utilisation
        if abs(abandonment - AIM) < NEAR and abandonment <= ALLOWED:
            break
        if abandonment > AIM:
            high = middle
        else:
            low = middle
    return round(best, 5)


def _choose(name: str, n: int, p: float) -> Setter:
    def in_full(setting: Setter) -> tuple[float, float]:
        return _tried(name, n, p, setting)

    settings = list(CHOICES[name].settings)
    if len(settings) > 2 * QUICK_BEST:
        shortly = {at: _shortly(name, n, p, setting) for at, setting in enumerate(settings)}
        # A short run may be a little above the limit by chance.
        order = sorted(shortly, key=lambda at: _rank(shortly[at], ALLOWED + 0.003), reverse=True)
        settings = [settings[at] for at in order[:QUICK_BEST]]
    return max(settings, key=lambda setting: _rank(in_full(setting), ALLOWED))


def _rank(found: tuple[float, float], allowed: float) -> float:
    utilisation, abandonment = found
    return utilisation if abandonment <= allowed else -abandonment


def _tried(name: str, n: int, p: float, setting: Setter, quick: bool = False) -> tuple[float, float]:
    seeds = SEEDS[:1] if quick else SEEDS
    runs = [run_cell(name, Cell(scenario=STATIC, n=n, p=p, seed=seed, quick=quick), setting) for seed in seeds]
    return _mean(runs, lambda run: run.utilisation), _mean(runs, lambda run: run.abandonment)


def _shortly(name: str, n: int, p: float, setting: Setter) -> tuple[float, float]:
    return _tried(name, n, p, setting, quick=True)


def _mean(runs: list[Result], of: Callable[[Result], float]) -> float:
    return mean(of(run) for run in runs)
