"""What the PBX has now, as the core's picture of it. Looking also tidies: a leg without its room gets one, a room
without its leg is removed, a ringing tone that was left behind ends, and what the link needs to remember of living
channels is begun."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk import translate
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari import AriLink, NoReply
from busyhour.adapters.asterisk.dialplan import CAME_CONTEXT
from busyhour.adapters.asterisk.history import answers_of, lives_of
from busyhour.adapters.asterisk.listening import APPLICATION
from busyhour.adapters.asterisk.missed import missed_of
from busyhour.adapters.asterisk.telephony_act import Actor
from busyhour.adapters.asterisk.telephony_callers import Callers
from busyhour.adapters.asterisk.telephony_ringing import RingingTones
from busyhour.adapters.asterisk.telephony_seen import Channels
from busyhour.core.events import PhoneGone, PhoneRegistered
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.ids import came_in, is_call, is_leg, is_party, leg_in, room_of, tenant_of
from busyhour.core.model.pictures import ChannelPicture, PbxPicture

CONNECTS: Final = "Dial"
"""The PBX's application in which callers are whom it was told to send on."""

Look = dict[str, ChannelPicture]


class Photographer:
    def __init__(
        self,
        access: PbxAccess,
        link: AriLink,
        channels: Channels,
        actor: Actor,
        ringing: RingingTones,
        callers: Callers,
    ) -> None:
        self._access = access
        self._link = link
        self._channels = channels
        self._actor = actor
        self._ringing = ringing
        self._callers = callers

    async def look(self) -> Look:
        """All channels of ours, of all tenants."""
        channels, bridges, _ = await asyncio.gather(
            self._link.read("channels"), self._link.read("bridges"), self._channels.clock.look(self._link)
        )
        if not (channels.ok and bridges.ok):
            raise NoReply(f"channels {channels.status}, bridges {bridges.status}")
        rooms = bridges.read(tuple[ari.BridgeRow, ...])
        in_room = {channel: room.id for room in rooms if _is_room(room.id) for channel in room.channels}
        found: Look = {}
        for row in channels.read(tuple[ari.ChannelRow, ...]):
            if tenant_of(row.name) is not None and not _is_outside_yet(row, in_room):
                found[row.name] = self._note(row, in_room.get(row.id))
        await self._date_answers(found)
        await self._tidy(found, rooms)
        return found

    async def _date_answers(self, found: Look) -> None:
        """The PBX's list says who was answered, but not when; for calls that were answered while nobody listened, its
        records do."""
        up = [name for name, picture in found.items() if picture.answered and is_call(name)]
        unknown = [name for name in up if self._channels.of(name).up_utc_s is None]
        for name, at_utc_s in (await answers_of(self._access.cel_file, unknown)).items():
            self._channels.of(name).up_utc_s = self._channels.clock.told(at_utc_s)
        for name in up:
            found[name] = replace(found[name], answered_utc_s=self._channels.of(name).up_utc_s)

    def _note(self, row: ari.ChannelRow, room: str | None) -> ChannelPicture:
        number, dialed = ari.came_by(row.channelvars)
        picture = ChannelPicture(
            channel=row.name,
            answered=row.state == "Up",
            ringing=row.state == "Ringing",
            bridge=room,
            in_app=room is not None or row.dialplan.app_name == "Stasis",
            listening=row.state == "Up" and row.dialplan.app_name == APPLICATION,
            heard=row.channelvars.heard,
            parked=ari.parked_by(row.channelvars),
            outside=came_in(row.name) and row.dialplan.app_name == CONNECTS,
            dialed=dialed,
            number=number,
            name=row.caller.name[: translate.NAME_MAX] if came_in(row.name) else "",
            created_utc_s=self._channels.clock.told(row.creationtime.timestamp()),
        )
        seen = self._channels.find(row.name)
        if seen is None:
            seen = self._channels.of(row.name)
            seen.unsure = True
        self._channels.put(row.name, room)
        seen.announced = seen.announced or (picture.answered and picture.in_app)
        return picture

    async def _tidy(self, found: Look, rooms: Sequence[ari.BridgeRow]) -> None:
        standing = {room.id for room in rooms}
        homeless = [
            leg
            for leg, picture in found.items()
            if is_leg(leg)
            and picture.answered
            and picture.in_app
            and picture.bridge is None
            and room_of(leg) not in standing  # else it was set aside
        ]
        for leg in homeless:
            await self._actor.take_leg(leg, self._channels.clock.now_utc_s())
        for room in rooms:
            leg = leg_in(room.id)
            if _is_room(room.id) and leg not in found:
                await self._actor.drop_room(leg)

    async def _end_tones(self, found: Look, tenant: int) -> None:
        """That another engine, or a link that was lost, has left behind."""
        legs = {leg: self._channels.of(leg) for leg in found if is_leg(leg) and tenant_of(leg) == tenant}
        unsure = [leg for leg, seen in legs.items() if seen.unsure and seen.room is not None]
        await asyncio.gather(*(self._ringing.stop(leg) for leg in unsure))
        for leg in unsure:
            legs[leg].unsure = False

    async def picture(self, boot: str, tenant: int, about: Sequence[str], look: Look | None = None) -> PbxPicture:
        """`look` None: the engine asks, and asks only when the shard is surely its own (I14). At a link that comes back
        it may be another's by now, so nothing is ended then."""
        found = look
        if found is None:
            found = await self.look()
            await self._end_tones(found, tenant)
        gone = [channel for channel in about if channel not in found]
        shown = [name for name in found if tenant_of(name) == tenant and not self._is_arriving(name)]
        known = set(about)
        ended = await lives_of(self._access.cel_file, gone, booted_utc_s=time_of(boot))
        brought = await self._callers.brought([name for name in shown if name not in known and _is_caller(found[name])])
        return PbxPicture(
            boot=boot,
            channels=tuple(
                replace(found[name], headers=brought[name]) if brought.get(name) else found[name]
                for name in shown
                if not self._is_arriving(name)  # may have come to be told of while headers were read
            ),
            histories=tuple(self._channels.clock.of_history(one) for one in ended),
            ahead_s=self._channels.clock.ahead_s,
        )

    async def missed(self, boot: str, tenant: int, since_utc_s: float) -> tuple[MissedCaller, ...]:
        """Who came and went while nobody looked."""
        clock, file = self._channels.clock, self._access.cel_file
        found = await missed_of(file, tenant, clock.stamped(since_utc_s), booted_utc_s=time_of(boot))
        return tuple(clock.of_missed(one) for one in found)

    def _is_arriving(self, channel: str) -> bool:
        """A caller who is about to be told of, with what they bring along."""
        seen = self._channels.find(channel)
        return seen is not None and seen.arriving is not None

    async def phones(self, tenant: int) -> list[PhoneRegistered | PhoneGone]:
        """Which agents' phones can be rung now."""
        reply = await self._link.read("endpoints/PJSIP")
        if not reply.ok:
            return []
        states: dict[int, PhoneRegistered | PhoneGone] = {}
        for endpoint in reply.read(tuple[ari.Endpoint, ...]):
            whose, told = translate.phone_listed(endpoint) or (None, None)
            if told is None or whose != tenant:
                continue
            if told.agent_id not in states or isinstance(told, PhoneRegistered):
                states[told.agent_id] = told  # of two places, the one that can be rung counts
        return list(states.values())


def _is_room(bridge: str) -> bool:
    """Of a leg, or of a party that talks without us."""
    whose = leg_in(bridge)
    return bridge == room_of(whose) and (is_leg(whose) or is_party(whose))


def _is_caller(picture: ChannelPicture) -> bool:
    return came_in(picture.channel) and picture.in_app


def _is_outside_yet(row: ari.ChannelRow, in_room: Mapping[str, str]) -> bool:
    """A caller whom the dialplan holds until our application takes them. Their arrival will be told."""
    ours = row.dialplan.app_name == "Stasis" or row.id in in_room
    return came_in(row.name) and row.dialplan.context == CAME_CONTEXT and not ours


def time_of(boot: str) -> float | None:
    """A boot is named by its time."""
    try:
        return datetime.fromisoformat(boot).timestamp()
    except ValueError:
        return None
