"""What must hold of what lives, looked at each second: nobody in silence, nothing without an owner, nothing for ever.

Promises with a time limit begin anew when something befalls the engine, its link or its store (`World.disturbed`).
"""

from typing import TYPE_CHECKING

from busyhour.core.floor.callbacks import RING_S
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import CallState
from busyhour.core.model.ids import room_of
from busyhour.sim.checks_ears import EarChecks
from busyhour.sim.checks_places import PlaceChecks
from busyhour.sim.checks_seats import SeatChecks
from busyhour.sim.ledger import Channel, Violation
from busyhour.sim.loop import the_loop

if TYPE_CHECKING:
    from busyhour.core.floor.machine import Floor
    from busyhour.core.floor.state import AgentLive
    from busyhour.sim.checks import Checks
    from busyhour.sim.world import World

OFFERED, ENGAGED = CallState.OFFERED, (AgentState.RESERVED, AgentState.ON_CONTACT)
SILENCE_MAX_S = 4.0  # answered and nothing heard, in a healthy world
SILENCE_UNHEARD_MAX_S = 18.0  # when facts are lost: they are found at the next look
RING_OVER_MAX_S = 25.0  # beyond the ring time: the hang-up may be lost, and is repeated
BACK_MAX_S = 5.0  # an engine, after the store and the PBX are there
PICTURE_LOST_S = 6.5  # later, when it asked in vain what the PBX has: the wait for an answer, and for the next try
ADOPTED_MAX_S = 10.0  # a live call, by a healthy engine
UNANSWERED_MAX_S = 25.0  # a caller: their arrival may go unheard until the next look, and the order may be lost
STRANGER_MAX_S = 25.0  # nobody's call: seen at the next look, and the hang-up may be lost once
GONE_KNOWN_MAX_S = 45.0  # an attempt whose channel is gone, or never was, has its record
STORED_MAX_S = 3.0  # what an agent is, in the store
LEGS_MAX_S = 20.0  # two legs of one agent up at once: the dead one of a reloaded desk
CAUSE_MAX_S = 20.0  # an agent on a call that is gone
KNOWN_BACK_S = 2.0  # what happened while a link was down, after it is back
TAB_MAX_S = 5.0  # a customer with a tab that another one has replaced
LATE_MAX_S = 1.0  # a deadline of a healthy engine


def _ring_s(channel: Channel) -> float:
    """The longest that anybody is rung: of those who are called back, longer."""
    return RING_S if channel.of_caller else 14.0


