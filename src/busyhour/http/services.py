"""What the routes work with: ports and service objects, made by `main` and handed to `create_app`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from busyhour.core.events import Asker
from busyhour.http.compat.listeners import Management
from busyhour.service import ports
from busyhour.service import records as r
from busyhour.service.accounts import Accounts
from busyhour.service.exporting import Exporting
from busyhour.service.hearings import Hearings
from busyhour.service.importing import Importing
from busyhour.service.planning import Planner
from busyhour.service.recording_ports import Recordings
from busyhour.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Services:
    """`pbx_ws_url` is where the PBX takes SIP over WebSocket; `versions` names what runs, for the system page."""

    settings: Settings
    clock: ports.Clock
    directory: ports.Directory
    lists: ports.Lists
    campaigns: ports.Campaigns
    queues: ports.Queues
    reports: ports.Reports
    recordings: Recordings
    hearings: Hearings
    recording_path: Callable[[int, str, float], Path]  # of a tenant's recording that began then
    phones: ports.Phones
    voice: ports.Studio
    floors: ports.Floors
    accounts: Accounts
    imports: Importing
    exports: Exporting
    planner: Planner
    management: Management
    pbx_up: Callable[[], bool]
    pbx_ws_url: str
    versions: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks. The tenant comes from here and from nowhere else."""

    session: r.Session
    token_hash: bytes
    address: str

    @property
    def tenant_id(self) -> int:
        return self.session.tenant.tenant_id

    @property
    def user_id(self) -> int:
        return self.session.user.user_id

    @property
    def asker(self) -> Asker:
        """For what a floor does, and the audit log keeps."""
        return Asker(user_id=self.user_id, address=self.address)

    @property
    def agent_id(self) -> int:
        """Of routes that need `desk:use`: the guard lets only users with an agent through."""
        found = self.session.user.agent_id
        assert found is not None
        return found


def services_of(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


def caller_of(connection: HTTPConnection) -> Caller:
    caller: Caller = connection.scope["state"]["caller"]
    return caller


Use = Annotated[Services, Depends(services_of)]
Who = Annotated[Caller, Depends(caller_of)]
