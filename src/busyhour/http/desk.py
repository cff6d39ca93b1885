"""The agent's desk: what it needs to open, its phone's secret, and its own feed. Open socket = linked agent."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Final

import structlog
from fastapi import Request
from msgspec import Struct
from starlette.websockets import WebSocket

from busyhour.core.events import AgentLinked, AgentUnlinked
from busyhour.http.agents import agent_of
from busyhour.http.feeds import serve
from busyhour.http.routes import Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Unavailable

routes = Routes("desk")

TAB: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
CLOSE_NO_TAB: Final = 4400
CLOSE_TRY_LATER: Final = 1013
UNLINK_TRIES_MAX: Final = 120
UNLINK_AGAIN_S: Final = 0.5

log = structlog.get_logger()


class SipView(Struct, frozen=True, kw_only=True):
    """For the browser phone's memory only. `url` is our own relay."""

    user: str
    secret: str
    realm: str
    url: str
    expires_utc_s: float


class DeskView(Struct, frozen=True, kw_only=True):
    agent: r.Agent
    sip: SipView
    pause_reasons: list[r.PauseReason]
    dispositions: list[r.Disposition]


@dataclass(eq=False)
class OpenDesk:
    tab: str
    taken: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class Desks:
    """The open desk of each agent: one each, so bounded by the agents."""

    open: dict[tuple[int, int], OpenDesk] = field(default_factory=dict)

    def take(self, key: tuple[int, int], desk: OpenDesk) -> None:
        before = self.open.get(key)
        self.open[key] = desk
        if before is not None:
            before.taken.set()

    def leave(self, key: tuple[int, int], desk: OpenDesk) -> bool:
        """Whether this desk was the agent's one: a desk that was taken over has nothing to say any more."""
        if self.open.get(key) is not desk:
            return False
        del self.open[key]
        return True


def desks_of(connection: Request | WebSocket) -> Desks:
    desks: Desks = connection.app.state.desks
    return desks


@routes.get("/api/desk", permission="desk:use")
async def get_desk(request: Request, who: Who, use: Use) -> DeskView:
    return DeskView(
        agent=await agent_of(use, who.tenant_id, who.agent_id),
        sip=await admit(request, who, use),
        pause_reasons=await use.directory.pause_reasons(who.tenant_id),
        dispositions=await use.directory.dispositions(who.tenant_id),
    )


@routes.post("/api/desk/sip", permission="desk:use")
async def renew_sip(request: Request, who: Who, use: Use) -> SipView:
    return await admit(request, who, use)


async def admit(request: Request, who: Caller, use: Use) -> SipView:
    lifetime_s = use.settings.sip_secret_minutes * 60.0
    access = await use.phones.admit(who.tenant_id, who.agent_id, lifetime_s)
    scheme = "wss" if request.url.scheme == "https" else "ws"
    return SipView(
        user=access.user,
        secret=access.secret,
        realm=access.realm,
        url=f"{scheme}://{request.url.netloc}/sip",
        expires_utc_s=access.expires_utc_s,
    )


@routes.socket("/api/desk/socket", permission="desk:use")
async def desk_socket(socket: WebSocket, who: Who, use: Use, tab: str = "") -> None:
    if not TAB.fullmatch(tab):
        await socket.close(CLOSE_NO_TAB, "The page must name its tab: ?tab=ID")
        return
    desks, key, desk = desks_of(socket), (who.tenant_id, who.agent_id), OpenDesk(tab)
    try:
        use.floors.tell(who.tenant_id, AgentLinked(agent_id=who.agent_id, session=tab))
    except Unavailable:
        await socket.close(CLOSE_TRY_LATER, "The engine is busy: try again.")
        return
    desks.take(key, desk)
    try:
        await socket.accept()
        async with use.floors.subscribe(who.tenant_id, who.agent_id) as feed:
            await serve(socket, who, use, aiter(feed), desk.taken)
    finally:
        if desks.leave(key, desk):
            await unlink(use, desks, key, tab)


async def unlink(use: Services, desks: Desks, key: tuple[int, int], tab: str) -> None:
    """Insist: an agent whose desk is gone must not be offered calls. A desk that opened meanwhile speaks for itself."""
    tenant, agent_id = key
    for _ in range(UNLINK_TRIES_MAX):
        if key in desks.open:
            return
        try:
            use.floors.tell(tenant, AgentUnlinked(agent_id=agent_id, session=tab))
        except Unavailable:
            await asyncio.sleep(UNLINK_AGAIN_S)
        else:
            return
    log.error("desk_unlink_untold", tenant=tenant, agent_id=agent_id)
