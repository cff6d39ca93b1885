"""Our telephony adapter on a real PBX, with all that it tells kept, and waits that end when it is told."""

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.telephony import AsteriskTelephony
from busyhour.core.commands import PlaceCall, RingAgent
from busyhour.core.events import CallSent, Event, LegAnswered, PhoneRegistered
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.ids import leg_of
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import PhoneKind
from busyhour.service.ports import Voice
from busyhour.service.records import TrunkRow

TOLD_MAX_S = 15.0
E = TypeVar("E")


class Watch:
    """One tenant's view. `async with` keeps the link."""

    def __init__(self, access: PbxAccess, tenant: int = 1, *, voice: Voice | None = None) -> None:
        self.access = access
        self.telephony = AsteriskTelephony(access, voice)
        self.told: list[Event] = []
        self.tenant = tenant
        self._more = asyncio.Event()
        self._legs = int(time.time() * 1000)
        self.telephony.attach(tenant, self._sink)

    def _sink(self, event: Event) -> None:
        self.told.append(event)
        self._more.set()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.disconnect()

    async def connect(self) -> None:
        self._run = asyncio.create_task(self.telephony.run())
        await self.until(lambda _event: self.telephony.up(), Event)

    async def disconnect(self) -> None:
        self._run.cancel()
        with suppress(asyncio.CancelledError):
            await self._run

    async def until(
        self, fits: Callable[[Any], bool], kind: type[E] | Any = object, *, since: int = 0, max_s: float = TOLD_MAX_S
    ) -> E:
        """The first fitting event since position `since`, waiting for it."""
        at = since
        async with asyncio.timeout(max_s):
            while True:
                while at < len(self.told):
                    event: Any = self.told[at]
                    at += 1
                    if isinstance(event, kind) and fits(event):
                        return event  # type: ignore[no-any-return]
                self._more.clear()
                await self._more.wait()

    async def of(self, kind: type[E], name: str, *, since: int = 0, max_s: float = TOLD_MAX_S) -> E:
        """The event of this kind about this call or leg."""
        return await self.until(
            lambda event: name in (getattr(event, "call", None), getattr(event, "leg", None)),
            kind,
            since=since,
            max_s=max_s,
        )

    def kinds(self, name: str) -> list[str]:
        return [
            type(event).__name__
            for event in self.told
            if name in (getattr(event, "call", None), getattr(event, "leg", None))
        ]

    async def set_trunk(
        self, host: str, trunk_id: int = 1, *, demo: bool = False, login: str = "", password: str | None = None
    ) -> Trunk:
        endpoint = f"t{self.tenant}-{trunk_id}"
        row = TrunkRow(
            trunk_id=trunk_id,
            name="carrier",
            host=host,
            login=login,
            has_password=password is not None,
            prefix="",
            strip_plus=True,
            capacity=1000,
            calls_per_s_max=0,
            endpoint=endpoint,
            demo=demo,
        )
        await self.telephony.phones.set_trunk(self.tenant, row, password)
        return Trunk(trunk_id=trunk_id, name="carrier", endpoint=endpoint, capacity=1000)

    async def dial(self, number: str, trunk: Trunk, **more: Any) -> str:
        call = self.call(number, trunk, **more)
        assert await self.telephony.place(call) == CallSent(call=call.item.call)
        return call.item.call

    def call(
        self,
        number: str,
        trunk: Trunk,
        *,
        ring_timeout_s: float = 20.0,
        call_max_s: float = 60.0,
        caller_id: str = "+4930999",
        variables: dict[str, str] | None = None,
    ) -> PlaceCall:
        item = HopperItem(
            call=f"c{self.tenant}-{uuid.uuid4().hex}",
            member_id=1,
            contact_id=1,
            list_id=1,
            attempt_no=1,
            number=number,
            variables=variables or {},
        )
        return PlaceCall(
            item=item,
            run_id=1,
            campaign_id=1,
            trunk=trunk,
            caller_id=caller_id,
            ring_timeout_s=ring_timeout_s,
            call_max_s=call_max_s,
            why="test",
            at_utc_s=time.time(),
        )

    async def seat(self, agent_id: int, sip_address: str) -> str:
        """An agent's SIP phone, rung and in its room. Answers the leg."""
        since = len(self.told)
        await self.telephony.phones.set_phone(self.tenant, agent_id, sip_address)
        await self.until(lambda event: event.agent_id == agent_id, PhoneRegistered, since=since)
        self._legs += 1
        leg = leg_of(tenant=self.tenant, agent_id=agent_id, fence=1, n=self._legs)
        ring = RingAgent(
            agent_id=agent_id,
            leg=leg,
            phone_kind=PhoneKind.SIP,
            sip_address=sip_address,
            caller_id="100",
            ring_timeout_s=10.0,
        )
        assert await self.telephony.act(ring) is None
        await self.of(LegAnswered, leg)
        return leg
