"""The same reach into another tenant as in the inventory, over the real PostgreSQL: every id that exists there is not
found here, and a whole way through the API leaves what it should."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest

from busyhour.adapters.sql.campaigns import SqlCampaigns
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.lists import SqlLists
from busyhour.adapters.sql.queues import SqlQueues
from busyhour.adapters.sql.recordings import SqlRecordings
from busyhour.adapters.sql.reports import SqlReports
from busyhour.adapters.sql.seal import Seal
from busyhour.adapters.sql.store import SqlStore
from busyhour.core.commands import FillHopper, PlaceCall, SaveArrival, SaveCallback, SaveRun
from busyhour.core.events import Asker, CallCommitted, RunPauseAsked, RunRemoveAsked, RunUnpauseAsked
from busyhour.core.life.run import RunState
from busyhour.core.model.callers import Callback
from busyhour.core.model.campaign import Campaign, Hours
from busyhour.core.model.dialed import Treatment
from busyhour.core.model.queue import CallbackRule, Destination, DestinationKind, Queue
from busyhour.core.model.values import Audited, DialMode, ListRole, Role
from busyhour.http.routes import SOCKET
from busyhour.service import caller_records as cr
from busyhour.service import records as r
from busyhour.service.clock import SystemClock
from tests.http.http_world import TRUNK, Tenant, World
from tests.http.test_http_inventory import WITH_IDS, answer, path_of, role_with

pytestmark = pytest.mark.real


class StoredWorld(World):
    """The world over a database; the PBX stays imagined."""

    def __init__(self, spool: Path, database: Database) -> None:
        ports = {
            "clock": SystemClock(),
            "directory": SqlDirectory(database, Seal.of(spool)),
            "lists": SqlLists(database),
            "campaigns": SqlCampaigns(database),
            "queues": SqlQueues(database),
            "reports": SqlReports(database),
            "recordings": SqlRecordings(database),
        }
        super().__init__(spool, ports=ports)
        self.store = SqlStore(database)

    async def _add_rows(self, tenant: Tenant) -> None:
        id_, directory = tenant.tenant_id, self.directory
        trunk = await directory.save_trunk(id_, TRUNK)
        self.phones.trunks[trunk.trunk_id] = None
        found = await self.lists.create_list(id_, "people")
        job = await self.lists.create_import(id_, found.list_id, "people.csv")
        await self.lists.import_contacts(id_, job.import_id, one_contact(), lambda _done: None)
        agent = (await directory.agents(id_))[0]
        campaign = Campaign(
            campaign_id=0,
            name="first",
            dial_mode=DialMode.PROGRESSIVE,
            callee_hours=Hours(),
            trunk_ids=(trunk.trunk_id,),
            agent_ids=(agent.agent_id,),
        )
        row = await self.campaigns.save_campaign(id_, campaign, lists=[(found.list_id, ListRole.NORMAL)])
        run = await self.campaigns.start_run(id_, row.campaign.campaign_id)
        tenant.ids |= {
            "user_id": tenant.people[Role.SUPERVISOR].user.user_id,
            "agent_id": agent.agent_id,
            "trunk_id": trunk.trunk_id,
            "list_id": found.list_id,
            "import_id": job.import_id,
            "campaign_id": row.campaign.campaign_id,
            "run_id": run.run_id,
            "number": f"+39066982000{id_}",
        }
        await self._dial(tenant)
        await self._add_small(tenant)
        await self._add_caller(tenant)
        await self._add_recording(tenant)

    async def _add_recording(self, tenant: Tenant) -> None:
        picture, collected = self.sounds.sound(tenant.tenant_id)
        await self.recordings.found(tenant.tenant_id, picture)
        await self.recordings.collected(tenant.tenant_id, collected)
        tenant.ids["recording"] = picture.recording

    async def _add_caller(self, tenant: Tenant) -> None:
        """A queue with its number, a caller who came, and a promise to call back."""
        id_ = tenant.tenant_id
        queue = await self.queues.save_queue(id_, Queue(queue_id=0, name="Sales"))
        to = (Destination(DestinationKind.NUMBER, "+390612345678"),)
        wanted = cr.DialedNumberRow(number_id=0, pattern="+3906123", treatment=Treatment(to=to))
        number = await self.queues.save_dialed_number(id_, wanted)
        callback = Callback(
            callback=f"k{id_}-1",
            queue_id=queue.queue_id,
            number="+390612345678",
            rule=CallbackRule(),
            since_utc_s=self.clock.now().utc_s,
            promised_utc_s=self.clock.now().utc_s,
        )
        arrival = SaveArrival(
            call=f"i{id_}-1.7",
            dialed="+3906123",
            number=callback.number,
            name="Ada",
            headers={},
            at_utc_s=self.clock.now().utc_s,
        )
        floor = await self.store.open_shard(id_, "test")
        promise = SaveCallback(callback=callback, at_utc_s=callback.promised_utc_s)
        await self.store.commit(id_, floor.fence, [arrival, promise])
        tenant.ids |= {"queue_id": queue.queue_id, "number_id": number.number_id}
        tenant.ids |= {"caller": arrival.call, "callback": callback.callback}

    async def _dial(self, tenant: Tenant) -> None:
        """One attempt, placed as the engine places it."""
        id_, run_id = tenant.tenant_id, tenant.ids["run_id"]
        floor = await self.store.open_shard(id_, "test")
        now = self.clock.now()
        filled = await self.store.fill_hopper(id_, floor.fence, FillHopper(run_id=run_id, want=1), now)
        (item,) = filled.items
        place = PlaceCall(
            item=item,
            run_id=run_id,
            campaign_id=tenant.ids["campaign_id"],
            trunk=floor.trunks[0],
            caller_id="",
            ring_timeout_s=30.0,
            call_max_s=3600.0,
            why="its turn",
            at_utc_s=now.utc_s,
        )
        running = SaveRun(run_id=run_id, state=RunState.RUNNING, at_utc_s=now.utc_s, final=False)
        (answered, _) = await self.store.commit(id_, floor.fence, [running, place])
        assert isinstance(answered, CallCommitted)
        tenant.ids |= {"call": item.call, "contact_id": item.contact_id}

    async def _add_small(self, tenant: Tenant) -> None:
        id_, directory = tenant.tenant_id, self.directory
        prompt = await directory.save_prompt(
            id_, r.Prompt(prompt_id=0, name="hi", text="hello", language="en-US", media="m", duration_s=1.0)
        )
        reason = await directory.save_pause_reason(id_, r.PauseReason(pause_reason_id=0, name="lunch", time_max_s=0))
        disposition = await directory.save_disposition(
            id_, r.Disposition(disposition_id=0, campaign_id=None, code="sold", label="Sold", position=1)
        )
        user_id = tenant.people[Role.ADMINISTRATOR].user.user_id
        token = await directory.create_token(
            id_, user_id=user_id, name="t", prefix="bh_x", token_hash=b"%032d" % id_, expires_utc_s=None
        )
        await directory.add_dnc(id_, [tenant.ids["number"]], "test")
        tenant.ids |= {
            "prompt_id": prompt.prompt_id,
            "pause_reason_id": reason.pause_reason_id,
            "disposition_id": disposition.disposition_id,
            "token_id": token.token_id,
        }


async def one_contact() -> AsyncIterator[Sequence[r.NewContact]]:
    yield [r.NewContact(name="Ada", numbers=("+390612345678",), zones=(("Europe/Rome",),), attributes={"city": "Rome"})]


@pytest.fixture
async def stored(database_url: str, tmp_path: Path) -> AsyncIterator[StoredWorld]:
    database = Database(database_url, connections_max=5)
    yield StoredWorld(tmp_path, database)
    await database.close()


@pytest.mark.covers("I37")
async def test_foreign_ids_are_not_found_in_the_database_either(stored: StoredWorld) -> None:
    here, there = await stored.add_tenant("here"), await stored.add_tenant("there")
    tried = 0
    for declared in WITH_IDS:
        if declared.method == SOCKET:
            continue
        person = here.people[role_with(declared.permission)]
        status = await answer(stored, declared, path_of(declared, there), person.headers)
        assert status == 404, declared.key
        tried += 1
    assert tried >= 30
    assert stored.floors.asked == []


async def test_reading_routes_answer_over_the_database(stored: StoredWorld) -> None:
    here = await stored.add_tenant("here")
    for declared in WITH_IDS:
        if declared.method != "GET" or declared.endpoint.__name__ == "get_prompt_audio":
            continue
        person = here.people[role_with(declared.permission)]
        assert await answer(stored, declared, path_of(declared, here), person.headers) == 200, declared.key


async def test_what_retry_rules_count_is_kept(stored: StoredWorld) -> None:
    headers = (await stored.add_tenant("here")).people[Role.ADMINISTRATOR].headers
    async with stored.client() as client:
        [row] = (await client.get("/api/campaigns", headers=headers)).json()
        path = f"/api/campaigns/{row['campaign']['campaign_id']}"
        assert row["campaign"]["retry_count"] == "total"
        body = {"campaign": row["campaign"] | {"retry_count": "outcome"}, "status": "runnable", "lists": row["lists"]}
        body["lists"] = [{"list_id": one["list_id"], "role": one["role"]} for one in row["lists"]]
        assert (await client.put(path, json=body, headers=headers)).status_code == 200
        assert (await client.get(path, headers=headers)).json()["campaign"]["retry_count"] == "outcome"


@pytest.mark.covers("I38")
async def test_who_starts_and_pauses_a_run_is_named(stored: StoredWorld) -> None:
    """The start by the store's own commit; the rest goes to the floor with who asks, and the floor to the store."""
    here = await stored.add_tenant("here")
    boss, run_id = here.people[Role.SUPERVISOR], here.ids["run_id"]
    paths = [f"/api/runs/{run_id}/{word}" for word in ("pause", "unpause", "remove")]
    async with stored.client() as client:
        for path in paths:
            assert (await client.post(path, headers=boss.headers)).status_code == 200
        asked = [event for _, event in stored.floors.asked]
        assert [type(event) for event in asked] == [RunPauseAsked, RunUnpauseAsked, RunRemoveAsked]
        assert {event.by for event in asked} == {Asker(user_id=boss.user.user_id, address="127.0.0.1")}
        floor = await stored.store.open_shard(here.tenant_id, "test")
        gone = SaveRun(run_id=run_id, state=RunState.REMOVED, at_utc_s=stored.clock.now().utc_s, final=True)
        gone = msgspec.structs.replace(gone, audit=Audited.RUN_REMOVED, by=asked[-1].by)
        await stored.store.commit(here.tenant_id, floor.fence, [gone])
        started = await client.post(f"/api/campaigns/{here.ids['campaign_id']}/start", headers=boss.headers)
        assert started.status_code == 201, started.text
        admin = here.people[Role.ADMINISTRATOR]
        rows = (await client.get("/api/audit", headers=admin.headers)).json()["rows"]
    told = [(row["what"], row["subject"], row["user_name"], row["address"], row["campaign_id"]) for row in rows]
    whose = (boss.user.name, "127.0.0.1", here.ids["campaign_id"])
    assert told == [
        ("run started", f"run {started.json()['run_id']}", *whose),
        ("run removed", f"run {run_id}", *whose),
    ]


