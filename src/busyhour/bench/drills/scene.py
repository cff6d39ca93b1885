"""One installation under load for a drill: the product as a process, a network, agents at their desks, and calls that
keep coming from a progressive and an agentless campaign until told to end.
"""

import asyncio
import contextlib
import itertools
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from busyhour.adapters.sql.private import PrivateDatabase
from busyhour.bench.desks import Desks
from busyhour.bench.drills.database_proxy import DatabaseProxy
from busyhour.bench.drills.deaths import engine_deaths, unordered_deaths, unordered_starts
from busyhour.bench.drills.desk import LastingDesk
from busyhour.bench.drills.fault_proxy import FaultProxy
from busyhour.bench.drills.own_program import OwnProgram
from busyhour.bench.drills.standby import Pair
from busyhour.bench.drills.verdict import Incident, Verdict, verdict_of
from busyhour.bench.drills.writer import Writer
from busyhour.bench.product import ApiError, Ports, Product
from busyhour.bench.work import attempts_of, make_campaign, make_list, make_trunk, start_run
from busyhour.core.model.ids import is_call
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.ledger import Dialog
from busyhour.sim.sipp.numbers import INDEX_MAX, Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

LOOK_S: Final = 0.05
LIVE_MAX_S: Final = 60.0  # for the wanted number of calls to be up
READY_MAX_S: Final = 40.0  # for all agents at the beginning
END_MAX_S: Final = 60.0  # for everything to end when no more is dialed
BUSY_DELAY_S: Final = 20
BUSY_TRIES: Final = 2  # in all
MESSAGE: Final = "This is a drill. You need not do anything. Somebody will call you again later. Good-bye."

BEHAVIORS: Final = (
    *[(Behavior.TALK, detail) for detail in (7, 7, 7, 6, 5, 3)],  # most talk for 20 s, so that many are up at once
    (Behavior.BUSY, 0),
    (Behavior.DECLINE, 0),
    (Behavior.BRIEF, 0),
)


@dataclass(frozen=True, kw_only=True)
class DrillSettings:
    """Where and how big. `offset` moves all ports, to keep out of the way of a running instance."""

    offset: int = 2200
    agents: int = 36
    lines: int = 24  # of the agentless campaign
    rows: int = 1_000_000  # of the list that is imported meanwhile, where one is
    seed: int = field(default_factory=lambda: random.SystemRandom().randrange(10**6))
    folder: Path | None = None  # None = a temporary one
    environment: dict[str, str] = field(default_factory=dict)


class Need(StrEnum):
    """What an installation must have for a drill, beside what every one has."""

    PBX_PROXY = "pbx-proxy"
    DATABASE_PROXY = "database-proxy"
    STANDBY = "standby"  # synchronous
    STANDBY_BEHIND = "standby-behind"
    SECOND_ENGINE = "second-engine"
    OWN_PROGRAM = "own-program"  # a copy, to be changed


