"""Our method beside each of the others, seed by seed: the same people are on the list of a seed, whoever calls them."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

from busyhour.bench.pacing.cells import Result
from busyhour.bench.pacing.roster import LINES, OPTIMUM, OURS

# Student's t for a two-sided interval of 95 %, by degrees of freedom.
T95 = (0.0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)


def interval(values: Sequence[float]) -> float:
    """Half the width of the 95 % interval of the mean."""
    if len(values) < 2:
        return 0.0
    t = T95[min(len(values) - 1, len(T95) - 1)]
    return t * stdev(values) / sqrt(len(values))


def paired(results: Sequence[Result]) -> list[dict[str, object]]:
    """For each cell and other method: by how much ours is ahead in utilisation. Won: the whole interval is above 0,
    which takes two seeds at least. What the other abandoned at most says whether it kept to the law."""
    ours = {(r.n, r.p, r.seed): r.utilisation for r in results if r.method == OURS[0]}
    others: dict[tuple[int, float, str], list[Result]] = {}
    for r in results:
        if r.method not in (*OURS, LINES, OPTIMUM) and (r.n, r.p, r.seed) in ours:
            others.setdefault((r.n, r.p, r.method), []).append(r)
    return [
        {"n": n, "p": p, "method": method}
        | _difference([ours[n, p, run.seed] - run.utilisation for run in runs])
        | {"abandonment_most": max(run.abandonment for run in runs)}
        for (n, p, method), runs in others.items()
    ]


def _difference(ahead: Sequence[float]) -> dict[str, object]:
    mean, half = fmean(ahead), interval(ahead)
    return {
        "seeds": len(ahead),
        "ahead": round(mean, 5),
        "ahead_ci95": round(half, 5),
        "ahead_least": round(min(ahead), 5),
        "won": len(ahead) > 1 and mean - half > 0.0,
    }


def cells_won(differences: Sequence[dict[str, object]]) -> tuple[int, int]:
    """(those where ours is ahead of each other method, all where there is another)."""
    cells = {(row["n"], row["p"]) for row in differences}
    lost = {(row["n"], row["p"]) for row in differences if not row["won"]}
    return len(cells) - len(lost), len(cells)
