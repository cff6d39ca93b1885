"""Sound as a telephone carries it: 8 kHz, mono, 16 bits."""

import io
import wave
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import soxr

RATE_HZ: Final = 8000
SAMPLE_MAX: Final = 32767


def telephone_sound(blocks: Iterable[Any], rate_hz: int) -> Iterator[bytes]:
    """Of blocks of mono samples between -1 and 1. What is above 4 kHz is taken out: it would fold back as a hiss."""
    stream = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32")
    for block in blocks:
        yield _samples(stream.resample_chunk(block))
    yield _samples(stream.resample_chunk(np.zeros(0, "float32"), last=True))


def _samples(block: Any) -> bytes:
    whole = np.clip(np.round(block * SAMPLE_MAX), -SAMPLE_MAX - 1, SAMPLE_MAX)
    return bytes(whole.astype("<i2").tobytes())


def wav_bytes(pcm: bytes) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(pcm)
    return held.getvalue()
