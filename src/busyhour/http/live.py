"""The live feed of the whole tenant: a snapshot, then numbered changes (`service/views.py`)."""

from starlette.websockets import WebSocket

from busyhour.http.feeds import serve
from busyhour.http.routes import Routes
from busyhour.http.services import Use, Who

routes = Routes("live")


@routes.socket("/api/live", permission="live:read")
async def live(socket: WebSocket, who: Who, use: Use) -> None:
    await socket.accept()
    async with use.floors.subscribe(who.tenant_id) as feed:
        await serve(socket, who, use, aiter(feed))
