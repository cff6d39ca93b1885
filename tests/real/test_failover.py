"""A real PostgreSQL dies with acknowledged commits that its standby has not; the engine gives them back (C2)."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from busyhour.adapters.files.journal import JournalSegments
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.adapters.sql.campaigns import SqlCampaigns
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.lists import SqlLists
from busyhour.adapters.sql.migrate import migrate
from busyhour.adapters.sql.reports import SqlReports
from busyhour.adapters.sql.seal import Seal
from busyhour.adapters.sql.store import SqlStore
from busyhour.bench.drills.database_proxy import DatabaseFault, DatabaseProxy
from busyhour.bench.drills.standby import Pair
from busyhour.core import events as e
from busyhour.core.model.campaign import Campaign, Hours
from busyhour.core.model.values import DialMode, EndCause, ListRole
from busyhour.service import records as r
from busyhour.service.clock import SystemClock
from busyhour.service.engine import Engine
from busyhour.service.journal import Journal

from .conftest import OFFSET

CONTACTS = 30
LINES = 6


async def until(true: Callable[[], bool], what: str, within_s: float = 40.0) -> None:
    for _ in range(round(within_s / 0.05)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(what)


class Place:
    """A tenant with an agentless campaign on a pair of servers; the PBX is pretended."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.database, self.pbx = folder, Database(url, connections_max=5), MemoryTelephony()
        self.clock = SystemClock()

    async def furnish(self) -> None:
        directory, lists = SqlDirectory(self.database, Seal.of(self.folder)), SqlLists(self.database)
        campaigns = SqlCampaigns(self.database)
        self.tenant = (await directory.create_tenant(name="Acme", time_zone="UTC", country="IT")).tenant_id
        trunk = await directory.save_trunk(self.tenant, r.demo_trunk("carrier", capacity=LINES))

        async def batches() -> AsyncIterator[Sequence[r.NewContact]]:
            yield [
                r.NewContact(name="", numbers=(f"+3906000{n:04d}",), zones=(("Europe/Rome",),), attributes={})
                for n in range(CONTACTS)
            ]

        made = await lists.create_list(self.tenant, "people")
        job = await lists.create_import(self.tenant, made.list_id, "people.csv")
        await lists.import_contacts(self.tenant, job.import_id, batches(), lambda _: None)
        campaign = Campaign(
            campaign_id=0,
            name="message",
            dial_mode=DialMode.AGENTLESS,
            max_concurrent=LINES,
            message_prompt="hello",
            callee_hours=Hours(),
            trunk_ids=(trunk.trunk_id,),
        )
        saved = await campaigns.save_campaign(self.tenant, campaign, lists=[(made.list_id, ListRole.NORMAL)])
        await campaigns.start_run(self.tenant, saved.campaign.campaign_id)

    async def begin(self) -> tuple[Engine, asyncio.Task[None]]:
        journal = Journal(self.clock, JournalSegments(self.folder / "journal", self.tenant))
        engine = Engine(
            self.tenant,
            store=SqlStore(self.database),
            telephony=self.pbx,
            clock=self.clock,
            owner="test",
            queue_max=1000,
            journal=journal,
        )
        task = asyncio.create_task(engine.run())
        await until(lambda: engine.running, "the engine runs")
        return engine, task

    def end(self, index: int) -> None:
        call = self.pbx.placed[index].item.call
        if call in self.pbx.channels:
            self.pbx.tell(self.tenant, e.CallEnded(call=call, cause=EndCause.BUSY, at_utc_s=self.clock.now().utc_s))

    async def attempts(self) -> dict[str, r.AttemptRow]:
        page = await SqlReports(self.database).attempts(self.tenant, r.AttemptFilter(), limit=500)
        return {row.call: row for row in page.rows}


@pytest.mark.real
@pytest.mark.once
@pytest.mark.covers("I3", "I29")
@pytest.mark.parametrize("engine_dies", [False, True], ids=["the engine lives", "the engine dies with it"])
async def test_acknowledged_commits_that_the_standby_has_not_are_given_back(engine_dies: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="busyhour-failover-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        pair = Pair(folder, synchronous=False)
        port = 5491 + OFFSET
        try:
            await pair.start()
            async with DatabaseProxy(port, pair.first.socket(), Random(1)) as proxy:
                url = pair.first.url_at("127.0.0.1", port)
                await migrate(url)
                place = Place(folder, url)
                await place.furnish()
                engine, task = await place.begin()
                await until(lambda: len(place.pbx.placed) == LINES, "calls are up")
                await pair.first.hold_back()
                for index in range(LINES):
                    place.end(index)
                await until(lambda: len(place.pbx.placed) == 2 * LINES, "others are up")
                place.end(LINES)
                await until(lambda: len(place.pbx.placed) > 2 * LINES, "one more")
                before = await place.attempts()
                told = [call for call, row in before.items() if row.outcome is not None]
                async with proxy.misbehaving(DatabaseFault.CUT):
                    if engine_dies:
                        engine._keeper._lots.clear()  # its memory is gone
                        task.cancel()
                        await asyncio.wait([task])
                    lost = await pair.fail_over()
                    proxy.socket = pair.first.socket()
                assert lost > 0
                if engine_dies:
                    engine, task = await place.begin()
                await until(lambda: engine.statistics()["store_rewinds"] == 1, "given back")
                assert engine.statistics()["calls_lost_by_store"] > LINES
                after = await place.attempts()
                assert set(before) <= set(after)
                assert all(after[call].outcome == before[call].outcome for call in told)
                for index in range(CONTACTS):
                    await until(lambda n=index: len(place.pbx.placed) > n, "all are called")
                    place.end(index)
                numbers = [call.item.number for call in place.pbx.placed]
                assert sorted(numbers) == sorted(set(numbers)), "nobody is called twice"
                assert len(numbers) == CONTACTS
                task.cancel()
                await asyncio.wait([task])
                await place.database.close()
        finally:
            await pair.stop()
