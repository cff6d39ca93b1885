"""The OpenAPI document, for logged-in users and their programs."""

from starlette.requests import Request
from starlette.responses import Response

from busyhour.http.openapi import text_of
from busyhour.http.permissions import SESSION
from busyhour.http.routes import Routes

routes: Routes = Routes("document")

MEDIA_TYPE = "application/vnd.oai.openapi+json"


@routes.get("/api/openapi.json", permission=SESSION, media=(MEDIA_TYPE,))
async def get_document(request: Request) -> Response:
    """Made at the first question, then kept: the routes do not change while we run."""
    state = request.app.state
    if not hasattr(state, "document"):
        state.document = text_of(state.installed).encode()
    return Response(state.document, media_type=MEDIA_TYPE)
