"""The management interface of this process: one front for each tenant that is asked about, and the ways in that the
settings open beside HTTP."""

from pathlib import Path
from typing import Final

from busyhour.http.compat.datagram import Datagrams, open_udp, open_unix
from busyhour.http.compat.fifo import Fifo
from busyhour.http.compat.front import Front
from busyhour.http.compat.sockets import Allowed
from busyhour.service.centers import Centers
from busyhour.service.errors import Invalid
from busyhour.service.ports import Clock
from busyhour.settings import Settings

FRONTS_MAX: Final = 1_000


class Management:
    """`open` it when the floors run, and `close` it before they stop."""

    def __init__(self, settings: Settings, centers: Centers, clock: Clock) -> None:
        self.settings, self.centers, self.clock = settings, centers, clock
        self._fronts: dict[int, Front] = {}
        self._fifo: Fifo | None = None
        self._datagrams: list[Datagrams] = []
        self._socket: Path | None = None

    def front(self, tenant: int) -> Front:
        if tenant not in self._fronts:
            assert len(self._fronts) < FRONTS_MAX
            center = self.centers.of(tenant)
            rule = Allowed(self.settings.mi_reply_folder, self.settings.mi_event_networks)
            front = Front(center, clock=self.clock, rule=rule)
            center.on_report = front.report
            self._fronts[tenant] = front
        return self._fronts[tenant]

    async def open(self) -> None:
        """Raises `Unavailable` when something else has the port or the file, `Invalid` when no tenant is named."""
        s = self.settings
        if s.mi_http:
            await self.centers.follow_all()  # they count from now on
        if not (s.mi_fifo or s.mi_udp_port or s.mi_unix_socket):
            return
        if s.mi_tenant is None:
            raise Invalid("mi_fifo, mi_udp_port and mi_unix_socket need mi_tenant: whose contact center it is.")
        front = self.front(s.mi_tenant)
        if s.mi_fifo is not None:
            self._fifo = Fifo(s.mi_fifo, s.mi_reply_folder, front)
            self._fifo.open()
        if s.mi_udp_port:
            self._datagrams.append(await open_udp(s.mi_udp_port, front))
        if s.mi_unix_socket is not None:
            self._datagrams.append(await open_unix(s.mi_unix_socket, front))
            self._socket = s.mi_unix_socket

    async def close(self) -> None:
        if self._fifo is not None:
            self._fifo.close()
        for one in self._datagrams:
            one.close()
        if self._socket is not None:
            self._socket.unlink(missing_ok=True)
        for front in self._fronts.values():
            front.close()
        await self.centers.stop()
