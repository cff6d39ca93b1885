"""The one choke point: nothing behind it runs for a caller who may not.

It finds the declared route, the session (cookie or bearer token), and asks in this order: is the route public; is
there a living session; may its role; is the page that asks ours (CSRF token for unsafe methods with a cookie, Origin
for WebSockets). What has no declared route is answered 404 here, whoever asks.
"""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from busyhour.http.compat.credentials import token_anyhow
from busyhour.http.permissions import PUBLIC, may
from busyhour.http.routes import Declared
from busyhour.http.services import Caller
from busyhour.service import records as r
from busyhour.service import secrets
from busyhour.service.accounts import Accounts
from busyhour.service.acting import ACTING, Acting
from busyhour.service.errors import Forbidden, NotFound, StoreDown, Unauthenticated, UserError

COOKIE: Final = "busyhour_session"
CSRF_HEADER: Final = "X-CSRF-Token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_LENGTH_MAX: Final = 200

# Why a WebSocket was refused or closed (private codes of RFC 6455)
CLOSE_TAKEN_OVER: Final = 4001
CLOSE_UNAUTHENTICATED: Final = 4401
CLOSE_FORBIDDEN: Final = 4403
CLOSE_NOT_FOUND: Final = 4404
CLOSE_UNAVAILABLE: Final = 4503


class Guard:
    def __init__(self, app: ASGIApp, *, accounts: Accounts, routes: Sequence[tuple[BaseRoute, Declared]]) -> None:
        self.app = app
        self.accounts = accounts
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        nobody = ACTING.set(None)
        try:
            await self._let_in(scope, receive, send)
        finally:
            ACTING.reset(nobody)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._admit(scope)
        except (UserError, StoreDown) as fault:
            if scope["type"] != "websocket":
                raise
            await refuse_socket(fault, receive, send)
            return
        await self.app(scope, receive, send)

    async def _admit(self, scope: Scope) -> None:
        declared = self._declared(scope)
        if declared.permission == PUBLIC:
            return
        caller, by_cookie = await self._caller(scope, declared)
        check_role(caller.session.user, declared.permission)
        if scope["type"] == "websocket":
            check_origin(scope, by_cookie=by_cookie)
        elif by_cookie and scope["method"] not in SAFE:
            check_csrf(scope, caller.session)
        ACTING.set(Acting(caller.session.user.user_id, caller.address))
        scope.setdefault("state", {})["caller"] = caller

    def _declared(self, scope: Scope) -> Declared:
        partial = False
        for route, declared in self.routes:
            match, _ = route.matches(scope)
            if match is Match.FULL:
                return declared
            partial = partial or match is Match.PARTIAL
        if partial:
            raise MethodNotAllowed(f"{scope['method']} is not possible here: see /api/openapi.json.")
        raise NotFound("There is nothing at this address: see /api/openapi.json.")

    async def _caller(self, scope: Scope, declared: Declared) -> tuple[Caller, bool]:
        """The living session; and whether a cookie brought it."""
        connection = HTTPConnection(scope)
        token, by_cookie = token_in(connection)
        if declared.token_anyhow and (other := token_anyhow(connection)) is not None:
            token, by_cookie = other[:TOKEN_LENGTH_MAX], False
        if token is None:
            raise Unauthenticated("You are not logged in. Log in first.")
        hash_ = secrets.token_hash(token)
        session = await self.accounts.find(hash_)
        kind = "session" if by_cookie else "token"
        if session is None or session.kind != kind:
            raise Unauthenticated("Your session has ended, or the token is not valid. Log in again.")
        return Caller(session=session, token_hash=hash_, address=address_of(connection)), by_cookie


class MethodNotAllowed(UserError):
    status, code = 405, "method_not_allowed"


def token_in(connection: HTTPConnection) -> tuple[str | None, bool]:
    """A bearer token wins over a cookie: who sends one means it."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return (token.strip() or None) if len(token) <= TOKEN_LENGTH_MAX else None, False
    cookie = connection.cookies.get(COOKIE)
    return (cookie if cookie and len(cookie) <= TOKEN_LENGTH_MAX else None), True


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"


def check_role(user: r.User, permission: str) -> None:
    if not may(user.role, permission):
        raise Forbidden(f"Your role ({user.role}) may not do this (needs {permission}). Ask an administrator.")
    if permission == "desk:use" and user.agent_id is None:
        raise Forbidden(
            "You are not an agent, so you have no desk. Log in as a user with the role agent.", code="no_agent"
        )


def check_csrf(scope: Scope, session: r.Session) -> None:
    sent = Headers(scope=scope).get(CSRF_HEADER, "")
    if not secrets.same(sent, session.csrf):
        raise Forbidden(f"The header {CSRF_HEADER} is missing or wrong. Reload the page.", code="csrf")


def check_origin(scope: Scope, *, by_cookie: bool) -> None:
    """Browsers always say where a WebSocket comes from; a program with a bearer token need not."""
    headers = Headers(scope=scope)
    origin, host = headers.get("origin"), headers.get("host", "")
    if origin is None and not by_cookie:
        return
    scheme = "https" if scope["scheme"] in {"wss", "https"} else "http"
    if origin != f"{scheme}://{host}":
        raise Forbidden("This WebSocket was asked for by another site.", code="origin")


async def refuse_socket(fault: UserError | StoreDown, receive: Receive, send: Send) -> None:
    """Closed before it was accepted: the browser sees a refused handshake and asks `GET /api/session` why."""
    codes = {401: CLOSE_UNAUTHENTICATED, 403: CLOSE_FORBIDDEN, 404: CLOSE_NOT_FOUND}
    message = await receive()
    assert message["type"] == "websocket.connect"
    code = codes.get(fault.status, CLOSE_UNAVAILABLE) if isinstance(fault, UserError) else CLOSE_UNAVAILABLE
    reason = fault.text if isinstance(fault, UserError) else "The database cannot be reached."
    await send({"type": "websocket.close", "code": code, "reason": reason[:120]})
