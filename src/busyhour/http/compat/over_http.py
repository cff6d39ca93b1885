"""The management interface over HTTP (OC-116): `POST /mi`.

Clients of it send no password, and know no header of ours: so the token may also stand in the address, or come as the
password of HTTP basic (`guard.py`).
"""

from fastapi import Request
from starlette.responses import Response

from busyhour.http.compat.front import TooOften
from busyhour.http.guard import MethodNotAllowed
from busyhour.http.routes import Routes
from busyhour.http.services import Use, Who
from busyhour.service.errors import NotFound, TooMany, UserError

routes = Routes("management")

OFF = "The management interface is off: set BUSYHOUR_MI_HTTP=true to serve programs made for OpenSIPS."


class Empty(UserError):
    """Status 400."""


@routes.post("/mi", permission="management:use", media=("application/json",), token_anyhow=True)
async def management(request: Request, who: Who, use: Use) -> Response:
    """JSON-RPC 2.0. 200 also when the answer is an error, 202 without a body when no answer was asked for."""
    if not use.settings.mi_http:
        raise NotFound(OFF)
    raw = await request.body()
    if not raw.strip():
        raise Empty("Send a JSON-RPC 2.0 request as the body.", code="empty")
    try:
        said = await use.management.front(who.tenant_id).answer(raw, who.address)
    except TooOften:
        raise TooMany("Too many requests: wait a second.", retry_after_s=1.0) from None
    if said is None:
        return Response(status_code=202)
    return Response(said, media_type="application/json")


@routes.get("/mi", permission="management:use", media=("application/json",), status=405, token_anyhow=True)
async def management_by_get() -> Response:
    """The page takes what is asked for by GET otherwise."""
    raise MethodNotAllowed("Use POST: the management interface takes nothing else.")
