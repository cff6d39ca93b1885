"""What must hold inside a floor after each turn of its engine, at what was touched; all of it every so many turns.

Sits where the engine shows its live view, and looks at the view too: snapshot + changes must equal a fresh snapshot.
"""

from typing import TYPE_CHECKING

from busyhour.core.floor.call_live import CallerCall, DialedCall
from busyhour.core.floor.machine import Floor
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import TRYING, CallState
from busyhour.core.model.values import DialMode
from busyhour.service.engine import Engine
from busyhour.service.live import Key, LiveView
from busyhour.sim.checks_accompanied import check_contacts
from busyhour.sim.checks_lines import check_caller, check_lines, judge
from busyhour.sim.ledger import Violation
from busyhour.sim.loop import the_loop
from busyhour.sim.process import Process

if TYPE_CHECKING:
    from busyhour.sim.world import World

FULL_EVERY = 64  # turns
QUEUE_MAX = 10_000
KEEPS_MAX = 20_000
HOPPER_MAX = 1_000

DEADLINES: dict[CallState, tuple[str, ...]] = {
    CallState.RESERVED: ("preview", "lift"),
    CallState.DIALING: ("ring", "look", "gone"),
    CallState.LISTENING: ("listen", "gone"),
    CallState.WAITING: ("wait", "gone"),
    CallState.OFFERED: ("join", "wait", "gone"),
    CallState.ORPHANED: ("orphan", "strand"),
    CallState.MESSAGE: ("prompt", "gone"),
    CallState.FAREWELL: ("prompt", "gone"),
    CallState.PARKED: ("park",),
}
BEFORE_ANSWER = (CallState.RESERVED, CallState.PLANNED, CallState.DIALING)
TOGETHER = (CallState.TALKING, CallState.HELD)
BEFORE = ("ring", "wait", "join", "orphan")
RESERVED = CallState.RESERVED
WITH_AGENT = (CallState.OFFERED, CallState.TALKING, CallState.HELD)


