"""What must be so of many callers and few agents in one queue, by the network's ledger and the PBX's rooms.

Nothing of the product's is believed: its records and figures are compared with what others saw.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final

from busyhour.bench.callers_seen import Leg, Seen, Stay
from busyhour.sim.sipp.ledger import Dialog

ORDER_S: Final = 0.5  # who came so much earlier, and was on the line, is never served later
IDLE_MAX_S: Final = 1.0  # an agent may be free so long while somebody waits
TALK_TOLERANCE_S: Final = 1.0


@dataclass(frozen=True)
class Heard:
    """One caller, as the network had them."""

    number: str  # digits, their own
    dialog: Dialog


@dataclass
class Judged:
    callers: int = 0
    handled: int = 0
    abandoned: int = 0
    at_once: int = 0
    waits_s: list[float] = field(default_factory=list)  # of those who were served
    idle_s_max: float = 0.0
    overtaken_s_max: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Waited:
    """One caller: from the answer to the room, or to the end."""

    number: str
    came_s: float
    left_s: float  # the line: into a room, or hung up
    served: bool


def judge_callers(
    heard: Sequence[Heard],
    rows: Sequence[Mapping[str, Any]],
    rooms: Seen,
    counts: Mapping[str, Any],
    *,
    idle_max_s: float = IDLE_MAX_S,
    slack_s: float = 0.0,
) -> Judged:
    """`heard`: all who called. `rows`: the product's records of them. `counts`: its figures of their queue. `slack_s`:
    for so long the machine stood still; no time shorter than that is held against the product."""
    stays, judged = rooms.of_number(), Judged()
    answered = [one for one in heard if one.dialog.answered_s is not None]
    judged.callers, judged.at_once = len(answered), _at_once(answered)
    judged.handled = sum(one.number in stays for one in answered)
    judged.abandoned = len(answered) - judged.handled
    judged.faults += [f"{one.number} was not answered: {one.dialog.status}" for one in heard if _refused(one.dialog)]
    judged.faults += _untrue_rows(answered, rows, stays, TALK_TOLERANCE_S + slack_s)
    judged.faults += _untrue_counts(judged, counts)
    waited = [waited_of(one, stays.get(one.number, [])) for one in answered]
    judged.waits_s = [one.left_s - one.came_s for one in waited if one.served]
    _judge_order(waited, judged, ORDER_S + slack_s)
    _judge_idle(waited, rooms, judged, idle_max_s + slack_s)
    return judged


def _refused(dialog: Dialog) -> bool:
    return dialog.answered_s is None and dialog.cancelled_s is None and dialog.ended_s is not None


def waited_of(one: Heard, stays: Sequence[Stay]) -> Waited:
    came_s, ended_s = one.dialog.answered_s or 0.0, one.dialog.ended_s or float("inf")
    first_s = min((stay.from_s for stay in stays), default=None)
    return Waited(one.number, came_s, first_s if first_s is not None else ended_s, first_s is not None)


def _at_once(answered: Sequence[Heard]) -> int:
    """How many were on the line together, at the most."""
    ends: list[float] = []
    most = 0
    for one in sorted(answered, key=lambda one: one.dialog.answered_s or 0.0):
        while ends and ends[0] <= (one.dialog.answered_s or 0.0):
            heappop(ends)
        heappush(ends, one.dialog.ended_s or float("inf"))
        most = max(most, len(ends))
    return most


def _untrue_rows(
    answered: Sequence[Heard],
    rows: Sequence[Mapping[str, Any]],
    stays: Mapping[str, Sequence[Stay]],
    tolerance_s: float,
) -> list[str]:
    """Each caller has one record, and it says what became of them."""
    by_number: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_number[row["number"].removeprefix("+")].append(row)
    faults = []
    for one in answered:
        own = by_number.pop(one.number, [])
        if len(own) != 1:
            faults.append(f"{one.number} has {len(own)} records")
            continue
        [row], want = own, "HANDLED" if one.number in stays else "ABANDONED"
        if row["outcome"] != want:
            faults.append(f"{one.number} is told as {row['outcome']}, and was {want}")
        talk_s = sum(
            (stay.until_s or one.dialog.ended_s or stay.from_s) - stay.from_s for stay in stays.get(one.number, ())
        )
        if row["talk_s"] is not None and abs(row["talk_s"] - talk_s) > tolerance_s:
            faults.append(f"{one.number} talked for {talk_s:.2f} s and is told with {row['talk_s']:.2f} s")
    faults += [f"{number} never called, and has a record" for number in by_number]
    return faults


def _untrue_counts(judged: Judged, counts: Mapping[str, Any]) -> list[str]:
    want = {"entered": judged.callers, "answered": judged.handled, "abandoned": judged.abandoned}
    return [f"{counts[name]} {name} in the figures, {n} by the ledger" for name, n in want.items() if counts[name] != n]


def _judge_order(waited: Sequence[Waited], judged: Judged, order_s: float) -> None:
    """Whoever is served came before all who wait on. `overtaken`: by how much somebody came earlier who was passed."""
    waiting: list[tuple[float, float, str]] = []  # came, left, number: those who came, in order
    coming = sorted(waited, key=lambda one: one.came_s)
    at = 0
    for served in sorted((one for one in waited if one.served), key=lambda one: one.left_s):
        while at < len(coming) and coming[at].came_s <= served.left_s:
            insort(waiting, (coming[at].came_s, coming[at].left_s, coming[at].number))
            at += 1
        waiting = [one for one in waiting if one[1] > served.left_s]
        if waiting and waiting[0][0] < served.came_s and waiting[0][1] > served.left_s + order_s:
            earlier_s = served.came_s - waiting[0][0]
            judged.overtaken_s_max = max(judged.overtaken_s_max, earlier_s)
            if earlier_s > order_s:
                judged.faults.append(
                    f"{served.number} was served before {waiting[0][2]}, who came {earlier_s:.2f} s earlier"
                )


def _judge_idle(waited: Sequence[Waited], rooms: Seen, judged: Judged, idle_max_s: float) -> None:
    """While somebody waits, no agent's room is empty for longer than `idle_max_s`."""
    by_leg: dict[str, list[Stay]] = {leg: [] for leg in rooms.legs}
    for stay in rooms.stays:
        by_leg[stay.leg].append(stay)
    for leg, stays in by_leg.items():
        for from_s, until_s in _empty(rooms.legs[leg], sorted(stays, key=lambda stay: stay.from_s)):
            idle_s = _beside_waiting_s(waited, from_s, until_s)
            judged.idle_s_max = max(judged.idle_s_max, idle_s)
            if idle_s > idle_max_s:
                judged.faults.append(f"{leg} was free for {idle_s:.2f} s while somebody waited")


def _empty(leg: Leg, stays: Sequence[Stay]) -> Iterator[tuple[float, float]]:
    """When the agent was in the room alone. A stay that nobody saw end lasts."""
    from_s = leg.from_s
    for stay in stays:
        yield from_s, stay.from_s
        if stay.until_s is None:
            return
        from_s = stay.until_s
    yield from_s, leg.until_s if leg.until_s is not None else float("inf")


def _beside_waiting_s(waited: Sequence[Waited], from_s: float, until_s: float) -> float:
    """How long in this span somebody waited through: the longest wait of one of them within it."""
    return max(
        (
            min(one.left_s, until_s) - max(one.came_s, from_s)
            for one in waited
            if one.came_s < until_s and one.left_s > from_s
        ),
        default=0.0,
    )
