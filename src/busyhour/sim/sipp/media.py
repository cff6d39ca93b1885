"""An RTP endpoint that listens: who sends, with which gaps, and which tones are in it. It sends a tone back.

One UDP port serves all calls; the sender's address tells them apart. G.711 mu-law, 20 ms, as telephone networks do.
"""

import asyncio
import math
import struct
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Self

RATE_HZ: Final = 8000
FRAME_SAMPLES: Final = 160
FRAME_S: Final = FRAME_SAMPLES / RATE_HZ
HEARD_FRAMES_MAX: Final = 250
"""Audio kept of each sender: the newest 5 s."""
SENDERS_MAX: Final = 2000
QUIET_AFTER_S: Final = 2.0
"""A sender not heard for so long gets no tone any more."""

_HEADER: Final = struct.Struct("!BBHII")
_PCMU: Final = 0


def ulaw_of(sample: int) -> int:
    """G.711 mu-law code of a 16-bit sample."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def sample_of(code: int) -> int:
    """The 16-bit sample of a mu-law code."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 132 << (code >> 4 & 0x07)) - 132
    return -magnitude if code & 0x80 else magnitude


_SAMPLES: Final = tuple(sample_of(code) for code in range(256))


def tone_ulaw(hz: float, *, samples: int, level: float = 0.4) -> bytes:
    """A sine, in mu-law."""
    peak = level * 32767
    return bytes(ulaw_of(round(peak * math.sin(2 * math.pi * hz * n / RATE_HZ))) for n in range(samples))


def tone_share(ulaw: bytes, hz: float) -> float:
    """How much of the sound's power is the tone of this pitch: 1 = nothing else, 0 = none. Silence has none."""
    if not ulaw:
        return 0.0
    samples = [_SAMPLES[code] for code in ulaw]
    power = sum(s * s for s in samples) / len(samples)
    if power < 100:  # below any audible level
        return 0.0
    step = 2 * math.pi * hz / RATE_HZ
    real = sum(s * math.cos(step * n) for n, s in enumerate(samples))
    imaginary = sum(s * math.sin(step * n) for n, s in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / (len(samples) ** 2) / power


@dataclass
class Heard:
    """What came from one sender."""

    source: int  # the RTP source (SSRC): another one after a silence is another call on the same port
    first_s: float
    last_s: float
    packets: int = 0
    gap_max_s: float = 0.0
    gap_max_at_s: float = 0.0  # when the longest gap ended, on the monotonic clock
    frames: deque[bytes] = field(default_factory=lambda: deque(maxlen=HEARD_FRAMES_MAX))

    def sound(self, last_s: float = 1.0) -> bytes:
        """The newest sound, in mu-law."""
        wanted = max(1, round(last_s / FRAME_S))
        return b"".join(list(self.frames)[-wanted:])


class MediaEnd(asyncio.DatagramProtocol):
    """Use as an async context. `heard` has each sender by its port; `restart_gaps` begins the measurement anew."""

    def __init__(self, port: int, *, address: str = "127.0.0.1", tone_hz: float | None = None) -> None:
        self.port = port
        self._address = address
        self.heard: dict[int, Heard] = {}
        self.packets = 0  # of all senders
        self._tone = b"" if tone_hz is None else tone_ulaw(tone_hz, samples=RATE_HZ)  # 1 s: whole periods of any Hz
        self._transport: asyncio.DatagramTransport | None = None
        self._player: asyncio.Task[None] | None = None
        self._came = asyncio.Event()

    async def packet(self) -> None:
        """Waits for the next packet of anyone."""
        self._came.clear()
        await self._came.wait()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self._address, self.port))
        if self._tone:
            self._player = asyncio.create_task(self._play())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._player is not None:
            self._player.cancel()
        if self._transport is not None:
            self._transport.close()

    def restart_gaps(self) -> None:
        """Forget earlier gaps, and senders that have stopped."""
        now_s = time.monotonic()
        self.heard = {port: h for port, h in self.heard.items() if now_s - h.last_s < QUIET_AFTER_S}
        for heard in self.heard.values():
            heard.gap_max_s, heard.packets = 0.0, 0

    def talking(self, within_s: float = 0.5) -> dict[int, Heard]:
        """Senders heard just now."""
        now_s = time.monotonic()
        return {port: h for port, h in self.heard.items() if now_s - h.last_s <= within_s}

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) <= _HEADER.size or data[0] >> 6 != 2 or data[1] & 0x7F != _PCMU:
            return  # not audio: RTCP, comfort noise, telephone events
        now_s = time.monotonic()
        heard = self.heard.get(addr[1])
        source = _HEADER.unpack_from(data)[4]
        if heard is None or (heard.source != source and now_s - heard.last_s > QUIET_AFTER_S):
            assert len(self.heard) < SENDERS_MAX
            heard = self.heard[addr[1]] = Heard(source, now_s, now_s)
        gap_s = now_s - heard.last_s
        if gap_s > heard.gap_max_s:
            heard.gap_max_s, heard.gap_max_at_s = gap_s, now_s
        heard.last_s = now_s
        heard.packets += 1
        self.packets += 1
        heard.frames.append(data[_HEADER.size :])
        self._came.set()

    async def _play(self) -> None:
        """The tone to everyone who talks, one frame each 20 ms by the clock, so that lateness does not add up."""
        begin_s, n = time.monotonic(), 0
        while True:
            offset = n * FRAME_SAMPLES % len(self._tone)
            packet_tail = self._tone[offset : offset + FRAME_SAMPLES]
            for port in self.talking(QUIET_AFTER_S):
                header = _HEADER.pack(0x80, _PCMU, n & 0xFFFF, n * FRAME_SAMPLES & 0xFFFFFFFF, port)
                assert self._transport is not None
                self._transport.sendto(header + packet_tail, (self._address, port))
            n += 1
            await asyncio.sleep(max(0.0, begin_s + n * FRAME_S - time.monotonic()))
