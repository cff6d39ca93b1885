"""Speaks one text in a process of its own: `python -m busyhour.adapters.speech.speak_alone en-US < text > wav`.

The engine's C code holds Python's lock while it works, which is seconds for a long prompt, and would take the whole
program down if it crashed. So it never runs in the program that has calls to look after.
"""

import sys

import numpy as np
from py_nanotts import NanoTTS

from busyhour.adapters.speech.telephone_sound import telephone_sound, wav_bytes

ENGINE_RATE_HZ = 16_000
VOLUME = 0.5
"""Of the engine's own loudness, which is twice what telephones are used to."""


def run() -> None:
    words = sys.stdin.buffer.read().decode()
    spoken = NanoTTS().speak(words, voice=sys.argv[1], volume=VOLUME)
    samples = np.frombuffer(spoken, "<i2").astype("float32") / 32768
    sys.stdout.buffer.write(wav_bytes(b"".join(telephone_sound([samples], ENGINE_RATE_HZ))))


if __name__ == "__main__":
    run()
