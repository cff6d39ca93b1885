"""`service.ports.Telephony` on one Asterisk: channels by name, events to each tenant's sink, in order.

After each (re)connect the PBX is looked at before its events are let through: they are held while the picture is made,
then follow it (`TelephonyBack`, then what came meanwhile). Where a request's outcome is unknown, nothing is claimed.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk import translate
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.announcing import Announcer
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, LinkStatistics, NoReply
from busyhour.adapters.asterisk.history import answers_of
from busyhour.adapters.asterisk.phone_watch import PhoneWatch
from busyhour.adapters.asterisk.phones import AsteriskPhones
from busyhour.adapters.asterisk.recording import Recorders
from busyhour.adapters.asterisk.telephony_act import Actor
from busyhour.adapters.asterisk.telephony_callers import Callers
from busyhour.adapters.asterisk.telephony_company import Company
from busyhour.adapters.asterisk.telephony_picture import Photographer
from busyhour.adapters.asterisk.telephony_place import call_request
from busyhour.adapters.asterisk.telephony_ringing import RingingTones
from busyhour.adapters.asterisk.telephony_seen import SEEN_MAX, Channels
from busyhour.adapters.asterisk.telephony_sound import Sound
from busyhour.core.commands import Act, Dial
from busyhour.core.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CallNotSent,
    CallSent,
    CallUnanswered,
    Event,
    LegEnded,
    PhoneGone,
    TelephonyBack,
    TelephonyLost,
)
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.ids import came_in, is_call, is_leg, tenant_of
from busyhour.core.model.pictures import PbxPicture
from busyhour.core.model.values import EndCause
from busyhour.service.background import kept_up
from busyhour.service.errors import Unavailable
from busyhour.service.ports import Voice

HELD_MAX: Final = 100_000
"""Events that may wait for a picture; beyond it the link is dropped and looked at anew."""

log = structlog.get_logger(__name__)


class TelephonyStatistics(Struct, frozen=True, kw_only=True):
    link: LinkStatistics
    channels: int
    tasks: int


class _Floor:
    """A tenant's sink. While `held` is a queue, events wait in it for the picture."""

    def __init__(self, sink: Callable[[Event], None]) -> None:
        self.sink = sink
        self.held: deque[Event] | None = None


