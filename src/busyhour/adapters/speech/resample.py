"""16 kHz to 8 kHz speech in plain Python: a half-band filter, then every second sample.

A half-band filter has every second weight at zero and is symmetric, so an output costs a handful of products. Without
it everything above 4 kHz would fold back as a hiss.
"""

import math
import sys
from array import array

HALF_TAPS = 11
"""Weights on each side, of which every second is zero in between: 90 dB down by 5 kHz."""


def _weights() -> tuple[float, ...]:
    """Of the samples at distance 1, 3, 5, ...: windowed sine quotient, scaled so that the whole sums to one."""
    reach = 2 * HALF_TAPS
    raw = []
    for distance in range(1, reach, 2):
        ideal = math.sin(math.pi * distance / 2) / (math.pi * distance)
        turn = math.pi * (distance + reach) / reach
        window = 0.42 - 0.5 * math.cos(turn) + 0.08 * math.cos(2 * turn)
        raw.append(ideal * window)
    scale = 0.25 / sum(raw)
    return tuple(weight * scale for weight in raw)


WEIGHTS = _weights()


def halve_rate(pcm: bytes) -> bytes:
    """Mono, 16 bits, little-endian, both ways."""
    assert len(pcm) % 2 == 0, "half a sample"
    samples = array("h")
    samples.frombytes(pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    if not samples:
        return b""
    margin = 2 * HALF_TAPS
    padded = [0] * margin + samples.tolist() + [0] * (margin + 1)
    count = (len(samples) + 1) // 2
    total = [0.5 * value for value in padded[margin : margin + 2 * count : 2]]
    for place, weight in enumerate(WEIGHTS):
        distance = 2 * place + 1
        before = padded[margin - distance : margin - distance + 2 * count : 2]
        after = padded[margin + distance : margin + distance + 2 * count : 2]
        total = [sum_ + weight * (left + right) for sum_, left, right in zip(total, before, after, strict=True)]
    halved = array("h", [max(-32768, min(32767, round(value))) for value in total])
    if sys.byteorder == "big":
        halved.byteswap()
    return halved.tobytes()
