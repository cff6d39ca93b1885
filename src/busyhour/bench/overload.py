"""`busyhour bench overload`: 1, 2, 5 and 10 times as many callers as the agents of a queue can serve (G1).

Two companies share one fresh installation and one PBX. The queue of the first takes few who wait; who comes beyond that
is to hear busy at once. Its callers come in an open loop: when they come has nothing to do with what becomes of them.
The second company has agents and a queue of its own and the same callers at the same moments in each step, so that its
figures show what the first one's overload costs it. Judged by SIPp's traces and an onlooker of the PBX's own events.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Final

from busyhour.bench.arrivals import READY_S, Arrivals, moments
from busyhour.bench.beat import Beat
from busyhour.bench.callers_judge import IDLE_MAX_S, Heard
from busyhour.bench.callers_seen import Rooms
from busyhour.bench.callers_stage import (
    DIALED,
    caller_rows,
    open_folder,
    open_queue,
    queue_counts,
    until_silent,
    work,
)
from busyhour.bench.desks import Desks
from busyhour.bench.machine import commit, machine
from busyhour.bench.overload_judge import Queue, judge_overload, told
from busyhour.bench.product import Api, Ports, Product
from busyhour.bench.tenants import log_in, make_tenants
from busyhour.bench.work import make_trunk
from busyhour.settings import Settings
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

TALK_S: Final = (3.0, 6.0)  # until the agent hangs up
TALK_MEAN_S: Final = sum(TALK_S) / 2
STAYS_S: Final = (45.0, 4.0)  # of patient and of impatient callers
IMPATIENT: Final = 0.2  # of the callers of the overloaded queue
NEIGHBOR_LOAD: Final = 0.7  # of what the second company's agents can serve
OVERLOADED: Final = "overloaded"  # the two companies
NEIGHBOR: Final = "neighbor"
OWN_NUMBER: Final = "49301"  # of callers: this, the step, their kind, 0, and which of them
FAULTS_SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class OverloadBench:
    """How much, and for how long."""

    times: Sequence[int] = (1, 2, 5, 10)  # of what the agents can serve
    agents: int = 6
    waiting_max: int = 8  # callers that the queue takes
    neighbors: int = 3  # agents of the second company
    seconds: float = 120.0  # for so long callers come, in each step
    idle_max_s: float = IDLE_MAX_S  # an agent may be free so long beside somebody who waits
    seed: int = 1
    offset: int = 2_800  # of all ports
    folder: Path | None = None  # None = a temporary one
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def capacity_per_s(self) -> float:
        """What the agents serve when none is ever free."""
        return self.agents / TALK_MEAN_S


@dataclass(frozen=True)
class Told:
    """Whom to tell how far it is: `advance(done, total)` in seconds of callers, `say` a line for each step."""

    advance: Callable[[float, float], None] = lambda done, total: None
    say: Callable[[str], None] = lambda line: None


@dataclass(frozen=True)
class Company:
    """One tenant at work."""

    name: str
    tenant: int
    api: Api
    desks: Desks
    queue_id: int
    waiting_max: int


@dataclass(frozen=True)
class Crowd:
    """Callers of one company who stay equally long."""

    company: str
    prefix: str
    stays_s: float
    arrivals: Arrivals

    def heard(self) -> list[Heard]:
        dialogs = self.arrivals.ledger.dialogs()
        return [Heard(f"{self.prefix}{dialog.call_id.partition('-')[0]}", dialog) for dialog in dialogs]


def bench_overload(
    settings: Settings, *, agents: int, waiting_max: int, seconds: float, seed: int, told: Told
) -> dict[str, Any]:
    """For the command line. The instance is a fresh one; of the settings only the PBX program is taken."""
    program = {} if settings.pbx_program is None else {"BUSYHOUR_PBX_PROGRAM": str(settings.pbx_program)}
    wanted = OverloadBench(agents=agents, waiting_max=waiting_max, seconds=seconds, seed=seed, environment=program)
    return asyncio.run(measure_overload(wanted, told))


async def measure_overload(wanted: OverloadBench, progress: Told | None = None) -> dict[str, Any]:
    """All figures, ready for JSON."""
    begin_s, about = time.monotonic(), {"machine": machine(), "commit": commit()}
    with open_folder() as temporary:
        folder = wanted.folder or temporary
        folder.chmod(0o711)  # the database's own user has to pass
        product = Product(folder / "data", Ports(offset=wanted.offset), environment=wanted.environment)
        tenants = await make_tenants(product.folder, (OVERLOADED, NEIGHBOR))
        sip = 6060 + wanted.offset
        with Phones(SippSettings(folder=folder, sip_port=sip, media_port=sip + 10, echo=False)) as phones:
            async with product:
                figures = await Bench(wanted, product, folder, progress or Told()).run(tenants, phones)
            phones.check_alive()
    return {**figures, **about, "seconds": round(time.monotonic() - begin_s, 1)}


class Bench:
    """The two companies, and one step after the other."""

    def __init__(self, wanted: OverloadBench, product: Product, folder: Path, progress: Told) -> None:
        self.wanted, self.product, self.folder, self.progress = wanted, product, folder, progress
        self.faults: list[str] = []

    async def run(self, tenants: Mapping[str, int], phones: Phones) -> dict[str, Any]:
        wanted, limits = self.wanted, {OVERLOADED: self.wanted.waiting_max, NEIGHBOR: 0}
        sizes = {OVERLOADED: wanted.agents, NEIGHBOR: wanted.neighbors}
        async with AsyncExitStack() as stack:
            rooms = await stack.enter_async_context(Rooms(*self.product.ari()))
            companies: list[Company] = []
            for name, tenant in tenants.items():
                addresses = [phones.sip_address(len(companies) * wanted.agents + n) for n in range(sizes[name])]
                companies.append(await self._company(stack, name, tenant, addresses, limits[name]))
            at_work = [
                asyncio.create_task(work(desk, Random(f"{wanted.seed}/{one.name}/{n}"), TALK_S))  # noqa: S311
                for one in companies
                for n, desk in enumerate(one.desks.desks)
            ]
            beat = stack.enter_context(Beat())
            steps = [await self._step(no, companies, rooms, beat) for no in range(len(wanted.times))]
            for task in at_work:
                task.cancel()
            ended = await asyncio.gather(*at_work, return_exceptions=True)
            failed = [f"a desk failed: {one!r}" for one in ended if not isinstance(one, asyncio.CancelledError)]
            self.faults = failed + self.faults
        return self._told(steps)

    async def _company(
        self, stack: AsyncExitStack, name: str, tenant: int, addresses: Sequence[str], limit: int
    ) -> Company:
        """Agents at their desks, a queue, and a trunk for each kind of its callers."""
        api = await log_in(self.product.url, name)
        stack.push_async_callback(api.close)
        desks = await stack.enter_async_context(Desks(api))
        agents = await desks.make(list(addresses), prefix=name)
        for kind in self._kinds(name):
            port = self._port(kind)
            await make_trunk(api, name=f"network {kind}", host=f"127.0.0.1:{port}", capacity=500)
        queue_id = await open_queue(api, agents, name=name, waiting_max=limit)
        await desks.open()
        return Company(name, tenant, api, desks, queue_id, limit)

    def _kinds(self, company: str) -> dict[int, tuple[float, float]]:
        """Of callers: the share of one company's, and for how long they stay."""
        patient_s, impatient_s = STAYS_S
        if company == NEIGHBOR:
            return {2: (1.0, patient_s)}
        return {0: (1.0 - IMPATIENT, patient_s), 1: (IMPATIENT, impatient_s)}

    def _port(self, kind: int) -> int:
        return 6120 + self.wanted.offset + 20 * kind

    def _crowds(self, no: int, company: str) -> list[Crowd]:
        """The second company's callers come at the same moments in each step."""
        wanted, crowds = self.wanted, []
        per_s = wanted.capacity_per_s * wanted.times[no]
        if company == NEIGHBOR:
            per_s = wanted.neighbors / TALK_MEAN_S * NEIGHBOR_LOAD
        pbx_port = self.product.ports.environment()["BUSYHOUR_PBX_SIP_PORT"]
        for kind, (share, stays_s) in self._kinds(company).items():
            dice = Random(f"{wanted.seed}/{company}/{kind}")  # noqa: S311 callers are no secret
            prefix = f"{OWN_NUMBER}{no + 1}{kind}0"
            arrivals = Arrivals(
                self.folder / f"callers{no}{kind}",
                moments(per_s * share, wanted.seconds, dice),
                sip_port=self._port(kind),
                media_port=self._port(kind) + 8,
                to=f"127.0.0.1:{pbx_port}",
                dialed=DIALED,
                number=f"+{prefix}[call_number]",
                talk_s=stays_s,
            )
            crowds.append(Crowd(company, prefix, stays_s, arrivals))
        return crowds

    async def _step(self, no: int, companies: Sequence[Company], rooms: Rooms, beat: Beat) -> dict[str, Any]:
        crowds = [crowd for company in companies for crowd in self._crowds(no, company.name)]
        before = {one.name: await queue_counts(one.api, one.queue_id) for one in companies}
        began_s = time.time()
        beat.late_s_max()
        with ExitStack() as stack:
            for crowd in crowds:
                stack.enter_context(crowd.arrivals)
            await self._come(no)
            await until_silent([crowd.arrivals for crowd in crowds], max(STAYS_S))
        self.faults += await self._left(companies, rooms)
        slack_s = beat.late_s_max()
        figures: dict[str, Any] = {"times": self.wanted.times[no], "machine_late_s_max": round(slack_s, 3)}
        for company in companies:
            own = [crowd for crowd in crowds if crowd.company == company.name]
            queue = await self._queue(company, own, rooms, began_s, before[company.name])
            queue = replace(queue, slack_s=slack_s)
            found = judge_overload(queue)
            figures[company.name] = told(queue, found)
            self.faults += [f"{self.wanted.times[no]} times, {company.name}: {fault}" for fault in found.faults]
            self.faults += [_not_placed(crowd) for crowd in own if len(crowd.heard()) != len(crowd.arrivals.moments_s)]
        self.progress.say(_line(figures))
        return figures

    async def _come(self, no: int) -> None:
        """While they come, tell how far it is."""
        each_s = self.wanted.seconds + READY_S
        until_s, total_s = time.monotonic() + each_s, each_s * len(self.wanted.times)
        while (left_s := until_s - time.monotonic()) > 0:
            self.progress.advance(no * each_s + each_s - left_s, total_s)
            await asyncio.sleep(min(1.0, left_s))

    async def _queue(
        self, company: Company, crowds: Sequence[Crowd], rooms: Rooms, began_s: float, before: Mapping[str, Any]
    ) -> Queue:
        wanted = self.wanted
        after = await queue_counts(company.api, company.queue_id)
        first_s = began_s + READY_S + TALK_S[1]  # by then agents are as busy as they will be
        return Queue(
            callers=[heard for crowd in crowds for heard in crowd.heard()],
            rows=await caller_rows(company.api, from_utc_s=began_s),
            rooms=rooms.seen().of_tenant(company.tenant, since_s=began_s),
            counts={name: after[name] - before.get(name, 0) for name in ("entered", "answered", "abandoned")},
            agents=len(company.desks.desks),
            waiting_max=company.waiting_max,
            span_s=(first_s, began_s + READY_S + wanted.seconds),
            idle_max_s=wanted.idle_max_s,
        )

    async def _left(self, companies: Sequence[Company], rooms: Rooms) -> list[str]:
        """What is not at rest although nobody is on the line any more."""
        left = [f"the PBX still has {channel}" for channel in await rooms.callers_left()]
        for one in companies:
            left += [f"{row['number']} has no end" for row in await caller_rows(one.api, open_only="true")]
            waiting = await one.api.get(f"/api/queues/{one.queue_id}/waiting")
            left += [f"{offer['call']} waits in the queue" for offer in waiting]
            idle = [desk.agent for desk in one.desks.desks if desk.agent.get("state") != "available"]
            left += [f"{agent['name']} is {agent['state']}" for agent in idle]
        return left

    def _told(self, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        best = max(step[OVERLOADED]["goodput_per_min"] for step in steps)
        for step in steps:
            step[OVERLOADED]["goodput_ratio"] = round(step[OVERLOADED]["goodput_per_min"] / best, 3) if best else None
        return {
            "agents": self.wanted.agents,
            "waiting_max": self.wanted.waiting_max,
            "capacity_per_min": round(self.wanted.capacity_per_s * 60, 1),
            "neighbor_agents": self.wanted.neighbors,
            "steps": list(steps),
            "violations": len(self.faults),
            "faults": self.faults[:FAULTS_SHOWN],
        }


def _not_placed(crowd: Crowd) -> str:
    return f"{len(crowd.heard())} of {len(crowd.arrivals.moments_s)} callers were placed by SIPp"


def _line(step: Mapping[str, Any]) -> str:
    """For whoever watches."""
    own, other = step[OVERLOADED], step[NEIGHBOR]
    return (
        f"{step['times']} times: {own['arrived']} came, {own['served']} served ({own['goodput_per_min']} a minute), "
        f"{own['turned_away']} heard busy, {own['gave_up']} gave up, {own['mismatches']} mismatches; "
        f"neighbor: {other['served']} of {other['arrived']} served, p95 wait {other['wait_s_p95']} s"
    )
