"""The engine's store in memory: the same promises as the SQL one, without a disk.

For tests and simulations. What was committed outlives any engine; `fault` is raised by every use while it is set.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf

from busyhour.adapters.memory.compliance import reckon
from busyhour.adapters.memory.rows import Member, Rows, Run
from busyhour.adapters.memory.writes import give_back_lost, write, write_call
from busyhour.core import commands as c
from busyhour.core.dialer.hours import ZONE_AGAIN_S, is_open_everywhere, next_open, zone_known, zones_of
from busyhour.core.dialer.may_dial import DialPicture, may_dial
from busyhour.core.events import CallCommitted, CallRefused, Event, HopperFilled, Instant, NumberOptedOut, RunCounted
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.counts import Reckoning, ReckoningAsk
from busyhour.core.model.pictures import HopperItem, RunPicture
from busyhour.service import fences
from busyhour.service.ports import FloorPicture, Kept

MOVES_OWN_RUN = frozenset({c.PlaceCall, c.CloseCall, c.SaveRun, c.SaveProgress, c.SaveAgentState})
"""What is written most, and changes the counts of the run that it names, or of none."""


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
            given_back = give_back_lost(rows, kept.after(rows.written_no))
            rows.written_no = max([rows.written_no, *(no for no, _ in kept.writes)])
        if rows.fence and rows.missed_since_utc_s is None:
            rows.missed_since_utc_s = rows.written_utc_s
        elif given_back is not None and rows.missed_since_utc_s is None:  # it has lost that there was an engine
            rows.missed_since_utc_s = self.clock() if self.clock is not None else 0.0
        rows.written_utc_s = self.clock() if self.clock is not None else 0.0
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
            queues=tuple(sorted(rows.inbound.queues.values(), key=lambda queue: (queue.name, queue.queue_id))),
            numbers=rows.inbound.numbers,
            callers=rows.inbound.open_callers({agent.acw_call for agent in rows.agents.values()}),
            entries=rows.inbound.open_entries(),
            callbacks=rows.inbound.open_callbacks(),
            queue_counts=rows.inbound.lately(self.clock() if self.clock is not None else None),
            served=rows.inbound.served(),
            lost_lately=rows.inbound.lost_lately(self.clock() if self.clock is not None else None),
            recordings=rows.open_recordings(),
            recording_rule=rows.recording_rule,
            listening_shown=rows.listening_shown,
            ageing_s=rows.inbound.ageing_s,
            acw_usual_s=rows.inbound.acw_s,
            country=rows.inbound.country,
            missed_since_utc_s=rows.missed_since_utc_s,
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
        rows.written_utc_s = self.clock() if self.clock is not None else 0.0
        others = not MOVES_OWN_RUN.issuperset(map(type, batch))
        before = {run.run_id: run.counts for run in rows.runs.values()} if others else {}
        moved: set[int] = set()
        for keep in batch:
            if isinstance(keep, c.PlaceCall):
                answers.append(self._place(rows, keep))
                moved.add(keep.run_id)
                continue
            if isinstance(keep, c.PlaceCallback):
                answers.append(self._call_back(rows, keep))
                continue
            write(rows, keep)
            if isinstance(keep, c.CloseCall):
                moved.add(keep.record.run_id)
            elif isinstance(keep, c.SaveRun):
                moved.add(keep.run_id)
            elif isinstance(keep, c.OptOut):
                answers.append(NumberOptedOut(call=keep.call, number=keep.number))
        if others or moved:
            for run in rows.runs.values():
                if run.run_id in moved or (others and run.counts != before.get(run.run_id)):
                    answers.append(_counted(run))
        return answers

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        rows = self._rows(tenant, fence)
        run = rows.runs[ask.run_id]
        campaign = rows.campaigns[run.campaign_id]
        items: list[HopperItem] = []
        taken = () if ask.held is None else [rows.members[member_id] for member_id in run.taken]
        for member in taken:
            if ask.held is not None and member.taken_as not in ask.held:
                rows.wait(member, member.due_utc_s)
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

    async def unknown(self, tenant: int, calls: Sequence[str]) -> list[str]:
        self._fail()
        return [call for call in calls if call not in self.tenants[tenant].inbound.callers]

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
                number_live=keep.item.number in rows.live_numbers or rows.inbound.on_line(keep.item.number),
                attempts_24h=len(recent),
                due_utc_s=keep.item.due_utc_s,
                oldest_24h_utc_s=recent[0] if recent else None,
                abandoned_utc_s=rows.abandoned.get(keep.item.number),
                machine_utc_s=rows.machines.get(keep.item.number),
                agent_sure=keep.agent_id is not None,
            )
        )
        if verdict.refusal is not None:
            return CallRefused(call=name, reason=verdict.refusal, due_utc_s=verdict.due_utc_s)
        write_call(rows, keep, utc_s)
        return CallCommitted(call=name)

    def _call_back(self, rows: Rows, keep: c.PlaceCallback) -> Event:
        if keep.call in rows.inbound.callers:
            return CallCommitted(call=keep.call)
        utc_s = self.clock() if self.clock is not None else keep.at_utc_s
        on_dnc, dialed = keep.number in rows.dnc, keep.number in rows.live_numbers
        verdict = rows.inbound.may_place(keep, utc_s, on_dnc=on_dnc, dialed=dialed)
        if verdict.refusal is not None:
            return CallRefused(call=keep.call, reason=verdict.refusal, due_utc_s=verdict.due_utc_s)
        rows.inbound.place(keep)
        return CallCommitted(call=keep.call)


def _is_open(member: Member, keep: c.PlaceCall) -> bool:
    if keep.by_hand:
        return member.state != "open"
    return (member.state, member.taken_as) == ("taken", keep.item.call)


def _counted(run: Run) -> RunCounted:
    return RunCounted(
        run_id=run.run_id, placed=run.placed, finished=run.finished, answered=run.answered, abandoned=run.abandoned
    )
