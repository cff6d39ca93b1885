"""The world: tenants, engines, a PBX with a telephone network, agents, administrators, and what goes wrong.

One seed gives one run, byte for byte. The engines are the production engine with the production floor and the
production recovery; only the ports are pretended. First everything may happen; then the faults stop, and all must
come to rest within known limits.
"""

import asyncio
import hashlib
from collections.abc import Callable
from random import Random
from typing import Any

from msgspec import Struct

from busyhour.core import events as e
from busyhour.core.life.run import ACTIVE
from busyhour.core.model.campaign import Campaign, Hours, RetryRule, Trunk
from busyhour.core.model.ids import tenant_of
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import DialMode, EndCause, LegMode, Outcome
from busyhour.service.engine import Engine
from busyhour.service.errors import Unavailable, UserError
from busyhour.sim.checks import Checks
from busyhour.sim.faults import Weather
from busyhour.sim.ledger import Channel, Violation
from busyhour.sim.line import Line, Shelf
from busyhour.sim.loop import run_virtually
from busyhour.sim.pbx import SimPbx
from busyhour.sim.people import HOUR_S, SimAgent

NOON_UTC_S = 1_790_078_400.0
RESTART_S = (0.3, 3.0)  # a killed engine's process is back after this
REST_MAX_S = 1_800.0  # after the faults have stopped, all calls and retries are over within this
HISTORY_SHOWN = 200


class Plan(Struct, frozen=True, kw_only=True):
    """What is simulated."""

    seed: int
    calls: int = 1_000  # contacts dialed at least once, about
    tenants: int = 3
    agents: int = 8  # of each tenant
    weather: Weather = Weather()
    check_every: int = 1  # full checks of the floors, each so many events


class Result(Struct, frozen=True, kw_only=True):
    seed: int
    calls: int
    events: int
    faults: int
    virtual_s: float
    trace_sha256: str
    outcomes: dict[str, int]
    violation: str | None = None
    history: tuple[str, ...] = ()


class Process:
    """The process that one engine runs in. Once dead, it neither acts nor hears."""

    def __init__(self, world: "World", tenant: int) -> None:
        self.dead = False
        self._world, self._tenant = world, tenant

    def fault(self) -> None:
        self._world.faults += 1

    def point(self, where: str) -> None:
        if not self.dead and self._world.faulty and self._world.dice.random() < self._world.plan.weather.kill_at_point:
            self._world.note(f"killed {where}")
            self._world.kill(self._tenant)


