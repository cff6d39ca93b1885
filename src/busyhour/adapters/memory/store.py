"""The engine's store in memory: the same promises as the SQL one, without a disk.

For tests and simulations: a fault may be set to be raised by the next commits, and `crash` forgets nothing that was
committed. One tenant; members are made from `add_contacts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from busyhour.core import commands as c
from busyhour.core.dialer.may_dial import DialPicture, may_dial
from busyhour.core.events import CallCommitted, CallRefused, Event, HopperFilled, Instant
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.run import ACTIVE, RunState
from busyhour.core.model.campaign import Campaign, Trunk
from busyhour.core.model.pictures import AgentProfile, CallRecord, HopperItem, OpenCall, RunPicture
from busyhour.service.errors import FenceLost
from busyhour.service.ports import FloorPicture


@dataclass(slots=True)
class Member:
    member_id: int
    number: str
    zones: tuple[str, ...] = ()
    state: str = "fresh"  # fresh | waiting | taken | open | final
    due_utc_s: float = 0.0
    attempts: int = 0


@dataclass(slots=True)
class Attempt:
    placed: c.PlaceCall
    state: str = AttemptState.INTENT
    ringing_utc_s: float | None = None
    answered_utc_s: float | None = None
    joined_utc_s: float | None = None
    agent_id: int | None = None
    record: CallRecord | None = None
    disposition: str | None = None


@dataclass(slots=True)
class MemoryStore:
    """Implements `service.ports.Store` for one tenant and one run of one campaign."""

    campaign: Campaign
    trunks: tuple[Trunk, ...] = ()
    agents: dict[int, AgentProfile] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    dnc: set[str] = field(default_factory=set)
    run_state: str = RunState.RUNNABLE
    started_utc_s: float = 0.0
    fence: int = 0
    commits: int = 0
    fault: Exception | None = None  # raised by every use while set
    made: int = 0

    def add_contacts(self, *numbers: str) -> None:
        for number in numbers:
            member_id = len(self.members) + 1
            self.members[member_id] = Member(member_id, number)

    async def open_shard(self, tenant: int, owner: str) -> FloorPicture:
        self._fail()
        self.fence += 1
        for member in self.members.values():
            if member.state == "taken":
                member.state = "waiting"
        run = RunPicture(run_id=1, campaign=self.campaign, state=self.run_state, started_utc_s=self.started_utc_s)
        return FloorPicture(
            tenant=tenant,
            fence=self.fence,
            agents=tuple(self.agents.values()),
            trunks=self.trunks,
            runs=(run,) if self.run_state in ACTIVE else (),
            calls=tuple(_open_call(a) for a in self.attempts.values() if a.record is None),
        )

    async def commit(self, tenant: int, fence: int, batch: Sequence[c.Keep]) -> list[Event]:
        self._check(fence)
        self.commits += 1
        answers: list[Event] = []
        for keep in batch:
            match keep:
                case c.PlaceCall():
                    answers.append(self._place(keep))
                case c.SaveProgress():
                    self._progress(keep)
                case c.CloseCall():
                    self._close(keep.record)
                case c.SaveDisposition():
                    self._dispose(keep)
                case c.SaveRun():
                    self.run_state = keep.state
                case c.ReturnItems():
                    for member_id in keep.member_ids:
                        self._wait(self.members[member_id], keep.due_utc_s)
                case c.CloseMember():
                    self.members[keep.member_id].state = "final"
                case _:
                    pass
        return answers

    async def fill_hopper(self, tenant: int, fence: int, ask: c.FillHopper, now: Instant) -> HopperFilled:
        self._check(fence)
        members = self.members.values()
        due = sorted(
            (m for m in members if m.state == "waiting" and m.due_utc_s <= now.utc_s), key=lambda m: m.due_utc_s
        )
        fresh = [m for m in members if m.state == "fresh"]
        taken = [*due, *fresh][: ask.want]
        for member in taken:
            member.state = "taken"
        left = [m.due_utc_s for m in members if m.state == "waiting"]
        return HopperFilled(
            run_id=ask.run_id,
            items=tuple(self._item(m) for m in taken),
            fresh_left=any(m.state == "fresh" for m in members),
            next_due_utc_s=min(left, default=None),
        )

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault

    def _check(self, fence: int) -> None:
        self._fail()
        if fence != self.fence:
            raise FenceLost

    def _item(self, member: Member) -> HopperItem:
        self.made += 1
        return HopperItem(
            call=f"c1-{self.made:032x}",
            member_id=member.member_id,
            contact_id=member.member_id,
            list_id=1,
            attempt_no=member.attempts + 1,
            number=member.number,
        )

    def _place(self, keep: c.PlaceCall) -> Event:
        if keep.item.call in self.attempts:
            return CallCommitted(call=keep.item.call)  # committed before: the same answer
        member = self.members[keep.item.member_id]
        verdict = may_dial(
            DialPicture(
                utc_s=keep.at_utc_s,
                campaign=self.campaign,
                run_running=self.run_state == RunState.RUNNING,
                member_open=member.state == "taken",
                on_dnc=member.number in self.dnc,
                zones=member.zones,
                number_live=any(
                    a.record is None and a.placed.item.number == member.number for a in self.attempts.values()
                ),
                attempts_24h=sum(a.placed.item.number == member.number for a in self.attempts.values()),
            )
        )
        if verdict.refusal is not None:
            return CallRefused(call=keep.item.call, reason=verdict.refusal, due_utc_s=verdict.due_utc_s)
        member.state, member.attempts = "open", member.attempts + 1
        self.attempts[keep.item.call] = Attempt(keep)
        return CallCommitted(call=keep.item.call)

    def _progress(self, keep: c.SaveProgress) -> None:
        attempt = self.attempts[keep.call]
        attempt.state = keep.state
        attempt.ringing_utc_s = keep.ringing_utc_s or attempt.ringing_utc_s
        attempt.answered_utc_s = keep.answered_utc_s or attempt.answered_utc_s
        attempt.joined_utc_s = keep.joined_utc_s or attempt.joined_utc_s
        attempt.agent_id = keep.agent_id or attempt.agent_id

    def _close(self, record: CallRecord) -> None:
        attempt = self.attempts[record.call]
        if attempt.record is not None:
            return
        attempt.record, attempt.state = record, AttemptState.FINAL
        self._wait(self.members[record.member_id], record.next_due_utc_s, final=record.next_due_utc_s is None)

    def _dispose(self, keep: c.SaveDisposition) -> None:
        attempt = self.attempts[keep.call]
        attempt.disposition = keep.disposition
        if not keep.keeps_member:
            member = self.members[attempt.placed.item.member_id]
            self._wait(member, keep.next_due_utc_s, final=keep.next_due_utc_s is None)

    def _wait(self, member: Member, due_utc_s: float | None, *, final: bool = False) -> None:
        member.state = "final" if final else "waiting"
        member.due_utc_s = due_utc_s or 0.0


def _open_call(attempt: Attempt) -> OpenCall:
    placed = attempt.placed
    return OpenCall(
        item=placed.item,
        run_id=placed.run_id,
        campaign_id=placed.campaign_id,
        trunk_id=placed.trunk.trunk_id,
        state=attempt.state,
        intent_utc_s=placed.at_utc_s,
        ringing_utc_s=attempt.ringing_utc_s,
        answered_utc_s=attempt.answered_utc_s,
        joined_utc_s=attempt.joined_utc_s,
        agent_id=attempt.agent_id,
    )
