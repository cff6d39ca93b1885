"""The built-in voice: what it writes, what it refuses, and that telephone sound is clean."""

import asyncio
import io
import math
import wave
from array import array
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from busyhour.adapters.speech.nanotts import LANGUAGES, TEXT_CHARACTERS_MAX, NanoVoice, choose_language, plain_words
from busyhour.adapters.speech.telephone_sound import telephone_sound
from busyhour.service.errors import Invalid, NotFound, Unavailable


@pytest.fixture
def voice(tmp_path: Path) -> NanoVoice:
    return NanoVoice(tmp_path)


def samples_of(wav: bytes) -> "array[int]":
    with wave.open(io.BytesIO(wav)) as held:
        assert (held.getnchannels(), held.getsampwidth(), held.getframerate()) == (1, 2, 8000)
        return array("h", held.readframes(held.getnframes()))


async def test_it_speaks_telephone_sound(voice: NanoVoice, tmp_path: Path) -> None:
    length_s = await voice.speak("Your appointment is tomorrow at ten.", "en-US", "p1-7-abc")
    assert 1.5 < length_s < 5
    content = (tmp_path / "busyhour/p1-7-abc.wav").read_bytes()
    assert await voice.read("p1-7-abc") == content
    samples = samples_of(content)
    assert len(samples) / 8000 == pytest.approx(length_s)
    loudness = math.sqrt(sum(one * one for one in samples) / len(samples))
    assert 1000 < loudness < 8000
    assert max(abs(one) for one in samples) < 32767  # nothing is cut off
    assert [file.name for file in (tmp_path / "busyhour").iterdir()] == ["p1-7-abc.wav"]


async def test_the_program_goes_on_while_it_speaks(voice: NanoVoice) -> None:
    loop = asyncio.get_running_loop()
    gaps, last = list[float](), loop.time()
    speaking = asyncio.create_task(voice.speak("A rather long sentence to be spoken. " * 12, "en-GB", "long"))
    while not speaking.done():
        await asyncio.sleep(0.002)
        gaps.append(loop.time() - last)
        last = loop.time()
    assert await speaking > 20
    assert sorted(gaps)[int(len(gaps) * 0.99)] < 0.1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_language_speaks(voice: NanoVoice, language: str) -> None:
    assert await voice.speak("Alfa Bravo 1 2 3", language, language.lower()) > 0.8


@pytest.mark.parametrize("media", ["", "..", "../x", "a/b", "A", "a b", "x.wav", "-x", "a" * 81, "x\n", "é"])
async def test_a_name_that_could_be_a_path_is_refused(voice: NanoVoice, tmp_path: Path, media: str) -> None:
    with pytest.raises(Invalid, match="media name"):
        await voice.speak("Hello", "en", media)
    with pytest.raises(Invalid, match="media name"):
        await voice.read(media)
    assert list(tmp_path.rglob("*.wav")) == []


TUNE_S = 90


async def test_markup_cannot_play_a_file(voice: NanoVoice, tmp_path: Path) -> None:
    """The engine knows a sign that plays any file of the machine."""
    tune = tmp_path / "tune.wav"
    with wave.open(str(tune), "wb") as held:
        held.setnchannels(1)
        held.setsampwidth(2)
        held.setframerate(16000)
        held.writeframes(bytes(2 * 16000 * TUNE_S))
    plain_s = await voice.speak("play file hello", "en-US", "plain")
    marked_s = await voice.speak(f'<play file="{tune}"/> hello', "en-US", "marked")
    assert plain_s < 5
    assert marked_s < TUNE_S / 2  # the path is spelled out, and that takes its time
    assert plain_words('<play file="/x"/>') == 'play file="/x"/'


@pytest.mark.parametrize("text", ["", "   ", "...", "<>", "\x00\x01", "x" * (TEXT_CHARACTERS_MAX + 1)])
async def test_a_text_that_cannot_be_spoken_is_refused(voice: NanoVoice, text: str) -> None:
    with pytest.raises(Invalid):
        await voice.speak(text, "en-US", "x")


@pytest.mark.parametrize(
    "text", ["日本語 only", "a" * 300, "100% & more; 5 < 6", "“quotes” – dash…", "\u202eright to left"]
)
async def test_odd_texts_are_spoken_or_refused_but_never_break_it(voice: NanoVoice, text: str) -> None:
    try:
        length_s = await voice.speak(text, "en-US", "odd")
    except (Invalid, Unavailable) as refused:
        length_s = len(refused.text)
    assert length_s > 0


@pytest.mark.parametrize(
    ("asked", "chosen"), [("en", "en-US"), ("DE", "de-DE"), ("en_gb", "en-GB"), ("fr-FR", "fr-FR")]
)
def test_languages_are_found_by_their_short_names(asked: str, chosen: str) -> None:
    assert choose_language(asked) == chosen


def test_a_language_without_a_voice_is_named() -> None:
    with pytest.raises(Invalid, match=r"'pl'.*en-US"):
        choose_language("pl")


async def test_a_prompt_that_is_not_there(voice: NanoVoice) -> None:
    with pytest.raises(NotFound):
        await voice.read("missing")


def halved(wave_in: Any) -> Any:
    """From 16 kHz, as the engine speaks."""
    return np.frombuffer(b"".join(telephone_sound([wave_in.astype("float32")], 16_000)), "<i2").astype(float)


def level_db(frequency_hz: float) -> float:
    out = halved(0.3 * np.sin(2 * np.pi * frequency_hz * np.arange(16000) / 16000))[200:-200]
    return float(20 * np.log10(out.std() * math.sqrt(2) / (0.3 * 32767) + 1e-9))


def test_speech_passes_and_what_would_fold_back_does_not() -> None:
    assert all(abs(level_db(frequency)) < 0.5 for frequency in (100, 300, 1000, 2000, 3000, 3400))
    assert all(level_db(frequency) < -60 for frequency in (5000, 6000, 7000, 7900))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, 101])
def test_half_as_many_samples_come_out(count: int) -> None:
    assert abs(len(halved(np.zeros(count))) - count / 2) <= 0.5


def test_the_loudest_sound_does_not_wrap_around() -> None:
    out = halved(np.tile(np.repeat(np.array([1.0, -1.0]), 20), 50))
    plateau = out.reshape(-1, 10)[2:-2, 4:6]
    assert (np.sign(plateau[0::2]) == 1).all()
    assert (np.sign(plateau[1::2]) == -1).all()
