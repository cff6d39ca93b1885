"""What agents hear while the number that was dialed for them rings: the ringing tone of the PBX, on their own leg.

It begins when the PBX has sent the call, for not every carrier says that the far phone rings. It ends by the call's
answer or end, whoever caused it. A tone that a lost link has left behind is ended by the next look of the engine at the
PBX.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

import structlog

from busyhour.adapters.asterisk.ari import AriLink, NoReply, Reply

STOP_TRIES_MAX: Final = 3

log = structlog.get_logger(__name__)


class RingingTones:
    """One at most for each call that has its agent."""

    def __init__(self, link: AriLink, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._link = link
        self._spawn = spawn
        self._heard: dict[str, asyncio.Event] = {}  # call -> that it does not ring any more

    def __len__(self) -> int:
        return len(self._heard)

    def begin(self, call: str, leg: str) -> None:
        if call not in self._heard:
            over = self._heard[call] = asyncio.Event()
            self._spawn(self._play(call, leg, over))

    def end(self, call: str) -> None:
        if (over := self._heard.get(call)) is not None:
            over.set()

    def end_all(self) -> None:
        """The link is down: whether they still ring is not known."""
        for over in self._heard.values():
            over.set()

    async def _play(self, call: str, leg: str, over: asyncio.Event) -> None:
        try:
            if await self._may_play(leg):
                await over.wait()
                await self.stop(leg)
        finally:
            del self._heard[call]

    async def _may_play(self, leg: str) -> bool:
        try:
            return (await self._link.ask("POST", f"channels/{leg}/ring")).ok
        except NoReply:
            return True

    async def stop(self, leg: str) -> None:
        """Also when it is not known whether this leg hears a tone."""
        for _ in range(STOP_TRIES_MAX):
            with suppress(NoReply):
                _told(await self._link.ask("DELETE", f"channels/{leg}/ring"), leg)
                return


def _told(reply: Reply, leg: str) -> None:
    if not reply.ok and reply.status not in (404, 409):  # the leg is gone, or going
        log.warning("ringing tone not ended", leg=leg, status=reply.status, body=reply.body[:200])
