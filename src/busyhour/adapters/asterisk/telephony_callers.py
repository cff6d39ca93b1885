"""Callers: how an arrival is told with what it brings along, and what the core wants done with it.

An arrival is told once, when its headers are read or cannot be. It waits for that a moment at most; who hangs up
meanwhile is told without them.
"""

import asyncio
import contextlib
import math
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

import structlog
from msgspec.structs import replace

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply, Reply, Request
from busyhour.adapters.asterisk.dialplan import SENT_CONTEXT, SENT_RING_S, SENT_TO, header_variable
from busyhour.adapters.asterisk.telephony_place import caller_id, clean, dialed
from busyhour.adapters.asterisk.telephony_seen import Channels
from busyhour.adapters.asterisk.telephony_sound import Sound
from busyhour.core.acd.arrival import HEADERS, VALUE_LENGTH_MAX
from busyhour.core.commands import AnswerCall, RejectCall, SendOn
from busyhour.core.events import CallAnswered, CallArrived, Event
from busyhour.core.model.ids import came_in, on_pbx, tenant_of
from busyhour.core.model.pictures import ChannelPicture

HEADERS_MAX_S: Final = 1.0
BROUGHT_MAX: Final = 200
"""Callers of one picture whose headers are read: so many wait for an engine that starts only after an attack."""
ORDER_MAX_S: Final = 2.0
SENT_MAX_S: Final = 4 * 3600
"""Dead-man limit of a caller who is sent on without having been answered; who was answered has one already."""
NO_SUCH_NUMBER: Final = 1  # Q.850, as all of these
BUSY: Final = 17
NUMBER_INCOMPLETE: Final = 28
TEMPORARY_FAILURE: Final = 41
NUMBER: Final = re.compile(r"\+?[0-9]{1,24}")
NAMES: Final = {name.lower(): name for name in HEADERS}

log = structlog.get_logger(__name__)


