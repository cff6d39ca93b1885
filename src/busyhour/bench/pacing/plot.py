"""Draws the summary of a run as SVG: a panel for each chance of an answer, utilisation over agents, a line a method.

By hand, for it is little, and a plotting library would be the largest part of the product.
"""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log
from pathlib import Path
from typing import Any

from busyhour.service.errors import Invalid

PANEL_W, PANEL_H, MARGIN, HEAD = 460, 340, 54, 40
LEGEND_W = 190
# Told apart without color too: each method has its own dashes.
INKS = (
    "#00308f",
    "#d4351c",
    "#00703c",
    "#b58840",
    "#7d2d8f",
    "#0b7a75",
    "#505a5f",
    "#d53880",
    "#85994b",
    "#5694ca",
    "#f47738",
    "#2b8cc4",
    "#4c2c17",
)
DASHES = ("", "6 3", "2 3", "8 3 2 3", "12 4", "4 4", "1 4", "10 2 2 2", "3 6", "14 3 3 3", "5 5 1 5", "18 2", "2 6")

OURS = "model"  # comes first, and stands out

Row = Mapping[str, Any]


def check_name(file: Path) -> None:
    """Before hours of work, not after them."""
    if file.suffix.lower() != ".svg":
        raise Invalid(f"{file} cannot be drawn: plots are SVG. Give a name that ends with .svg.", field="plot")
    if not file.parent.is_dir():
        raise Invalid(f"There is no folder {file.parent}. Make it, or give another place for the plot.", field="plot")


def draw(summary: Sequence[Row], file: Path) -> None:
    chances = sorted({row["p"] for row in summary})
    methods = sorted({row["method"] for row in summary}, key=lambda name: (not name.startswith(OURS), name))
    columns = 2 if len(chances) > 1 else 1
    rows = ceil(len(chances) / columns)
    width, height = columns * PANEL_W + LEGEND_W, rows * PANEL_H + HEAD
    name_space = "http://www.w3.org/2000/svg"
    parts = [
        f'<svg xmlns="{name_space}" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        '<text x="16" y="24" font-size="16">Agent utilisation by agents (mean over seeds, 95 % interval)</text>',
    ]
    for at, p in enumerate(chances):
        x, y = (at % columns) * PANEL_W, HEAD + (at // columns) * PANEL_H
        parts += _panel(x, y, p, [row for row in summary if row["p"] == p], methods, _scale(summary))
    parts += _legend(columns * PANEL_W + 8, HEAD + 20, methods)
    file.write_text("\n".join([*parts, "</svg>", ""]))


class _Axes:
    """From figures to places within a panel."""

    def __init__(self, x: float, y: float, agents: Sequence[int], low: float) -> None:
        self.left, self.top = x + MARGIN, y + 24
        self.width, self.height = PANEL_W - MARGIN - 20, PANEL_H - 24 - 44
        self._first, self._last, self._low = log(min(agents)), log(max(agents)), low

    def x(self, agents: int) -> float:
        span = self._last - self._first
        return self.left + self.width * ((log(agents) - self._first) / span if span else 0.5)

    def y(self, utilisation: float) -> float:
        part = (utilisation - self._low) / (1.0 - self._low)
        return self.top + self.height * (1.0 - max(0.0, part))


def _scale(summary: Sequence[Row]) -> float:
    least: float = min(row["utilisation"] for row in summary)
    return max(0.0, floor(least * 10 - 0.2) / 10)


def _panel(x: float, y: float, p: float, rows: Sequence[Row], methods: Sequence[str], low: float) -> list[str]:
    agents = sorted({row["n"] for row in rows})
    axes = _Axes(x, y, agents, low)
    parts = [f'<text x="{axes.left}" y="{axes.top - 8}">answered by a person: {100 * p:g} %</text>']
    for tenth in range(round(low * 10), 11):
        level = axes.y(tenth / 10)
        parts.append(_line(axes.left, level, axes.left + axes.width, level, "#ddd"))
        parts.append(f'<text x="{axes.left - 8}" y="{level + 4:.1f}" text-anchor="end">{tenth * 10}</text>')
    for n in agents:
        parts.append(_line(axes.x(n), axes.top, axes.x(n), axes.top + axes.height, "#eee"))
        parts.append(f'<text x="{axes.x(n):.1f}" y="{axes.top + axes.height + 18}" text-anchor="middle">{n}</text>')
    for at, method in enumerate(methods):
        parts += _curve(axes, [row for row in rows if row["method"] == method], at)
    return parts


def _curve(axes: _Axes, rows: Sequence[Row], at: int) -> list[str]:
    ink, dash = INKS[at % len(INKS)], DASHES[at % len(DASHES)]
    points = [(axes.x(row["n"]), row) for row in sorted(rows, key=lambda row: row["n"])]
    path = " ".join(f"{x:.1f},{axes.y(row['utilisation']):.1f}" for x, row in points)
    drawn = f'stroke="{ink}" stroke-width="{3 if at == 0 else 2}" stroke-dasharray="{dash}"'
    parts = [f'<polyline points="{path}" fill="none" {drawn}/>']
    for x, row in points:
        half = row["utilisation_ci95"]
        parts.append(_line(x, axes.y(row["utilisation"] - half), x, axes.y(row["utilisation"] + half), ink))
        parts.append(f'<circle cx="{x:.1f}" cy="{axes.y(row["utilisation"]):.1f}" r="3" fill="{ink}"/>')
    return parts


def _legend(x: float, y: float, methods: Sequence[str]) -> list[str]:
    parts = []
    for at, method in enumerate(methods):
        level = y + 20 * at
        dash = DASHES[at % len(DASHES)]
        parts.append(_line(x, level - 4, x + 34, level - 4, INKS[at % len(INKS)], dash))
        parts.append(f'<text x="{x + 42}" y="{level}">{escape(method)}</text>')
    return parts


def _line(x1: float, y1: float, x2: float, y2: float, ink: str, dash: str = "") -> str:
    place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {place} stroke="{ink}" stroke-width="1.5" stroke-dasharray="{dash}"/>'
