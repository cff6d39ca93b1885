"""`create_app`: the ASGI application, from the declared routes and the services.

Layers, from outside: `Boundary` (ids, limits, headers, faults), `Guard` (who may), FastAPI (parameters), the routes.
A route without a known permission stops the start.
"""

import functools
import math

from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from busyhour import __version__
from busyhour.http import (
    agents,
    attempts,
    attempts_export,
    audit,
    callers,
    callers_export,
    campaigns,
    checklist,
    compliance,
    contacts,
    desk,
    desk_callers,
    desk_calls,
    desk_dial,
    desk_hands,
    dialed_numbers,
    dispositions,
    dnc,
    document,
    explain,
    imports,
    lists,
    live,
    page,
    pause_reasons,
    plan,
    prompts,
    queue_figures,
    queues,
    recordings,
    reserve,
    runs,
    session,
    sip,
    supervising,
    system,
    tokens,
    trunks,
    users,
)
from busyhour.http.answers import fault_response, place_of, response_to
from busyhour.http.boundary import Boundary, UploadPaths
from busyhour.http.compat import over_http
from busyhour.http.guard import Guard
from busyhour.http.permissions import check_declared
from busyhour.http.routes import SOCKET, Declared, Routes, answering
from busyhour.http.services import Services
from busyhour.service.errors import UserError

ALL: tuple[Routes, ...] = (
    session.routes,
    tokens.routes,
    users.routes,
    agents.routes,
    pause_reasons.routes,
    dispositions.routes,
    trunks.routes,
    prompts.routes,
    dnc.routes,
    lists.routes,
    imports.routes,
    contacts.routes,
    campaigns.routes,
    runs.routes,
    attempts_export.routes,  # before {call}
    attempts.routes,
    compliance.routes,
    queues.routes,
    recordings.routes,
    dialed_numbers.routes,
    callers_export.routes,  # before {caller}
    callers.routes,
    queue_figures.routes,
    audit.routes,
    plan.routes,
    explain.routes,
    checklist.routes,
    system.routes,
    live.routes,
    desk.routes,
    desk_calls.routes,
    desk_dial.routes,
    desk_callers.routes,
    desk_hands.routes,
    supervising.routes,
    reserve.routes,
    sip.routes,
    over_http.routes,
    document.routes,
    page.routes,  # last: it takes every path that is left
)


def create_app(services: Services) -> FastAPI:
    app = FastAPI(title="Busyhour", version=__version__, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.services = services
    app.state.desks = desk.Desks()
    app.state.imports_followed = set()
    app.state.store_asked_s, app.state.store_up = -math.inf, False
    app.state.installed = installed_routes(ALL)
    app.router.redirect_slashes = False
    app.router.routes.clear()
    app.router.routes.extend(route for route, _ in app.state.installed)
    app.add_exception_handler(RequestValidationError, parameter_fault)
    app.add_exception_handler(StarletteHTTPException, framework_fault)
    uploads = UploadPaths()
    uploads.routes = [route for route, declared in app.state.installed if declared.upload]
    app.add_middleware(Guard, accounts=services.accounts, routes=app.state.installed)
    app.add_middleware(Boundary, upload_bytes_max=services.settings.upload_bytes_max, upload_paths=uploads)
    return app


@functools.cache
def installed_routes(every: tuple[Routes, ...] = ALL) -> tuple[tuple[BaseRoute, Declared], ...]:
    """Every route of the program, checked. Nothing else is ever routed. A route keeps no state, so once is enough."""
    names: set[str] = set()
    installed: list[tuple[BaseRoute, Declared]] = []
    for declared in (declared for routes in every for declared in routes.declared):
        check_declared(declared.key, declared.permission)
        name = declared.endpoint.__name__
        assert name not in names, f"two routes are called {name}: the name is the operation's id"
        names.add(name)
        installed.append((route_of(declared), declared))
    return tuple(installed)


def route_of(declared: Declared) -> BaseRoute:
    if declared.method == SOCKET:
        return APIWebSocketRoute(declared.path, declared.endpoint)
    return APIRoute(
        declared.path,
        answering(declared),
        methods=[declared.method],
        tags=[declared.tag],
        operation_id=declared.endpoint.__name__,
        status_code=declared.status,
        response_model=None,
        response_class=Response,
    )


async def parameter_fault(_request: Request, fault: Exception) -> Response:
    """A parameter of the path or the query is wrong."""
    assert isinstance(fault, RequestValidationError)
    first = fault.errors()[0]
    field = place_of(first["loc"])
    status = 404 if "path" in first["loc"] else 422  # an id that cannot exist is not found
    code = "not_found" if status == 404 else "invalid"
    return fault_response(status, code, f"{field}: {first['msg']}", field=field)


async def framework_fault(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, StarletteHTTPException | HTTPException)
    if isinstance(fault.__cause__, UserError):
        return response_to(fault.__cause__)
    return fault_response(fault.status_code, "http", str(fault.detail))