class World:
    """`World(plan, make_store).run()`. `make_store` gives a fresh store in memory (`adapters.memory`)."""

    def __init__(self, plan: Plan, make_store: Callable[[Callable[[], float]], Any]) -> None:
        self.plan = plan
        self.dice = Random(plan.seed)
        self.faulty = True
        self.faults = 0
        self.events = 0
        self.store = make_store(self.utc)
        self.pbx = SimPbx(Random(plan.seed + 1), self.utc)
        self.pbx.hear = self._hear
        self.pbx.phone_rings = self._phone_rings
        self.pbx.app_is_there = self._app_is_there
        self.checks = Checks(self)
        self.pbx.check_invite = self.checks.on_invite
        self.engines: dict[int, Engine] = {}
        self.processes: dict[int, Process] = {}
        self.lines: dict[int, Line] = {}
        self.shelves: dict[int, Shelf] = {}
        self.incarnations: dict[int, int] = {}
        self.agents: dict[tuple[int, int], SimAgent] = {}
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._trace = hashlib.sha256()
        self._recent: list[str] = []
        self._broken: Violation | None = None

    # Time

    def utc(self) -> float:
        return NOON_UTC_S + asyncio.get_running_loop().time()

    def now(self) -> e.Instant:
        mono_s = asyncio.get_running_loop().time()
        return e.Instant(mono_s, NOON_UTC_S + mono_s)

    # The run

    def run(self) -> Result:
        return run_virtually(self._run())

    async def _run(self) -> Result:
        violation = None
        try:
            self._furnish()
            await self._live()
            await self._come_to_rest()
            self.checks.at_the_end()
        except Violation as found:
            violation = str(found)
        ledger = self.pbx.ledger
        outcomes: dict[str, int] = {}
        for rows in self.store.tenants.values():
            for attempt in rows.attempts.values():
                if attempt.record is not None:
                    outcomes[attempt.record.outcome] = outcomes.get(attempt.record.outcome, 0) + 1
        return Result(
            seed=self.plan.seed,
            calls=ledger.invites,
            events=self.events,
            faults=self.faults,
            virtual_s=asyncio.get_running_loop().time(),
            trace_sha256=self._trace.hexdigest(),
            outcomes=dict(sorted(outcomes.items())),
            violation=violation,
            history=tuple(self._recent[-HISTORY_SHOWN:]) if violation else (),
        )

    def _furnish(self) -> None:
        """Tenants with trunks, agents, campaigns and numbers."""
        each = max(1, self.plan.calls // (2 * self.plan.tenants))
        for tenant in range(1, self.plan.tenants + 1):
            rows = self.store.add_tenant(tenant)
            rows.trunks[1] = Trunk(trunk_id=1, name="carrier", endpoint="t", capacity=10 + 5 * tenant)
            for agent_id in range(1, self.plan.agents + 1):
                mode = LegMode.PER_CALL if agent_id % 4 == 0 else LegMode.PERSISTENT
                rows.agents[agent_id] = AgentProfile(agent_id=agent_id, name=f"agent {agent_id}", leg_mode=mode)
                agent = SimAgent(tenant, agent_id, self, self.plan.weather, Random(self.dice.random()))
                self.agents[tenant, agent_id] = agent
            for campaign in self._campaigns():
                numbers = [f"+{tenant}2{campaign.campaign_id}{n:08d}" for n in range(each)]
                self.store.start_run(tenant, campaign, numbers, utc_s=NOON_UTC_S)
            self._start_engine(tenant)

    def _campaigns(self) -> list[Campaign]:
        rules = (
            RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=30),
            RetryRule(outcome=Outcome.NO_ANSWER, max_attempts=2, delay_s=60),
            RetryRule(outcome=Outcome.LOST, max_attempts=3, delay_s=90),
            RetryRule(outcome=Outcome.HANDLED, disposition="later", max_attempts=2, delay_s=45),
        )
        always = Hours()
        agents = tuple(range(1, self.plan.agents + 1))
        return [
            Campaign(
                campaign_id=1,
                name="agents",
                dial_mode=DialMode.PROGRESSIVE,
                priority=5,
                max_concurrent=40,
                ring_timeout_s=10.0,
                call_max_s=120.0,
                acw_max_s=8.0,
                callee_hours=always,
                retry_rules=rules,
                trunk_ids=(1,),
                agent_ids=agents,
            ),
            Campaign(
                campaign_id=2,
                name="message",
                dial_mode=DialMode.AGENTLESS,
                max_concurrent=6,
                ring_timeout_s=10.0,
                message_prompt="hello",
                callee_hours=always,
                retry_rules=rules,
                trunk_ids=(1,),
            ),
        ]

    async def _live(self) -> None:
        """Until nearly all numbers were dialed."""
        for agent in self.agents.values():
            self.spawn(agent.day())
        weather = self.plan.weather
        self.spawn(self._now_and_then(weather.kills_per_h, self._kill_one))
        self.spawn(self._now_and_then(weather.pbx_restarts_per_h, self._restart_pbx))
        self.spawn(self._now_and_then(weather.link_cuts_per_h, self._cut_one))
        self.spawn(self._now_and_then(weather.store_outages_per_h, self._lose_store))
        self.spawn(self._now_and_then(weather.admin_acts_per_h, self._administer))
        for _ in range(int(72 * HOUR_S)):
            await asyncio.sleep(1.0)
            self._raise_if_broken()
            if self._fresh_left() == 0:
                return
        raise Violation("I44: the numbers were not dialed in three days")

    def _fresh_left(self) -> int:
        return sum(len(run.fresh) for rows in self.store.tenants.values() for run in rows.runs.values() if run.active)

    async def _come_to_rest(self) -> None:
        """No more faults: everything must end well, soon."""
        self.faulty = False
        for key in self.agents:
            self.agents[key]._weather = Weather.calm()
        for line in self.lines.values():
            line._weather = Weather.calm()
        for shelf in self.shelves.values():
            shelf._weather = Weather.calm()
        for tenant, rows in self.store.tenants.items():
            for run in rows.runs.values():
                if run.state == "paused":
                    await self._unpause(tenant, run.run_id)
        for _ in range(int(REST_MAX_S)):
            await asyncio.sleep(1.0)
            self._raise_if_broken()
            if self._at_rest():
                return
        raise Violation(f"I44: not at rest after {REST_MAX_S:g} s: {self._restless()}")

    def _at_rest(self) -> bool:
        return not self._restless()

    def _restless(self) -> list[str]:
        return [
            f"tenant {tenant} run {run.run_id} is {run.state}"
            for tenant, rows in self.store.tenants.items()
            for run in rows.runs.values()
            if run.state in ACTIVE
        ]

    def _raise_if_broken(self) -> None:
        if self._broken is not None:
            raise self._broken

    def broken(self, found: Violation) -> None:
        """An online check failed inside a callback: stop at the next look."""
        self._broken = self._broken or found

    def spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.broken(fault if isinstance(fault, Violation) else Violation(f"a task failed: {fault!r}"))

    def note(self, text: str) -> None:
        """A line of the history; the trace is the hash of all of them."""
        line = f"{asyncio.get_running_loop().time():.3f} {text}"
        self._trace.update(line.encode())
        self._recent.append(line)
        if len(self._recent) > 2 * HISTORY_SHOWN:
            del self._recent[:HISTORY_SHOWN]

    # Engines

    def _start_engine(self, tenant: int) -> None:
        process = self.processes[tenant] = Process(self, tenant)
        weather = self.plan.weather if self.faulty else Weather.calm()
        line = Line(tenant, self.pbx, process, weather, Random(self.dice.random()))
        shelf = Shelf(self.store, process, weather, Random(self.dice.random()))
        self.lines[tenant], self.shelves[tenant] = line, shelf
        self.incarnations[tenant] = self.incarnations.get(tenant, 0) + 1
        engine = Engine(tenant, store=shelf, telephony=line, clock=self, owner="sim", queue_max=10_000)
        self.engines[tenant] = engine
        self.spawn(self._run_engine(engine, process))

    async def _run_engine(self, engine: Engine, process: Process) -> None:
        await engine.run()
        if not process.dead:
            raise Violation("the engine of a living process ended")

    def kill(self, tenant: int) -> None:
        """kill -9: memory is gone, the store and the PBX know nothing of it."""
        process = self.processes[tenant]
        if process.dead:
            return
        process.dead = True
        self.faults += 1
        self.engines[tenant].running = False
        asyncio.get_running_loop().call_later(self.dice.uniform(*RESTART_S), self._start_engine, tenant)

    # Faults

    async def _now_and_then(self, per_h: float, do: Callable[[], Any]) -> None:
        if per_h <= 0:
            return
        while True:
            await asyncio.sleep(self.dice.expovariate(per_h / HOUR_S))
            if not self.faulty:
                return
            do()

    def _any_tenant(self) -> int:
        return self.dice.choice(list(self.processes))

    def _kill_one(self) -> None:
        tenant = self._any_tenant()
        self.note(f"kill engine of {tenant}")
        self.kill(tenant)

    def _restart_pbx(self) -> None:
        self.note("pbx restarts")
        self.faults += 1
        for line in list(self.lines.values()):
            self.spawn(line.cut(2.0))
        self.pbx.restart()
        for agent in self.agents.values():
            if agent.here:
                asyncio.get_running_loop().call_later(4.0, agent.link)

    def _cut_one(self) -> None:
        tenant = self._any_tenant()
        seconds = self.dice.uniform(*self.plan.weather.link_cut_s)
        self.note(f"cut link of {tenant} for {seconds:.1f}")
        self.faults += 1
        self.spawn(self.lines[tenant].cut(seconds))

    def _lose_store(self) -> None:
        seconds = self.dice.uniform(*self.plan.weather.store_outage_s)
        self.note(f"store away for {seconds:.1f}")
        self.faults += 1
        self.spawn(self._store_outage(seconds))

    async def _store_outage(self, seconds: float) -> None:
        for shelf in self.shelves.values():
            shelf.away = True
        await asyncio.sleep(seconds)
        for shelf in self.shelves.values():
            shelf.away = False

    def _administer(self) -> None:
        tenant = self._any_tenant()
        rows = self.store.tenants[tenant]
        run = self.dice.choice(list(rows.runs.values()))
        act = self.dice.choice(["pause", "unpause", "unpause", "dnc"])
        self.note(f"administrator of {tenant}: {act}")
        if act == "dnc" and rows.members:
            member = rows.members[self.dice.randrange(1, len(rows.members) + 1)]
            rows.dnc.setdefault(member.number, self.utc())
        elif act == "pause":
            self.spawn(self._try(tenant, lambda q: e.RunPauseAsked(run_id=run.run_id, request=q)))
        else:
            self.spawn(self._try(tenant, lambda q: e.RunUnpauseAsked(run_id=run.run_id, request=q)))

    async def _unpause(self, tenant: int, run_id: int) -> None:
        await self._try(tenant, lambda q: e.RunUnpauseAsked(run_id=run_id, request=q))

    async def _try(self, tenant: int, make: Callable[[str], e.Event]) -> None:
        for _ in range(20):
            try:
                await self.ask(tenant, make)
            except Unavailable:
                await asyncio.sleep(1.0)
                continue
            except UserError:
                return
            return

    # What the PBX and the agents see

    def _hear(self, tenant: int, event: e.Event) -> None:
        self.events += 1
        self.note(repr(event))
        self.lines[tenant].hear(event)

    def _phone_rings(self, tenant: int, agent_id: int, leg: str) -> None:
        self.agents[tenant, agent_id].phone_rings(leg)

    def _app_is_there(self, tenant: int) -> bool:
        return self.lines[tenant].up()

    def tell(self, tenant: int, event: e.Event) -> None:
        self.events += 1
        self.note(repr(event))
        if self.processes[tenant].dead:
            raise Unavailable("no engine")
        self.engines[tenant].tell(event)

    async def ask(self, tenant: int, make: Callable[[str], e.Event]) -> None:
        if self.processes[tenant].dead:
            raise Unavailable("no engine")
        self.events += 1
        await self.engines[tenant].ask(make)

    def incarnation(self, tenant: int) -> int:
        return self.incarnations[tenant]

    def pick_up(self, leg: str) -> None:
        self.pbx.pick_up(leg)

    def drop_legs(self, tenant: int, agent_id: int) -> None:
        for channel in list(self.pbx.ledger.live.values()):
            if channel.tenant == tenant and channel.agent_id == agent_id and not channel.number:
                loop = asyncio.get_running_loop()
                loop.call_later(self.dice.uniform(0.0, 1.0), self.pbx.end, channel, EndCause.NORMAL)

    def call_in_hand(self, tenant: int, agent_id: int) -> tuple[str, bool] | None:
        floor = self.engines[tenant].floor
        agent = floor.agents.get(agent_id) if floor is not None else None
        if agent is None:
            return None
        if agent.acw_call is not None:
            return agent.acw_call, True
        return (agent.call, False) if agent.call is not None else None

    def channel(self, name: str) -> Channel | None:
        return self.pbx.ledger.channels.get(name) if tenant_of(name) else None
