"""The OpenAPI document, for logged-in users and their programs."""

import functools

from starlette.requests import Request
from starlette.responses import Response

from busyhour.http.openapi import Installed, text_of
from busyhour.http.permissions import SESSION
from busyhour.http.routes import Routes

routes: Routes = Routes("document")


@routes.get("/api/openapi.json", permission=SESSION, media=("application/vnd.oai.openapi+json",))
async def get_document(request: Request) -> Response:
    return Response(made(tuple(request.app.state.installed)), media_type="application/vnd.oai.openapi+json")


@functools.lru_cache(maxsize=2)
def made(installed: Installed) -> bytes:
    return text_of(installed).encode()