class LiveChecks:
    def __init__(self, world: "World", checks: "Checks") -> None:
        self._world, self._checks = world, checks
        self._down_since_s: dict[int, float] = {}
        self._store_away_s = -1e9  # when it was last away
        weather = world.plan.weather
        lossy = weather.event_lost or weather.event_late or weather.silences_per_h or weather.reply_lost
        self._places, self._seats, self._ears = PlaceChecks(world), SeatChecks(world), EarChecks(world)
        world.pbx.check_left = self._places.check_left
        unanswered = weather.picture_lost or weather.partitions_per_h
        self._back_max_s = BACK_MAX_S + (PICTURE_LOST_S if unanswered else 0.0)
        self._silence_max_s = SILENCE_UNHEARD_MAX_S if lossy else SILENCE_MAX_S

    def look(self) -> None:
        now_s = the_loop().now_s
        if self._world.store_away():
            self._store_away_s = now_s
        self._running(now_s)
        healthy = {tenant: self._healthy_s(tenant, now_s) for tenant in self._world.processes}
        self._ears.look(now_s, healthy)
        floors = {tenant: self._world.engines[tenant].floor for tenant in healthy}
        legs: dict[tuple[int, int], float] = {}
        doubled: dict[tuple[int, int], list[float]] = {}
        for channel in self._world.pbx.ledger.live.values():
            tenant = channel.tenant
            if channel.number:
                self._call(channel, floors[tenant], now_s, healthy[tenant])
                continue
            self._seats.look(channel, floors[tenant], now_s, healthy[tenant])
            if channel.party:
                continue
            if channel.tab:
                self._tab(channel, now_s, healthy[tenant])
            if channel.answered_s is not None:
                key = tenant, channel.agent_id
                if key in legs:
                    doubled.setdefault(key, [legs[key]]).append(channel.answered_s)
                else:
                    legs[key] = channel.answered_s
        for (tenant, agent_id), since_s in doubled.items():
            if min(now_s - max(since_s), healthy[tenant]) > LEGS_MAX_S:
                raise Violation(f"I23: agent {agent_id} of {tenant} has {len(since_s)} legs up")
        for tenant, healthy_s in healthy.items():
            if healthy_s > 0:
                self._open_attempts(tenant, now_s, healthy_s)
                self._agents(tenant, now_s, healthy_s)

    def _healthy_s(self, tenant: int, now_s: float) -> float:
        """For how long nothing has befallen this tenant's engine."""
        line, process = self._world.lines[tenant], self._world.processes[tenant]
        if line.downs or line.mute or line.deaf or process.frozen or process.dead or self._world.store_away():
            return 0.0
        since_s = max(self._world.disturbed_s[tenant], line.back_s, self._store_away_s)
        return max(0.0, now_s - since_s)

    def _call(self, channel: Channel, floor: "Floor | None", now_s: float, healthy_s: float) -> None:
        if channel.answered_s is not None:
            if channel.audio == "none":
                silent_s = now_s - max(channel.audio_since_s, channel.answered_s)
                if min(silent_s, healthy_s) > self._silence_max_s:
                    raise Violation(f"I18: {channel.name} has heard nothing for {silent_s:.1f} s")
        else:
            self._unanswered(channel, now_s, healthy_s)
        call = floor.call_of(channel.name) if floor is not None else None
        self._places.look(channel, call, now_s, healthy_s)
        self._checks.recordings.look(channel, call, now_s, healthy_s)
        if channel.stranger:
            if min(now_s - channel.began_s, healthy_s) > STRANGER_MAX_S:
                raise Violation(f"I15: {channel.name} is nobody's call, and up for {now_s - channel.began_s:.0f} s")
            return
        if channel.of_caller:
            self._checks.callers.look(channel, now_s, healthy_s)
        elif healthy_s > ADOPTED_MAX_S and now_s - channel.began_s > ADOPTED_MAX_S:
            attempt = self._world.store.tenants[channel.tenant].attempts[channel.name]
            if floor is not None and channel.name not in floor.calls and attempt.record is None:
                raise Violation(f"I15: {channel.name} is up, and its engine does not have it")
            if attempt.record is not None and healthy_s > GONE_KNOWN_MAX_S:
                raise Violation(f"I15: {channel.name} is up, and has its final record")

    def _unanswered(self, channel: Channel, now_s: float, healthy_s: float) -> None:
        if channel.came:
            if channel.taken and healthy_s > UNANSWERED_MAX_S and now_s - channel.began_s > UNANSWERED_MAX_S:
                raise Violation(f"I18: {channel.name} has not been answered for {now_s - channel.began_s:.1f} s")
        elif (
            healthy_s > RING_OVER_MAX_S
            and now_s - channel.began_s > RING_OVER_MAX_S
            and now_s - channel.began_s - _ring_s(channel) > RING_OVER_MAX_S
        ):
            raise Violation(f"I43: {channel.name} rings for {now_s - channel.began_s:.1f} s")

    def _tab(self, leg: Channel, now_s: float, healthy_s: float) -> None:
        """I18: nobody talks into a tab that was replaced. An engine that took the leg over cannot know whose it is."""
        agent = self._world.agents[leg.tenant, leg.agent_id]
        taken_over = self._world.began_s[leg.tenant][-1] > (leg.answered_s or 0.0)
        if leg.tab == agent.tab or taken_over:
            return
        customer = self._world.pbx.ledger.rooms.get(room_of(leg.name))
        if customer is not None and min(now_s - agent.tab_s, healthy_s) > TAB_MAX_S:
            raise Violation(f"I18: {customer} is with tab {leg.tab} of agent {agent.agent_id}, who is at {agent.tab}")

    def _open_attempts(self, tenant: int, now_s: float, healthy_s: float) -> None:
        """I16: an attempt without a record is a live call, or was one a moment ago."""
        if healthy_s < GONE_KNOWN_MAX_S:
            return
        self._checks.callers.look_at_open(tenant, now_s, healthy_s)
        rows, ledger = self._world.store.tenants[tenant], self._world.pbx.ledger
        for name in rows.open:
            channel = ledger.channels.get(name)
            since_s = self._checks.committed_s[name] if channel is None else channel.ended_s
            if since_s is not None and now_s - since_s > GONE_KNOWN_MAX_S:
                raise Violation(f"I16: {name} is gone for {now_s - since_s:.0f} s, and has no record")

    def _agents(self, tenant: int, now_s: float, healthy_s: float) -> None:
        floor = self._world.engines[tenant].floor
        if floor is None or healthy_s < STORED_MAX_S:
            return
        kept_of = self._checks.agent_states.get
        for agent_id, agent in floor.agents.items():
            kept = kept_of((tenant, agent_id))
            if kept is not None and kept.state != agent.state and now_s - agent.since_s >= STORED_MAX_S:
                raise Violation(f"I24: agent {agent.agent_id} of {tenant} is {agent.state}, stored as {kept.state}")
            if agent.acw_call is not None and now_s - agent.acw_until_s > LATE_MAX_S:
                late_s = now_s - agent.acw_until_s
                raise Violation(f"I25: agent {agent.agent_id} of {tenant} wraps up {late_s:.1f} s longer than they may")
            if agent.call is not None:
                self._with_call(tenant, agent, now_s, healthy_s)
        self._deadlines(floor, now_s)

    def _with_call(self, tenant: int, agent: "AgentLive", now_s: float, healthy_s: float) -> None:
        channel = self._world.pbx.ledger.channels.get(agent.call or "")
        gone_s = channel.ended_s if channel is not None else None
        missed = gone_s is not None and gone_s < self._world.lines[tenant].back_s  # told with the link's return
        max_s = KNOWN_BACK_S if missed else CAUSE_MAX_S
        if gone_s is not None and min(now_s - gone_s, healthy_s) > max_s:
            since_s, who = now_s - gone_s, f"agent {agent.agent_id} of {tenant}"
            raise Violation(f"I25: {who} is {agent.state} with {agent.call}, which ended {since_s:.0f} s ago")

    def _deadlines(self, floor: "Floor", now_s: float) -> None:
        """I43: what is due is done."""
        due_s = floor.next_deadline_s()
        if due_s is not None and now_s - due_s > LATE_MAX_S:
            raise Violation(f"I43: a deadline of {floor.tenant} has passed {now_s - due_s:.1f} s ago")
        for call in floor.calls.values():
            if call.state is OFFERED and call.agent_id is not None:
                agent = floor.agents[call.agent_id]
                if agent.state not in ENGAGED:
                    raise Violation(f"I27: {call.call} is offered to agent {agent.agent_id}, who is {agent.state}")

    def _running(self, now_s: float) -> None:
        """I44: an engine is back soon after what it needs is back. Promises about calls begin with it."""
        for tenant, engine in self._world.engines.items():
            line, process = self._world.lines[tenant], self._world.processes[tenant]
            if engine._restarts:
                raise Violation(f"I17: the floor of {tenant} failed and was begun anew")
            if engine.running and not process.frozen:
                self._down_since_s.pop(tenant, None)
                continue
            self._world.disturbed(tenant)
            if process.dead or process.frozen or line.downs or line.mute or line.deaf or self._world.store_away():
                self._down_since_s[tenant] = now_s
            elif now_s - self._down_since_s.setdefault(tenant, now_s) > self._back_max_s:
                raise Violation(f"I44: the engine of {tenant} is not back after {self._back_max_s:g} s")
