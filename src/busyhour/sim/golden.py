"""The golden scenarios, each played once as written, and once for each operation that can fail.

A scenario is a short play with one tenant, a few contacts and exact behavior (`golden_scenes*.py`). Played without a
fault, it must end as it says; played with one operation failing (`golden_fates.py`), it may end otherwise, but every
checker of the world must pass and all must come to rest. So every N of every port is covered, not a sample of them.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from random import Random
from time import perf_counter
from typing import Any

import msgspec
from msgspec import Struct

from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.service.engine import Engine
from busyhour.service.errors import UserError
from busyhour.service.ports import Store
from busyhour.sim.callers import Comer
from busyhour.sim.faults import Weather
from busyhour.sim.furniture import NOON_UTC_S
from busyhour.sim.golden_cast import ScriptedAgent, ScriptedPbx
from busyhour.sim.golden_fates import KINDS, OF_CALLS, POSSIBLE, SOON_S, Fate, FatedLine, FatedShelf, Fates, Mood
from busyhour.sim.golden_scene import TENANT, Scene
from busyhour.sim.ledger import Channel
from busyhour.sim.left import restless
from busyhour.sim.line import Line
from busyhour.sim.loop import WORLD, the_loop
from busyhour.sim.people import SimAgent
from busyhour.sim.plan import Plan, Result
from busyhour.sim.process import Process
from busyhour.sim.screens import ScreenChecks
from busyhour.sim.series import MakeStore, silence
from busyhour.sim.world import World

FAILURES_MAX = 100  # of one scenario: then the rest is not played
LOOK_S = 0.1
TALK_WAIT_S = 15.0
DESK_BACK_S = 0.7  # a desk notices its engine's restart, and links again


class GoldenWorld(World):
    """One scenario, with at most one fault beside those that are written in it."""

    def __init__(self, scene: Scene, fate: Fate | None, make_store: MakeStore) -> None:
        self.scene, self.fates = scene, Fates(fate)
        self.all_engines: list[Engine] = []
        self.store_mood = Mood()
        self.unheard: tuple[type[e.Event], ...] = ()  # events of the PBX that are lost
        self.again_s = 0.0  # each event of the PBX is told again after this
        possible = POSSIBLE.get((fate.port, fate.kind), {}) if fate is not None else {}
        weather = Weather(**{**msgspec.structs.asdict(scene.weather), "admin_acts_per_h": 0.0, **possible})
        plan = Plan(seed=1, calls=len(scene.contacts), tenants=1, agents=len(scene.agents), weather=weather)
        super().__init__(plan, make_store)
        self.begun_utc_s = NOON_UTC_S

    # What it is made of

    def make_pbx(self) -> ScriptedPbx:
        self.stage_pbx = ScriptedPbx(Random(1), self.utc)
        return self.stage_pbx

    def make_line(self, process: Process) -> Line:
        return FatedLine(self.pbx, process, self.plan.weather, Random(1), self.fates)

    def make_shelf(self, process: Process) -> Store:
        return FatedShelf(self.store, process, self.store_away, self.store_mood, self.fates)

    def furnish(self) -> None:
        self.scene.furnish(self.store, self.begun_utc_s)
        for contact in self.scene.contacts:
            self.stage_pbx.callees_of[contact.number] = list(contact.callees)

    def _seat_agents(self, tenant: int) -> None:
        for profile in self.scene.agents:
            self.agents[tenant, profile.agent_id] = ScriptedAgent(tenant, profile.agent_id, self)

    def chance(self, probability: float) -> bool:
        """Nothing goes wrong by chance here."""
        return False

    # The play

    async def _live(self) -> None:
        script = asyncio.ensure_future(self.scene.script(self))
        while not script.done():
            await asyncio.wait([script], timeout=1.0)
            self._look()
        script.result()
        for agent in self.agents.values():
            self.spawn(self.agent(agent.agent_id).free())

    def _look(self) -> None:
        self.checks.each_second()
        if self._broken is not None:
            raise self._broken

    async def _second(self) -> None:
        if self.luck.over and not restless(self.store):
            self.fates.over = True  # what comes now is idle
        await super()._second()

    async def _come_to_rest(self) -> None:
        await super()._come_to_rest()
        view = self.engines[TENANT].live
        if isinstance(view, ScreenChecks):
            view.leave_all()

    def start_engine(self, tenant: int) -> None:
        super().start_engine(tenant)
        engine = self.engines[tenant]
        engine.live = ScreenChecks(self, engine, self.processes[tenant], [one.agent_id for one in self.scene.agents])
        self.all_engines.append(engine)
        for agent in self.agents.values():
            the_loop().call_later(DESK_BACK_S, self._link_again, agent, context=WORLD)

    def _link_again(self, agent: SimAgent) -> None:
        if agent.here and self.incarnations[TENANT] > 1:
            agent.link()

    async def ask(self, tenant: int, make: Callable[[str], e.Event]) -> None:
        kind = self.fates.of("click")
        if kind == "killed":
            the_loop().call_later(SOON_S, self.kill, self.processes[tenant], context=WORLD)
        if kind == "doubled":
            self.spawn(self._again(make))
        await super().ask(tenant, make)

    async def _again(self, make: Callable[[str], e.Event]) -> None:
        with suppress(UserError):
            await super().ask(TENANT, make)

    def pick_up(self, leg: str) -> None:
        super().pick_up(leg)
        channel = self.pbx.ledger.channels.get(leg)
        if channel is not None:
            channel.tab = self.agents[TENANT, channel.agent_id].tab

    def _hear(self, tenant: int, event: e.Event) -> None:
        if isinstance(event, self.unheard):
            return
        super()._hear(tenant, event)
        if self.again_s > 0.0:
            the_loop().call_later(self.again_s, super()._hear, tenant, event, context=WORLD)

    def is_ready(self, agent_id: int) -> bool:
        floor = self.engines[TENANT].floor
        agent = floor.agents.get(agent_id) if floor is not None else None
        return agent is not None and agent.state is AgentState.AVAILABLE

    def kinds_of_events(self) -> set[type[e.Event]]:
        """Which facts the floors of this play were told."""
        return {type(event) for engine in self.all_engines for _, event in engine._history}

    # What scripts do

    def agent(self, agent_id: int = 1) -> ScriptedAgent:
        found = self.agents[TENANT, agent_id]
        assert isinstance(found, ScriptedAgent)
        return found

    async def engine_is_there(self) -> None:
        for _ in range(round(TALK_WAIT_S / LOOK_S)):
            if self.engines[TENANT].running:
                break
            await asyncio.sleep(LOOK_S)

    async def at_work(self) -> None:
        """All agents come to their desks and are ready, when the engine runs."""
        await self.engine_is_there()
        for agent in self.agents.values():
            await self.agent(agent.agent_id).begin()

    async def talking(self, agent_id: int = 1, wait_s: float = TALK_WAIT_S) -> None:
        """Until this agent has a customer; or go on without."""
        for _ in range(round(wait_s / LOOK_S)):
            in_hand = self.call_in_hand(TENANT, agent_id)
            if in_hand is not None and not in_hand[1]:
                return
            await asyncio.sleep(LOOK_S)

    def wake_replaced(self, old: Process) -> None:
        """When another one has taken over; else, by some other fault, there is nobody to wake beside."""
        if not old.dead and self.checks.owners.get(TENANT) is not old:
            self.wake(old)
        else:
            self.kill(old)

    def customers(self) -> list[Channel]:
        """The calls that are up."""
        return [channel for channel in self.pbx.ledger.live.values() if channel.number]

    def say(self, event: e.Event) -> None:
        """From an administrator's page, or a desk."""
        self.tell_quietly(TENANT, event)

    def comes(self, comer: Comer) -> Channel:
        """Somebody calls."""
        return self.stage_pbx.come_in(TENANT, comer)

    async def asks(self, make: Callable[[str], e.Event]) -> None:
        """From a screen that is no agent's; or another program."""
        with suppress(UserError):
            await self.ask(TENANT, make)

    @property
    def rows(self) -> Any:
        return self.store.tenants[TENANT]


