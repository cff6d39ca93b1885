"""Which agents' phones are there: AMI tells each change, and after any gap ARI is asked for all of them.

Not told by ARI. An application that follows all endpoints kills Asterisk when its socket ends while news of a phone is
on its way: the part that carries such news keeps no hold on the application, and reads it after it was freed (SIGSEGV,
22.10.1). Every restart of an engine would risk the PBX and its calls.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final

from busyhour.adapters.asterisk import translate
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ami import AmiLink, AmiMessage
from busyhour.core.events import Event, PhoneGone, PhoneRegistered

CLASSES: Final = "system"
"""Of AMI's events: these are a few for each registration, and none for a call."""

Phone = PhoneRegistered | PhoneGone


class PhoneWatch:
    def __init__(
        self,
        access: PbxAccess,
        *,
        ask: Callable[[int], Awaitable[Iterable[Phone]]],
        tell: Callable[[int, Event], None],
        tenants: Callable[[], Iterable[int]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """`ask`: all phones of a tenant as the PBX lists them. `tenants`: those that are to be told now; none while the
        PBX's calls cannot be seen, because what is told then is superseded by what is asked for afterwards."""
        self._ask, self._tell, self._tenants, self._spawn = ask, tell, tenants, spawn
        self._newer: dict[int, list[set[int]]] = {}  # by tenant: agents told of while a list was under way
        self.ami = AmiLink(access, on_event=self._hear, on_change=self._changed, classes=CLASSES)

    async def tell_all(self, tenant: int) -> None:
        """What AMI says of a phone while the list is under way is newer than the list."""
        newer: set[int] = set()
        asking = self._newer.setdefault(tenant, [])
        asking.append(newer)
        try:
            phones = await self._ask(tenant)
        finally:
            asking[:] = [other for other in asking if other is not newer]
            if not asking:
                del self._newer[tenant]
        for told in phones:
            if told.agent_id not in newer:
                self._tell(tenant, told)

    def _hear(self, message: AmiMessage) -> None:
        found = translate.phone_told(message.event, message.fields)
        if found is None:
            return
        tenant, told = found
        for newer in self._newer.get(tenant, ()):
            newer.add(told.agent_id)
        if tenant in self._tenants():
            self._tell(tenant, told)

    def _changed(self, up: bool) -> None:
        if up:
            for tenant in tuple(self._tenants()):
                self._spawn(self.tell_all(tenant))
