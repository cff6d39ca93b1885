"""Speaks one text in a process of its own: `python -m busyhour.adapters.speech.speak_alone en-US < text > wav`.

The engine's C code holds Python's lock while it works, which is seconds for a long prompt, and would take the whole
program down if it crashed. So it never runs in the program that has calls to look after.
"""

import io
import sys
import wave

from busyhour.adapters.speech.resample import halve_rate

RATE_HZ = 8000
VOLUME = 0.5
"""Of the engine's own loudness, which is twice what telephones are used to."""


def run() -> None:
    from py_nanotts import NanoTTS  # here, for who wants `wav_bytes` alone

    words = sys.stdin.buffer.read().decode()
    pcm = halve_rate(NanoTTS().speak(words, voice=sys.argv[1], volume=VOLUME))
    sys.stdout.buffer.write(wav_bytes(pcm))


def wav_bytes(pcm: bytes) -> bytes:
    """Mono, 16 bits, 8 kHz."""
    held = io.BytesIO()
    with wave.open(held, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(pcm)
    return held.getvalue()


if __name__ == "__main__":
    run()
