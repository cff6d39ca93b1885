"""Supervisors' ears, on the PBX: a snoop channel on the agent's leg, in the supervisor's own room.

What the agent hears and says goes to the supervisor; what the supervisor says goes nowhere, into what the agent hears,
or into what the customer hears, too. The room of the talk is not touched.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply
from busyhour.adapters.asterisk.telephony_seen import Channels
from busyhour.core.events import Event
from busyhour.core.model.ids import leg_of_ear, room_of, tenant_of
from busyhour.core.model.supervising import CloseEar, EarClosed, EarOpened, Mode, OpenEar

WHISPER: Final = {Mode.LISTEN: "none", Mode.WHISPER: "out", Mode.BARGE: "both"}
"""`out` is what the PBX sends to the agent; `in` is what comes from them, and the customer hears."""

log = structlog.get_logger(__name__)


class Supervising:
    def __init__(
        self, access: PbxAccess, link: AriLink, channels: Channels, tell: Callable[[int, Event], None]
    ) -> None:
        self._access = access
        self._link = link
        self._channels = channels
        self._tell = tell

    async def open(self, order: OpenEar) -> Event | None:
        how = {"spy": "both", "whisper": WHISPER[order.mode], "app": self._access.app, "appArgs": "ear"}
        self._channels.of(order.ear)
        try:
            reply = await self._link.ask("POST", f"channels/{order.about}/snoop/{order.ear}", how)
        except LinkDown:
            self._channels.forget(order.ear)
            return EarClosed(ear=order.ear)
        except NoReply:
            return None  # unknown: the core gives it up after a while
        if reply.ok or reply.status == 409:
            return None
        self._channels.forget(order.ear)
        log.warning("no ear", ear=order.ear, about=order.about, status=reply.status, body=reply.body[:200])
        return EarClosed(ear=order.ear)

    async def take_ear(self, ear: str) -> None:
        """It is there: into the supervisor's room, and say so."""
        reply = await self._link.ask("POST", f"bridges/{room_of(leg_of_ear(ear))}/addChannel", {"channel": ear})
        if not reply.ok:
            log.warning("no room for ear", ear=ear, status=reply.status, body=reply.body[:200])
            await self._link.ask("DELETE", f"channels/{ear}")  # its end is told
        elif (tenant := tenant_of(ear)) is not None:
            self._tell(tenant, EarOpened(ear=ear))

    async def close(self, order: CloseEar) -> Event | None:
        with suppress(LinkDown, NoReply):  # the next look shows whether it lives
            if (await self._link.ask("DELETE", f"channels/{order.ear}")).status == 404:
                self._channels.forget(order.ear)
                return EarClosed(ear=order.ear)
        return None