class Callers:
    def __init__(
        self,
        access: PbxAccess,
        link: AriLink,
        channels: Channels,
        sound: Sound,
        tell: Callable[[int, Event], None],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._access = access
        self._link = link
        self._channels = channels
        self._sound = sound
        self._tell = tell
        self._spawn = spawn

    # Arriving

    def arrive(self, arrived: CallArrived) -> None:
        seen = self._channels.of(arrived.call)
        if seen.arriving is None and not seen.arrived:
            seen.arriving = arrived
            self._spawn(self._tell_arrival(arrived))

    async def _tell_arrival(self, arrived: CallArrived) -> None:
        try:
            async with asyncio.timeout(HEADERS_MAX_S):
                headers = await self._headers(on_pbx(arrived.call))
        except (LinkDown, NoReply, TimeoutError):
            headers = {}
        seen = self._channels.find(arrived.call)
        if self._link.up() and seen is not None and seen.arriving is arrived:
            self.tell_now(arrived.call, headers)  # else the next picture has the caller

    def tell_now(self, call: str, headers: dict[str, str] | None = None) -> None:
        """Whoever waits for their headers, without them: their end is here."""
        seen = self._channels.find(call)
        if seen is None or (arrived := seen.arriving) is None:
            return
        seen.arriving, seen.arrived, seen.headers = None, True, headers or seen.headers
        tenant = tenant_of(call)
        assert tenant is not None, call
        self._tell(tenant, replace(arrived, headers=headers or {}))

    def pictured(self, channels: Mapping[str, ChannelPicture]) -> None:
        """The floors get this picture: it stands for the arrivals of whoever is in it."""
        for call, picture in channels.items():
            seen = self._channels.find(call)
            if came_in(call) and picture.in_app and seen is not None and seen.arriving is None:
                seen.arrived = True

    async def brought(self, calls: Sequence[str]) -> dict[str, dict[str, str]]:
        """Their headers, read once for each. Whose cannot be read in time has none, until they are asked for again."""
        unread = [call for call in calls if self._channels.of(call).headers is None][:BROUGHT_MAX]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEADERS_MAX_S):
                await asyncio.gather(*(self._read(call) for call in unread))
        return {call: self._channels.of(call).headers or {} for call in calls}

    async def _read(self, call: str) -> None:
        with contextlib.suppress(LinkDown, NoReply):
            self._channels.of(call).headers = await self._headers(on_pbx(call))

    async def _headers(self, pbx_id: str) -> dict[str, str]:
        """Most callers bring none of ours: then it is one question."""
        brought = await self._ask(pbx_id, "PJSIP_HEADERS()")
        wanted = [name for name in brought.split(",") if name.lower().removeprefix("x-") in NAMES]
        found = {}
        for name in wanted[: 2 * len(HEADERS)]:
            value = await self._ask(pbx_id, f"PJSIP_HEADER(read,{name})")
            if value:
                found[name] = value[:VALUE_LENGTH_MAX]
        return found

    async def _ask(self, pbx_id: str, variable: str) -> str:
        reply = await self._link.ask("GET", f"channels/{pbx_id}/variable", {"variable": variable})
        return str(reply.read(dict[str, str]).get("value", "")) if reply.ok else ""

    # Orders

    async def answer(self, order: AnswerCall) -> Event | None:
        seen = self._channels.find(order.call)
        if seen is not None and seen.up_utc_s is not None:
            return CallAnswered(call=order.call, at_utc_s=seen.up_utc_s)
        requests = [
            _set(order.call, "TIMEOUT(absolute)", str(max(1, math.ceil(order.call_max_s)))),
            ("POST", f"channels/{on_pbx(order.call)}/answer", {}),
        ]
        reply = await self._order(requests)
        if reply is not None and not reply.ok:
            log.warning("caller not answered", call=order.call, status=reply.status, body=reply.body[:200])
        return None  # the PBX's own message is the proof; of a caller who is gone, it tells the end

    async def reject(self, order: RejectCall) -> None:
        await self._let_go(order.call, BUSY if order.busy else NO_SUCH_NUMBER)

    async def _let_go(self, call: str, cause: int) -> None:
        await self._order([("DELETE", f"channels/{on_pbx(call)}", {"reason_code": str(cause)})])

    async def send_on(self, order: SendOn) -> None:
        """From its last request on the PBX does the rest, with us or without."""
        call, seen = order.call, self._channels.find(order.call)
        if not NUMBER.fullmatch(order.number):
            log.error("not a number to send a caller on to", call=call)
            await self._let_go(call, NUMBER_INCOMPLETE)
            return
        to = {
            SENT_TO: dialed(self._access, order.number, order.trunk),
            SENT_RING_S: str(math.ceil(order.ring_timeout_s)),
        }
        variables = to | _sent_headers(order.headers)
        if shown := caller_id(order.caller_id):
            variables["CALLERID(all)"] = shown
        if seen is None or seen.up_utc_s is None:
            variables["TIMEOUT(absolute)"] = str(SENT_MAX_S)
        requests = self._sound.silence(call)
        if seen is not None and seen.room is not None:
            requests.append(("POST", f"bridges/{seen.room}/removeChannel", {"channel": on_pbx(call)}))
        requests += [_set(call, name, value) for name, value in variables.items()]
        where: dict[str, str | int | float | bool] = {"context": SENT_CONTEXT, "extension": "send", "priority": 1}
        requests.append(("POST", f"channels/{on_pbx(call)}/continue", where))
        reply = await self._order(requests)
        if reply is not None and not reply.ok and reply.status not in (404, 409):  # gone, or sent on already
            log.error("caller not sent on", call=call, status=reply.status, body=reply.body[:200])
            await self._let_go(call, TEMPORARY_FAILURE)

    async def _order(self, requests: list[Request]) -> Reply | None:
        """The reply to the last one; None: not known. Then the next picture shows what became of the caller."""
        try:
            return (await self._link.ask_in_order(*requests, wait_max_s=ORDER_MAX_S))[-1]
        except (LinkDown, NoReply):
            return None


def _set(call: str, name: str, value: str) -> Request:
    return ("POST", f"channels/{on_pbx(call)}/variable", {"variable": name, "value": value})


def _sent_headers(headers: dict[str, str]) -> dict[str, str]:
    """As variables that the PBX gives to the call that it makes; those of CP-044 and no others."""
    known = {NAMES.get(name.lower().removeprefix("x-"), ""): value for name, value in headers.items()}
    return {
        f"_{header_variable(name)}": clean(value)[:VALUE_LENGTH_MAX] for name, value in known.items() if name and value
    }
