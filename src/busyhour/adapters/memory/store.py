"""The engine's store in memory: the same promises as the SQL one, without a disk.

For tests and simulations. What was committed outlives any engine; `fault` is raised by every use while it is set.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf

import msgspec

from busyhour.adapters.memory.compliance import reckon
from busyhour.adapters.memory.rows import Attempt, Member, Rows, Run
from busyhour.core import commands as c
from busyhour.core.dialer.hours import ZONE_AGAIN_S, is_open_everywhere, next_open, zone_known, zones_of
from busyhour.core.dialer.may_dial import DialPicture, may_dial
from busyhour.core.events import CallCommitted, CallRefused, Event, HopperFilled, Instant, NumberOptedOut, RunCounted
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.counts import Reckoning, ReckoningAsk
from busyhour.core.model.pictures import CallRecord, HopperItem, Reservation, RunPicture
from busyhour.core.model.values import Outcome
from busyhour.service import fences
from busyhour.service.ports import FloorPicture, Kept

OF_A_CALL = (c.SaveProgress, c.CloseCall, c.SaveDisposition, c.OptOut)


@dataclass(slots=True)
class MemoryStore:
    """Implements `service.ports.Store`."""

    tenants: dict[int, Rows] = field(default_factory=dict)
    commits: int = 0
    history: int = 0  # how often it has failed over
    fault: Exception | None = None
    clock: Callable[[], float] | None = None  # UTC; None: an intent's own time is taken for that of its commit

    def add_tenant(self, tenant: int) -> Rows:
        return self.tenants.setdefault(tenant, Rows())

    def start_run(self, tenant: int, campaign: Campaign, numbers: Sequence[str], *, utc_s: float = 0.0) -> Run:
        """A new run of this campaign over these numbers."""
        rows = self.tenants[tenant]
        rows.campaigns[campaign.campaign_id] = campaign
        run = Run(len(rows.runs) + 1, campaign.campaign_id, utc_s)
        rows.runs[run.run_id] = run
        for number in numbers:
            rows.add_member(run.run_id, number)
        return run

    def picture_of(self, tenant: int, run: Run, utc_s: float = inf) -> RunPicture:
        return RunPicture(
            run_id=run.run_id,
            campaign=self.tenants[tenant].campaigns[run.campaign_id],
            state=run.state,
            started_utc_s=run.started_utc_s,
            placed=run.placed,
            finished=run.finished,
            answered=run.answered,
            abandoned=run.abandoned,
            placed_last_minute=self.tenants[tenant].placed_last_minute(run.run_id, utc_s),
            halted=run.halted,
            learned=self.tenants[tenant].learned.get(run.campaign_id, b""),
        )

    # The port

    async def open_shard(
        self, tenant: int, owner: str, kept: Kept | None = None, mine: int | None = None
    ) -> FloorPicture:
        self._fail()
        rows = self.tenants[tenant]
        fences.go_on(mine, rows.fence, opened_by=rows.owner, asks=owner)
        same_history = rows.history == self.history
        given_back = None
        known = {"same_history": same_history, "same_owner": fences.same_owner(rows.owner, owner)}
        if kept is not None and fences.is_missing(kept, rows.fence, **known):
            given_back = _give_back_lost(rows, kept.after(rows.written_no))
            rows.written_no = max([rows.written_no, *(no for no, _ in kept.writes)])
        rows.fence = fences.next_fence(rows.fence, history_no=self.history, same_history=same_history)
        rows.owner = owner
        rows.history = self.history
        for run in rows.runs.values():
            reserved = {one.item.member_id for one in rows.reservations.values()}
            for member_id in [one for one in run.taken if one not in reserved]:
                rows.wait(rows.members[member_id], rows.members[member_id].due_utc_s)
        calls = rows.open_calls()
        live = {call.run_id for call in calls}
        utc_s = self.clock() if self.clock is not None else inf
        return FloorPicture(
            tenant=tenant,
            fence=rows.fence,
            agents=tuple(rows.agents.values()),
            trunks=tuple(rows.trunks.values()),
            runs=tuple(
                self.picture_of(tenant, run, utc_s) for run in rows.runs.values() if run.active or run.run_id in live
            ),
            calls=calls,
            reservations=tuple(rows.reservations.values()),
            written_no=rows.written_no,
            given_back=given_back,
        )

    def copy(self) -> dict[int, Rows]:
        """All that is in it now: what a standby has that falls behind from now on."""
        return {tenant: rows.copy() for tenant, rows in self.tenants.items()}

    def fail_over(self, older: dict[int, Rows]) -> None:
        """The standby takes over with what it has."""
        self.tenants, self.history = older, self.history + 1

    async def commit(self, tenant: int, fence: int, batch: Sequence[c.Keep], no: int = 0) -> list[Event]:
        rows = self._rows(tenant, fence)
        rows.written_no = max(rows.written_no, no)
        self.commits += 1
        answers: list[Event] = []
        if not batch:
            return answers
        before = {run.run_id: run.counts for run in rows.runs.values()}
        moved = set[int]()
        for keep in batch:
            if isinstance(keep, c.PlaceCall):
                answers.append(self._place(rows, keep))
                moved.add(keep.run_id)
                continue
            _write(rows, keep)
            if isinstance(keep, c.CloseCall):
                moved.add(keep.record.run_id)
            elif isinstance(keep, c.SaveRun):
                moved.add(keep.run_id)
            elif isinstance(keep, c.OptOut):
                answers.append(NumberOptedOut(call=keep.call, number=keep.number))
        changed = [run for run in rows.runs.values() if run.run_id in moved or run.counts != before.get(run.run_id)]
        return answers + [_counted(run) for run in changed]

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        rows = self._rows(tenant, fence)
        run = rows.runs[ask.run_id]
        campaign = rows.campaigns[run.campaign_id]
        items: list[HopperItem] = []
        for member_id in () if ask.held is None else [one for one in run.taken if one not in ask.held]:
            rows.wait(rows.members[member_id], rows.members[member_id].due_utc_s)
        for member in rows.take(run, ask.want, now.utc_s):
            zones = zones_of(None, member.zones)
            if member.number in rows.dnc:
                rows.finish(member)
            elif is_open_everywhere(campaign.callee_hours, zones, now.utc_s):
                items.append(rows.item(tenant, member))
            elif not all(zone_known(name) for name in zones):
                rows.wait(member, now.utc_s + ZONE_AGAIN_S)
            else:
                opens = next_open(campaign.callee_hours, zones, now.utc_s)
                rows.wait(member, opens if opens is not None else now.utc_s + 365 * 86_400.0)
        due = rows.next_due(run)
        return HopperFilled(
            run_id=ask.run_id,
            items=tuple(items),
            fresh_left=bool(run.fresh),
            next_due_utc_s=due[0] if due is not None else None,
        )

    async def reckon(self, tenant: int, ask: ReckoningAsk) -> Reckoning:
        self._fail()
        return reckon(self.tenants[tenant], ask)

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault

    def _rows(self, tenant: int, fence: int) -> Rows:
        self._fail()
        rows = self.tenants[tenant]
        fences.hold(fence, rows.fence, same_history=rows.history == self.history)
        return rows

    def _place(self, rows: Rows, keep: c.PlaceCall) -> Event:
        name = keep.item.call
        if name in rows.attempts:
            return CallCommitted(call=name)  # committed before: the same answer
        utc_s = self.clock() if self.clock is not None else keep.at_utc_s
        member = rows.members[keep.item.member_id]
        recent = rows.recent(keep.item.number, utc_s)
        verdict = may_dial(
            DialPicture(
                utc_s=utc_s,
                campaign=rows.campaigns[keep.campaign_id],
                run_running=rows.runs[keep.run_id].state == RunState.RUNNING,
                member_open=_is_open(member, keep),
                on_dnc=keep.item.number in rows.dnc,
                zones=member.zones,
                number_live=keep.item.number in rows.live_numbers,
                attempts_24h=len(recent),
                due_utc_s=keep.item.due_utc_s,
                oldest_24h_utc_s=recent[0] if recent else None,
                abandoned_utc_s=rows.abandoned.get(keep.item.number),
                agent_sure=keep.agent_id is not None,
            )
        )
        if verdict.refusal is not None:
            return CallRefused(call=name, reason=verdict.refusal, due_utc_s=verdict.due_utc_s)
        _write_call(rows, keep, utc_s)
        return CallCommitted(call=name)


def _is_open(member: Member, keep: c.PlaceCall) -> bool:
    if keep.by_hand:
        return member.state != "open"
    return (member.state, member.taken_as) == ("taken", keep.item.call)


def _write_call(rows: Rows, keep: c.PlaceCall, utc_s: float) -> None:
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
    rows.recent(number, utc_s).append(utc_s)


def _give_back_lost(rows: Rows, keeps: Sequence[c.Keep]) -> int:
    """Facts: the law is not asked again. Of a call that is neither there nor given back nothing is written: its engine
    died before it heard of the intent, so it was never sent, and the one that closed it had read of it here."""
    missing = 0
    for keep in keeps:
        if isinstance(keep, OF_A_CALL) and _call_of(keep) not in rows.attempts:
            continue
        if isinstance(keep, c.SkipContact) and keep.item.call not in rows.skipped:
            member = rows.members[keep.item.member_id]
            member.state, member.taken_as = "taken", keep.item.call
        if not isinstance(keep, c.PlaceCall):
            _write(rows, keep)
        elif keep.item.call not in rows.attempts:
            missing += 1
            _write_call(rows, keep, keep.at_utc_s)
    in_hand = {keep.agent_id: keep.call for keep in keeps if isinstance(keep, c.SaveAgentState)}
    for name, one in list(rows.reservations.items()):
        if in_hand.get(one.agent_id, name) != name:  # it had ended since, though nobody heard
            del rows.reservations[name]
    return missing


def _call_of(keep: c.SaveProgress | c.CloseCall | c.SaveDisposition | c.OptOut) -> str:
    return keep.record.call if isinstance(keep, c.CloseCall) else keep.call


def _counted(run: Run) -> RunCounted:
    return RunCounted(
        run_id=run.run_id, placed=run.placed, finished=run.finished, answered=run.answered, abandoned=run.abandoned
    )


def _write(rows: Rows, keep: c.Keep) -> None:
    match keep:
        case c.SaveProgress():
            _progress(rows.attempts[keep.call], keep)
        case c.CloseCall():
            _close(rows, keep.record)
        case c.SaveDisposition():
            _dispose(rows, keep)
        case c.SaveRun():
            rows.runs[keep.run_id].state, rows.runs[keep.run_id].halted = keep.state, keep.halted
        case c.SaveAgentState():
            _save_agent(rows, keep)
        case c.ReturnItems():
            _give_back(rows, keep)
        case c.CloseMember():
            _close_member(rows, keep)
        case c.SaveReservation():
            _reserve(rows, keep)
        case c.EndReservation(call=call):
            rows.reservations.pop(call, None)
        case c.SkipContact():
            _skip(rows, keep)
        case c.OptOut() | c.SaveLearned() | c.ListNumbers():
            _note(rows, keep)
        case _:
            raise AssertionError(f"unknown record {keep!r}")


def _note(rows: Rows, keep: c.OptOut | c.SaveLearned | c.ListNumbers) -> None:
    if isinstance(keep, c.ListNumbers):
        for number in keep.numbers:
            rows.dnc.pop(number, None) if keep.off else rows.dnc.setdefault(number, keep.at_utc_s)
        return
    if isinstance(keep, c.SaveLearned):
        rows.learned[keep.campaign_id] = keep.learned
        return
    rows.dnc.setdefault(keep.number, keep.at_utc_s)
    attempt = rows.attempts[keep.call]
    attempt.opted_out_utc_s = attempt.opted_out_utc_s or keep.at_utc_s


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
    member.earlier[Outcome.AGENT_SKIPPED] = member.earlier.get(Outcome.AGENT_SKIPPED, 0) + 1
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


def _close(rows: Rows, record: CallRecord) -> None:
    attempt = rows.attempts[record.call]
    if attempt.record is not None:
        return
    attempt.record, attempt.state = record, AttemptState.FINAL
    attempt.agent_id = record.agent_id or attempt.agent_id
    del rows.open[record.call]
    rows.live_numbers.pop(attempt.placed.item.number, None)
    if record.outcome is Outcome.ABANDONED:
        rows.abandoned[attempt.placed.item.number] = record.ended_utc_s
    run = rows.runs[attempt.placed.run_id]
    run.answered += record.answered_utc_s is not None
    run.abandoned += record.outcome is Outcome.ABANDONED
    member = rows.members[record.member_id]
    member.earlier[record.outcome] = member.earlier.get(record.outcome, 0) + 1
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
