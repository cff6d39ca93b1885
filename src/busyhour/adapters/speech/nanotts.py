"""The built-in voice: text to speech on this machine, six languages, no network; and sounds that somebody recorded.

Prompts are written where the PBX plays them from: `busyhour/<media>` is the file `<sounds>/busyhour/<media>.wav`,
8 kHz mono. The engine understands markup in its text, one of which plays any file of the machine, so markup signs
never reach it.
"""

import asyncio
import io
import os
import re
import sys
import tempfile
import unicodedata
import wave
from pathlib import Path

from busyhour.service.errors import Invalid, NotFound, Unavailable

LANGUAGES = ("en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT")
TEXT_CHARACTERS_MAX = 4000
"""About five minutes of speech."""
MEDIA_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
SPEAK_TIMEOUT_S = 60.0
CONVERT_TIMEOUT_S = 60.0
SPEAKING_MAX = 2
"""Prompts being spoken at once; more of them wait their turn."""
CONVERTING_MAX = 1
"""Beside them: what is announced to a caller does not wait for somebody's file."""
REFUSED = 3
"""The exit code of a process that cannot use what it was given, and says why."""


class NanoVoice:
    """Implements `service.ports.Studio`."""

    def __init__(self, sounds: Path) -> None:
        self._folder = sounds / "busyhour"
        self._turn = asyncio.Semaphore(SPEAKING_MAX)
        self._turn_of_files = asyncio.Semaphore(CONVERTING_MAX)

    def languages(self) -> tuple[str, ...]:
        return LANGUAGES

    async def speak(self, text: str, language: str, media: str) -> float:
        file = self._file(media)
        voice = choose_language(language)
        words = plain_words(text)
        async with self._turn:
            wav = await _spoken(words, voice)
        await asyncio.to_thread(write_atomically, file, wav)
        return length_s(wav)

    async def take_in(self, sound: Path, media: str) -> float:
        file = self._file(media)
        async with self._turn_of_files:
            wav = await _made("convert_alone", str(sound), b"", CONVERT_TIMEOUT_S)
        await asyncio.to_thread(write_atomically, file, wav)
        return length_s(wav)

    async def read(self, media: str) -> bytes:
        file = self._file(media)
        try:
            return await asyncio.to_thread(file.read_bytes)
        except FileNotFoundError as missing:
            raise NotFound(f"There is no recording named {media}; save the prompt again to make it.") from missing

    def _file(self, media: str) -> Path:
        if not MEDIA_PATTERN.fullmatch(media):
            raise Invalid("A prompt's media name has small letters, digits and hyphens only.", field="media")
        return self._folder / f"{media}.wav"


def choose_language(asked: str) -> str:
    """`de` means `de-DE`, `en` means `en-US`."""
    wanted = asked.strip().replace("_", "-").lower()
    for language in LANGUAGES:
        if language.lower() == wanted or language.lower().split("-", maxsplit=1)[0] == wanted:
            return language
    raise Invalid(f"No built-in voice speaks {asked!r}; there are {', '.join(LANGUAGES)}.", field="language")


def plain_words(text: str) -> str:
    """What may be spoken: no markup signs, no control characters, a bounded length, at least one letter or digit."""
    if len(text) > TEXT_CHARACTERS_MAX:
        raise Invalid(f"A prompt's text has at most {TEXT_CHARACTERS_MAX:,} characters.", field="text")
    spaced = "".join(" " if sign in "<>&\\" or unicodedata.category(sign)[0] == "C" else sign for sign in text)
    words = " ".join(spaced.split())
    if not any(sign.isalnum() for sign in words):
        raise Invalid("A prompt's text needs words to speak.", field="text")
    return words


async def _spoken(words: str, language: str) -> bytes:
    wav = await _made("speak_alone", language, words.encode(), SPEAK_TIMEOUT_S)
    if length_s(wav) == 0:
        raise Invalid("The built-in voice could not speak this text; write it in words.", field="text")
    return wav


async def _made(module: str, word: str, given: bytes, timeout_s: float) -> bytes:
    """What a process of its own makes."""
    pipe = asyncio.subprocess.PIPE
    argv = (sys.executable, "-m", f"busyhour.adapters.speech.{module}", word)
    process = await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(timeout_s):
            wav, words_of_fault = await process.communicate(given)
    except TimeoutError as late:
        raise Unavailable(f"Making the prompt took more than {timeout_s:.0f} s; use a shorter one.") from late
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == REFUSED:
        raise Invalid(words_of_fault.decode(), field="file")
    if process.returncode != 0:
        last = words_of_fault.decode(errors="replace").strip().splitlines()[-1:]
        raise Unavailable(f"The prompt could not be made ({''.join(last) or process.returncode}).")
    return wav


def length_s(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav), "rb") as held:
        return held.getnframes() / held.getframerate()


def write_atomically(file: Path, content: bytes) -> None:
    """The PBX plays the old prompt or the new one, never half of one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as fresh:
            fresh.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
