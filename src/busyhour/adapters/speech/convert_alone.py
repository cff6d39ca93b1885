"""Makes one sound file what the PBX plays, in a process of its own: `python -m ....convert_alone FILE > wav`.

It ends with `REFUSED`, and says why, when the file is none that can be played.
"""

import os
import sys
from pathlib import Path
from typing import Final

from busyhour.adapters.speech.nanotts import REFUSED
from busyhour.adapters.speech.sound_file import converted
from busyhour.adapters.speech.telephone_sound import wav_bytes
from busyhour.service.errors import Invalid

NICE: Final = 10


def run() -> int:
    os.nice(NICE)
    try:
        pcm = converted(Path(sys.argv[1]))
    except Invalid as fault:
        sys.stderr.write(fault.text)
        return REFUSED
    sys.stdout.buffer.write(wav_bytes(pcm))
    return 0


if __name__ == "__main__":
    sys.exit(run())
