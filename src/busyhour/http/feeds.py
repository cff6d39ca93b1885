"""One way to serve a live feed over a WebSocket.

Four things may end it: the reader goes, the feed ends (the reader was too slow), the session ends, or somebody takes
over. All are raced, so that no socket outlives its cause and the server can always stop.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from busyhour.http.guard import CLOSE_TAKEN_OVER, CLOSE_UNAUTHENTICATED
from busyhour.http.rate import Rate
from busyhour.http.services import Caller, Services
from busyhour.service.accounts_links import Link
from busyhour.service.errors import StoreDown

CLOSE_SLOW: Final = 4008
CLOSE_TOO_MUCH: Final = 4009

MESSAGES_PER_S_MAX: Final = 20
"""What a page may say; it pings every 5 s."""
MESSAGE_CHARACTERS_MAX: Final = 4096

RECHECK_S: Final = 30.0
"""How often the session of an open socket is looked up anew: another process may have ended it."""

PONG: Final = '{"type":"pong"}'


async def race(*ways: Awaitable[tuple[int, str]]) -> tuple[int, str]:
    """The code and the reason of the first to end; the others are cancelled and awaited."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def session_end(use: Services, who: Caller, link: Link) -> tuple[int, str]:
    """Returns when the session has ended: told at once, or found out by looking. A database that is down for a while
    ends nobody's session: agents go on talking."""
    while (left_s := who.session.expires_utc_s - use.clock.now().utc_s) > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(link.ended.wait(), timeout=min(left_s, RECHECK_S))
            break
        try:
            found = await use.accounts.find(who.token_hash)
        except StoreDown:
            continue
        if found is None or found.user.role is not who.session.user.role:
            break
    return CLOSE_UNAUTHENTICATED, "The session has ended: log in again."


async def taken_over(event: asyncio.Event) -> tuple[int, str]:
    await event.wait()
    return CLOSE_TAKEN_OVER, "Another tab has taken over."


async def pump(socket: WebSocket, feed: AsyncIterator[bytes]) -> tuple[int, str]:
    async for message in feed:
        await socket.send_text(message.decode())
    return CLOSE_SLOW, "Too slow: connect again."


async def listen(socket: WebSocket, now_s: Callable[[], float]) -> tuple[int, str]:
    """The page has nothing to say but pings; more than that, or too often, ends the talk."""
    rate = Rate(MESSAGES_PER_S_MAX)
    while True:
        text = await socket.receive_text()
        if len(text) > MESSAGE_CHARACTERS_MAX or not rate.allows(now_s()):
            return CLOSE_TOO_MUCH, "Too many messages, or too long ones."
        if '"ping"' in text:
            await socket.send_text(PONG)


async def serve(
    socket: WebSocket,
    who: Caller,
    use: Services,
    feed: AsyncIterator[bytes],
    taken: asyncio.Event | None = None,
) -> None:
    """Until one of the ways ends. The socket is accepted already."""
    with use.accounts.links.link(who.token_hash, who.tenant_id, who.user_id) as link:
        ways: list[Awaitable[tuple[int, str]]] = [
            pump(socket, feed),
            listen(socket, lambda: use.clock.now().mono_s),
            session_end(use, who, link),
        ]
        if taken is not None:
            ways.append(taken_over(taken))
        await close_after(socket, race(*ways))


async def close_after(socket: WebSocket, ending: Awaitable[tuple[int, str]]) -> None:
    try:
        code, reason = await ending
        await socket.close(code, reason)
    except (WebSocketDisconnect, RuntimeError):
        # The other side is gone already; Starlette says RuntimeError when one sends after that.
        return
