"""What one tenant has in the store in memory: plain rows, and the few indexes that keep each use of them cheap."""

from collections import deque
from copy import copy
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from msgspec import Struct

from busyhour.adapters.memory.callers import CallerRows
from busyhour.core import commands as c
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.run import ACTIVE, RunState
from busyhour.core.model.campaign import Campaign, Trunk
from busyhour.core.model.counts import Count
from busyhour.core.model.pictures import AgentProfile, CallRecord, HopperItem, OpenCall, Reservation
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy
from busyhour.core.model.supervising import SaveSupervised
from busyhour.core.model.values import Heard

DAY_S = 86_400.0
MINUTE_S = 60.0


class Member(Struct):
    """A contact in a run: fresh | waiting | taken | open | final."""

    member_id: int
    run_id: int
    number: str
    zones: tuple[str, ...]
    state: str = "fresh"
    due_utc_s: float = 0.0
    attempts: int = 0
    taken_as: str = ""  # the id of the attempt that it was taken for
    last_call: str = ""  # its last attempt
    unused: bool = False  # made for a call by hand that was not dialed yet: final, and not counted as finished
    earlier: dict[str, int] = {}

    def count(self, outcome: str) -> None:
        """One more of its attempts came to this. Copies and items share the counts, so these are made anew."""
        self.earlier = {**self.earlier, outcome: self.earlier.get(outcome, 0) + 1}


class Attempt(Struct):
    placed: c.PlaceCall
    committed_utc_s: float
    state: str = AttemptState.INTENT
    ringing_utc_s: float | None = None
    answered_utc_s: float | None = None
    joined_utc_s: float | None = None
    agent_id: int | None = None
    heard: Heard | None = None
    record: CallRecord | None = None
    disposition: str | None = None
    note: str = ""
    opted_out_utc_s: float | None = None


@dataclass(slots=True)
class Run:
    run_id: int
    campaign_id: int
    started_utc_s: float
    state: str = RunState.RUNNABLE
    halted: str = ""
    placed: int = 0
    finished: int = 0
    answered: int = 0  # of the calls that are over
    abandoned: int = 0
    fresh: deque[int] = field(default_factory=deque)
    waiting: list[tuple[float, int]] = field(default_factory=list)  # heap of (due, member); stale entries allowed
    taken: dict[int, None] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def counts(self) -> tuple[int, int, int, int]:
        return self.placed, self.finished, self.answered, self.abandoned

    def copy(self) -> "Run":
        return replace(self, fresh=deque(self.fresh), waiting=list(self.waiting), taken=dict(self.taken))


PLAIN = (
    "reservations",
    "skipped",
    "campaigns",
    "trunks",
    "agents",
    "dnc",
    "open",
    "live_numbers",
    "dialed",
    "first_utc_s",
    "abandoned",
    "machines",
    "learned",
    "recordings",
)
"""Tables of values that never change."""


