"""Gives each peer the best setting for each cell, on seeds of its own: most utilisation with at most 3 % abandoned.

What was found stands in `tuned.json` beside this file, so that a run need not look again; what is missing there is
looked for.
"""

from collections.abc import Sequence
from contextlib import suppress
from math import exp, log
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import msgspec

from busyhour.bench.pacing.cells import run_cell
from busyhour.bench.pacing.peers_vicidial import Setting
from busyhour.bench.pacing.roster import CHOICES, DIALS, Setter
from busyhour.bench.pacing.scenarios import STATIC, Cell

SEEDS = (101, 102)
ALLOWED, AIM, NEAR = 0.03, 0.0292, 0.0006
QUICK_ROUNDS, ROUNDS = 6, 5  # of turning a dial: in short runs to find the place, then in full
SLOPE = 2.0  # of abandonment over the setting, both as logarithms, until two full runs say better
STEP_LEAST, STEP_MOST = 0.01, 0.4  # of the logarithm of the setting
UNUSED, BEYOND = 0.002, (0.03, 0.06, 0.1)  # a step that leaves so much unused is looked over
QUICK_BEST = 4  # of many settings, tried shortly first, so many are then tried in full
STORED = Path(__file__).with_name("tuned.json")

Tuned = dict[str, dict[str, float | Setting]]


def stored() -> Tuned:
    return msgspec.json.decode(STORED.read_bytes(), type=Tuned) if STORED.exists() else {}


def store(name: str, key: str, setting: Setter) -> None:
    """Beside what another process may have found meanwhile."""
    tuned = stored()
    tuned.setdefault(name, {})[key] = setting
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


class _Try(NamedTuple):
    at: float  # logarithm of the setting
    utilisation: float
    abandonment: float


def _turn(name: str, n: int, p: float) -> Setter:
    """What is abandoned grows with the setting, though in steps where agents are few; above a step it may fall a little
    again."""
    tries: list[_Try] = []
    at = _place(name, n, p)
    for _ in range(ROUNDS):
        tries.append(_Try(at, *_tried(name, n, p, exp(at))))
        if abs(tries[-1].abandonment - AIM) < NEAR and tries[-1].abandonment <= ALLOWED:
            break
        at = _next(tries)
    if _best(tries).abandonment < AIM - UNUSED:
        above = min([one.at for one in tries if one.abandonment > AIM], default=tries[-1].at)
        tries += [_Try(above + more, *_tried(name, n, p, exp(above + more))) for more in BEYOND]
    return round(exp(_best(tries).at), 5)


def _best(tries: Sequence[_Try]) -> _Try:
    return max(tries, key=lambda one: _rank((one.utilisation, one.abandonment), ALLOWED))


def _place(name: str, n: int, p: float) -> float:
    """About where the best is: halved again and again, in short runs."""
    low, high = log(DIALS[name].low), log(DIALS[name].high)
    for _ in range(QUICK_ROUNDS):
        middle = (low + high) / 2
        if _tried(name, n, p, exp(middle), seeds=SEEDS, quick=True)[1] > AIM:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _next(tries: Sequence[_Try]) -> float:
    """Along the line through the nearest on each side of the aim, or from the last by the usual slope."""
    below = max((one for one in tries if one.abandonment <= AIM), default=None)
    above = min((one for one in tries if one.abandonment > AIM), default=None)
    if below is None or above is None:
        last = tries[-1]
        step = (log(AIM) - log(max(last.abandonment, 1e-4))) / SLOPE
        size = min(max(abs(step), STEP_LEAST), STEP_MOST)
        return last.at + (size if step > 0 else -size)
    part = (AIM - below.abandonment) / (above.abandonment - below.abandonment)
    return below.at + min(max(part, 0.1), 0.9) * (above.at - below.at)


def _choose(name: str, n: int, p: float) -> Setter:
    def in_full(setting: Setter) -> tuple[float, float]:
        return _tried(name, n, p, setting)

    settings = list(CHOICES[name].settings)
    if len(settings) > 2 * QUICK_BEST:
        shortly = {at: _tried(name, n, p, setting, seeds=SEEDS[:1], quick=True) for at, setting in enumerate(settings)}
        # A short run may be a little above the limit by chance.
        order = sorted(shortly, key=lambda at: _rank(shortly[at], ALLOWED + 0.003), reverse=True)
        settings = [settings[at] for at in order[:QUICK_BEST]]
    return max(settings, key=lambda setting: _rank(in_full(setting), ALLOWED))


def _rank(found: tuple[float, float], allowed: float) -> float:
    utilisation, abandonment = found
    return utilisation if abandonment <= allowed else -abandonment


def _tried(
    name: str, n: int, p: float, setting: Setter, *, seeds: Sequence[int] = SEEDS, quick: bool = False
) -> tuple[float, float]:
    runs = [run_cell(name, Cell(scenario=STATIC, n=n, p=p, seed=seed, quick=quick), setting) for seed in seeds]
    return fmean(run.utilisation for run in runs), fmean(run.abandonment for run in runs)
