"""Figures that only grow until somebody resets them, from figures that begin anew now and then.

The live views count since midnight, or since an agent's log-in. What such a figure grew by is added here; one that has
become smaller was begun anew. Each figure is kept of each flow or agent, and of all flows together (name "").
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

NAMES_MAX: Final = 50_000  # flows and agents of which figures are kept; beyond it nothing new is counted


class Figure(StrEnum):
    ENTERED = "entered"
    DISTRIBUTED = "distributed"  # offered to an agent
    ANSWERED = "answered"  # conversations that have ended (OC-075)
    CHATS = "chats"  # of these, chats
    ABANDONED = "abandoned"  # of an agent: offers that they missed or turned away (OC-073)
    WAITS = "waits"  # of the mean wait: how many, and their sum
    WAIT_S = "wait_s"
    TALKS = "talks"  # of the mean conversation: how many, and their sum
    TALK_S = "talk_s"


ALL_FLOWS: Final = ""
OF_MEANS: Final = (Figure.WAITS, Figure.WAIT_S, Figure.TALKS, Figure.TALK_S)


class Counters:
    """Of the flows, or of the agents, of one tenant."""

    def __init__(self) -> None:
        self._seen: dict[str, Mapping[str, float]] = {}  # as last shown by the views
        self._grown: dict[str, dict[str, float]] = {}

    def note(self, name: str, shown: Mapping[str, float]) -> dict[str, float]:
        """What the views show now. Answers by how much each figure has grown; the first look says nothing."""
        before = self._seen.get(name)
        if before is None and len(self._seen) >= NAMES_MAX:
            return {}
        self._seen[name] = dict(shown)
        if before is None:
            return {}
        return {figure: grown(before.get(figure, 0.0), now) for figure, now in shown.items()}

    def add(self, name: str, by: Mapping[str, float]) -> None:
        mine = self._grown.setdefault(name, {})
        for figure, more in by.items():
            mine[figure] = mine.get(figure, 0.0) + more

    def of(self, name: str) -> dict[str, float]:
        return dict(self._grown.get(name, {}))

    def reset(self, name: str, figure: str) -> None:
        self._grown.get(name, {}).pop(figure, None)

    def reset_all(self, *, means: bool) -> None:
        """`means`: also what mean times are made of."""
        kept = () if means else OF_MEANS
        for mine in self._grown.values():
            for figure in list(mine):
                if figure not in kept:
                    del mine[figure]


def grown(before: float, now: float) -> float:
    return now - before if now >= before else now
