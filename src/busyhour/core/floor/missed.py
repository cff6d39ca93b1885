"""Callers who came and went while no engine saw them: at a start, and after the link to the PBX was lost, the PBX's own
records are asked for them, and each gets the record and the figures that they would have had.

Since when that is to be asked is stored until the answer is, so an engine that dies over it leaves it to the next one.
Who is in the store already is left out of the answer: nobody is written twice.
"""

from collections.abc import Collection

from busyhour.core import events as e
from busyhour.core.acd.dialed import destinations, treatment_of
from busyhour.core.acd.opening import closed
from busyhour.core.commands import CloseCaller, FindMissed, SaveArrival, SaveMissed
from busyhour.core.floor import caller_endings, clocks, endings, lost_callers
from busyhour.core.floor.state import ALL, LEAVER_KEPT_S, FloorState
from busyhour.core.model.callers import CallerOutcome, CallerRecord, MissedCaller
from busyhour.core.model.campaign import DAY_S
from busyhour.core.model.counts import bucket_of
from busyhour.core.model.queue import DestinationKind, Queue
from busyhour.core.model.queue_counts import AT_HAND_S

SLACK_S = 900.0  # before that, too: a clock may have been set, and news of callers may not have been written
BACK_MAX_S = 7 * DAY_S
GIVEN_S = 3.0  # the PBX tries each second to give us a caller
AGAIN_S = 30.0  # without an answer
NOBODY = "nobody was there to take the call"
QUEUE_CLOSED = "the queue was closed, and nobody was there to say so"


def recover(f: FloorState, since_utc_s: float | None) -> None:
    """Since the engine before us wrote last."""
    if since_utc_s is not None and f.takes_callers:
        f.missed_since_utc_s = since_utc_s
        find_soon(f)


def begin(f: FloorState) -> None:
    """The link is lost: from now on callers come and go unseen."""
    if f.takes_callers and f.missed_since_utc_s is None:
        f.missed_since_utc_s = f.now.utc_s
        f.do(SaveMissed(since_utc_s=f.now.utc_s))


def find_soon(f: FloorState) -> None:
    """Who is on the line now, and whom the PBX has not given to us yet, is ours by then, or is gone."""
    if f.missed_since_utc_s is not None:
        f.at(GIVEN_S, "missed", ALL)


def on_missed_due(f: FloorState, _: str) -> None:
    """Again and again until there is an answer: the store or the PBX's records may be out of reach."""
    if f.missed_since_utc_s is None or not f.telephony_up:
        return
    since_utc_s = max(f.missed_since_utc_s - SLACK_S, f.now.utc_s - BACK_MAX_S)
    f.missed_no += 1
    f.do(FindMissed(no=f.missed_no, since_utc_s=clocks.in_pbx_time(f, since_utc_s)))
    f.at(AGAIN_S, "missed", ALL)


def on_callers_missed(f: FloorState, event: e.CallersMissed) -> None:
    if event.no != f.missed_no or f.missed_since_utc_s is None or not f.telephony_up:
        return  # asked anew since, or about to be
    on_line = {call.caller for call in f.callers.values()}
    for one in sorted(event.callers, key=lambda one: one.arrived_utc_s):
        if one.call not in f.callers and one.call not in f.gone:
            _close(f, one, on_line)
    f.missed_since_utc_s = None
    f.drop("missed", ALL)
    f.do(SaveMissed(since_utc_s=None))


def _close(f: FloorState, one: MissedCaller, on_line: Collection[str]) -> None:
    """Their record, their figures, and a call back if the queue wants that."""
    came_utc_s = min(one.arrived_utc_s, f.now.utc_s)
    ended_utc_s = min(max(one.ended_utc_s, came_utc_s), max(f.now.utc_s, came_utc_s))
    queue = _queue_of(f, one.dialed, came_utc_s)
    was_closed = queue is not None and closed(queue.opening, came_utc_s) is not None
    record = CallerRecord(
        call=one.call,
        number=one.number,
        queue_id=queue.queue_id if queue is not None else None,
        outcome=_outcome(f, one, came_utc_s, closed=was_closed),
        cause=one.cause,
        arrived_utc_s=came_utc_s,
        answered_utc_s=one.answered_utc_s,
        joined_utc_s=None,
        ended_utc_s=ended_utc_s,
        wait_s=ended_utc_s - came_utc_s,
        talk_s=0.0,
        agent_id=None,
        segments=(),
        why=QUEUE_CLOSED if was_closed else NOBODY,
    )
    f.do(
        SaveArrival(call=one.call, dialed=one.dialed, number=one.number, name=one.name, headers={}, at_utc_s=came_utc_s)
    )
    f.do(CloseCaller(record=record))
    endings.note_gone(f, one.call)
    if queue is None:
        return
    if bucket_of(came_utc_s) >= bucket_of(f.now.utc_s - AT_HAND_S):  # of older figures we do not have the rest
        f.entries.missed(queue.queue_id, came_utc_s, ended_utc_s, closed=was_closed)
    f.touch("queues", queue.queue_id)
    if record.outcome not in lost_callers.GONE or one.number in on_line:
        return
    if f.now.utc_s - ended_utc_s < LEAVER_KEPT_S:
        f.entries.leavers.left(queue.queue_id, one.number, came_utc_s, ended_utc_s)
    if not _is_settled(f, one, queue):
        lost_callers.promise(f, queue, one.call, one.number, one.name)


def _queue_of(f: FloorState, dialed: str, utc_s: float) -> Queue | None:
    """Where the number led to at that time, by what is configured now."""
    treatment = treatment_of(f.numbers, dialed)
    for to in destinations(treatment, utc_s) if treatment is not None else ():
        if to.kind is DestinationKind.QUEUE and to.target.isdecimal():
            return f.entries.routing.queues.get(int(to.target))
        if to.kind is not DestinationKind.PROMPT:
            return None
    return None


def _outcome(f: FloorState, one: MissedCaller, utc_s: float, *, closed: bool) -> CallerOutcome:
    treatment = treatment_of(f.numbers, one.dialed)
    if closed or treatment is None or not destinations(treatment, utc_s):
        return CallerOutcome.TURNED_AWAY
    return CallerOutcome.LOST if one.cause in caller_endings.NO_PROOF else CallerOutcome.ABANDONED


def _is_settled(f: FloorState, one: MissedCaller, queue: Queue) -> bool:
    """An agent has had them since, or it is too long ago for a call back to make sense."""
    if f.now.utc_s - one.ended_utc_s > queue.callback.expires_s:
        return True
    return f.had_by.agent_of(one.number, f.now.utc_s, f.now.utc_s - one.arrived_utc_s) is not None
