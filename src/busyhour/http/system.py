"""Is it well: for people (`/api/system`) and for watchers without a log-in (`/health`)."""

from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from busyhour.http.permissions import PUBLIC
from busyhour.http.routes import Routes, json_response
from busyhour.http.services import Services, Use, Who
from busyhour.service.errors import StoreDown

routes = Routes("system")

HEALTH_KEPT_S: Final = 1.0


class Health(Struct, frozen=True, kw_only=True):
    """Nothing here tells a stranger more than that we are well or not."""

    ok: bool
    pbx: bool
    store: bool


class SystemReport(Struct, frozen=True, kw_only=True):
    versions: dict[str, str]
    pbx_up: bool
    store_up: bool
    sockets_open: int
    engine: dict[str, Any]  # figures of the engines, as they name them
    now_utc_s: float


@routes.get("/health", permission=PUBLIC, answer=Health)
async def get_health(request: Request, use: Use) -> Response:
    # Anybody may ask, so the database is asked once a second at most, however often they do.
    now_s, state = use.clock.now().mono_s, request.app.state
    if now_s >= state.store_asked_s + HEALTH_KEPT_S:
        state.store_asked_s = now_s
        state.store_up = await store_up(use)
    pbx, store = use.pbx_up(), state.store_up
    health = Health(ok=pbx and store, pbx=pbx, store=store)
    return json_response(health, status=200 if health.ok else 503)


@routes.get("/api/system", permission="live:read")
async def get_system(_who: Who, use: Use) -> SystemReport:
    return SystemReport(
        versions=use.versions,
        pbx_up=use.pbx_up(),
        store_up=await store_up(use),
        sockets_open=len(use.accounts.links.open),
        engine=use.floors.statistics(),
        now_utc_s=use.clock.now().utc_s,
    )


async def store_up(use: Services) -> bool:
    try:
        await use.directory.tenants()
    except StoreDown:
        return False
    return True
