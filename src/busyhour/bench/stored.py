"""A real store to measure: a PostgreSQL (fresh and private, unless the settings name one), a tenant and its run."""

import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from busyhour.adapters.sql.campaigns import SqlCampaigns
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.lists import SqlLists
from busyhour.adapters.sql.migrate import migrate
from busyhour.adapters.sql.private import PrivateDatabase
from busyhour.adapters.sql.seal import Seal
from busyhour.adapters.sql.store import SqlStore
from busyhour.core import commands as c
from busyhour.core.events import HopperFilled, Instant
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Campaign, Hours, Trunk
from busyhour.core.model.values import DialMode, ListRole
from busyhour.service import records as r
from busyhour.settings import Settings

BATCH_ROWS: Final = 1_000


@contextlib.asynccontextmanager
async def database_to_measure(settings: Settings, folder: Path) -> AsyncIterator[str]:
    """Its owner's address. A private one is gone afterwards."""
    private = None if settings.database_url else PrivateDatabase(folder / "database")
    try:
        if private:
            await private.start()
        url = settings.database_url or (await private.url() if private else "")
        await migrate(url)
        yield url
    finally:
        if private:
            await private.stop()


class Stored:
    """A tenant of its own, so that a database in use can be measured too."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url)
        self.directory = SqlDirectory(self.database, Seal.of(folder))
        self.lists = SqlLists(self.database)
        self.campaigns = SqlCampaigns(self.database)
        self.store = SqlStore(self.database)
        self.name = f"bench {time.time():.3f}"  # tenants' and lists' names are unique
        self.tenant: r.Tenant

    async def begin(self) -> None:
        self.tenant = await self.directory.create_tenant(name=self.name, time_zone="America/New_York", country="US")

    async def add_list(self, name: str, contacts: Iterable[r.NewContact]) -> int:
        tenant = self.tenant.tenant_id
        made = await self.lists.create_list(tenant, f"{self.name} {name}")
        job = await self.lists.create_import(tenant, made.list_id, name)
        await self.lists.import_contacts(tenant, job.import_id, _batches(contacts), lambda _: None)
        return made.list_id

    async def start_run(self, lists: Sequence[tuple[int, ListRole]]) -> "Running":
        tenant = self.tenant.tenant_id
        trunk = await self.directory.save_trunk(tenant, r.demo_trunk(self.name, capacity=1000))
        prompt = f"{self.name}.wav"
        campaign = Campaign(
            campaign_id=0,
            name=self.name,
            dial_mode=DialMode.AGENTLESS,
            message_prompt=prompt,
            callee_hours=Hours(),
            trunk_ids=(trunk.trunk_id,),
        )
        saved = await self.campaigns.save_campaign(tenant, campaign, lists=lists)
        run = await self.campaigns.start_run(tenant, saved.campaign.campaign_id)
        floor = await self.store.open_shard(tenant, self.name)
        running = Running(self.store, tenant, floor.fence, run.run_id, saved.campaign, floor.trunks[0])
        going = c.SaveRun(run_id=run.run_id, state=RunState.RUNNING, at_utc_s=time.time(), final=False)
        await self.store.commit(tenant, floor.fence, [going])
        return running

    async def close(self) -> None:
        await self.database.close()


class Running:
    """The run, as its engine sees it."""

    def __init__(self, store: SqlStore, tenant: int, fence: int, run_id: int, campaign: Campaign, trunk: Trunk) -> None:
        self.store, self.tenant, self.fence = store, tenant, fence
        self.run_id, self.campaign, self.trunk = run_id, campaign, trunk

    async def fill(self, want: int) -> HopperFilled:
        now = Instant(mono_s=time.monotonic(), utc_s=time.time())
        return await self.store.fill_hopper(self.tenant, self.fence, c.FillHopper(run_id=self.run_id, want=want), now)

    async def commit(self, batch: Sequence[c.Keep]) -> Sequence[object]:
        return await self.store.commit(self.tenant, self.fence, batch)


async def _batches(contacts: Iterable[r.NewContact]) -> AsyncIterator[Sequence[r.NewContact]]:
    source = iter(contacts)
    while batch := list(islice(source, BATCH_ROWS)):
        yield batch
