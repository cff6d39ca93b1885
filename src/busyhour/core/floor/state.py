"""The floor's records, and the moves that write them. Nothing else writes a state.

An agent's state is derived (`derive`), never stored. Deadlines live in one agenda: `at` sets, `drop` forgets, and a
stale entry of the heap is known by its time, so no timer can fire for something that has moved on.
"""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf

from busyhour.core.acd.entries import Entries
from busyhour.core.acd.leavers import Leavers
from busyhour.core.acd.lost import LostCallers
from busyhour.core.acd.pool import Standing
from busyhour.core.acd.routing import Routing
from busyhour.core.acd.served import ServedBy
from busyhour.core.commands import Accept, Command, Refuse, SaveAgentState
from busyhour.core.dialer.compliance.ledger import Ledger
from busyhour.core.events import Instant
from busyhour.core.floor import learning
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.consult_live import Consult, Party
from busyhour.core.floor.free import FreeAgents
from busyhour.core.floor.run_live import RunLive, TrunkLive
from busyhour.core.floor.supervision import Supervision
from busyhour.core.floor.tried import Tried
from busyhour.core.life.agent import AGENT_LIFE, AgentState, SystemReason
from busyhour.core.life.attempt import ATTEMPT_LIFE, AttemptCause
from busyhour.core.life.call import CALL_LIFE, TRYING, CallCause, CallState
from busyhour.core.life.run import RUN_LIFE, RunCause
from busyhour.core.life.table import IllegalStep, step
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.queue import Medium, Queue
from busyhour.core.model.recordings import RecordingPolicy
from busyhour.core.model.values import LegMode, PhoneKind

CLOCK_SET_S = 2.0  # clocks that drift apart by more were set
NEWS_MAX_S = 10.0  # of facts that are on their way; later ones are found by looking
START = Instant(0.0, 0.0)
ALL = "all"  # of a kind of things: each of them may be shown otherwise now
SAME_S = 0.001  # deadlines of one thing that differ by less are one
STALE_MAX = 1_000  # entries of the agenda: beyond it they are swept when most of them are stale
LEAVER_KEPT_S = 600.0  # who hung up while they waited, and calls again within this, has the old place

PLANNED, WAITING, OFFERED = CallState.PLANNED, CallState.WAITING, CallState.OFFERED  # read at each event
BEFORE_TALK = (CallState.RESERVED, CallState.PLANNED, CallState.DIALING, CallState.WAITING)


@dataclass(slots=True)
class AgentLive:
    profile: AgentProfile
    state: AgentState = AgentState.OFFLINE
    reason: str | None = None
    since_s: float = 0.0
    since_utc_s: float = 0.0
    session_open: bool = False  # logged on at a desk
    desk: str | None = None  # the open tab
    last_desk: str | None = None  # the tab that the phone lives in, also while its link is down
    pause: str | None = SystemReason.LOGIN
    next_pause: str | None = None  # takes effect when the call in hand is over
    leaving: bool = False  # log-off asked for during a call
    worked: bool = False  # was ready once in this session: from then on a persistent leg is kept up
    phone: bool = False  # can be rung
    leg: str | None = None
    leg_up: bool = False
    leg_since_s: float = 0.0  # monotonic: when the leg last changed
    call: str | None = None  # reserved for, or talking to
    consult: str | None = None  # a colleague's customer, about whom they are asked
    busy_run: int | None = None  # whose call they have, or had last
    acw_call: str | None = None
    acw_queue: Queue | None = None  # in which they had that caller
    acw_until_s: float = inf  # monotonic
    acw_until_utc_s: float = 0.0
    handled: int = 0
    misses: int = 0  # in a row: callers that they let ring
    rest_until_utc_s: float = 0.0  # RESTING
    callers_offered: int = 0  # these four since log-in
    callers_missed: int = 0
    callers_answered: int = 0
    caller_talk_s: float = 0.0
    talk_s: float = 0.0
    tried: Tried | None = None
    saved: tuple[str | None, bool, str | None] | None = None  # what was last kept

    @property
    def agent_id(self) -> int:
        return self.profile.agent_id

    @property
    def lasting(self) -> tuple[str | None, bool, str | None]:
        """What recovery needs, beside the state: it may change while the state does not."""
        return self.pause_asked, self.session_open, self.acw_call

    @property
    def pause_asked(self) -> str | None:
        """Theirs, or the one after the call in hand. Who logs off after it is offered no other, even if we die."""
        return SystemReason.LOGIN if self.leaving else self.next_pause or self.pause

    @property
    def phone_ready(self) -> bool:
        """Whether a customer can be joined: the leg is up, or can be brought up for the call."""
        return self.leg_up if self.profile.leg_mode is LegMode.PERSISTENT else self.can_ring

    @property
    def can_ring(self) -> bool:
        return self.phone or self.profile.phone_kind is PhoneKind.SIP


