"""Makes one sound file what the PBX plays, in a process of its own: `python -m ....convert_alone FILE > wav`.

Minutes of sound are seconds of work, which would hold Python's lock; and a program that has calls to look after has
better things to do on its processor.
"""

import os
import sys
from pathlib import Path

from busyhour.adapters.speech.sound_file import converted, look
from busyhour.adapters.speech.speak_alone import wav_bytes

NICE = 10


def run() -> None:
    os.nice(NICE)
    file = Path(sys.argv[1])
    sys.stdout.buffer.write(wav_bytes(converted(file, look(file))))


if __name__ == "__main__":
    run()
