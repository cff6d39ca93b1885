"""Compares the product's attempts with the telephone network's ledger. The ledger is right.

The k-th dialog with a number belongs to the k-th attempt that reached the network.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from busyhour.core.model.values import REACHED, Outcome
from busyhour.sim.sipp.ledger import Dialog, doubled

REFUSED: Final[dict[int, Outcome]] = {
    404: Outcome.INVALID_NUMBER,
    484: Outcome.INVALID_NUMBER,
    486: Outcome.BUSY,
    503: Outcome.CONGESTION,
    603: Outcome.CONGESTION,
}
NOT_SENT: Final = frozenset({Outcome.DNC, Outcome.CANCELLED, Outcome.SYSTEM_ERROR, Outcome.LOST})
"""Outcomes that an attempt may have without the network ever hearing of it. LOST is one whose request may or may not
have reached the PBX: it counts as an attempt, so that nobody is called twice."""
UNTOLD_S: Final = 0.15
"""A PBX acknowledges an answer, or a refusal, before it tells of it and writes it down. One that is killed so soon
after it may take it to its grave: nobody can know of it then."""
SHOWN_MAX: Final = 20


@dataclass
class Judgement:
    """Each entry is a sentence about one call."""

    mismatches: list[str] = field(default_factory=list)  # both know the call, and disagree
    doubled: list[str] = field(default_factory=list)  # two calls at once to one number
    lost: list[str] = field(default_factory=list)  # one side knows the call, or its record was never closed

    def add(self, other: "Judgement") -> None:
        self.mismatches += other.mismatches
        self.doubled += other.doubled
        self.lost += other.lost

    def __bool__(self) -> bool:
        """True when there is something to complain of."""
        return bool(self.mismatches or self.doubled or self.lost)

    def __str__(self) -> str:
        found = {"mismatch": self.mismatches, "doubled": self.doubled, "lost": self.lost}
        lines = [f"{kind}: {text}" for kind, texts in found.items() for text in texts[:SHOWN_MAX]]
        counts = ", ".join(f"{len(texts)} {kind}" for kind, texts in found.items())
        return "\n".join([counts, *lines])


def judge(
    dialogs: Iterable[Dialog], attempts: Iterable[Mapping[str, Any]], *, talk_tolerance_s: float = 0.5
) -> Judgement:
    """`attempts` are rows of the attempts report. Dialogs still open are compared as far as they have come."""
    dialogs = list(dialogs)
    seen: dict[str, list[Dialog]] = defaultdict(list)
    for dialog in sorted(dialogs, key=lambda d: d.invited_s):
        seen[dialog.number].append(dialog)
    told: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for attempt in sorted(attempts, key=lambda a: a["intent_utc_s"]):
        told[attempt["number"].removeprefix("+")].append(attempt)
    result = Judgement(doubled=[f"{a.number}: {a.call_id} and {b.call_id}" for a, b in doubled(dialogs)])
    for number in sorted(seen.keys() | told.keys()):
        _judge_number(number, seen[number], told[number], talk_tolerance_s, result)
    return result


def _judge_number(
    number: str, seen: Sequence[Dialog], told: Sequence[Mapping[str, Any]], talk_tolerance_s: float, result: Judgement
) -> None:
    if len(told) != len(seen):
        told = [attempt for attempt in told if attempt["outcome"] not in NOT_SENT]
    if len(told) != len(seen):
        outcomes = [attempt["outcome"] or attempt["state"] for attempt in told]
        result.lost.append(f"{number}: {len(seen)} calls on the network, attempts {outcomes}")
        return
    for dialog, attempt in zip(seen, told, strict=True):
        name = f"{number} ({attempt['call']})"
        if attempt["outcome"] is None:
            result.lost.append(f"{name}: attempt still {attempt['state']}, network said {dialog.status}")
        elif attempt["outcome"] not in outcomes_of(dialog):
            result.mismatches.append(f"{name}: {attempt['outcome']} ({attempt['cause']}), network said {dialog.status}")
        elif dialog.talk_s is not None and abs((attempt["talk_ms"] or 0) / 1000 - dialog.talk_s) > talk_tolerance_s:
            result.mismatches.append(f"{name}: talked {attempt['talk_ms']} ms, network {dialog.talk_s:.2f} s")


def outcomes_of(dialog: Dialog) -> frozenset[str]:
    """What the product may call this dialog."""
    if dialog.answered_s is not None:
        untold = dialog.ended_by == "pbx" and (dialog.talk_s or 0.0) < UNTOLD_S
        return frozenset({*REACHED, Outcome.LOST}) if untold else frozenset(REACHED)
    if dialog.ended_by == "pbx" and dialog.status is not None:  # refused, and the PBX died before it told so
        return frozenset({REFUSED[dialog.status], Outcome.LOST})
    if dialog.ended_by == "pbx":  # the PBX died with it: nobody knows what would have become of it
        return frozenset({Outcome.LOST, Outcome.NO_ANSWER, Outcome.CANCELLED})
    if dialog.status is None or dialog.status == 487:
        return frozenset({Outcome.NO_ANSWER, Outcome.CANCELLED})
    return frozenset({REFUSED[dialog.status]})