async def test_a_real_log_in_and_a_real_throttle(stored: StoredWorld) -> None:
    await stored.add_tenant("here")
    right = {"login": "supervisor@here", "password": "a long enough passphrase"}
    async with stored.client() as client:
        opened = await client.post("/api/session", json=right)
        assert opened.status_code == 200
        assert (await client.get("/api/explain/contacts/1")).status_code in {200, 404}
        for _ in range(20):
            wrong = await client.post("/api/session", json=right | {"password": "wrong"})
            assert wrong.status_code == 401
        assert (await client.post("/api/session", json=right)).status_code == 429
        csrf = {"X-CSRF-Token": opened.json()["csrf"]}
        assert (await client.delete("/api/session", headers=csrf)).status_code == 204
        assert (await client.get("/api/session")).status_code == 401


async def test_a_contact_that_was_dialed_says_why(stored: StoredWorld) -> None:
    here = await stored.add_tenant("here")
    headers = here.people[Role.SUPERVISOR].headers
    async with stored.client() as client:
        told = (await client.get(f"/api/explain/contacts/{here.ids['contact_id']}", headers=headers)).json()
    assert any("Why: its turn" in sentence for sentence in told["sentences"])
    (run,) = told["runs"]
    assert "is up now" in run["sentences"][-1]
