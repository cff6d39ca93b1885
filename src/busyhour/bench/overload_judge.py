"""What must be so of one queue with a limit, when more callers come than its agents can serve.

Who was let in is judged as every caller is (`callers_judge.py`). Who was not must have heard busy before any answer,
must have one record that says so, and there must have been no room. Nothing of the product's is believed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

from busyhour.bench.bare_ari import percentile
from busyhour.bench.callers_judge import Heard, Judged, Waited, judge_callers, waited_of
from busyhour.bench.callers_seen import Seen

BUSY: Final = 486
HEARD_S: Final = 1.0  # so much later than the network the product may know of an end: the place is free then
TURNED_AWAY: Final = "TURNED_AWAY"


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One tenant's queue during one step, as the network, the PBX and the product had it."""

    callers: Sequence[Heard]
    rows: Sequence[Mapping[str, Any]]  # the product's records
    rooms: Seen
    counts: Mapping[str, Any]  # the queue's figures of this step
    agents: int
    waiting_max: int  # 0 = no limit
    span_s: tuple[float, float]  # in which served callers are counted for the goodput
    idle_max_s: float
    slack_s: float = 0.0  # for so long the machine stood still


@dataclass
class Overloaded:
    """What became of those who came."""

    let_in: Judged
    arrived: int = 0
    busy_ms: list[float] = field(default_factory=list)  # from the INVITE to the busy tone
    dropped: int = 0  # were answered, and hung up by the product before any agent
    waiting_most: int = 0
    served_in_span: int = 0
    faults: list[str] = field(default_factory=list)


def judge_overload(queue: Queue) -> Overloaded:
    refused = [one for one in queue.callers if one.dialog.answered_s is None]
    let_in = [one for one in queue.callers if one.dialog.answered_s is not None]
    numbers = {one.number for one in refused}
    rows_in = [row for row in queue.rows if _number(row) not in numbers]
    rows_out = [row for row in queue.rows if _number(row) in numbers]
    judged = judge_callers(
        let_in, rows_in, queue.rooms, queue.counts, idle_max_s=queue.idle_max_s, slack_s=queue.slack_s
    )
    found = Overloaded(let_in=judged, arrived=len(queue.callers), faults=list(judged.faults))
    stays = queue.rooms.of_number()
    waited = [waited_of(one, stays.get(one.number, [])) for one in let_in]
    invited_s = {one.number: one.dialog.invited_s for one in let_in}
    _judge_refused(refused, rows_out, found)
    _judge_dropped(let_in, waited, found)
    _judge_limit(queue, waited, found)
    if queue.waiting_max:
        _judge_room(
            queue, refused, [(invited_s[one.number], one.left_s + HEARD_S + queue.slack_s) for one in waited], found
        )
    else:
        found.faults += [f"{one.number} was turned away from a queue without a limit" for one in refused]
    begin_s, end_s = queue.span_s
    found.served_in_span = sum(begin_s <= one.left_s < end_s for one in waited if one.served)
    return found


def _number(row: Mapping[str, Any]) -> str:
    return str(row["number"]).removeprefix("+")


def _judge_refused(refused: Sequence[Heard], rows: Sequence[Mapping[str, Any]], found: Overloaded) -> None:
    """Each heard busy, and has one record that says so."""
    by_number: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_number[_number(row)].append(row)
    for one in refused:
        if one.dialog.status != BUSY or one.dialog.ended_s is None:
            found.faults.append(f"{one.number} heard {one.dialog.status} instead of busy")
        else:
            found.busy_ms.append((one.dialog.ended_s - one.dialog.invited_s) * 1000)
        own = by_number[one.number]
        told = [(row["outcome"], row["answered_utc_s"]) for row in own]
        if told != [(TURNED_AWAY, None)]:
            found.faults.append(f"{one.number} was turned away, and is told as {told}")


def _judge_dropped(let_in: Sequence[Heard], waited: Sequence[Waited], found: Overloaded) -> None:
    """Who was answered waits until an agent comes or they hang up themselves."""
    for one, its in zip(let_in, waited, strict=True):
        if not its.served and one.dialog.ended_by == "caller":  # of a dialog that we began: the PBX's BYE
            found.dropped += 1
            found.faults.append(f"{one.number} was answered, and hung up on after {its.left_s - its.came_s:.2f} s")


def _judge_limit(queue: Queue, waited: Sequence[Waited], found: Overloaded) -> None:
    """Never more wait than may; each agent may have one on the way to them."""
    found.waiting_most = _most([(one.came_s, one.left_s) for one in waited])
    if queue.waiting_max and found.waiting_most > queue.waiting_max + queue.agents:
        found.faults.append(f"{found.waiting_most} waited at once, and {queue.waiting_max} may")


def _most(spans: Sequence[tuple[float, float]]) -> int:
    """At the same instant an end counts before a begin."""
    steps = sorted([(until_s, -1) for _, until_s in spans] + [(from_s, 1) for from_s, _ in spans])
    return max(accumulate(change for _, change in steps), default=0)


def _judge_room(
    queue: Queue, refused: Sequence[Heard], places: Sequence[tuple[float, float]], found: Overloaded
) -> None:
    """Nobody is turned away while there is room. A place counts from its caller's INVITE until the product must know of
    its end, so as long as it could at all have been taken."""
    for one in refused:
        from_s, until_s = one.dialog.invited_s, one.dialog.ended_s or one.dialog.invited_s
        near = [(max(begin_s, from_s), end_s) for begin_s, end_s in places if begin_s <= until_s and end_s > from_s]
        if _most(near) < queue.waiting_max:
            found.faults.append(f"{one.number} was turned away, and at most {_most(near)} had a place then")


def told(queue: Queue, found: Overloaded) -> dict[str, Any]:
    """Figures, ready for JSON."""
    waits, span_s = sorted(found.let_in.waits_s), queue.span_s[1] - queue.span_s[0]
    return {
        "arrived": found.arrived,
        "served": found.let_in.handled,
        "turned_away": found.arrived - found.let_in.callers,
        "gave_up": found.let_in.abandoned - found.dropped,
        "hung_up_on": found.dropped,
        "goodput_per_min": round(found.served_in_span / span_s * 60, 1),
        "wait_s_p50": round(percentile(waits, 0.5), 2) if waits else None,
        "wait_s_p95": round(percentile(waits, 0.95), 2) if waits else None,
        "waiting_most": found.waiting_most,
        "busy_heard_ms_p50": round(percentile(found.busy_ms, 0.5)) if found.busy_ms else None,
        "busy_heard_ms_p95": round(percentile(found.busy_ms, 0.95)) if found.busy_ms else None,
        "idle_beside_waiting_s_max": round(found.let_in.idle_s_max, 3),
        "overtaken_s_max": round(found.let_in.overtaken_s_max, 3),
        "mismatches": len(found.faults),
    }
