"""Log in, log out, who am I, change my password."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from busyhour.http.guard import COOKIE, address_of
from busyhour.http.permissions import OF_ROLE, PUBLIC, SESSION
from busyhour.http.routes import Routes, json_response
from busyhour.http.services import Services, Use, Who
from busyhour.service import records as r

routes = Routes("session")


class LogIn(Struct, frozen=True, kw_only=True):
    login: str
    password: str


class PasswordChange(Struct, frozen=True, kw_only=True):
    old: str
    new: str


class SessionView(Struct, frozen=True, kw_only=True):
    """`csrf` goes into the header X-CSRF-Token of every unsafe request; it is empty for an API token."""

    user: r.User
    tenant: r.Tenant
    csrf: str
    permissions: list[str]
    expires_utc_s: float


@routes.post("/api/session", permission=PUBLIC, answer=SessionView)
async def log_in(request: Request, use: Use, body: LogIn) -> Response:
    token, session = await use.accounts.log_in(
        login=body.login,
        password=body.password,
        address=address_of(request),
        browser=request.headers.get("user-agent", ""),
    )
    return with_cookie(request, use, token, session)


@routes.get("/api/session", permission=SESSION)
async def get_session(who: Who) -> SessionView:
    return view_of(who.session)


@routes.delete("/api/session", permission=SESSION, status=204)
async def log_out(request: Request, who: Who, use: Use) -> Response:
    await use.accounts.log_out(who.token_hash)
    if who.session.user.agent_id is not None:
        await use.phones.dismiss(who.tenant_id, who.session.user.agent_id)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", secure=is_secure(request), httponly=True, samesite="strict")
    return response


@routes.post("/api/session/password", permission=SESSION, answer=SessionView)
async def change_password(request: Request, who: Who, use: Use, body: PasswordChange) -> Response:
    token, session = await use.accounts.change_password(
        who.session,
        old=body.old,
        new=body.new,
        address=who.address,
        browser=request.headers.get("user-agent", ""),
    )
    return with_cookie(request, use, token, session)


def view_of(session: r.Session) -> SessionView:
    return SessionView(
        user=session.user,
        tenant=session.tenant,
        csrf=session.csrf if session.kind == "session" else "",
        permissions=sorted(OF_ROLE[session.user.role]),
        expires_utc_s=session.expires_utc_s,
    )


def with_cookie(request: Request, use: Services, token: str, session: r.Session) -> Response:
    response = json_response(view_of(session))
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(use.settings.session_hours * 3600),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )
    return response


def is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
