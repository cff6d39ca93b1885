"""A caller in a few lines, to try the simulated telephone network without a PBX."""

import asyncio
import re
import uuid
from typing import Self

CRLF = "\r\n"


class SipCaller(asyncio.DatagramProtocol):
    """Sends requests of one dialog at a time and hands out what comes back."""

    def __init__(self, carrier_port: int) -> None:
        self._carrier = ("127.0.0.1", carrier_port)
        self._received: asyncio.Queue[str] = asyncio.Queue(100)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self._port = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._received.put_nowait(data.decode())

    def invite(self, number: str, media_port: int = 9) -> None:
        self.call_id, self._number, self._to_tag = uuid.uuid4().hex, number, ""
        self._branch = "z9hG4bK" + uuid.uuid4().hex
        sdp = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        self.request("INVITE", 1, [*sdp, f"m=audio {media_port} RTP/AVP 0", ""])

    def invite_again(self) -> None:
        """The same, as a caller does who has no answer yet."""
        self._transport.sendto(self._invited, self._carrier)

    def request(self, method: str, cseq: int, body: list[str] | None = None) -> None:
        text = CRLF.join(body or [])
        lines = [
            f"{method} sip:{self._number}@127.0.0.1:{self._carrier[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch={self._branch}",
            f"From: <sip:caller@127.0.0.1:{self._port}>;tag=caller",
            f"To: <sip:{self._number}@127.0.0.1:{self._carrier[1]}>{self._to_tag}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:caller@127.0.0.1:{self._port}>",
            "Max-Forwards: 70",
            "Content-Type: application/sdp",
            f"Content-Length: {len(text)}",
        ]
        message = (CRLF.join(lines) + CRLF * 2 + text).encode()
        if method == "INVITE":
            self._invited = message
        self._transport.sendto(message, self._carrier)

    async def answer(self, timeout_s: float = 5) -> tuple[int, str]:
        """Status and method of the next answer; requests of the callee come as (0, method)."""
        text = await asyncio.wait_for(self._received.get(), timeout_s)
        tag = re.search(r"^To:.*(;tag=[^;\s]+)", text, re.MULTILINE)
        cseq = re.search(r"^CSeq: *\d+ (\w+)", text, re.MULTILINE)
        assert cseq
        if not text.startswith("SIP/2.0"):
            self._ok(text)
            return 0, cseq[1]
        self._to_tag = tag[1] if tag and cseq[1] == "INVITE" else self._to_tag
        return int(text.split()[1]), cseq[1]

    def _ok(self, request: str) -> None:
        kept = [line for line in request.split(CRLF) if re.match(r"(Via|From|To|Call-ID|CSeq):", line)]
        self._transport.sendto((CRLF.join(["SIP/2.0 200 OK", *kept]) + CRLF * 2).encode(), self._carrier)
