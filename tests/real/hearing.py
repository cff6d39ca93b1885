"""What somebody on the line hears: our hold music, speech, or neither. And a prompt that is neither."""

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path

from busyhour.sim.sipp.media import MediaEnd, tone_share

MUSIC_HZ = (174.6, 196.0, 220.0, 246.9, 261.6, 293.7, 329.6, 392.0)
"""The notes of our hold music."""


async def hears(ear: MediaEnd, fits: Callable[[bytes], bool], *, max_s: float = 15.0) -> None:
    """Until the newest half second of sound is so."""
    async with asyncio.timeout(max_s):
        while not any(fits(heard.sound(0.5)) for heard in ear.talking().values()):
            await asyncio.sleep(0.1)


def is_music(sound: bytes) -> bool:
    return _share_of_notes(sound) > 0.35


def is_speech(sound: bytes) -> bool:
    """Neither music nor silence."""
    return len(set(sound)) > 100 and _share_of_notes(sound) < 0.15


def is_of(tone_hz: float) -> Callable[[bytes], bool]:
    """Little else than this tone."""
    return lambda sound: tone_share(sound, tone_hz) > 0.5


def _share_of_notes(sound: bytes) -> float:
    return sum(tone_share(sound, hz) for hz in MUSIC_HZ)


def write_prompt(file: Path, seconds: float) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x00\x10" * int(8000 * seconds))
