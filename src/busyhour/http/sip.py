"""`/sip`: the signaling of the agents' browser phones, relayed to the PBX through our own port.

Open only to a logged-in agent who was given a SIP secret; what opens a dialog or a registration must come from this
agent's own SIP user. Frames are bounded in size and rate, and the relay ends with the session.
"""

import asyncio
from typing import Final

import aiohttp
import structlog
from starlette.websockets import WebSocket

from busyhour.http.feeds import CLOSE_TOO_MUCH, close_after, race, session_end
from busyhour.http.guard import CLOSE_FORBIDDEN, CLOSE_UNAVAILABLE
from busyhour.http.rate import Rate
from busyhour.http.routes import Routes
from busyhour.http.services import Use, Who
from busyhour.http.sip_message import fault_of

routes = Routes("sip")
log = structlog.get_logger()

SUBPROTOCOL: Final = "sip"
FRAME_BYTES_MAX: Final = 64 * 1024
FRAMES_PER_S_MAX: Final = 50
"""A call is set up with about ten; registration with two."""
CONNECT_S_MAX: Final = 5.0


@routes.socket("/sip", permission="desk:use")
async def relay_sip(socket: WebSocket, who: Who, use: Use) -> None:
    user = use.phones.user_of(who.tenant_id, who.agent_id)
    if SUBPROTOCOL not in socket.scope["subprotocols"]:
        await socket.close(CLOSE_FORBIDDEN, "Use the subprotocol sip.")
        return
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S_MAX)
    async with aiohttp.ClientSession(timeout=timeout) as client:
        try:
            async with asyncio.timeout(CONNECT_S_MAX):
                pbx = await client.ws_connect(
                    use.pbx_ws_url, protocols=(SUBPROTOCOL,), max_msg_size=FRAME_BYTES_MAX, autoclose=True
                )
        except (aiohttp.ClientError, TimeoutError):
            await socket.close(CLOSE_UNAVAILABLE, "The PBX cannot be reached: try again.")
            return
        try:
            await socket.accept(subprotocol=SUBPROTOCOL)
            with use.accounts.links.link(who.token_hash, who.tenant_id, who.user_id) as link:
                ending = race(up(socket, pbx, user, use), down(pbx, socket), session_end(use, who, link))
                await close_after(socket, ending)
        finally:
            await pbx.close()


async def up(socket: WebSocket, pbx: "aiohttp.ClientWebSocketResponse[bool]", user: str, use: Use) -> tuple[int, str]:
    rate = Rate(FRAMES_PER_S_MAX)
    while True:
        text = await socket.receive_text()
        if len(text.encode()) > FRAME_BYTES_MAX or not rate.allows(use.clock.now().mono_s):
            return CLOSE_TOO_MUCH, "Too many messages, or too long ones."
        fault = fault_of(text, user)
        if fault is not None:
            log.warning("sip_refused", user=user, fault=fault)
            return CLOSE_FORBIDDEN, fault
        await pbx.send_str(text)


async def down(pbx: "aiohttp.ClientWebSocketResponse[bool]", socket: WebSocket) -> tuple[int, str]:
    async for message in pbx:
        if message.type is aiohttp.WSMsgType.TEXT:
            await socket.send_text(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await socket.send_text(message.data.decode("utf-8", "replace"))
    return CLOSE_UNAVAILABLE, "The PBX has closed the line: try again."
