"""The whole product in one process: database, PBX, engines, page. Started in order, stopped in the opposite one."""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

import structlog

from busyhour import __version__
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.config import folders_of, sounds_folder
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.asterisk.telephony import AsteriskTelephony
from busyhour.adapters.files.contact_files import ContactFiles
from busyhour.adapters.files.journal import JournalSegments
from busyhour.adapters.files.recordings import RecordingFiles
from busyhour.adapters.speech.nanotts import NanoVoice
from busyhour.adapters.sql.campaigns import SqlCampaigns
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.lists import SqlLists
from busyhour.adapters.sql.migrate import migrate
from busyhour.adapters.sql.private import PrivateDatabase
from busyhour.adapters.sql.queues import SqlQueues
from busyhour.adapters.sql.recordings import SqlRecordings
from busyhour.adapters.sql.reports import SqlReports
from busyhour.adapters.sql.seal import Seal
from busyhour.adapters.sql.store import SqlStore
from busyhour.cli.progress import Progress, Step
from busyhour.core.model.values import PhoneKind
from busyhour.main.folder import DataFolder
from busyhour.main.lasting import LOADED_UTC_S
from busyhour.service.accounts import Accounts
from busyhour.service.background import for_ever
from busyhour.service.centers import Centers
from busyhour.service.clock import SystemClock
from busyhour.service.errors import Invalid, StoreDown, Unavailable
from busyhour.service.exporting import Exporting
from busyhour.service.floors import EngineFloors
from busyhour.service.hearings import Hearings
from busyhour.service.importing import Importing
from busyhour.service.journal import Journal
from busyhour.service.recordings import RecordingKeeper
from busyhour.settings import Settings

if TYPE_CHECKING:
    from busyhour.http.services import Services

BEGIN_MAX_S = 30.0  # for an engine to rebuild its live state
ENGINE_CONNECTIONS = 6
SCREEN_CONNECTIONS = 12
ENGINE_IDLE_S = 3.0
"""An engine that stands still in the middle of a transaction holds its tenant's row: so long, another cannot begin.
Less than the wait for a lock, so that the other's first try succeeds."""
REPLACED_CODE = 70  # our exit code when another engine has taken over

