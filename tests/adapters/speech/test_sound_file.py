"""Files that somebody recorded: which are taken, that they sound as they did, and what is said of the others."""

import io
import math
import struct
import wave
from array import array
from pathlib import Path

import pytest

from busyhour.adapters.speech.nanotts import NanoVoice
from busyhour.adapters.speech.sound_file import LENGTH_MAX_S, converted, look
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
    pcm = converted(file, look(file))
    assert len(pcm) / 2 / 8000 == pytest.approx(1.2, abs=0.001)
    assert loudness(pcm, 1000.0) == pytest.approx(LOUD, abs=0.01)


def test_both_sides_are_heard(tmp_path: Path) -> None:
    file = tmp_path / "sound"
    file.write_bytes(tone(600.0, 1000.0, rate_hz=16_000))
    pcm = converted(file, look(file))
    assert [round(loudness(pcm, hz), 2) for hz in (600.0, 1000.0)] == [LOUD / 2, LOUD / 2]


def test_what_a_telephone_cannot_carry_does_not_fold_back(tmp_path: Path) -> None:
    file = tmp_path / "sound"
    file.write_bytes(tone(5000.0, rate_hz=44_100))
    assert loudness(converted(file, look(file)), 3000.0) < 0.002


def test_a_file_of_which_the_length_was_not_known_is_taken_to_its_end(tmp_path: Path) -> None:
    file, sound = tmp_path / "sound", tone(1000.0)
    file.write_bytes(sound[:40] + struct.pack("<I", 0xFFFFFFFF) + sound[44:])
    assert look(file).length_s == pytest.approx(1.2)


def test_the_form_that_programs_write_for_24_bits_is_read(tmp_path: Path) -> None:
    """WAVE_FORMAT_EXTENSIBLE: what the samples are is said once more, behind."""
    plain = tone(1000.0, bits=24)
    form = struct.pack("<HHIIHHHHIH14x", 0xFFFE, 1, 8000, 24_000, 3, 24, 22, 24, 4, 1)
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"  # an odd length is filled up
    file = tmp_path / "sound"
    file.write_bytes(plain[:12] + note + b"fmt " + struct.pack("<I", len(form)) + form + plain[36:])
    assert loudness(converted(file, look(file)), 1000.0) == pytest.approx(LOUD, abs=0.01)


def head(kind: int = 1, channels: int = 1, rate_hz: int = 8000, frame_bytes: int = 2, bits: int = 16) -> bytes:
    form = struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * frame_bytes, frame_bytes, bits)
    return b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", 16) + form


def data(seconds: float, *, cut: int = 0) -> bytes:
    return b"data" + struct.pack("<I", int(16_000 * seconds)) + bytes(int(16_000 * seconds) - cut)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no WAV file"),
        (b"#!/bin/sh\nrm -rf /\n", "no WAV file"),
        (b"ID3\x04rest of it" * 9, "an MP3 file. Save it as WAV"),
        (b"OggS rest of it" * 9, "an Ogg file"),
        (b"RIFF\0\0\0\0AVI LIST", "no WAV file"),
        (head(), "There is no sound"),
        (data(1.0), "no WAV file"),
        (b"RIFF\0\0\0\0WAVE" + data(1.0), "There is no sound"),
        (b"RIFF\0\0\0\0WAVEfmt \x04\0\0\0abcd", "cut off"),
        (b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 200 + head()[12:] + data(1.0), "There is no sound"),
        (head(kind=3, bits=32, frame_bytes=4) + data(1.0), "packed"),
        (head(kind=6, bits=8, frame_bytes=1) + data(1.0), "packed"),
        (head(bits=12) + data(1.0), "packed"),
        (head(channels=6, frame_bytes=12) + data(1.0), "6 channels"),
        (head(channels=0, frame_bytes=0) + data(1.0), "0 channels"),
        (head(frame_bytes=0) + data(1.0), "contradicts"),
        (head(rate_hz=0) + data(1.0), "0 samples a second"),
        (head(rate_hz=96_000) + data(1.0), "96,000 samples a second"),
        (head() + data(1.0, cut=1), "too early"),
        (head() + data(0.0), "0.0 s long"),
        (head() + data(LENGTH_MAX_S + 1), "601.0 s long; a prompt is 0.1 s to 10 minutes"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "welcome.wav"  # its name says nothing
    file.write_bytes(content)
    with pytest.raises(Invalid, match=words) as refused:
        look(file)
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
    with pytest.raises(Invalid, match="MP3"):
        await voice.take_in(file, "p1-file-def")