@dataclass(slots=True)
class FloorState:
    """Everything live of one tenant. `out` and `touched` are emptied by each `handle`."""

    tenant: int = 0
    fence: int = 0
    now: Instant = START
    clock_set: tuple[float, float] = (-inf, 0.0)  # when (monotonic) the wall clock was last seen set, and by how much
    started: bool = False
    telephony_up: bool = False
    store_up: bool = True
    boot: str = ""
    pbx_ahead_s: float = 0.0  # of the PBX's clock before ours, as last pictured (`clocks.py`)
    agents: dict[int, AgentLive] = field(default_factory=dict)
    calls: dict[str, DialedCall] = field(default_factory=dict)
    runs: dict[int, RunLive] = field(default_factory=dict)
    trunks: dict[int, TrunkLive] = field(default_factory=dict)
    ledgers: dict[int, Ledger] = field(default_factory=dict)  # campaign -> what the law counts
    legs: dict[str, int] = field(default_factory=dict)  # leg -> agent
    accompanied: dict[str, str] = field(default_factory=dict)  # number -> the call that has it and its agent
    idle: FreeAgents = field(default_factory=FreeAgents)
    callers: dict[str, CallerCall] = field(default_factory=dict)  # calls that came in, and callbacks' dials
    entries: Entries = field(default_factory=lambda: Entries(Routing(), Leavers(LEAVER_KEPT_S)))
    lost: LostCallers = field(default_factory=LostCallers)
    numbers: tuple[DialedNumber, ...] = ()
    takes_callers: bool = False  # there is a queue: agents stand in line for callers, too
    gone: dict[str, None] = field(default_factory=dict)  # callers who hung up lately
    missed_since_utc_s: float | None = None  # since when callers may have come unseen
    missed_no: int = 0  # grows with each time that they are looked for
    consults: dict[str, Consult] = field(default_factory=dict)  # by the customer's call
    parties: dict[str, Party] = field(default_factory=dict)  # people outside, on channels of ours
    parked: dict[int, str] = field(default_factory=dict)  # place -> the customer's call
    closed_why: dict[int, str] = field(default_factory=dict)  # of each queue, as last looked: why it is closed
    day_bucket: int = 0  # as last looked: the first quarter of an hour of today (UTC)
    recording_rule: RecordingPolicy = RecordingPolicy.NEVER
    recording_room: bool = True
    unsettled: dict[str, None] = field(default_factory=dict)  # calls whose recorder may have to do something else
    had_by: ServedBy = field(default_factory=ServedBy)
    listening_shown: bool = True  # to the agents who are listened to
    acw_usual_s: float = 0.0  # of wrap-up, of who has no time of their own; 0 = as queues and campaigns say
    supervisions: dict[int, Supervision] = field(default_factory=dict)  # supervisor -> the call that they are on
    dirty_runs: dict[int, None] = field(default_factory=dict)
    dirty_agents: dict[int, None] = field(default_factory=dict)
    touched: dict[tuple[str, str], None] = field(default_factory=dict)
    out: list[Command] = field(default_factory=list)
    _agenda: list[tuple[float, int, str, str]] = field(default_factory=list)
    _due: dict[tuple[str, str], float] = field(default_factory=dict)
    _turns: "count[int]" = field(default_factory=count)
    _legs_made: "count[int]" = field(default_factory=lambda: count(1))

    # Deadlines

    def heard(self, stamped_utc_s: float) -> Instant:
        """Now, on the clock that stamped this fact: the wall clock may have been set while the news were under way."""
        (set_s, by_s), late_s = self.clock_set, self.now.utc_s - stamped_utc_s
        if self.now.mono_s - set_s <= NEWS_MAX_S and abs(late_s - by_s) < abs(late_s):
            return Instant(self.now.mono_s, self.now.utc_s - by_s)
        return self.now

    def at(self, after_s: float, kind: str, name: str) -> None:
        """Ask for `kind` of `name` to be due `after_s` from now; replaces an earlier wish of the same kind."""
        due_s = self.now.mono_s + max(0.0, after_s)
        if due_s == inf or abs(self._due.get((kind, name), -inf) - due_s) < SAME_S:
            return  # never, or asked for already
        self._due[kind, name] = due_s
        heappush(self._agenda, (due_s, next(self._turns), kind, name))
        if len(self._agenda) > STALE_MAX and len(self._agenda) > 2 * len(self._due):
            self._agenda = [entry for entry in self._agenda if self._due.get(entry[2:]) == entry[0]]
            heapify(self._agenda)

    def drop(self, kind: str, name: str) -> None:
        self._due.pop((kind, name), None)

    def is_due(self, kind: str, name: str) -> bool:
        """Whether such a deadline is still to come."""
        return (kind, name) in self._due

    def next_deadline_s(self) -> float | None:
        """Monotonic time of the earliest deadline; None when nothing is due ever."""
        while self._agenda:
            due_s, _, kind, name = self._agenda[0]
            if self._due.get((kind, name)) == due_s:
                return due_s
            heappop(self._agenda)
        return None

    def pop_due(self) -> tuple[str, str] | None:
        """The next deadline that has passed, taken off the agenda."""
        due_s = self.next_deadline_s()
        if due_s is None or due_s > self.now.mono_s:
            return None
        _, _, kind, name = heappop(self._agenda)
        del self._due[kind, name]
        return kind, name

    def next_turn(self) -> int:
        return next(self._turns)

    def next_leg(self) -> int:
        return next(self._legs_made)

    # Output

    def do(self, command: Command) -> None:
        self.out.append(command)

    def accept(self, request: str) -> None:
        self.out.append(Accept(request=request))

    def refuse(self, request: str, code: str, text: str) -> None:
        self.out.append(Refuse(request=request, code=code, text=text))

    def touch(self, kind: str, name: object) -> None:
        self.touched[kind, str(name)] = None

    # Moves

    def call_of(self, name: str) -> CallLive | None:
        """Whoever began it."""
        return self.calls.get(name) or self.callers.get(name)

    def in_hand(self, agent: AgentLive) -> CallLive | None:
        """The call that this agent is reserved for, or talks to."""
        return self.call_of(agent.call) if agent.call is not None else None

    def engage(self, agent: AgentLive, call: CallLive) -> None:
        """This agent has this call from now on, and stands in no line."""
        agent.call = call.call
        self.take(agent)

    def take(self, agent: AgentLive) -> None:
        self.idle.remove(agent.agent_id)
        if self.takes_callers:
            self.entries.routing.take(agent.agent_id, Medium.AUDIO)
        self.dirty_agent(agent.agent_id)

    def move(self, call: CallLive, cause: CallCause) -> None:
        if isinstance(call, DialedCall):
            self.move_call(call, cause)
        elif isinstance(call, CallerCall):
            self.move_caller(call, cause)

    def move_caller(self, call: CallerCall, cause: CallCause) -> None:
        call.state = step(CALL_LIFE, call.state, cause)
        call.changed_s = self.now.mono_s
        self.unsettled[call.call] = None
        self.touch("calls", call.call)
        if call.queue is not None:
            self.touch("queues", call.queue.queue_id)
        for agent_id in call.ringing if call.agent_id is None else (call.agent_id,):
            self.dirty_agent(agent_id)

    def move_call(self, call: DialedCall, cause: CallCause) -> None:
        run, before = self.runs[call.run_id], call.state
        self.count_call(run, call, -1)
        call.state = step(CALL_LIFE, before, cause)
        call.changed_s = self.now.mono_s
        self.unsettled[call.call] = None
        if call.state is CallState.ENDED and self.accompanied.get(call.item.number) == call.call:
            del self.accompanied[call.item.number]
        self.count_call(run, call, +1)
        if not call.accompanied:
            learning.call_moved(self, run, call, before)
        self.touch("calls", call.call)
        self.dirty_run(call.run_id)
        if call.agent_id is not None:
            self.dirty_agent(call.agent_id)

    def count_call(self, run: RunLive, call: DialedCall, sign: int) -> None:
        if sign > 0 and not call.accompanied:
            learning.call_rings(self, run, call)
        if call.state is PLANNED:
            run.planned += sign
        if call.state in TRYING:
            if call.accompanied:
                run.accompanied += sign
            else:
                run.dialing += sign
        elif call.state is WAITING:
            if sign > 0:
                run.waiting.add(call.call, call.answered_utc_s or 0.0)
            else:
                run.waiting.remove(call.call)

    def move_attempt(self, call: CallLive, cause: AttemptCause) -> None:
        call.attempt = step(ATTEMPT_LIFE, call.attempt, cause)
        call.changed_s = self.now.mono_s
        self.touch("calls", call.call)

    def move_run(self, run: RunLive, cause: RunCause) -> None:
        run.state = step(RUN_LIFE, run.state, cause)
        self.dirty_run(run.run_id)

    def dirty_run(self, run_id: int) -> None:
        if run_id in self.runs:
            self.dirty_runs[run_id] = None
            self.touch("runs", run_id)

    def dirty_all_runs(self) -> None:
        for run_id in self.runs:
            self.dirty_run(run_id)

    def dirty_agent(self, agent_id: int) -> None:
        if agent_id in self.agents:
            self.dirty_agents[agent_id] = None

    # The agent's derived state

    def derive(self, agent: AgentLive) -> tuple[AgentState, str | None]:
        """The state that the facts amount to. The order is the meaning: a live call outranks all else."""
        if agent.call is not None:
            call = self.in_hand(agent)
            assert call is not None, "an agent has a call that is not here"
            state = call.state
            offered = state is OFFERED and agent.state is not AgentState.ON_CONTACT
            return (AgentState.RESERVED if offered or state in BEFORE_TALK else AgentState.ON_CONTACT), None
        if agent.consult is not None:
            return self.consults[agent.consult].of_colleague, None
        if agent.acw_call is not None:
            return AgentState.ACW, None
        if not agent.session_open:
            return AgentState.OFFLINE, None
        if agent.agent_id in self.supervisions:
            return AgentState.NOT_READY, SystemReason.SUPERVISING
        if agent.pause is not None:
            return AgentState.NOT_READY, agent.pause
        if agent.desk is None:
            return AgentState.NOT_READY, SystemReason.LAGGED
        if not agent.phone_ready:
            return AgentState.NOT_READY, SystemReason.PHONE
        return AgentState.AVAILABLE, None

    def settle_agents(self) -> None:
        """Derive anew the state of each agent whose facts changed; record and spread what is different."""
        while self.dirty_agents:
            agent_id = next(iter(self.dirty_agents))
            del self.dirty_agents[agent_id]
            agent = self.agents.get(agent_id)
            if agent is not None:
                self.settle_agent(agent)

    def settle_agent(self, agent: AgentLive) -> None:
        state, reason = self.derive(agent)
        self.touch("agents", agent.agent_id)
        if (state, reason) == (agent.state, agent.reason):
            if agent.saved != agent.lasting:
                self.save_agent(agent)
            return
        if state is not agent.state and state not in AGENT_LIFE[agent.state]:
            raise IllegalStep(f"agent {agent.agent_id}: {agent.state!r} to {state!r}")
        before, agent.state, agent.reason = agent.state, state, reason
        learning.agent_changed(self, agent, before)
        agent.since_s, agent.since_utc_s = self.now.mono_s, self.now.utc_s
        if state is AgentState.AVAILABLE:
            self.idle.add(agent.agent_id, self.now.mono_s)
        else:
            self.idle.remove(agent.agent_id)
        if self.takes_callers:
            self.stand_in_line(agent)
        for run_id in self.idle.runs_of(agent.agent_id):
            self.dirty_run(run_id)
        self.save_agent(agent)

    def stand_in_line(self, agent: AgentLive) -> None:
        """Tell routing whether this agent is logged on, and whether they could take a caller."""
        routing, agent_id = self.entries.routing, agent.agent_id
        if agent.state is AgentState.OFFLINE:
            routing.log_off(agent_id)
        else:
            routing.log_on(agent_id)
            if agent.state is AgentState.AVAILABLE:
                routing.free(agent_id, Medium.AUDIO, Standing(self.now.mono_s, agent.handled))
            else:
                routing.take(agent_id, Medium.AUDIO)
        self.touch("queues", ALL)

    def save_agent(self, agent: AgentLive) -> None:
        agent.saved = agent.lasting
        self.do(
            SaveAgentState(
                agent_id=agent.agent_id,
                state=agent.state,
                reason=agent.reason,
                pause=agent.pause_asked,
                call=agent.call or agent.acw_call,
                acw_until_utc_s=agent.acw_until_utc_s if agent.acw_call else 0.0,
                session_open=agent.session_open,
                at_utc_s=self.now.utc_s,
            )
        )
