"""What the core wants done on the PBX, as ARI requests. Each is idempotent: doing it again is harmless.

A customer who just answered is joined by one request. Only one who hears music or a prompt needs more, sent together
and in order.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

import structlog

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply, Reply, Request
from busyhour.adapters.asterisk.causes import MESSAGE_HEARD, NORMAL
from busyhour.adapters.asterisk.dialplan import PARKED
from busyhour.adapters.asterisk.history import histories_of
from busyhour.adapters.asterisk.listening import APPLICATION
from busyhour.adapters.asterisk.phones import AsteriskPhones
from busyhour.adapters.asterisk.recording import Recorders
from busyhour.adapters.asterisk.telephony_callers import Callers
from busyhour.adapters.asterisk.telephony_company import Company
from busyhour.adapters.asterisk.telephony_place import leg_request
from busyhour.adapters.asterisk.telephony_seen import Channels, Seen
from busyhour.adapters.asterisk.telephony_sound import Sound
from busyhour.core.commands import (
    Act,
    Announce,
    AnswerCall,
    HangUpCall,
    HangUpLeg,
    Hold,
    Join,
    LookAtPrompt,
    LookUp,
    PlayPrompt,
    RejectCall,
    RingAgent,
    SendOn,
    StartRecording,
    StopRecording,
    Whisper,
)
from busyhour.core.events import (
    CallAnswered,
    CallJoined,
    CallMissing,
    CallPickedUp,
    CallRang,
    CallSent,
    Event,
    JoinFailed,
    LegAnswered,
    LegEnded,
)
from busyhour.core.model.ids import came_in, is_call, is_leg, is_party, on_pbx, room_of, tenant_of
from busyhour.core.model.values import EndCause, PhoneKind

JOIN_MAX_S: Final = 2.0
ROOM_AGAIN_S: Final = 0.2
GONE_GRACE_S: Final = 1.0
"""The PBX says "no such channel" a moment before its message of the channel's end is here; that one knows the cause."""

log = structlog.get_logger(__name__)


