"""What is written to the store in memory, by what the core wants kept."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from busyhour.adapters.memory.rows import Attempt, Rows
from busyhour.core import commands as c
from busyhour.core.life.attempt import AttemptState
from busyhour.core.model.ids import is_callers
from busyhour.core.model.pictures import CallRecord, Reservation
from busyhour.core.model.supervising import SaveSupervised
from busyhour.core.model.values import Outcome

OF_A_CALL: Final = (c.SaveProgress, c.CloseCall, c.SaveDisposition, c.OptOut)
OF_CALLERS: Final = frozenset({c.SaveArrival, c.SaveEntry, c.CloseCaller, c.SaveCallback, c.SaveQueueCounts})
OF_EITHER: Final = frozenset({c.SaveProgress, c.SaveDisposition})


def write_call(rows: Rows, keep: c.PlaceCall, utc_s: float) -> None:
    name, number = keep.item.call, keep.item.number
    member = rows.members[keep.item.member_id]
    if member.state == "final" and not member.unused:  # it had been finished, and is dialed by hand
        rows.runs[keep.run_id].finished -= 1
    member.unused = False
    member.state, member.attempts, member.last_call = "open", keep.item.attempt_no, name
    run = rows.runs[keep.run_id]
    run.taken.pop(member.member_id, None)
    run.placed += 1
    rows.attempts[name] = Attempt(keep, utc_s, agent_id=keep.agent_id)
    rows.open[name] = None
    rows.live_numbers[number] = name
    rows.note_dialed(keep, utc_s)


def give_back_lost(rows: Rows, keeps: Sequence[c.Keep]) -> int:
    """Facts: the law is not asked again. Of a call that is neither there nor given back nothing is written: its engine
    died before it heard of the intent, so it was never sent, and the one that closed it had read of it here."""
    missing = 0
    for keep in keeps:
        if isinstance(keep, c.PlaceCallback):
            missing += rows.inbound.place(keep)
            continue
        if isinstance(keep, OF_A_CALL) and not _knows(rows, keep):
            continue
        if isinstance(keep, c.SkipContact) and keep.item.call not in rows.skipped:
            member = rows.members[keep.item.member_id]
            member.state, member.taken_as = "taken", keep.item.call
        if not isinstance(keep, c.PlaceCall):
            write(rows, keep)
        elif keep.item.call not in rows.attempts:
            missing += 1
            write_call(rows, keep, keep.at_utc_s)
    in_hand = {keep.agent_id: keep.call for keep in keeps if isinstance(keep, c.SaveAgentState)}
    for name, one in list(rows.reservations.items()):
        if in_hand.get(one.agent_id, name) != name:  # it had ended since, though nobody heard
            del rows.reservations[name]
    return missing


def _knows(rows: Rows, keep: c.SaveProgress | c.CloseCall | c.SaveDisposition | c.OptOut) -> bool:
    call = _call_of(keep)
    return call in rows.attempts or call in rows.inbound.callers


def _call_of(keep: c.SaveProgress | c.CloseCall | c.SaveDisposition | c.OptOut) -> str:
    return keep.record.call if isinstance(keep, c.CloseCall) else keep.call


def write(rows: Rows, keep: c.Keep) -> None:
    kind = type(keep)
    if kind in OF_CALLERS or (kind in OF_EITHER and is_callers(keep.call)):  # type: ignore[attr-defined]
        rows.inbound.write(keep)
        return
    writer = WRITERS.get(kind)
    assert writer is not None, f"unknown record {keep!r}"
    writer(rows, keep)


def _run(rows: Rows, keep: c.SaveRun) -> None:
    run = rows.runs[keep.run_id]
    run.state, run.halted = keep.state, keep.halted


def _note(rows: Rows, keep: c.OptOut | c.SaveLearned | c.ListNumbers) -> None:
    if isinstance(keep, c.ListNumbers):
        for number in keep.numbers:
            rows.dnc.pop(number, None) if keep.off else rows.dnc.setdefault(number, keep.at_utc_s)
        return
    if isinstance(keep, c.SaveLearned):
        rows.learned[keep.campaign_id] = keep.learned
        return
    rows.dnc.setdefault(keep.number, keep.at_utc_s)
    if keep.call in rows.attempts:  # else a caller's, or of a callback
        attempt = rows.attempts[keep.call]
        attempt.opted_out_utc_s = attempt.opted_out_utc_s or keep.at_utc_s


def _missed(rows: Rows, keep: c.SaveMissed) -> None:
    rows.missed_since_utc_s = keep.since_utc_s


def _give_back(rows: Rows, keep: c.ReturnItems) -> None:
    for member_id, call in zip(keep.member_ids, keep.calls, strict=True):
        member = rows.members[member_id]
        if (member.state, member.taken_as) == ("taken", call):
            rows.wait(member, member.due_utc_s if keep.due_utc_s is None else keep.due_utc_s)


def _reserve(rows: Rows, keep: c.SaveReservation) -> None:
    item, member = keep.item, rows.members[keep.item.member_id]
    if (member.state, member.taken_as) == ("taken", item.call):
        rows.reservations[item.call] = Reservation(
            item=item, run_id=keep.run_id, agent_id=keep.agent_id, until_utc_s=keep.until_utc_s
        )


def _skip(rows: Rows, keep: c.SkipContact) -> None:
    item, member = keep.item, rows.members[keep.item.member_id]
    if (member.state, member.taken_as) != ("taken", item.call):
        return
    rows.skipped[item.call] = keep
    member.attempts, member.last_call = item.attempt_no, item.call
    member.count(Outcome.AGENT_SKIPPED)
    if keep.next_due_utc_s is None:
        rows.finish(member)
    else:
        rows.wait(member, keep.next_due_utc_s)


def _progress(attempt: Attempt, keep: c.SaveProgress) -> None:
    if attempt.record is not None:
        return
    attempt.state = keep.state
    attempt.ringing_utc_s = attempt.ringing_utc_s or keep.ringing_utc_s
    attempt.answered_utc_s = attempt.answered_utc_s or keep.answered_utc_s
    attempt.joined_utc_s = attempt.joined_utc_s or keep.joined_utc_s
    attempt.agent_id = keep.agent_id or attempt.agent_id
    attempt.heard = keep.heard or attempt.heard


def _close(rows: Rows, record: CallRecord) -> None:
    attempt = rows.attempts[record.call]
    if attempt.record is not None:
        return
    attempt.record, attempt.state = record, AttemptState.FINAL
    attempt.agent_id = record.agent_id or attempt.agent_id
    del rows.open[record.call]
    rows.live_numbers.pop(attempt.placed.item.number, None)
    if record.answered_utc_s is not None:
        rows.answered.setdefault(attempt.placed.campaign_id, []).append((attempt.placed.at_utc_s, record))
    if record.outcome is Outcome.ABANDONED:
        rows.abandoned[attempt.placed.item.number] = record.ended_utc_s
    if record.outcome is Outcome.ANSWERING_MACHINE:
        rows.machines[attempt.placed.item.number] = record.ended_utc_s
    run = rows.runs[attempt.placed.run_id]
    run.answered += record.answered_utc_s is not None
    run.abandoned += record.outcome is Outcome.ABANDONED
    member = rows.members[record.member_id]
    member.count(record.outcome)
    if record.next_due_utc_s is None:
        rows.finish(member)
    else:
        rows.wait(member, record.next_due_utc_s)


def _dispose(rows: Rows, keep: c.SaveDisposition) -> None:
    attempt = rows.attempts[keep.call]
    attempt.disposition, attempt.note = keep.disposition, keep.note
    if attempt.agent_id is None:
        attempt.agent_id = keep.agent_id
    member = rows.members[attempt.placed.item.member_id]
    if keep.keeps_member or attempt.record is None or member.state == "open" or member.last_call != keep.call:
        return  # it is being called again already, or was
    if member.state == "final":
        rows.runs[member.run_id].finished -= 1
        member.state = "waiting"
    if keep.next_due_utc_s is None:
        rows.finish(member)
    else:
        rows.wait(member, keep.next_due_utc_s)


def _close_member(rows: Rows, keep: c.CloseMember) -> None:
    member = rows.members[keep.member_id]
    if member.state in ("taken", "waiting"):  # not while it is called
        rows.finish(member)


def _save_agent(rows: Rows, keep: c.SaveAgentState) -> None:
    rows.agent_states.append(keep)
    rows.agents[keep.agent_id] = msgspec.structs.replace(
        rows.agents[keep.agent_id],
        pause_reason=keep.pause,
        acw_until_utc_s=keep.acw_until_utc_s,
        acw_call=keep.call if keep.acw_until_utc_s else None,
        call=keep.call,
        session_open=keep.session_open,
    )


WRITERS: Final[dict[type[c.Keep], Callable[[Rows, Any], object]]] = {
    c.SaveProgress: lambda rows, keep: _progress(rows.attempts[keep.call], keep),
    c.CloseCall: lambda rows, keep: _close(rows, keep.record),
    c.SaveDisposition: _dispose,
    c.SaveRun: _run,
    c.SaveAgentState: _save_agent,
    c.ReturnItems: _give_back,
    c.CloseMember: _close_member,
    c.SaveReservation: _reserve,
    c.EndReservation: lambda rows, keep: rows.reservations.pop(keep.call, None),
    c.SkipContact: _skip,
    c.SaveMissed: _missed,
    c.SaveRecording: lambda rows, keep: rows.keep_recording(keep.recording),
    SaveSupervised: lambda rows, keep: rows.supervised.append(keep),
    c.OptOut: _note,
    c.SaveLearned: _note,
    c.ListNumbers: _note,
}
"""What is written of calls that we dialed, of runs, agents and numbers."""