class Scene:
    """Use as an async context; `begin_load`, do harm, `end_load` answers what was seen."""

    def __init__(self, wanted: DrillSettings, needs: frozenset[Need] = frozenset()) -> None:
        self.wanted = wanted
        self.random = random.Random(wanted.seed)  # noqa: S311 not a secret
        self.incidents: list[Incident] = []
        self.desks: list[LastingDesk] = []
        self.proxy: FaultProxy | None = None
        self.database_proxy: DatabaseProxy | None = None
        self.pair: Pair | None = None
        self.program: OwnProgram | None = None
        self.other: Product | None = None
        self.other_proxy: FaultProxy | None = None
        """Of a second engine that is to take over: a seat for it, and what its orders go through."""
        self._needs = needs
        self._indexes = itertools.count()
        self._stack = AsyncExitStack()
        self.run_ids: list[int] = []
        self._began_s = 0.0
        self._engine_deaths = 0
        self.product: Product
        self.carrier: Carrier
        self.writer: Writer

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _open(self) -> None:
        wanted, stack = self.wanted, self._stack
        folder = wanted.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="busyhour-drill-")))
        sip, environment = 6060 + wanted.offset, dict(wanted.environment)
        if self._needs & {Need.DATABASE_PROXY, Need.STANDBY, Need.STANDBY_BEHIND}:
            environment["BUSYHOUR_DATABASE_URL"] = await self._open_database(folder)
        if Need.OWN_PROGRAM in self._needs:
            self.program = OwnProgram(folder / "program")
            environment |= self.program.environment()
        if Need.PBX_PROXY in self._needs:
            self.proxy, environment = await self._open_proxy(8490, environment)
        self.carrier = stack.enter_context(
            Carrier(SippSettings(folder=folder / "net", sip_port=sip, media_port=sip + 20))
        )
        phones = stack.enter_context(
            Phones(SippSettings(folder=folder / "phones", sip_port=sip + 10, media_port=sip + 40, echo=False))
        )
        self.product = Product(folder / "data", Ports(offset=wanted.offset), environment=environment)
        await stack.enter_async_context(self.product)
        if Need.SECOND_ENGINE in self._needs:
            await self._open_other()
        desks = await stack.enter_async_context(Desks(self.product.api))
        self._agent_ids = await desks.make([phones.sip_address(n) for n in range(wanted.agents)], prefix="drill")
        stack.push_async_callback(self._leave_desks)
        for agent in desks.agents:
            self.desks.append(await LastingDesk(self.product.url, agent["login"]).open())
        trunk = await make_trunk(self.product.api, name="network", host=self.carrier.address, capacity=200)
        self._trunk_ids = [trunk["trunk_id"]]
        prompt = await self.product.api.post("/api/prompts", {"name": "drill", "text": MESSAGE, "language": "en-US"})
        self._prompt = prompt["media"]
        await self.until(lambda: all(desk.linked for desk in self.desks), READY_MAX_S, "desks open")
        await asyncio.gather(*(desk.ready() for desk in self.desks))
        await self.until(lambda: all(free(desk) for desk in self.desks), READY_MAX_S, "agents ready")

    async def _open_proxy(self, port: int, environment: dict[str, str]) -> tuple[FaultProxy, dict[str, str]]:
        port += self.wanted.offset
        proxy = FaultProxy(port, f"http://127.0.0.1:{8488 + self.wanted.offset}", self.random)
        await self._stack.enter_async_context(proxy)
        return proxy, environment | {"BUSYHOUR_PBX_ARI_URL": f"http://127.0.0.1:{port}/ari"}

    async def _open_database(self, folder: Path) -> str:
        """A server of our own, that the product takes for its user's: it has to be reached through the proxy."""
        port, server = 5491 + self.wanted.offset, PrivateDatabase(folder / "db")
        if self._needs & {Need.STANDBY, Need.STANDBY_BEHIND}:
            self.pair = Pair(folder, synchronous=Need.STANDBY in self._needs)
            self._stack.push_async_callback(self.pair.stop)
            await self.pair.start()
            server = self.pair.first
        else:
            await server.start()
            self._stack.push_async_callback(server.stop)
        self.database_proxy = DatabaseProxy(port, server.socket(), self.random)
        await self._stack.enter_async_context(self.database_proxy)
        return server.url_at("127.0.0.1", port)

    async def _open_other(self) -> None:
        """On the same data folder, PBX and database; only the page's port is another."""
        first = self.product
        self.other_proxy, environment = await self._open_proxy(8491, first.environment)
        environment["BUSYHOUR_PORT"] = str(8481 + self.wanted.offset)
        self.other = Product(first.folder, first.ports, environment=environment)
        self._stack.push_async_callback(self._stop_product)

    async def _stop_product(self) -> None:
        await self.product.stop()

    async def follow(self, product: Product) -> None:
        """From now on this one is the product: desks and writers go there."""
        self.product = product
        self.writer.move(product.url)
        await asyncio.gather(*(desk.move(product.url) for desk in self.desks))

    async def _leave_desks(self) -> None:
        await asyncio.gather(*(desk.close() for desk in self.desks))

    # Load

    async def begin_load(self, seconds: float) -> None:
        """Enough numbers for so long. Busy ones are called a second time."""
        self._began_s, self.incidents = time.time(), []
        api, name = self.product.api, f"load {self._began_s:.3f}"
        common: dict[str, Any] = {
            "trunk_ids": self._trunk_ids,
            "retry_rules": [{"outcome": "BUSY", "max_attempts": BUSY_TRIES - 1, "delay_s": BUSY_DELAY_S}],
        }
        with_agents = await make_campaign(
            api,
            [await make_list(api, f"{name} agents", self._numbers(round(200 + seconds * self.wanted.agents / 4)))],
            name=f"{name} agents",
            dial_mode="progressive",
            max_concurrent=100,
            acw_mode="none",
            agent_ids=self._agent_ids,
            **common,
        )
        alone = await make_campaign(
            api,
            [await make_list(api, f"{name} alone", self._numbers(round(200 + seconds * self.wanted.lines / 3)))],
            name=f"{name} alone",
            dial_mode="agentless",
            max_concurrent=self.wanted.lines,
            message_prompt=self._prompt,
            **common,
        )
        self.run_ids = [await start_run(api, campaign_id) for campaign_id in (with_agents, alone)]
        self.writer = Writer(lambda: self.product)
        self.writer.begin()

    def _numbers(self, count: int) -> Iterator[str]:
        for index in itertools.islice(self._indexes, count):
            behavior, detail = self.random.choice(BEHAVIORS)
            yield number_of(behavior, index % INDEX_MAX, detail=detail)

    async def stop_dialing(self) -> None:
        for run_id in self.run_ids:
            await self.product.api.post(f"/api/runs/{run_id}/remove")

    async def end_load(self) -> Verdict:
        """Dial no more, let everything end, and judge."""
        await self.stop_dialing()
        await self.writer.end()
        stuck = ""
        try:
            await self.until(self.at_rest, END_MAX_S, "everything at rest")
        except TimeoutError as late:
            stuck = str(late)
        attempts = [attempt for run_id in self.run_ids for attempt in await self._closed(run_id)]
        verdict = verdict_of(self.dialogs(), attempts, self.incidents, tries={"BUSY": (BUSY_TRIES, BUSY_DELAY_S)})
        verdict.orphans += await self._channels_left()
        verdict.stuck += [stuck] if stuck else []
        verdict.stuck += [f"{desk.agent} {desk.call}" for desk in self.desks if not free(desk)]
        verdict.acknowledged, lost = await self.writer.lost()
        verdict.writes_lost += lost
        verdict.deaths += self._deaths()
        self.carrier.check_alive()
        return verdict

    def _deaths(self) -> list[str]:
        """Of parts that we did not kill."""
        data, incidents, since_s = self.product.folder, self.incidents, self._began_s
        engines = engine_deaths(self.product.log, self._engine_deaths)
        self._engine_deaths += len(engines)
        killed = sum(incident.kind in ("engine", "recovery") for incident in incidents)
        own = engines if len(engines) > killed or any("SIGKILL" not in line for line in engines) else []
        return own + unordered_deaths(data, incidents, since_s) + unordered_starts(data, incidents, since_s)

    async def _closed(self, run_id: int) -> list[dict[str, Any]]:
        """All attempts of the run, when none is open any more or waiting has no point."""
        api, deadline_s = self.product.api, time.monotonic() + END_MAX_S / 2
        while time.monotonic() < deadline_s:
            page = await api.get("/api/attempts", run_id=run_id, open_only="true", limit=1)
            if not page["rows"]:
                break
            await asyncio.sleep(LOOK_S * 4)
        return await attempts_of(api, run_id)

    def at_rest(self) -> bool:
        return self.live() == 0 and all(free(desk) for desk in self.desks)

    async def _channels_left(self) -> list[str]:
        """Calls that the PBX still has."""
        url, user, password = self.product.ari()
        headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        async with aiohttp.ClientSession(headers=headers) as http, http.get(f"{url}/channels") as reply:
            return [row["id"] for row in await reply.json() if is_call(row["id"])]

    # Seeing

    def dialogs(self) -> list[Dialog]:
        """Of this load."""
        return [dialog for dialog in self.carrier.ledger.dialogs() if dialog.invited_s >= self._began_s]

    def live(self) -> int:
        """Answered and not ended, by the network's ledger; those of a PBX that died do not live any more."""
        cuts = [incident.at_utc_s for incident in self.incidents if incident.kind == "pbx"]
        since_s = max(cuts, default=self._began_s)
        seen = self.carrier.ledger.read().values()
        return sum(d.answered_s is not None and d.ended_s is None and d.invited_s >= since_s for d in seen)

    def dialed(self, from_s: float, until_s: float) -> int:
        """Calls that reached the network in this time."""
        return sum(from_s < dialog.invited_s < until_s for dialog in self.carrier.ledger.read().values())

    async def wait_live(self, count: int) -> None:
        await self.until(lambda: self.live() >= count, LIVE_MAX_S, f"{count} calls up")

    def note(self, kind: str) -> Incident:
        """Something is broken now."""
        incident = Incident(kind=kind, at_utc_s=time.time(), live=self.live())
        self.incidents.append(incident)
        return incident

    async def until(self, condition: Callable[[], bool], timeout_s: float, what: str) -> float:
        """Answers how long it took. TimeoutError says what did not come about."""
        begin_s = time.monotonic()
        while not condition():
            if time.monotonic() - begin_s > timeout_s:
                raise TimeoutError(f"not within {timeout_s:.0f} s: {what}; {self._scenery()}")
            await asyncio.sleep(LOOK_S)
        return time.monotonic() - begin_s

    def _scenery(self) -> str:
        busy = [f"{desk.agent} {desk.call}" for desk in self.desks if not free(desk)]
        return f"{self.live()} calls up; desks not free: {busy[:3]}"

    async def until_well(self, timeout_s: float) -> None:
        """Until the product says that it sees PBX and database."""
        deadline_s = time.monotonic() + timeout_s
        while time.monotonic() < deadline_s:
            with contextlib.suppress(ApiError, aiohttp.ClientError, OSError):
                engine = next(iter((await self.product.api.get("/api/system"))["engine"].values()))
                if engine["running"] and engine["store_up"] and engine["pbx_up"]:
                    return
            await asyncio.sleep(LOOK_S)
        raise TimeoutError(f"the engine is not well after {timeout_s:.0f} s")


def free(desk: LastingDesk) -> bool:
    shown = desk.agent
    return desk.linked and shown.get("state") == "available" and shown.get("phone") == "up" and desk.call is None


def kill(pid: int, number: int) -> None:
    os.kill(pid, number)
