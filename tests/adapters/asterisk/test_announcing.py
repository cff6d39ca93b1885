"""What a caller who waits is told, in which words, and what happens when it cannot be said."""

import asyncio
import math
from pathlib import Path

import pytest

from busyhour.adapters.asterisk import announcing
from busyhour.adapters.asterisk.announcing import PLACE_MAX, WORDS, Announcer, sentences
from busyhour.adapters.speech.nanotts import LANGUAGES, MEDIA_PATTERN
from busyhour.service.errors import Unavailable


class Voice:
    """Speaks by making the file; `fault`: it cannot."""

    def __init__(self, folder: Path, fault: Exception | None = None) -> None:
        self._folder, self._fault = folder / "busyhour", fault
        self._folder.mkdir(exist_ok=True)
        self.spoken: list[tuple[str, str]] = []

    def languages(self) -> tuple[str, ...]:
        return LANGUAGES

    async def read(self, media: str) -> bytes:
        return (self._folder / f"{media}.wav").read_bytes()

    async def speak(self, text: str, language: str, media: str) -> float:
        await asyncio.sleep(0)
        if self._fault is not None:
            raise self._fault
        self.spoken.append((language, text))
        (self._folder / f"{media}.wav").touch()
        return 1.0


@pytest.mark.parametrize(
    ("place", "wait_s", "text"),
    [
        (1, None, "You are next in line."),
        (0, None, "You are next in line."),
        (2, None, "You are number 2 in line."),
        (PLACE_MAX, None, "You are number 20 in line."),
        (PLACE_MAX + 1, None, "There are more than 19 callers before you."),
        (None, 0.0, "It will take less than a minute."),
        (None, 60.0, "It will take about a minute."),
        (None, 119.0, "It will take about a minute."),
        (None, 120.0, "It will take about 2 minutes."),
        (None, 700.0, "It will take about 15 minutes."),
        (None, 1800.0, "It will take about 30 minutes."),
        (None, 1860.0, "It will take more than 30 minutes."),
        (None, math.inf, "It will take more than 30 minutes."),
    ],
)
@pytest.mark.covers("OC-032")
def test_words(place: int | None, wait_s: float | None, text: str) -> None:
    ((_, said),) = sentences(place=place, wait_s=wait_s, language="en-GB")
    assert said == text


def test_every_language_of_the_voice_has_its_words_and_few_sounds() -> None:
    assert {language[:2] for language in LANGUAGES} == set(WORDS)
    for language in LANGUAGES:
        said = [sentences(place=n, wait_s=60.0 * n, language=language) for n in range(200)]
        names = {name: text for pair in said for name, text in pair}
        assert len(names) <= 21 + 15
        assert len(set(names.values())) == len(names)
        assert all(MEDIA_PATTERN.fullmatch(name) for name in names)


async def test_each_sentence_is_spoken_once(tmp_path: Path) -> None:
    voice = Voice(tmp_path)
    announcer = Announcer(tmp_path, voice)
    both = await asyncio.gather(*(announcer.media(place=2, wait_s=90.0, language="de-DE") for _ in range(9)))
    assert set(map(tuple, both)) == {("say-de-de-place-2", "say-de-de-wait-1")}
    texts = ["Sie sind an Platz 2 in der Warteschlange.", "Es dauert etwa eine Minute."]
    assert sorted(voice.spoken) == sorted(("de-DE", text) for text in texts)


@pytest.mark.parametrize("language", ["xx", "", "de/../x", "deutsch"])
async def test_a_language_that_nobody_speaks_is_not_silence(tmp_path: Path, language: str) -> None:
    voice = Voice(tmp_path)
    assert await Announcer(tmp_path, voice).media(place=1, wait_s=None, language=language) == ["say-en-us-place-1"]
    assert [language for language, _ in voice.spoken] == ["en-US"]


@pytest.mark.parametrize("fault", [Unavailable("no"), OSError("full"), TimeoutError()])
async def test_what_cannot_be_spoken_is_left_out(tmp_path: Path, fault: Exception) -> None:
    assert await Announcer(tmp_path, Voice(tmp_path, fault)).media(place=1, wait_s=1.0, language="en-US") == []


async def test_without_a_voice_what_is_there_is_played(tmp_path: Path) -> None:
    (tmp_path / "busyhour").mkdir()
    (tmp_path / "busyhour/say-en-us-wait-soon.wav").touch()
    assert await Announcer(tmp_path, None).media(place=1, wait_s=1.0, language="en-US") == ["say-en-us-wait-soon"]


async def test_a_slow_voice_is_not_waited_for_and_is_ready_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "SPEAK_MAX_S", 0.01)
    voice, ready = Voice(tmp_path), asyncio.Event()
    speak = voice.speak

    async def slow(text: str, language: str, media: str) -> float:
        await ready.wait()
        return await speak(text, language, media)

    monkeypatch.setattr(voice, "speak", slow)
    announcer = Announcer(tmp_path, voice)
    assert await announcer.media(place=1, wait_s=None, language="en-US") == []
    assert await announcer.media(place=1, wait_s=None, language="en-US") == []
    ready.set()
    async with asyncio.timeout(5):
        while not await announcer.media(place=1, wait_s=None, language="en-US"):
            pass
    assert len(voice.spoken) == 1