log = structlog.get_logger("product")


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The database seen through the ports. The engine's pool is apart from the screens'."""

    database: Database
    directory: SqlDirectory
    lists: SqlLists
    campaigns: SqlCampaigns
    queues: SqlQueues
    reports: SqlReports
    recordings: SqlRecordings
    store: SqlStore


class Product:
    """`await start()`, then `await serve()` until told to stop, then `await stop()`."""

    def __init__(self, settings: Settings, progress: Progress, *, demo: bool) -> None:
        self.settings, self.progress, self.demo = settings, progress, demo
        self.folder = DataFolder(settings.data)
        self.clock = SystemClock()
        self._ending = AsyncExitStack()
        self.leaving = False  # for a new program, which is to find the PBX and the database as they are
        self._given_up = False  # the PBX was there, and the engine could not begin
        self.stores: Stores
        self.accounts: Accounts
        self.telephony: AsteriskTelephony
        self.floors: EngineFloors
        self.access: PbxAccess

    @property
    def url(self) -> str:
        scheme = "https" if self.settings.tls_cert else "http"
        host = "127.0.0.1" if self.settings.host in ("0.0.0.0", "::") else self.settings.host  # noqa: S104 (a comparison)
        return f"{scheme}://{host}:{self.settings.port}"

    async def start(self) -> None:
        """Everything but the page. Raises `UserError` with what to do when a part is not to be had."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        self.folder.take()
        self._ending.callback(self.folder.give_back)
        self._require_free_port()
        self.folder.log_to_file()
        with self.progress.step("Database") as step:
            self.stores = await open_stores(self.settings, self.folder, self._ending, step, leaves=lambda: self.leaving)
        self.accounts = Accounts(
            directory=self.stores.directory, clock=self.clock, session_hours=self.settings.session_hours
        )
        with self.progress.step("PBX") as step:
            self.access = await self._start_pbx(step)
        self.floors = EngineFloors(
            store=self.stores.store,
            telephony=self.telephony,
            clock=self.clock,
            owner=f"{socket.gethostname()}:{self.folder.path}",
            queue_max=self.settings.engine_queue_max,
            on_replaced=_leave_everything,
            journal_of=self._journal_of,
        )
        self._ending.push_async_callback(self._end_floors)
        self.recording_files = RecordingFiles(
            spool=folders_of(self.settings).recorded, folder=self.folder.path / "recordings"
        )

    def _journal_of(self, tenant: int) -> Journal:
        return Journal(self.clock, JournalSegments(self.folder.path / "journal", tenant))

    def _require_free_port(self) -> None:
        with socket.socket(socket.AF_INET6 if ":" in self.settings.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.settings.host, self.settings.port))
            except OSError as fault:
                raise Unavailable(
                    f"Port {self.settings.port} on {self.settings.host} cannot be used ({fault.strerror}). "
                    "Stop what uses it, or choose another with BUSYHOUR_PORT and BUSYHOUR_HOST."
                ) from fault

    async def _start_pbx(self, step: Step) -> PbxAccess:
        def report(done: float, text: str) -> None:
            step.note(text)
            step.advance(done, 1.0)

        voice = NanoVoice(sounds_folder(self.settings))
        pbx = PrivatePbx(self.settings, report, voice=voice, demo=self.demo)
        access = await pbx.start()
        self._ending.push_async_callback(self._end_pbx, pbx)
        if self.settings.pbx_ari_url is not None:
            access = replace(access, ari_url=self.settings.pbx_ari_url)
        self.voice = NanoVoice(access.sounds)
        self.telephony = AsteriskTelephony(access, self.voice)
        self._run("telephony", self.telephony.run)
        self.pbx = pbx
        await self._wait_for_pbx()
        step.note(f"Asterisk {pbx.statistics().version}")
        return access

    async def _end_floors(self) -> None:
        if not self.leaving:
            await self.floors.stop()
            return
        log.info("the engine leaves")
        await self.floors.leave()
        log.info("the engine has left")

    async def _end_pbx(self, pbx: PrivatePbx) -> None:
        """Calls that we found, and could not take over, go on: the next start may."""
        if self.leaving or (self._given_up and pbx.statistics().adopted):
            await pbx.leave()
            return
        if calls := await pbx.calls_up():
            self.progress.say(f"{calls} calls are up and end now.")
            log.warning("stopped with calls up", calls=calls)
        await pbx.stop()

    async def _wait_for_pbx(self) -> None:
        deadline_s = self.clock.now().mono_s + BEGIN_MAX_S
        while not self.telephony.up():
            if self.clock.now().mono_s > deadline_s:
                raise Unavailable("The PBX runs, but its ARI does not answer; see pbx/log in the data folder.")
            await asyncio.sleep(0.02)

    def _run(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._ending.push_async_callback(_cancel, for_ever(name, work))

    @cached_property
    def services(self) -> "Services":
        """What the page and the API work with."""
        from busyhour.http.compat.listeners import Management
        from busyhour.http.services import Services  # late, as `page.py`
        from busyhour.service.planning import Planner
        from busyhour.sim.pacing.planned import play

        spool, lists = self.folder.path / "spool", self.stores.lists
        imports = Importing(lists=lists, files=ContactFiles, clock=self.clock, spool=spool)
        exports = Exporting(lists=lists, files=ContactFiles(), spool=spool)
        self._ending.push_async_callback(imports.close)
        imports.clear_spool()
        exports.clear_spool()
        return Services(
            settings=self.settings,
            clock=self.clock,
            directory=self.stores.directory,
            lists=self.stores.lists,
            campaigns=self.stores.campaigns,
            queues=self.stores.queues,
            reports=self.stores.reports,
            recordings=self.stores.recordings,
            hearings=Hearings(self.clock),
            recording_path=self.recording_files.path,
            phones=self.telephony.phones,
            voice=self.voice,
            floors=self.floors,
            accounts=self.accounts,
            imports=imports,
            exports=exports,
            planner=Planner(campaigns=self.stores.campaigns, work=play),
            management=Management(self.settings, self._centers(), self.clock),
            pbx_up=self.telephony.up,
            pbx_ws_url=self.access.ws_url,
            versions={"busyhour": __version__, "asterisk": self.pbx.statistics().version},
        )

    def _centers(self) -> Centers:
        stores = self.stores
        return Centers(floors=self.floors, queues=stores.queues, directory=stores.directory, clock=self.clock)

    async def begin(self) -> None:
        """Give the PBX its trunks and phones, and begin each tenant's engine."""
        try:
            with self.progress.step("Engine"):
                for tenant in await self.stores.directory.tenants():
                    await self.stores.lists.end_broken_imports(tenant.tenant_id)
                    await self.provide(tenant.tenant_id)
                    self.floors.start(tenant.tenant_id)
                    await self.floors.wait_running(tenant.tenant_id, BEGIN_MAX_S)
            self._keep_recordings()
        except (StoreDown, Unavailable):
            self._given_up = True
            raise

    def _keep_recordings(self) -> None:
        async def tenants() -> list[int]:
            return [tenant.tenant_id for tenant in await self.stores.directory.tenants()]

        keeper = RecordingKeeper(
            recordings=self.stores.recordings,
            files=self.recording_files,
            floors=self.floors,
            clock=self.clock,
            tenants=tenants,
            free_min_bytes=self.settings.recording_free_bytes_min,
        )
        self._run("recordings", keeper.run)

    async def provide(self, tenant: int) -> None:
        """What the PBX must know of a tenant is made from the store at every start."""
        directory, phones = self.stores.directory, self.telephony.phones
        for trunk in await directory.trunks(tenant):
            try:
                await phones.set_trunk(tenant, trunk, await directory.trunk_secret(tenant, trunk.trunk_id))
            except Invalid as fault:
                self.progress.say(f"Trunk {trunk.name} is not usable: {fault.text}")
        for agent in await directory.agents(tenant):
            if agent.phone_kind is PhoneKind.SIP and not agent.disabled:
                await phones.set_phone(tenant, agent.agent_id, agent.sip_address)

    async def serve(self) -> None:
        """The page and the API, until a signal ends them. Loaded beside the engines, which are at work already."""
        page = await asyncio.to_thread(_load_page)

        def begun() -> None:
            self.folder.say_where(self.url, LOADED_UTC_S)

        await page.serve(self.services, self.settings, begun=begun, leave=self.leave)

    def leave(self) -> None:
        """The stop that follows is for a new program: PBX and database go on, calls and all."""
        self.leaving = True

    async def stop(self) -> None:
        """All of it, in the opposite order. Nothing is left running, unless we leave."""
        await self._ending.aclose()


def _load_page() -> ModuleType:
    from busyhour.main import page

    return page


def _leave_everything() -> None:
    """Another engine works with this PBX and this database now. An orderly stop would end both under its calls, and our
    link would take its events from it: so we are gone at once, as if killed."""
    log.critical("replaced by another engine; leaving the PBX and the database to it")
    os._exit(REPLACED_CODE)


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _end_database(private: PrivateDatabase, leaves: Callable[[], bool]) -> None:
    await (private.leave() if leaves() else private.stop())


async def open_stores(
    settings: Settings,
    folder: DataFolder,
    ending: AsyncExitStack,
    step: Step,
    *,
    leaves: Callable[[], bool] = lambda: False,
) -> Stores:
    """The database of the settings, or the private one; brought to this version's schema. `leaves`: whether the private
    one is to go on when all ends."""
    url = settings.database_url
    if url is None:
        private = PrivateDatabase(folder.path / "db")
        step.note("private PostgreSQL")
        await private.start()
        ending.push_async_callback(_end_database, private, leaves)
        url = await private.url()
    step.note("schema")
    try:
        await migrate(url)
    except StoreDown as fault:
        raise Unavailable(
            "The database cannot be reached. Is the server of BUSYHOUR_DATABASE_URL running, and may this machine and "
            "this user connect? Without that setting a private database is used."
        ) from fault
    screens = Database(url, name="busyhour-screens", connections_max=SCREEN_CONNECTIONS)
    engine = Database(
        url,
        name="busyhour-engine",
        connections_max=ENGINE_CONNECTIONS,
        statement_timeout_s=10.0,
        idle_in_transaction_s=ENGINE_IDLE_S,
    )
    ending.push_async_callback(screens.close)
    ending.push_async_callback(engine.close)
    seal = Seal.of(folder.path)
    return Stores(
        database=screens,
        directory=SqlDirectory(screens, seal),
        lists=SqlLists(screens),
        campaigns=SqlCampaigns(screens),
        queues=SqlQueues(screens),
        reports=SqlReports(screens),
        recordings=SqlRecordings(screens),
        store=SqlStore(engine),
    )
