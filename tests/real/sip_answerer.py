"""A carrier that answers each INVITE with the status in its number's last three digits: 49 1 480 rings first, 49 0 480
does not. For the statuses that the big carrier (`sim/sipp`) does not play."""

import asyncio
import re
from types import TracebackType
from typing import Self


class SipAnswerer(asyncio.DatagramProtocol):
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
        found = re.match(r"INVITE sip:49([01])([3-6][0-9]{2})@", text)
        if found is None:
            return  # ACK, OPTIONS
        if found[1] == "1":
            self._transport.sendto(_answer(text, 180), address)
        self._transport.sendto(_answer(text, int(found[2])), address)


def _answer(invite: str, status: int) -> bytes:
    kept = [line for line in invite.split("\r\n") if line.startswith(("Via:", "From:", "Call-ID:", "CSeq:"))]
    to = next(line for line in invite.split("\r\n") if line.startswith("To:"))
    more = ["Contact: <sip:premium@127.0.0.1:9>"] if status < 400 else []
    if status in {401, 407}:
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        more.append(f'{name}: Digest realm="carrier", nonce="n", algorithm=MD5')
    lines = [f"SIP/2.0 {status} As Asked", *kept, f"{to};tag=t{status}", *more, "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()
