"""A tenant with a running campaign on a real PostgreSQL, and the engine that owns it."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from busyhour.adapters.sql.campaigns import SqlCampaigns
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.lists import SqlLists
from busyhour.adapters.sql.reports import SqlReports
from busyhour.adapters.sql.seal import Seal
from busyhour.adapters.sql.store import SqlStore
from busyhour.core import commands as c
from busyhour.core.events import Event, HopperFilled, Instant, RunCounted
from busyhour.core.model.campaign import Campaign, Hours
from busyhour.core.model.pictures import CallRecord, HopperItem, Segment
from busyhour.core.model.values import DialMode, EndCause, LegMode, ListRole, Outcome, PhoneKind, Role
from busyhour.service import records as r

if TYPE_CHECKING:
    from .inbound import Inbound

NOON_UTC_S = 1_800_014_400.0  # Friday 2027-01-15, 12:00 UTC


def number(i: int) -> str:
    return f"+39060000{i:04d}"


def new_contact(i: int, **changes: Any) -> r.NewContact:
    plain = {"name": f"Person {i}", "numbers": (number(i),), "zones": (("Europe/Rome",),), "attributes": {"n": str(i)}}
    return r.NewContact(**(plain | changes))


class World:
    """Acts as administrator (`directory`, `lists`, ...) and as engine (`store`, with `fence`)."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.directory = SqlDirectory(database, Seal.of(folder))
        self.lists = SqlLists(database)
        self.campaigns = SqlCampaigns(database)
        self.reports = SqlReports(database)
        self.store = SqlStore(database)
        self.utc_s = NOON_UTC_S
        self.counted: dict[int, RunCounted] = {}
        self.lists_of_campaign: list[tuple[int, ListRole]] = []

    async def begin(self) -> None:
        self.tenant = (await self.directory.create_tenant(name="Acme", time_zone="UTC", country="IT")).tenant_id
        user = await self.directory.create_user(
            self.tenant, login="ann", name="Ann", role=Role.AGENT, password_hash="x"
        )
        agent = await self.directory.create_agent(
            self.tenant,
            user_id=user.user_id,
            phone_kind=PhoneKind.BROWSER,
            sip_address="",
            leg_mode=LegMode.PERSISTENT,
        )
        self.agent_id = agent.agent_id
        row = r.demo_trunk("carrier", capacity=10)
        self.trunk_id = (await self.directory.save_trunk(self.tenant, row)).trunk_id

    async def add_list(self, name: str, contacts: Sequence[r.NewContact]) -> int:
        made = await self.lists.create_list(self.tenant, name)
        await self.add_contacts(made.list_id, contacts)
        return made.list_id

    async def add_contacts(self, list_id: int, contacts: Sequence[r.NewContact]) -> None:
        async def batches() -> AsyncIterator[Sequence[r.NewContact]]:
            yield contacts

        job = await self.lists.create_import(self.tenant, list_id, "test.csv")
        await self.lists.import_contacts(self.tenant, job.import_id, batches(), lambda _: None)

    async def start(self, *lists: tuple[int, ListRole], **settings: Any) -> int:
        """Save a campaign on these lists, start its run, own the shard and let it run."""
        plain = {
            "campaign_id": 0,
            "name": f"campaign {len(await self.campaigns.campaigns(self.tenant))}",
            "dial_mode": DialMode.PROGRESSIVE,
            "callee_hours": Hours(),
            "trunk_ids": (self.trunk_id,),
            "agent_ids": (self.agent_id,),
        }
        campaign = Campaign(**(plain | settings))
        saved = await self.campaigns.save_campaign(self.tenant, campaign, lists=lists)
        self.campaign = saved.campaign
        run = await self.campaigns.start_run(self.tenant, saved.campaign.campaign_id)
        await self.own()
        await self.commit(c.SaveRun(run_id=run.run_id, state="running", at_utc_s=self.utc_s, final=False))
        self.run_id = run.run_id
        return run.run_id

    async def own(self, owner: str = "engine-1") -> None:
        self.floor = await self.store.open_shard(self.tenant, owner)
        self.fence = self.floor.fence

    async def commit(self, *batch: c.Keep) -> list[Event]:
        """What the store says to the intents; how it counts the runs is in `counted`."""
        answers = await self.store.commit(self.tenant, self.fence, batch)
        self.counted |= {one.run_id: one for one in answers if isinstance(one, RunCounted)}
        return [one for one in answers if not isinstance(one, RunCounted)]

    async def fill(
        self, want: int = 10, *, run_id: int | None = None, held: tuple[str, ...] | None = None
    ) -> HopperFilled:
        ask = c.FillHopper(run_id=run_id or self.run_id, want=want, held=held)
        return await self.store.fill_hopper(self.tenant, self.fence, ask, Instant(mono_s=0, utc_s=self.utc_s))

    def place(self, item: HopperItem, **changes: Any) -> c.PlaceCall:
        [trunk] = self.floor.trunks
        plain = {
            "item": item,
            "run_id": self.run_id,
            "campaign_id": self.campaign.campaign_id,
            "trunk": trunk,
            "caller_id": "",
            "ring_timeout_s": 30.0,
            "call_max_s": 7200.0,
            "why": "one agent is free",
            "at_utc_s": self.utc_s,
        }
        return c.PlaceCall(**(plain | changes))

    def close(self, item: HopperItem, outcome: Outcome = Outcome.NO_ANSWER, **changes: Any) -> c.CloseCall:
        plain = {
            "call": item.call,
            "run_id": self.run_id,
            "campaign_id": self.campaign.campaign_id,
            "member_id": item.member_id,
            "contact_id": item.contact_id,
            "attempt_no": item.attempt_no,
            "trunk_id": self.trunk_id,
            "outcome": outcome,
            "cause": EndCause.NORMAL,
            "ringing_utc_s": self.utc_s + 1,
            "answered_utc_s": None,
            "joined_utc_s": None,
            "ended_utc_s": self.utc_s + 30,
            "talk_s": 0.0,
            "agent_id": None,
            "segments": (),
            "next_due_utc_s": None,
            "retry_why": "no rule",
        }
        return c.CloseCall(record=CallRecord(**(plain | changes)))

    def talked(self, item: HopperItem, **changes: Any) -> c.CloseCall:
        segment = Segment(
            kind="agent", agent_id=self.agent_id, started_utc_s=self.utc_s + 4, ended_utc_s=self.utc_s + 14
        )
        plain = {
            "answered_utc_s": self.utc_s + 3,
            "joined_utc_s": self.utc_s + 4,
            "ended_utc_s": self.utc_s + 14,
            "talk_s": 11.0,
            "agent_id": self.agent_id,
            "segments": (segment,),
        }
        return self.close(item, Outcome.HANDLED, **(plain | changes))

    async def rows(self, text: str) -> list[dict[str, Any]]:
        """A look into the tables, as the tenant."""
        async with self.database.tenant_transaction(self.tenant) as connection:
            return [dict(row) for row in (await connection.execute(sa.text(text))).mappings()]


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    database = Database(database_url, connections_max=5)
    made = World(database, tmp_path)
    await made.begin()
    yield made
    await database.close()


@pytest.fixture(params=["memory", "sql"])
def either_url(request: pytest.FixtureRequest) -> str | None:
    """Of a server, or None for the store in memory."""
    return request.getfixturevalue("database_url") if request.param == "sql" else None


@pytest.fixture
async def inbound(either_url: str | None, tmp_path: Path) -> "AsyncIterator[Inbound]":
    from .inbound import Inbound, InMemory, InSql

    database = Database(either_url, connections_max=5) if either_url is not None else None
    made = Inbound(InMemory() if database is None else InSql(database, tmp_path))
    await made.begin()
    yield made
    if database is not None:
        await database.close()
