"""Files that somebody recorded: which are taken, that they sound as they did, and what is said of the others."""

import io
import math
import struct
import wave
from array import array
from pathlib import Path

import numpy as np
import pytest
import soundfile

from busyhour.adapters.speech.nanotts import NanoVoice
from busyhour.adapters.speech.sound_file import converted
from busyhour.service.errors import Invalid

LOUD = 0.5


def tone(*frequencies_hz: float, rate_hz: int = 8000, length_s: float = 1.2, bits: int = 16) -> bytes:
    """A WAV file with a channel for each frequency."""
    held, width = io.BytesIO(), bits // 8
    samples = bytearray()
    for n in range(int(length_s * rate_hz)):
        for frequency in frequencies_hz:
            value = LOUD * math.sin(2 * math.pi * frequency * n / rate_hz)
            whole = int(value * (2 ** (bits - 1) - 1))
            samples += bytes([whole + 128]) if bits == 8 else whole.to_bytes(width, "little", signed=True)
    with wave.open(held, "wb") as file:
        file.setnchannels(len(frequencies_hz))
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(bytes(samples))
    return held.getvalue()


def loudness(pcm: bytes, frequency_hz: float) -> float:
    """Of this tone, as a part of what is possible; the edges are left out, where there is silence beside."""
    samples = array("h", pcm)[400:-400]
    turns = [2 * math.pi * frequency_hz * n / 8000 for n in range(len(samples))]
    real = sum(value * math.cos(turn) for value, turn in zip(samples, turns, strict=True))
    other = sum(value * math.sin(turn) for value, turn in zip(samples, turns, strict=True))
    return 2 * math.hypot(real, other) / len(samples) / 32767


@pytest.mark.parametrize(
    ("rate_hz", "bits"), [(8000, 16), (11_025, 8), (16_000, 24), (22_050, 16), (44_100, 16), (48_000, 32)]
)
def test_any_usual_file_sounds_as_it_did(tmp_path: Path, rate_hz: int, bits: int) -> None:
    file = tmp_path / "sound"
    file.write_bytes(tone(1000.0, rate_hz=rate_hz, bits=bits))
    pcm = converted(file)
    assert len(pcm) / 2 / 8000 == pytest.approx(1.2, abs=0.001)
    assert loudness(pcm, 1000.0) == pytest.approx(LOUD, abs=0.01)


def test_both_sides_are_heard(tmp_path: Path) -> None:
    file = tmp_path / "sound"
    file.write_bytes(tone(600.0, 1000.0, rate_hz=16_000))
    pcm = converted(file)
    assert [round(loudness(pcm, hz), 2) for hz in (600.0, 1000.0)] == [LOUD / 2, LOUD / 2]


def test_what_a_telephone_cannot_carry_does_not_fold_back(tmp_path: Path) -> None:
    file = tmp_path / "sound"
    file.write_bytes(tone(5000.0, rate_hz=44_100))
    assert loudness(converted(file), 3000.0) < 0.002


def test_a_file_of_which_the_length_was_not_known_is_taken_to_its_end(tmp_path: Path) -> None:
    file, sound = tmp_path / "sound", tone(1000.0)
    file.write_bytes(sound[:40] + struct.pack("<I", 0xFFFFFFFF) + sound[44:])
    assert len(converted(file)) / 2 / 8000 == pytest.approx(1.2, abs=0.001)


@pytest.mark.parametrize("kind", ["MP3", "FLAC", "OGG", "AIFF", "WAVEX"])
def test_what_else_programs_write_is_read(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "sound.raw"  # its name says nothing
    samples = LOUD * np.sin(2 * np.pi * 1000 * np.arange(int(1.2 * 44_100)) / 44_100)
    with file.open("wb") as held:
        soundfile.write(held, samples, 44_100, format=kind)
    assert loudness(converted(file), 1000.0) == pytest.approx(LOUD, abs=0.05)  # MP3 and Ogg keep about what there was


def raw(kind: str, rate_hz: int = 8000, channels: int = 1, length_s: float = 1.0) -> bytes:
    held = io.BytesIO()
    soundfile.write(held, np.zeros((int(length_s * rate_hz), channels), "float32"), rate_hz, format=kind)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read as sound. WAV, MP3, FLAC, Ogg and AIFF can"),
        (b"#!/bin/sh\nrm -rf /\n", "cannot be read"),
        (b"ID3\x04rest of it" * 9, "cannot be read"),
        (b"OggS rest of it" * 9, "cannot be read"),
        (b"RIFF\0\0\0\0AVI LIST", "cannot be read"),
        (b"RIFF\0\0\0\0WAVEdata\0\0\0\0", "cannot be read"),
        (raw("WAV")[:30], "cannot be read"),
        (raw("AU"), "of the kind AU. WAV, MP3"),
        (raw("WAV", channels=6), "6 channels"),
        (raw("WAV", rate_hz=4000), "4,000 samples a second; 8,000 to 192,000"),
        (raw("WAV", length_s=0.0), "There are 0.00 s"),
        (raw("FLAC", length_s=601.0), "longer than 10 minutes"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "welcome.wav"
    file.write_bytes(content)
    with pytest.raises(Invalid, match=words) as refused:
        converted(file)
    assert refused.value.field == "file"


async def test_a_file_is_made_what_the_pbx_plays_beside_the_program(tmp_path: Path) -> None:
    voice, file = NanoVoice(tmp_path), tmp_path / "brought"
    file.write_bytes(tone(1000.0, 1000.0, rate_hz=44_100))
    assert await voice.take_in(file, "p1-file-abc") == pytest.approx(1.2, abs=0.001)
    with wave.open(io.BytesIO(await voice.read("p1-file-abc"))) as held:
        assert (held.getnchannels(), held.getsampwidth(), held.getframerate()) == (1, 2, 8000)
        assert loudness(held.readframes(held.getnframes()), 1000.0) == pytest.approx(LOUD, abs=0.01)
    assert [one.name for one in (tmp_path / "busyhour").iterdir()] == ["p1-file-abc.wav"]
    file.write_bytes(b"ID3")
    with pytest.raises(Invalid, match="cannot be read as sound") as refused:
        await voice.take_in(file, "p1-file-def")
    assert refused.value.field == "file"