@dataclass(slots=True)
class Rows:
    """One tenant's tables."""

    campaigns: dict[int, Campaign] = field(default_factory=dict)
    before: dict[int, tuple[float, Count]] = field(default_factory=dict)
    """Campaign: what the law counted of calls that are not among these rows, and when they were answered (UTC)."""
    recordings: dict[str, RecordingPicture] = field(default_factory=dict)
    recording_rule: RecordingPolicy = RecordingPolicy.NEVER
    listening_shown: bool = True
    supervised: list[SaveSupervised] = field(default_factory=list)
    learned: dict[int, bytes] = field(default_factory=dict)  # campaign: what it has taught its pacer
    trunks: dict[int, Trunk] = field(default_factory=dict)
    agents: dict[int, AgentProfile] = field(default_factory=dict)
    agent_states: list[c.SaveAgentState] = field(default_factory=list)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    skipped: dict[str, c.SkipContact] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    dnc: dict[str, float] = field(default_factory=dict)  # number: since when
    open: dict[str, None] = field(default_factory=dict)  # attempts without a final record
    live_numbers: dict[str, str] = field(default_factory=dict)
    first_utc_s: dict[int, float] = field(default_factory=dict)  # campaign: its first attempt
    answered: dict[int, list[tuple[float, CallRecord]]] = field(default_factory=dict)
    """Campaign: the final records of calls that were answered, and when each was placed; the law's counts are made of
    these."""
    dialed: dict[str, tuple[float, ...]] = field(default_factory=dict)  # number: when, lately
    abandoned: dict[str, float] = field(default_factory=dict)  # number: when its last abandoned call ended
    machines: dict[str, float] = field(default_factory=dict)  # number: when its last call that a machine had ended
    inbound: CallerRows = field(default_factory=CallerRows)
    fence: int = 0
    written_no: int = 0
    written_utc_s: float = 0.0
    missed_since_utc_s: float | None = None
    history: int = 0  # of the store, when the shard was opened last
    owner: str = ""
    made: int = 0

    def copy(self) -> "Rows":
        """Of its own, down to the last row. What cannot change is shared."""
        other = replace(
            self,
            runs={run_id: run.copy() for run_id, run in self.runs.items()},
            members=dict(zip(self.members, map(copy, self.members.values()), strict=True)),
            attempts=dict(zip(self.attempts, map(copy, self.attempts.values()), strict=True)),
            answered={campaign_id: list(records) for campaign_id, records in self.answered.items()},
            agent_states=list(self.agent_states),
            inbound=self.inbound.copy(),
        )
        for name in PLAIN:
            setattr(other, name, dict(getattr(self, name)))
        return other

    # Members

    def add_member(self, run_id: int, number: str, zones: tuple[str, ...] = ("UTC",)) -> Member:
        member = Member(len(self.members) + 1, run_id, number, zones)
        self.members[member.member_id] = member
        self.runs[run_id].fresh.append(member.member_id)
        return member

    def by_hand(self, run_id: int, number: str, zones: tuple[str, ...] = ("UTC",)) -> Member:
        """The member behind a number that an agent dials: no hopper takes one that is made for it."""
        for member in self.members.values():
            if (member.run_id, member.number) == (run_id, number):
                return member
        member = Member(len(self.members) + 1, run_id, number, zones, state="final", unused=True)
        self.members[member.member_id] = member
        return member

    def wait(self, member: Member, due_utc_s: float | None) -> None:
        member.state, member.due_utc_s = "waiting", due_utc_s or 0.0
        run = self.runs[member.run_id]
        run.taken.pop(member.member_id, None)
        heappush(run.waiting, (member.due_utc_s, member.member_id))

    def finish(self, member: Member) -> None:
        if member.state != "final":
            member.state = "final"
            run = self.runs[member.run_id]
            run.taken.pop(member.member_id, None)
            run.finished += 1

    def next_due(self, run: Run) -> tuple[float, Member] | None:
        while run.waiting:
            due_utc_s, member_id = run.waiting[0]
            member = self.members[member_id]
            if member.state == "waiting" and member.due_utc_s == due_utc_s:
                return due_utc_s, member
            heappop(run.waiting)
        return None

    def take(self, run: Run, want: int, utc_s: float) -> list[Member]:
        """Those due by now, then fresh ones."""
        taken: list[Member] = []
        while len(taken) < want and (due := self.next_due(run)) is not None and due[0] <= utc_s:
            heappop(run.waiting)
            taken.append(self._taken(run, due[1]))
        while len(taken) < want and run.fresh:
            member = self.members[run.fresh.popleft()]
            if member.state == "fresh":  # else it was given back, to a store that had lost that it was taken
                taken.append(self._taken(run, member))
        return taken

    def _taken(self, run: Run, member: Member) -> Member:
        """At once: the heap may name it twice."""
        member.state = "taken"
        run.taken[member.member_id] = None
        return member

    def item(self, tenant: int, member: Member) -> HopperItem:
        item = self.item_by_hand(tenant, member)
        member.taken_as = item.call
        return item

    def item_by_hand(self, tenant: int, member: Member) -> HopperItem:
        """Without taking it from any hopper."""
        self.made += 1
        return HopperItem(
            call=f"c{tenant}-{self.made:032x}",
            member_id=member.member_id,
            contact_id=member.member_id,
            list_id=1,
            attempt_no=member.attempts + 1,
            number=member.number,
            due_utc_s=member.due_utc_s,
            earlier=member.earlier,
        )

    # Attempts

    def placed_last_minute(self, run_id: int, utc_s: float) -> int:
        """Attempts of this run since then; the newest come last."""
        count = 0
        for attempt in reversed(self.attempts.values()):
            if attempt.committed_utc_s <= utc_s - MINUTE_S:
                break
            count += attempt.placed.run_id == run_id
        return count

    def recent(self, number: str, utc_s: float) -> tuple[float, ...]:
        """When this number was dialed within the last 24 hours."""
        times = self.dialed.get(number, ())
        old = 0
        while old < len(times) and times[old] <= utc_s - DAY_S:
            old += 1
        if old:
            times = self.dialed[number] = times[old:]
        return times

    def note_dialed(self, placed: c.PlaceCall, utc_s: float) -> None:
        number, campaign_id = placed.item.number, placed.campaign_id
        self.dialed[number] = (*self.recent(number, utc_s), utc_s)
        self.first_utc_s[campaign_id] = min(placed.at_utc_s, self.first_utc_s.get(campaign_id, placed.at_utc_s))

    def open_calls(self) -> tuple[OpenCall, ...]:
        """Those without a record, and those that an agent still wraps up."""
        wrapped_up = [agent.acw_call for agent in self.agents.values() if agent.acw_call in self.attempts]
        names = dict.fromkeys([*self.open, *filter(None, wrapped_up)])
        return tuple(_open_call(self.attempts[name]) for name in names)

    def open_recordings(self) -> tuple[RecordingPicture, ...]:
        return tuple(one for one in self.recordings.values() if one.ended_utc_s is None)

    def keep_recording(self, picture: RecordingPicture) -> None:
        """What has ended stays as it ended."""
        before = self.recordings.get(picture.recording)
        if before is None or before.ended_utc_s is None:
            self.recordings[picture.recording] = picture


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
        disposition=attempt.disposition,
        note=attempt.note,
        opted_out_utc_s=attempt.opted_out_utc_s,
        heard=attempt.heard,
        outcome=attempt.record.outcome if attempt.record else None,
        ended_utc_s=attempt.record.ended_utc_s if attempt.record else None,
    )
