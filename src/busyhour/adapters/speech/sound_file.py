"""A sound file that somebody brings, as the PBX plays it: WAV with PCM inside, any usual rate, made 8 kHz mono.

What the file is, its first bytes and its chunks say, never its name. They are looked at before anything is converted,
so a file that cannot be had is refused in words that say what to do with it.
"""

import math
import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from operator import mul
from pathlib import Path
from typing import IO, Final

from busyhour.service.errors import Invalid

RATE_HZ: Final = 8000
RATES_HZ: Final = range(8_000, 48_001)
CHANNELS_MAX: Final = 2
BITS: Final = (8, 16, 24, 32)
LENGTH_MIN_S: Final = 0.1
LENGTH_MAX_S: Final = 600.0
CHUNKS_MAX: Final = 100
"""Ahead of the sound; a program writes a handful."""

PCM: Final = 1
EXTENSIBLE: Final = 0xFFFE
FORM: Final = struct.Struct("<HHIIHH")
FORM_BYTES_MAX: Final = 100
SUBFORM_AT: Final = 24
UNTIL_THE_END: Final = 0xFFFFFFFF
"""As its size: whoever wrote it did not know how long it would be."""

OTHERS: Final = (
    (b"ID3", "an MP3 file"),
    (b"\xff\xfb", "an MP3 file"),
    (b"\xff\xf3", "an MP3 file"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC file"),
    (b"FORM", "an AIFF file"),
    (b"RF64", "a WAV file for more than 4 GB"),
)
SAVE_AS: Final = "Save it as WAV (PCM, 16 bits) with the program that it was made with, and send that."

WINDOW_S: Final = 0.005
"""What of the sound goes into one sample: long enough to let nothing above 4.3 kHz fold back."""
CUT_HZ: Final = 3700.0


@dataclass(frozen=True, slots=True)
class Sound:
    """Where the samples are in a file, and what they are."""

    rate_hz: int
    channels: int
    bits: int
    begins: int
    frames: int

    @property
    def length_s(self) -> float:
        return self.frames / self.rate_hz


def look(path: Path) -> Sound:
    """Raises `Invalid` with what is wrong with the file, and what to do."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(12)
        if first[:4] != b"RIFF" or first[8:12] != b"WAVE":
            kind = next((words for sign, words in OTHERS if first.startswith(sign)), "no WAV file")
            raise Invalid(f"This is {kind}. {SAVE_AS}", field="file")
        form: tuple[int, int, int, int, int] | None = None
        for name, begins, length in _chunks(file, size):
            if name == b"fmt ":
                form = _form(file.read(min(length, FORM_BYTES_MAX)))
            elif name == b"data" and form is not None:
                return _checked(form, begins, length, size - begins)
    raise Invalid(f"There is no sound in this WAV file. {SAVE_AS}", field="file")


def _chunks(file: IO[bytes], size: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, where it begins, and its length; the file stands there."""
    place = 12
    for _ in range(CHUNKS_MAX):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8 or place >= size:
            return
        (length,) = struct.unpack("<I", head[4:])
        yield head[:4], place + 8, length
        place += 8 + length + length % 2


def _form(said: bytes) -> tuple[int, int, int, int, int]:
    """Kind, channels, rate, bytes for a frame, bits."""
    if len(said) < FORM.size:
        raise Invalid(f"The head of this WAV file is cut off. {SAVE_AS}", field="file")
    kind, channels, rate_hz, _, frame_bytes, bits = FORM.unpack_from(said)
    if kind == EXTENSIBLE and len(said) >= SUBFORM_AT + 2:
        (kind,) = struct.unpack_from("<H", said, SUBFORM_AT)
    return kind, channels, rate_hz, frame_bytes, bits


def _checked(form: tuple[int, int, int, int, int], begins: int, length: int, there: int) -> Sound:
    kind, channels, rate_hz, frame_bytes, bits = form
    if kind != PCM or bits not in BITS:
        raise Invalid(f"The sound in this WAV file is packed in a way that is not read here. {SAVE_AS}", field="file")
    if not 1 <= channels <= CHANNELS_MAX:
        raise Invalid(f"This file has {channels} channels. Save it as mono or stereo, and send that.", field="file")
    if frame_bytes != channels * bits // 8:
        raise Invalid(f"The head of this WAV file contradicts itself. {SAVE_AS}", field="file")
    if rate_hz not in RATES_HZ:
        text = f"This file has {rate_hz:,} samples a second; 8,000 to 48,000 can be read. Save it with 44,100 or fewer."
        raise Invalid(text, field="file")
    if length > there and length != UNTIL_THE_END:
        raise Invalid("This file ends too early: it was not copied whole. Copy it again, and send that.", field="file")
    sound = Sound(rate_hz, channels, bits, begins, min(length, there) // frame_bytes)
    if not LENGTH_MIN_S <= sound.length_s <= LENGTH_MAX_S:
        text = f"This file is {sound.length_s:,.1f} s long; a prompt is 0.1 s to {LENGTH_MAX_S / 60:.0f} minutes long."
        raise Invalid(text, field="file")
    return sound


def converted(path: Path, sound: Sound) -> bytes:
    """Mono, 16 bits, 8 kHz, little-endian. It is computed by the second, for a second of any rate is 8,000 samples."""
    weights, reach = _weights(sound.rate_hz), _reach(sound.rate_hz)
    made = array("h")
    before, now = [0.0] * sound.rate_hz, [0.0] * sound.rate_hz
    with path.open("rb") as file:
        file.seek(sound.begins)
        seconds = math.ceil(sound.frames / sound.rate_hz)
        for second in range(seconds + 1):
            left = sound.frames - second * sound.rate_hz
            after = _read(file, sound, min(max(left, 0), sound.rate_hz))
            if second > 0:
                made.extend(_second(before[-reach:] + now + after[:reach], sound.rate_hz, weights))
            before, now = now, after
    del made[round(sound.length_s * RATE_HZ) :]
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()


def _read(file: IO[bytes], sound: Sound, frames: int) -> list[float]:
    """The next frames as one channel of samples of 16 bits, and silence up to the whole second."""
    samples = _numbers(file.read(frames * sound.channels * sound.bits // 8), sound.bits)
    if sound.channels == 2:
        samples = [(left + right) / 2 for left, right in zip(samples[::2], samples[1::2], strict=True)]
    return samples + [0.0] * (sound.rate_hz - len(samples))


def _numbers(raw: bytes, bits: int) -> list[float]:
    if bits == 8:
        return [256.0 * (value - 128) for value in raw]
    if bits == 24:  # the upper two bytes of each three are all that 16 bits can hold
        raw = bytes(value for pair in zip(raw[1::3], raw[2::3], strict=True) for value in pair)
    values = array("i" if bits == 32 else "h")
    values.frombytes(raw)
    if sys.byteorder == "big":
        values.byteswap()
    return [value / 65536 for value in values] if bits == 32 else [float(value) for value in values]


def _reach(rate_hz: int) -> int:
    """Samples of the file on each side of the one that is made."""
    return math.ceil(rate_hz * WINDOW_S / 2)


def _weights(rate_hz: int) -> list[list[float]]:
    """For each place that a new sample can have between two of the file: a windowed sine quotient of sum 1."""
    reach, places = _reach(rate_hz), RATE_HZ // math.gcd(RATE_HZ, rate_hz)
    if rate_hz == RATE_HZ:
        return [[float(distance == 0) for distance in range(-reach, reach)]]
    found = []
    for place in range(places):
        raw = [_weight(distance - place / places, reach, rate_hz) for distance in range(-reach, reach)]
        total = sum(raw)
        found.append([weight / total for weight in raw])
    return found


def _weight(distance: float, reach: int, rate_hz: int) -> float:
    if abs(distance) >= reach:
        return 0.0
    turn = math.pi * (distance + reach) / reach
    window = 0.42 - 0.5 * math.cos(turn) + 0.08 * math.cos(2 * turn)
    angle = 2 * math.pi * CUT_HZ * distance / rate_hz
    return window * (math.sin(angle) / angle if angle else 1.0)


def _second(samples: list[float], rate_hz: int, weights: list[list[float]]) -> Iterator[int]:
    """8,000 samples of a second, which has what it reaches for on both sides."""
    taps, places = len(weights[0]), len(weights)
    for n in range(RATE_HZ):
        first, place = n * rate_hz // RATE_HZ, n * rate_hz % RATE_HZ * places // RATE_HZ
        value = sum(map(mul, weights[place], samples[first : first + taps]))
        yield max(-32768, min(32767, round(value)))
