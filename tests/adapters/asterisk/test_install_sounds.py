"""The sounds of a first start: made once, made again when their text changes, and audible."""

import io
import itertools
import math
import wave
from array import array
from pathlib import Path

import pytest

from busyhour.adapters.asterisk.sounds import (
    DEFAULT_LINES,
    DEMO_LINES,
    Line,
    hold_music,
    make_sounds,
    tone,
    tune,
    wav,
)


class CountingVoice:
    def __init__(self, folder: Path) -> None:
        self.folder, self.spoken = folder, list[str]()

    def languages(self) -> tuple[str, ...]:
        return ("en-US",)

    async def speak(self, text: str, language: str, media: str) -> float:
        self.spoken.append(media)
        (self.folder / "busyhour" / f"{media}.wav").write_bytes(text.encode())
        return 1.0

    async def read(self, media: str) -> bytes:
        return (self.folder / "busyhour" / f"{media}.wav").read_bytes()


async def test_prompts_are_spoken_once_and_again_when_they_change(tmp_path: Path) -> None:
    voice = CountingVoice(tmp_path)
    line, other = Line("a", "en-US", "one"), Line("b", "en-US", "two")
    assert await make_sounds(tmp_path, tmp_path / "moh", voice, [line, other]) == 4  # and the beep, and hold music
    assert await make_sounds(tmp_path, tmp_path / "moh", voice, [line, other]) == 0
    assert await make_sounds(tmp_path, tmp_path / "moh", voice, [Line("a", "en-US", "new"), other]) == 1
    (tmp_path / "busyhour/b.wav").unlink()
    assert await make_sounds(tmp_path, tmp_path / "moh", voice, [Line("a", "en-US", "new"), other]) == 1
    assert voice.spoken == ["a", "b", "a", "b"]


async def test_without_a_voice_there_are_tones_until_one_comes(tmp_path: Path) -> None:
    line = Line("a", "en-US", "one")
    await make_sounds(tmp_path, tmp_path / "moh", None, [line])
    assert loudness((tmp_path / "busyhour/a.wav").read_bytes()) > 500
    voice = CountingVoice(tmp_path)
    assert await make_sounds(tmp_path, tmp_path / "moh", voice, [line]) == 1


async def test_a_broken_memory_of_what_was_made_only_costs_time(tmp_path: Path) -> None:
    await make_sounds(tmp_path, tmp_path / "moh", None, DEFAULT_LINES)
    (tmp_path / "busyhour/.made.json").write_text("{")
    assert await make_sounds(tmp_path, tmp_path / "moh", None, DEFAULT_LINES) == len(DEFAULT_LINES)


def test_every_line_has_its_own_name() -> None:
    media = [line.media for line in DEFAULT_LINES + DEMO_LINES]
    assert len(set(media)) == len(media)
    assert {"farewell", "demo-message"} <= set(media)


def test_every_sound_of_the_demo_carriers_dialplan_exists() -> None:
    import re
    from importlib import resources

    text = (resources.files("busyhour.adapters.asterisk") / "templates/demo_extensions.conf").read_text()
    played = set(re.findall(r"busyhour/([a-z-]+(?:\$\{voice\})?)", text))
    made = {line.media for line in DEMO_LINES} | {"beep"}
    assert len(played) > 6
    assert {name.replace("${voice}", voice) for name in played for voice in ("us", "gb")} <= made


def test_hold_music_is_quiet_continuous_and_has_no_seam() -> None:
    music = hold_music()
    assert len(music) == 24 * 8000
    assert max(abs(sample) for sample in music) < 0.35
    seconds = [music[start : start + 8000] for start in range(0, len(music), 8000)]
    assert all(math.sqrt(sum(one * one for one in second) / 8000) > 0.01 for second in seconds)
    steps = [abs(after - before) for before, after in zip(music, music[1:] + music[:1], strict=True)]
    assert max(steps) < 0.08  # a click would be a jump


@pytest.mark.parametrize("frequency_hz", [440.0, 1000.0])
def test_a_tone_has_its_frequency(frequency_hz: float) -> None:
    samples = tone((frequency_hz,), 0.5, 0.5)
    rises = sum(before < 0 <= after for before, after in itertools.pairwise(samples))
    assert abs(rises / 0.5 - frequency_hz) <= 3


def test_a_tune_is_the_same_each_time() -> None:
    assert wav(tune("x")) == wav(tune("x")) != wav(tune("y"))


def loudness(content: bytes) -> float:
    with wave.open(io.BytesIO(content)) as held:
        assert (held.getnchannels(), held.getsampwidth(), held.getframerate()) == (1, 2, 8000)
        samples = array("h", held.readframes(held.getnframes()))
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))
