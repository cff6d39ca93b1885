"""What must hold at each step, judged by the ledger and by what was committed, never by what an engine believes.

`on_invite` looks at each dialed call, `on_order` at each order to the PBX, `on_batch` at each commit, in their order,
`each_second` at what lives. What must hold in the end is in `checks_end`, what must hold inside a floor in
`checks_floor`.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.core.model.ids import agent_of
from busyhour.core.model.values import DialMode, LegMode
from busyhour.sim.checks_accompanied import AccompaniedChecks
from busyhour.sim.checks_callers import CallerChecks
from busyhour.sim.checks_caps import CapChecks
from busyhour.sim.checks_end import at_the_end
from busyhour.sim.checks_hours import wrong_hour
from busyhour.sim.checks_law import LawChecks
from busyhour.sim.checks_live import LiveChecks
from busyhour.sim.checks_recording import RecordingChecks
from busyhour.sim.checks_retry import check_pause_between
from busyhour.sim.checks_wrap_up import WAITS_MAX_S, WrapUps, has_another
from busyhour.sim.ledger import Channel, Violation
from busyhour.sim.loop import the_loop

if TYPE_CHECKING:
    from busyhour.sim.process import Process
    from busyhour.sim.world import World

INTENT_AGE_MAX_S = 5.5
SLACK_S = 0.05
WRITTEN_KEPT = 200  # states of an agent that may be written again
DIALS = (c.PlaceCall, c.PlaceCallback)
E164 = re.compile(r"\+[1-9][0-9]{1,14}")


def is_dialed(call: str) -> bool:
    """For a run; else somebody called, or is called back."""
    return call.startswith("c")


class Checks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._fences: dict[int, int] = {}
        self.owners: dict[int, Process] = {}  # who opened the shard last, whatever fence they were given
        self.agent_states: dict[tuple[int, int], c.SaveAgentState] = {}
        self._free: dict[int, set[int]] = {}  # agents of a tenant, by what was last written of them
        self._in_flight: dict[tuple[int, int], dict[str, None]] = {}  # of a run: committed and not answered
        self._placed_for: dict[str, int | None] = {}  # the agent for whom alone a call was committed, if there is one
        self._run_states: dict[tuple[int, int], str] = {}
        self._unpaused_s: dict[tuple[int, int], float] = {}  # when the run's going on was last asked for
        self._kept_paused: dict[tuple[int, int], float] = {}  # runs whose pause was acknowledged, since when
        self._paused_agents: dict[tuple[int, int], float] = {}
        self._asked_in_vain: dict[Process, list[e.Event]] = {}  # so far
        self._wrap_ups = WrapUps()
        self.dispositions: dict[tuple[int, str], list[str]] = {}  # the last acknowledged, and what was asked for since
        self.planned_s: dict[str, float] = {}  # when an engine first thought of the call, by true time
        self.listed_s: dict[tuple[int, str], float] = {}  # do-not-call numbers, since when by true time
        self.first_records: dict[str, Any] = {}
        self.recorded_s: dict[str, float] = {}  # when they were written, by true time
        self.callers = CallerChecks(world)
        self.recordings = RecordingChecks(world)
        world.pbx.recorders.check_start = self.recordings.on_start
        self._live = LiveChecks(world, self)
        self.accompanied = AccompaniedChecks(world)
        self.caps = CapChecks(world)
        self.law = LawChecks(world)
        self.committed_s: dict[str, float] = {}  # by true time
        self._agents_written: dict[tuple[int, int], dict[int, c.SaveAgentState]] = {}  # the newest, by identity
        self._agents_written_s: dict[tuple[int, int], float] = {}
        self._agents_fence: dict[tuple[int, int], int] = {}  # of the engine that wrote the agent's state last

    # Dialing

    def on_invite(self, channel: Channel) -> None:
        try:
            self._on_invite(channel)
        except Violation as found:
            self._world.broken(found)

    def _on_invite(self, channel: Channel) -> None:
        if channel.of_caller:
            self.callers.on_invite(channel)
            return
        rows = self._world.store.tenants[channel.tenant]
        attempt = rows.attempts.get(channel.name)
        if attempt is None and channel.name in self.committed_s and self._world.failover.may_be_missing(channel.tenant):
            return  # its record was lost a moment ago, and is not given back yet
        if attempt is None:
            raise Violation(f"I3: {channel.name} was dialed without a committed attempt")
        listed_s = self.listed_s.get((channel.tenant, channel.number))
        if listed_s is not None and listed_s < self.committed_s[channel.name]:
            raise Violation(f"I6: {channel.number} was dialed though on the do-not-call list")
        if not E164.fullmatch(channel.number):
            raise Violation(f"I41: {channel.number!r} is no number")
        if not attempt.placed.why:
            raise Violation(f"I10: nobody knows why {channel.name} was dialed")
        self.accompanied.on_invite(channel, attempt.placed)
        trunk = rows.trunks[channel.trunk_id]
        if self._world.pbx.ledger.up_on_trunk[channel.tenant, channel.trunk_id] > trunk.capacity:
            raise Violation(f"I8: more than {trunk.capacity} calls on trunk {channel.trunk_id}")
        self.caps.on_invite(channel, rows.campaigns[attempt.placed.campaign_id])
        check_pause_between(self._world, self.accompanied, channel)

    def _set_back_s(self, written_s: float) -> float:
        """By how much the clock was set back since what was written then, which may have waited for the store."""
        if not self._world.jumps:
            return 0.0
        since_s = written_s - WAITS_MAX_S
        back_s = 0.0
        for at_s, seconds in reversed(self._world.jumps):
            if at_s < since_s:
                break
            back_s += max(0.0, -seconds)
        return back_s

    # Orders

    def opened(self, process: "Process") -> None:
        self.owners[process.tenant] = process
        for event in self._asked_in_vain.pop(process, ()):
            self._took_effect(process.tenant, event)

    def on_order(self, process: "Process", order: object) -> None:
        try:
            self._on_order(process, order)
        except Violation as found:
            self._world.broken(found)

    def _on_order(self, process: "Process", order: object) -> None:
        owner = self.owners.get(process.tenant)
        if process is not owner and not self._world.store_away():
            raise Violation(f"I14: an engine with fence {process.fence}, which is not the owner, ordered {order!r}")
        if isinstance(order, c.Join):
            self._check_join(process.tenant, order)
        elif isinstance(order, DIALS):
            self._check_age(order)
            self.caps.on_send(process.tenant, order.trunk.trunk_id)

    def _check_age(self, order: c.Dial) -> None:
        """I6: no old intent is sent. How long the PBX takes to carry an order out is not in our hands."""
        age_s = the_loop().now_s - self.planned_s[order.call]
        if age_s > INTENT_AGE_MAX_S:
            raise Violation(f"I6: {order.call} was sent {age_s:.1f} s after its intent")

    def _check_join(self, tenant: int, order: c.Join) -> None:
        """I26: no customer for somebody who has said that they pause. Who was offered one before hears them out."""
        agent_id = agent_of(order.leg)
        paused_s = self._paused_agents.get((tenant, agent_id))
        channel = self._world.pbx.ledger.live.get(order.call)
        supervises = order.leg in self._world.pbx.ears.ever  # who hears the call already, and takes it over
        if paused_s is None or channel is None or channel.answered_s is None or supervises:
            return
        if channel.of_caller and not channel.came:
            return  # called back for this agent, who is on the line before they are
        for_them = self._placed_for.get(order.call) == agent_id  # the store may just have lost the intent
        dialed_for_them = for_them and self.planned_s[order.call] <= paused_s + SLACK_S
        if dialed_for_them or self.accompanied.dials_by_hand(tenant, agent_id):
            return
        per_call = self._world.store.tenants[tenant].agents[agent_id].leg_mode is LegMode.PER_CALL
        if channel.answered_s > paused_s + SLACK_S and not per_call:
            raise Violation(f"I26: {order.call} was joined to agent {agent_id} of {tenant}, who had paused")

    # Commits

    def on_batch(self, process: "Process", fence: int, batch: Sequence[c.Keep], answers: Sequence[e.Event]) -> None:
        try:
            self._on_batch(process, fence, batch, answers)
        except Violation as found:
            self._world.broken(found)

    def _on_batch(self, process: "Process", fence: int, batch: Sequence[c.Keep], answers: Sequence[e.Event]) -> None:
        tenant = process.tenant
        if fence < self._fences.get(tenant, 0) or process is not self.owners.get(tenant):
            raise Violation(f"I13: a commit with the old fence {fence} was accepted")
        self._fences[tenant] = fence
        if not batch:
            return
        said_yes = {answer.call for answer in answers if isinstance(answer, e.CallCommitted)}
        self.callers.on_batch(tenant, batch, said_yes)
        for keep in batch:
            if isinstance(keep, c.SaveAgentState):
                self._check_agent(tenant, fence, keep)
            elif isinstance(keep, c.PlaceCall):
                call = keep.item.call
                if call in said_yes and call not in self._placed_for:
                    self._placed_for[call] = keep.agent_id
                    self.committed_s[call] = the_loop().now_s
                    self._check_intent(process, keep)
            elif isinstance(keep, c.SaveProgress):
                if keep.answered_utc_s is not None and is_dialed(keep.call):
                    self._landed(tenant, keep.call)
            elif isinstance(keep, c.CloseCall):
                self._landed(tenant, keep.record.call)
                self.first_records.setdefault(keep.record.call, keep.record)
                self.recorded_s.setdefault(keep.record.call, the_loop().now_s)
                self.law.on_close(tenant, keep)
            elif isinstance(keep, c.OptOut):
                self.listed_s.setdefault((tenant, keep.number), the_loop().now_s)
            elif isinstance(keep, c.SaveRun):
                self._check_run(tenant, keep.run_id, keep.state)

    def _check_run(self, tenant: int, run_id: int, state: str) -> None:
        """I7, I33: a run whose pause was acknowledged goes on only when somebody asked for it since."""
        paused_s = self._kept_paused.get((tenant, run_id))
        if paused_s is not None and state not in ("paused", "removed"):
            raise Violation(f"I7: run {run_id} of {tenant} is {state}, and nobody ended its pause")
        self._run_states[tenant, run_id] = state

    def _landed(self, tenant: int, call: str) -> None:
        attempt = self._world.store.tenants[tenant].attempts[call]
        self._in_flight.setdefault((tenant, attempt.placed.run_id), {}).pop(call, None)

    def _check_intent(self, process: "Process", keep: c.PlaceCall) -> None:
        tenant, now_s = process.tenant, the_loop().now_s
        rows = self._world.store.tenants[tenant]
        state = self._run_states.get((tenant, keep.run_id))
        if state != "running":
            raise Violation(f"I7: {keep.item.call} was committed while its run is {state}")
        paused_s = self._kept_paused.get((tenant, keep.run_id))
        if paused_s is not None:
            raise Violation(f"I7: {keep.item.call} was committed {now_s - paused_s:.1f} s after its run was paused")
        campaign = rows.campaigns[keep.campaign_id]
        wrong = wrong_hour(campaign, rows.members[keep.item.member_id].zones, self._world.utc())
        if wrong is not None:
            raise Violation(f"I5: {keep.item.call} was committed {wrong}")
        self.accompanied.on_intent(tenant, keep)
        in_flight = self._in_flight.setdefault((tenant, keep.run_id), {})
        if keep.agent_id is None:
            in_flight[keep.item.call] = None
        if campaign.dial_mode is not DialMode.AGENTLESS:
            for name in list(in_flight):  # answered while no engine was there to write it down
                channel = self._world.pbx.ledger.channels.get(name)
                if channel is not None and (channel.answered_s is not None or not channel.live):
                    del in_flight[name]
            free = len(self._free.get(tenant, ()))
            if keep.agent_id is not None:
                pass  # dialed for one agent, who was free a moment ago, beside what is on the way for the others
            elif campaign.dial_mode is DialMode.PROGRESSIVE and len(in_flight) > free:
                raise Violation(f"I12: {len(in_flight)} calls on the way for {free} free agents of {tenant}")
            if keep.agent_id is None:
                self.law.on_intent(tenant, campaign, keep, on_the_way=len(in_flight), free=free)
        placed_s = self.planned_s[keep.item.call]
        line = self._world.lines[tenant]
        if line.downs and line.process is process and placed_s > line.told_down_s + SLACK_S:
            raise Violation(
                f"I9: {keep.item.call} was placed {placed_s - line.told_down_s:.1f} s after the link was lost"
            )

    def _check_agent(self, tenant: int, fence: int, keep: c.SaveAgentState) -> None:
        """I26, I28: one state after another, in time; reserved only from available."""
        key = (tenant, keep.agent_id)
        before = self.agent_states.get(key)
        written = self._agents_written.setdefault(key, {})
        if id(keep) in written:  # which keeps it, so that no other has this identity
            return  # the same record again: the answer to its commit was lost
        written[id(keep)] = keep
        if len(written) > WRITTEN_KEPT:
            del written[next(iter(written))]
        set_back_s, now_s = self._set_back_s(self._agents_written_s.get(key, 0.0)), the_loop().now_s
        if before is not None and keep.at_utc_s < before.at_utc_s - set_back_s:
            raise Violation(f"I28: agent {keep.agent_id} of {tenant} went back in time")
        self._agents_written_s[key] = now_s
        another = before is not None and has_another(before, keep)
        new_engine = fence > self._agents_fence.get(key, 0)
        if before is not None and another and not (new_engine and self._was_with(keep)):
            who = f"agent {keep.agent_id} of {tenant}"
            raise Violation(f"I27: {who} is {keep.state} with {before.call}, and then with {keep.call}")
        self._agents_fence[key] = fence
        if keep.state == AgentState.RESERVED and before is not None and before.state != AgentState.RESERVED:
            by_hand = self.accompanied.dials_by_hand(tenant, keep.agent_id) and before.state == AgentState.NOT_READY
            taken_over = new_engine and not is_dialed(keep.call or "")  # dialed back by a dead engine, for this agent
            if before.state not in (AgentState.AVAILABLE, AgentState.ON_CONTACT) and not (by_hand or taken_over):
                raise Violation(f"I26: agent {keep.agent_id} of {tenant} was reserved while {before.state}")
            if before.state == AgentState.AVAILABLE and key in self._paused_agents:
                raise Violation(f"I26: agent {keep.agent_id} of {tenant} was reserved, and had paused or logged off")
        jumped = now_s - self._world.jumped_at_s < WAITS_MAX_S
        self._wrap_ups.written(key, before, keep, set_back_s=self._set_back_s(now_s), jumped=jumped)
        self.agent_states[key] = keep
        free = self._free.setdefault(tenant, set())
        if keep.state == AgentState.AVAILABLE:
            free.add(keep.agent_id)
        else:
            free.discard(keep.agent_id)

    def _was_with(self, keep: c.SaveAgentState) -> bool:
        """Whether this customer really was joined to the agent. An engine that dies while the store is away takes
        along what it has not written: its successor finds the agent with another customer, and nothing between."""
        channel = self._world.pbx.ledger.channels.get(keep.call or "")
        return channel is not None and channel.last_room is not None and agent_of(channel.last_room) == keep.agent_id

    # After the store has lost what nobody heard of

    def forget(self, tenant: int, keep: c.Keep) -> None:
        rows = self._world.store.tenants[tenant]
        self.callers.forget(tenant, keep)
        if isinstance(keep, c.PlaceCall) and keep.item.call not in rows.attempts:
            self._in_flight.get((tenant, keep.run_id), {}).pop(keep.item.call, None)
        elif isinstance(keep, c.CloseCall):
            attempt = rows.attempts.get(keep.record.call)
            now = attempt.record if attempt is not None else None
            # Another engine may have closed it by what it knew itself, and given that back before this was missed.
            if now is None or (now is not keep.record and self.first_records.get(keep.record.call) is keep.record):
                self.first_records.pop(keep.record.call, None)
                self.recorded_s.pop(keep.record.call, None)

    def believe(self, tenant: int) -> None:
        """What the store says now of runs and agents is what was written last; records that waited were given to it
        with what it had lost."""
        rows = self._world.store.tenants[tenant]
        for name, attempt in rows.attempts.items():
            if attempt.record is not None and name not in self.first_records:
                self.first_records[name] = attempt.record
                self.recorded_s[name] = the_loop().now_s
                self._landed(tenant, name)
        self.callers.believe(tenant)
        self.law.recount(tenant)
        self._run_states |= {(tenant, run_id): run.state for run_id, run in rows.runs.items()}
        last = {keep.agent_id: keep for keep in rows.agent_states}
        self.agent_states |= {(tenant, agent_id): keep for agent_id, keep in last.items()}
        self._free[tenant] = {agent_id for agent_id, keep in last.items() if keep.state == AgentState.AVAILABLE}

    # What people were told

    def asked(self, process: "Process", event: e.Event) -> None:
        """An engine has the request: from here on it may have taken effect, unless another engine has its shard. Should
        a failover lose that one's opening, this one may open the shard again, and write what waits."""
        tenant = process.tenant
        self._wrap_ups.asked(tenant, event, self._world.now())
        if process.fence >= self._world.store.tenants[tenant].fence:
            self._took_effect(tenant, event)
        else:
            self._asked_in_vain.setdefault(process, []).append(event)

    def _took_effect(self, tenant: int, event: e.Event) -> None:
        self.accompanied.asked(tenant, event)
        if isinstance(event, e.ReadyAsked):
            self._paused_agents.pop((tenant, event.agent_id), None)
        elif isinstance(event, e.RunUnpauseAsked):
            self._unpaused_s[tenant, event.run_id] = the_loop().now_s
            self._kept_paused.pop((tenant, event.run_id), None)
        elif isinstance(event, e.DispositionChosen) and (tenant, event.call) in self.dispositions:
            self.dispositions[tenant, event.call].append(event.disposition)

    def acknowledged(self, tenant: int, event: e.Event, asked_s: float) -> None:
        """I33: what was acknowledged holds, also after a crash."""
        try:
            self._acknowledged(tenant, event, asked_s)
        except Violation as found:
            self._world.broken(found)

    def _acknowledged(self, tenant: int, event: e.Event, asked_s: float) -> None:
        now_s = the_loop().now_s
        if isinstance(event, (e.PauseAsked, e.LogOffAsked)):
            self._check_paused(tenant, event.agent_id)
            self._paused_agents[tenant, event.agent_id] = now_s
        elif isinstance(event, e.DispositionChosen):
            self.dispositions[tenant, event.call] = [event.disposition]
        elif isinstance(event, e.RunPauseAsked):
            state = self._run_states.get((tenant, event.run_id))
            if self._unpaused_s.get((tenant, event.run_id), -1.0) >= asked_s:
                return  # somebody else wanted it to go on meanwhile
            if state not in ("paused", "completed", "removed"):
                raise Violation(f"I33: the pause of run {event.run_id} of {tenant} was acknowledged, and it is {state}")
            self._kept_paused[tenant, event.run_id] = now_s
        elif isinstance(event, e.RunRemoveAsked):
            state = self._run_states.get((tenant, event.run_id))
            if state not in ("completed", "removed"):
                raise Violation(f"I33: the end of run {event.run_id} of {tenant} was acknowledged, and it is {state}")

    def _check_paused(self, tenant: int, agent_id: int) -> None:
        kept = self._world.store.tenants[tenant].agents[agent_id]
        lost = self._world.failover.may_be_missing(tenant)  # which their engine has not noticed; it was written before
        if kept.session_open and kept.pause_reason is None and not lost:
            raise Violation(f"I33: the pause of agent {agent_id} of {tenant} was acknowledged, and is not written")

    # Each second, and in the end

    def each_second(self) -> None:
        self._live.look()
        self.law.look()

    def at_the_end(self) -> None:
        at_the_end(self._world, self)
