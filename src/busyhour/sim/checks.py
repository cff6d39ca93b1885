"""What must hold, judged by the ledger and by what was committed, never by what an engine believes (I1 to I48).

`on_invite` looks at each dialed call at once; `at_the_end` looks at everything, in both directions, when all has come
to rest.
"""

from typing import TYPE_CHECKING

from busyhour.core.life.agent import AgentState
from busyhour.core.life.run import RunState
from busyhour.core.model.pictures import CallRecord
from busyhour.core.model.values import EndCause, Outcome
from busyhour.sim.ledger import Channel, Violation

if TYPE_CHECKING:
    from busyhour.sim.world import World

INTENT_AGE_MAX_S = 5.5
SLACK_S = 0.02
RECORD_SLACK_S = 1.0

LIKE: dict[EndCause, tuple[Outcome, ...]] = {
    EndCause.BUSY: (Outcome.BUSY,),
    EndCause.INVALID_NUMBER: (Outcome.INVALID_NUMBER,),
    EndCause.CONGESTION: (Outcome.CONGESTION,),
    EndCause.NO_ANSWER: (Outcome.NO_ANSWER,),
    EndCause.NORMAL: (Outcome.NO_ANSWER, Outcome.CONGESTION),
}
"""What the record of an unanswered call may say, by how it really ended."""


