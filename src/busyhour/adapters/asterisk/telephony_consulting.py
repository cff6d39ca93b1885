"""Those whom an agent consults, on the PBX: rung outside, seated in an agent's room, set aside, left with the customer.

A leg that is set aside leaves its own room standing: by that it is told from one that has none yet.
"""

import time
from collections.abc import Callable
from typing import Final

import structlog

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply, Reply, Request
from busyhour.adapters.asterisk.telephony_place import party_request
from busyhour.adapters.asterisk.telephony_ringing import RingingTones
from busyhour.adapters.asterisk.telephony_seen import Channels
from busyhour.adapters.asterisk.telephony_sound import Sound
from busyhour.core.commands import Act, Bind, RingParty, Seat, SetAside
from busyhour.core.events import CallJoined, Event, JoinFailed, LegAnswered, LegEnded, SeatFailed
from busyhour.core.model.ids import on_pbx, room_of, tenant_of
from busyhour.core.model.values import EndCause

MOVE_MAX_S: Final = 2.0

log = structlog.get_logger(__name__)


class Consulting:
    def __init__(
        self,
        access: PbxAccess,
        link: AriLink,
        channels: Channels,
        sound: Sound,
        ringing: RingingTones,
        tell: Callable[[int, Event], None],
    ) -> None:
        self._access = access
        self._link = link
        self._channels = channels
        self._sound = sound
        self._ringing = ringing
        self._tell = tell

    async def act(self, command: Act) -> Event | None:
        match command:
            case RingParty():
                return await self._ring(command)
            case Seat(leg=leg, room=room):
                return await self._seat(leg, room)
            case SetAside(leg=leg):
                await self._set_aside(leg)
                return None
            case Bind(call=call, leg=party):
                return await self._bind(call, party)
        raise AssertionError(f"not a command for the PBX: {command!r}")

    async def _ring(self, command: RingParty) -> Event | None:
        party = command.leg
        self._channels.of(party)
        try:
            reply = await self._link.ask("POST", "channels", body=party_request(self._access, command))
        except LinkDown:
            self._channels.forget(party)
            return LegEnded(leg=party, cause=EndCause.NOT_SENT, at_utc_s=time.time())
        except NoReply:
            return None  # unknown: the core's ring timer hangs it up
        if reply.ok and self._channels.may_ring(party):
            self._ringing.begin(party, command.asker)
        if reply.ok or reply.status == 409:
            return None
        self._channels.forget(party)
        log.warning("party cannot be rung", party=party, status=reply.status, body=reply.body[:200])
        return LegEnded(leg=party, cause=EndCause.UNREACHABLE, at_utc_s=time.time())

    def take_party(self, party: str, at_utc_s: float) -> None:
        """They answered, and are in no room: where they belong the core says."""
        self._ringing.end(party)
        seen = self._channels.of(party)
        if not seen.announced and (tenant := tenant_of(party)) is not None:
            seen.announced = True
            self._tell(tenant, LegAnswered(leg=party, at_utc_s=at_utc_s))

    async def _seat(self, leg: str, room: str) -> Event | None:
        seen = self._channels.find(leg)
        if seen is not None and seen.room == room_of(room):
            return None
        if seen is None or self._channels.find(room) is None:
            return SeatFailed(leg=leg, room=room)  # its room may still stand for a moment, and then takes them with it
        if await self._moved(*self._sound.silence(leg), _add(leg, room_of(room))):
            self._note(leg, room_of(room))
            return None
        return SeatFailed(leg=leg, room=room)

    async def _set_aside(self, leg: str) -> None:
        seen = self._channels.find(leg)
        requests: list[Request] = [("POST", f"channels/{leg}/moh", {})]
        if seen is not None and seen.room is not None:
            requests.insert(0, ("POST", f"bridges/{seen.room}/removeChannel", {"channel": leg}))
        replies = await self._order(*requests)
        if seen is not None and replies and replies[-1].ok:
            seen.music = True
            self._note(leg, None)

    async def _bind(self, call: str, party: str) -> Event | None:
        room, seen = room_of(party), self._channels.find(call)
        if seen is not None and seen.room == room:
            return CallJoined(call=call, leg=party, at_utc_s=seen.room_utc_s)
        there = self._channels.find(party) is not None and await self._moved(
            ("POST", f"bridges/{room}", {"type": "mixing", "name": room}),
            *self._sound.silence(party),
            _add(party, room),
        )
        if not there:
            return JoinFailed(call=call, leg=party)
        self._note(party, room)
        if await self._moved(*self._sound.silence(call), _add(call, room)):
            return None  # the PBX's own message is the proof
        return JoinFailed(call=call, leg=party)

    async def _moved(self, *requests: Request) -> bool:
        replies = await self._order(*requests)
        if replies and not replies[-1].ok:
            log.warning("not moved", to=requests[-1], status=replies[-1].status, body=replies[-1].body[:200])
        return bool(replies) and replies[-1].ok

    def _note(self, channel: str, room: str | None) -> None:
        """At once: the next order may come before the PBX's own message does."""
        if (seen := self._channels.put(channel, room)) is not None:
            seen.room_utc_s = self._channels.clock.now_utc_s()

    async def _order(self, *requests: Request) -> list[Reply]:
        """The replies; none: not known."""
        try:
            return list(await self._link.ask_in_order(*requests, wait_max_s=MOVE_MAX_S))
        except (LinkDown, NoReply):
            return []


def _add(channel: str, room: str) -> Request:
    return ("POST", f"bridges/{room}/addChannel", {"channel": on_pbx(channel)})