class Actor:
    def __init__(
        self,
        access: PbxAccess,
        link: AriLink,
        channels: Channels,
        phones: AsteriskPhones,
        sound: Sound,
        callers: Callers,
        recorders: Recorders,
        company: Company,
        tell: Callable[[int, Event], None],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._access = access
        self._link = link
        self._channels = channels
        self._phones = phones
        self._sound = sound
        self._callers = callers
        self._recorders = recorders
        self._company = company
        self._tell = tell
        self._spawn = spawn

    async def act(self, command: Act) -> Event | None:
        match command:
            case RingAgent():
                return await self._ring(command)
            case HangUpCall(call=channel, message_heard=heard):
                return await self._hang_up(channel, MESSAGE_HEARD if heard else NORMAL)
            case HangUpLeg(leg=channel):
                return await self._hang_up(channel, NORMAL)
            case Join():
                return await self._join(command)
            case Hold():
                return await self._hold(command)
            case LookUp(call=call):
                return await self.look_up(call)
        return await self._act_by_sound(command)

    async def _act_by_sound(self, command: Act) -> Event | None:
        match command:
            case PlayPrompt(call=call, prompt=prompt):
                return await self._sound.play(call, prompt)
            case LookAtPrompt(call=call, prompt=prompt):
                return await self._sound.look_at(call, prompt)
            case Whisper(leg=leg, prompt=prompt):
                return await self._sound.whisper(leg, prompt)
            case Announce():
                await self._sound.announce(command)
                return None
        return await self._act_on_caller(command)

    async def _act_on_caller(self, command: Act) -> Event | None:
        match command:
            case AnswerCall():
                return await self._callers.answer(command)
            case RejectCall():
                await self._callers.reject(command)
            case SendOn():
                await self._callers.send_on(command)
            case StartRecording():
                return await self._recorders.start(command)
            case StopRecording():
                return await self._recorders.stop(command)
            case _:
                return await self._company.act(command)
        return None

    # Agents' legs

    async def _ring(self, command: RingAgent) -> Event | None:
        tenant = tenant_of(command.leg)
        assert tenant is not None, command.leg
        try:
            if command.phone_kind is PhoneKind.SIP:
                await self._phones.set_phone(tenant, command.agent_id, command.sip_address)
            reply = await self._link.ask("POST", "channels", body=leg_request(command))
        except LinkDown:
            return _leg_failed(command.leg)
        except NoReply:
            return None  # unknown: the core's ring timer hangs it up
        if reply.ok or reply.status == 409:
            return None
        log.warning("agent cannot be rung", leg=command.leg, status=reply.status, body=reply.body[:200])
        return _leg_failed(command.leg, EndCause.UNREACHABLE)

    async def take_leg(self, leg: str, at_utc_s: float) -> None:
        """The agent's phone answered: make its room and put it in, then say so."""
        made, added = await self._make_room(leg)
        if made.status == 409 and added.status == 404:  # an older room of this name was just being taken away
            await asyncio.sleep(ROOM_AGAIN_S)
            made, added = await self._make_room(leg)
        if made.ok and added.ok:
            self._channels.put(leg, room_of(leg))  # at once: the next order may come before the PBX's own message does
            if self._channels.find(leg) is not None and (tenant := tenant_of(leg)) is not None:
                self._tell(tenant, LegAnswered(leg=leg, at_utc_s=at_utc_s))
            return
        log.warning("no room for leg", leg=leg, made=made.status, added=added.status)
        await self._link.ask("DELETE", f"channels/{leg}")  # without a room it is of no use

    async def _make_room(self, leg: str) -> tuple[Reply, Reply]:
        room = room_of(leg)
        made, added = await self._link.ask_in_order(
            ("POST", f"bridges/{room}", {"type": "mixing", "name": room}),
            ("POST", f"bridges/{room}/addChannel", {"channel": leg}),
        )
        return made, added

    async def drop_room(self, leg: str) -> None:
        """A customer in the room stays alive outside of it."""
        await self._link.ask("DELETE", f"bridges/{room_of(leg)}")

    # Calls

    async def end_stranger(self, channel: str) -> None:
        """One that Asterisk made by itself."""
        with suppress(LinkDown, NoReply):
            await self._link.ask("DELETE", f"channels/{quote(channel, safe='')}")

    async def _hang_up(self, channel: str, cause: int) -> Event | None:
        try:
            reply = await self._link.ask("DELETE", f"channels/{on_pbx(channel)}", {"reason_code": str(cause)})
        except (LinkDown, NoReply):
            return None  # the picture after the reconnect shows whether it lives
        if reply.status == 404:
            self._spawn(self._tell_gone(channel))
        return None

    async def _tell_gone(self, channel: str) -> None:
        """The channel was gone before we hung it up. If its end is not heard of soon, tell what is known."""
        heard = self._channels.find(channel)
        await asyncio.sleep(GONE_GRACE_S)
        if heard is None or self._channels.find(channel) is None:
            return
        self._channels.forget(channel)
        tenant = tenant_of(channel)
        assert tenant is not None, channel
        if is_leg(channel) or is_party(channel):
            self._tell(tenant, _leg_failed(channel, EndCause.UNKNOWN))
        else:
            self._tell(tenant, await self._missing(channel))

    async def _join(self, order: Join) -> Event | None:
        call, leg, room = order.call, order.leg, room_of(order.leg)
        failed = JoinFailed(call=call, leg=leg)
        try:
            await self._clear(room, order)
            seen = self._channels.find(call)
            if seen is not None and seen.room == room:
                return CallJoined(call=call, leg=leg, at_utc_s=seen.room_utc_s)
            replies = await self._link.ask_in_order(
                *self._sound.silence(call),
                ("POST", f"bridges/{room}/addChannel", {"channel": on_pbx(call)}),
                wait_max_s=JOIN_MAX_S,
            )
        except (LinkDown, NoReply):
            return failed
        if replies[-1].ok:
            return None  # the PBX's own message is the proof
        log.warning("join failed", call=call, leg=leg, status=replies[-1].status, body=replies[-1].body[:200])
        return failed

    async def _clear(self, room: str, order: Join) -> None:
        """Whoever was to leave this room and is still in it, before the next one comes. Music for them, until what was
        decided about them is ordered anew. Who is out already, or gone, needs nothing."""
        for one in self._channels.in_room(room):
            ours = is_call(one) or is_leg(one) or is_party(one)
            if not ours or one in (order.call, order.leg, *order.beside):
                continue
            out: Request = ("POST", f"bridges/{room}/removeChannel", {"channel": on_pbx(one)})
            if (await self._link.ask(*out, wait_max_s=JOIN_MAX_S)).ok:
                log.warning("was still in the next customer's room", channel=one, room=room)
                self._channels.put(one, None)
                self._channels.of(one).music = True
                await self._link.ask(*await self._sound.music.begin(one, None), wait_max_s=JOIN_MAX_S)

    async def _hold(self, order: Hold) -> Event | None:
        """Without a leg: a caller who waits, in nobody's room."""
        call, leg = order.call, order.leg
        requests: list[Request] = [await self._sound.music.begin(call, order.music)]
        if order.parked is not None:
            mark: dict[str, str | int | float | bool] = {"variable": PARKED, "value": ari.parked_mark(order.parked)}
            requests.insert(0, ("POST", f"channels/{on_pbx(call)}/variable", mark))
        if leg:
            requests.insert(0, ("POST", f"bridges/{room_of(leg)}/removeChannel", {"channel": on_pbx(call)}))
        try:
            replies = await self._link.ask_in_order(*requests, wait_max_s=JOIN_MAX_S)
        except (LinkDown, NoReply):
            return None
        if (seen := self._channels.find(call)) is not None and replies[-1].ok:
            seen.music = True
        return None

    async def look_up(self, call: str) -> Event | None:
        """None: the PBX cannot be asked now; the next `TelephonyBack` answers."""
        try:
            reply = await self._link.ask("GET", f"channels/{on_pbx(call)}")
        except (LinkDown, NoReply):
            return None
        if reply.status == 404:
            self._channels.forget(call)
            return await self._missing(call)
        row = reply.read(ari.ChannelRow)
        seen, created_utc_s = self._channels.of(call), self._channels.clock.told(row.creationtime.timestamp())
        if came_in(call):
            return _found_caller(call, seen, row.state == "Up", created_utc_s)
        if row.state == "Up" and row.dialplan.app_name == "Stasis":
            seen.announced = True
            return CallAnswered(call=call, at_utc_s=seen.up_utc_s or created_utc_s, heard=row.channelvars.heard)
        if row.state == "Up" and row.dialplan.app_name == APPLICATION:
            return CallPickedUp(call=call, at_utc_s=seen.up_utc_s or created_utc_s)
        if row.state == "Ringing":
            return CallRang(call=call, at_utc_s=created_utc_s)
        return CallSent(call=call)

    async def _missing(self, call: str) -> CallMissing:
        for found in await histories_of(self._access.cel_file, [call]):
            history = self._channels.clock.of_history(found)
            return CallMissing(
                call=call,
                answered_utc_s=history.answered_utc_s,
                ended_utc_s=history.ended_utc_s,
                cause=history.cause,
            )
        return CallMissing(call=call)


def _found_caller(call: str, seen: Seen, answered: bool, created_utc_s: float) -> Event:
    """Also one who was sent on. The end of one who rings is told by the PBX."""
    if not answered:
        return CallRang(call=call, at_utc_s=created_utc_s)
    seen.announced = True
    return CallAnswered(call=call, at_utc_s=seen.up_utc_s or created_utc_s)


def _leg_failed(leg: str, cause: EndCause = EndCause.FAILURE) -> LegEnded:
    return LegEnded(leg=leg, cause=cause, at_utc_s=time.time())