class AsteriskTelephony:
    def __init__(self, access: PbxAccess, voice: Voice | None = None) -> None:
        """`voice`: says to callers who wait how long it takes; without one they hear music."""
        self._access = access
        self._floors: dict[int, _Floor] = {}
        self._channels = Channels()
        self._tasks: set[asyncio.Task[None]] = set()
        self._resync: asyncio.Task[None] | None = None
        self._boot = ""
        self.link = AriLink(access, on_event=self._hear, on_up=self._came_up, on_down=self._went_down)
        self.phones = AsteriskPhones(access, self.link, self._phone_withdrawn)
        self._sound = Sound(access, self.link, self._channels, Announcer(access.sounds, voice))
        self._callers = Callers(access, self.link, self._channels, self._sound, self._tell, self._spawn)
        self._recorders = Recorders(access)
        self._ringing = RingingTones(self.link, self._spawn)
        self._company = Company(access, self.link, self._channels, self._sound, self._ringing, self._tell, self._spawn)
        self._actor = Actor(
            access,
            self.link,
            self._channels,
            self.phones,
            self._sound,
            self._callers,
            self._recorders,
            self._company,
            self._tell,
            self._spawn,
        )
        self._photographer = Photographer(access, self.link, self._channels, self._actor, self._ringing, self._callers)
        self._phone_watch = PhoneWatch(
            access,
            ask=self._photographer.phones,
            tell=self._tell,
            tenants=lambda: self._floors if self.link.up() else (),
            spawn=self._spawn,
        )
        self.ami = self._phone_watch.ami

    # The port

    def attach(self, tenant: int, sink: Callable[[Event], None]) -> None:
        floor = self._floors[tenant] = _Floor(sink)
        if self._resync is not None:
            floor.held = deque()  # this tenant's picture is taken by the resync under way
        elif self.link.up():
            self._spawn(self._phone_watch.tell_all(tenant))

    def detach(self, tenant: int) -> None:
        self._floors.pop(tenant, None)

    async def place(self, call: Dial) -> Event:
        name = call.call
        tenant = tenant_of(name)
        assert tenant is not None, name
        if not self._sees(tenant):
            return CallNotSent(call=name, cause=EndCause.NOT_SENT)  # never dial blind
        self._channels.of(name)
        try:
            reply = await self.link.ask("POST", "channels", body=call_request(self._access, call))
        except LinkDown:
            self._channels.forget(name)
            return CallNotSent(call=name, cause=EndCause.NOT_SENT)
        except NoReply:
            return CallUnanswered(call=name)
        if reply.ok:
            if call.leg is not None and self._channels.may_ring(name):
                self._ringing.begin(name, call.leg)
            return CallSent(call=name)
        if reply.status == 409:  # a channel of this name lives: it was sent already
            self._spawn(self._look_again(name))
            return CallSent(call=name)
        self._channels.forget(name)
        log.warning("originate refused", call=name, status=reply.status, body=reply.body[:200])
        allocation = reply.status == 500 and "llocation" in reply.body
        return CallNotSent(call=name, cause=EndCause.UNREACHABLE if allocation else EndCause.FAILURE)

    async def act(self, command: Act) -> Event | None:
        return await self._actor.act(command)

    async def picture(self, tenant: int, about: Sequence[str] = ()) -> PbxPicture:
        try:
            return await self._photographer.picture(self._boot, tenant, about)
        except (LinkDown, NoReply) as fault:
            raise Unavailable("The PBX cannot be reached. Is Asterisk running? See `busyhour doctor`.") from fault

    async def missed(self, tenant: int, since_utc_s: float) -> Sequence[MissedCaller]:
        return await self._photographer.missed(self._boot, tenant, since_utc_s)

    def up(self) -> bool:
        """The link is up, and every tenant has its picture."""
        return self.link.up() and all(floor.held is None for floor in self._floors.values())

    def _sees(self, tenant: int) -> bool:
        floor = self._floors.get(tenant)
        return self.link.up() and (floor is None or floor.held is None)

    async def run(self) -> None:
        """Keep the links until cancelled."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(kept_up("ari", self.link.run))
                both.create_task(kept_up("ami", self.ami.run))
                both.create_task(kept_up("ami-recorders", self._recorders.ami.run))
        finally:
            self.phones.close()
            for task in tuple(self._tasks):
                task.cancel()

    def statistics(self) -> TelephonyStatistics:
        return TelephonyStatistics(link=self.link.statistics(), channels=len(self._channels), tasks=len(self._tasks))

    # The link

    def _went_down(self) -> None:
        self._ringing.end_all()
        self._channels.forget_arrivals()
        if self._resync is not None:
            self._resync.cancel()
            self._resync = None
        for floor in self._floors.values():
            floor.held = None  # what waited is superseded by the next picture
            floor.sink(TelephonyLost())

    def _came_up(self, info: ari.Info) -> None:
        self._boot = info.status.startup_time
        for floor in self._floors.values():
            floor.held = deque()
        self._resync = asyncio.create_task(self._look_around())

    async def _look_around(self) -> None:
        """Agents' phones first, so that they can register; then one picture for each tenant."""
        try:
            await self.phones.replay(self._boot)
            before = self._channels.names()
            self._channels.doubt()
            # Again for a tenant that was attached while we looked: its events began after that look.
            while waiting := [(tenant, floor) for tenant, floor in self._floors.items() if floor.held is not None]:
                look = await self._photographer.look()
                self._callers.pictured(look)
                for tenant, floor in waiting:
                    gone = [channel for channel in before if tenant_of(channel) == tenant and channel not in look]
                    self._release(tenant, floor, await self._photographer.picture(self._boot, tenant, gone, look))
                    for channel in gone:
                        self._channels.forget(channel)
                    await self._phone_watch.tell_all(tenant)
        except Exception as fault:  # without a picture nothing is heard: begin again, whatever it was (A15)
            if not isinstance(fault, LinkDown | NoReply):
                log.exception("the look at the PBX failed")
            self._resync = None
            self.link.drop("resync failed")
        else:
            self._resync = None

    def _release(self, tenant: int, floor: _Floor, picture: PbxPicture) -> None:
        """Who arrived meanwhile is told as arrived, with what they bring along, and not in the picture, too."""
        held, floor.held = floor.held or (), None
        arrived = {event.call for event in held if isinstance(event, CallArrived)}
        channels = tuple(channel for channel in picture.channels if channel.channel not in arrived)
        floor.sink(TelephonyBack(pbx=replace(picture, channels=channels)))
        for event in (*held, *self._sound.whispers(tenant)):
            floor.sink(event)

    # What the PBX says

    def _hear(self, event: ari.AriEvent) -> None:
        """Called for each message, some 600 times a second at 150 calls/s: no waiting, no loops."""
        event = self._timed(event)
        match event:
            case ari.ChannelStateChange():
                self._hear_state(event)
            case ari.StasisStart():
                self._hear_start(event)
            case ari.ChannelDestroyed():
                self._hear_end(event)
            case ari.ChannelEnteredBridge():
                if seen := self._channels.put(event.channel.name, event.bridge.id):
                    seen.room_utc_s = event.timestamp.timestamp()
                self._tell_of(event.channel.name, translate.joined(event))
            case ari.ChannelLeftBridge():
                if (seen := self._channels.find(event.channel.name)) and seen.room == event.bridge.id:
                    self._channels.put(event.channel.name, None)
            case ari.PlaybackFinished():
                self._hear_playback(event)
            case ari.Dial():
                if event.forward:
                    self._hear_redirection(event)
            case ari.ChannelDtmfReceived():
                self._tell_of(event.channel.name, translate.pressed(event))

    def _timed(self, event: ari.AriEvent) -> ari.AriEvent:
        """The same, by a clock that nobody sets."""
        clock = self._channels.clock
        timed = clock.of_event(event)
        if clock.is_doubted():
            self._spawn(clock.look(self.link))
        return timed

    def _hear_state(self, event: ari.ChannelStateChange) -> None:
        channel = event.channel.name
        if event.channel.state == "Up" and came_in(channel):
            self._hear_caller_up(channel, event.timestamp.timestamp())
        elif event.channel.state == "Up" and tenant_of(channel) is not None:
            self._ringing.end(channel)
            self._channels.of(channel).up_utc_s = event.timestamp.timestamp()
            if len(self._channels) > SEEN_MAX:
                self.link.drop("more channels than can be")
            if (picked_up := translate.picked_up(event)) is not None:
                self._channels.of(channel).listened_to = True
                self._tell_of(channel, picked_up)
        self._tell_of(channel, translate.rang(event))

    def _hear_caller_up(self, call: str, at_utc_s: float) -> None:
        """By our order, or by whoever they were sent on to. One whom we never had hears that nobody is there."""
        seen = self._channels.find(call)
        if seen is None:
            return
        seen.up_utc_s = at_utc_s
        if not seen.announced:
            seen.announced = True
            self._tell_of(call, CallAnswered(call=call, at_utc_s=at_utc_s))

    def _hear_start(self, event: ari.StasisStart) -> None:
        channel = event.channel.name
        if is_leg(channel):
            self._spawn(self._actor.take_leg(channel, event.timestamp.timestamp()))
        elif self._company.takes(channel, event.timestamp.timestamp()):
            return
        elif (arrived := translate.arrived(event)) is not None:
            self._callers.arrive(arrived)
        elif is_call(channel):
            self._ringing.end(channel)
            seen = self._channels.of(channel)
            if not seen.announced:
                seen.announced = True
                self._tell_of(channel, translate.answered(event, seen.up_utc_s))

    def _hear_redirection(self, event: ari.Dial) -> None:
        """The callee's network answered with another destination, and Asterisk calls that instead, with a channel that
        has none of our names. Nobody but we may choose whom we call."""
        if tenant_of(event.peer.name) is None:
            return
        self._channels.of(event.peer.name).redirected = True
        log.warning("a redirection is not followed", channel=event.peer.name)
        if event.forwarded is not None:
            self._spawn(self._actor.end_stranger(event.forwarded.id))

    def _hear_end(self, event: ari.ChannelDestroyed) -> None:
        channel = event.channel.name
        self._ringing.end(channel)
        if came_in(channel):
            self._callers.tell_now(channel)
            if self._channels.find(channel) is None:
                return  # gone before our application took it
        if is_leg(channel):
            for whispered in self._sound.whispers_of(channel):
                self._tell_of(channel, whispered)
        seen = self._channels.forget(channel)
        told = translate.ended(
            event,
            up_utc_s=seen.up_utc_s if seen is not None else None,
            redirected=seen is not None and seen.redirected,
        )
        if isinstance(told, LegEnded):
            self._spawn(self._actor.drop_room(channel))
        elif told is not None and seen is not None and seen.up_utc_s is not None and not seen.told_up:
            # Answered and gone before it came to our application: still a call that was answered.
            self._tell_of(channel, CallAnswered(call=channel, at_utc_s=seen.up_utc_s))
        if isinstance(told, CallEnded) and told.answered_utc_s is not None and (seen is None or seen.up_utc_s is None):
            self._spawn(self._end_of_unseen_answer(told))
        else:
            self._tell_of(channel, told)

    async def _end_of_unseen_answer(self, told: CallEnded) -> None:
        """The fact of its answer was lost on its way: the PBX's records know when it was."""
        answers = await answers_of(self._access.cel_file, [told.call])
        if (answered_utc_s := self._channels.clock.told_maybe(answers.get(told.call))) is not None:
            told = replace(told, answered_utc_s=answered_utc_s)
        self._tell_of(told.call, told)

    def _hear_playback(self, event: ari.PlaybackFinished) -> None:
        channel, told = event.playback.id.partition("~")[0], translate.prompt_ended(event)
        seen = self._channels.find(channel)
        if seen is None:
            return  # the channel is gone; its end was told
        seen.playing.discard(event.playback.id)
        if event.playback.id in seen.stopped:
            seen.stopped.discard(event.playback.id)
        else:
            self._tell_of(channel, told)

    def _phone_withdrawn(self, tenant: int, agent_id: int) -> None:
        self._tell(tenant, PhoneGone(agent_id=agent_id))

    # To the floors

    def _tell_of(self, channel: str, event: Event | None) -> None:
        if event is not None and (tenant := tenant_of(channel)) is not None:
            self._tell(tenant, event)

    def _tell(self, tenant: int, event: Event) -> None:
        floor = self._floors.get(tenant)
        if floor is None:
            return
        if floor.held is None:
            floor.sink(event)
        elif len(floor.held) < HELD_MAX:
            floor.held.append(event)
        else:
            self.link.drop("events came faster than the picture")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Beside the reader. Such work ends by itself: each of its requests has a time limit."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None and not isinstance(fault, LinkDown | NoReply):
            log.error("task beside the link failed", exc_info=fault)

    async def _look_again(self, call: str) -> None:
        found = await self._actor.look_up(call)
        if found is not None and not isinstance(found, CallSent):
            self._tell_of(call, found)
