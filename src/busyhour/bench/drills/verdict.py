"""What became of a load: the product's records beside the network's ledger, which is right.

A PBX that was killed sends no BYE, so the network goes on believing in its calls; for the judge they ended with it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

from busyhour.bench.judge import UNTOLD_S, judge
from busyhour.core.model.values import Outcome
from busyhour.sim.sipp.ledger import Dialog

TALK_TOLERANCE_S: Final = 1.0
DELAY_TOLERANCE_S: Final = 1.0
CUT_TOLERANCE_S: Final = 0.3  # a call that ended so shortly before the PBX was killed may have either end
UNREAD_S: Final = 2.0  # an answer that the PBX did not acknowledge and that came so shortly before its death
MESSAGE_MIN_S: Final = 6.5  # the drills' message is a little longer; callees leave sooner, or much later
SHOWN_MAX: Final = 20
KINDS: Final = (
    "lost",
    "doubled",
    "mismatches",
    "records",
    "redials",
    "orphans",
    "stuck",
    "writes_lost",
    "untrue",
    "deaths",
    "obeyed",
    "late",
)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What we broke, and how many calls were up then."""

    kind: str  # engine | recovery | pbx | database | link | standstill | upgrade | import
    at_utc_s: float
    live: int


@dataclass
class Verdict:
    """Each entry is a sentence. Anything in one of the lists is a fault."""

    calls: int = 0
    attempts: int = 0
    acknowledged: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)  # not exactly one final record
    redials: list[str] = field(default_factory=list)  # more often or sooner than the rules say
    orphans: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    writes_lost: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)  # a desk that shows what is not so
    deaths: list[str] = field(default_factory=list)  # parts that died or failed without having been killed
    obeyed: list[str] = field(default_factory=list)  # orders of an engine that was replaced
    late: list[str] = field(default_factory=list)  # a time limit was not kept

    def add(self, other: "Verdict") -> None:
        self.calls += other.calls
        self.attempts += other.attempts
        self.acknowledged += other.acknowledged
        self.outcomes = dict(Counter(self.outcomes) + Counter(other.outcomes))
        for kind in KINDS:
            getattr(self, kind).extend(getattr(other, kind))

    @property
    def faults(self) -> int:
        """Without what was only late."""
        return self.violations - len(self.late)

    @property
    def violations(self) -> int:
        return sum(len(getattr(self, kind)) for kind in KINDS)

    def as_json(self) -> dict[str, Any]:
        found = {kind: getattr(self, kind) for kind in KINDS}
        counts = {kind: len(sentences) for kind, sentences in found.items()}
        shown = [f"{kind}: {text}" for kind, sentences in found.items() for text in sentences[:SHOWN_MAX]]
        return {
            "violations": self.violations,
            **counts,
            "calls": self.calls,
            "attempts": self.attempts,
            "writes_acknowledged": self.acknowledged,
            "outcomes": self.outcomes,
            "complaints": shown,
        }


Tries = Mapping[str, tuple[int, float]]
"""Outcome: attempts at most, delay in seconds. Any other outcome is not called again."""


def verdict_of(
    dialogs: Iterable[Dialog], attempts: Sequence[Mapping[str, Any]], incidents: Iterable[Incident], *, tries: Tries
) -> Verdict:
    dialogs = cut_off(dialogs, [incident.at_utc_s for incident in incidents if incident.kind == "pbx"])
    judged = judge(dialogs, attempts, talk_tolerance_s=TALK_TOLERANCE_S)
    verdict = Verdict(calls=len(dialogs), attempts=len(attempts))
    verdict.outcomes = dict(Counter(str(attempt["outcome"]) for attempt in attempts))
    verdict.lost, verdict.doubled, verdict.mismatches = judged.lost, judged.doubled, judged.mismatches
    verdict.mismatches += overheard(dialogs, attempts)
    verdict.records = [f"{call} is told {n} times" for call, n in Counter(a["call"] for a in attempts).items() if n > 1]
    verdict.records += [f"{a['call']} is {a['state']}" for a in attempts if a["outcome"] is None]
    verdict.redials = redialed(dialogs, attempts, tries)
    return verdict


def overheard(dialogs: Iterable[Dialog], attempts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Who hung up before the message can have ended, and was told as one who heard all of it."""
    told = {attempt["number"].removeprefix("+"): attempt["outcome"] for attempt in attempts}
    return [
        f"{dialog.number} hung up after {dialog.talk_s:.1f} s, and counts as {told[dialog.number]}"
        for dialog in dialogs
        if dialog.ended_by == "callee" and dialog.talk_s is not None and dialog.talk_s < MESSAGE_MIN_S
        if told.get(dialog.number) == Outcome.IVR_COMPLETED
    ]


def cut_off(dialogs: Iterable[Dialog], cuts_s: Sequence[float]) -> list[Dialog]:
    """End what was up when the PBX was killed at that moment. What the network answered reached the PBX when its ACK
    came, also if the network read that only after the kill; an answer without its ACK never did. Of a refusal just
    before, with its ACK, it may have told nobody."""
    found = []
    for dialog in dialogs:
        reached = dialog.acked_s is not None
        least_s = 0.0 if reached else UNREAD_S
        cut_s = next((at for at in cuts_s if dialog.invited_s < at < (dialog.ended_s or at + 1) + least_s), None)
        if cut_s is None:
            refused_s = dialog.ended_s if reached and dialog.answered_s is None else None
            untold = refused_s is not None and any(0 <= at - refused_s < UNTOLD_S for at in cuts_s)
            found.append(replace(dialog, ended_by="pbx") if untold else dialog)
        elif dialog.answered_s is not None and reached:
            found.append(replace(dialog, ended_s=cut_s, ended_by="pbx"))
        else:
            found.append(replace(dialog, answered_s=None, status=None, ended_s=cut_s, ended_by="pbx"))
    return found


def redialed(dialogs: Iterable[Dialog], attempts: Iterable[Mapping[str, Any]], tries: Tries) -> list[str]:
    """Numbers dialed more often or sooner than the rules say, as the network saw it."""
    by_number: dict[str, list[Dialog]] = defaultdict(list)
    for dialog in sorted(dialogs, key=lambda d: d.invited_s):
        by_number[dialog.number].append(dialog)
    told: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for attempt in attempts:
        told[attempt["number"].removeprefix("+")].append(attempt)
    found = []
    for number, seen in by_number.items():
        for earlier, later in pairwise(seen):
            outcome = "BUSY" if earlier.status == 486 else f"status {earlier.status}"
            most, delay_s = tries.get(outcome, (1, 0.0))
            pause_s = later.invited_s - (earlier.ended_s or later.invited_s)
            if len(seen) > most or pause_s < delay_s - DELAY_TOLERANCE_S:
                known = [a["outcome"] for a in told[number]]
                found.append(f"{number}: {len(seen)} times, {pause_s:.1f} s after {outcome}; attempts {known}")
    return found
