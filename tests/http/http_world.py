"""Two tenants with everything in them, the app over them, and ways to ask it: as a browser, as a program, by socket."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import argon2
import httpx
from fastapi import FastAPI

from busyhour.adapters.files.contact_files import ContactFiles
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import DialMode, ListRole, Role
from busyhour.http.app import create_app
from busyhour.http.compat.listeners import Management
from busyhour.http.services import Services
from busyhour.service import records as r
from busyhour.service import secrets
from busyhour.service.accounts import Accounts
from busyhour.service.centers import Centers
from busyhour.service.exporting import Exporting
from busyhour.service.hearings import Hearings
from busyhour.service.importing import Importing
from busyhour.service.planning import Planner
from busyhour.settings import Settings
from busyhour.sim.pacing.planned import play
from tests.http.http_fakes import FakeClock, FakeFloors, FakePhones, FakeVoice
from tests.http.http_fakes_people import FakeDirectory
from tests.http.http_fakes_queues import FakeQueues
from tests.http.http_fakes_recordings import FakeRecordings
from tests.http.http_fakes_rows import FakeCampaigns, FakeLists, FakeReports

PASSWORD = "a long enough passphrase"
ORIGIN = "http://testserver"
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Person:
    user: r.User
    token: str
    csrf: str

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"busyhour_session={self.token}"}

    @property
    def headers(self) -> dict[str, str]:
        return self.cookie | {"X-CSRF-Token": self.csrf}


@dataclass
class Tenant:
    """`ids` has one row's id for each path parameter, by the parameter's name."""

    tenant_id: int
    people: dict[Role, Person] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)


class World:
    def __init__(
        self, spool: Path, pbx_ws_url: str = "ws://127.0.0.1:9/ws", *, ports: dict[str, Any] | None = None
    ) -> None:
        self.spool = spool / "spool"  # apart from where recordings are
        self.spool.mkdir(exist_ok=True)
        self.clock = FakeClock()
        self.directory = FakeDirectory(self.clock)
        self.floors = FakeFloors()
        self.phones = FakePhones(self.clock)
        self.voice = FakeVoice()
        self.lists = FakeLists(self.directory)
        self.campaigns = FakeCampaigns(self.directory)
        self.reports = FakeReports(self.directory)
        self.queues = FakeQueues(self.directory)
        self.recordings = self.sounds = FakeRecordings(spool)
        for name, port in (ports or {}).items():
            setattr(self, name, port)
        self.accounts = Accounts(directory=self.directory, clock=self.clock, session_hours=12)
        self.accounts.hasher = CHEAP
        settings = Settings(mi_http=True)
        centers = Centers(floors=self.floors, queues=self.queues, directory=self.directory, clock=self.clock)
        self.services = Services(
            settings=settings,
            clock=self.clock,
            directory=self.directory,
            lists=self.lists,
            campaigns=self.campaigns,
            queues=self.queues,
            reports=self.reports,
            recordings=self.recordings,
            hearings=Hearings(self.clock),
            recording_path=self.sounds.files.path,
            phones=self.phones,
            voice=self.voice,
            floors=self.floors,
            accounts=self.accounts,
            imports=Importing(lists=self.lists, files=ContactFiles, clock=self.clock, spool=self.spool),
            exports=Exporting(lists=self.lists, files=ContactFiles(), spool=self.spool),
            planner=Planner(campaigns=self.campaigns, work=play),
            management=Management(settings, centers, self.clock),
            pbx_up=lambda: True,
            pbx_ws_url=pbx_ws_url,
            versions={"busyhour": "test"},
        )
        self.app: FastAPI = create_app(self.services)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGIN)

    async def add_tenant(self, name: str) -> Tenant:
        made = await self.directory.create_tenant(name=name, time_zone="Europe/Rome", country="IT")
        tenant = Tenant(made.tenant_id)
        for role in Role:
            tenant.people[role] = await self.add_person(made.tenant_id, f"{role}@{name}", role)
        await self._add_rows(tenant)
        return tenant

    async def add_person(self, tenant_id: int, login: str, role: Role) -> Person:
        user, _ = await self.accounts.create_user(tenant_id, login=login, name=login, role=role, password=PASSWORD)
        return await self.log_in(user)

    async def log_in(self, user: r.User) -> Person:
        token = secrets.new_session_token()
        csrf = secrets.new_csrf()
        expires = self.clock.now().utc_s + 3600
        await self.directory.open_session(user, secrets.token_hash(token), csrf, expires, "test", "test")
        return Person(user=user, token=token, csrf=csrf)

    async def _add_rows(self, tenant: Tenant) -> None:
        id_, directory = tenant.tenant_id, self.directory
        trunk = await directory.save_trunk(id_, TRUNK)
        self.phones.trunks[trunk.trunk_id] = None
        found = await self.lists.create_list(id_, "people")
        contact = self.lists.add_contact(id_, found.list_id, "Ada", "+390612345678")
        own = tenant.people[Role.AGENT].user.agent_id
        agent = next(one for one in await directory.agents(id_) if one.agent_id == own)
        agent = await directory.edit_agent(id_, agent.agent_id, r.AgentEdit(may_dial=True))
        campaign = Campaign(
            campaign_id=0,
            name="first",
            dial_mode=DialMode.PROGRESSIVE,
            trunk_ids=(trunk.trunk_id,),
            agent_ids=(agent.agent_id,),
        )
        row = await self.campaigns.save_campaign(id_, campaign, lists=[(found.list_id, ListRole.NORMAL)])
        run = await self.campaigns.start_run(id_, row.campaign.campaign_id)
        prompt = await directory.save_prompt(
            id_, r.Prompt(prompt_id=0, name="hi", text="hello", language="en-US", media="m", duration_s=1.0)
        )
        self.voice.spoken["m"] = b"RIFF"
        reason = await directory.save_pause_reason(id_, r.PauseReason(pause_reason_id=0, name="lunch", time_max_s=0))
        disposition = await directory.save_disposition(
            id_, r.Disposition(disposition_id=0, campaign_id=None, code="sold", label="Sold", position=1)
        )
        admin = tenant.people[Role.ADMINISTRATOR]
        token = await directory.create_token(
            id_, user_id=admin.user.user_id, name="t", prefix="bh_x", token_hash=b"x%d" % id_, expires_utc_s=None
        )
        await directory.add_dnc(id_, [f"+3906000000{id_}"], "test")
        job = await self.lists.create_import(id_, found.list_id, "people.csv")
        tenant.ids |= {
            "user_id": tenant.people[Role.SUPERVISOR].user.user_id,
            "agent_id": agent.agent_id,
            "trunk_id": trunk.trunk_id,
            "list_id": found.list_id,
            "contact_id": contact.contact_id,
            "campaign_id": row.campaign.campaign_id,
            "run_id": run.run_id,
            "prompt_id": prompt.prompt_id,
            "pause_reason_id": reason.pause_reason_id,
            "disposition_id": disposition.disposition_id,
            "token_id": token.token_id,
            "call": self.reports.add_attempt(id_, row.campaign.campaign_id, contact).call,
            "number": f"+3906000000{id_}",
            "import_id": job.import_id,
            "path": "desk",
        }
        tenant.ids |= await self.queues.add_rows(id_)
        tenant.ids["recording"] = self.recordings.add(id_).recording


TRUNK = r.TrunkRow(
    trunk_id=0,
    name="carrier",
    host="sip.carrier.example:5060",
    login="",
    has_password=False,
    prefix="",
    strip_plus=True,
    capacity=10,
    calls_per_s_max=0,
    endpoint="",
    demo=False,
)


class Closed(Exception):
    """The server closed, or refused, the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class Socket:
    """A WebSocket to the app in the same loop: every message is awaited, none is guessed at."""

    def __init__(
        self, app: FastAPI, path: str, headers: dict[str, str], *, query: str = "", subprotocols: tuple[str, ...] = ()
    ) -> None:
        self.to_app: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self.from_app: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self.scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (name.lower().encode(), value.encode()) for name, value in ({"Host": "testserver"} | headers).items()
            ],
            "subprotocols": list(subprotocols),
            "client": ("10.0.0.1", 4000),
            "server": ("testserver", 80),
            "app": app,
            "state": {},
        }
        self.app = app

    async def __aenter__(self) -> "Socket":
        self.to_app.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self.app(self.scope, self.to_app.get, self.from_app.put))
        message = await self._next()
        assert message["type"] == "websocket.accept", message
        return self

    async def __aexit__(self, *_: object) -> None:
        self.to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self.task

    async def _next(self) -> MutableMapping[str, Any]:
        getter = asyncio.ensure_future(self.from_app.get())
        done, _ = await asyncio.wait({getter, self.task}, return_when=asyncio.FIRST_COMPLETED, timeout=5)
        if getter not in done:
            getter.cancel()
            assert done, "the app said nothing for 5 s"
            await self.task
            raise AssertionError("the app ended without closing the socket")
        message = getter.result()
        if message["type"] == "websocket.close":
            await self.task
            raise Closed(message["code"], message.get("reason", ""))
        return message

    async def receive(self) -> str:
        return str((await self._next())["text"])

    def send(self, text: str) -> None:
        self.to_app.put_nowait({"type": "websocket.receive", "text": text})