class Checks:
    def __init__(self, world: "World") -> None:
        self._world = world

    def on_invite(self, channel: Channel) -> None:
        try:
            self._on_invite(channel)
        except Violation as found:
            self._world.broken(found)

    def _on_invite(self, channel: Channel) -> None:
        rows = self._world.store.tenants[channel.tenant]
        attempt = rows.attempts.get(channel.name)
        now = self._world.utc()
        if attempt is None:
            raise Violation(f"I3: {channel.name} was dialed without a committed attempt")
        if now - attempt.committed_utc_s > INTENT_AGE_MAX_S:
            raise Violation(f"I6: {channel.name} was dialed {now - attempt.committed_utc_s:.1f} s after its intent")
        listed = rows.dnc.get(channel.number)
        if listed is not None and listed < attempt.committed_utc_s:
            raise Violation(f"I6: {channel.number} was dialed though on the do-not-call list")
        capacity = rows.trunks[channel.trunk_id].capacity
        if self._world.pbx.ledger.up_on_trunk[channel.tenant, channel.trunk_id] > capacity:
            raise Violation(f"I8: more than {capacity} calls on trunk {channel.trunk_id}")
        if self._world.processes[channel.tenant].dead:
            raise Violation(f"I14: {channel.name} was dialed by a dead engine")
        self._check_pause_between(channel)

    def _check_pause_between(self, channel: Channel) -> None:
        """I4: a retry not before its delay."""
        rows = self._world.store.tenants[channel.tenant]
        before = self._world.pbx.ledger.last_end.get((channel.tenant, channel.member_id))
        if before is None or before.ended_utc_s is None:
            return
        record = rows.attempts[before.name].record
        if record is None:
            raise Violation(f"I1: {channel.number} was dialed again before {before.name} had its record")
        rules = rows.campaigns[record.campaign_id].retry_rules
        delays = [rule.delay_s for rule in rules if rule.outcome is record.outcome]
        if not delays:
            raise Violation(f"I4: {channel.number} was dialed again after {record.outcome}, for which no rule is")
        pause_s = channel.began_utc_s - before.ended_utc_s
        if pause_s < min(delays) - RECORD_SLACK_S:
            raise Violation(f"I4: {channel.number} was dialed again {pause_s:.1f} s after {record.outcome}")

    def at_the_end(self) -> None:
        self._no_live_channel_without_owner()
        self._one_record_for_each_call()
        for tenant, engine in self._world.engines.items():
            floor = engine.floor
            if floor is None:
                raise Violation(f"I44: the engine of {tenant} is not running")
            self._agents_have_causes(tenant)
        self._agent_times()

    def _no_live_channel_without_owner(self) -> None:
        for channel in self._world.pbx.ledger.live.values():
            if channel.number:
                raise Violation(f"I15: {channel.name} is still up")
        for tenant, rows in self._world.store.tenants.items():
            if rows.open:
                raise Violation(f"I16: attempts without an end: {tenant} {list(rows.open)[:3]}")

    def _one_record_for_each_call(self) -> None:
        ledger = self._world.pbx.ledger
        for tenant, rows in self._world.store.tenants.items():
            for name, attempt in rows.attempts.items():
                if attempt.record is None:
                    raise Violation(f"I29: {tenant} {name} has no record")
                channel = ledger.channels.get(name)
                if channel is None:
                    self._never_sent(name, attempt.record.outcome)
                else:
                    self._record_is_true(channel, attempt.record)
        for name, channel in ledger.channels.items():
            if channel.number and name not in self._world.store.tenants[channel.tenant].attempts:
                raise Violation(f"I29: {name} was dialed and has no attempt")

    def _never_sent(self, name: str, outcome: Outcome) -> None:
        if outcome not in (Outcome.CANCELLED, Outcome.LOST, Outcome.SYSTEM_ERROR):
            raise Violation(f"I29: {name} was never sent, and its record says {outcome}")

    def _record_is_true(self, channel: Channel, record: CallRecord) -> None:
        name = channel.name
        assert channel.ended_utc_s is not None
        if record.outcome in (Outcome.LOST, Outcome.CANCELLED) and channel.cause is EndCause.PBX_RESTART:
            return
        if abs(record.ended_utc_s - channel.ended_utc_s) > self._patience():
            off = record.ended_utc_s - channel.ended_utc_s
            raise Violation(f"I30: {name} ended {off:+.1f} s off its record")
        if record.talk_s < 0 or record.talk_s > record.ended_utc_s - record.talk_s:
            raise Violation(f"I30: {name} has a talk time of {record.talk_s}")
        answered = channel.answered_utc_s is not None
        if answered and record.answered_utc_s is None and channel.cause is not EndCause.PBX_RESTART:
            raise Violation(f"I30: {name} was answered, and its record says {record.outcome}")
        if not answered:
            if record.answered_utc_s is not None:
                raise Violation(f"I30: {name} was not answered, and its record says so")
            likely = LIKE.get(channel.cause or EndCause.UNKNOWN)
            if likely is not None and record.outcome not in (*likely, Outcome.LOST, Outcome.CANCELLED):
                raise Violation(f"I30: {name} ended as {channel.cause}, and its record says {record.outcome}")
        elif record.outcome is Outcome.HANDLED and channel.joined_s == 0 and channel.cause is not EndCause.PBX_RESTART:
            raise Violation(f"I30: {name} counts as handled, and never was with an agent")

    def _patience(self) -> float:
        """How far a record's end may be off: an end that nobody heard of is known when the PBX is looked at."""
        weather = self._world.plan.weather
        return RECORD_SLACK_S + (12.0 if weather.event_lost or weather.link_cuts_per_h else weather.event_late_s)

    def _agents_have_causes(self, tenant: int) -> None:
        """I25: nobody is reserved, talking or wrapping up without a reason."""
        floor = self._world.engines[tenant].floor
        assert floor is not None
        rows = self._world.store.tenants[tenant]
        busy = (AgentState.RESERVED, AgentState.ON_CONTACT, AgentState.ACW)
        for agent in floor.agents.values():
            if agent.state in busy:
                raise Violation(f"I25: agent {agent.agent_id} of {tenant} is {agent.state} with nothing going on")
        for run in rows.runs.values():
            if run.state not in (RunState.COMPLETED, RunState.REMOVED):
                raise Violation(f"I44: run {run.run_id} of {tenant} is {run.state}")

    def _agent_times(self) -> None:
        """I28: states follow each other without going back in time."""
        for tenant, rows in self._world.store.tenants.items():
            last: dict[int, float] = {}
            for change in rows.agent_states:
                if change.at_utc_s < last.get(change.agent_id, 0.0):
                    raise Violation(f"I28: agent {change.agent_id} of {tenant} went back in time")
                last[change.agent_id] = change.at_utc_s