class FloorChecks(LiveView):
    """Takes the place of an engine's live view."""

    def __init__(self, world: "World", engine: Engine, process: Process) -> None:
        super().__init__(engine._lag_ms)
        self._world, self._engine, self._process = world, engine, process
        self._turns = 0

    def watch(self, floor: Floor) -> None:
        super().watch(floor)
        judge(floor)

    def note(self, touched: list[Key]) -> None:
        if self.readers:
            super().note(touched)
        floor = self._engine.floor
        if floor is None:
            return
        self._turns += 1
        try:
            for kind, name in touched:
                if kind == "agents":
                    self._check_agent(floor, int(name))
                elif kind == "calls":
                    self._note_planned(floor, name)
                    self._check_call(floor, name)
            if floor.takes_callers:
                check_lines(floor)
            if self._turns % FULL_EVERY == 0:
                self._check_all(floor)
        except Violation as found:
            self._world.broken(found)

    def _note_planned(self, floor: Floor, name: str) -> None:
        """What an agent only looks at is not planned yet; or not any more, when the engine that planned it is dead. One
        that was replaced and has woken plans in vain, and its successor may plan the same preview later."""
        checks = self._world.checks
        if checks.owners.get(floor.tenant) is not self._process:
            return
        call = floor.call_of(name)
        if call is None:
            return
        if call.state is RESERVED:
            checks.planned_s.pop(name, None)
        elif name not in checks.planned_s:
            checks.planned_s[name] = the_loop().now_s

    def _check_agent(self, floor: Floor, agent_id: int) -> None:
        agent = floor.agents[agent_id]
        if floor.derive(agent) != (agent.state, agent.reason):
            raise Violation(f"I24: {_who(floor, agent_id)} is {agent.state}, and the facts say {floor.derive(agent)}")
        if (agent_id in floor.idle) is not (agent.state is AgentState.AVAILABLE):
            raise Violation(
                f"I24: {_who(floor, agent_id)} is {agent.state}, and counts as idle: {agent_id in floor.idle}"
            )
        if agent.call is not None:
            call = floor.call_of(agent.call)
            if (
                call is None
                or call.state is CallState.ENDED
                or not (call.agent_id == agent_id or (isinstance(call, CallerCall) and agent_id in call.ringing))
            ):
                raise Violation(f"I25: {_who(floor, agent_id)} has {agent.call}, which is not theirs")
        if agent.consult is not None and floor.consults[agent.consult].colleague_id != agent_id:
            raise Violation(f"I25: {_who(floor, agent_id)} is asked about {agent.consult}, and is not")
        if agent.acw_call is not None and not floor.is_due("acw", str(agent_id)):
            raise Violation(f"I25: {_who(floor, agent_id)} wraps up without an end")
        if agent.leg is not None and floor.legs.get(agent.leg) != agent_id:
            raise Violation(f"I23: {_who(floor, agent_id)} has {agent.leg}, which is not theirs")

    def _check_call(self, floor: Floor, name: str) -> None:
        if name in floor.callers:
            check_caller(floor, floor.callers[name])
        call = floor.calls.get(name)
        if call is None:
            return
        if call.state in WITH_AGENT or (call.accompanied and call.hint is None and call.state in BEFORE_ANSWER):
            agent = floor.agents.get(call.agent_id or 0)
            if agent is None or agent.call != name:
                raise Violation(f"I27: {name} is {call.state}, and its agent {call.agent_id} does not have it")
        if call.state in TOGETHER and _is_any_due(floor, BEFORE, name):
            raise Violation(f"I43: {name} is {call.state}, and has a deadline of what was before")
        kinds = DEADLINES.get(call.state)
        if kinds is not None and not _is_any_due(floor, kinds, name):
            raise Violation(f"I43: {name} is {call.state} without a deadline")

    def _check_all(self, floor: Floor) -> None:
        for agent_id in floor.agents:
            self._check_agent(floor, agent_id)
        for name in [*floor.calls, *floor.callers]:
            self._check_call(floor, name)
        check_contacts(floor)
        self._recount(floor)
        self._no_idle_beside_waiting(floor)
        counts = self._engine.statistics()
        if counts["queue"] > QUEUE_MAX or counts["records_waiting"] > KEEPS_MAX:
            raise Violation(f"I42: the engine of {floor.tenant} has {counts}")

    def _recount(self, floor: Floor) -> None:
        live = [call for call in floor.calls.values() if call.state not in (CallState.ENDED, CallState.RESERVED)]
        for run in floor.runs.values():
            mine = [call for call in live if call.run_id == run.run_id]
            counted = (run.live, run.dialing + run.accompanied, run.planned, len(run.waiting))
            found = (
                len(mine),
                _count(mine, *TRYING),
                _count(mine, CallState.PLANNED),
                _count(mine, CallState.WAITING),
            )
            if counted != found:
                raise Violation(f"I34: run {run.run_id} of {floor.tenant} counts {counted}, a recount {found}")
            if len(run.hopper) > HOPPER_MAX:
                raise Violation(f"I42: the hopper of run {run.run_id} holds {len(run.hopper)}")
            free = sorted((floor.idle.since_s[a], a) for a in dict.fromkeys(run.campaign.agent_ids) if a in floor.idle)
            if floor.idle.in_line(run.run_id) != [agent_id for _, agent_id in free]:
                raise Violation(f"I24: the free agents of run {run.run_id} of {floor.tenant} are not {free}")
        for trunk_id, trunk in floor.trunks.items():
            up = sum(call.trunk_id == trunk_id for call in (*live, *floor.callers.values()))
            up += sum(call.out_trunk_id == trunk_id for call in floor.callers.values())
            up += sum(party.trunk_id == trunk_id for party in floor.parties.values())
            if trunk.up != up:
                raise Violation(f"I34: trunk {trunk_id} of {floor.tenant} counts {trunk.up}, a recount {up}")

    def _no_idle_beside_waiting(self, floor: Floor) -> None:
        """I21: nobody waits while somebody who may take them is free."""
        if not floor.telephony_up:
            return
        for run in floor.runs.values():
            if run.campaign.dial_mode is DialMode.AGENTLESS:
                continue
            waits = [name for name in run.waiting if floor.calls[name].hint is None]
            if waits and any(agent_id in floor.idle for agent_id in run.campaign.agent_ids):
                raise Violation(f"I21: {waits[0]} waits while an agent is free")


def _who(floor: Floor, agent_id: int) -> str:
    return f"agent {agent_id} of {floor.tenant}"


def _is_any_due(floor: Floor, kinds: tuple[str, ...], name: str) -> bool:
    for kind in kinds:  # noqa: SIM110 - at each touched call: a generator would cost more than the look
        if floor.is_due(kind, name):
            return True
    return False


def _count(calls: list[DialedCall], *states: CallState) -> int:
    return sum(call.state in states for call in calls)
