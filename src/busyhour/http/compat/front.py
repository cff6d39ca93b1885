"""One request in, one answer out, whatever way it came (OC-111 to OC-115)."""

from typing import Final

import structlog

from busyhour.http.compat import of_center, of_events, of_program, of_statistics
from busyhour.http.compat.commands import Asked, Commands, given_to
from busyhour.http.compat.rpc import (
    SERVER_ERROR,
    Request,
    RpcFault,
    Unreadable,
    fault_bytes,
    parse,
    result_bytes,
)
from busyhour.http.compat.sockets import Allowed
from busyhour.http.compat.subscribers import Subscribers
from busyhour.http.compat.talk import Talk
from busyhour.http.rate import Rate
from busyhour.service.center_pictures import AgentReport
from busyhour.service.errors import StoreDown, UserError
from busyhour.service.ports import Clock

REQUESTS_PER_S_MAX: Final = 100  # of a tenant

log = structlog.get_logger("management")


class TooOften(Exception):
    """More requests in this second than are answered."""


def all_commands() -> Commands:
    found = Commands()
    for part in (of_center, of_statistics, of_events, of_program):
        for name, command in part.commands.by_name.items():
            assert name not in found.by_name, f"{name} is declared twice"
            found.by_name[name] = command
    return found


class Front:
    """Of one tenant."""

    def __init__(self, center: Asked, *, clock: Clock, rule: Allowed) -> None:
        self.center, self.clock = center, clock
        self.commands = all_commands()
        self.subscribers = Subscribers(rule, lambda: clock.now().mono_s)
        self.began_utc_s = clock.now().utc_s
        self.rate = Rate(REQUESTS_PER_S_MAX)

    def report(self, report: AgentReport) -> None:
        self.subscribers.report(report)

    async def answer(self, raw: bytes, address: str | None = None) -> bytes | None:
        """None: nobody waits for one. Raises `TooOften`."""
        if not self.rate.allows(self.clock.now().mono_s):
            raise TooOften
        try:
            request = parse(raw)
        except Unreadable as fault:
            return fault.answer
        try:
            said = result_bytes(request.id, await self._result(request, address))
        except RpcFault as fault:
            said = fault_bytes(request.id, fault)
        except UserError as fault:
            said = fault_bytes(request.id, RpcFault(SERVER_ERROR, data=fault.text))
        except StoreDown:
            said = fault_bytes(request.id, RpcFault(SERVER_ERROR, data="The database cannot be reached."))
        return None if request.notification else said

    async def _result(self, request: Request, address: str | None) -> object:
        command = self.commands.find(request.method)
        talk = Talk(self.center, self.subscribers, self.commands, self.clock, self.began_utc_s, address)
        return await command.answer(talk, given_to(command, request.params))

    async def answer_anyway(self, raw: bytes) -> bytes | None:
        """For ways that have no status of their own: also a fault of ours is answered."""
        try:
            return await self.answer(raw)
        except TooOften:
            return fault_bytes(None, RpcFault(SERVER_ERROR, data="Too many requests: wait a second."))
        except Exception:
            log.exception("management request failed")
            return fault_bytes(None, RpcFault(SERVER_ERROR, data="The log says what went wrong."))

    def close(self) -> None:
        self.subscribers.close()
