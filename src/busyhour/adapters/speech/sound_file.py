"""A sound file that somebody brings, as the PBX plays it.

What the file is, its content says, never its name. It is read by libsndfile, in a process of its own
(`convert_alone.py`): a decoder is a large piece of C, and a file may be made to break it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import soundfile

from busyhour.adapters.speech.telephone_sound import RATE_HZ, telephone_sound
from busyhour.service.errors import Invalid

FORMATS: Final = ("WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "AIFF")
RATES_HZ: Final = range(8_000, 192_001)
CHANNELS_MAX: Final = 2
LENGTH_MIN_S: Final = 0.1
LENGTH_MAX_S: Final = 600.0
READABLE: Final = "WAV, MP3, FLAC, Ogg and AIFF can be read. Save it as one of these, and send that."


def converted(path: Path) -> bytes:
    """Telephone sound. Raises `Invalid` with what is wrong with the file, and what to do."""
    try:
        with path.open("rb") as held, soundfile.SoundFile(held.fileno(), closefd=False) as file:  # as it has no name
            _check(file)
            pcm = b"".join(telephone_sound(_mono(file), file.samplerate))
    except soundfile.LibsndfileError as fault:
        raise Invalid(f"This file cannot be read as sound. {READABLE}", field="file") from fault
    length_s = len(pcm) / 2 / RATE_HZ
    if length_s < LENGTH_MIN_S:
        text = f"There are {length_s:.2f} s of sound in this file. Send one with {LENGTH_MIN_S} s at least."
        raise Invalid(text, field="file")
    return pcm


def _check(file: Any) -> None:
    if file.format not in FORMATS:
        raise Invalid(f"This is a file of the kind {file.format}. {READABLE}", field="file")
    if file.channels > CHANNELS_MAX:
        text = f"This file has {file.channels} channels. Save it as mono or stereo, and send that."
        raise Invalid(text, field="file")
    if file.samplerate not in RATES_HZ:
        raise Invalid(
            f"This file has {file.samplerate:,} samples a second; {RATES_HZ[0]:,} to {RATES_HZ[-1]:,} can be read. "
            "Save it with 44,100, and send that.",
            field="file",
        )


def _mono(file: Any) -> Iterator[Any]:
    """By the second: how long it is, only its end says for sure."""
    frames = 0
    for block in file.blocks(blocksize=file.samplerate, dtype="float32", always_2d=True):
        frames += len(block)
        if frames > LENGTH_MAX_S * file.samplerate:
            text = f"This file is longer than {LENGTH_MAX_S / 60:.0f} minutes. Cut it, and send a part of it."
            raise Invalid(text, field="file")
        yield block.mean(axis=1)
