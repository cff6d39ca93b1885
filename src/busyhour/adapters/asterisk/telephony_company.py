"""Everybody on a call beside a customer and their agent: who is consulted, who supervises."""

from collections.abc import Callable, Coroutine
from typing import Any

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari import AriLink
from busyhour.adapters.asterisk.telephony_consulting import Consulting
from busyhour.adapters.asterisk.telephony_ringing import RingingTones
from busyhour.adapters.asterisk.telephony_seen import Channels
from busyhour.adapters.asterisk.telephony_sound import Sound
from busyhour.adapters.asterisk.telephony_supervising import Supervising
from busyhour.core.commands import Act
from busyhour.core.events import Event
from busyhour.core.model.ids import is_ear, is_party
from busyhour.core.model.supervising import CloseEar, OpenEar


class Company:
    def __init__(
        self,
        access: PbxAccess,
        link: AriLink,
        channels: Channels,
        sound: Sound,
        ringing: RingingTones,
        tell: Callable[[int, Event], None],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._consulting = Consulting(access, link, channels, sound, ringing, tell)
        self._supervising = Supervising(access, link, channels, tell)
        self._spawn = spawn

    async def act(self, command: Act) -> Event | None:
        match command:
            case OpenEar():
                return await self._supervising.open(command)
            case CloseEar():
                return await self._supervising.close(command)
        return await self._consulting.act(command)

    def takes(self, channel: str, at_utc_s: float) -> bool:
        """Whether this channel, which is ours from now on, is one of them."""
        if is_party(channel):
            self._consulting.take_party(channel, at_utc_s)
        elif is_ear(channel):
            self._spawn(self._supervising.take_ear(channel))
        else:
            return False
        return True
