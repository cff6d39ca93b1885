"""A carrier that answers each INVITE with the status in its number's last three digits: 49 1 480 rings first, 49 0 480
does not. For the statuses that the big carrier (`sim/sipp`) does not play."""

import asyncio
import re
from types import TracebackType
from typing import Self

OURS = re.compile(r"INVITE sip:49([01])([3-6][0-9]{2})@")

NOWHERE = "sip:premium@127.0.0.1:9"


class SipAnswerer(asyncio.DatagramProtocol):
    """`elsewhere`: where its redirections lead. `invited`: every INVITE that came, as it came. An INVITE of any other
    number is answered with 486, which must never be seen: nobody asked for it."""

    def __init__(self, elsewhere: str = NOWHERE) -> None:
        self.elsewhere = elsewhere
        self.invited: list[str] = []

    def strangers(self) -> list[str]:
        """The first lines of INVITEs that nobody asked for."""
        lines = [invite.partition("\r\n")[0] for invite in self.invited]
        return [line for line in lines if not OURS.match(line)]

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = int(self._transport.get_extra_info("sockname")[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport is kept by `__aenter__`."""

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        text = data.decode("utf-8", "replace")
        if not text.startswith("INVITE "):
            return  # ACK, OPTIONS
        self.invited.append(text)
        found = OURS.match(text)
        if found is not None and found[1] == "1":
            self._transport.sendto(_answer(text, 180), address)
        self._transport.sendto(_answer(text, int(found[2]) if found else 486, self.elsewhere), address)


def _answer(invite: str, status: int, elsewhere: str = NOWHERE) -> bytes:
    kept = [line for line in invite.split("\r\n") if line.startswith(("Via:", "From:", "Call-ID:", "CSeq:"))]
    to = next(line for line in invite.split("\r\n") if line.startswith("To:"))
    more = [f"Contact: <{elsewhere}>"] if status < 400 else []
    if status in {401, 407}:
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        more.append(f'{name}: Digest realm="carrier", nonce="n", algorithm=MD5')
    lines = [f"SIP/2.0 {status} As Asked", *kept, f"{to};tag=t{status}", *more, "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()
