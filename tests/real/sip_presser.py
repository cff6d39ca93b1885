"""A carrier whose callees answer at once and press a key in the message: by RFC 4733 in the media where the number is
even, by SIP INFO where it is odd. They stay until the other side hangs up."""

import asyncio
import re
import struct
from types import TracebackType
from typing import Self

PAYLOAD_TYPE = 101
EVENT = {key: code for code, key in enumerate("0123456789*#")}
PRESSES_AFTER_S = 1.0
FRAMES = 5  # of 20 ms, before the key is let go
SAMPLES = 160


class SipPresser(asyncio.DatagramProtocol):
    """`dialed`: the number of each INVITE, in order. `hung_up`: those that the other side has ended."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.dialed: list[str] = []
        self.hung_up: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self._media, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._transport.get_extra_info('sockname')[1]}"
        self.media_port = int(self._media.get_extra_info("sockname")[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        self._transport.close()
        self._media.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport is kept by `__aenter__`."""

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        text = data.decode("utf-8", "replace")
        if text.startswith("INVITE "):
            self._answer(text, address)
        elif text.startswith("BYE "):
            self.hung_up.append(_header(text, "To").partition("sip:")[2].partition("@")[0])
            self._transport.sendto(_reply(text, "To"), address)

    def _answer(self, invite: str, address: tuple[str, int]) -> None:
        number = invite.partition("sip:")[2].partition("@")[0]
        if number in self.dialed:
            return  # sent again
        self.dialed.append(number)
        sdp = [
            *("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"),
            f"m=audio {self.media_port} RTP/AVP 0 {PAYLOAD_TYPE}",
            *("a=rtpmap:0 PCMU/8000", f"a=rtpmap:{PAYLOAD_TYPE} telephone-event/8000", "a=fmtp:101 0-16", ""),
        ]
        more = [f"Contact: <sip:{number}@{self.address}>", "Content-Type: application/sdp"]
        self._transport.sendto(_reply(invite, "To", ";tag=callee", more, "\r\n".join(sdp)), address)
        presses = self._press_in_media if int(number[-1]) % 2 == 0 else self._press_by_info
        task = asyncio.create_task(presses(invite, address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _press_in_media(self, invite: str, _: tuple[str, int]) -> None:
        await asyncio.sleep(PRESSES_AFTER_S)
        found = re.search(r"^m=audio ([0-9]+)", invite, re.MULTILINE)
        assert found is not None, "an offer of sound"
        for frame in range(FRAMES + 3):  # the end of the event is told three times
            duration, over = min(frame + 1, FRAMES) * SAMPLES, 0x80 if frame >= FRAMES - 1 else 0
            marked = PAYLOAD_TYPE | (0x80 if frame == 0 else 0)
            header = struct.pack("!BBHII", 0x80, marked, 1 + frame, 8_000, 0x5EED)
            event = struct.pack("!BBH", EVENT[self.key], over | 10, duration)
            self._media.sendto(header + event, ("127.0.0.1", int(found[1])))
            await asyncio.sleep(0.02)

    async def _press_by_info(self, invite: str, address: tuple[str, int]) -> None:
        await asyncio.sleep(PRESSES_AFTER_S)
        body = f"Signal={self.key}\r\nDuration=160\r\n"
        target = re.search(r"^Contact:\s*<([^>]+)>", invite, re.MULTILINE)
        assert target is not None
        lines = [
            f"INFO {target[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address};branch=z9hG4bKpress{len(self.dialed)}",
            "Max-Forwards: 70",
            f"From: {_header(invite, 'To')};tag=callee",
            f"To: {_header(invite, 'From')}",
            f"Call-ID: {_header(invite, 'Call-ID')}",
            "CSeq: 7 INFO",
            "Content-Type: application/dtmf-relay",
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        self._transport.sendto("\r\n".join(lines).encode(), address)


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.+?)\r?$", message, re.MULTILINE)
    assert found is not None, name
    return found[1]


def _reply(request: str, to: str, tag: str = "", more: list[str] | None = None, body: str = "") -> bytes:
    kept = [line for line in request.split("\r\n") if line.startswith(("Via:", "From:", "Call-ID:", "CSeq:"))]
    lines = ["SIP/2.0 200 OK", *kept, f"{to}: {_header(request, to)}{tag}", *(more or [])]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()