class Played(Struct, frozen=True, kw_only=True):
    """One scenario, with all its fates."""

    name: str
    operations: dict[str, int]
    runs: int
    seconds: float
    failures: tuple[str, ...]
    history: tuple[str, ...] = ()  # of the first failure


def play(scene: Scene, fate: Fate | None, make_store: MakeStore) -> tuple[Result, Fates]:
    world = GoldenWorld(scene, fate, make_store)
    return world.run(), world.fates


def fates_of(calm: Fates) -> Iterator[Fate]:
    """Every N of every port, in every way. Only calls are sent so late that a living engine does not wait any more: of
    other orders the adapter tells within its wait that they failed."""
    for port, kinds in KINDS.items():
        for n in range(1, calm.counts[port] + 1):
            for kind in kinds:
                if kind not in OF_CALLS or n in calm.placed:
                    yield Fate(port, n, kind)


def play_all(scene: Scene, make_store: MakeStore, *, every: int = 1, failures_max: int = FAILURES_MAX) -> Played:
    """Once as it is, then with each fate; with `every`, only one fate in so many, beginning with the first."""
    silence()
    began_s = perf_counter()
    calm, fates = play(scene, None, make_store)
    failures, history = [], calm.history
    if calm.violation is not None:
        failures.append(f"{scene.name}: {calm.violation}")
    elif calm.outcomes != scene.outcomes:
        failures.append(f"{scene.name}: came to {calm.outcomes}, not {scene.outcomes}")
    runs = 1
    for fate in () if failures else islice(fates_of(fates), 0, None, every):
        result, _ = play(scene, fate, make_store)
        runs += 1
        if result.violation is not None:
            history = history or result.history
            failures.append(f"{scene.name}, {fate.port} {fate.n} {fate.kind}: {result.violation}")
            if len(failures) >= failures_max:
                break
    return Played(
        name=scene.name,
        operations=fates.counts,
        runs=runs,
        seconds=perf_counter() - began_s,
        failures=tuple(failures),
        history=history,
    )
