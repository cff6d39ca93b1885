"""Who is told of which event, and until when (OC-122). One for each tenant."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from busyhour.http.compat.delivery import sender_of
from busyhour.http.compat.rpc import INVALID_PARAMS, RpcFault, event_bytes
from busyhour.http.compat.sockets import Allowed, Target, allowed, parse
from busyhour.service.center_pictures import AgentReport, AgentStatus

AGENT_REPORT: Final = "E_CALLCENTER_AGENT_REPORT"
EVENTS: Final = (AGENT_REPORT,)
EXPIRE_S: Final = 3_600
EXPIRE_MAX_S: Final = 365 * 86_400
SUBSCRIBERS_MAX: Final = 64


@dataclass(slots=True)
class Subscriber:
    target: Target
    expire_s: int
    until_s: float
    send: Callable[[bytes], bool]
    close: Callable[[], None]


@dataclass(slots=True)
class Subscribers:
    """`now_s` is a clock that nobody sets."""

    rule: Allowed
    now_s: Callable[[], float]
    by_event: dict[str, dict[str, Subscriber]] = field(default_factory=dict)
    dropped: int = 0

    async def subscribe(self, event: str, socket: str, expire_s: int, asker: str | None) -> None:
        """0 ends it. Raises `RpcFault`."""
        if expire_s < 0:
            raise RpcFault(INVALID_PARAMS, data="Negative expire value")
        if event not in EVENTS:
            raise RpcFault(404, "Event not published")
        target = await allowed(parse(socket), self.rule, asker)
        mine = self._living(event)
        before = mine.pop(socket, None)
        if before is not None:
            before.close()
        if expire_s == 0:
            return
        if len(mine) >= SUBSCRIBERS_MAX:
            raise RpcFault(400, "Too many subscribers", f"there are {SUBSCRIBERS_MAX} already")
        send, close = sender_of(target)
        expire_s = min(expire_s, EXPIRE_MAX_S)
        mine[socket] = Subscriber(target, expire_s, self.now_s() + expire_s, send, close)

    def _living(self, event: str) -> dict[str, Subscriber]:
        mine = self.by_event.setdefault(event, {})
        for socket, one in list(mine.items()):
            if self.now_s() >= one.until_s:
                mine.pop(socket).close()
        return mine

    def of(self, event: str) -> list[Subscriber]:
        return list(self._living(event).values())

    def raise_event(self, event: str, params: dict[str, Any] | list[Any]) -> int:
        """Tell all of them; answers how many were told."""
        told = 0
        for one in self.of(event):
            sent = one.send(event_bytes(one.target.method or event, params))
            told += sent
            self.dropped += not sent
        return told

    def report(self, report: AgentReport) -> None:
        self.raise_event(AGENT_REPORT, params_of(report))

    def close(self) -> None:
        for mine in self.by_event.values():
            for one in mine.values():
                one.close()
        self.by_event.clear()


def params_of(report: AgentReport) -> dict[str, Any]:
    """The state under both keys: the documented one, and the one that is sent (OC-096)."""
    params: dict[str, Any] = {"agent_id": report.agent, "state": str(report.status), "status": str(report.status)}
    if report.wrapup_ends_utc_s is not None:
        params["wrapup_ends"] = int(report.wrapup_ends_utc_s)
    if report.flow is not None and report.status in {AgentStatus.INCALL, AgentStatus.INCHAT}:
        params["flow_id"] = report.flow
    if report.status is AgentStatus.INCHAT:
        params["ongoing_sessions"] = report.chats
    return params
