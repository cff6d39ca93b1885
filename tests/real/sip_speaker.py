"""A carrier whose callees speak as soon as they have answered: a person where the number is odd, a machine where it is
even. They stay until the other side hangs up."""

import asyncio
import math
import re
import struct
from collections.abc import Iterator
from itertools import count

from tests.real.sip_presser import SipPresser

FRAME_S, SAMPLES = 0.02, 160
SPOKEN_HZ, LOUDNESS = 300.0, 9_000.0
PERSON_S = (0.3, 0.5)  # silent, then "hello?", then silent
MACHINE_S, WORD_S, PAUSE_S = 8.0, 0.5, 0.1
SILENCE = b"\xff" * SAMPLES


def ulaw(sample: float) -> int:
    """One sample in the form of G.711."""
    sign, level = (0x80, -sample) if sample < 0 else (0, sample)
    biased = min(int(level), 32_635) + 132
    exponent = biased.bit_length() - 8
    return ~(sign | exponent << 4 | biased >> exponent + 3 & 0x0F) & 0xFF


def spoken(frame: int) -> bytes:
    first = frame * SAMPLES
    return bytes(ulaw(LOUDNESS * math.sin(2 * math.pi * SPOKEN_HZ * (first + n) / 8_000)) for n in range(SAMPLES))


def is_word(at_s: float, *, machine: bool) -> bool:
    if machine:
        return at_s < MACHINE_S and at_s % (WORD_S + PAUSE_S) < WORD_S
    silent_s, word_s = PERSON_S
    return silent_s <= at_s < silent_s + word_s


def said(*, machine: bool) -> Iterator[bytes]:
    for frame in count():
        yield spoken(frame) if is_word(frame * FRAME_S, machine=machine) else SILENCE


class SipSpeaker(SipPresser):
    """Its callees press no key."""

    def __init__(self) -> None:
        super().__init__("")

    async def _press_in_media(self, invite: str, _: tuple[str, int]) -> None:
        await self._speak(invite, machine=True)

    async def _press_by_info(self, invite: str, _: tuple[str, int]) -> None:
        await self._speak(invite, machine=False)

    async def _speak(self, invite: str, *, machine: bool) -> None:
        found = re.search(r"^m=audio ([0-9]+)", invite, re.MULTILINE)
        assert found is not None, "an offer of sound"
        to, source = ("127.0.0.1", int(found[1])), len(self.dialed)
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        for no, sound in enumerate(said(machine=machine)):
            header = struct.pack("!BBHII", 0x80, 0x80 if no == 0 else 0, no & 0xFFFF, no * SAMPLES, source)
            self._media.sendto(header + sound, to)
            await asyncio.sleep(begun_s + (no + 1) * FRAME_S - loop.time())
