"""The world: tenants, engines, a PBX with a telephone network, agents, administrators, and what goes wrong.

One seed gives one run, byte for byte. The engines are the production engine with the production floor and the
production recovery; only the ports are pretended. First everything may happen; then the faults stop, and all must
come to rest within known limits.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any

from busyhour.core import events as e
from busyhour.core.commands import Keep
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import EndCause
from busyhour.service.engine import Engine
from busyhour.service.errors import Unavailable, UserError
from busyhour.service.ports import Store
from busyhour.sim.checks import Checks
from busyhour.sim.checks_floor import FloorChecks
from busyhour.sim.desk import Desks
from busyhour.sim.failover import Failover
from busyhour.sim.faults import Luck
from busyhour.sim.furniture import NOON_UTC_S, OPEN_ENDED, SUMMER_ENDS_UTC_S, furnish, may_dial, number_by_hand
from busyhour.sim.history import History
from busyhour.sim.ledger import Violation
from busyhour.sim.left import Undialed, going_on, restless
from busyhour.sim.line import Line, Shelf
from busyhour.sim.loop import WORLD, done_within, rest, run_virtually, the_loop
from busyhour.sim.mishaps import Mishaps
from busyhour.sim.pbx import SimPbx
from busyhour.sim.people import SimAgent
from busyhour.sim.plan import Plan, Result, outcomes_of
from busyhour.sim.process import Process, forget
from busyhour.sim.supervisors import Supervisors

RESTART_S = (0.3, 3.0)  # a killed engine's process is back after this
LIVE_MAX_S = 72 * 3600.0
REST_MAX_S = 1_800.0  # after the faults have stopped, all calls and retries are over within this
GRACE_S = 60.0  # so long it is at rest before the last look: the last wrap-ups end
ASK_MAX_S = 6.0
BEFORE_ALL = e.Instant(-1.0, 0.0)
TRIES_MAX = 40  # of an administrator, while there is no engine


class World(Desks):
    """`World(plan, make_store).run()`. `make_store` gives a fresh store in memory (`adapters.memory`)."""

    def __init__(self, plan: Plan, make_store: Callable[[Callable[[], float]], Any]) -> None:
        self.plan = plan
        self.dice = Random(plan.seed)
        self.luck = Luck(Random(plan.seed + 2), plan.faults_first, plan.faults_last, plan.faults_out)
        self.events = self.outages = self._requests = 0  # the last: of administrators, under way
        self.closed = False  # people have gone home: what they did last takes effect before the last look
        self.begun_utc_s = SUMMER_ENDS_UTC_S if plan.weather.zones else NOON_UTC_S
        self.jumped_s, self.jumped_at_s, self._now = 0.0, -1e9, BEFORE_ALL
        self.jumps: list[tuple[float, float]] = []  # when, and by how much
        self.rest_max_s = REST_MAX_S
        self.disturbed_s: dict[int, float] = {}
        self.store = make_store(self.utc)
        self.pbx = self.make_pbx()
        self.pbx.hear = self._hear
        self.pbx.phone_rings = self._phone_rings
        self.pbx.app_is_there = self._app_is_there
        self.checks = Checks(self)
        self.failover = Failover(self, self.checks)
        self.pbx.check_invite = self.checks.on_invite
        self.engines = {}
        self.processes: dict[int, Process] = {}
        self.lines: dict[int, Line] = {}
        self.incarnations = {}
        self.began_s: dict[int, list[float]] = {}  # engines of a tenant
        self.agents: dict[tuple[int, int], SimAgent] = {}
        self.mishaps = Mishaps(self, Random(plan.seed + 3))
        self._all: list[Process] = []
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._history = History()
        self._broken: Violation | None = None

    # What this world is made of; `golden.py` has others

    def make_pbx(self) -> SimPbx:
        return SimPbx(Random(self.plan.seed + 1), self.utc)

    def make_line(self, process: Process) -> Line:
        return Line(self.pbx, process, self.plan.weather, Random(self.dice.random()))

    def make_shelf(self, process: Process) -> Store:
        return Shelf(self.store, process, self.plan.weather, self.store_away)

    def furnish(self) -> None:
        furnish(self.store, self.plan, self.dice, self.begun_utc_s)

    # Time

    def utc(self) -> float:
        """What the machine's clock says."""
        return self.begun_utc_s + self.jumped_s + self._loop.now_s

    def now(self) -> e.Instant:
        """Asked several times at each event: made anew only when the time is another one."""
        now = self._now
        if now.mono_s != self._loop.now_s:
            now_s = self._loop.now_s
            now = self._now = e.Instant(now_s, self.begun_utc_s + self.jumped_s + now_s)
        return now

    def jump(self, seconds: float) -> None:
        self.jumped_s += seconds
        self._now = BEFORE_ALL
        self.rest_max_s += abs(seconds)  # what is due by the clock comes that much later
        self.jumped_at_s = the_loop().now_s
        self.jumps.append((self.jumped_at_s, seconds))

    # The run

    def run(self) -> Result:
        return run_virtually(self._run())

    async def _run(self) -> Result:
        self._loop = the_loop()
        self._loop.failed = partial(self.failed, "a callback")
        violation = None
        try:
            self.furnish()
            for tenant in self.store.tenants:
                self._seat_agents(tenant)
                self.start_engine(tenant)
            await self._live()
            await self._come_to_rest()
            self.checks.at_the_end()
        except Violation as found:
            violation = str(found)
        for process in self._all:  # so that what is left of them can be cleared away
            self.wake(process)
        return self._result(violation)

    def clear(self) -> None:
        """It has ended, and nobody looks at it again. What it has most of goes at once, not as one cycle."""
        self.store.tenants.clear()
        self.pbx.histories.clear()
        self.pbx.ledger.clear()
        self.checks.__dict__.clear()

    def _result(self, violation: str | None) -> Result:
        return Result(
            seed=self.plan.seed,
            calls=self.pbx.ledger.invites,
            events=self.events,
            faults=self.luck.struck,
            faults_called=self.luck.called,
            virtual_s=the_loop().now_s,
            trace_sha256=self._history.trace_sha256(),
            outcomes=outcomes_of(self.store),
            violation=violation,
            history=self._history.recent() if violation else (),
        )

    def _seat_agents(self, tenant: int) -> None:
        for n in range(1, self.plan.agents + 1):
            dice, dials = Random(self.dice.random()), may_dial(self.plan, n)
            self.agents[tenant, n] = SimAgent(tenant, n, self, self.plan.weather, dice, may_dial=dials)

    async def _live(self) -> None:
        """Until all numbers were dialed, but for those that have hours of their own."""
        for agent in self.agents.values():
            agent.begin_day()
        self.mishaps.begin()
        Supervisors(self).begin()
        undialed = Undialed(self.store)
        while the_loop().now_s < LIVE_MAX_S:
            await self._second()
            if not undialed.left():
                return
        raise Violation("I44: the numbers were not dialed in three days")

    async def _second(self) -> None:
        await rest(1.0)
        self.checks.each_second()
        if self._broken is not None:
            raise self._broken

    async def _come_to_rest(self) -> None:
        """No more faults: everything must end well, soon."""
        self.luck.over = True
        while self._requests or any(process.frozen for process in self.processes.values()):
            await self._second()  # what was asked for may still take effect
        for tenant, rows in self.store.tenants.items():
            for run in rows.runs.values():
                if run.campaign_id in OPEN_ENDED:
                    await self.remove_run(tenant, run.run_id)
                elif run.state == "paused":
                    await self.unpause_run(tenant, run.run_id)
        quiet_s, until_s = 0, the_loop().now_s + self.rest_max_s
        while quiet_s < GRACE_S:  # an engine that began late may still find somebody who is to be called back
            left = restless(self.store)
            if left and the_loop().now_s > until_s:
                raise Violation(f"I44: not at rest after {self.rest_max_s:g} s: {left}")
            quiet_s = 0 if left else quiet_s + 1
            await self._second()
        self.closed = True
        await self._second()

    def broken(self, found: Violation) -> None:
        """An online check failed inside a callback: stop at the next look."""
        self._broken = self._broken or found

    def failed(self, what: str, fault: BaseException) -> None:
        self.broken(fault if isinstance(fault, Violation) else Violation(f"{what} failed: {fault!r}"))

    def spawn(self, work: Any) -> None:
        task = the_loop().create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.failed("a task", fault)

    def note(self, text: str) -> None:
        """A line of the history; the trace is the hash of all of them."""
        self._history.note(f"{self._loop.now_s:.3f} {text}")

    # Engines

    def start_engine(self, tenant: int) -> None:
        """A new process for this tenant. An older one may still be there, standing still."""
        self.mishaps.end_running_owner(tenant)
        forget(self.processes.get(tenant), self.engines.get(tenant))
        process = self.processes[tenant] = Process(self, tenant, self.plan.weather.kill_at_point)
        self._all.append(process)
        line = self.lines[tenant] = self.make_line(process)
        line.phones, line.about = partial(self._phones, tenant), partial(going_on, self, tenant)
        shelf = self.make_shelf(process)
        self.incarnations[tenant] = self.incarnations.get(tenant, 0) + 1
        self.began_s.setdefault(tenant, []).append(the_loop().now_s)
        journal = self.failover.journal(tenant)
        engine = Engine(tenant, store=shelf, telephony=line, clock=self, owner="sim", queue_max=10_000, journal=journal)
        engine.live = FloorChecks(self, engine, process)
        self.engines[tenant] = engine
        self.disturbed(tenant)
        self.spawn(self._watch(process.begin(engine.run()), process))
        self.mishaps.engine_began(process)

    async def _watch(self, task: asyncio.Task[None], process: Process) -> None:
        await asyncio.wait([task])
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.failed("an engine", fault)
        if self.processes[process.tenant] is not process or process.dead:
            return
        if self.store.tenants[process.tenant].fence == process.fence:
            raise Violation("the engine of a living process ended")
        self.note(f"an older engine has taken {process.tenant} back")  # it stood still while it began
        process.dead = process.frozen = True
        the_loop().call_later(1.0, self._start_again, process)

    def store_away(self) -> bool:
        return self.outages > 0

    def kill(self, process: Process) -> None:
        """kill -9: memory is gone, the store and the PBX know nothing of it."""
        if process.dead:
            return
        process.dead = process.frozen = True
        self.disturbed(process.tenant)
        if self.processes[process.tenant] is process:
            self.engines[process.tenant].running = False
            the_loop().call_later(self.dice.uniform(*RESTART_S), self._start_again, process, context=WORLD)

    def _start_again(self, process: Process) -> None:
        if self.processes[process.tenant] is process:
            self.start_engine(process.tenant)

    def wake(self, process: Process) -> None:
        process.frozen = False
        self.disturbed(process.tenant)
        the_loop().wake(process)

    def disturbed(self, tenant: int) -> None:
        """Something befell this tenant's engine: promises about prompt reactions begin anew."""
        self.disturbed_s[tenant] = the_loop().now_s

    # What processes tell

    def chance(self, probability: float) -> bool:
        return probability > 0 and self.luck.chance(probability)

    def opened(self, process: Process) -> None:
        self.checks.opened(process)
        self.failover.opened(process.tenant)

    def before_order(self, process: Process, order: object) -> None:
        self.note(f"{process.tenant}.{process.fence} {order!r}")
        self.checks.on_order(process, order)

    def after_batch(self, process: Process, fence: int, batch: Sequence[Keep], answers: Sequence[e.Event]) -> None:
        self.checks.on_batch(process, fence, batch, answers)

    # Administrators

    async def pause_run(self, tenant: int, run_id: int) -> None:
        await self._try(tenant, lambda q: e.RunPauseAsked(run_id=run_id, request=q))

    async def unpause_run(self, tenant: int, run_id: int) -> None:
        await self._try(tenant, lambda q: e.RunUnpauseAsked(run_id=run_id, request=q))

    async def remove_run(self, tenant: int, run_id: int) -> None:
        await self._try(tenant, lambda q: e.RunRemoveAsked(run_id=run_id, request=q))

    def add_dnc(self, tenant: int, number: str) -> None:
        if not self.store_away() and self.failover.list_number(tenant, number):
            self.checks.listed_s.setdefault((tenant, number), the_loop().now_s)

    async def _try(self, tenant: int, make: Callable[[str], e.Event]) -> bool:
        self._requests += 1
        try:
            for _ in range(TRIES_MAX):
                try:
                    await self.ask(tenant, make)
                except Unavailable:
                    await asyncio.sleep(1.0)
                    continue
                except UserError:
                    return False
                return True
            return False
        finally:
            self._requests -= 1

    # What the PBX and the agents see

    def _hear(self, tenant: int, event: e.Event) -> None:
        self.events += 1
        self.note(repr(event))
        self.lines[tenant].hear(event)

    def _phone_rings(self, tenant: int, agent_id: int, leg: str) -> None:
        self.agents[tenant, agent_id].phone_rings(leg)

    def _phones(self, tenant: int) -> list[e.Event]:
        """As the PBX adapter tells of them after it has looked around."""
        mine = [agent for agent in self.agents.values() if agent.tenant == tenant]
        return [e.PhoneRegistered(agent_id=agent.agent_id) for agent in mine if agent.here]

    def _app_is_there(self, tenant: int) -> bool:
        return self.lines[tenant].up() and not self.processes[tenant].dead

    def _open_process(self, tenant: int) -> Process:
        if self.processes[tenant].dead or self.closed:
            raise Unavailable("no engine")
        return self.processes[tenant]

    def tell(self, tenant: int, event: e.Event) -> None:
        """From a desk, over its socket."""
        self.events += 1
        self.note(repr(event))
        process = self._open_process(tenant)
        if process.frozen:
            process.soon(self.engines[tenant].tell, event)
        else:
            self.engines[tenant].tell(event)

    def tell_quietly(self, tenant: int, event: e.Event) -> None:
        if not self.processes[tenant].dead:
            self.tell(tenant, event)

    async def ask(self, tenant: int, make: Callable[[str], e.Event]) -> None:
        process = self._open_process(tenant)
        self.events += 1
        made: list[tuple[e.Event, float]] = []

        def make_once(request: str) -> e.Event:
            event = make(request)
            made.append((event, the_loop().now_s))
            self.note(repr(event))
            self.checks.asked(process, event)
            return event

        asking = process.begin(self.engines[tenant].ask(make_once))
        if not await done_within(asking, ASK_MAX_S):
            raise Unavailable("no answer")
        asking.result()
        self.checks.acknowledged(tenant, *made[0])

    def number_to_dial(self, tenant: int, dice: Random) -> tuple[int, HopperItem] | None:
        return number_by_hand(self.store, tenant, dice) if self.plan.with_agents else None

    def pick_up(self, leg: str) -> None:
        self.pbx.pick_up(leg)

    def drop_legs(self, tenant: int, agent_id: int) -> None:
        for channel in list(self.pbx.ledger.live.values()):
            if channel.tenant == tenant and channel.agent_id == agent_id and not channel.number:
                the_loop().call_later(self.dice.uniform(0.0, 1.0), self.pbx.end, channel, EndCause.NORMAL)

    def later(self, after_s: float, do: Callable[[], None]) -> None:
        self._loop.later(after_s, do)
